"""What each permission is for: without it something fails, and says so. All of them with `make e2e-full`, some in `make test`.

One stack; before each case the sandbox begins again, and the live policy of a role lacks one action. What comes of
it has to differ from what comes of it with all of them.
"""

import json
import urllib.request

import pytest
from botocore.exceptions import ClientError

from support.command import Command
from support.ministack import ADMINISTRATOR
from support.permissions import Permission, all_permissions, lacking, without
from support.sandbox import wait_until
from support.stack import DETECTIVE, LIST, Stack

DISABLED, FAR, LEAVER = "300000000001", "300000000002", "300000000003"
REGIONS = ["us-east-1", "eu-central-1", "af-south-1"]
# Everything that an upload can meet: a graph with another tag, a member that is to be enabled, one that is to go,
# and one with an opt-in Region that is off.
WORLD = {
    "size": "2",
    "verification": '"1s"',
    "graphs": f'[{{administrator = "{ADMINISTRATOR}", regions = ["us-east-1"], tags = {{old = "1"}}, age = "1s"}}]',
    "memberships": f"""[
        {{accounts = ["{DISABLED}"], administrator = "{ADMINISTRATOR}", regions = ["us-east-1"], status = "ACCEPTED_BUT_DISABLED", age = "1s"}},
        {{accounts = ["{LEAVER}"], administrator = "{ADMINISTRATOR}", regions = ["us-east-1"], status = "ENABLED", age = "1s"}},
    ]""",
    "accounts": f'{{{DISABLED} = {{}}, {FAR} = {{regions_off = ["af-south-1"]}}, {LEAVER} = {{unlisted = true}}}}',
}
PARAMETERS = {
    "Regions": "all", "ExcludeRegions": ",".join(set(DETECTIVE) - set(REGIONS)), "Tags": "team=security", "Packages": "EKS_AUDIT", "Prune": "true",
    "DriftSchedule": "rate(365 days)", "OperatorArns": f"arn:aws:iam::{ADMINISTRATOR}:role/Operator",
}
# A graph with so many members that few of them are asked for by GetMembers: others are in it, and stay.
OTHERS = [f"31{number:010}" for number in range(1, 211)]
LARGE = {
    "size": "2",
    "verification": '"1s"',
    "graphs": f'[{{administrator = "{ADMINISTRATOR}", regions = ["us-east-1"], age = "1s"}}]',
    "memberships": f"""[
        {{accounts = {json.dumps(OTHERS)}, administrator = "{ADMINISTRATOR}", regions = ["us-east-1"], status = "ENABLED", age = "1s"}},
    ]""",
    "accounts": "{" + ", ".join(f"{it} = {{unlisted = true}}" for it in OTHERS) + "}",
}


class Shared(Stack):
    """One stack for all cases."""

    def begin_again(self):
        reset = urllib.request.Request(f"{self.detective_url}/_sandbox/reset", method="POST")
        urllib.request.urlopen(reset, timeout=10).close()
        self.messages()

    def near(self):
        return self.csv([it for it in self.members if it[0] != FAR])

    def far(self):
        return self.csv([it for it in self.members if it[0] == FAR])

    def dead_letters(self):
        sqs, url = self.client("sqs"), self.outputs["DeadLettersUrl"]
        got = sqs.receive_message(QueueUrl=url, MaxNumberOfMessages=10, WaitTimeSeconds=2).get("Messages", [])
        for message in got:
            sqs.delete_message(QueueUrl=url, ReceiptHandle=message["ReceiptHandle"])
        return [json.loads(message["Body"]) for message in got]


@pytest.fixture(scope="module")
def make_shared(binary, archive, tmp_path_factory):
    made = []

    def make(**settings):
        folder = tmp_path_factory.mktemp("permissions")
        made.append(Shared(Command(binary, folder), archive, folder, **settings))
        return made[-1]

    yield make
    for stack in made:
        stack.stop()


@pytest.fixture(scope="module")
def shared(make_shared):
    stack = make_shared(world=WORLD, parameters=PARAMETERS, role={"AllowGuardDutyReads": "true"})
    make_operator(stack)
    stack.client("account", FAR).disable_region(RegionName="af-south-1")
    return stack


@pytest.fixture(scope="module")
def managed(make_shared):
    return make_shared(parameters={"ManageMemberRoles": "true"}, without_role={"234567000001"})


@pytest.fixture(scope="module")
def large(make_shared):
    return make_shared(world=LARGE, parameters={"Regions": "us-east-1"})


