"""deploy/in-each-account.sh: a template in every account of a list, with the AWS CLI, on moto."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

from support import ROOT
from support.moto import ADMINISTRATOR, Moto

ACCOUNTS = [f"2222222222{n:02}" for n in range(1, 4)]
SCRIPT, TEMPLATE = ROOT / "deploy" / "in-each-account.sh", ROOT / "deploy" / "stackset-execution.yaml"


@pytest.fixture
def moto(tmp_path):
    moto = Moto(tmp_path)
    moto.reset()
    yield moto
    moto.stop()


@pytest.fixture
def run(moto, tmp_path):
    """The script, with a profile for each account."""
    home = tmp_path / "home"
    (home / ".aws").mkdir(parents=True)
    profiles = "[profile base]\naws_access_key_id = AKIAADMINISTRATOR000\naws_secret_access_key = any\n"
    for account in ACCOUNTS:
        for name, its in ((f"of-{account}", account), (f"wrong-{account}", ACCOUNTS[0])):
            profiles += f"[profile {name}]\nrole_arn = arn:aws:iam::{its}:role/Login\nsource_profile = base\nregion = us-east-1\n"
    (home / ".aws" / "config").write_text(profiles)
    listed = tmp_path / "accounts.csv"
    listed.write_text("account id,root e-mail\n" + "".join(f"{it},root+{it}@example.com\n" for it in ACCOUNTS))
    path = f"{Path(sys.executable).parent}:{os.environ['PATH']}"
    env = {"PATH": path, "HOME": str(home), "AWS_ENDPOINT_URL": moto.endpoint, "AWS_REGION": "us-east-1"}

    def run(profile="of-{}", template=TEMPLATE):
        words = [SCRIPT, listed, profile, template, "detective-fleet-execution", f"AdministratorAccount={ADMINISTRATOR}"]
        return subprocess.run(words, env=env, capture_output=True, text=True, timeout=300)

    return run


def test_every_account_gets_it_one_that_fails_stops_no_other_and_again_does_what_is_missing(moto, run):
    first, second, third = ACCOUNTS
    for account in (first, third):
        moto.make_role(account, "Login", f"arn:aws:iam::{ADMINISTRATOR}:root")
    done = run()
    assert done.returncode == 1 and done.stderr.endswith(f"failed: {second}\n"), done.stderr
    assert "2 accounts as wanted" in done.stdout
    moto.make_role(second, "Login", f"arn:aws:iam::{ADMINISTRATOR}:root")
    done = run()
    assert (done.returncode, done.stdout.splitlines()[-1]) == (0, "3 accounts as wanted"), done.stdout + done.stderr
    for account in ACCOUNTS:
        assert moto.role(account, "DetectiveFleetStackSetExecution")


def test_the_account_of_a_profile_has_to_be_the_one_of_the_list(moto, run):
    for account in ACCOUNTS:
        moto.make_role(account, "Login", f"arn:aws:iam::{ADMINISTRATOR}:root")
    assert run(profile="base").returncode == 2
    done = run(profile="wrong-{}")
    assert done.returncode == 1 and f"is of account {ACCOUNTS[0]}" in done.stderr
    assert [moto.stacks(account) == {} for account in ACCOUNTS] == [False, True, True]


def test_wrong_usage_says_how_it_is_used(run):
    done = subprocess.run([SCRIPT], capture_output=True, text=True, timeout=60)
    assert done.returncode == 2 and "LIST PROFILE TEMPLATE STACK" in done.stderr
    assert run(template="nowhere.yaml").returncode == 2
