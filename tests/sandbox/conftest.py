"""The sandbox as the command of the product starts it, and clients for it."""

import json
import os
import re
import subprocess
import urllib.request

import boto3
import botocore.config
import pytest

pytest.register_assert_rewrite("sandbox.conformance", "sandbox.calls")

from sandbox import conformance  # noqa: E402: after the line above, or its assertions say nothing.


class Running:
    """A sandbox that runs."""

    def __init__(self, binary, arguments, roster):
        command = [str(binary), "sandbox", "--port", "0", *arguments]
        command += ["--write-roster", str(roster)]
        # The name of the program is a variable of the tests, and no setting of the command.
        environment = {name: value for name, value in os.environ.items() if not name.startswith("DETECTIVE_FLEET_")}
        self.process = subprocess.Popen(command, stdout=subprocess.PIPE, text=True, env=environment)
        self.env = {}
        # The last of the five lines that it writes once it listens.
        while "AWS_DEFAULT_REGION" not in self.env:
            line = self.process.stdout.readline()
            assert line, "the sandbox ended before it listened"
            name, value = re.fullmatch(r"export (\w+)=(.*)\n", line).groups()
            self.env[name] = value
        self.url = self.env["AWS_ENDPOINT_URL"]
        self.roster = [line.split(",") for line in roster.read_text().splitlines()]
        self.ids = [account for account, _ in self.roster]
        self.accounts = [{"AccountId": a, "EmailAddress": e} for a, e in self.roster]

    def client(
        self, service="detective", account=None, region="us-east-1", check=True, config=None, **credentials
    ):
        """A boto3 client, of the administrator unless an account is named. What it gets is checked
        against the service model."""
        key = account or self.env["AWS_ACCESS_KEY_ID"]
        once = botocore.config.Config(retries={"total_max_attempts": 1}, read_timeout=10)
        client = boto3.client(
            service,
            endpoint_url=self.url,
            region_name=region,
            config=config or once,
            **(credentials or {"aws_access_key_id": key, "aws_secret_access_key": "any"}),
        )
        if check:
            conformance.watch(client)
        return client

    def page(self, name, method="GET", body=None):
        """A page of the sandbox's own: its JSON, or the text of what is no JSON."""
        request = urllib.request.Request(f"{self.url}/_sandbox/{name}", body and body.encode(), method=method)
        with urllib.request.urlopen(request, timeout=10) as answer:
            if answer.headers["content-type"] == "application/json":
                return json.load(answer)
            return answer.read().decode()

    def advance(self, duration):
        self.page("advance", "POST", duration)

    def stop(self):
        self.process.terminate()
        self.process.wait(10)
        self.process.stdout.close()


@pytest.fixture
def start(binary, tmp_path):
    """Starts sandboxes with arguments or with the text of a world file, and stops them."""
    running = []

    def start(*arguments, world=None):
        if world is not None:
            file = tmp_path / f"world-{len(running)}.toml"
            file.write_text(world)
            arguments = ("--scenario", str(file), *arguments)
        running.append(Running(binary, arguments, tmp_path / f"roster-{len(running)}.csv"))
        return running[-1]

    yield start
    for sandbox in running:
        sandbox.stop()


@pytest.fixture(scope="session")
def shared(binary, tmp_path_factory):
    roster = tmp_path_factory.mktemp("sandbox") / "roster.csv"
    sandbox = Running(binary, ["--accounts", "60", "--latency", "0s", "--verification", "0s"], roster)
    yield sandbox
    sandbox.stop()


@pytest.fixture
def sandbox(shared):
    """A fresh world of 60 members in which nothing takes time."""
    shared.page("reset", "POST")
    return shared


@pytest.fixture
def detective(sandbox):
    """The administrator's Detective client."""
    return sandbox.client()


@pytest.fixture
def graph(detective):
    """The ARN of a graph."""
    return detective.create_graph()["GraphArn"]


@pytest.fixture
def member(sandbox, detective, graph):
    """The Detective client of a member that was invited; its account is its `account`."""
    detective.create_members(GraphArn=graph, Accounts=sandbox.accounts[:1])
    client = sandbox.client(account=sandbox.ids[0])
    client.account = sandbox.ids[0]
    return client
