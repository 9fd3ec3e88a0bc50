"""Every statement of every policy that the templates declare, as docs/permissions.md lists it.

A template is evaluated with its defaults, and again with each parameter that changes what is allowed. A policy is
whatever has statements, so that no kind of resource is overlooked.
"""

import json
import os
import re
from functools import cache
from typing import NamedTuple

from support import ROOT
from support.templates import TEMPLATES, listed, load

PAGE = ROOT / "docs" / "permissions.md"
BEGIN, END = "<!-- statements: begin -->\n", "<!-- statements: end -->\n"
HEAD = "| | may | on | only if | with | because |\n|---|---|---|---|---|---|\n"
NOTHING = object()

#: What a template is given where it has no default.
NEEDED = {"AdministratorAccount": "SECURITY"}

OPERATOR = "arn:aws:iam::SECURITY:role/OPERATOR"

APPROVAL = {"ApproveRemovals": "true", "ApproverArns": "arn:aws:iam::SECURITY:role/APPROVER"}

#: The parameters that change what is allowed, each by itself or with those that it needs.
VARIANTS = {
    "member-role.yaml": [
        {"AllowGuardDutyReads": "true"}, {"ExternalId": "ID"}, {"Boundary": "BOUNDARY"}, {"SecondAdministrator": "SECOND"},
        {"AlsoTrusted": OPERATOR}, {"AlsoTrusted": OPERATOR, "ExternalId": "ID"}, {"AlsoTrusted": OPERATOR, "SecondAdministrator": "SECOND"},
    ],
    "security-account.yaml": [
        {"ManageMemberRoles": "true"}, {"ManageMemberRoles": "true", "DocumentedMinimum": "true"},
        {"OperatorArns": OPERATOR}, {"OperatorArns": OPERATOR, "OperatorMfa": "true"},
        {"Regions": "us-east-1,eu-west-1"}, {"AllowRemovals": "false"}, {"Prune": "true"},
        APPROVAL, {"KmsKeyArn": "KEY"}, {**APPROVAL, "KmsKeyArn": "KEY"}, {"Prune": "true", "KmsKeyArn": "KEY"}, {"PermissionsBoundaryArn": "BOUNDARY"},
    ],
    "stackset-administration.yaml": [{"OptInRegion": "REGION"}, {"DocumentedMinimum": "true"}],
    "stackset-execution.yaml": [{"DocumentedMinimum": "true"}, {"SecondAdministrator": "SECOND"}],
}

#: Conditions that change nothing that is allowed.
WITHOUT_PERMISSIONS = {"HasDrift", "HasNotificationEmail", "HasAccessLog"}


class Row(NamedTuple):
    """One statement."""

    template: str
    #: The logical id of the resource that has it.
    holder: str
    effect: str
    actions: str
    resources: str
    condition: str
    #: The parameters with which it is there; empty for always.
    given: str


@cache
def template(name):
    return load(name)


class Evaluated:
    """A template as CloudFormation would have it."""

    def __init__(self, name, given):
        self.template = template(name)
        defaults = {key: it.get("Default") for key, it in self.template["Parameters"].items()}
        self.parameters = {**defaults, **{key: value for key, value in NEEDED.items() if key in defaults}, **given}
        account = "MEMBER" if "AdministratorAccount" in self.parameters else "SECURITY"
        self.pseudo = {"AWS::Partition": "aws", "AWS::AccountId": account, "AWS::Region": "REGION", "AWS::StackName": "STACK"}

    def resources(self):
        for name, it in self.template["Resources"].items():
            if "Condition" not in it or self.condition(it["Condition"]):
                yield name, it["Type"], self.value(it["Properties"])

    def condition(self, name):
        return self.value(self.template["Conditions"][name])

    def value(self, it):
        if isinstance(it, list):
            return [value for value in map(self.value, it) if value is not NOTHING]
        if not isinstance(it, dict):
            return it
        if len(it) == 1:
            [(function, given)] = it.items()
            if function in ("Ref", "Condition") or function.startswith("Fn::"):
                return self.function(function.removeprefix("Fn::"), given)
        values = {key: self.value(value) for key, value in it.items()}
        return {key: value for key, value in values.items() if value is not NOTHING}

    def function(self, name, given):
        match name:
            case "Ref":
                return self.named(given)
            case "GetAtt":
                return given.removesuffix(".Arn")
            case "Condition":
                return self.condition(given)
            case "Sub":
                text, more = (given, {}) if isinstance(given, str) else given
                more = {key: self.value(value) for key, value in more.items()}
                filled = re.sub(r"\$\{([\w:.]+)\}", lambda it: str(more.get(it[1]) or self.named(it[1])), text)
                # A variable of the policy, which IAM fills in.
                return filled.replace("${!", "${")
            case "If":
                return self.value(given[1] if self.condition(given[0]) else given[2])
            case "Equals":
                return self.value(given[0]) == self.value(given[1])
            case "Not":
                return not self.value(given[0])
            case "And":
                return all(map(self.value, given))
            case "Or":
                return any(map(self.value, given))
            case "Join":
                return given[0].join(self.value(given[1]) if isinstance(self.value(given[1]), list) else [self.value(given[1])])
            case "Split":
                return self.value(given[1]).split(given[0])
            case "Base64":
                return f"base64({self.value(given)})"
        raise AssertionError(f"Fn::{name} is not known here")

    def named(self, name):
        if name == "AWS::NoValue":
            return NOTHING
        known = {**self.pseudo, **self.parameters}
        if name not in known:
            # The resource, or its ARN.
            return name.removesuffix(".Arn")
        parameter = self.template["Parameters"].get(name, {})
        return known[name].split(",") if parameter.get("Type") == "CommaDelimitedList" else known[name]


