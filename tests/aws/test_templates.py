"""The templates themselves: what an emulator is lax about is asserted here."""

import re
import subprocess
import sys
from pathlib import Path

import pytest
from awscli.customizations.cloudformation.yamlhelper import yaml_dump, yaml_parse

from support.policies import Evaluated
from support.templates import DEPLOY, TEMPLATES, actions, listed, load, read, resources, statements


@pytest.fixture(scope="module")
def security():
    return load("security-account.yaml")


def test_cfn_lint_finds_nothing():
    program = Path(sys.executable).parent / "cfn-lint"
    # W3002: zip and state machine are local paths until `aws cloudformation package` has uploaded them.
    words = [program, "--ignore-checks", "W3002", "--", *TEMPLATES]
    done = subprocess.run(words, capture_output=True, text=True, timeout=120)
    assert done.returncode == 0, done.stdout + done.stderr


@pytest.mark.parametrize("path", TEMPLATES, ids=lambda path: path.name)
def test_nobody_may_do_everything(path):
    for name, statement in statements(load(path.name)):
        if statement["Effect"] == "Deny":
            continue
        for action in listed(statement["Action"]):
            # What AWS asks for in an execution role: for the stacks of one StackSet, or with DocumentedMinimum.
            whole = (name, action) == ("ExecutionRole", "cloudformation:*") and ":stack/StackSet-" in str(statement["Resource"])
            assert "*" not in action or whole or statement.get("Sid") == "AsDocumented", (name, action)
        if "*" in listed(statement["Resource"]) and statement.get("Sid") != "AsDocumented":
            # Those that have no resource to be limited to, and templates in buckets of other accounts.
            nowhere = {
                "detective:ListGraphs", "detective:CreateGraph", "detective:ListInvitations", "guardduty:ListDetectors",
                "cloudformation:GetTemplateSummary", "cloudformation:ValidateTemplate",
            }
            elsewhere = {"s3:GetObject"} if "StringNotEquals" in statement.get("Condition", {}) else set()
            # AWS asks for these on everything (docs.aws.amazon.com/step-functions/latest/dg/cw-logs.html).
            if (name, statement.get("Sid")) == ("StateMachineRole", "Log"):
                elsewhere = {
                    "logs:CreateLogDelivery", "logs:GetLogDelivery", "logs:UpdateLogDelivery", "logs:DeleteLogDelivery",
                    "logs:ListLogDeliveries", "logs:PutResourcePolicy", "logs:DescribeResourcePolicies", "logs:DescribeLogGroups",
                }
            assert set(listed(statement["Action"])) <= nowhere | elsewhere, name


def test_what_is_deployed_fits_into_a_request():
    """As `aws cloudformation package` writes it; a larger template needs a bucket at each `deploy`."""
    for path in TEMPLATES:
        packaged = yaml_dump(yaml_parse(path.read_text()))
        # The paths become URLs.
        assert len(packaged.encode()) + 500 < 51_200, path.name


def test_every_parameter_says_what_it_is_for():
    for path in TEMPLATES:
        for name, parameter in load(path.name)["Parameters"].items():
            assert parameter["Description"], name
            bounded = {"AllowedPattern", "AllowedValues", "MinValue", "MaxLength"} & set(parameter)
            assert bounded or parameter["Type"] == "CommaDelimitedList", name


def test_the_bucket_is_private_encrypted_versioned_and_kept(security):
    [bucket] = resources(security, "AWS::S3::Bucket").values()
    assert all(bucket["PublicAccessBlockConfiguration"].values())
    assert len(bucket["PublicAccessBlockConfiguration"]) == 4
    assert bucket["VersioningConfiguration"] == {"Status": "Enabled"}
    assert bucket["BucketEncryption"]["ServerSideEncryptionConfiguration"]
    # With its policy; but a stack that could not be created leaves none behind.
    for name in ("Bucket", "BucketPolicy"):
        kept = security["Resources"][name]
        assert (kept["DeletionPolicy"], kept["UpdateReplacePolicy"]) == ("RetainExceptOnCreate", "Retain"), name


def test_nothing_that_an_execution_writes_starts_another(security):
    prefixes = []
    for rule in resources(security, "AWS::Events::Rule").values():
        detail = rule["EventPattern"]["detail"]
        assert detail["bucket"]["name"] == [{"Ref": "Bucket"}]
        prefixes += [key["prefix"] for key in detail["object"]["key"]]
        [target] = rule["Targets"]
        assert "DeadLetterConfig" in target
    assert sorted(prefixes) == [f"{it}{what}/" for it in ("", "execute/", "plan/") for what in ("disable", "enable")]


