"""docs/permissions.md has every statement of every policy of the templates, whole, and says what each is for."""

import json

import pytest

from support import policies
from support.templates import TEMPLATES, load


def test_the_page_has_every_statement_as_it_is():
    there = policies.reasons(policies.written())
    declared = list(policies.rows())
    assert len(declared) == len(set(declared))
    missing = [policies.line(it, "?") for it in declared if it not in there]
    stale = [policies.line(it, reason) for it, reason in there.items() if it not in declared]
    assert not missing and not stale, f"not on the page:\n{''.join(missing)}\nnot in the templates:\n{''.join(stale)}"
    assert policies.written() == policies.rendered(there)


def test_each_of_them_has_a_reason():
    assert not [it for it, reason in policies.reasons(policies.written()).items() if len(reason) < 5]


@pytest.mark.parametrize("path", TEMPLATES, ids=lambda path: path.name)
def test_each_condition_of_a_template_is_met_and_not_met_by_what_the_page_is_made_from(path):
    """A statement behind a condition that is never met would be on no page."""
    conditions = load(path.name).get("Conditions", {})
    variants = [{}, *policies.VARIANTS[path.name]]
    for name in conditions:
        seen = {policies.Evaluated(path.name, variant).condition(name) for variant in variants}
        assert seen == {True, False} or name in policies.WITHOUT_PERMISSIONS, name


def test_whatever_has_statements_is_found():
    """By another way than the page's: the text itself."""
    for path in TEMPLATES:
        found = {it.holder for it in policies.rows() if it.template == path.name}
        declared = {name for name, it in load(path.name)["Resources"].items() if "Statement" in str(it)}
        assert declared <= found


def test_a_trust_policy_has_room_for_ten_operators():
    """2,048 characters, without blanks (docs.aws.amazon.com/IAM/latest/UserGuide/reference_iam-quotas.html)."""
    name = "aws-reserved/sso.amazonaws.com/ap-northeast-1/AWSReservedSSO_AdministratorAccess_0123456789abcdef"
    operators = ",".join(f"arn:aws:iam::{n:012}:role/{name}" for n in range(10))
    for _, kind, properties in policies.Evaluated("security-account.yaml", {"OperatorArns": operators, "OperatorMfa": "true"}).resources():
        if kind == "AWS::IAM::Role":
            trust = json.dumps(properties["AssumeRolePolicyDocument"], separators=(",", ":"))
            # The ARN of the function's role, which has a generated name.
            assert len(trust.replace('"FunctionRole"', "f" * 130)) <= 2048
