"""The modules in terraform/, made of the templates: a variable for each parameter, and the stack of the template itself."""

import re

from support import ROOT
from support.templates import load

FOLDER = ROOT / "terraform"
#: Which template a module wraps, and what its stack is called.
MODULES = {
    "member-role": ("member-role.yaml", "detective-fleet-member"),
    "stackset-administration": ("stackset-administration.yaml", "detective-fleet-stackset"),
    "stackset-execution": ("stackset-execution.yaml", "detective-fleet-execution"),
    "security-account": ("security-account.yaml", "detective-fleet"),
}
#: What the templates of a release have on top, which need no packaging.
RELEASED = {
    "ArtifactBucket": {"Type": "String", "Description": "The bucket that the function's zip and the state machine lie in, in the Region of the stack."},
    "FunctionKey": {"Type": "String", "Description": "The key of the zip there; that of the template, where it is not given.", "Default": ""},
    "StateMachineKey": {"Type": "String", "Description": "The key of the state machine there; that of the template, where it is not given.", "Default": ""},
}
HEAD = """\
# Made of deploy/{template} by `UPDATE_TERRAFORM=1 pytest tests/test_terraform.py -k made_of`; the same test compares the two.

terraform {{
  required_version = ">= 1.3"
  required_providers {{
    aws = {{
      source  = "hashicorp/aws"
      version = ">= 4.0"
    }}
  }}
}}
"""


def parameters(module):
    template, _ = MODULES[module]
    own = load(template)["Parameters"]
    return {**RELEASED, **own} if module == "security-account" else own


def variable(name):
    """AdministratorAccount is administrator_account."""
    return re.sub(r"(?<=[a-z0-9])(?=[A-Z])", "_", name).lower()


def rendered(module):
    template, stack = MODULES[module]
    given = parameters(module)
    text = HEAD.format(template=template)
    text += block("stack_name", "string", "The name of the stack.", f'"{stack}"')
    text += block("stack_tags", "map(string)", "Tags of the stack, and of what is in it.", "{}")
    if module == "security-account":
        text += block("template_file", "string", f"The {template} of a release, or one that `aws cloudformation package` has written: it says where the function lies.")
    for name, it in given.items():
        kind = {"CommaDelimitedList": "list(string)", "Number": "number"}.get(it["Type"], "bool" if is_bool(it) else "string")
        text += block(variable(name), kind, it["Description"], "null" if "Default" in it else None)
    width = max(map(len, given))
    lines = "".join(f"    {name:<{width}} = {value(name, it)}\n" for name, it in given.items())
    source = "var.template_file" if module == "security-account" else f'"${{path.module}}/../../deploy/{template}"'
    text += f"""
locals {{
  # What is not given has the default of the template.
  parameters = {{
{lines}  }}
}}

resource "aws_cloudformation_stack" "this" {{
  name          = var.stack_name
  template_body = file({source})
  capabilities  = ["CAPABILITY_NAMED_IAM"]
  parameters    = {{ for name, value in local.parameters : name => value if value != null }}
  tags          = var.stack_tags
}}

output "outputs" {{
  description = "The outputs of the stack, by name."
  value       = aws_cloudformation_stack.this.outputs
}}
"""
    return text


def is_bool(parameter):
    return parameter.get("AllowedValues") == ["true", "false"]


def value(name, parameter):
    here = f"var.{variable(name)}"
    if parameter["Type"] == "CommaDelimitedList":
        return f'{here} == null ? null : join(",", {here})'
    if is_bool(parameter) or parameter["Type"] == "Number":
        return f"{here} == null ? null : tostring({here})"
    return here


def block(name, kind, description, default=None):
    words = " ".join(description.split()).replace("\\", "\\\\").replace('"', '\\"').replace("${", "$${")
    lines = [("description", f'"{words}"'), ("type", kind)]
    if default is not None:
        lines.append(("default", default))
    body = "".join(f"  {key:<11} = {it}\n" for key, it in lines)
    return f'\nvariable "{name}" {{\n{body}}}\n'
