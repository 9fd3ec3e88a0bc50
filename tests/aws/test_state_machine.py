"""The state machine and what lives for a while, whole: each number stands beside the reason for it.

MiniStack runs the definition, but it throttles nothing, loses nothing, and expires nothing.
"""

import re
from pathlib import Path

import pytest

from support import ROOT
from support.templates import DEPLOY, load, machine, resources

LAMBDA = "arn:${Partition}:states:::lambda:invoke"
PUBLISH = "arn:${Partition}:states:::sns:publish"
STACKSETS = "arn:${Partition}:states:::aws-sdk:cloudformation:"

#: Lambda has no room, or trouble of its own: with 2 s, 4 s, … 60 s in between that is five minutes at most, and a young
#: account has ten Lambdas at once.
BUSY = {
    "ErrorEquals": ["Lambda.TooManyRequestsException", "Lambda.ServiceException", "Lambda.AWSLambdaException", "Lambda.SdkClientException"],
    "IntervalSeconds": 2, "MaxAttempts": 8, "BackoffRate": 2, "MaxDelaySeconds": 60, "JitterStrategy": "FULL",
}
#: The function was killed, or its answer was lost: the next one goes on where it was. Three kills are no accident.
KILLED = {
    "ErrorEquals": ["Sandbox.Timedout", "Runtime.ExitError", "Lambda.Unknown", "States.Timeout"],
    "IntervalSeconds": 5, "MaxAttempts": 2, "BackoffRate": 2, "JitterStrategy": "FULL",
}
#: A report is worth a second try, whatever it was; so are the steps about roles that only look or write down.
ANYTHING = {"ErrorEquals": ["States.ALL"], "IntervalSeconds": 5, "MaxAttempts": 2, "BackoffRate": 2, "JitterStrategy": "FULL"}
#: A message that is not published is lost. SNS is back within a minute.
TELLING = {"ErrorEquals": ["States.ALL"], "IntervalSeconds": 2, "MaxAttempts": 5, "BackoffRate": 2, "JitterStrategy": "FULL"}
#: CloudFormation throttles by the account.
LOOKING = {"ErrorEquals": ["States.ALL"], "IntervalSeconds": 5, "MaxAttempts": 5, "BackoffRate": 2, "JitterStrategy": "FULL"}
#: Somebody else's operation with the StackSet: ten minutes, a third of the lease.
ANOTHER = {"ErrorEquals": ["CloudFormation.OperationInProgressException"], "IntervalSeconds": 30, "MaxAttempts": 20, "BackoffRate": 1}
#: The answer may have been lost: the request is sent again with the same id.
ASKING = {
    "ErrorEquals": ["CloudFormation.CloudFormationException", "CloudFormation.SdkClientException", "States.Timeout"],
    "IntervalSeconds": 5, "MaxAttempts": 3, "BackoffRate": 2, "JitterStrategy": "FULL",
}


def caught(following, place, *errors):
    return {"ErrorEquals": list(errors) or ["States.ALL"], "ResultPath": place, "Next": following}


#: Longer than an invocation may take (900 s), so that Step Functions does not give up before Lambda does.
INVOCATION = 960
#: One request to CloudFormation, or one to the bucket.
REQUEST = 60

#: Every task: what it asks, for how long, when again, and where to if it fails all the same.
TASKS = {
    # Whatever fails here is told in the report; so is that people could not be asked.
    "AskForApproval": (PUBLISH, None, [TELLING], [caught("Report", "$.error")]),
    "Prepare": (LAMBDA, INVOCATION, [BUSY, KILLED], [caught("Report", "$.error")]),
    # One group of Regions that fails leaves the others alone.
    "Reconcile": (LAMBDA, INVOCATION, [BUSY, KILLED], [caught("GroupFailed", "$.error")]),
    "Report": (LAMBDA, INVOCATION, [BUSY, ANYTHING], [caught("TellThatThereIsNoReport", "$.error")]),
    "Tell": (PUBLISH, None, [TELLING], [caught("NotTold", "$.untold")]),
    # The last word is said once: nothing may come of it but the end.
    "TellThatThereIsNoReport": (PUBLISH, None, None, [caught("NoReport", "$.untold")]),
    # Whatever comes of the roles, the Regions are next. A request that CloudFormation has had already has begun.
    "MakeRoles": (
        f"{STACKSETS}createStackInstances", REQUEST, [ANOTHER, ASKING],
        [caught("WaitForRoles", None, "CloudFormation.OperationIdAlreadyExistsException"), caught("Regions", "$.roles_error")],
    ),
    "LookAtRoles": (f"{STACKSETS}describeStackSetOperation", REQUEST, [LOOKING], [caught("Regions", "$.roles_error")]),
    "ListRoles": (f"{STACKSETS}listStackSetOperationResults", REQUEST, [LOOKING], [caught("Regions", "$.roles_error")]),
    "ListMoreRoles": (f"{STACKSETS}listStackSetOperationResults", REQUEST, [LOOKING], [caught("Regions", "$.roles_error")]),
    "TryRoles": (LAMBDA, INVOCATION, [ANYTHING], [caught("Regions", "$.roles_error")]),
    # Where the turn is lost, the passes notice it.
    "KeepTurn": (LAMBDA, REQUEST, [ANYTHING], [caught("CountLooks", None)]),
}


