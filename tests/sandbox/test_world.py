"""The example of a world with troubles, as a client that only retries meets it."""

from pathlib import Path

import boto3
import botocore.config

TROUBLED = Path(__file__).resolve().parents[2] / "examples" / "troubled.toml"


def test_the_troubled_world_is_as_troubled_as_it_says(start):
    sandbox = start("--scenario", str(TROUBLED), "--latency", "0s", "--verification", "0s")
    assert len(sandbox.ids) == 60 and "900000000001" not in sandbox.ids
    assert dict(sandbox.roster)["100000000001"] == "former-owner@example.com"
    detective = boto3.client(
        "detective",
        endpoint_url=sandbox.url,
        region_name="us-east-1",
        aws_access_key_id="555555555555",
        aws_secret_access_key="any",
        config=botocore.config.Config(retries={"mode": "standard", "total_max_attempts": 10}),
    )
    graph = detective.list_graphs()["GraphList"][0]["Arn"]
    for batch in (sandbox.accounts[:50], sandbox.accounts[50:]):
        detective.create_members(GraphArn=graph, Accounts=batch)
    members = sandbox.page("state")["regions"]["us-east-1"][0]["members"]
    assert len(members) == 60
    assert members["100000000001"]["status"] in ("VERIFICATION_FAILED", "VERIFICATION_IN_PROGRESS")
    assert members["100000000011"]["status"] == "ENABLED"
    assert members["100000000012"]["email"] == "aws-100000000012@example.com", "it was verified again"