def make_operator(stack):
    """Somebody who may become the administrator."""
    iam, version = stack.client("iam"), {"Version": "2012-10-17"}
    trust = {"Effect": "Allow", "Action": "sts:AssumeRole", "Principal": {"AWS": f"arn:aws:iam::{ADMINISTRATOR}:root"}}
    iam.create_role(RoleName="Operator", AssumeRolePolicyDocument=json.dumps({**version, "Statement": [trust]}))
    allow = {"Effect": "Allow", "Action": "sts:AssumeRole", "Resource": "*"}
    iam.put_role_policy(RoleName="Operator", PolicyName="all", PolicyDocument=json.dumps({**version, "Statement": [allow]}))


# The paths: each gives what came of it, as text.


def an_upload(stack):
    """The whole of it: graphs, invitations, acceptances, tags, packages, who left, who is to be enabled."""
    return came_of(stack, stack.upload(LIST, stack.near()))


def an_upload_for_a_region_that_is_off(stack):
    return came_of(stack, stack.upload("enable/far.csv", stack.far()))


def an_upload_for_a_large_graph(stack):
    return came_of(stack, stack.upload())


def an_upload_of_an_account_without_role(stack):
    """Nor has it an execution role, so that it is the same each time."""
    return came_of(stack, stack.upload())


def a_check(stack):
    """By an operator with the command: what the members' role can tell."""
    keys = stack.client("sts").assume_role(RoleArn=PARAMETERS["OperatorArns"], RoleSessionName="test")["Credentials"]
    env = {
        "AWS_ENDPOINT_URL": stack.ministack.endpoint, "AWS_REGION": "us-east-1",
        "AWS_ENDPOINT_URL_DETECTIVE": stack.gate_url, "AWS_ENDPOINT_URL_GUARDDUTY": stack.gate_url,
        "AWS_ACCESS_KEY_ID": keys["AccessKeyId"], "AWS_SECRET_ACCESS_KEY": keys["SecretAccessKey"],
        "AWS_SESSION_TOKEN": keys["SessionToken"],
    }
    roster = stack.folder / "near.csv"
    roster.write_text(stack.near())
    roles = ["--admin-role", "detective-fleet/DetectiveFleetAdministrator", "--role-name", "detective-fleet/DetectiveFleetMember"]
    words = ["check", roster, "--guardduty", "--regions", "us-east-1", "--output", "json", *roles]
    check = stack.command.run(*words, env=env).json()
    assert check["kind"] == "check", check
    return json.dumps(check["findings"], indent=1)


def came_of(stack, execution):
    told = stack.messages()
    try:
        report = execution.report
    except ClientError:
        return said(execution, told, "no report")
    members = [
        (region["region"], region["state"], region["error"], member["account_id"], member["status"], member["reason"])
        for region in report["regions"] for member in region["members"]
    ]
    return said(execution, told, report["summary"], report["notes"], members)


def said(execution, told, *more):
    described = execution.described
    text = json.dumps([execution.status, execution.error, described.get("cause"), told, more], indent=1)
    return text.replace(execution.name, "RUN")


def a_log(stack):
    execution = stack.upload(LIST, stack.near())
    return f"{sum(execution.name in line for line in stack.logs()) > 0}: a run is in the log"


def an_upload_that_starts_a_run(stack):
    before = len(stack.executions())
    stack.put(LIST, stack.near())
    wait_until(lambda: len(stack.executions()) > before or stack.dead_letters(), 10)
    started = len(stack.executions()) - before
    if started:
        stack.ended(stack.newest_execution())
    return f"{started} started"


def a_schedule_that_cannot_start_a_run(stack):
    """It is in the dead letters."""
    with lacking(stack, Permission("StartRole", "", "states:StartExecution")):
        stack.schedule_now()
        return f"{len(stack.dead_letters())} in the dead letters"


