"""The AWS SDK for JavaScript v3 as a client. It is installed once, by npm, from its lock file."""

import json
import os
import shutil
import subprocess
from pathlib import Path

import boto3
import pytest

FOLDER = Path(__file__).parent / "javascript"
WORLD = """
size = 1
latency = "0s"
verification = "0s"
[organization]
management = "111111111111"
[accounts.111111111111]
unlisted = true
gigabytes_per_day = 20_000.0
"""


@pytest.fixture(scope="module")
def node():
    """Node, with the SDK beside the script."""
    node, npm = shutil.which("node"), shutil.which("npm")
    if node is None or npm is None:
        pytest.skip("Node.js and npm are not installed")
    if not (FOLDER / "node_modules").exists():
        command = [npm, "ci", "--no-audit", "--no-fund"]
        done = subprocess.run(command, cwd=FOLDER, capture_output=True, text=True, timeout=300)
        if done.returncode != 0:
            pytest.skip(f"the SDK cannot be installed: {done.stderr[-300:]}")
    return node


def test_every_operation_by_javascript(start, node):
    sandbox = start(world=WORLD)
    env = {"PATH": os.environ["PATH"], **sandbox.env}
    command = [node, FOLDER / "walk.mjs", *sandbox.roster[0], "111111111111"]
    done = subprocess.run(command, env=env, capture_output=True, text=True, timeout=120)
    assert done.returncode == 0, done.stderr
    result = json.loads(done.stdout)
    model = boto3.client("detective", region_name="us-east-1").meta.service_model
    called = result["called"]
    assert set(called) == set(model.operation_names)
    assert called["GetMembers"]["MemberDetails"][0]["Status"] == "ENABLED"
    assert called["ListTagsForResource"]["Tags"] == {"c": "d"}
    assert called["GetInvestigation"]["ScopeStartTime"] == "2026-01-01T00:00:00.000Z"
    assert set(called["ListDatasourcePackages"]["DatasourcePackages"]) == {"DETECTIVE_CORE", "EKS_AUDIT"}
    assert result["errors"] == {
        "not_found": ["ResourceNotFoundException", 404],
        "invalid": ["ValidationException", 400],
        "unknown_key": ["UnrecognizedClientException", 403],
        "untrusted": ["AccessDenied", 403],
        "no_token": ["InvalidIdentityTokenException", 400],
    }
