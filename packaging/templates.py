"""The templates of a release: what the function and the state machine are read from is a parameter, and nothing is packaged."""

import hashlib
import json

from archives import File, read, zipped
from project import ROOT

FOLDER = ROOT / "deploy"
# What is a path in the repository, and what it is in a release: `detective-fleet aws deploy` reads the same file.
PLACE = json.loads((ROOT / "packaging" / "place.json").read_text())
MACHINE = "state-machine.asl.json"


class NotAsExpected(Exception):
    """The template has changed in a way that this module does not know."""


def released(function):
    """The templates and the state machine. `function`: the name of the zip that they are made for."""
    # A key is that of a content: where it changes CloudFormation has to see another value.
    machine = (FOLDER / MACHINE).read_bytes()
    machine_key = f"state-machine-{hashlib.sha256(machine).hexdigest()[:16]}.asl.json"
    template = (FOLDER / "security-account.yaml").read_text()
    for place in PLACE:
        local, there = place["local"], place["released"]
        if template.count(local) != 1:
            raise NotAsExpected(f"deploy/security-account.yaml has {template.count(local)} times {local.strip()!r}: mend packaging/place.json")
        template = template.replace(local, there.replace("FUNCTION_KEY", function).replace("STATE_MACHINE_KEY", machine_key))
    others = ["member-role.yaml", "stackset-administration.yaml", "stackset-execution.yaml"]
    return [
        File("security-account.yaml", template.encode()),
        File(machine_key, machine),
        *[read(FOLDER / name, name) for name in others],
        read(FOLDER / "in-each-account.sh", "in-each-account.sh", executable=True),
    ]


def templates(project, function):
    """The name of the zip of all of them, and its bytes."""
    return f"detective-fleet-templates-{project.version}.zip", zipped(released(function))
