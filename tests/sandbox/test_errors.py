"""Errors: which, with which words, and that they are those of the model."""

import json
import urllib.parse

import botocore.exceptions
import pytest

from sandbox.calls import code, raw

OTHER = "arn:aws:detective:us-east-1:555555555555:graph:" + "0" * 32


def message(answer):
    return json.loads(answer[2])["Message"]


def test_what_is_not_there_is_not_found(detective, graph):
    for call in (
        lambda: detective.list_members(GraphArn=OTHER),
        lambda: detective.delete_graph(GraphArn=OTHER),
        lambda: detective.accept_invitation(GraphArn=graph),
        lambda: detective.tag_resource(ResourceArn=OTHER, Tags={"a": "b"}),
        lambda: detective.get_investigation(GraphArn=graph, InvestigationId="1" * 21),
        lambda: detective.start_monitoring_member(GraphArn=graph, AccountId="1" * 12),
    ):
        assert code(call) == "ResourceNotFoundException"


def test_a_graph_obeys_its_administrator_only(sandbox, graph, member):
    assert code(member.list_members, GraphArn=graph) == "AccessDeniedException"
    assert code(member.delete_graph, GraphArn=graph) == "AccessDeniedException"
    stranger = sandbox.client(account=sandbox.ids[1])
    assert code(stranger.accept_invitation, GraphArn=graph) == "ResourceNotFoundException"


def test_an_invitation_is_accepted_once(member, graph):
    member.accept_invitation(GraphArn=graph)
    assert code(member.accept_invitation, GraphArn=graph) == "ConflictException"
    assert code(member.reject_invitation, GraphArn=graph) == "ConflictException"


def test_an_invitation_that_is_being_verified_cannot_be_accepted(start):
    sandbox = start("--accounts", "1", "--latency", "0s", "--verification", "1h")
    detective = sandbox.client()
    graph = detective.create_graph()["GraphArn"]
    (detail,) = detective.create_members(GraphArn=graph, Accounts=sandbox.accounts)["Members"]
    assert detail["Status"] == "VERIFICATION_IN_PROGRESS"
    member = sandbox.client(account=sandbox.ids[0])
    assert code(member.accept_invitation, GraphArn=graph) == "ConflictException"
    assert member.list_invitations()["Invitations"] == []


def test_an_e_mail_of_somebody_else_fails_verification(sandbox, detective, graph):
    accounts = [{"AccountId": sandbox.ids[0], "EmailAddress": "somebody@else.example"}]
    (detail,) = detective.create_members(GraphArn=graph, Accounts=accounts)["Members"]
    assert detail["Status"] == "VERIFICATION_FAILED"


def test_the_administrator_and_members_are_not_invited(sandbox, detective, graph, member):
    administrator = {"AccountId": "555555555555", "EmailAddress": "aws-555555555555@example.com"}
    answer = detective.create_members(GraphArn=graph, Accounts=[administrator, sandbox.accounts[0]])
    assert answer["Members"] == []
    reasons = {account["AccountId"]: account["Reason"] for account in answer["UnprocessedAccounts"]}
    assert reasons[member.account] == "Account is already a member" and "555555555555" in reasons


def test_an_oversized_batch_is_refused_in_the_words_of_the_service(sandbox, detective, graph):
    with pytest.raises(detective.exceptions.ValidationException) as error:
        detective.create_members(GraphArn=graph, Accounts=sandbox.accounts[:51])
    text = "CreateMembersRequest.Accounts must have length less than or equal to 50. Found 51."
    assert error.value.response["Error"]["Message"] == text
    assert error.value.response["ErrorCode"] == "INVALID_REQUEST_BODY"


def test_the_quota_of_members(start):
    sandbox = start("--accounts", "1201", "--latency", "0s")
    detective = sandbox.client()
    graph = detective.create_graph()["GraphArn"]
    for first in range(0, 1200, 50):
        detective.create_members(GraphArn=graph, Accounts=sandbox.accounts[first : first + 50])
    with pytest.raises(detective.exceptions.ServiceQuotaExceededException) as error:
        detective.create_members(GraphArn=graph, Accounts=sandbox.accounts[1200:])
    assert error.value.response["ResponseMetadata"]["HTTPStatusCode"] == 402