def test_what_goes_wrong_is_seen(security):
    # MiniStack has no metrics of Step Functions, Lambda and SQS: what each alarm looks at is asserted here.
    seen = {
        (alarm["Namespace"], alarm["MetricName"], alarm["Statistic"]): alarm["Dimensions"]
        for alarm in resources(security, "AWS::CloudWatch::Alarm").values()
    }
    machine = [{"Name": "StateMachineArn", "Value": {"Ref": "StateMachine"}}]
    function = [{"Name": "FunctionName", "Value": {"Ref": "Function"}}]
    queue = [{"Name": "QueueName", "Value": {"Fn::GetAtt": "DeadLetters.QueueName"}}]
    assert seen == {
        ("AWS/States", "ExecutionsFailed", "Sum"): machine,
        ("AWS/States", "ExecutionsTimedOut", "Sum"): machine,
        ("AWS/States", "ExecutionsAborted", "Sum"): machine,
        ("AWS/Lambda", "Errors", "Sum"): function,
        ("AWS/Lambda", "Throttles", "Sum"): function,
        ("AWS/SQS", "ApproximateNumberOfMessagesVisible", "Maximum"): queue,
    }


def test_one_of_them_is_enough_and_silence_is_well(security):
    for name, alarm in resources(security, "AWS::CloudWatch::Alarm").items():
        assert (alarm["Threshold"], alarm["ComparisonOperator"]) == (1, "GreaterThanOrEqualToThreshold"), name
        assert alarm["TreatMissingData"] == "notBreaching", name
        # A run that failed has sent a message of its own: an alarm that repeats it is no second mail.
        assert alarm.get("AlarmActions") == (None if name == "FailedAlarm" else [{"Ref": "Topic"}]), name
        # Throttles are retried: some are nothing.
        assert (alarm["Period"], alarm["EvaluationPeriods"]) == (300, 3 if name == "ThrottlesAlarm" else 1), name


def test_no_concurrency_is_reserved(security):
    # A young account has 10 Lambdas at once: there is nothing to reserve.
    assert "ReservedConcurrentExecutions" not in security["Resources"]["Function"]["Properties"]


def test_the_function_runs_on_the_processor_that_its_package_is_for(security):
    function = security["Resources"]["Function"]["Properties"]
    # Without it, it would be x86_64 whatever is handed over.
    assert function["Architectures"] == [{"Ref": "Architecture"}]
    assert (function["Runtime"], function["Handler"]) == ("provided.al2023", "bootstrap")
    assert security["Parameters"]["Architecture"]["AllowedValues"] == ["x86_64", "arm64"]


@pytest.mark.parametrize("path", TEMPLATES, ids=lambda path: path.name)
def test_no_two_statements_of_a_policy_have_one_name(path):
    """IAM refuses such a policy, and a log of denied requests could not tell which of them it was."""
    def documents(value):
        if isinstance(value, list):
            for it in value:
                yield from documents(it)
        elif isinstance(value, dict):
            if "Statement" in value:
                yield value["Statement"]
            for it in value.values():
                yield from documents(it)

    for statements in documents(load(path.name)):
        both = [it.get("Fn::If", [None, it])[1] for it in statements]
        named = [it["Sid"] for it in both if "Sid" in it]
        assert len(named) == len(set(named)), named


def test_nobody_but_the_state_machine_invokes_the_function(security):
    kinds = {it["Type"] for it in security["Resources"].values()}
    # MiniStack invokes without asking for a permission: there is nothing here that would need one.
    assert not kinds & {"AWS::Lambda::Permission", "AWS::Lambda::Url", "AWS::Lambda::EventSourceMapping"}
    [bucket] = resources(security, "AWS::S3::Bucket").values()
    assert bucket["NotificationConfiguration"] == {"EventBridgeConfiguration": {"EventBridgeEnabled": True}}
    schedules = resources(security, "AWS::Scheduler::Schedule").values()
    rules = resources(security, "AWS::Events::Rule").values()
    targets = [schedule["Target"] for schedule in schedules] + [target for rule in rules for target in rule["Targets"]]
    assert len(targets) == 3
    for target in targets:
        assert target["Arn"] == {"Ref": "StateMachine"} and target["RoleArn"] == {"Fn::GetAtt": "StartRole.Arn"}
        assert target["DeadLetterConfig"] == {"Arn": {"Fn::GetAtt": "DeadLetters.Arn"}}
    allowed = {name: it["Resource"] for name, it in statements(security) if it["Action"] == "lambda:InvokeFunction"}
    assert allowed == {"StateMachineRole": {"Fn::GetAtt": "Function.Arn"}}


