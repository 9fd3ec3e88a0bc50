#!/usr/bin/env python3
"""What a good engineer writes in an afternoon instead: boto3 and one pool of threads.

    bench/threaded.py accounts.csv [--by-region | --tuned] [--threads N]

Enables Detective in every Region and makes every account of the file a member, all Regions and all
accounts side by side, with one AssumeRole per account. It is the second yardstick of the benchmark
and meant to be fair: no call is made twice without need, and no wait is longer than half a second.
With `--by-region` it is what most people write first: what AWS's script does, in a thread for each
Region. In each, the role of one member after the other is assumed, and accepts. With `--tuned` it also
goes around what makes boto3 slow with many accounts (see `Clients`). What it leaves out is what takes
longer than an afternoon: failures, throttling, expiring credentials, a report.
"""

import argparse
import collections
import csv
import threading
import time
from concurrent.futures import Future, ThreadPoolExecutor

import boto3
import botocore.config

ROLE = "detective-fleet/DetectiveFleetMember"
BATCH = 50
PAGE = 200
# How long to leave a Region alone whose members are still being verified.
POLL = 0.5


class Clients:
    """Where clients come from.

    The plain program keeps a session for each account, as boto3 would have it: a session *is* whose
    credentials are used. Each loads the service models and endpoints again. The tuned one makes the
    clients of all accounts from one session. Making a client is not safe in several threads of one
    session, hence the locks. By Region, credentials are used once, and so is their session.
    """

    def __init__(self, tuned, by_region, threads):
        self.tuned = tuned
        self.by_region = by_region
        self.sessions = {}
        self.locks = collections.defaultdict(threading.Lock)
        self.config = botocore.config.Config(max_pool_connections=threads)

    def __call__(self, service, region=None, credentials=None):
        keys = {
            "aws_access_key_id": credentials and credentials["AccessKeyId"],
            "aws_secret_access_key": credentials and credentials["SecretAccessKey"],
            "aws_session_token": credentials and credentials["SessionToken"],
        }
        if credentials and self.by_region:
            return boto3.Session(**keys).client(service, region_name=region, config=self.config)
        owner = None if self.tuned else keys["aws_access_key_id"]
        with self.locks[owner]:
            if owner not in self.sessions:
                self.sessions[owner] = boto3.Session(**({} if self.tuned else keys))
            return self.sessions[owner].client(service, region_name=region, config=self.config, **keys)


class InTurn:
    """In the place of a pool: does what it is given at once, in the thread that gives it."""

    map = staticmethod(map)

    def submit(self, work, *arguments):
        done = Future()
        done.set_result(work(*arguments))
        return done


def main():
    arguments = parse()
    with open(arguments.file, newline="") as file:
        roster = dict(csv.reader(file))
    clients = Clients(arguments.tuned, arguments.by_region, arguments.threads)
    with ThreadPoolExecutor(arguments.threads) as pool:
        roles = {} if arguments.by_region else assume_all(clients, pool, roster)
        regions = boto3.Session().get_available_regions("detective")
        # A thread for each Region besides the pool: Regions wait, and must not keep workers.
        with ThreadPoolExecutor(len(regions)) as waiting:
            workers = InTurn() if arguments.by_region else pool
            enabled = sum(waiting.map(lambda region: enable(clients, workers, region, roster, roles), regions))
    print(f"{enabled} memberships enabled")


def parse():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("file", help="`account id,root e-mail` on each line")
    how = parser.add_mutually_exclusive_group()
    how.add_argument("--by-region", action="store_true", help="a thread for each Region, members one after the other")
    how.add_argument("--tuned", action="store_true", help="make all clients from one session")
    parser.add_argument("--threads", type=int, default=128, help="how many calls at a time (default: %(default)s)")
    return parser.parse_args()


def assume_all(clients, pool, roster):
    """The credentials of every account, each under way from now on."""
    sts = clients("sts")
    return {account: pool.submit(assume, sts, account) for account in roster}


def assume(sts, account):
    arn = f"arn:aws:iam::{account}:role/{ROLE}"
    return sts.assume_role(RoleArn=arn, RoleSessionName="threaded")["Credentials"]


def enable(clients, workers, region, roster, roles):
    """Invites everybody in one Region, and lets each accept as soon as its invitation is there."""
    admin, sts = clients("detective", region), clients("sts", region)
    arn = graph(admin)
    list(workers.map(lambda batch: invite(admin, arn, batch), batches(roster)))
    accepted, left = [], set(roster)
    while left:
        ready = {member["AccountId"] for member in members(admin, arn) if member["Status"] == "INVITED"} & left
        for account in ready:
            role = roles.get(account) or workers.submit(assume, sts, account)
            accepted.append(workers.submit(accept, clients, region, arn, role))
        left -= ready
        if left:
            time.sleep(POLL)
    for one in accepted:
        one.result()
    return len(accepted)


def graph(admin):
    found = admin.list_graphs()["GraphList"]
    return found[0]["Arn"] if found else admin.create_graph()["GraphArn"]


def batches(roster):
    accounts = [{"AccountId": account, "EmailAddress": email} for account, email in roster.items()]
    return [accounts[first : first + BATCH] for first in range(0, len(accounts), BATCH)]


def invite(admin, arn, batch):
    admin.create_members(GraphArn=arn, Accounts=batch, DisableEmailNotification=True)


def members(admin, arn):
    page = admin.list_members(GraphArn=arn, MaxResults=PAGE)
    yield from page["MemberDetails"]
    while "NextToken" in page:
        page = admin.list_members(GraphArn=arn, MaxResults=PAGE, NextToken=page["NextToken"])
        yield from page["MemberDetails"]


def accept(clients, region, arn, role):
    clients("detective", region, role.result()).accept_invitation(GraphArn=arn)


if __name__ == "__main__":
    main()