@pytest.mark.parametrize(
    "path, body",
    [
        ("/graph/members", {}),
        ("/graph/members", {"GraphArn": "x", "Accounts": []}),
        ("/graph/members", {"GraphArn": OTHER, "Accounts": [{"AccountId": "1"}]}),
        ("/graph/members", {"GraphArn": OTHER, "Accounts": [{"AccountId": "1" * 12, "EmailAddress": "a@b"}]}),
        ("/graph/members/list", {"GraphArn": OTHER, "MaxResults": 201}),
        ("/graph/members/list", {"GraphArn": OTHER, "MaxResults": 0}),
        ("/graph/members/list", {"GraphArn": OTHER, "NextToken": "made up"}),
        ("/graph/members/list", {"GraphArn": OTHER.upper()}),
        ("/graph/members/get", {"GraphArn": OTHER, "AccountIds": ["12345678901"]}),
        ("/graph/members/get", {"GraphArn": OTHER, "AccountIds": [1]}),
        ("/graph/datasources/get", {"GraphArn": OTHER, "AccountIds": ["1" * 12] * 201}),
        ("/graph/datasources/update", {"GraphArn": OTHER, "DatasourcePackages": ["NO_SUCH"]}),
        ("/membership/datasources/get", {"GraphArns": ["x"]}),
        ("/graph", {"Tags": {}}),
        ("/graph", {"Tags": {"aws:x": "y"}}),
        ("/tags/" + urllib.parse.quote(OTHER), {}),
        ("/investigations/getInvestigation", {"GraphArn": OTHER, "InvestigationId": "x" * 21}),
        ("/investigations/listIndicators", {"GraphArn": OTHER, "InvestigationId": "1"}),
        ("/investigations/updateInvestigationState", {"GraphArn": OTHER, "State": "ACTIVE"}),
        ("/graphs/list", []),
        ("/graphs/list", "text"),
    ],
)
def test_a_request_that_does_not_fit_the_model_is_invalid(sandbox, detective, path, body):
    # All of the request is checked before the graph is looked up.
    status, error, _ = raw(sandbox, "POST", path, json.dumps(body).encode())
    assert (status, error) == (400, "ValidationException")


def test_a_body_that_is_no_json_is_invalid(sandbox):
    for body in (b"{", b"\xff\xfe", b"[" * 10_000, b'{"GraphArn": "\xff"}'):
        answer = raw(sandbox, "POST", "/graphs/list", body)
        assert answer[:2] == (400, "ValidationException") and message(answer) == "Invalid request body"


def test_unknown_members_are_ignored(sandbox):
    assert raw(sandbox, "POST", "/graphs/list", b'{"Other": 1}')[0] == 200


def test_credentials(sandbox):
    assert raw(sandbox, "POST", "/graphs/list", key="AKIANOBODY")[:2] == (403, "UnrecognizedClientException")
    assert raw(sandbox, "POST", "/graphs/list", scope="us-east-1")[:2] == (400, "IncompleteSignatureException")
    assert raw(sandbox, "POST", "/no/such/path")[:2] == (404, "UnknownOperationException")
    assert raw(sandbox, "POST", "/", scope="us-east-1/lambda")[:2] == (404, "UnknownOperationException")


def test_a_region_without_detective_cannot_be_reached(sandbox):
    for region in ("ap-southeast-3", "ap-northeast-3", "xx-nowhere-1"):
        with pytest.raises(botocore.exceptions.ConnectionClosedError):
            sandbox.client(region=region).list_graphs()


def test_a_region_that_is_off_does_not_know_the_token(start):
    sandbox = start("--latency", "0s", world='size = 1\nregions_off = ["af-south-1"]')
    assert code(sandbox.client(region="af-south-1").list_graphs) == "UnrecognizedClientException"
    assert code(sandbox.client("sts", region="af-south-1").get_caller_identity) == "InvalidClientTokenId"


def test_an_account_that_is_named_twice_is_invited_once(start):
    sandbox = start("--accounts", "1", "--latency", "0s", "--verification", "0s")
    detective = sandbox.client()
    graph = detective.create_graph()["GraphArn"]
    answer = detective.create_members(GraphArn=graph, Accounts=sandbox.accounts * 2)
    assert [member["AccountId"] for member in answer["Members"]] == sandbox.ids
    assert [account["AccountId"] for account in answer["UnprocessedAccounts"]] == sandbox.ids
    twice = {"GraphArn": graph, "AccountIds": sandbox.ids * 2}
    assert len(detective.get_members(**twice)["MemberDetails"]) == 1
    assert len(detective.batch_get_graph_member_datasources(**twice)["MemberDatasources"]) == 1
    assert detective.delete_members(**twice)["AccountIds"] == sandbox.ids


def test_an_account_that_is_named_twice_counts_once_against_the_quota(start):
    sandbox = start("--accounts", "1200", "--latency", "0s")
    detective = sandbox.client()
    graph = detective.create_graph()["GraphArn"]
    for first in range(0, 1150, 50):
        detective.create_members(GraphArn=graph, Accounts=sandbox.accounts[first : first + 50])
    detective.create_members(GraphArn=graph, Accounts=sandbox.accounts[1150:1199])
    last = sandbox.accounts[1199:] * 2
    assert len(detective.create_members(GraphArn=graph, Accounts=last)["Members"]) == 1


def test_a_membership_is_not_seen_before_its_invitation(start):
    sandbox = start("--accounts", "1", "--latency", "0s", "--verification", "1h")
    detective = sandbox.client()
    graph = detective.create_graph()["GraphArn"]
    detective.create_members(GraphArn=graph, Accounts=sandbox.accounts)
    member = sandbox.client(account=sandbox.ids[0])
    answer = member.batch_get_membership_datasources(GraphArns=[graph, graph])
    assert answer["MembershipDatasources"] == []
    assert [unprocessed["GraphArn"] for unprocessed in answer["UnprocessedGraphs"]] == [graph]
