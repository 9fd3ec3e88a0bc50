"""What few descriptors cost: a whole first run through AWS's own host names, with limits on open files.

    .venv/bin/python bench/descriptors.py

The sandbox answers each call after 300 ms, a proxy with a CA of its own leads each Region's host name to
it, and the limit of open files is hard, so that it cannot be raised. Both and the command share the
machine: the times are for comparing with each other.
"""

import argparse
import json
import resource
import subprocess
import sys
import tempfile
import threading
import time
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT / "tests"))

from support.command import Command  # noqa: E402
from support.sandbox import Sandbox  # noqa: E402


def limited(limit):
    return lambda: resource.setrlimit(resource.RLIMIT_NOFILE, (limit, limit))


def serve(sandbox):
    """The proxy is a process of its own: the command is measured beside it, not within it."""
    words = [sys.executable, str(ROOT / "tests/support/internet.py"), sandbox.endpoint]
    process = subprocess.Popen(words, stdout=subprocess.PIPE, text=True)
    lines = [process.stdout.readline() for _ in range(2)]
    exports = dict(line.removeprefix("export ").strip().split("=", 1) for line in lines)
    return process, exports


def watch(pid, most):
    """The most descriptors that are open at one time, by looking 50 times a second."""
    folder = Path(f"/proc/{pid}/fd")
    while folder.exists():
        try:
            most[0] = max(most[0], sum(1 for _ in folder.iterdir()))
        except OSError:
            return
        time.sleep(0.02)


def run(command, folder, accounts, limit, latency):
    folder.mkdir()
    sandbox = Sandbox(command, folder, accounts=accounts, latency=latency, verification="2s")
    proxy, exports = serve(sandbox)
    env = {name: value for name, value in sandbox.env.items() if name != "AWS_ENDPOINT_URL"} | exports
    words = ["enable", sandbox.roster, "--yes", "--admin-account", sandbox.administrator, "--output", "json", "--timeout", "60m"]
    begun = time.monotonic()
    process = command.start(*words, env=env, preexec_fn=limited(limit))
    most = [0]
    threading.Thread(target=watch, args=(process.pid, most), daemon=True).start()
    stdout, stderr = process.communicate(timeout=3600)
    took = time.monotonic() - begun
    proxy.terminate()
    proxy.wait(20)
    sandbox.stop()
    assert process.returncode == 0, stderr[-2000:]
    report = json.loads(stdout)
    calls = sum(report["calls"].values())
    print(f"{accounts:5} x 21, {latency}, {limit:5} files: {took:6.1f} s, {calls} calls, {most[0]} files open at most, {report['summary']['enabled']} enabled")
    return took




def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("binary", nargs="?", default=str(ROOT / "target/release/detective-fleet"))
    parser.add_argument("--latency", default="300ms")
    parser.add_argument("--case", action="append", help="ACCOUNTS:FILES, such as 80:256; each runs in turn")
    options = parser.parse_args()
    # The sandbox and the proxy have a descriptor for each connection of the command, and more.
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (hard, hard))
    cases = options.case or ["80:4096", "80:256", "80:4096", "80:256", "1200:1024"]
    with tempfile.TemporaryDirectory() as folder:
        folder = Path(folder)
        command = Command(Path(options.binary), folder)
        for number, case in enumerate(cases):
            accounts, limit = map(int, case.split(":"))
            run(command, folder / str(number), accounts, limit, options.latency)


if __name__ == "__main__":
    main()
