"""A wheel with the program, which `pip install` puts beside Python and `uvx` runs, and with the sandbox's
fixture for pytest, which pytest finds by itself."""

import base64
import hashlib

from archives import File, zipped
from project import ROOT

# The modules, and what tells pytest of them.
MODULES = ROOT / "python"
ENTRY_POINTS = "[pytest11]\ndetective_fleet_sandbox = detective_fleet_sandbox.plugin\n"


def wheel(project, tags, program, documents):
    """The name of the wheel, and its bytes. `documents`: licences and notices."""
    name = f"detective_fleet-{project.version}"
    info = f"{name}.dist-info"
    files = [
        File(f"{name}.data/scripts/detective-fleet", program, executable=True),
        *[
            File(str(path.relative_to(MODULES)), path.read_bytes())
            for path in sorted(MODULES.glob("detective_fleet_sandbox/*.py"))
        ],
        File(f"{info}/entry_points.txt", ENTRY_POINTS.encode()),
        *[File(f"{info}/licenses/{file.path}", file.content) for file in documents],
        File(f"{info}/METADATA", metadata(project, documents).encode()),
        File(f"{info}/WHEEL", description(tags).encode()),
    ]
    files.append(File(f"{info}/RECORD", record(files, f"{info}/RECORD").encode()))
    return f"{name}-py3-none-{'.'.join(tags)}.whl", zipped(files)


def metadata(project, documents):
    lines = [
        "Metadata-Version: 2.4",
        "Name: detective-fleet",
        f"Version: {project.version}",
        f"Summary: {project.description}",
        f"License-Expression: {project.license}",
        *[f"License-File: {file.path}" for file in documents],
        "Requires-Python: >=3.8",
        "Classifier: Environment :: Console",
        "Classifier: Programming Language :: Rust",
        "Classifier: Topic :: Security",
        "Description-Content-Type: text/markdown",
        "",
        project.readme,
    ]
    return "\n".join(lines)


def description(tags):
    lines = ["Wheel-Version: 1.0", "Generator: detective-fleet", "Root-Is-Purelib: false"]
    return "\n".join([*lines, *[f"Tag: py3-none-{tag}" for tag in tags], ""])


def record(files, itself):
    def line(file):
        digest = base64.urlsafe_b64encode(hashlib.sha256(file.content).digest()).rstrip(b"=").decode()
        return f"{file.path},sha256={digest},{len(file.content)}"

    return "\n".join([*[line(file) for file in files], f"{itself},,", ""])