def test_services_assume_roles_for_this_account_alone(security):
    trusts = {
        name: role["AssumeRolePolicyDocument"]["Statement"] for name, role in resources(security, "AWS::IAM::Role").items()
    }
    assert set(trusts) == {"AdministratorRole", "FunctionRole", "StateMachineRole", "StartRole"}
    assert [it["Principal"]["Service"] for it in trusts["FunctionRole"]] == ["lambda.amazonaws.com"]
    for name in ("StateMachineRole", "StartRole"):
        [trust] = trusts[name]
        assert trust["Condition"] == {"StringEquals": {"aws:SourceAccount": {"Ref": "AWS::AccountId"}}}, name
    assert trusts["StateMachineRole"][0]["Principal"] == {"Service": "states.amazonaws.com"}
    assert sorted(trusts["StartRole"][0]["Principal"]["Service"]) == ["events.amazonaws.com", "scheduler.amazonaws.com"]


def test_function_and_state_machine_write_their_logs(security):
    properties = security["Resources"]["Function"]["Properties"]
    assert properties["LoggingConfig"] == {"LogFormat": "JSON", "LogGroup": {"Ref": "LogGroup"}}
    assert security["Resources"]["StateMachine"]["Properties"]["LoggingConfiguration"] == {
        "Level": "ALL", "IncludeExecutionData": False,
        "Destinations": [{"CloudWatchLogsLogGroup": {"LogGroupArn": {"Fn::GetAtt": "RunsLogGroup.Arn"}}}],
    }


def test_the_definition_has_a_value_for_each_of_its_names(security):
    named = re.findall(r"\$\{(\w+)\}", (DEPLOY / "state-machine.asl.json").read_text())
    assert set(named) == set(security["Resources"]["StateMachine"]["Properties"]["DefinitionSubstitutions"])


def test_there_is_nothing_in_it_for_tests():
    # The endpoints of a test come from what MiniStack itself is started with.
    for path in DEPLOY.iterdir():
        text = path.read_text().lower()
        assert not [word for word in ("endpoint_url", "ministack", "localhost", "127.0.0.1", "detective-fleet sandbox") if word in text]


def test_what_is_deployed_is_the_very_template(stack):
    body = stack.client("cloudformation").get_template(StackName="detective-fleet")["TemplateBody"]
    deployed, source = read(body), load("security-account.yaml")
    code = deployed["Resources"]["Function"]["Properties"].pop("Code")
    assert code["S3Bucket"] == "artifacts"
    assert source["Resources"]["Function"]["Properties"].pop("Code") == "../target/package/bootstrap.zip"
    place = deployed["Resources"]["StateMachine"]["Properties"].pop("DefinitionS3Location")
    assert source["Resources"]["StateMachine"]["Properties"].pop("DefinitionS3Location") == "state-machine.asl.json"
    definition = stack.s3.get_object(Bucket="artifacts", Key=place["Key"])["Body"].read()
    assert definition == (DEPLOY / "state-machine.asl.json").read_bytes()
    assert deployed == source


def test_names_are_generated_but_for_the_administrator_role(security):
    named = [
        name
        for name, it in security["Resources"].items()
        for key in it["Properties"]
        if key in ("BucketName", "FunctionName", "TopicName", "QueueName", "StateMachineName", "RoleName",
                   "ManagedPolicyName", "LogGroupName", "AlarmName", "Name")
    ]
    # AWS recommends the prefix /aws/vendedlogs/ for the log of a state machine: without it each log is an entry in a
    # policy of the account that has room for few.
    assert named == ["AdministratorRole", "RunsLogGroup"]