def all_states():
    states = machine()["States"]
    return {**states, **states["Regions"]["ItemProcessor"]["States"]}


def test_every_task_has_its_time_its_retries_and_its_way_out():
    tasks = {
        name: (it["Resource"], it.get("TimeoutSeconds"), it.get("Retry"), it["Catch"])
        for name, it in all_states().items() if it["Type"] == "Task"
    }
    assert tasks == TASKS


def test_what_a_message_answers_replaces_nothing_that_is_needed_after_it():
    states = all_states()
    for name in ("AskForApproval", "Tell", "TellThatThereIsNoReport", "MakeRoles", "KeepTurn", "TryRoles"):
        assert "ResultPath" in states[name] or name == "TellThatThereIsNoReport", name
        assert states[name].get("ResultPath") is None, name


#: What follows each state that chooses nothing and ends nothing; where to go after a failure stands in `TASKS`.
FOLLOWING = {
    "Begin": "Prepare", "Prepare": "WhatNext", "WaitForTurn": "Prepare",
    "AskForApproval": "WaitForApproval", "WaitForApproval": "Prepare",
    "NameOperation": "MakeRoles", "MakeRoles": "WaitForRoles", "WaitForRoles": "LookAtRoles", "LookAtRoles": "KeepTurn",
    "KeepTurn": "CountLooks", "CountLooks": "AreRolesMade",
    # Each page of results is tried before the next one is read.
    "ListRoles": "TryRoles", "ListMoreRoles": "TryRoles", "TryRoles": "AreThereMore",
    "Regions": "Report", "Reconcile": "Settled", "WaitForAWS": "Reconcile",
    "Report": "Tell", "Tell": "HowItEnded", "TellThatThereIsNoReport": "NoReport",
}


def test_every_state_is_followed_by_the_one_that_goes_on_with_it():
    assert {name: it["Next"] for name, it in all_states().items() if "Next" in it} == FOLLOWING
    ends = {name for name, it in all_states().items() if it.get("End")}
    assert ends == {"GroupDone", "GroupFailed"}
    assert (machine()["StartAt"], machine()["States"]["Regions"]["ItemProcessor"]["StartAt"]) == ("Begin", "Reconcile")


def test_the_regions_fail_apart_and_five_at_a_time():
    regions = machine()["States"]["Regions"]
    # A young account has 10 Lambdas at once; each pass holds RegionsPerPass Regions.
    assert (regions["Type"], regions["MaxConcurrency"], regions["ItemsPath"]) == ("Map", 5, "$.prepared.groups")
    # What no group caught itself, such as an answer that is too large, is told as well.
    assert regions["Catch"] == [caught("Report", "$.error")]
    # A tolerance is for distributed maps; here each group catches its own.
    assert not {"ToleratedFailureCount", "ToleratedFailurePercentage"} & set(regions)
    assert (regions["ResultPath"], regions["Next"]) == ("$.results", "Report")


def test_every_choice_is_as_the_function_and_cloudformation_name_it():
    def rules(name):
        state = all_states()[name]
        return [(it["Variable"], it.get("StringEquals", it.get("BooleanEquals", it.get("IsPresent"))), it["Next"])
                for it in state["Choices"]], state.get("Default")

    outcome = "$.prepared.outcome"
    assert rules("WhatNext") == ([
        (outcome, "go", "WhichRoles"), (outcome, "busy", "WaitForTurn"),
        (outcome, "approve", "AskForApproval"), (outcome, "asked", "WaitForApproval"), (outcome, "duplicate", "Duplicate"), (outcome, "no_list", "NoListYet"),
    ], "Report")
    assert rules("WhichRoles") == ([("$.prepared.roles[0]", True, "NameOperation")], "Regions")
    assert rules("AreThereMore") == ([("$.roles.page.NextToken", True, "ListMoreRoles")], "Regions")
    assert rules("Settled") == ([("$.again", True, "WaitForAWS")], "GroupDone")
    ends = ["BadInput", "NotApproved", "PlanRefused", "Failed", "StillWaiting"]
    assert rules("HowItEnded") == ([("$.error", f"DetectiveFleet.{it}", it) for it in ends], "Done")
    for name in ends:
        end = all_states()[name]
        assert (end["Type"], end["Error"], end["CausePath"]) == ("Fail", f"DetectiveFleet.{name}", "$.subject")
    for name in ("NotTold", "NoReport"):
        assert (all_states()[name]["Type"], all_states()[name]["Error"]) == ("Fail", "DetectiveFleet.Failed")
    for name in ("Done", "Duplicate", "NoListYet"):
        assert all_states()[name]["Type"] == "Succeed"


