"""The AWS CLI through the walk-through of the user guide: enable, invite, accept, look, remove.

After the administration guide's "Managing accounts" with the AWS CLI, in which every step is one
command of `aws detective`.
"""

import re

import pytest


def test_the_walk_through_of_the_user_guide(sandbox, aws):
    account, email = sandbox.roster[0]
    graph = aws("detective", "create-graph", "--tags", '{"Department": "Finance"}')["GraphArn"]
    assert aws("detective", "list-graphs")["GraphList"][0]["Arn"] == graph

    invited = aws(
        *("detective", "create-members", "--graph-arn", graph),
        *("--accounts", f"AccountId={account},EmailAddress={email}"),
        *("--message", "Please join the graph of the security team.", "--disable-email-notification"),
    )
    assert invited["Members"][0]["Status"] == "INVITED" and invited["UnprocessedAccounts"] == []

    role = f"arn:aws:iam::{account}:role/detective-fleet/DetectiveFleetMember"
    member = aws("sts", "assume-role", "--role-arn", role, "--role-session-name", "walk")["Credentials"]
    assert aws("sts", "get-caller-identity", credentials=member)["Account"] == account
    assert aws("detective", "list-invitations", credentials=member)["Invitations"][0]["GraphArn"] == graph
    aws("detective", "accept-invitation", "--graph-arn", graph, credentials=member)

    details = aws("detective", "list-members", "--graph-arn", graph)["MemberDetails"]
    assert [(d["AccountId"], d["Status"]) for d in details] == [(account, "ENABLED")]
    got = aws("detective", "get-members", "--graph-arn", graph, "--account-ids", account, "999999999999")
    assert [u["AccountId"] for u in got["UnprocessedAccounts"]] == ["999999999999"]

    aws("detective", "tag-resource", "--resource-arn", graph, "--tags", "Owner=security")
    aws("detective", "untag-resource", "--resource-arn", graph, "--tag-keys", "Department")
    assert aws("detective", "list-tags-for-resource", "--resource-arn", graph)["Tags"] == {"Owner": "security"}

    aws("detective", "update-datasource-packages", "--graph-arn", graph, "--datasource-packages", "EKS_AUDIT")
    packages = aws("detective", "list-datasource-packages", "--graph-arn", graph)["DatasourcePackages"]
    assert packages["EKS_AUDIT"]["DatasourcePackageIngestState"] == "STARTED"

    aws("detective", "disassociate-membership", "--graph-arn", graph, credentials=member)
    aws("detective", "delete-members", "--graph-arn", graph, "--account-ids", account)
    aws("detective", "delete-graph", "--graph-arn", graph)
    assert aws("detective", "list-graphs")["GraphList"] == []


def test_errors_are_those_that_the_cli_prints(sandbox, aws):
    graph = aws("detective", "create-graph")["GraphArn"]
    error = "(ResourceNotFoundException) when calling the ListMembers operation"
    with pytest.raises(AssertionError, match=re.escape(error)):
        aws("detective", "list-members", "--graph-arn", graph[:-32] + "0" * 32)
    role = f"arn:aws:iam::{sandbox.ids[0]}:role/Other"
    error = "(AccessDenied) when calling the AssumeRole operation"
    with pytest.raises(AssertionError, match=re.escape(error)):
        aws("sts", "assume-role", "--role-arn", role, "--role-session-name", "walk")


def test_regions_are_listed(aws):
    regions = aws("account", "list-regions", "--region-opt-status-contains", "ENABLED")["Regions"]
    assert {r["RegionName"] for r in regions} == {"af-south-1", "ap-east-1", "eu-south-1", "il-central-1", "me-south-1"}
