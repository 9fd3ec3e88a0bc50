"""The words that docs/sandbox.md starts the sandbox with as a service, without the containers around them."""

import re

import boto3

from support import ROOT
from support.sandbox import exports, read_some


def words():
    """Each command line of the page that listens on all addresses."""
    page = (ROOT / "docs" / "sandbox.md").read_text()
    lists = re.findall(r'command: \[("sandbox".*)\]', page)
    lines = re.findall(r'detective-fleet (sandbox --listen .*)$|with_command\("(.*?)"\)', page, re.MULTILINE)
    return [re.findall(r'"(.*?)"', it) for it in lists] + [(one or other).split() for one, other in lines]


def test_a_service_of_ci_is_reached_with_an_account_id_as_key(command):
    commands = words()
    assert len(commands) == 4 and all(it == commands[0] for it in commands), commands
    # The port of the page may be somebody's.
    free = ["0" if word == "4599" else word for word in commands[0]]
    process = command.start(*free)
    try:
        endpoint = exports(read_some(process))["AWS_ENDPOINT_URL"]
        client = boto3.client(
            "detective", endpoint_url=endpoint, region_name="us-east-1",
            aws_access_key_id="555555555555", aws_secret_access_key="any",
        )
        assert ":555555555555:graph:" in client.create_graph()["GraphArn"]
    finally:
        process.terminate()
        _, said = process.communicate(timeout=20)
    assert "does not verify signatures" in said
