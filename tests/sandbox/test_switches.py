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


QUICK = "latency = '0s'\nverification = '0s'\n[accounts.111111111111]\nemail = 'Root@example.com'\n[unverified]\n"


def invited(start, switch, email="Root@example.com", quick=QUICK):
    """An account that was invited with that address: the administrator's client, its own, and the graph."""
    sandbox = start(world=quick + switch)
    detective = sandbox.client()
    graph = detective.create_graph()["GraphArn"]
    accounts = [{"AccountId": "111111111111", "EmailAddress": email}]
    detective.create_members(GraphArn=graph, Accounts=accounts)
    return detective, sandbox.client(account="111111111111"), graph


def statuses(detective, graph):
    return [member["Status"] for member in detective.list_members(GraphArn=graph)["MemberDetails"]]


@pytest.mark.parametrize("setting, expected", [("ignored", "INVITED"), ("counts", "VERIFICATION_FAILED")])
def test_an_address_in_other_letters(start, setting, expected):
    detective, _, graph = invited(start, f"email_case = '{setting}'", "rOOT@example.com")
    assert statuses(detective, graph) == [expected]


@pytest.mark.parametrize("setting, expected", [("listed", ["VERIFICATION_FAILED"]), ("dropped", [])])
def test_members_whose_verification_failed(start, setting, expected):
    detective, _, graph = invited(start, f"failed_members = '{setting}'", "wrong@example.com")
    assert statuses(detective, graph) == expected


@pytest.mark.parametrize("setting", ["own", "memberships_too"])
def test_the_graphs_that_a_member_lists(start, setting):
    _, member, graph = invited(start, f"listed_graphs = '{setting}'")
    member.accept_invitation(GraphArn=graph)
    own = member.create_graph()["GraphArn"]
    first = member.list_graphs(MaxResults=1)
    assert len(first["GraphList"]) == 1
    listed = {it["Arn"] for it in member.list_graphs()["GraphList"]}
    assert listed == ({own} if setting == "own" else {own, graph})


@pytest.mark.parametrize("setting", ["unprocessed", "invalid"])
def test_inviting_a_member_again(start, setting):
    detective, _, graph = invited(start, f"listed_member_again = '{setting}'")
    call = {"GraphArn": graph, "Accounts": [{"AccountId": "111111111111", "EmailAddress": "Root@example.com"}]}
    if setting == "invalid":
        assert code(detective.create_members, **call) == "ValidationException"
    else:
        assert len(detective.create_members(**call)["UnprocessedAccounts"]) == 1


@pytest.mark.parametrize("setting", ["unprocessed", "not_found"])
def test_asking_for_an_account_that_is_no_member(start, setting):
    detective, _, graph = invited(start, f"absent_member = '{setting}'")
    call = {"GraphArn": graph, "AccountIds": ["111111111111", "222222222222"]}
    if setting == "not_found":
        assert code(detective.get_members, **call) == "ResourceNotFoundException"
    else:
        assert len(detective.get_members(**call)["UnprocessedAccounts"]) == 1


@pytest.mark.parametrize(
    "setting, expected", [("not_found", "ResourceNotFoundException"), ("denied", "AccessDeniedException")]
)
def test_a_graph_that_was_deleted(start, setting, expected):
    detective, _, graph = invited(start, f"deleted_graph = '{setting}'")
    detective.delete_graph(GraphArn=graph)
    assert code(detective.list_members, GraphArn=graph) == expected


@pytest.mark.parametrize(
    "setting, expected", [("conflict", "ConflictException"), ("invalid", "ValidationException"), ("succeeds", None)]
)
def test_monitoring_and_accepting_what_is_enabled(start, setting, expected):
    switches = f"monitoring_enabled_member = '{setting}'\nsecond_accept = '{setting}'"
    detective, member, graph = invited(start, switches)
    member.accept_invitation(GraphArn=graph)
    calls = [
        (detective.start_monitoring_member, {"GraphArn": graph, "AccountId": "111111111111"}),
        (member.accept_invitation, {"GraphArn": graph}),
    ]
    for call, words in calls:
        if expected:
            assert code(call, **words) == expected
        else:
            call(**words)
    assert statuses(detective, graph) == ["ENABLED"]


@pytest.mark.parametrize("setting, expected", [("invalid", "ValidationException"), ("succeeds", None)])
def test_accepting_while_the_verification_is_going_on(start, setting, expected):
    slow = QUICK.replace("verification = '0s'", "verification = '1h'")
    detective, member, graph = invited(start, f"early_accept = '{setting}'", quick=slow)
    if expected:
        assert code(member.accept_invitation, GraphArn=graph) == expected
    else:
        member.accept_invitation(GraphArn=graph)
    assert statuses(detective, graph) == ["VERIFICATION_IN_PROGRESS"]
