"""The emulated AWS that everything is measured against: a process of its own, new for each run."""

import collections
import json
import os
import pathlib
import re
import signal
import subprocess
import tomllib
import urllib.request

SETTINGS = pathlib.Path(__file__).with_name("world.toml")
ADMINISTRATOR = "555555555555"
# Where Detective is offered: the sandbox has all of them on.
REGIONS = 21


class World:
    """`with World(...) as world`: a sandbox with so many accounts, and what it knows."""

    def __init__(self, binary, folder, accounts, seed, more=""):
        self.roster = folder / "accounts.csv"
        scenario = folder / "world.toml"
        scenario.write_text(f"size = {accounts}\nseed = {seed}\n{SETTINGS.read_text()}\n{more}")
        self.command = [binary, "sandbox", "--scenario", scenario, "--write-roster", self.roster]

    def __enter__(self):
        self.process = subprocess.Popen(self.command, stdout=subprocess.PIPE, text=True)
        lines = [self.process.stdout.readline() for _ in range(5)]
        exports = dict(re.fullmatch(r"export (\w+)=(.*)\n", line).groups() for line in lines)
        # Nothing of whoever runs the benchmark may reach what is measured.
        kept = {name: os.environ[name] for name in ("PATH", "HOME", "LANG") if name in os.environ}
        self.environment = kept | exports
        self.url = exports["AWS_ENDPOINT_URL"]
        return self

    def __exit__(self, *_):
        self.process.send_signal(signal.SIGTERM)
        self.process.wait()

    def cpu(self):
        """Seconds of CPU that the sandbox itself has used."""
        fields = pathlib.Path(f"/proc/{self.process.pid}/stat").read_text().rpartition(")")[2].split()
        return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")

    def ask(self, what):
        with urllib.request.urlopen(f"{self.url}/_sandbox/{what}") as answer:
            return json.load(answer)

    def calls(self):
        """How often each operation was called so far."""
        return collections.Counter(self.ask("calls")["operations"])

    def calls_by_region(self):
        """How many calls of Detective each Region has had."""
        regions = collections.Counter()
        for count in self.ask("calls")["counts"]:
            if count["operation"].startswith("detective:"):
                regions[count["region"]] += count["count"]
        return regions

    def enabled(self):
        """How many memberships are ENABLED, whatever the program that was measured says."""
        graphs = [graph for region in self.ask("state")["regions"].values() for graph in region]
        return sum(m["status"] == "ENABLED" for graph in graphs for m in graph["members"].values())


def settings():
    """Latency and verification in seconds, as (least, most)."""
    table = tomllib.loads(SETTINGS.read_text())
    return {
        name: (seconds(table[name]), seconds(table[name]) + seconds(table[f"{name}_spread"]))
        for name in ("latency", "verification")
    }


def seconds(text):
    number, unit = re.fullmatch(r"(\d+)(ms|s)", text).groups()
    return int(number) / (1000 if unit == "ms" else 1)
