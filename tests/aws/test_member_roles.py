"""`ManageMemberRoles`: accounts that have no role get one before they are invited."""

from support import ROOT
from support.ministack import ADMINISTRATOR

NEW, UNPREPARED = "234567000002", "234567000003"


def prepare(stack, account):
    """What the team does when an account is handed out."""
    stack.client("cloudformation", account).create_stack(
        StackName="detective-fleet-execution", TemplateBody=(ROOT / "deploy" / "stackset-execution.yaml").read_text(),
        Capabilities=["CAPABILITY_NAMED_IAM"],
        Parameters=[{"ParameterKey": "AdministratorAccount", "ParameterValue": ADMINISTRATOR}],
    )


def failed(report):
    members = [member for region in report["regions"] for member in region["members"]]
    return {member["account_id"] for member in members if member["outcome"] == "failed"}


def test_new_accounts_get_their_role_and_one_that_cannot_holds_up_nobody(make_stack):
    stack = make_stack(parameters={"ManageMemberRoles": "true"}, without_role={NEW, UNPREPARED})
    prepare(stack, NEW)
    execution = stack.upload().failed("Failed")
    assert failed(execution.report) == {UNPREPARED}
    [message] = stack.messages()
    assert f"no role in {UNPREPARED}" in message and "should have 'DetectiveFleetStackSetExecution' role" in message
    # One that was busy, one whose answer was lost, two looks at it, the turn kept at each, and a page for each of the two accounts.
    states = execution.states
    names = ("MakeRoles", "LookAtRoles", "KeepTurn", "ListRoles", "ListMoreRoles")
    assert [states.count(name) for name in names] == [1, 2, 2, 1, 1]

    prepare(stack, UNPREPARED)
    assert stack.upload().succeeded().report["summary"]["enabled"] == 6
    # Who has a role is not asked for again.
    assert "MakeRoles" not in stack.upload().succeeded().states


def test_without_it_nobody_gets_a_role(make_stack):
    stack = make_stack(without_role={NEW})
    prepare(stack, NEW)
    execution = stack.upload().failed("Failed")
    assert failed(execution.report) == {NEW}
    assert "MakeRoles" not in execution.states


def test_where_there_is_no_stack_set_the_others_go_on(make_stack):
    stack = make_stack(parameters={"ManageMemberRoles": "true", "StackSetName": "Another"}, without_role={NEW})
    execution = stack.upload().failed("Failed")
    assert failed(execution.report) == {NEW}
    assert execution.report["summary"]["enabled"] == 4
    [message] = stack.messages()
    assert "roles could not be made by the StackSet" in message
