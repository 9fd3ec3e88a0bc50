"""The command's sandbox as a process, and boto3 as the independent eye on its state."""

import csv
import os
import select
import shlex
import signal
import time
from functools import cached_property

import boto3
from botocore.config import Config

EXPORTS = {
    "AWS_ENDPOINT_URL",
    "AWS_ACCESS_KEY_ID",
    "AWS_SECRET_ACCESS_KEY",
    "AWS_REGION",
    "AWS_DEFAULT_REGION",
}
MEMBER_ROLE = "detective-fleet/DetectiveFleetMember"
# One that is always on and one in another part of the world: enough to see that Regions are apart.
REGIONS = ["us-east-1", "eu-central-1"]


class Sandbox:
    """A running sandbox with a roster of its members."""

    def __init__(self, command, folder, accounts=3, latency="0ms", verification="0s", scenario=None, truths=None):
        self.command = command
        self.roster = folder / "roster.csv"
        world = ["--accounts", accounts]
        if scenario:
            file = folder / "world.toml"
            file.write_text(scenario)
            world = ["--scenario", file]
        if truths:
            world += ["--truths", truths]
        if verification:
            world += ["--verification", verification]
        self.process = command.start(
            "sandbox", "--port", 0, *world, "--latency", latency, "--write-roster", self.roster,
        )
        self.banner = read_some(self.process)
        # Complete before anything is printed, so it can be read at once.
        with open(self.roster, newline="", encoding="utf-8") as lines:
            self.members = [tuple(row) for row in csv.reader(lines)]
        self.env = exports(self.banner)
        self.endpoint = self.env["AWS_ENDPOINT_URL"]

    def stop(self):
        if self.process.poll() is None:
            self.process.send_signal(signal.SIGTERM)
        # What it said, for whoever wants to know.
        _, self.said = self.process.communicate(timeout=20)

    @property
    def ids(self):
        return [account for account, _ in self.members]

    def client(self, service, region="us-east-1", credentials=None):
        """A boto3 client of the administrator, or of whom the credentials belong to."""
        keys = credentials or {
            "AccessKeyId": self.env["AWS_ACCESS_KEY_ID"],
            "SecretAccessKey": self.env["AWS_SECRET_ACCESS_KEY"],
            "SessionToken": None,
        }
        return boto3.client(
            service,
            region_name=region,
            endpoint_url=self.endpoint,
            aws_access_key_id=keys["AccessKeyId"],
            aws_secret_access_key=keys["SecretAccessKey"],
            aws_session_token=keys["SessionToken"],
            config=Config(retries={"max_attempts": 1}, connect_timeout=5, read_timeout=20),
        )

    @cached_property
    def administrator(self):
        return self.client("sts").get_caller_identity()["Account"]

    def graphs(self, region):
        return [graph["Arn"] for graph in self.client("detective", region).list_graphs()["GraphList"]]

    def statuses(self, region):
        """Account id to member status, as the administrator's ListMembers says; empty without a graph."""
        detective = self.client("detective", region)
        return {
            member["AccountId"]: member["Status"]
            for arn in self.graphs(region)
            for member in list_members(detective, arn)
        }

    def assume(self, account, role=MEMBER_ROLE):
        arn = f"arn:aws:iam::{account}:role/{role}"
        reply = self.client("sts").assume_role(RoleArn=arn, RoleSessionName="test")
        return reply["Credentials"]


def list_members(detective, arn):
    """All pages: botocore has no paginators for Detective."""
    more = {}
    while True:
        page = detective.list_members(GraphArn=arn, **more)
        yield from page["MemberDetails"]
        if not page.get("NextToken"):
            return
        more = {"NextToken": page["NextToken"]}


def read_some(process, seconds=30):
    """What one read gives: the sandbox writes its exports in one piece."""
    ready, _, _ = select.select([process.stdout], [], [], seconds)
    text = os.read(process.stdout.fileno(), 65536).decode() if ready else ""
    if not text:
        process.kill()
        raise AssertionError(f"the sandbox said nothing\n{process.communicate()[1]}")
    return text


def exports(banner):
    """The `export NAME=value` lines, read as a shell reads them."""
    words = [shlex.split(line) for line in banner.splitlines()]
    return dict(word[1].split("=", 1) for word in words if word[:1] == ["export"])


def wait_until(condition, seconds=60):
    """For what another process is about to do, and what it came to; the limit is for when it never does."""
    deadline = time.monotonic() + seconds
    while not (found := condition()):
        assert time.monotonic() < deadline, "it never came"
        time.sleep(0.05)
    return found
