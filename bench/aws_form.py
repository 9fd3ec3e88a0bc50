#!/usr/bin/env python3
"""Measures the AWS form on the emulated AWS of the tests: what an upload and a drift run take, and what AWS would charge.

    make package .venv/ready .venv-ministack/ready && cargo build --release
    .venv/bin/python bench/aws_form.py target/package/bootstrap.zip target/release/detective-fleet

Calls take 100 ms and verification 2 s, or as long as --verification says; waits of the state machine are waited for.
Prints one JSON document.
"""

import argparse
import http.server
import json
import os
import pathlib
import re
import subprocess
import sys
import tempfile
import threading
import time
import zipfile

ROOT = pathlib.Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT / "tests"))

from support.command import Command  # noqa: E402
from support.stack import LIST, Stack, functions_of  # noqa: E402

# US East (N. Virginia), without the free tier: dollars a GB-second and an invocation, a state transition.
PRICES = {"gigabyte_second": 0.0000166667, "invocation": 0.20 / 1e6, "transition": 0.025 / 1e3}
MEMORY_GB = 1
# Prepare, WhatNext, Regions, Report, Tell, HowItEnded, Done; and for each pass of each group Reconcile, Settled, and the
# wait or the end (deploy/security-account.yaml). The emulator does not list the states within the map.
TRANSITIONS, TRANSITIONS_OF_A_PASS = 7, 3
DURATION = re.compile(r"^REPORT RequestId: \S+\tDuration: (\d+) ms", re.MULTILINE)


def main():
    given = parse()
    with tempfile.TemporaryDirectory() as folder:
        found = {"init": init(given.archive, pathlib.Path(folder)), "runs": []}
        for accounts in given.accounts:
            place = pathlib.Path(folder) / str(accounts)
            place.mkdir()
            found["runs"] += of_size(given, accounts, place)
    print(json.dumps(found, indent=2))


def parse():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("archive", type=pathlib.Path, help="the zip that `make package` makes")
    parser.add_argument("command", type=pathlib.Path, help="detective-fleet, whose sandbox is the Detective")
    parser.add_argument("--accounts", type=int, nargs="+", default=[80, 1200])
    parser.add_argument("--verification", default="2s")
    return parser.parse_args()


def of_size(given, accounts, folder):
    """A first upload, and a drift run that finds nothing to do."""
    world = {"size": str(accounts), "latency": '"100ms"', "verification": f'"{given.verification}"'}
    stack = Stack(
        Command(given.command.resolve(), folder), given.archive, folder, world=world, parameters={"Regions": "all", "MaxInvitations": "9999"},
        gate=False, environment={"SFN_WAIT_SCALE": "1"},
    )
    try:
        return [measured(stack, "upload", accounts), measured(stack, "drift", accounts)]
    finally:
        stack.stop()


def measured(stack, what, accounts):
    logged = len(durations(stack))
    began = time.monotonic()
    if what == "upload":
        stack.put(LIST, stack.csv())
        execution = stack.new_execution(set())
    else:
        execution = stack.start({"scheduled_time": "2026-01-02T03:04:05Z"})
    stack.ended(execution, seconds=3600).succeeded()
    seconds = time.monotonic() - began
    report = execution.report
    assert report["summary"]["enabled"] == accounts * len(report["regions"]), report["summary"]
    spent = durations(stack)[logged:]
    passes = stack.passes(execution)
    transitions = TRANSITIONS + TRANSITIONS_OF_A_PASS * passes
    return {
        "run": what, "accounts": accounts, "regions": len(report["regions"]), "seconds": round(seconds, 1), "passes": passes,
        "lambda_milliseconds": spent, "transitions": transitions, "peak_memory_mib": max(map(peak, functions_of(stack))),
        "calls": sum(report["calls"].values()), "dollars": round(dollars(spent, transitions), 6),
    }


def durations(stack):
    return [int(number) for line in stack.logs() for number in DURATION.findall(line)]


def dollars(milliseconds, transitions):
    seconds = sum(milliseconds) / 1000 * MEMORY_GB
    return (
        seconds * PRICES["gigabyte_second"] + len(milliseconds) * PRICES["invocation"] + transitions * PRICES["transition"]
    )


def peak(process):
    """The most memory that a process ever had, in MiB."""
    status = pathlib.Path(f"/proc/{process}/status").read_text()
    return round(int(re.search(r"VmHWM:\s+(\d+) kB", status)[1]) / 1024, 1)


def init(archive, folder, times=20):
    """How long it takes from the start of the binary until it asks for its first invocation, in ms."""
    with zipfile.ZipFile(archive) as file:
        bootstrap = pathlib.Path(file.extract("bootstrap", folder))
    bootstrap.chmod(0o755)
    found = sorted(one_init(bootstrap) for _ in range(times))
    return {"milliseconds": [found[0], found[times // 2], found[-1]], "binary_bytes": bootstrap.stat().st_size, "zip_bytes": archive.stat().st_size}


def one_init(bootstrap):
    asked = threading.Event()

    class Runtime(http.server.BaseHTTPRequestHandler):
        def do_GET(self):
            asked.set()

    server = http.server.HTTPServer(("127.0.0.1", 0), Runtime)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    environment = {
        "PATH": os.environ["PATH"], "AWS_LAMBDA_RUNTIME_API": f"127.0.0.1:{server.server_port}", "AWS_REGION": "us-east-1",
        "AWS_LAMBDA_FUNCTION_NAME": "f", "AWS_LAMBDA_FUNCTION_VERSION": "1", "AWS_LAMBDA_FUNCTION_MEMORY_SIZE": "1024",
        "AWS_LAMBDA_LOG_GROUP_NAME": "g", "AWS_LAMBDA_LOG_STREAM_NAME": "s", "AWS_ACCESS_KEY_ID": "k", "AWS_SECRET_ACCESS_KEY": "s",
    }
    began = time.monotonic()
    process = subprocess.Popen([bootstrap], env=environment, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    assert asked.wait(20), "it never asked"
    took = time.monotonic() - began
    process.kill()
    process.wait()
    server.shutdown()
    server.server_close()
    return round(took * 1000, 1)


if __name__ == "__main__":
    main()