def test_roles_are_waited_for_a_quarter_of_an_hour_until_their_operation_is_over():
    states = machine()["States"]
    [rule] = states["AreRolesMade"]["Choices"]
    few, going_on = rule["And"]
    # 60 looks, one each 15 s. QUEUED and STOPPING are not over (docs.aws.amazon.com/AWSCloudFormation/latest/APIReference/
    # API_StackSetOperation.html).
    assert few == {"Variable": "$.roles.looks", "NumericLessThan": 60}
    assert going_on == {"Or": [{"Variable": "$.roles.Status", "StringEquals": it} for it in ("RUNNING", "QUEUED", "STOPPING")]}
    assert (rule["Next"], states["AreRolesMade"]["Default"]) == ("WaitForRoles", "ListRoles")
    assert states["WaitForRoles"] == {"Type": "Wait", "Seconds": 15, "Next": "LookAtRoles"}
    assert states["CountLooks"]["Parameters"]["looks.$"] == "States.MathAdd($.roles.looks, 1)"


def test_an_operation_with_the_stack_set_is_known_again_by_its_id():
    states = machine()["States"]
    # In a state of its own: a retry of MakeRoles must not make another id.
    assert states["NameOperation"]["Parameters"] == {"OperationId.$": "States.UUID()", "looks": 0}
    assert (states["NameOperation"]["ResultPath"], states["NameOperation"]["Next"]) == ("$.roles", "MakeRoles")
    assert states["MakeRoles"]["Parameters"] == {
        "StackSetName": "${StackSetName}", "Accounts.$": "$.prepared.roles", "Regions": ["${Region}"],
        "OperationId.$": "$.roles.OperationId",
        # No account that fails holds up another.
        "OperationPreferences": {"FailureTolerancePercentage": 100, "MaxConcurrentPercentage": 100},
    }


def test_a_page_of_results_fits_into_a_state():
    # 256 KiB for the input of a state; a reason may have some KB (docs.aws.amazon.com/step-functions/latest/dg/service-quotas.html).
    for name in ("ListRoles", "ListMoreRoles"):
        assert machine()["States"][name]["Parameters"]["MaxResults"] == 25


def test_the_turn_is_kept_while_roles_are_made():
    lasts = re.search(r"const LASTS: Duration = Duration::from_secs\(([\d *]+)\)", (ROOT / "crates/lambda/src/lease.rs").read_text())
    lease = eval(lasts[1])  # noqa: S307 - a product of numbers
    assert lease == 30 * 60
    # It is renewed at each look, every 15 s and some; before the first one there may be ten minutes of somebody else's operation.
    assert machine()["States"]["LookAtRoles"]["Next"] == "KeepTurn"
    assert machine()["States"]["KeepTurn"]["Parameters"]["Payload"] == {"step": "turn", "execution.$": "$$.Execution.Name"}
    assert ANOTHER["IntervalSeconds"] * ANOTHER["MaxAttempts"] < lease / 2
    # And a pass, which renews it when it begins, is shorter.
    assert INVOCATION < lease


def test_a_run_ends_within_six_hours_and_what_people_take_to_approve_it(security):
    # Three hours for its turn and three for AWS, which is the most that WaitLimitMinutes may say; and three days for an approval.
    longest = security["Parameters"]["WaitLimitMinutes"]["MaxValue"] * 60
    approval = security["Parameters"]["ApprovalHours"]["MaxValue"] * 3600
    assert machine()["TimeoutSeconds"] == 280_800 == 2 * longest + approval


