"""The AWS form as a whole: the very templates on MiniStack, the built function, the sandbox as its Detective."""

import csv
import json
import shutil
import subprocess
import sys
import time
import urllib.request
import uuid
import zipfile
from functools import cached_property
from pathlib import Path

import boto3

from support import ROOT
from support.command import check_plain
from support.ministack import ADMINISTRATOR, MiniStack
from support.proxy import Proxy
from support.sandbox import exports, list_members, read_some, wait_until
from support.server import free_port

REGIONS = ["us-east-1", "eu-central-1"]
# Members that the sandbox makes up; each eighth has an id of another kind.
MADE_UP = [f"234567{number:06}" for number in range(1, 300) if number % 8]
# Where Detective is, as far as the sandbox knows (docs/sandbox.md).
DETECTIVE = """
    af-south-1 ap-east-1 ap-northeast-1 ap-northeast-2 ap-south-1 ap-southeast-1 ap-southeast-2 ca-central-1 eu-central-1
    eu-north-1 eu-south-1 eu-west-1 eu-west-2 eu-west-3 il-central-1 me-south-1 sa-east-1 us-east-1 us-east-2 us-west-1
    us-west-2
""".split()
LIST = "enable/accounts.csv"


def package(bootstrap, target):
    """The zip that the template names, made quickly."""
    stripped = target.with_suffix(".stripped")
    subprocess.run(["strip", "-o", stripped, bootstrap], check=True)
    entry = zipfile.ZipInfo("bootstrap")
    entry.external_attr = 0o755 << 16
    entry.compress_type = zipfile.ZIP_DEFLATED
    with zipfile.ZipFile(target, "w") as archive:
        archive.writestr(entry, stripped.read_bytes(), compresslevel=1)
    stripped.unlink()


