"""The modules in terraform/ wrap the templates and leave nothing out; Terraform takes them, and deploys them on moto and MiniStack.

What needs Terraform is left out where it is not there, or finds no provider of AWS: TERRAFORM_PLUGINS names a folder of
providers for those who may not fetch any.
"""

import os
import re
import shutil
import subprocess

import pytest

from support import ROOT, terraform
from support.ministack import MiniStack
from support.moto import ADMINISTRATOR, Moto
from support.server import free_port
from test_contract_roles import check_trust

PROGRAM = shutil.which("terraform") or shutil.which("tofu")
ACCOUNT = "222222222201"
SECOND = "333333333333"


@pytest.mark.parametrize("module", terraform.MODULES)
def test_a_module_is_made_of_its_template(module):
    path = terraform.FOLDER / module / "main.tf"
    if os.environ.get("UPDATE_TERRAFORM"):
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(terraform.rendered(module))
    assert path.read_text() == terraform.rendered(module), "the template says something else: UPDATE_TERRAFORM=1 pytest tests/test_terraform.py -k made_of"


@pytest.mark.parametrize("module", terraform.MODULES)
def test_every_parameter_has_a_variable_and_every_variable_is_for_something(module):
    text = (terraform.FOLDER / module / "main.tf").read_text()
    variables = set(re.findall(r'^variable "(\w+)"', text, re.MULTILINE))
    more = {"stack_name", "stack_tags"} | ({"template_file"} if module == "security-account" else set())
    assert variables == {terraform.variable(name) for name in terraform.parameters(module)} | more
    for name in variables:
        assert text.count(f"var.{name}"), name


class Terraform:
    """Terraform in a folder of its own."""

    def __init__(self, folder, endpoint="http://127.0.0.1:9"):
        self.folder = folder
        plugins = os.environ.get("TERRAFORM_PLUGINS")
        self.init = ["init", "-input=false", *([f"-plugin-dir={plugins}"] if plugins else [])]
        self.env = {
            "PATH": os.environ["PATH"], "HOME": str(folder), "AWS_ENDPOINT_URL": endpoint, "AWS_REGION": "us-east-1",
            "AWS_ACCESS_KEY_ID": "AKIAADMINISTRATOR000", "AWS_SECRET_ACCESS_KEY": "any", "CHECKPOINT_DISABLE": "1",
            "AWS_EC2_METADATA_DISABLED": "true",
        }

    def run(self, *words):
        return subprocess.run([PROGRAM, *words, "-no-color"], cwd=self.folder, env=self.env, capture_output=True, text=True, timeout=300)

    def prepare(self):
        done = self.run(*self.init)
        if "Failed to query available provider packages" in done.stderr:
            pytest.skip("Terraform finds no provider of AWS")
        assert done.returncode == 0, done.stdout + done.stderr

    def does(self, *words):
        done = self.run(*words)
        assert done.returncode == 0, done.stdout + done.stderr
        return done.stdout


needs_terraform = pytest.mark.skipif(PROGRAM is None, reason="Terraform is not there")


@needs_terraform
def test_the_modules_are_as_terraform_writes_them():
    done = subprocess.run([PROGRAM, "fmt", "-check", "-recursive", "-diff", terraform.FOLDER], capture_output=True, text=True, timeout=60)
    assert done.returncode == 0, done.stdout + done.stderr


@needs_terraform
@pytest.mark.parametrize("module", terraform.MODULES)
def test_terraform_takes_a_module(tmp_path, module):
    copy = tmp_path / "terraform" / module
    shutil.copytree(terraform.FOLDER / module, copy)
    shutil.copytree(ROOT / "deploy", tmp_path / "deploy")
    here = Terraform(copy)
    here.prepare()
    here.does("validate")


@needs_terraform
def test_terraform_makes_the_member_role_changes_its_trust_and_takes_it_away(tmp_path):
    moto = Moto(tmp_path)
    try:
        moto.reset()
        moto.make_role(ACCOUNT, "Login", f"arn:aws:iam::{ADMINISTRATOR}:root")
        folder = tmp_path / "root"
        folder.mkdir()
        for part in ("terraform", "deploy"):
            shutil.copytree(ROOT / part, tmp_path / "fleet" / part)
        main = f"""
provider "aws" {{
  skip_requesting_account_id = true
  assume_role {{ role_arn = "arn:aws:iam::{ACCOUNT}:role/Login" }}
}}
variable "second" {{ default = null }}
module "role" {{
  source                = "../fleet/terraform/member-role"
  administrator_account = "{ADMINISTRATOR}"
  second_administrator  = var.second
}}
"""
        (folder / "main.tf").write_text(main)
        here = Terraform(folder, moto.endpoint)
        here.prepare()
        assert "1 to add, 0 to change, 0 to destroy" in here.does("plan", "-input=false")
        here.does("apply", "-input=false", "-auto-approve")
        check_trust(moto.role(ACCOUNT))
        assert "No changes" in here.does("plan", "-input=false")
        assert "0 to add, 1 to change, 0 to destroy" in here.does("plan", "-input=false", f"-var=second={SECOND}")
        here.does("destroy", "-input=false", "-auto-approve")
        assert moto.role(ACCOUNT) is None
    finally:
        moto.stop()


@needs_terraform
def test_terraform_plans_the_same_on_another_emulator(tmp_path):
    """MiniStack's CloudFormation and IAM, as the root of the member."""
    ministack = MiniStack(tmp_path, free_port(), {})
    try:
        folder = tmp_path / "root"
        folder.mkdir()
        for part in ("terraform", "deploy"):
            shutil.copytree(ROOT / part, tmp_path / "fleet" / part)
        (folder / "main.tf").write_text(f"""
provider "aws" {{ skip_requesting_account_id = true }}
module "role" {{
  source                = "../fleet/terraform/member-role"
  administrator_account = "{ADMINISTRATOR}"
}}
""")
        here = Terraform(folder, ministack.endpoint)
        here.env |= {"AWS_ACCESS_KEY_ID": ACCOUNT, "AWS_SECRET_ACCESS_KEY": "test"}
        here.prepare()
        assert "1 to add, 0 to change, 0 to destroy" in here.does("plan", "-input=false")
        here.does("apply", "-input=false", "-auto-approve")
        assert "No changes" in here.does("plan", "-input=false")
        iam = ministack.client("iam", ACCOUNT)
        assert iam.get_role(RoleName="DetectiveFleetMember")["Role"]["Path"] == "/detective-fleet/"
        here.does("destroy", "-input=false", "-auto-approve")
        assert "DetectiveFleetMember" not in [role["RoleName"] for role in iam.list_roles()["Roles"]]
    finally:
        ministack.stop()
