"""What AWS does at times, and the sandbox where a world says so."""

import datetime

import pytest
from botocore.exceptions import ClientError

from sandbox.calls import code
from sandbox.test_sessions import client_of

QUICK = 'latency = "0s"\nverification = "0s"\n'


def pages_of(call, key, **arguments):
    """The pages of a list, until there is no token."""
    pages = []
    while True:
        answer = call(**arguments)
        pages.append(answer[key])
        if "NextToken" not in answer:
            return pages
        arguments["NextToken"] = answer["NextToken"]


def test_short_and_empty_pages(start):
    sandbox = start(world=f"{QUICK}size = 120\n[unkind]\nshort_pages = true")
    detective = sandbox.client()
    graph = detective.create_graph()["GraphArn"]
    for first in range(0, 120, 40):
        detective.create_members(GraphArn=graph, Accounts=sandbox.accounts[first : first + 40])
    pages = pages_of(detective.list_members, "MemberDetails", GraphArn=graph, MaxResults=20)
    assert [member["AccountId"] for page in pages for member in page] == sorted(sandbox.ids)
    assert [] in pages and len({len(page) for page in pages}) > 3
    regions = pages_of(sandbox.client("account").list_regions, "Regions")
    assert len(regions) > 1 and sum(len(page) for page in regions) == 34
    empty = 0
    for region in ("us-east-1", "us-west-2", "eu-west-1", "eu-west-2", "eu-north-1", "sa-east-1"):
        client = sandbox.client(region=region)
        arn = client.create_graph()["GraphArn"]
        pages = pages_of(client.list_graphs, "GraphList")
        assert [found["Arn"] for page in pages for found in page] == [arn]
        empty += [] in pages
    assert empty, "a graph is not always on the first page"


def test_errors_quote_what_was_sent(start):
    sandbox = start(world=f"{QUICK}size = 1\n[unkind]\nquoting_errors = true")
    detective = sandbox.client()
    graph = detective.create_graph()["GraphArn"]
    wrong = [{"AccountId": "1" * 12, "EmailAddress": "somebody@-example.com"}]
    with pytest.raises(ClientError) as error:
        detective.create_members(GraphArn=graph, Accounts=wrong)
    assert "somebody@-example.com" in error.value.response["Error"]["Message"]
    detective.create_members(GraphArn=graph, Accounts=sandbox.accounts)
    (account,) = detective.create_members(GraphArn=graph, Accounts=sandbox.accounts)["UnprocessedAccounts"]
    assert sandbox.accounts[0]["EmailAddress"] in account["Reason"]


@pytest.mark.parametrize(
    "service, operation, expected",
    [
        ("detective", "list_graphs", "InvalidSignatureException"),
        ("sts", "get_caller_identity", "SignatureDoesNotMatch"),
        ("organizations", "list_accounts", "InvalidSignatureException"),
    ],
)
def test_signatures_get_old(start, service, operation, expected):
    sandbox = start(world=f"{QUICK}[unkind]\nsignature_lifetime = '5m'")
    assert sandbox.client().list_graphs()["GraphList"] == []
    sandbox.advance("6m")
    client = sandbox.client(service, check=False)
    with pytest.raises(ClientError) as error:
        getattr(client, operation)()
    error = error.value.response["Error"]
    assert error["Code"] == expected
    assert error["Message"].startswith("Signature expired: ") and error["Message"].endswith(" - 5 min.)")


def test_presigned_requests_get_old(start):
    sandbox = start(world=f"{QUICK}[unkind]\nsignature_lifetime = '5m'")
    sts = sandbox.client("sts")
    sandbox.advance("8m")
    from sandbox.test_protocols import fetch

    assert fetch(sts.generate_presigned_url("get_caller_identity", ExpiresIn=900))[0] == 200
    status, text = fetch(sts.generate_presigned_url("get_caller_identity", ExpiresIn=60))
    assert status == 403 and "SignatureDoesNotMatch" in text


