#!/usr/bin/env python3
"""Measures detective-fleet against an emulated AWS, beside what people use today.

    make bench ARGS='--aws-scripts PATH'

PATH is a checkout of github.com/aws-samples/amazon-detective-multiaccount-scripts; without it, AWS's
scripts are left out. Every run is a whole process against a new sandbox (`world.toml`), and what it
claims is checked against the state of the sandbox. The figures go to `results.json`, and from there
to `RESULTS.md` and `growth.svg`.
"""

import argparse
import datetime
import json
import os
import pathlib
import platform
import re
import shutil
import subprocess
import sys
import tempfile

import render
from network import ORIGINS
from world import ADMINISTRATOR, REGIONS, World

HERE = pathlib.Path(__file__).parent
ROOT = HERE.parent
RESULTS = HERE / "results.json"
# As many as in examples/accounts.csv.
ACCOUNTS = 80
ROLE = "detective-fleet/DetectiveFleetMember"
AWS_SCRIPT = "src/amazon_detective_multiaccount_scripts/enableDetective.py"
# Some Regions for AWS's script, which does one after the other and sleeps 20 s in each.
SOME_REGIONS = ["us-east-1", "eu-west-1", "ap-southeast-1", "us-west-2", "eu-central-1", "sa-east-1"]
# AssumeRole 10 times a second, and ListMembers twice a second in each Region; a second's worth at once.
THROTTLES = """
[[throttles]]
operations = ["sts:AssumeRole"]
rate = 10
burst = 10

[[throttles]]
operations = ["detective:ListMembers"]
rate = 2
burst = 2
"""


# A Region that never answers, and accounts without the role.
DEAD = """
[[faults]]
effect = "silence"
operations = ["detective:*"]
regions = ["me-south-1"]
"""


def without_role(accounts):
    return "".join(f'accounts."{111_111_000_001 + n}" = {{ roles = [] }}\n' for n in range(accounts))


