"""The plugin for pytest, in a pytest of its own, and the decorator."""

import os
import subprocess
import sys
from pathlib import Path

import boto3
import pytest

PYTHON = Path(__file__).parents[2] / "python"
sys.path.insert(0, str(PYTHON))

from detective_fleet_sandbox import Sandbox, SandboxError, sandboxed  # noqa: E402: after its folder is known.

TESTS = '''
import boto3
import pytest


def test_boto3_reaches_it_without_being_told(detective):
    arn = boto3.client("detective").create_graph()["GraphArn"]
    assert arn.split(":")[4] == detective.administrator
    assert detective.calls()["operations"] == {"detective:CreateGraph": 1}
    assert detective.state()["regions"]["us-east-1"][0]["arn"] == arn


def test_every_test_has_a_world_of_its_own(detective):
    assert boto3.client("detective").list_graphs()["GraphList"] == []
    assert len(detective.members) == 10


@pytest.mark.detective(accounts=2, verification="1h")
def test_a_whole_invitation(detective):
    administrator = boto3.client("detective")
    graph = administrator.create_graph()["GraphArn"]
    accounts = [{"AccountId": id, "EmailAddress": email} for id, email in detective.members]
    administrator.create_members(GraphArn=graph, Accounts=accounts)
    detective.advance("1h")
    for account, _ in detective.members:
        detective.client(account=account).accept_invitation(GraphArn=graph)
    members = administrator.list_members(GraphArn=graph)["MemberDetails"]
    assert [member["Status"] for member in members] == ["ENABLED"] * 2
    dump = detective.dump()
    detective.reset()
    assert boto3.client("detective").list_graphs()["GraphList"] == []
    detective.load(dump)
    assert len(boto3.client("detective").list_members(GraphArn=graph)["MemberDetails"]) == 2


@pytest.mark.detective(world="""
    latency = "0s"
    [[memberships]]
    accounts = ["012345678901"]
    status = "ENABLED"
    [accounts.012345678901]
""")
def test_a_world_of_its_own(detective):
    (graph,) = boto3.client("detective").list_graphs()["GraphList"]
    assert boto3.client("detective").list_members(GraphArn=graph["Arn"])["MemberDetails"]
'''


def test_the_plugin(binary, tmp_path):
    (tmp_path / "test_it.py").write_text(TESTS)
    env = {**os.environ, "PYTHONPATH": str(PYTHON), "DETECTIVE_FLEET_BIN": str(binary), "AWS_PROFILE": "missing"}
    command = [sys.executable, "-m", "pytest", "-q", "--strict-markers", "-p", "detective_fleet_sandbox.plugin"]
    done = subprocess.run(
        [*command, "-p", "no:cacheprovider", "test_it.py"], cwd=tmp_path, env=env, capture_output=True, text=True
    )
    assert done.returncode == 0 and "4 passed" in done.stdout, done.stdout + done.stderr


def test_the_decorator_leaves_nothing_behind(binary, monkeypatch):
    monkeypatch.setenv("DETECTIVE_FLEET_BIN", str(binary))
    monkeypatch.setenv("AWS_PROFILE", "somebody")
    before = dict(os.environ)

    @sandboxed(accounts=3)
    def work():
        assert "AWS_PROFILE" not in os.environ
        return boto3.client("detective").create_graph()["GraphArn"]

    assert work() != "" and work() != ""
    assert dict(os.environ) == before
    with sandboxed(accounts=3) as sandbox, pytest.raises(SandboxError, match="latencies"):
        sandbox.load("latencies = '1s'")
    assert dict(os.environ) == before


def test_what_keeps_it_from_starting_is_told(binary, monkeypatch):
    monkeypatch.setenv("DETECTIVE_FLEET_BIN", str(binary))
    with pytest.raises(SandboxError, match="latencies"):
        Sandbox(world="latencies = '1s'\n")