def test_an_approval_is_looked_for_by_the_step_that_asked_for_it_and_asked_for_once():
    states = machine()["States"]
    # What was asked goes round by its hash, in the state machine and nowhere else: also while a turn is waited for.
    assert (machine()["StartAt"], states["Begin"]["Parameters"], states["Begin"]["Next"]) == ("Begin", {"asked": None}, "Prepare")
    assert states["Prepare"]["ResultSelector"] == {"prepared.$": "$.Payload", "asked.$": "$.Payload.asked"}
    ask = states["AskForApproval"]
    assert ask["Parameters"] == {
        "TopicArn": "${Topic}", "Subject.$": "$.prepared.question.subject", "Message.$": "$.prepared.question.message",
    }
    assert (ask["ResultPath"], ask["Next"]) == (None, "WaitForApproval")
    for name in ("WaitForApproval", "WaitForTurn"):
        assert (states[name]["Type"], states[name]["SecondsPath"], states[name]["Next"]) == ("Wait", "$.prepared.wait_seconds", "Prepare")


def test_what_the_steps_are_told():
    settings = {"MESSAGE": "${Message}", "EXPECTED": "${Expected}", "TAGS": "${Tags}"}
    payloads = {name: it["Parameters"]["Payload"] for name, it in all_states().items() if it.get("Resource") == LAMBDA}
    assert payloads == {
        "Prepare": {
            "step": "prepare", "execution.$": "$$.Execution.Name", "entered.$": "$$.Execution.StartTime",
            "event.$": "$$.Execution.Input", "asked.$": "$.asked", "settings": settings,
        },
        # What is to be done comes from the execution's own input each time, and what lies in the bucket is bound by its hash.
        "Reconcile": {
            "step": "reconcile", "execution.$": "$.execution", "group.$": "$.group", "pass.$": "$.pass", "sealed.$": "$.sealed",
            "event.$": "$$.Execution.Input", "settings": settings,
        },
        "KeepTurn": {"step": "turn", "execution.$": "$$.Execution.Name"},
        "TryRoles": {"step": "roles", "execution.$": "$$.Execution.Name", "results.$": "$.roles.page"},
        "Report": {
            "step": "report", "execution.$": "$$.Execution.Name", "execution_arn.$": "$$.Execution.Id",
            "ended.$": "$", "settings": settings,
        },
    }
    assert {it["Parameters"]["FunctionName"] for it in all_states().values() if it.get("Resource") == LAMBDA} == {"${Function}"}
    assert {it["Parameters"]["TopicArn"] for it in all_states().values() if it.get("Resource") == PUBLISH} == {"${Topic}"}


@pytest.fixture(scope="module")
def security():
    return load("security-account.yaml")


def test_each_kind_of_object_lives_as_long_as_it_is_needed(security):
    [bucket] = resources(security, "AWS::S3::Bucket").values()
    rules = {it.pop("Id"): it for it in bucket["LifecycleConfiguration"]["Rules"]}
    assert all(it.pop("Status") == "Enabled" for it in rules.values())
    keep, lists = {"Ref": "KeepDays"}, {"Ref": "ListDays"}
    assert rules == {
        "runs": {"Prefix": "runs/", "ExpirationInDays": keep, "NoncurrentVersionExpiration": {"NoncurrentDays": 7}},
        # Whoever looks into a report finds who approved it.
        "approvals": {"Prefix": "approve/", "ExpirationInDays": keep, "NoncurrentVersionExpiration": {"NoncurrentDays": keep}},
        # An event that comes once more, within hours, or out of the dead letters, within two weeks, has to find its claim.
        "claims": {"Prefix": "state/claims/", "ExpirationInDays": keep},
        # The lease and what uploads have covered have no end; what they said before is for looking into what went wrong.
        "state": {"Prefix": "state/", "NoncurrentVersionExpiration": {"NoncurrentDays": 7}},
        "latest": {"Prefix": "latest/", "NoncurrentVersionExpiration": {"NoncurrentDays": keep}},
        # The newest list there is what drift runs go by.
        "enable": {"Prefix": "enable/", "NoncurrentVersionExpiration": {"NoncurrentDays": lists}},
        "disable": {"Prefix": "disable/", "ExpirationInDays": lists, "NoncurrentVersionExpiration": {"NoncurrentDays": lists}},
        "plan": {"Prefix": "plan/", "ExpirationInDays": lists, "NoncurrentVersionExpiration": {"NoncurrentDays": lists}},
        "execute": {"Prefix": "execute/", "ExpirationInDays": lists, "NoncurrentVersionExpiration": {"NoncurrentDays": lists}},
        "unfinished": {"AbortIncompleteMultipartUpload": {"DaysAfterInitiation": 7}},
    }
    defaults = {name: (security["Parameters"][name]["Default"], security["Parameters"][name]["MinValue"]) for name in ("KeepDays", "ListDays")}
    assert defaults == {"KeepDays": (400, 7), "ListDays": (400, 7)}


