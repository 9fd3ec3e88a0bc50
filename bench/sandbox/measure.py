#!/usr/bin/env python3
"""Measures the sandbox: memory with 1,200 members in 21 Regions, and answers a second on one core.

    bench/sandbox/measure.py target/release/detective-fleet

Needs `wrk` (Debian's package of that name) and two cores: the sandbox is held on the first, wrk on
the second. Fails if a target of the project is missed.
"""

import concurrent.futures
import http.client
import json
import os
import pathlib
import re
import subprocess
import sys
import tempfile
import urllib.parse

HERE = pathlib.Path(__file__).parent
MEMBERS = 1200
TARGETS = {"MiB": 60, "ListGraphs/s": 20_000, "ListMembers pages/s": 1_000}


def main():
    with tempfile.TemporaryDirectory() as folder:
        roster = pathlib.Path(folder) / "roster.csv"
        command = [sys.argv[1], "sandbox", "--port", "0", "--accounts", str(MEMBERS), "--latency", "0s"]
        command += ["--verification", "0s", "--write-roster", str(roster)]
        sandbox = subprocess.Popen(["taskset", "-c", "0", *command], stdout=subprocess.PIPE, text=True)
        try:
            env = dict(re.fullmatch(r"export (\w+)=(.*)\n", sandbox.stdout.readline()).groups() for _ in range(5))
            accounts = [line.split(",") for line in roster.read_text().splitlines()]
            found = measure(env["AWS_ENDPOINT_URL"], env["AWS_ACCESS_KEY_ID"], accounts, sandbox.pid)
        finally:
            sandbox.terminate()
            sandbox.wait()
    missed = [name for name, target in TARGETS.items() if (found[name] > target) == (name == "MiB")]
    print(json.dumps(found, indent=2))
    sys.exit(f"missed: {', '.join(missed)}" if missed else 0)


def measure(url, key, accounts, pid):
    call = Caller(url, key)
    empty = resident(pid)
    regions = [
        r["RegionName"]
        for r in json.loads(call("POST", "/listRegions", {}, service="account"))["Regions"]
        if r["RegionOptStatus"] != "DISABLED" and r["RegionName"] != "ap-northeast-3"
    ]
    assert len(regions) == 21, regions
    with concurrent.futures.ThreadPoolExecutor(8) as pool:
        arns = list(pool.map(lambda region: populate(Caller(url, key), region, accounts), regions))
    arn = arns[regions.index("us-east-1")]
    full = resident(pid)
    list_graphs = wrk(url, key, "/graphs/list", "{}")
    members = wrk(url, key, "/graph/members/list", json.dumps({"GraphArn": arn, "MaxResults": 200}))
    return {
        "MiB": full,
        "MiB without members": empty,
        "MiB at the end": resident(pid),
        "ListGraphs/s": list_graphs,
        "ListMembers pages/s": members,
    }


class Caller:
    """Calls as an SDK would."""

    def __init__(self, url, key):
        self.key = key
        self.connection = http.client.HTTPConnection(urllib.parse.urlsplit(url).netloc)

    def __call__(self, method, path, body, region="us-east-1", service="detective", key=None):
        headers = {"Authorization": authorization(key or self.key, region, service)}
        self.connection.request(method, path, json.dumps(body), headers)
        answer = self.connection.getresponse()
        text = answer.read()
        assert answer.status < 300, (path, answer.status, text)
        return text


def authorization(key, region="us-east-1", service="detective"):
    scope = f"{key}/20260101/{region}/{service}/aws4_request"
    return f"AWS4-HMAC-SHA256 Credential={scope}, SignedHeaders=host, Signature=0"


def populate(call, region, accounts):
    """Invites everybody in a Region, and everybody accepts."""
    arn = json.loads(call("POST", "/graph", {}, region))["GraphArn"]
    for first in range(0, len(accounts), 50):
        batch = [{"AccountId": a, "EmailAddress": e} for a, e in accounts[first : first + 50]]
        call("POST", "/graph/members", {"GraphArn": arn, "Accounts": batch}, region)
    for account, _ in accounts:
        call("PUT", "/invitation", {"GraphArn": arn}, region, key=account)
    return arn


def wrk(url, key, path, body):
    env = {**os.environ, "BODY": body, "AUTHORIZATION": authorization(key)}
    command = ["taskset", "-c", "1", "wrk", "-t1", "-c16", "-d5s", "-s", str(HERE / "post.lua"), url + path]
    output = subprocess.run(command, env=env, capture_output=True, text=True, check=True).stdout
    assert "Non-2xx" not in output, output
    return round(float(re.search(r"Requests/sec:\s+([\d.]+)", output).group(1)))


def resident(pid):
    text = pathlib.Path(f"/proc/{pid}/status").read_text()
    return round(int(re.search(r"VmRSS:\s+(\d+)", text).group(1)) / 1024, 1)


if __name__ == "__main__":
    main()