def test_the_member_role_trusts_one_role_and_can_only_accept_and_tell():
    template = load("member-role.yaml")
    role = template["Resources"]["MemberRole"]["Properties"]
    [policy] = role["Policies"]
    allowed = policy["PolicyDocument"]["Statement"]
    always = [action for it in allowed if "Fn::If" not in it for action in listed(it["Action"])]
    assert sorted(always) == [
        "account:GetRegionOptStatus", "account:ListRegions", "detective:AcceptInvitation", "detective:ListInvitations",
    ]
    # GuardDuty's are for who wants them.
    asked_for = [it["Fn::If"] for it in allowed if "Fn::If" in it]
    assert [it["Action"] for _, it, _ in asked_for] == ["guardduty:ListDetectors", "guardduty:GetDetector"]
    for condition, _, otherwise in asked_for:
        assert template["Conditions"][condition] == {"Fn::Equals": [{"Ref": "AllowGuardDutyReads"}, "true"]}
        assert otherwise == {"Ref": "AWS::NoValue"}
    assert template["Parameters"]["AllowGuardDutyReads"]["Default"] == "false"


def member_role(**given):
    [(_, _, role)] = Evaluated("member-role.yaml", given).resources()
    [policy] = role["Policies"]
    [accept] = [it for it in policy["PolicyDocument"]["Statement"] if it["Action"] == "detective:AcceptInvitation"]
    return role["AssumeRolePolicyDocument"]["Statement"], accept


def test_the_member_role_trusts_one_role_and_accepts_one_administrators_invitations_unless_it_is_told_otherwise():
    administrator = "role/detective-fleet/DetectiveFleetAdministrator"
    [trust], accept = member_role()
    assert trust["Principal"] == {"AWS": "arn:aws:iam::SECURITY:root"}
    assert trust["Condition"] == {"ArnEquals": {"aws:PrincipalArn": f"arn:aws:iam::SECURITY:{administrator}"}}
    assert accept["Resource"] == "arn:aws:detective:*:SECURITY:graph:*"
    operator = "arn:aws:iam::OTHER:role/people/Operator"
    (both, named), accept = member_role(SecondAdministrator="OTHER", AlsoTrusted=operator, ExternalId="ID")
    accounts = ["SECURITY", "OTHER"]
    assert both["Principal"] == named["Principal"] == {"AWS": [f"arn:aws:iam::{it}:root" for it in accounts]}
    assert both["Condition"] == {
        "ArnEquals": {"aws:PrincipalArn": [f"arn:aws:iam::{it}:{administrator}" for it in accounts]},
        "StringEquals": {"sts:ExternalId": "ID"},
    }
    assert named["Condition"] == {"StringEquals": {"aws:PrincipalArn": [operator], "sts:ExternalId": "ID"}}
    assert accept["Resource"] == [f"arn:aws:detective:*:{it}:graph:*" for it in accounts]


def test_the_state_machine_adds_accounts_to_one_stack_set_and_only_where_that_is_switched_on(security):
    policy = security["Resources"]["MemberRolesPolicy"]
    assert policy["Condition"] == "ManagesMemberRoles"
    assert security["Conditions"]["ManagesMemberRoles"] == {"Fn::Equals": [{"Ref": "ManageMemberRoles"}, "true"]}
    assert security["Parameters"]["ManageMemberRoles"]["Default"] == "false"
    assert actions(security, "MemberRolesPolicy") == [
        "cloudformation:CreateStackInstances", "cloudformation:DescribeStackSetOperation",
        "cloudformation:ListStackSetOperationResults", "iam:GetRole", "iam:PassRole",
    ]
    # The last two with DocumentedMinimum only; docs/permissions.md has all of it.
    assert security["Parameters"]["DocumentedMinimum"]["Default"] == "false"


def test_the_administrator_role_holds_what_the_product_calls(security):
    reads = ["GetMembers", "ListDatasourcePackages", "ListGraphs", "ListMembers", "ListTagsForResource"]
    changes = [
        "CreateGraph", "CreateMembers", "DeleteMembers", "StartMonitoringMember", "TagResource", "UntagResource",
        "UpdateDatasourcePackages",
    ]
    # A graph is deleted by a person with the command, never by an upload.
    detective = [f"detective:{name}" for name in reads + changes]
    assert actions(security, "AdministratorRole") == sorted(["account:ListRegions", "sts:AssumeRole", "sts:SetSourceIdentity", *detective])


