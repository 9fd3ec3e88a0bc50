"""Runs the command as a user does: its own process, a clean environment, stdout and stderr apart."""

import json
import os
import pty
import re
import resource
import select
import signal
import subprocess
import time
from dataclasses import dataclass
from pathlib import Path

ADDRESS = re.compile(r"[^\s\"'<>,;:=()\[\]|]+@[\w-]+(?:\.[\w-]+)*\.[A-Za-z]{2,}")
MASKED = re.compile(r"[^@]?\*\*\*@")

# How Rust and the AWS SDK print errors that nobody put into words.
DEBUG_OUTPUT = [
    "panicked at", "stack backtrace", "RUST_BACKTRACE",
    "SdkError", "ServiceError", "Unhandled", "DispatchFailure", "ConnectorError", "ConstructionFailure",
    "TimeoutError", "CredentialsNotLoaded", "CredentialsError", "ProviderError", "InvalidConfiguration",
    "ErrorMetadata", "hyper::", "hyper_util", "Os {", "Error {", "Some(",
]


@dataclass
class Result:
    """How a run ended."""

    status: int
    stdout: str
    stderr: str

    @property
    def output(self):
        return self.stdout + self.stderr

    def json(self):
        """The one document on stdout; anything beside it is an error."""
        return json.loads(self.stdout)

    def ended(self, status):
        """Checks the exit status, and shows what was said where it is another."""
        assert self.status == status, f"exit status {self.status}, not {status}\n{self.output}"
        return self

    def refused(self, *words):
        """Checks that it could not be done and that stderr says so in a sentence with these words."""
        self.ended(1)
        assert self.stderr.strip(), "nothing on stderr says why"
        for word in words:
            assert word.lower() in self.stderr.lower(), f"{word!r} is not in: {self.stderr}"
        return self


def check_plain(output):
    """No debug output, and no e-mail address other than masked."""
    found = [word for word in DEBUG_OUTPUT if word in output]
    assert not found, f"{found} in: {output}"
    # A masked one may be the name of a file, at the end of its path.
    exposed = [it for it in ADDRESS.findall(output) if not MASKED.match(it.rsplit("/", 1)[-1])]
    assert not exposed, f"{exposed} in: {output}"


class Command:
    """The built command, and the environment it runs in."""

    def __init__(self, binary: Path, home: Path):
        self.binary = str(binary)
        self.home = home

    def environment(self, extra=None):
        """Nothing of the machine's but PATH: no credentials, no profile, no instance metadata."""
        return {
            "PATH": os.environ["PATH"],
            "HOME": str(self.home),
            "AWS_EC2_METADATA_DISABLED": "true",
            **(extra or {}),
        }

    def start(self, *args, env=None, **options):
        options = {"stdin": subprocess.DEVNULL, "stdout": subprocess.PIPE, "stderr": subprocess.PIPE, **options}
        words = [self.binary, *map(str, args)]
        return subprocess.Popen(words, env=self.environment(env), cwd=self.home, text=True, **options)

    def run(self, *args, env=None, timeout=120):
        """Runs to the end, and checks what holds for every run whatever became of it."""
        process = self.start(*args, env=env)
        return finish(process, timeout)

    def run_on_terminal(self, *args, answer="", env=None, timeout=120):
        """Runs with a terminal as stdin, stdout and stderr; everything it shows is in stdout."""
        master, slave = pty.openpty()
        process = self.start(*args, env=env, stdin=slave, stdout=slave, stderr=slave, start_new_session=True)
        os.close(slave)
        # It lies in the terminal's buffer until it is asked for.
        os.write(master, answer.encode())
        shown = read_terminal(master, process, time.monotonic() + timeout)
        os.close(master)
        check_plain(shown)
        return Result(process.wait(10), shown, "")


def room_for(size):
    """For so many bytes in each file, as on a disk that is full: what a process does before it becomes the command."""
    signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
    resource.setrlimit(resource.RLIMIT_FSIZE, (size, size))


def finish(process, timeout=120):
    try:
        stdout, stderr = process.communicate(timeout=timeout)
    except subprocess.TimeoutExpired:
        process.kill()
        stdout, stderr = process.communicate()
        raise AssertionError(f"still running after {timeout} s\n{stdout}{stderr}") from None
    check_plain(stdout + stderr)
    return Result(process.returncode, stdout or "", stderr or "")


def read_terminal(master, process, deadline):
    shown = b""
    while time.monotonic() < deadline:
        ready, _, _ = select.select([master], [], [], 0.1)
        if ready:
            try:
                shown += os.read(master, 65536)
            except OSError:  # How Linux says that the other side is closed.
                return shown.decode(errors="replace")
        elif process.poll() is not None:
            return shown.decode(errors="replace")
    process.kill()
    raise AssertionError(f"still running\n{shown.decode(errors='replace')}")
