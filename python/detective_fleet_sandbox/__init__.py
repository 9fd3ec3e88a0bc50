"""The sandbox of detective-fleet for tests in Python: an emulated AWS with Amazon Detective.

    from detective_fleet_sandbox import sandboxed

    @sandboxed(accounts=5)
    def test_something():
        boto3.client("detective").create_graph()

In pytest, the fixture `detective` does the same for one test. Nothing but the standard library is
needed; the program `detective-fleet` has to be installed, or be named by `DETECTIVE_FLEET_BIN`.
"""

import contextlib
import json
import os
import pathlib
import re
import shutil
import subprocess
import sys
import sysconfig
import tempfile
import urllib.error
import urllib.request

__all__ = ["Sandbox", "SandboxError", "sandboxed"]

REGION = "us-east-1"


class SandboxError(Exception):
    """The sandbox cannot be started, or refuses what it was asked."""


class Sandbox:
    """A sandbox that runs in a process of its own, on a free port of 127.0.0.1.

    `world`: the text of a world file, or its path (`docs/sandbox.md`); without one, an administrator
    and `accounts` members. `latency` and `verification` are durations such as `100ms` or `2s`; without
    them, those of the world count, and without a world nothing takes time.
    """

    def __init__(self, world=None, accounts=10, latency=None, verification=None):
        self._folder = tempfile.TemporaryDirectory(prefix="detective-fleet-")
        try:
            self._start(world, accounts, latency, verification)
        except BaseException:
            self._folder.cleanup()
            raise

    def _start(self, world, accounts, latency, verification):
        roster = pathlib.Path(self._folder.name, "roster.csv")
        command = [_program(), "sandbox", "--port", "0", "--write-roster", str(roster)]
        if world is None:
            command += ["--accounts", str(accounts)]
            latency, verification = latency or "0s", verification or "0s"
        else:
            file = pathlib.Path(self._folder.name, "world.toml")
            file.write_text(_text_of(world), encoding="utf-8")
            command += ["--scenario", str(file)]
        if latency is not None:
            command += ["--latency", latency]
        if verification is not None:
            command += ["--verification", verification]
        # Settings of the command are for people's runs, not for a sandbox of tests.
        environment = {name: value for name, value in os.environ.items() if not name.startswith("DETECTIVE_FLEET_")}
        self._process = subprocess.Popen(
            command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, env=environment
        )
        self.env = self._exports()
        self.url = self.env["AWS_ENDPOINT_URL"]
        lines = roster.read_text(encoding="utf-8").splitlines()
        self.members = [tuple(line.split(",", 1)) for line in lines]
        """The members as a roster has them: pairs of account id and e-mail address."""
        self.administrator = self.state()["administrator"]

    def _exports(self):
        """What the sandbox prints once it listens."""
        exports = {}
        while "AWS_DEFAULT_REGION" not in exports:
            line = self._process.stdout.readline()
            if not line:
                message = self._process.communicate()[1].strip()
                raise SandboxError(f"the sandbox did not start: {message}")
            found = re.fullmatch(r"export (\w+)=(.*)\n", line)
            if found:
                exports[found[1]] = found[2]
        return exports

    def client(self, service="detective", account=None, region=REGION, **more):
        """A boto3 client of the administrator, or of that account."""
        import boto3

        return boto3.client(
            service,
            endpoint_url=self.url,
            region_name=region,
            aws_access_key_id=account or self.env["AWS_ACCESS_KEY_ID"],
            aws_secret_access_key=self.env["AWS_SECRET_ACCESS_KEY"],
            **more,
        )

    def state(self):
        """The world as it is now: graphs, members with their status, accounts."""
        return json.loads(self._ask("state"))

    def calls(self):
        """What was called, how often, and how it ended."""
        return json.loads(self._ask("calls"))

    def reset(self):
        """Begins the same world again. The time goes on."""
        self._ask("reset", b"")

    def advance(self, duration):
        """Lets time pass at once, `1h` for example."""
        self._ask("advance", duration.encode())

    def dump(self):
        """The world as it is now, as a world file."""
        return self._ask("world")

    def load(self, world):
        """Begins another world: the text of a world file, or its path."""
        self._ask("world", _text_of(world).encode())

    def stop(self):
        """Ends it."""
        self._process.terminate()
        try:
            self._process.communicate(timeout=10)
        except subprocess.TimeoutExpired:
            self._process.kill()
            self._process.communicate()
        self._folder.cleanup()

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.stop()

    def _ask(self, page, body=None):
        request = urllib.request.Request(f"{self.url}/_sandbox/{page}", body)
        # A proxy of the machine has no way to 127.0.0.1.
        opener = urllib.request.build_opener(urllib.request.ProxyHandler({}))
        try:
            with opener.open(request, timeout=30) as answer:
                return answer.read().decode()
        except urllib.error.HTTPError as error:
            with error:
                raise SandboxError(json.load(error).get("error", str(error))) from None


class sandboxed(contextlib.ContextDecorator):
    """A sandbox that boto3, the AWS CLI and all other SDKs use as long as this lasts: a decorator, or a
    context manager that gives the `Sandbox`. Takes what `Sandbox` takes."""

    def __init__(self, *args, **kwargs):
        self._arguments = args, kwargs
        self._stacks = []

    def __enter__(self):
        args, kwargs = self._arguments
        with contextlib.ExitStack() as stack:
            sandbox = stack.enter_context(Sandbox(*args, **kwargs))
            stack.enter_context(_environment(sandbox.env))
            self._stacks.append(stack.pop_all())
        return sandbox

    def __exit__(self, *exception):
        return self._stacks.pop().__exit__(*exception)


@contextlib.contextmanager
def _environment(wanted):
    """AWS's variables are those and no others. boto3's own session remembers others, so it ends."""
    before = {name: value for name, value in os.environ.items() if name.startswith("AWS_")}
    nowhere = {"AWS_EC2_METADATA_DISABLED": "true", "AWS_CONFIG_FILE": os.devnull}
    nowhere["AWS_SHARED_CREDENTIALS_FILE"] = os.devnull
    proxies = {name: _without_loopback(os.environ.get(name)) for name in ("NO_PROXY", "no_proxy")}
    saved = {name: os.environ.get(name) for name in proxies}
    _replace({**nowhere, **wanted})
    os.environ.update(proxies)
    _forget_session()
    try:
        yield
    finally:
        _replace(before)
        for name, value in saved.items():
            if value is None:
                os.environ.pop(name, None)
            else:
                os.environ[name] = value
        _forget_session()


def _without_loopback(no_proxy):
    return ",".join(filter(None, [no_proxy, "127.0.0.1"]))


def _replace(variables):
    for name in [name for name in os.environ if name.startswith("AWS_")]:
        del os.environ[name]
    os.environ.update(variables)


def _forget_session():
    boto3 = sys.modules.get("boto3")
    if boto3 is not None:
        boto3.DEFAULT_SESSION = None


def _program():
    """The program: the one that is named, the one of this Python, or the one of the path."""
    named = os.environ.get("DETECTIVE_FLEET_BIN")
    own = shutil.which("detective-fleet", path=sysconfig.get_path("scripts"))
    program = named or own or shutil.which("detective-fleet")
    if program is None:
        raise SandboxError("detective-fleet is not installed: pip install detective-fleet, or set DETECTIVE_FLEET_BIN")
    return program


def _text_of(world):
    if isinstance(world, os.PathLike) or (world.endswith(".toml") and "\n" not in world):
        return pathlib.Path(world).read_text(encoding="utf-8")
    return world
