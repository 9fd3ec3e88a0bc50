"""What a permission is for: without it something ends, and says so in words."""

import pytest
import yaml

from support.stack import LIST, Stack


def take_away(packaged, sid, action):
    """One action out of the template that was packaged."""
    template = yaml.safe_load(packaged.read_text())
    for name, it in template["Resources"].items():
        properties = it["Properties"]
        documents = [policy["PolicyDocument"] for policy in properties.get("Policies", [])]
        documents += [properties["PolicyDocument"]] if it["Type"] == "AWS::IAM::Policy" else []
        for statement in (statement for document in documents for statement in document["Statement"]):
            if statement.get("Sid") == sid:
                actions = statement["Action"] if isinstance(statement["Action"], list) else [statement["Action"]]
                actions.remove(action)
                # A statement needs one; this one lets nobody do anything here.
                statement["Action"] = actions or ["s3:GetBucketTagging"]
                packaged.write_text(yaml.safe_dump(template))
                return
    raise AssertionError(f"{sid} is in no role")


@pytest.fixture
def without(make_stack, monkeypatch):
    """A stack that lacks one action of one statement."""

    def without(sid, action):
        redeploy = Stack.redeploy

        def redeploy_without(stack, parameters):
            take_away(stack.packaged, sid, action)
            redeploy(stack, parameters)

        monkeypatch.setattr(Stack, "redeploy", redeploy_without)
        return make_stack()

    return without


@pytest.mark.parametrize(
    ("sid", "action", "words"),
    [
        ("BecomeTheAdministrator", "sts:AssumeRole", ["cannot assume", "DetectiveFleetAdministrator"]),
        ("ReadLists", "s3:GetObject", [f"S3, {LIST}: access denied"]),
        ("ReadLists", "s3:GetObjectVersion", [f"S3, {LIST}: AccessDenied"]),
        ("AcceptInMembers", "sts:AssumeRole", ["cannot assume", "DetectiveFleetMember"]),
        # Nothing can be written down then, but it is told all the same.
        ("KeepResults", "s3:GetObject", ["could not be written"]),
        ("KeepResults", "s3:PutObject", ["could not be written"]),
    ],
)
def test_without_a_permission_a_run_fails_and_says_so(without, sid, action, words):
    stack = without(sid, action)
    stack.upload().failed("Failed")
    [message] = stack.messages()
    assert all(word in message for word in words), message
    assert "ENABLED" not in stack.statuses().values()