def test_descriptions_of_policies_stay_as_they_are():
    """IAM cannot change the description of a managed policy: CloudFormation makes another, which fails where its name is fixed,
    and where it is not, people lose what was attached to them."""
    descriptions = {
        name: it["Description"] for path in TEMPLATES for name, it in resources(load(path.name), "AWS::IAM::ManagedPolicy").items()
    }
    assert descriptions == {
        "Boundary": "The most that a role made by detective-fleet's StackSet may do.",
        "RolloutPolicy": "Roll out the member role by its StackSet, and take it back (detective-fleet).",
        "EnablePolicy": "Upload lists of accounts to enable, and read what came of it (detective-fleet).",
        "DisablePolicy": "Upload lists of accounts to disable, and read what came of it (detective-fleet).",
        "AuthoritativePolicy": "Upload lists of accounts to enable, among them the one that removes whom it does not name (detective-fleet).",
        "ApproverPolicy": "Approve removals, and read what came of them (detective-fleet).",
        "OperatorPolicy": "Become the administrator with the command, and read lists and what came of them (detective-fleet).",
    }
    paths = {it["Path"] for path in TEMPLATES for it in resources(load(path.name), "AWS::IAM::ManagedPolicy").values()}
    assert paths == {"/detective-fleet/"}


def evaluated(**given):
    return {name: properties for name, _, properties in Evaluated("security-account.yaml", given).resources()}


def test_a_key_of_ones_own_encrypts_bucket_topic_queue_and_logs():
    with_key, without = evaluated(KmsKeyArn="KEY"), evaluated()
    [rule] = with_key["Bucket"]["BucketEncryption"]["ServerSideEncryptionConfiguration"]
    assert rule == {"ServerSideEncryptionByDefault": {"SSEAlgorithm": "aws:kms", "KMSMasterKeyID": "KEY"}, "BucketKeyEnabled": True}
    assert (with_key["Topic"]["KmsMasterKeyId"], with_key["DeadLetters"]["KmsMasterKeyId"]) == ("KEY", "KEY")
    # SQS takes one of the two.
    assert "SqsManagedSseEnabled" not in with_key["DeadLetters"] and without["DeadLetters"]["SqsManagedSseEnabled"] is True
    for name in ("LogGroup", "RunsLogGroup"):
        assert with_key[name]["KmsKeyId"] == "KEY" and "KmsKeyId" not in without[name]
    [rule] = without["Bucket"]["BucketEncryption"]["ServerSideEncryptionConfiguration"]
    assert rule == {"ServerSideEncryptionByDefault": {"SSEAlgorithm": "AES256"}}


def test_an_access_log_is_written_where_it_is_asked_for():
    assert "LoggingConfiguration" not in evaluated()["Bucket"]
    logging = evaluated(AccessLogBucket="logs")["Bucket"]["LoggingConfiguration"]
    assert logging == {"DestinationBucketName": "logs", "LogFilePrefix": "STACK/"}


def test_a_boundary_bounds_every_role_of_the_stack():
    roles = resources(load("security-account.yaml"), "AWS::IAM::Role")
    bounded = evaluated(PermissionsBoundaryArn="BOUNDARY")
    assert {name: bounded[name].get("PermissionsBoundary") for name in roles} == dict.fromkeys(roles, "BOUNDARY")


def test_what_is_safer_is_the_default(security):
    defaults = {name: it.get("Default") for name, it in security["Parameters"].items()}
    expected = {
        "Prune": "false", "SendEmail": "false", "ManageMemberRoles": "false", "OperatorArns": "", "DocumentedMinimum": "false",
        "DisableByUpload": "ENABLED", "AllowRemovals": "true", "MaxRemovals": "", "OperatorMfa": "false",
        # Without approvers every removal would end unapproved.
        "ApproveRemovals": "false", "ApproverArns": "", "ApprovalHours": 24,
    }
    assert {name: defaults[name] for name in expected} == expected
    # A function may have 1,024 files and sockets open.
    assert security["Parameters"]["MaxConcurrency"]["MaxValue"] == 256
    for name in ("stackset-administration.yaml", "stackset-execution.yaml"):
        assert load(name)["Parameters"]["DocumentedMinimum"]["Default"] == "false"


@pytest.mark.parametrize("arn", [
    "arn:aws:iam::111111111111:role/Operator", "arn:aws-us-gov:iam::111111111111:role/people/Operator",
    "arn:aws:iam::111111111111:role/aws-reserved/sso.amazonaws.com/eu-central-1/AWSReservedSSO_Admins_0123456789abcdef",
    "arn:aws:iam::111111111111:user/alice@example.com", "",
])
def test_an_operator_or_approver_is_the_arn_of_a_role_or_user(security, arn):
    assert security["Parameters"]["ApproverArns"]["AllowedPattern"] == security["Parameters"]["OperatorArns"]["AllowedPattern"]
    assert re.fullmatch(security["Parameters"]["OperatorArns"]["AllowedPattern"], arn)


