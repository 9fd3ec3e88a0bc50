"""The templates of a release: what the function and the state machine are read from is a parameter, and nothing is packaged."""

import hashlib

from archives import File, read, zipped
from project import ROOT

FOLDER = ROOT / "deploy"
LOCAL = {
    "      Code: ../target/package/bootstrap.zip\n": "      Code: { S3Bucket: !Ref ArtifactBucket, S3Key: !Ref FunctionKey }\n",
    "      DefinitionS3Location: state-machine.asl.json\n": "      DefinitionS3Location: { Bucket: !Ref ArtifactBucket, Key: !Ref StateMachineKey }\n",
    "\nParameters:\n": """
Parameters:
  ArtifactBucket:
    Type: String
    Description: The bucket that you uploaded the function's zip and the state machine to, in this Region.
    AllowedPattern: "^[a-z0-9][a-z0-9.-]{1,61}[a-z0-9]$"
  FunctionKey:
    Type: String
    Description: The key of the zip there; for arm64 it is another one.
    Default: %(function)s
  StateMachineKey:
    Type: String
    Description: The key of the state machine there.
    Default: %(machine)s
""",
}
MACHINE = "state-machine.asl.json"


class NotAsExpected(Exception):
    """The template has changed in a way that this module does not know."""


def released(function):
    """The templates and the state machine. `function`: the name of the zip that they are made for."""
    # A key is that of a content: where it changes CloudFormation has to see another value.
    machine = (FOLDER / MACHINE).read_bytes()
    keyed = {"function": function, "machine": f"state-machine-{hashlib.sha256(machine).hexdigest()[:16]}.asl.json"}
    template = (FOLDER / "security-account.yaml").read_text()
    for local, parameter in LOCAL.items():
        if template.count(local) != 1:
            raise NotAsExpected(f"deploy/security-account.yaml has {template.count(local)} times {local.strip()!r}: mend packaging/templates.py")
        template = template.replace(local, parameter % keyed if "%(" in parameter else parameter)
    others = ["member-role.yaml", "stackset-administration.yaml", "stackset-execution.yaml"]
    return [
        File("security-account.yaml", template.encode()),
        File(keyed["machine"], machine),
        *[read(FOLDER / name, name) for name in others],
        read(FOLDER / "in-each-account.sh", "in-each-account.sh", executable=True),
    ]


def templates(project, function):
    """The name of the zip of all of them, and its bytes."""
    return f"detective-fleet-templates-{project.version}.zip", zipped(released(function))