class Stack:
    """A security account with the stack in it, members with their role, and a Detective for all of them."""

    def __init__(
        self, command, archive, folder, world=None, parameters=None, without_role=(), accounts=None,
        gate=True, line=False, environment=None, role=None,
    ):
        """`gate`: Detective heeds the policies of IAM. `line`: the functions reach S3 by `self.line`, which can be cut.
        `role`: parameters of the members' role."""
        self.command, self.folder = command, folder
        port = free_port()
        scenario = folder / "world.toml"
        settings = {"size": "3", "latency": '"5ms"', "verification": '"200ms"', **(world or {})}
        settings["administrator"] = f'"{ADMINISTRATOR}"'
        lines = [f"{name} = {value}\n" for name, value in settings.items()]
        lines += [f'[accounts.{account}]\nemail = "{email}"\n' for account, email in accounts or ()]
        scenario.write_text("".join(lines))
        self.sandbox = command.start(
            "sandbox", "--port", 0, "--scenario", scenario, "--identity", f"http://127.0.0.1:{port}",
            "--write-roster", folder / "roster.csv",
        )
        self.env = exports(read_some(self.sandbox))
        self.gate_url = self.detective_url = self.env["AWS_ENDPOINT_URL"]
        self.line = Proxy(f"http://127.0.0.1:{port}") if line else None
        self.ministack = MiniStack(folder, port, self.surroundings(gate, environment or {}))
        with open(folder / "roster.csv", newline="", encoding="utf-8") as lines:
            self.members = [tuple(row) for row in csv.reader(lines)]
        self.deploy(archive, {"Regions": ",".join(REGIONS), **(parameters or {})})
        for account, _ in self.members:
            if account not in without_role:
                self.deploy_role(account, role)
        self.queue = self.subscribe()

    def stop(self):
        try:
            self.check_nothing_leaks()
        finally:
            self.ministack.stop()
            if self.line:
                self.line.stop()
            self.sandbox.terminate()
            self.sandbox.communicate(timeout=20)

    # How it is set up

    def surroundings(self, gate, more):
        """What MiniStack is started with, and its functions with it."""
        found = {"AWS_ENDPOINT_URL_DETECTIVE": self.detective_url, **more}
        if gate:
            port = free_port()
            found |= {"GATE_PORT": str(port), "GATE_TO": self.detective_url}
            found["AWS_ENDPOINT_URL_DETECTIVE"] = self.gate_url = f"http://127.0.0.1:{port}"
        if self.line:
            found["AWS_ENDPOINT_URL_S3"] = self.line.endpoint
        return found

    def deploy(self, archive, parameters):
        """As docs/deploy.md has it, with the AWS CLI alone."""
        copy = self.folder / "copy"
        (copy / "target" / "package").mkdir(parents=True)
        shutil.copytree(ROOT / "deploy", copy / "deploy")
        shutil.copy(archive, copy / "target" / "package" / "bootstrap.zip")
        self.s3.create_bucket(Bucket="artifacts")
        self.aws(
            "cloudformation", "package", "--template-file", copy / "deploy" / "security-account.yaml",
            "--s3-bucket", "artifacts", "--output-template-file", copy / "packaged.yaml",
        )
        self.packaged = copy / "packaged.yaml"
        self.redeploy(parameters)

    def redeploy(self, parameters):
        self.aws(
            "cloudformation", "deploy", "--template-file", self.packaged, "--stack-name", "detective-fleet",
            "--capabilities", "CAPABILITY_NAMED_IAM", "--parameter-overrides",
            *[f"{name}={value}" for name, value in parameters.items()],
        )
        stack = self.client("cloudformation").describe_stacks(StackName="detective-fleet")["Stacks"][0]
        self.outputs = {output["OutputKey"]: output["OutputValue"] for output in stack["Outputs"]}
        self.bucket = self.outputs["BucketName"]

    def passes(self, execution, group=0):
        """How many there were over a group of Regions: each writes beside the one before it."""
        written = self.keys(f"runs/{execution.name}/groups/{group}/progress-")
        return max(self.read(key)["pass"] for key in written)

    def deploy_role(self, account, parameters=None):
        given = {"AdministratorAccount": ADMINISTRATOR, **(parameters or {})}
        cloudformation = self.client("cloudformation", account)
        cloudformation.create_stack(
            StackName="detective-fleet-member",
            TemplateBody=(ROOT / "deploy" / "member-role.yaml").read_text(),
            Capabilities=["CAPABILITY_NAMED_IAM"],
            Parameters=[{"ParameterKey": name, "ParameterValue": value} for name, value in given.items()],
        )

    def subscribe(self):
        sqs = self.client("sqs")
        queue = sqs.create_queue(QueueName="told")["QueueUrl"]
        arn = sqs.get_queue_attributes(QueueUrl=queue, AttributeNames=["QueueArn"])["Attributes"]["QueueArn"]
        statement = {
            "Effect": "Allow", "Principal": {"Service": "sns.amazonaws.com"}, "Action": "sqs:SendMessage", "Resource": arn,
        }
        policy = {"Version": "2012-10-17", "Statement": [statement]}
        sqs.set_queue_attributes(QueueUrl=queue, Attributes={"Policy": json.dumps(policy)})
        self.client("sns").subscribe(
            TopicArn=self.outputs["TopicArn"], Protocol="sqs", Endpoint=arn,
            Attributes={"RawMessageDelivery": "true"},
        )
        return queue

    def client(self, service, *args, **settings):
        return self.ministack.client(service, *args, **settings)

    @cached_property
    def s3(self):
        return self.client("s3")

    @cached_property
    def sfn(self):
        return self.client("stepfunctions")

    def aws(self, *words):
        env = self.command.environment({
            "AWS_ENDPOINT_URL": self.ministack.endpoint, "AWS_PAGER": "", "AWS_DEFAULT_REGION": "us-east-1",
            "AWS_ACCESS_KEY_ID": "test", "AWS_SECRET_ACCESS_KEY": "test",
        })
        program = Path(sys.executable).parent / "aws"
        done = subprocess.run([program, *map(str, words)], env=env, capture_output=True, text=True, timeout=120)
        assert done.returncode == 0, done.stdout + done.stderr
        return done.stdout

    # What people do

    def csv(self, members=None):
        return "".join(f"{account},{email}\n" for account, email in members or self.members)

    def put(self, key, text):
        """Uploads, and gives the version."""
        body = text if isinstance(text, bytes) else text.encode()
        return self.s3.put_object(Bucket=self.bucket, Key=key, Body=body)["VersionId"]

    def upload(self, key=LIST, text=None):
        """Uploads, and waits until the execution that it started has ended."""
        before = {it["executionArn"] for it in self.executions()}
        self.put(key, self.csv() if text is None else text)
        return self.ended(self.new_execution(before))

    def start(self, event):
        """What EventBridge does, again."""
        started = self.sfn.start_execution(
            stateMachineArn=self.outputs["StateMachineArn"], input=json.dumps(event), name=str(uuid.uuid4()),
        )
        return Execution(self, started["executionArn"])

    def drift(self):
        return self.ended(self.start({"scheduled_time": f"2026-01-02T03:04:05Z {uuid.uuid4()}"}))

    def schedule_now(self):
        """What the schedule of the template does, now."""
        scheduler = self.client("scheduler")
        [name] = [it["Name"] for it in scheduler.list_schedules()["Schedules"]]
        scheduler.create_schedule(
            Name="now", ScheduleExpression="at(2026-01-01T00:00:00)", FlexibleTimeWindow={"Mode": "OFF"},
            Target=scheduler.get_schedule(Name=name)["Target"], ActionAfterCompletion="DELETE",
        )
        wait_until(lambda: "now" not in [it["Name"] for it in scheduler.list_schedules()["Schedules"]])

    # What came of it

    def executions(self):
        return self.sfn.list_executions(stateMachineArn=self.outputs["StateMachineArn"])["executions"]

    def new_execution(self, before):
        deadline = time.monotonic() + 30
        while time.monotonic() < deadline:
            new = [it["executionArn"] for it in self.executions() if it["executionArn"] not in before]
            if new:
                return Execution(self, new[0])
            time.sleep(0.1)
        raise AssertionError("no execution was started")

    def newest_execution(self):
        newest = max(self.executions(), key=lambda it: it["startDate"])
        return Execution(self, newest["executionArn"])

    def ended(self, execution, seconds=120):
        deadline = time.monotonic() + seconds
        while execution.status == "RUNNING":
            assert time.monotonic() < deadline, f"it never ended\n{execution.states}"
            time.sleep(0.1)
        return execution

    def read(self, key):
        return json.loads(self.s3.get_object(Bucket=self.bucket, Key=key)["Body"].read())

    def keys(self, prefix=""):
        return sorted(it["Key"] for it in self.s3.list_objects_v2(Bucket=self.bucket, Prefix=prefix).get("Contents", []))

    def messages(self):
        """The messages since the last time."""
        sqs, bodies = self.client("sqs"), []
        while True:
            got = sqs.receive_message(QueueUrl=self.queue, MaxNumberOfMessages=10, WaitTimeSeconds=1).get("Messages", [])
            if not got:
                return bodies
            for message in got:
                bodies.append(message["Body"])
                sqs.delete_message(QueueUrl=self.queue, ReceiptHandle=message["ReceiptHandle"])

    def detective(self, region="us-east-1"):
        return boto3.client(
            "detective", region_name=region, endpoint_url=self.detective_url,
            aws_access_key_id=self.env["AWS_ACCESS_KEY_ID"], aws_secret_access_key=self.env["AWS_SECRET_ACCESS_KEY"],
        )

    def statuses(self, region="us-east-1"):
        detective = self.detective(region)
        graphs = [graph["Arn"] for graph in detective.list_graphs()["GraphList"]]
        return {it["AccountId"]: it["Status"] for arn in graphs for it in list_members(detective, arn)}

    def calls(self):
        """How often each operation of Detective was called."""
        with urllib.request.urlopen(f"{self.detective_url}/_sandbox/calls", timeout=10) as answer:
            return json.loads(answer.read())

    def logs(self):
        events = self.client("logs").filter_log_events(logGroupName=self.outputs["LogGroupName"])["events"]
        return [event["message"] for event in events]

    def check_nothing_leaks(self):
        """No e-mail but masked, and no debug output, in anything that is written down or told."""
        for prefix in ("runs/", "latest/", "state/"):
            for key in self.keys(prefix):
                check_plain(self.s3.get_object(Bucket=self.bucket, Key=key)["Body"].read().decode())
        check_plain("\n".join([*self.logs(), *self.messages()]))
        for execution in self.executions():
            check_plain(json.dumps(Execution(self, execution["executionArn"]).history, default=str))