@pytest.mark.parametrize("arn", [
    "*", "arn:aws:iam::111111111111:role/*", "arn:aws:iam::111111111111:role/Op?rator", "arn:aws:iam::111111111111:root",
    "arn:aws:sts::111111111111:assumed-role/Operator/me", "arn:aws:iam::*:role/Operator", "arn:aws:iam::111111111111:role/${aws:username}",
    "Operator", "arn:aws:iam::111111111111:role/", "111111111111",
])
def test_an_operator_is_neither_a_session_nor_a_pattern(security, arn):
    assert not re.fullmatch(security["Parameters"]["OperatorArns"]["AllowedPattern"], arn)


#: What the function reads, and the parameter that says it.
SETTINGS = {
    "STACK": "AWS::StackName", "BUCKET": "Bucket", "EXTERNAL_ID": "ExternalId", "MANAGE_MEMBER_ROLES": "ManageMemberRoles",
    "REGIONS": "Regions", "EXCLUDE_REGIONS": "ExcludeRegions", "PACKAGES": "Packages", "SEND_EMAIL": "SendEmail",
    "AUTHORITATIVE_KEY": "AuthoritativeKey", "DISABLE_BY_UPLOAD": "DisableByUpload", "ALLOW_REMOVALS": "AllowRemovals",
    "PRUNE": "Prune", "ROLE_FIRST": "InviteOnlyWithRole", "MAX_INVITATIONS": "MaxInvitations", "MAX_REMOVALS": "MaxRemovals",
    "REMOVAL_WINDOW_HOURS": "RemovalWindowHours", "REGIONS_PER_PASS": "RegionsPerPass", "MAX_CONCURRENCY": "MaxConcurrency",
    "APPROVE_REMOVALS": "ApproveRemovals", "APPROVAL_HOURS": "ApprovalHours", "PATIENCE_SECONDS": "PatienceSeconds", "LANGUAGE": "Language",
    "WAIT_LIMIT_MINUTES": "WaitLimitMinutes",
}


def test_every_setting_of_the_function_comes_from_its_parameter(security):
    variables = security["Resources"]["Function"]["Properties"]["Environment"]["Variables"]
    assert variables == {
        **{f"DETECTIVE_FLEET_{name}": {"Ref": parameter} for name, parameter in SETTINGS.items()},
        "DETECTIVE_FLEET_HAS_APPROVERS": {"Fn::If": ["HasApprovers", "true", "false"]},
        "DETECTIVE_FLEET_ADMINISTRATOR_ROLE": {"Fn::Sub": "detective-fleet/${AdministratorRole}"},
        "DETECTIVE_FLEET_ROLE_NAME": {"Fn::Sub": "detective-fleet/${MemberRoleName}"},
    }


def test_outputs_are_what_documents_and_scripts_go_by(security):
    outputs = {name: it["Value"] for name, it in security["Outputs"].items()}
    assert outputs == {
        "BucketName": {"Ref": "Bucket"}, "TopicArn": {"Ref": "Topic"}, "StateMachineArn": {"Ref": "StateMachine"},
        "AdministratorRoleArn": {"Fn::GetAtt": "AdministratorRole.Arn"}, "EnablePolicyArn": {"Ref": "EnablePolicy"},
        "DisablePolicyArn": {"Ref": "DisablePolicy"}, "AuthoritativePolicyArn": {"Ref": "AuthoritativePolicy"},
        "ApproverPolicyArn": {"Ref": "ApproverPolicy"}, "OperatorPolicyArn": {"Ref": "OperatorPolicy"}, "DeadLettersUrl": {"Ref": "DeadLetters"},
        "LogGroupName": {"Ref": "LogGroup"}, "RunsLogGroupName": {"Ref": "RunsLogGroup"},
    }


def test_roles_and_mail_are_where_others_look_for_them(security):
    role = security["Resources"]["AdministratorRole"]["Properties"]
    # The member role's template and the command name it.
    assert (role["Path"], role["RoleName"]) == ("/detective-fleet/", "DetectiveFleetAdministrator")
    assert load("member-role.yaml")["Parameters"]["AdministratorRole"]["Default"] == "detective-fleet/DetectiveFleetAdministrator"
    mail = security["Resources"]["Mail"]
    assert (mail["Type"], mail["Condition"]) == ("AWS::SNS::Subscription", "HasNotificationEmail")
    assert mail["Properties"] == {"TopicArn": {"Ref": "Topic"}, "Protocol": "email", "Endpoint": {"Ref": "NotificationEmail"}}