#: Each permission, what cannot be done without it, and what says so.
CASES = {
    ("MemberRole", "Accept", "detective:AcceptInvitation"): (an_upload, "AcceptInvitation"),
    ("MemberRole", "TellWhetherTheRegionIsOn", "account:GetRegionOptStatus"): (
        an_upload_for_a_region_that_is_off, "or its token is not valid there",
    ),
    ("MemberRole", "TellWhetherTheRegionIsOn", "account:ListRegions"): (a_check, "may not be asked: account:ListRegions"),
    ("MemberRole", "TellWhoInvites", "detective:ListInvitations"): (a_check, "may not be asked: detective:ListInvitations"),
    ("MemberRole", "FindGuardDuty", "guardduty:ListDetectors"): (a_check, "perform: guardduty:ListDetectors"),
    ("MemberRole", "TellSinceWhenGuardDutyIsOn", "guardduty:GetDetector"): (a_check, "perform: guardduty:GetDetector"),
    ("AdministratorRole", "FindGraphs", "detective:ListGraphs"): (an_upload, "ListGraphs"),
    ("AdministratorRole", "MakeGraphs", "detective:CreateGraph"): (an_upload, "CreateGraph"),
    ("AdministratorRole", "InviteMembers", "detective:CreateMembers"): (an_upload, "CreateMembers"),
    ("AdministratorRole", "RemoveMembers", "detective:DeleteMembers"): (an_upload, "DeleteMembers"),
    ("AdministratorRole", "SeeMembers", "detective:ListMembers"): (an_upload, "ListMembers"),
    ("AdministratorRole", "SeeMembers", "detective:GetMembers"): (an_upload_for_a_large_graph, "detective:GetMembers is denied"),
    ("AdministratorRole", "InviteMembers", "detective:StartMonitoringMember"): (an_upload, "StartMonitoringMember"),
    ("AdministratorRole", "SeeMembers", "detective:ListTagsForResource"): (an_upload, "ListTagsForResource"),
    ("AdministratorRole", "InviteMembers", "detective:TagResource"): (an_upload, "TagResource"),
    ("AdministratorRole", "InviteMembers", "detective:UntagResource"): (an_upload, "UntagResource"),
    ("AdministratorRole", "SeeMembers", "detective:ListDatasourcePackages"): (an_upload, "ListDatasourcePackages"),
    ("AdministratorRole", "InviteMembers", "detective:UpdateDatasourcePackages"): (an_upload, "UpdateDatasourcePackages"),
    ("AdministratorRole", "AcceptInMembers", "sts:AssumeRole"): (an_upload, "Cannot assume"),
    ("AdministratorRole", "TellWhichRegionsAreOn", "account:ListRegions"): (an_upload, "ListRegions"),
    ("FunctionPolicy", "BecomeTheAdministrator", "sts:AssumeRole"): (an_upload, "cannot assume"),
    ("FunctionPolicy", "ReadLists", "s3:GetObject"): (an_upload, f"S3, {LIST}: access denied"),
    ("FunctionPolicy", "ReadLists", "s3:GetObjectVersion"): (an_upload, f"S3, {LIST}: AccessDenied"),
    ("FunctionPolicy", "KeepResults", "s3:GetObject"): (an_upload, "could not be written"),
    ("FunctionPolicy", "KeepResults", "s3:PutObject"): (an_upload, "could not be written"),
    ("FunctionPolicy", "TellWhatIsThere", "s3:ListBucket"): (an_upload, "could not be written"),
    ("FunctionPolicy", "Log", "logs:CreateLogStream"): (a_log, "False: a run is in the log"),
    ("FunctionPolicy", "Log", "logs:PutLogEvents"): (a_log, "False: a run is in the log"),
    ("StateMachineRole", "", "lambda:InvokeFunction"): (an_upload, "Lambda.AWSLambdaException"),
    ("StateMachineRole", "", "sns:Publish"): (an_upload, "could not be published"),
    ("MemberRolesPolicy", "", "cloudformation:CreateStackInstances"): (an_upload_of_an_account_without_role, "roles could not be made"),
    ("MemberRolesPolicy", "", "cloudformation:DescribeStackSetOperation"): (
        an_upload_of_an_account_without_role, "roles could not be made",
    ),
    ("MemberRolesPolicy", "", "cloudformation:ListStackSetOperationResults"): (
        an_upload_of_an_account_without_role, "roles could not be made",
    ),
    ("StartRole", "", "states:StartExecution"): (an_upload_that_starts_a_run, "0 started"),
    ("StartRole", "", "sqs:SendMessage"): (a_schedule_that_cannot_start_a_run, "0 in the dead letters"),
}

#: Where a path needs a stack of its own.
STACKS = {an_upload_of_an_account_without_role: "managed", an_upload_for_a_large_graph: "large"}

#: What people may do with the policies that are made for them: here it is the person who is denied.
PEOPLE = {"EnablePolicy", "DisablePolicy", "AuthoritativePolicy", "ApproverPolicy", "OperatorPolicy"}

#: What MiniStack never asks for: KMS, the delivery of a state machine's log, and what AWS may want of who starts operations.
NEVER_ASKED = {"Encrypt", "Decrypt", "HandOverTheRole"}

#: In every test run: one of each role.
SOME = {"detective:AcceptInvitation", "detective:CreateMembers", "s3:ListBucket", "sns:Publish", "states:StartExecution"}


def cases():
    for words, (path, word) in CASES.items():
        permission = Permission(*words)
        marks = () if permission.action in SOME else pytest.mark.full
        yield pytest.param(permission, path, word, marks=marks, id=str(permission))


