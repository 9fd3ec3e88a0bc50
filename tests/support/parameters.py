"""docs/parameters.md, made of the templates: each parameter with its default, what it may be, and its description."""

from support import ROOT
from support.templates import TEMPLATES, load

PAGE = ROOT / "docs" / "parameters.md"
HEAD = """\
# Template parameters

<!-- Made of the templates by `UPDATE_PARAMETERS=1 pytest tests/test_docs.py -k parameter`; the same test compares the two. -->

What the templates in `deploy/` can be told: `detective-fleet aws deploy` by `--parameter NAME=VALUE`, the AWS CLI by `--parameter-overrides
NAME=VALUE` ([deploy.md](deploy.md)). A later deployment keeps what it does not name.
"""


def rendered():
    parts = [HEAD]
    for path in TEMPLATES:
        template = load(path.name)
        parameters = template.get("Parameters", {})
        if not parameters:
            continue
        parts.append(f"\n## {path.name}\n\n{cell(template['Description'])}\n")
        for label, names in groups(template, parameters):
            heading = f"\n### {label}\n" if label else ""
            rows = [row(name, parameters[name]) for name in names]
            parts.append(f"{heading}\n| parameter | default | |\n|---|---|---|\n" + "".join(rows))
    return "".join(parts)


def groups(template, parameters):
    """As the console shows them; what is in no group comes first."""
    interface = template.get("Metadata", {}).get("AWS::CloudFormation::Interface", {})
    grouped = [(group["Label"]["default"], group["Parameters"]) for group in interface.get("ParameterGroups", [])]
    others = [name for name in parameters if not any(name in names for _, names in grouped)]
    return ([("Where the function lies" if grouped else "", others)] if others else []) + grouped


def row(name, parameter):
    default = parameter.get("Default")
    shown = "**needed**" if default is None else f"`{cell(str(default))}`" if str(default) else "empty"
    allowed = " or ".join(f"`{value}`" for value in parameter.get("AllowedValues", []))
    least, most = parameter.get("MinValue"), parameter.get("MaxValue")
    if least is not None and most is not None:
        allowed = f"{least} to {most}"
    return f"| `{name}` | {shown} | {cell(parameter['Description'])}{f' ({allowed})' if allowed else ''} |\n"


def cell(text):
    return " ".join(str(text).split()).replace("|", "\\|").replace("<", "&lt;")
