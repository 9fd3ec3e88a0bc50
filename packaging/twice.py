"""Builds the release of the commit that is checked out in another clone, and compares it with target/dist. `make dist-twice`."""

import os
import subprocess
import sys
import tempfile
from pathlib import Path

from finish import SUMS
from project import ROOT, Project


def main():
    if "-modified" in Project().commit:
        sys.exit("commit first: the other clone is one of the commit")
    with tempfile.TemporaryDirectory() as folder:
        clone = Path(folder) / "elsewhere"
        subprocess.run(["git", "clone", "--quiet", ROOT, clone], check=True)
        environment = {**os.environ, "CARGO_TARGET_DIR": f"{folder}/compiled"}
        words = [sys.executable, "packaging/dist.py", "--incomplete", *sys.argv[1:]]
        subprocess.run(words, cwd=clone, env=environment, check=True)
        first, second = sums(ROOT), sums(clone)
    different = sorted(name for name in second if first.get(name) != second[name])
    for name in different:
        print(f"not the same: {name}", file=sys.stderr)
    print(f"{len(second) - len(different)} of {len(second)} files are the same")
    return 1 if different or not second else 0


def sums(root):
    lines = (root / "target" / "dist" / SUMS).read_text().splitlines()
    return {name: digest for digest, name in (line.split("  ") for line in lines)}


if __name__ == "__main__":
    sys.exit(main())
