"""Both settings of switches for what no document says of Detective."""

import pytest

from sandbox.calls import code

FULL = """
latency = "0s"
verification = "0s"
[accounts.111111111111]
gigabytes_per_day = 20_000.0
"""


def full(start, switch):
    """A member that there is no room for: the administrator's client, the member's, and the graph."""
    sandbox = start(world=f"{FULL}[unverified]\n{switch}")
    detective = sandbox.client()
    graph = detective.create_graph()["GraphArn"]
    detective.create_members(GraphArn=graph, Accounts=sandbox.accounts)
    member = sandbox.client(account="111111111111")
    member.accept_invitation(GraphArn=graph)
    return detective, member, graph


@pytest.mark.parametrize("setting", ["stays_disabled", "quota_exceeded"])
def test_monitoring_a_member_that_there_is_no_room_for(start, setting):
    detective, _, graph = full(start, f"monitoring_without_room = '{setting}'")
    call = {"GraphArn": graph, "AccountId": "111111111111"}
    if setting == "quota_exceeded":
        assert code(detective.start_monitoring_member, **call) == "ServiceQuotaExceededException"
    else:
        detective.start_monitoring_member(**call)
    (member,) = detective.list_members(GraphArn=graph)["MemberDetails"]
    assert member["Status"] == "ACCEPTED_BUT_DISABLED"


@pytest.mark.parametrize("setting", ["conflict", "removed"])
def test_leaving_a_graph_that_had_no_room(start, setting):
    detective, member, graph = full(start, f"disassociate_disabled = '{setting}'")
    if setting == "conflict":
        assert code(member.disassociate_membership, GraphArn=graph) == "ConflictException"
    else:
        member.disassociate_membership(GraphArn=graph)
    assert len(detective.list_members(GraphArn=graph)["MemberDetails"]) == (setting == "conflict")


@pytest.mark.parametrize(
    "setting, expected",
    [("validation_exception", "ValidationException"), ("access_denied_exception", "AccessDeniedException")],
)
def test_a_create_graph_that_does_not_fit(start, setting, expected):
    sandbox = start("--latency", "0s", world=f"[unverified]\ninvalid_create_graph = '{setting}'")
    assert code(sandbox.client().create_graph, Tags={"aws:x": "y"}) == expected
    assert sandbox.client().list_graphs()["GraphList"] == []


@pytest.mark.parametrize("setting, expected", [("stay_invited", "INVITED"), ("enabled", "ENABLED")])
def test_invited_accounts_of_an_organization_that_takes_the_graph_over(start, setting, expected):
    sandbox = start(
        world=f"""
        size = 1
        latency = "0s"
        verification = "0s"
        [organization]
        management = "111111111111"
        [accounts.111111111111]
        unlisted = true
        [unverified]
        invited_by_organization = '{setting}'
        """
    )
    detective = sandbox.client()
    graph = detective.create_graph()["GraphArn"]
    detective.create_members(GraphArn=graph, Accounts=sandbox.accounts)
    management = sandbox.client(account="111111111111")
    management.enable_organization_admin_account(AccountId="555555555555")
    (member,) = detective.list_members(GraphArn=graph)["MemberDetails"]
    assert member["Status"] == expected


@pytest.mark.parametrize(
    "setting, expected", [("failed", "VERIFICATION_FAILED"), ("verifying", "VERIFICATION_IN_PROGRESS")]
)
def test_a_wrong_e_mail_in_the_answer_of_create_members(start, setting, expected):
    switch = f"size = 1\nlatency = '0s'\nverification = '0s'\n[unverified]\nwrong_email_at_once = '{setting}'"
    sandbox = start(world=switch)
    detective = sandbox.client()
    graph = detective.create_graph()["GraphArn"]
    accounts = [{"AccountId": sandbox.ids[0], "EmailAddress": "somebody@else.example"}]
    (answer,) = detective.create_members(GraphArn=graph, Accounts=accounts)["Members"]
    assert answer["Status"] == expected
    (member,) = detective.list_members(GraphArn=graph)["MemberDetails"]
    assert member["Status"] == "VERIFICATION_FAILED"