def documents(value):
    """Whatever has statements, wherever it is."""
    if isinstance(value, list):
        for it in value:
            yield from documents(it)
    elif isinstance(value, dict) and "Statement" in value:
        yield value
    elif isinstance(value, dict):
        for it in value.values():
            yield from documents(it)


def statements_of(name, given):
    for holder, kind, properties in Evaluated(name, given).resources():
        for document in documents(properties):
            assert document["Version"] == "2012-10-17", holder
            for statement in document["Statement"]:
                yield row(name, holder, statement)
        for key in ("PermissionsBoundary", "ManagedPolicyArns", "Users", "Groups", "Roles"):
            if kind.startswith("AWS::IAM::") and key in properties:
                yield Row(name, holder, key, "", cell(listed(properties[key])), "", "")


def row(name, holder, statement):
    """All there is to a statement: whatever else it had would not be shown, so that it may have nothing else."""
    assert set(statement) <= {
        "Sid", "Effect", "Action", "NotAction", "Resource", "NotResource", "Principal", "NotPrincipal", "Condition",
    }, statement
    actions = cell(listed(statement["Action"])) if "Action" in statement else f"all but {cell(listed(statement['NotAction']))}"
    on = []
    if "Resource" in statement:
        on.append(cell(listed(statement["Resource"])))
    if "NotResource" in statement:
        on.append(f"all but {cell(listed(statement['NotResource']))}")
    for key, word in (("Principal", "by"), ("NotPrincipal", "by all but")):
        if key in statement:
            on.append(f"{word} {cell(principals(statement[key]))}")
    return Row(name, holder, statement["Effect"], actions, "<br>".join(on), condition(statement.get("Condition", {})), "")


def principals(given):
    if isinstance(given, str):
        return [given]
    return [f"{kind} {it}" for kind, its in given.items() for it in listed(its)]


def condition(given):
    lines = []
    for operator, keys in sorted(given.items()):
        for key, values in sorted(keys.items()):
            lines.append(f"{operator} `{key}`: {cell(listed(values))}")
    return "<br>".join(lines)


def cell(values):
    return ", ".join(f"`{it if isinstance(it, str) else json.dumps(it)}`" for it in values)


def rows():
    """All of them, each with the parameters that it depends on."""
    for path in TEMPLATES:
        name = path.name
        there = [(variant, list(statements_of(name, variant))) for variant in [{}, *VARIANTS[name]]]
        order = list(template(name)["Resources"])
        every = dict.fromkeys(it for _, its in there for it in its)
        for it in sorted(every, key=lambda it: order.index(it.holder)):
            yield it._replace(given="<br>".join(depends(it, there)))


def depends(it, there):
    """With which parameters a statement is there, and which of those that come on top take it away."""
    least = []
    for variant, its in there:
        if it in its and not any(other.items() <= variant.items() for other in least):
            least.append(variant)
    for variant in least:
        takes = []
        for more, its in there:
            on_top = {key: value for key, value in more.items() if key not in variant}
            if variant.items() < more.items() and it not in its and not any(other.items() <= on_top.items() for other in takes):
                takes.append(on_top)
        words = [spelled(variant)] if variant else []
        words += [f"not {spelled(other)}" for other in takes]
        if words:
            yield ", ".join(words)


def spelled(variant):
    return ", ".join(f"`{key}={value}`" for key, value in variant.items())


def line(it, reason):
    cells = [it.effect, it.actions, it.resources, it.condition, it.given, reason]
    return f"| {' | '.join(cells)} |\n"


def rendered(reasons):
    """The tables, with a reason for each row that has one."""
    text, before = "", (None, None)
    for it in rows():
        if it.template != before[0]:
            text += f"\n### {it.template}\n"
        if (it.template, it.holder) != before:
            text += f"\n**{it.holder}**\n\n{HEAD}"
        before = (it.template, it.holder)
        text += line(it, reasons.get(it, ""))
    return text + "\n"


def written():
    """What the page has between its marks."""
    return PAGE.read_text().partition(BEGIN)[2].partition(END)[0]


def reasons(text):
    """The last cell of each row of the page."""
    found, template, holder = {}, "", ""
    for it in text.splitlines():
        if it.startswith("### "):
            template = it.removeprefix("### ")
        elif it.startswith("**"):
            holder = it.strip("*")
        elif it.startswith("| ") and not it.startswith("| | may"):
            *cells, reason = it.removeprefix("| ").removesuffix(" |").split(" | ")
            found[Row(template, holder, *cells)] = reason.strip()
    return found


def update():
    """Writes the page anew; what is new on it has no reason yet."""
    old = reasons(written())
    alike = {(it.template, it.holder, it.effect, it.actions): reason for it, reason in old.items()}
    new = {it: old.get(it) or alike.get((it.template, it.holder, it.effect, it.actions), "") for it in rows()}
    before, _, rest = PAGE.read_text().partition(BEGIN)
    PAGE.write_text(before + BEGIN + rendered(new) + END + rest.partition(END)[2])


if os.environ.get("UPDATE_PERMISSIONS"):
    update()
