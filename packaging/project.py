"""What is known about the project and the crates that it is made of."""

import json
import os
import subprocess
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent


def said(*words, **options):
    """What a command prints."""
    return subprocess.run(words, cwd=ROOT, check=True, stdout=subprocess.PIPE, text=True, **options).stdout


@dataclass(frozen=True)
class Crate:
    """A crate of others that a binary contains."""

    name: str
    version: str
    license: str
    checksum: str
    folder: Path
    repository: str

    @property
    def purl(self):
        return f"pkg:cargo/{self.name}@{self.version}"


class Project:
    license = "Apache-2.0"
    maintainer = "The maintainers of detective-fleet <maintainers@detective-fleet.invalid>"

    @cached_property
    def metadata(self):
        return json.loads(said("cargo", "metadata", "--format-version", "1", "--locked", "--all-features"))

    @cached_property
    def command(self):
        return next(package for package in self.metadata["packages"] if package["name"] == "detective-fleet")

    @property
    def version(self):
        return self.command["version"]

    @property
    def description(self):
        return self.command["description"]

    @cached_property
    def readme(self):
        return (ROOT / "README.md").read_text()

    @cached_property
    def commit(self):
        """The commit, marked where files differ from it; `unknown` where there is no repository."""
        if given := os.environ.get("BUILD_COMMIT"):
            return given
        try:
            commit = said("git", "rev-parse", "HEAD", stderr=subprocess.DEVNULL).strip()
            changed = said("git", "status", "--porcelain", "--untracked-files=no").strip()
        except (OSError, subprocess.CalledProcessError):
            return "unknown"
        return f"{commit}-modified" if changed else commit

    def crates(self, package, target):
        """The crates of others in a binary, by name: what cargo links into it, without what only builds it."""
        words = ["tree", "--locked", "--package", package, "--edges", "normal", "--target", target, "--prefix", "none"]
        names = said("cargo", *words, "--format", "{p}").splitlines()
        wanted = {tuple(line.split()[:2]) for line in names if line}
        return sorted((crate for crate in self.all_crates if (crate.name, f"v{crate.version}") in wanted), key=lambda it: it.purl)

    @cached_property
    def all_crates(self):
        checksums = self.checksums
        return [
            Crate(
                package["name"], package["version"], package["license"] or "", checksums[package["name"], package["version"]],
                Path(package["manifest_path"]).parent, package["repository"] or "",
            )
            for package in self.metadata["packages"] if package["source"]
        ]

    @cached_property
    def checksums(self):
        """Of each crate, as Cargo.lock has it."""
        found, fields = {}, {}
        for line in [*(ROOT / "Cargo.lock").read_text().splitlines(), "[[package]]"]:
            if line == "[[package]]":
                if "checksum" in fields:
                    found[fields["name"], fields["version"]] = fields["checksum"]
                fields = {}
            elif " = " in line:
                key, _, value = line.partition(" = ")
                fields[key] = value.strip('"')
        return found