class Execution:
    """One run of the state machine."""

    def __init__(self, stack, arn):
        self.stack, self.arn = stack, arn

    @property
    def described(self):
        return self.stack.sfn.describe_execution(executionArn=self.arn)

    @property
    def status(self):
        return self.described["status"]

    @property
    def name(self):
        return self.arn.rsplit(":", 1)[1]

    @property
    def error(self):
        return self.described.get("error")

    @property
    def history(self):
        return self.stack.sfn.get_execution_history(executionArn=self.arn, maxResults=1000)["events"]

    @property
    def states(self):
        """The names of the states that it went through."""
        return [event["stateEnteredEventDetails"]["name"] for event in self.history if "stateEnteredEventDetails" in event]

    @property
    def report(self):
        return self.stack.read(f"runs/{self.name}/report.json")

    def succeeded(self):
        assert self.status == "SUCCEEDED", (self.error, self.described.get("cause"), self.history[-6:])
        return self

    def failed(self, name):
        assert (self.status, self.error) == ("FAILED", f"DetectiveFleet.{name}"), self.history[-6:]
        return self


def functions_of(stack):
    """The processes of the function: MiniStack's children of that name."""
    found = []
    for process in Path("/proc").glob("[0-9]*"):
        try:
            parent = int((process / "stat").read_text().rpartition(")")[2].split()[1])
            program = (process / "cmdline").read_bytes().split(b"\0")[0]
        except OSError:  # It has ended.
            continue
        if parent == stack.ministack.process.pid and program.endswith(b"bootstrap"):
            found.append(int(process.name))
    return found
