"""moto's server as a process: CloudFormation's StackSets, IAM and STS of many accounts."""

import ast
import json
import os
import subprocess
import sys
import urllib.request
from functools import lru_cache

import boto3

from support import ROOT
from support.server import end, free_port, wait_until_it_answers

MEMBER_ROLE = ROOT / "deploy" / "member-role.yaml"
PROGRAM = ROOT / "tests" / "support" / "moto_as_aws.py"
# Whose keys moto does not know, and whose account no header names.
ADMINISTRATOR = "123456789012"
ADMINISTRATION = f"arn:aws:iam::{ADMINISTRATOR}:role/detective-fleet/DetectiveFleetStackSetAdministration"
EXECUTION = "DetectiveFleetStackSetExecution"


class Moto:
    """A running moto, on 127.0.0.1 only, whose administrator has the roles of the templates."""

    def __init__(self, folder):
        port = free_port()
        self.endpoint = f"http://127.0.0.1:{port}"
        self.hold, self.busy, self.lost = folder / "hold", folder / "busy", folder / "lost"
        self.suspended, self.sessions = folder / "suspended", folder / "sessions"
        self.log = open(folder / "moto.log", "w+b")
        environment = {"PATH": os.environ["PATH"], "HOME": str(folder), "HOLD": str(self.hold), "BUSY": str(self.busy), "LOST": str(self.lost),
                       "SUSPENDED": str(self.suspended), "SESSIONS": str(self.sessions),
                       "MOTO_IAM_LOAD_MANAGED_POLICIES": "false"}
        self.process = subprocess.Popen(
            [sys.executable, "-P", str(PROGRAM), "-H", "127.0.0.1", "-p", str(port)], env=environment, cwd=folder,
            stdin=subprocess.DEVNULL, stdout=self.log, stderr=self.log,
        )
        self.wait()
        self.env = {
            "AWS_ENDPOINT_URL": self.endpoint, "AWS_REGION": "eu-central-1",
            "AWS_ACCESS_KEY_ID": "AKIAADMINISTRATOR000", "AWS_SECRET_ACCESS_KEY": "any",
        }

    def reset(self):
        """As if it had just been started."""
        for knob in (self.hold, self.busy, self.lost, self.suspended, self.sessions):
            knob.unlink(missing_ok=True)
        request = urllib.request.Request(f"{self.endpoint}/moto-api/reset", method="POST")
        urllib.request.urlopen(request, timeout=10).close()
        self.make_role(ADMINISTRATOR, "DetectiveFleetStackSetAdministration", "cloudformation.amazonaws.com", "/detective-fleet/")
        self.make_role(ADMINISTRATOR, "DetectiveFleetAdministrator", "lambda.amazonaws.com", "/detective-fleet/")

    def wait(self):
        wait_until_it_answers(f"{self.endpoint}/moto-api/", self.process, self.said)

    def said(self):
        self.log.flush()
        return "moto does not start"

    def stop(self):
        end(self.process)
        self.log.close()

    @lru_cache(maxsize=None)
    def client(self, service, account=ADMINISTRATOR, region="us-east-1"):
        """A client of this account: moto reads it from a header."""
        client = boto3.client(
            service, region_name=region, endpoint_url=self.endpoint,
            aws_access_key_id="AKIAADMINISTRATOR000", aws_secret_access_key="any",
        )
        client.meta.events.register("before-sign", lambda request, **_: request.headers.add_header("x-moto-account-id", account))
        return client

    def make_role(self, account, name, principal, path="/"):
        who = "Service" if principal.endswith(".com") else "AWS"
        statement = {"Effect": "Allow", "Action": "sts:AssumeRole", "Principal": {who: principal}}
        document = json.dumps({"Version": "2012-10-17", "Statement": [statement]})
        self.client("iam", account).create_role(RoleName=name, Path=path, AssumeRolePolicyDocument=document)

    def prepare(self, *accounts):
        """What the team does when an account is handed out: the template of the execution role."""
        template = (ROOT / "deploy" / "stackset-execution.yaml").read_text()
        for account in accounts:
            self.client("cloudformation", account).create_stack(
                StackName="detective-fleet-execution", TemplateBody=template, Capabilities=["CAPABILITY_NAMED_IAM"],
                Parameters=[{"ParameterKey": "AdministratorAccount", "ParameterValue": ADMINISTRATOR}],
            )

    def make_stack(self, account, name="detective-fleet-member", template=None, region="us-east-1", **parameters):
        """The member role by hand, as the documents say, or of another template."""
        given = {"AdministratorAccount": ADMINISTRATOR, **parameters}
        self.client("cloudformation", account, region).create_stack(
            StackName=name, TemplateBody=template or MEMBER_ROLE.read_text(), Capabilities=["CAPABILITY_NAMED_IAM"],
            Parameters=[{"ParameterKey": key, "ParameterValue": value} for key, value in given.items()],
        )

    def stacks(self, account, region="us-east-1"):
        """Name to status."""
        stacks = self.client("cloudformation", account, region).describe_stacks()["Stacks"]
        return {it["StackName"]: it["StackStatus"] for it in stacks}

    def policies_of_sessions(self, role):
        """The session policies with which a role of this name was assumed."""
        if not self.sessions.exists():
            return []
        sessions = map(json.loads, self.sessions.read_text().splitlines())
        return [json.loads(it["policy"] or "null") for it in sessions if it["role"].endswith(f"/{role}")]

    def unprepare(self, account):
        """As where an account is closed: CloudFormation can do nothing in it any more."""
        self.client("cloudformation", account).delete_stack(StackName="detective-fleet-execution")

    def role(self, account, name="DetectiveFleetMember"):
        """The role in an account, or None."""
        iam = self.client("iam", account)
        try:
            return iam.get_role(RoleName=name)["Role"]
        except iam.exceptions.NoSuchEntityException:
            return None

    def policies(self, account, name="DetectiveFleetMember"):
        iam = self.client("iam", account)
        names = iam.list_role_policies(RoleName=name)["PolicyNames"]
        documents = [iam.get_role_policy(RoleName=name, PolicyName=it)["PolicyDocument"] for it in names]
        # moto hands out a document that CloudFormation made as Python would write it.
        return [ast.literal_eval(it) if isinstance(it, str) else it for it in documents]

    def instances(self, name="DetectiveFleetMember"):
        """Account id to status, as CloudFormation says."""
        pages, more = {}, {}
        while True:
            page = self.client("cloudformation").list_stack_instances(StackSetName=name, **more)
            pages |= {it["Account"]: it["Status"] for it in page["Summaries"]}
            if "NextToken" not in page:
                return pages
            more = {"NextToken": page["NextToken"]}
