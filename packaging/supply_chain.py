"""Checks what comes from others: crates against deny.toml, workflows with zizmor. `make supply-chain`.

Where the database of advisories cannot be fetched, the one that was fetched last is asked, and its age is said;
where there is none, that is said, and the exit status is not 0.
"""

import shutil
import subprocess
import sys
import time
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
DATABASES = Path.home() / ".cargo" / "advisory-dbs"


def run(*words):
    print("$", *words, file=sys.stderr, flush=True)
    return subprocess.run(words, cwd=ROOT, check=False).returncode == 0


def fetched():
    """Whether the database of advisories is as new as can be."""
    return run("cargo", "deny", "fetch", "db")


def ages():
    """The days since the last advisory, of each database that was fetched once."""
    for repository in sorted(path.parent for path in DATABASES.glob("*/.git")):
        last = subprocess.run(
            ["git", "-C", repository, "log", "-1", "--format=%ct"], check=True, capture_output=True, text=True,
        ).stdout
        yield (time.time() - int(last)) // 86_400


def advisories():
    if fetched():
        return run("cargo", "deny", "--offline", "check", "advisories")
    known = list(ages())
    if not known:
        print("Advisories were NOT checked: the database cannot be fetched, and none was fetched before.", file=sys.stderr)
        return False
    print(f"The database of advisories cannot be fetched: asking one whose last entry is {max(known):.0f} days old.", file=sys.stderr)
    return run("cargo", "deny", "--offline", "check", "--disable-fetch", "advisories")


def main():
    if shutil.which("cargo-deny") is None:
        sys.exit("cargo-deny is not installed: cargo install --locked cargo-deny")
    zizmor = Path(sys.prefix) / "bin" / "zizmor"
    good = [
        run("cargo", "deny", "--offline", "check", "licenses", "bans", "sources"),
        advisories(),
        run(str(zizmor), "--offline", "--quiet", ".github", "action"),
    ]
    return 0 if all(good) else 1


if __name__ == "__main__":
    sys.exit(main())
