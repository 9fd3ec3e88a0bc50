"""What the tests stand on: the built command, a sandbox of its own for each test, and a proxy."""

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from support import ROOT
from support.command import Command
from support.internet import Internet
from support.proxy import Proxy
from support.sandbox import REGIONS, Sandbox
from support.terminal import Terminal


def pytest_configure():
    """DETECTIVE_FLEET_BIN, or what `make end-to-end` builds: for the tests of every folder."""
    if "DETECTIVE_FLEET_BIN" not in os.environ:
        words = ["cargo", "metadata", "--format-version", "1", "--no-deps", "--locked"]
        metadata = subprocess.run(words, cwd=ROOT, check=True, capture_output=True).stdout
        path = Path(json.loads(metadata)["target_directory"]) / "debug" / "detective-fleet"
        os.environ["DETECTIVE_FLEET_BIN"] = str(path)


@pytest.fixture(scope="session")
def binary():
    path = Path(os.environ["DETECTIVE_FLEET_BIN"]).resolve()
    assert path.exists(), f"{path} is not there; make end-to-end builds it"
    return path


@pytest.fixture
def command(binary, tmp_path):
    home = tmp_path / "home"
    home.mkdir()
    return Command(binary, home)


@pytest.fixture
def open_terminal(command):
    """Opens terminals, and closes each at the end."""
    opened = []

    def open_terminal(*words, **settings):
        opened.append(Terminal(command, *words, **settings))
        return opened[-1]

    yield open_terminal
    for terminal in opened:
        terminal.close()


@pytest.fixture
def run(command):
    return command.run


@pytest.fixture
def make_sandbox(command, tmp_path):
    """Starts sandboxes, and stops each of them by its own process at the end."""
    started = []

    def make(**settings):
        folder = tmp_path / f"sandbox{len(started)}"
        folder.mkdir()
        sandbox = Sandbox(command, folder, **settings)
        started.append(sandbox)
        return sandbox

    yield make
    for sandbox in started:
        sandbox.stop()


@pytest.fixture
def sandbox(make_sandbox):
    """Three members, verified at once."""
    return make_sandbox()


class Fleet:
    """The command, a sandbox and the proxy between them."""

    def __init__(self, command, sandbox, proxy):
        self.command, self.sandbox, self.proxy = command, sandbox, proxy
        self.env = {**sandbox.env, "AWS_ENDPOINT_URL": proxy.endpoint}

    def words(self, operation, *more, roster=None, regions=REGIONS):
        """The usual words: this roster, these Regions, the report on stdout."""
        words = [operation, roster or self.sandbox.roster, "--output", "json"]
        if regions:
            words += ["--regions", ",".join(regions)]
        if operation in ("enable", "disable"):
            words += ["--yes", "--admin-account", self.sandbox.administrator]
        return [*words, *more]

    def run(self, operation, *more, **settings):
        return self.command.run(*self.words(operation, *more, **settings), env=self.env)


@pytest.fixture
def make_fleet(command, make_sandbox):
    proxies = []

    def make(**settings):
        sandbox = make_sandbox(**settings)
        proxies.append(Proxy(sandbox.endpoint))
        return Fleet(command, sandbox, proxies[-1])

    yield make
    for proxy in proxies:
        proxy.stop()


@pytest.fixture
def fleet(make_fleet):
    return make_fleet()


class Desk:
    """The command at a desk: AWS's own host names behind a company's proxy, and no endpoint is named."""

    def __init__(self, command, sandbox, internet):
        self.command, self.sandbox, self.internet = command, sandbox, internet
        self.env = {name: value for name, value in sandbox.env.items() if name != "AWS_ENDPOINT_URL"}
        self.env |= internet.env

    def run(self, operation, *more, roster=None, env=None, regions=REGIONS):
        words = [operation, roster or self.sandbox.roster, "--output", "json"]
        if regions:
            words += ["--regions", ",".join(regions)]
        if operation in ("enable", "disable"):
            words += ["--yes", "--admin-account", self.sandbox.administrator]
        return self.command.run(*words, *more, env={**self.env, **(env or {})})


@pytest.fixture
def make_desk(command, make_sandbox, tmp_path):
    """Each has a sandbox of its own behind AWS's host names."""
    open_ones = []

    def make(user=None, password=None, http2=None, **settings):
        sandbox = make_sandbox(**settings)
        folder = tmp_path / f"ca{len(open_ones)}"
        open_ones.append(Internet(sandbox.endpoint, folder, user, password, http2=http2))
        return Desk(command, sandbox, open_ones[-1])

    yield make
    for internet in open_ones:
        internet.stop()


@pytest.fixture
def desk(make_desk):
    """Three members, verified at once, and a proxy that wants no password."""
    return make_desk()


@pytest.fixture
def write(tmp_path):
    """Writes a file and gives its path."""

    def write(content, name="accounts.csv"):
        path = tmp_path / name
        path.write_bytes(content if isinstance(content, bytes) else content.encode())
        return path

    return write


@pytest.fixture
def aws(command, sandbox):
    """The AWS CLI as the administrator of the sandbox, or with other credentials."""
    program = Path(sys.executable).parent / "aws"

    def aws(*words, credentials=None):
        env = command.environment({**sandbox.env, "AWS_PAGER": ""})
        if credentials:
            env["AWS_ACCESS_KEY_ID"] = credentials["AccessKeyId"]
            env["AWS_SECRET_ACCESS_KEY"] = credentials["SecretAccessKey"]
            env["AWS_SESSION_TOKEN"] = credentials["SessionToken"]
        words = [str(program), *words, "--output", "json"]
        done = subprocess.run(words, env=env, capture_output=True, text=True, timeout=60)
        assert done.returncode == 0, done.stderr
        return json.loads(done.stdout) if done.stdout.strip() else None

    return aws
