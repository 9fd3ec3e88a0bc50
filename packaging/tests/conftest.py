"""What `make dist` made, as somebody downloads it."""

import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent.parent
sys.path[:0] = [str(ROOT / "packaging"), str(ROOT / "tests")]


@pytest.fixture(scope="session")
def dist():
    folder = ROOT / "target" / "dist"
    assert (folder / "SHA256SUMS").exists(), "make dist comes first"
    return folder


@pytest.fixture
def one(dist):
    """The one file of that pattern."""

    def one(pattern):
        found = sorted(dist.glob(pattern))
        assert len(found) == 1, (pattern, [path.name for path in found])
        return found[0]

    return one


@pytest.fixture
def run(tmp_path):
    """Runs a program with nothing of this machine in its environment, in an empty folder."""

    def run(*words, status=0, **environment):
        words = [str(word) for word in words]
        done = subprocess.run(
            words, cwd=tmp_path, env={"HOME": str(tmp_path), **environment}, capture_output=True, text=True, timeout=600, check=False,
        )
        assert done.returncode == status, (words, done.returncode, done.stdout, done.stderr)
        return done

    return run


@pytest.fixture
def accounts(tmp_path):
    """A list of accounts, as a user writes one."""
    path = tmp_path / "accounts.csv"
    path.write_text("".join(f"1000000000{number:02},root{number}@example.com\n" for number in range(1, 13)))
    return path