def test_every_permission_has_a_case():
    theirs = {it for it in all_permissions() if it.holder in PEOPLE or it.statement in NEVER_ASKED}
    theirs |= {it for it in all_permissions() if (it.holder, it.statement) == ("StateMachineRole", "Log")}
    # Without it sessions are in nobody's name; the sandbox asks for it, and the engine's tests go without.
    theirs |= {it for it in all_permissions() if it.action == "sts:SetSourceIdentity"}
    assert set(all_permissions()) - theirs == {Permission(*words) for words in CASES}


#: What came of a path with all permissions; asked once.
KNOWN = {}


def with_all(path, stack):
    if path not in KNOWN:
        stack.begin_again()
        KNOWN[path] = path(stack)
    return KNOWN[path]


@pytest.mark.parametrize(("permission", "path", "word"), list(cases()))
def test_without_a_permission_something_fails_and_says_so(request, permission, path, word):
    stack = request.getfixturevalue(STACKS.get(path, "shared"))
    before = with_all(path, stack)
    stack.begin_again()
    with lacking(stack, permission):
        after = path(stack)
    print(after)
    assert word not in before, before
    assert word in after, after


def test_with_all_permissions_everything_succeeds(shared):
    told = with_all(an_upload, shared)
    assert json.loads(told)[:2] == ["SUCCEEDED", None], told


@pytest.mark.full
@pytest.mark.parametrize("holder", sorted(PEOPLE - {"ApproverPolicy", "OperatorPolicy"}))
def test_people_may_do_what_their_policy_says_and_no_more(shared, holder):
    operation = "disable" if holder == "DisablePolicy" else "enable"
    iam, document = shared.client("iam"), document_of(shared, holder)
    s3 = person(shared, holder)
    shared.s3.put_object(Bucket=shared.bucket, Key=f"{operation}/none/", Body=b"")
    doings = {
        "s3:PutObject": lambda: s3.put_object(Bucket=shared.bucket, Key=f"{operation}/none/", Body=b""),
        "s3:GetObject": lambda: s3.get_object(Bucket=shared.bucket, Key=report),
        "s3:ListBucket": lambda: s3.list_objects_v2(Bucket=shared.bucket, Prefix=f"{operation}/"),
    }
    asked = {it.action for it in all_permissions() if it.holder == holder and it.statement not in NEVER_ASKED}
    assert asked == set(doings)
    with_all(an_upload, shared)
    # All three places of its lists, by that one right.
    for place in ("", "plan/", "execute/"):
        s3.put_object(Bucket=shared.bucket, Key=f"{place}{operation}/none/", Body=b"")
    report = f"latest/{LIST}/report.json"
    for refused in forbidden(s3, shared.bucket, operation, holder):
        iam.put_user_policy(UserName=holder, PolicyName="own", PolicyDocument=json.dumps(document))
        with pytest.raises(ClientError, match="403|AccessDenied"):
            refused()
    for action, do in doings.items():
        iam.put_user_policy(UserName=holder, PolicyName="own", PolicyDocument=json.dumps(document))
        do()
        less = without(document, Permission(holder, "SeeWhatIsThere" if action == "s3:ListBucket" else "", action))
        iam.put_user_policy(UserName=holder, PolicyName="own", PolicyDocument=json.dumps(less))
        with pytest.raises(ClientError, match="403|AccessDenied"):
            do()


def forbidden(s3, bucket, operation, holder):
    """What the policy must not allow, one by one."""
    other = {"enable": "disable", "disable": "enable"}[operation]
    places = [f"{other}/x.csv", f"plan/{other}/x.csv", f"execute/{other}/x.csv/plan.json", "state/lease.json", "runs/x/manifest.json", "latest/x.json", "x.csv"]
    if holder == "EnablePolicy":
        # The stack has Prune: that list removes members.
        places += [LIST, f"execute/{LIST}/plan.json"]
    for key in places:
        yield lambda key=key: s3.put_object(Bucket=bucket, Key=key, Body=b"")
    yield lambda: s3.delete_object(Bucket=bucket, Key=f"{operation}/none/")
    yield lambda: s3.get_object(Bucket=bucket, Key=f"{operation}/none/")
    yield lambda: s3.get_object(Bucket=bucket, Key="state/lease.json")
    yield lambda: s3.list_objects_v2(Bucket=bucket)
    yield lambda: s3.list_objects_v2(Bucket=bucket, Prefix="state/")


def document_of(stack, holder):
    iam, arn = stack.client("iam"), stack.outputs[f"{holder}Arn"]
    version = iam.get_policy(PolicyArn=arn)["Policy"]["DefaultVersionId"]
    return iam.get_policy_version(PolicyArn=arn, VersionId=version)["PolicyVersion"]["Document"]


def person(stack, name):
    iam = stack.client("iam")
    iam.create_user(UserName=name)
    key = iam.create_access_key(UserName=name)["AccessKey"]
    return stack.client("s3", credentials={**key, "SessionToken": None})