def test_a_policy_takes_its_time_after_its_role(start):
    role = "[[roles]]\nname = 'detective-fleet/DetectiveFleetMember'\nallowed_after = '10m'"
    sandbox = start(world=f"{QUICK}size = 1\n{role}")
    arn = f"arn:aws:iam::{sandbox.ids[0]}:role/detective-fleet/DetectiveFleetMember"
    credentials = sandbox.client("sts").assume_role(RoleArn=arn, RoleSessionName="test")["Credentials"]
    member = client_of(sandbox, credentials)
    assert client_of(sandbox, credentials, "sts").get_caller_identity()["Account"] == sandbox.ids[0]
    with pytest.raises(ClientError) as error:
        member.list_invitations()
    assert error.value.response["Error"]["Code"] == "AccessDeniedException"
    assert error.value.response["Error"]["Message"].endswith(
        "because no identity-based policy allows the detective:ListInvitations action"
    )
    sandbox.advance("10m")
    assert member.list_invitations()["Invitations"] == []


def test_regions_are_switched_on_and_off_slowly(start):
    states = """
    [accounts.111111111111]
    regions_enabling = { me-south-1 = "10m" }
    regions_disabling = { af-south-1 = "10m" }
    """
    sandbox = start(world=QUICK + states)
    account = sandbox.client("account", account="111111111111")

    def status(region):
        return account.get_region_opt_status(RegionName=region)["RegionOptStatus"]

    assert [status("me-south-1"), status("af-south-1")] == ["ENABLING", "DISABLING"]
    listed = account.list_regions(RegionOptStatusContains=["ENABLING"])["Regions"]
    assert [region["RegionName"] for region in listed] == ["me-south-1"]
    member = sandbox.client(account="111111111111", region="me-south-1")
    assert code(member.list_invitations) == "UnrecognizedClientException"
    sandbox.advance("10m")
    assert [status("me-south-1"), status("af-south-1")] == ["ENABLED", "DISABLED"]
    assert member.list_invitations()["Invitations"] == []


def test_a_closed_account_leaves_everything(start):
    world = """
    [accounts.111111111111]
    closes = "1h"
    [accounts.222222222222]
    [organization]
    management = "222222222222"
    [[graphs]]
    administrator = "111111111111"
    """
    sandbox = start(world=QUICK + world)
    detective = sandbox.client()
    graph = detective.create_graph()["GraphArn"]
    detective.create_members(GraphArn=graph, Accounts=sandbox.accounts)
    closing = sandbox.client(account="111111111111")
    (theirs,) = closing.list_graphs()["GraphList"]
    sandbox.advance("1h")
    assert code(closing.list_graphs) == "UnrecognizedClientException"
    members = detective.list_members(GraphArn=graph)["MemberDetails"]
    assert [member["AccountId"] for member in members] == ["222222222222"]
    member = sandbox.client(account="222222222222")
    assert code(member.accept_invitation, GraphArn=theirs["Arn"]) == "ResourceNotFoundException"
    role = "arn:aws:iam::111111111111:role/detective-fleet/DetectiveFleetMember"
    assert code(sandbox.client("sts").assume_role, RoleArn=role, RoleSessionName="test") == "AccessDenied"
    organizations = sandbox.client("organizations", account="222222222222")
    account = organizations.describe_account(AccountId="111111111111")["Account"]
    assert (account["Status"], account["State"]) == ("SUSPENDED", "CLOSED")
    closed = [{"AccountId": "111111111111", "EmailAddress": "aws-111111111111@example.com"}]
    (answer,) = detective.create_members(GraphArn=graph, Accounts=closed)["Members"]
    assert answer["Status"] == "VERIFICATION_FAILED"


def test_a_throttle_that_all_operations_share(start):
    throttle = "[[throttles]]\noperations = ['detective:*']\nrate = 0.001\nburst = 2\nshared = true"
    detective = start(world=QUICK + throttle).client()
    detective.list_graphs()
    detective.list_invitations()
    assert code(detective.create_graph) == "ThrottlingException"


def test_a_member_in_several_graphs(start):
    world = "".join(
        f'[[memberships]]\nadministrator = "{administrator}"\naccounts = ["234567000001"]\nstatus = "INVITED"\n'
        for administrator in ("111111111111", "222222222222")
    )
    sandbox = start(world=f"{QUICK}size = 1\n[unverified]\ngraphs_per_member = 1\n{world}")
    member = sandbox.client(account="234567000001")
    first, second = (invitation["GraphArn"] for invitation in member.list_invitations()["Invitations"])
    member.accept_invitation(GraphArn=first)
    assert code(member.accept_invitation, GraphArn=second) == "ConflictException"
    member.disassociate_membership(GraphArn=first)
    member.accept_invitation(GraphArn=second)
    assert datetime.datetime.now(datetime.UTC) > member.list_invitations()["Invitations"][0]["UpdatedTime"]
