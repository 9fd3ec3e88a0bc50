"""`sandbox`: its start-up contract, and that clients which are not ours work with it."""

import re
import signal

from support.command import finish, room_for
from support.sandbox import EXPORTS, MEMBER_ROLE, REGIONS


def test_it_says_how_to_reach_it_in_one_piece(sandbox):
    assert set(sandbox.env) == EXPORTS
    assert all(line.startswith("export ") for line in sandbox.banner.splitlines())
    assert re.fullmatch(r"http://127\.0\.0\.1:\d+/?", sandbox.endpoint)
    assert sandbox.env["AWS_REGION"] == sandbox.env["AWS_DEFAULT_REGION"]


def test_the_roster_has_one_line_per_member_and_nothing_else(make_sandbox):
    sandbox = make_sandbox(accounts=12)
    assert len(sandbox.members) == len(set(sandbox.ids)) == 12
    for line in sandbox.roster.read_text().splitlines():
        assert re.fullmatch(r"\d{12},[^,@\s]+@[^,@\s]+", line)
    assert sandbox.administrator not in sandbox.ids


def test_the_member_role_can_be_assumed_everywhere(sandbox):
    for account in [*sandbox.ids, sandbox.administrator]:
        sts = sandbox.client("sts", credentials=sandbox.assume(account))
        identity = sts.get_caller_identity()
        assert identity["Account"] == account
        assert f":assumed-role/{MEMBER_ROLE.rsplit('/', 1)[1]}/" in identity["Arn"]


def test_it_stops_when_it_is_told_to(make_sandbox):
    for number in [signal.SIGINT, signal.SIGTERM]:
        sandbox = make_sandbox()
        sandbox.process.send_signal(number)
        sandbox.process.communicate(timeout=20)
        assert sandbox.process.returncode == 0


def test_two_at_once_are_apart(make_sandbox):
    one, other = make_sandbox(), make_sandbox()
    one.client("detective").create_graph()
    assert len(one.graphs("us-east-1")) == 1
    assert other.graphs("us-east-1") == []


def test_the_aws_cli_goes_the_whole_way(aws, sandbox):
    region = ["--region", REGIONS[1]]
    arn = aws("detective", "create-graph", *region)["GraphArn"]
    assert aws("detective", "create-graph", *region)["GraphArn"] == arn
    account, email = sandbox.members[0]
    members = ["--accounts", f"AccountId={account},EmailAddress={email}", "--disable-email-notification"]
    reply = aws("detective", "create-members", "--graph-arn", arn, *members, *region)
    assert reply["UnprocessedAccounts"] == []

    role = ["--role-arn", f"arn:aws:iam::{account}:role/{MEMBER_ROLE}", "--role-session-name", "cli"]
    credentials = aws("sts", "assume-role", *role, *region)["Credentials"]
    invitations = aws("detective", "list-invitations", *region, credentials=credentials)["Invitations"]
    assert [invitation["GraphArn"] for invitation in invitations] == [arn]
    aws("detective", "accept-invitation", "--graph-arn", arn, *region, credentials=credentials)

    listed = aws("detective", "list-members", "--graph-arn", arn, *region)["MemberDetails"]
    assert [(member["AccountId"], member["Status"]) for member in listed] == [(account, "ENABLED")]
    assert aws("detective", "list-graphs", "--region", REGIONS[0])["GraphList"] == []
    regions = aws("account", "list-regions", *region)["Regions"]
    assert {"us-east-1", "eu-central-1"} <= {region["RegionName"] for region in regions}


def test_what_the_command_made_is_what_the_aws_cli_sees(aws, run, sandbox):
    words = ["enable", sandbox.roster, "--yes", "--admin-account", sandbox.administrator, "--regions", "eu-west-1"]
    run(*words, env=sandbox.env).ended(0)
    (graph,) = aws("detective", "list-graphs", "--region", "eu-west-1")["GraphList"]
    listed = aws("detective", "list-members", "--graph-arn", graph["Arn"], "--region", "eu-west-1")
    assert {m["AccountId"]: m["Status"] for m in listed["MemberDetails"]} == dict.fromkeys(sandbox.ids, "ENABLED")


def test_it_warns_where_others_could_reach_it(run):
    # An address of documentation: no machine has it, so nothing is reached either.
    done = run("sandbox", "--listen", "192.0.2.1")
    done.refused("does not verify signatures, and whoever reaches 192.0.2.1 can use it", "cannot listen on 192.0.2.1:0")
    assert done.stdout == ""


def test_a_roster_is_written_whole_or_not_at_all(command):
    words = ["sandbox", "--accounts", "80", "--write-roster", "roster.csv"]
    for before in [None, "as it was"]:
        roster = command.home / "roster.csv"
        if before:
            roster.write_text(before)
        done = finish(command.start(*words, preexec_fn=lambda: room_for(1000)))
        assert done.refused("cannot write the roster to roster.csv: File too large").stdout == ""
        assert [(it.name, it.read_text()) for it in command.home.iterdir()] == ([("roster.csv", before)] if before else [])