def troubles(accounts):
    """What is wrong in each world, and how many memberships can be ENABLED in it. Accounts that a world describes
    come in addition to those that it counts."""
    return {
        "healthy": (0, "", accounts * REGIONS),
        "one Region dead": (0, DEAD, accounts * (REGIONS - 1)),
        "half of the roles missing": (accounts // 2, "", (accounts - accounts // 2) * REGIONS),
        "all roles missing": (accounts, "", 0),
    }


def main():
    arguments = parse()
    binary = arguments.binary or build()
    for part in arguments.parts:
        if runs := PARTS[part](binary.resolve(), arguments):
            keep(part, {"date": today(), "machine": machine(), "product": product(binary), "runs": runs})
    render.write(stored(), HERE)


def stored():
    return json.loads(RESULTS.read_text()) if RESULTS.exists() else {}


def keep(part, measured):
    """At once, so that an hour of measuring is not lost with its last minute."""
    RESULTS.write_text(json.dumps(stored() | {part: measured}, indent=1) + "\n")


def parse():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--aws-scripts", type=pathlib.Path, help="a checkout of AWS's scripts, to measure them too")
    parser.add_argument("--aws-regions", type=int, default=2, help="how many Regions they do (default: %(default)s)")
    parser.add_argument("--aws-runs", type=int, default=3, help="how often, and the program that does its steps in threads (default: %(default)s)")
    parser.add_argument("--runs", type=int, default=5, help="how often all others run (default: %(default)s)")
    parser.add_argument("--sizes", type=numbers, default=[80, 200, 400, 800, 1200], help="accounts, for the growth")
    parser.add_argument("--binary", type=pathlib.Path, help="measure this one instead of building the release")
    parser.add_argument("--parts", type=words, default=DEFAULT, help=f"of {','.join(PARTS)}; none: write the tables anew")
    return parser.parse_args()


def numbers(text):
    return [int(number) for number in text.split(",")]


def words(text):
    chosen = [word for word in text.split(",") if word != "none"]
    if unknown := set(chosen) - set(PARTS):
        raise argparse.ArgumentTypeError(f"no such part: {', '.join(unknown)}")
    return chosen


def build():
    subprocess.run(["cargo", "build", "--release", "--locked", "--package", "detective-fleet"], cwd=ROOT, check=True)
    return pathlib.Path(os.environ.get("CARGO_TARGET_DIR", ROOT / "target")) / "release" / "detective-fleet"


# The parts


def compare(binary, arguments):
    """All programs in turn, so that a busy minute of the machine hits each of them."""
    runs = []
    for seed in range(1, arguments.runs + 1):
        runs += ours(binary, ACCOUNTS, seed)
        if seed <= arguments.aws_runs:
            runs.append(threaded(binary, ACCOUNTS, seed, "--by-region"))
        runs.append(threaded(binary, ACCOUNTS, seed))
        runs.append(threaded(binary, ACCOUNTS, seed, "--tuned"))
        if arguments.aws_scripts and seed <= arguments.aws_runs:
            runs.append(aws(binary, arguments.aws_scripts, SOME_REGIONS[: arguments.aws_regions], seed))
    return runs


def growth(binary, arguments):
    """Ours with more and more accounts; sizes in turn, for the same reason."""
    seeds = range(1, arguments.runs + 1)
    return [run for seed in seeds for size in arguments.sizes for run in ours(binary, size, seed)]


def large(binary, arguments):
    """The better one of the threaded programs with as many accounts as a graph can have."""
    return [threaded(binary, max(arguments.sizes), 1, "--tuned")]


def throttled(binary, arguments):
    """Ours where AWS says no: how much longer than the token buckets themselves would have it?"""
    return [ours(binary, ACCOUNTS, seed, THROTTLES)[0] for seed in range(1, arguments.runs + 1)]


def troubled(binary, arguments):
    """A healthy run and those with a trouble in turn, so that a busy minute of the machine hits each of them."""
    sizes = [ACCOUNTS, max(arguments.sizes)]
    rounds = [(size, seed) for size in sizes for seed in range(1, 1 + (arguments.runs if size == ACCOUNTS else 1))]
    return [in_trouble(binary, size, seed, name) for size, seed in rounds for name in troubles(size)]


def network(binary, arguments):
    """Ours with TLS, and with every Region as far as it is from where a team sits. The origins in turn."""
    missing = [tool for tool in ("unshare", "mount", "ip", "nginx", "openssl") if not shutil.which(tool)]
    if os.geteuid() != 0 or missing:
        lacks = ", ".join(missing) or "it has to be root, for a network of its own"
        print(f"the network is left out: {lacks}", file=sys.stderr)
        return []
    rounds = [(ACCOUNTS, seed) for seed in range(1, arguments.runs + 1)] + [(max(arguments.sizes), 1)]
    return [in_network(binary, size, seed, origin) for size, seed in rounds for origin in ORIGINS]


def whole(binary, arguments):
    """AWS's script in all Regions, once: is it fair to scale it from a few?"""
    return [aws(binary, arguments.aws_scripts, [], 1)] if arguments.aws_scripts else []


PARTS = {
    "compare": compare,
    "growth": growth,
    "large": large,
    "throttled": throttled,
    "troubled": troubled,
    "network": network,
    "whole": whole,
}
# The last one takes 20 minutes for one figure.
DEFAULT = ["compare", "growth", "large", "throttled", "troubled", "network"]


# The programs


def ours(binary, accounts, seed, more=""):
    """With default flags, and then again when there is nothing left to do."""
    with tempfile.TemporaryDirectory() as folder, World(binary, pathlib.Path(folder), accounts, seed, more) as world:
        report = pathlib.Path(folder) / "report.json"
        command = [binary, "enable", world.roster, "--yes", "--admin-account", ADMINISTRATOR, "--report", report]
        first = measured("ours", world, command, accounts * REGIONS)
        first["reported_calls"] = reported_calls(report)
        before, by_region, cpu = world.calls(), world.calls_by_region(), world.cpu()
        again = measured("ours, again", world, command, accounts * REGIONS)
        again["operations"] = dict(world.calls() - before)
        again["sandbox_cpu"] = world.cpu() - cpu
        again["reported_calls"] = reported_calls(report)
        again["calls_in_one_region"] = max((world.calls_by_region() - by_region).values())
    for run in (first, again):
        run |= {"accounts": accounts, "regions": REGIONS, "seed": seed}
    return [first, again]


def in_trouble(binary, accounts, seed, trouble):
    """With default flags, where something is wrong for good: it says so, and reaches all that can be reached."""
    missing, more, enabled = troubles(accounts)[trouble]
    world = (accounts - missing, seed, without_role(missing) + more)
    with tempfile.TemporaryDirectory() as folder, World(binary, pathlib.Path(folder), *world) as world:
        command = [binary, "enable", world.roster, "--yes", "--admin-account", ADMINISTRATOR]
        run = measured(trouble, world, command, enabled, 0 if trouble == "healthy" else 3)
    return run | {"accounts": accounts, "regions": REGIONS, "seed": seed}


def in_network(binary, accounts, seed, origin):
    """In a network and mounts of its own: `network.py`."""
    load = os.getloadavg()[0]
    words = ["unshare", "--net", "--mount", sys.executable, HERE / "network.py", binary, str(accounts), str(seed), origin]
    run = json.loads(subprocess.run(words, check=True, capture_output=True, text=True).stdout)
    print(f"from {origin}, {accounts} accounts: {run['wall']:.2f} s", file=sys.stderr)
    return run | {"name": "ours", "regions": REGIONS, "load": load}


def threaded(binary, accounts, seed, *flags):
    with tempfile.TemporaryDirectory() as folder, World(binary, pathlib.Path(folder), accounts, seed) as world:
        command = [sys.executable, HERE / "threaded.py", world.roster, *flags]
        run = measured(" ".join(["threaded", *flags]), world, command, accounts * REGIONS)
    return run | {"accounts": accounts, "regions": REGIONS, "seed": seed}


def aws(binary, checkout, regions, seed):
    """AWS's script, unmodified; with the boto3 of this benchmark, because the one that it pins has no
    setting for another endpoint."""
    count = len(regions) or REGIONS
    with tempfile.TemporaryDirectory() as folder, World(binary, pathlib.Path(folder), ACCOUNTS, seed) as world:
        world.environment["PYTHONPATH"] = str((checkout / "src").resolve())
        command = [sys.executable, checkout / AWS_SCRIPT, "--admin_account", ADMINISTRATOR, "--assume_role", ROLE]
        command += ["--input_file", world.roster, "--skip_prompt", "--disable_email"]
        command += ["--enabled_regions", ",".join(regions)] if regions else []
        run = measured("aws", world, command, ACCOUNTS * count)
    return run | {"accounts": ACCOUNTS, "regions": count, "seed": seed}


def measured(name, world, command, memberships, status=0):
    """Runs it, and believes it only if the sandbox has as many members ENABLED as there should be."""
    load = os.getloadavg()[0]
    output = world.roster.with_name("output")
    launcher = [sys.executable, "-ISE", HERE / "measure.py", output, *command]
    took = json.loads(subprocess.run(launcher, env=world.environment, check=True, capture_output=True).stdout)
    enabled = world.enabled()
    if took["exit"] != status or enabled != memberships:
        tail = output.read_text(errors="replace")[-2000:]
        sys.exit(f"{name}: exit status {took['exit']}, {enabled} of {memberships} enabled\n{tail}")
    took |= {"name": name, "operations": dict(world.calls()), "sandbox_cpu": world.cpu(), "load": load}
    took["peak_in_flight"] = world.ask("calls")["peak_in_flight"]
    print(f"{name}, {memberships} memberships: {took['wall']:.2f} s", file=sys.stderr)
    return took


def reported_calls(report):
    return json.loads(report.read_text())["calls"]


# What it was measured on


def today():
    return datetime.datetime.now(datetime.UTC).date().isoformat()


def product(binary):
    said = subprocess.run([binary, "--version"], capture_output=True, text=True, check=True).stdout.splitlines()
    facts = dict(line.split(": ", 1) for line in said[1:])
    commit, _, more = facts["commit"].partition("-")
    return f"{said[0]} for {facts['target']}, sources at {'-'.join(filter(None, [commit[:7], more]))}"


def machine():
    """What matters for the figures, and nothing that tells whose machine it is."""
    cpu = re.search(r"model name\s*: (.*)", pathlib.Path("/proc/cpuinfo").read_text())
    memory = re.search(r"MemTotal:\s+(\d+) kB", pathlib.Path("/proc/meminfo").read_text())
    cores = f"{os.cpu_count()} cores of {cpu[1] if cpu else platform.machine()}"
    system = platform.freedesktop_os_release()["PRETTY_NAME"]
    return f"{cores}, {int(memory[1]) / 2**20:.0f} GiB, {system}, Python {platform.python_version()}"


if __name__ == "__main__":
    main()
