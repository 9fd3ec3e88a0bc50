"""docs/deploy.md does what it says, from nothing to the first report: its own blocks, on MiniStack."""

import pytest

from support import ROOT
from support.documents import Page, Shell
from support.ministack import ADMINISTRATOR

PAGE = Page(ROOT / "docs" / "deploy.md")


def block(*words):
    """The one block with these words in it."""
    [found] = [it.text for it in PAGE.blocks if it.language == "sh" and all(word in it.text for word in words)]
    return found


@pytest.fixture
def type_in(binary, stack_without_roles, tmp_path):
    """Types what the page says, with what stands for something else replaced, in the name of an account."""
    stack = stack_without_roles
    shell = Shell(binary, tmp_path / "shell")
    # Where the repository is, with the function that was built.
    (shell.state / "cwd").write_text(str(stack.folder / "copy"))
    (stack.folder / "copy" / "accounts.csv").write_text(stack.csv())

    def type_in(text, account=ADMINISTRATOR):
        for placeholder, meant in {"SECURITY_ACCOUNT": ADMINISTRATOR, "BUCKET": stack.bucket}.items():
            text = text.replace(placeholder, meant)
        shell.environment |= {
            "AWS_ENDPOINT_URL": stack.ministack.endpoint, "AWS_DEFAULT_REGION": "us-east-1",
            "AWS_ACCESS_KEY_ID": account, "AWS_SECRET_ACCESS_KEY": "test",
        }
        # Each account comes with credentials of its own, and not with those of the one before.
        (shell.state / "env").write_text("")
        status, shown = shell.run(text)
        assert status == 0, f"{text}\n---\n{shown}"
        return shown

    yield type_in
    shell.stop()


@pytest.fixture
def stack_without_roles(make_stack):
    """Three members without a role."""
    return make_stack(without_role=[f"234567{number:06}" for number in range(1, 4)])


def test_from_nothing_to_the_first_report(stack_without_roles, type_in):
    stack = stack_without_roles
    type_in("aws s3 mb s3://your-artifacts")
    type_in(block("cloudformation package"))
    type_in(block("stackset-administration.yaml"))
    for account, _ in stack.members:
        type_in(block("stackset-execution.yaml"), account)
        type_in(block("member-role.yaml"), account)

    before = {it["executionArn"] for it in stack.executions()}
    type_in(block("/plan/enable/accounts.csv"))
    planned = stack.ended(stack.new_execution(before)).succeeded()
    assert stack.statuses() == {}

    type_in(block("aws s3 cp accounts.csv s3://BUCKET/enable/accounts.csv"))
    stack.ended(stack.new_execution(before | {planned.arn})).succeeded()
    assert stack.statuses() == {account: "ENABLED" for account, _ in stack.members}

    type_in(block("report.html"))
    assert "<html" in (stack.folder / "copy" / "report.html").read_text()