def test_letters_and_logs_live_as_long_as_they_are_needed(security):
    [queue] = resources(security, "AWS::SQS::Queue").values()
    # Two weeks, the most there is: people are on holiday.
    assert queue["MessageRetentionPeriod"] == 14 * 24 * 3600
    for group in resources(security, "AWS::Logs::LogGroup").values():
        assert group["RetentionInDays"] == {"Ref": "LogDays"}
    assert security["Parameters"]["LogDays"]["Default"] == 400


def test_sessions_last_an_hour_at_most():
    # A role that was assumed by a role cannot have more.
    for name, role in (("security-account.yaml", "AdministratorRole"), ("member-role.yaml", "MemberRole"), ("stackset-execution.yaml", "ExecutionRole")):
        assert load(name)["Resources"][role]["Properties"]["MaxSessionDuration"] == 3600


def test_each_rule_starts_runs_for_its_own_lists_and_one_of_them_can_be_switched_off(security):
    def rule(name):
        it = security["Resources"][name]["Properties"]
        pattern = it["EventPattern"]
        assert (pattern["source"], pattern["detail-type"]) == (["aws.s3"], ["Object Created"])
        return it.get("State"), [key["prefix"] for key in pattern["detail"]["object"]["key"]]

    assert rule("EnableRule") == (None, ["enable/", "plan/enable/", "execute/enable/"])
    assert rule("DisableRule") == ({"Ref": "DisableByUpload"}, ["disable/", "plan/disable/", "execute/disable/"])


def test_the_drift_run_is_daily_and_not_at_deployment(security):
    # A rate(...) is due when the schedule is made (docs.aws.amazon.com/scheduler/latest/UserGuide/schedule-types.html).
    assert security["Parameters"]["DriftSchedule"]["Default"] == "cron(0 6 * * ? *)"
    [schedule] = resources(security, "AWS::Scheduler::Schedule").values()
    assert schedule["ScheduleExpression"] == {"Ref": "DriftSchedule"}
    assert schedule["Target"]["Input"] == '{"scheduled_time": "<aws.scheduler.scheduled-time>"}'
    assert security["Resources"]["DriftRun"]["Condition"] == "HasDrift"


#: The longest that can be in a variable, by the parameter or the resource that it comes from.
LONGEST = {
    "AWS::StackName": 128, "Bucket": 63, "AdministratorRole": 64, "MemberRoleName": 64, "ExternalId": 1224, "Regions": 400,
    "ExcludeRegions": 400, "AuthoritativeKey": 256, "MaxRemovals": 4, "Packages": 32,
}


def test_the_function_has_room_for_the_longest_settings(security):
    """All variables together may have 4 KB (docs.aws.amazon.com/lambda/latest/dg/gettingstarted-limits.html)."""
    variables = security["Resources"]["Function"]["Properties"]["Environment"]["Variables"]
    total = 0
    for name, value in variables.items():
        if "Fn::If" in value:
            total += len(name) + max(map(len, value["Fn::If"][1:]))
            continue
        text = value.get("Ref") or value["Fn::Sub"]
        total += len(name) + len(re.sub(r"\$\{.*\}", "", text) if "Fn::Sub" in value else "")
        total += longest(security, re.search(r"\$\{(.*)\}", text)[1] if "Fn::Sub" in value else text)
    assert total < 4096, total


def longest(security, name):
    parameter = security["Parameters"].get(name, {})
    if "AllowedValues" in parameter:
        return max(map(len, parameter["AllowedValues"]))
    if parameter.get("Type") == "Number":
        return len(str(parameter["MaxValue"]))
    bounded = re.search(r"\{\d+,(\d+)\}[)]?\$$", parameter.get("AllowedPattern", ""))
    said = LONGEST[name]
    assert said == parameter.get("MaxLength", int(bounded[1]) if bounded else said), name
    return said


def test_what_can_be_longer_is_said_by_the_state_machine_as_text_that_cannot_break_it(security):
    substitutions = security["Resources"]["StateMachine"]["Properties"]["DefinitionSubstitutions"]
    for name in ("Message", "Expected", "Tags"):
        # In JSON a quote of the text would end the string.
        assert substitutions[name] == {"Fn::Base64": {"Ref": name}}
        assert security["Parameters"][name]["MaxLength"] <= 4000
    free = {"Partition", "Region", "Function", "Topic", "StackSetName", "Message", "Expected", "Tags"}
    assert set(substitutions) <= free
    assert Path(DEPLOY / "state-machine.asl.json").stat().st_size < 100_000
