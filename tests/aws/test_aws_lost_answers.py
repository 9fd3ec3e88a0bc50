"""What `aws deploy` and `aws remove` say and leave where an answer of AWS is lost, refused, or late."""

import re
import signal

import pytest

from support.aws_form import REGION
from support.command import finish
from support.proxy import Proxy
from support.sandbox import wait_until

CREATE, EXECUTE, DELETE = (f"cloudformation:{it}" for it in ("CreateChangeSet", "ExecuteChangeSet", "DeleteStack"))
DENIED = (403, "AccessDenied", "not authorized")
# As often as the SDK sends a request whose answer is lost.
ALWAYS = 3


@pytest.fixture
def line(desk, ministack):
    """A proxy between the command and AWS."""
    line = Proxy(ministack.endpoint)
    desk.env["AWS_ENDPOINT_URL"] = line.endpoint
    yield line
    line.stop()


def nothing_is_left(desk):
    return all(status == "DELETE_COMPLETE" for status in desk.status())


@pytest.mark.parametrize("call, answers", [
    (EXECUTE, [DENIED]), (EXECUTE, ["cut"] * ALWAYS), (EXECUTE, ["cut", DENIED]),
    (CREATE, [DENIED]), (CREATE, ["cut"] * ALWAYS), (CREATE, ["lose", DENIED]),
], ids=str)
def test_what_was_not_begun_leaves_no_stack_behind(desk, line, call, answers):
    line.trouble[call].extend(answers)
    desk.deploy().refused("the stack was not changed", call)
    assert nothing_is_left(desk)


@pytest.mark.parametrize("call, answers", [
    (CREATE, ["lose"]), (CREATE, ["lose"] * ALWAYS), (EXECUTE, ["lose"]), (EXECUTE, ["lose"] * ALWAYS), (EXECUTE, ["lose", DENIED]),
], ids=str)
def test_what_aws_has_done_is_told_though_its_answer_was_lost(desk, line, call, answers):
    line.trouble[call].extend(answers)
    report = desk.deploy().ended(0).json()
    assert report["stack"]["outcome"] == "done" and desk.status() == ["CREATE_COMPLETE"]


@pytest.mark.parametrize("answer", ["lose", "cut"])
def test_what_is_not_known_is_not_said(desk, line, answer):
    line.trouble[EXECUTE].extend([answer] * ALWAYS)
    deaf = ["cut"] * 10_000
    line.record = after(line.record, EXECUTE, lambda: line.trouble["cloudformation:DescribeChangeSet"].extend(deaf))
    told = desk.run("deploy", "--yes", "--timeout", "5s", "--home-region", REGION).ended(3)
    report = told.json()
    assert report["next"] == [f"See what became of it: `detective-fleet aws status --home-region {REGION} --admin-account {desk.account}`."]
    assert report["stack"]["outcome"] == "unknown" and report["stack"]["status"] is None
    assert "could not be found out" in report["error"] and "aws status" in report["next"][0]
    assert "not changed" not in told.output
    if answer == "lose":
        wait_until(lambda: desk.status() == ["CREATE_COMPLETE"])


def test_the_last_line_does_not_say_more_than_is_known(desk, line):
    line.trouble[EXECUTE].extend(["cut"] * ALWAYS)
    deaf = ["cut"] * 10_000
    line.record = after(line.record, EXECUTE, lambda: line.trouble["cloudformation:DescribeChangeSet"].extend(deaf))
    shown = desk.command.run(*desk.words("deploy", "--yes", "--timeout", "5s"), env=desk.env).ended(3).stdout
    assert shown.endswith("The time is over.\n") and "goes on in AWS" not in shown


def after(record, operation, then):
    """What is done with the first call of an operation besides."""
    seen = []

    def recorded(call, path, body):
        if call.operation == operation and not seen:
            seen.append(call)
            then()
        return record(call, path, body)

    return recorded


def test_a_removal_whose_answer_was_lost_is_followed(desk, line):
    desk.deploy().ended(0)
    line.trouble[DELETE].append(DENIED)
    desk.run("remove", "--yes", "--confirm", "detective-fleet").refused("not changed", "DeleteStack")
    assert desk.status() == ["CREATE_COMPLETE"]

    line.trouble[DELETE].extend(["cut"] * ALWAYS)
    report = desk.run("remove", "--yes", "--confirm", "detective-fleet").ended(3).json()
    assert report["stack"]["outcome"] == "unknown" and "still CREATE_COMPLETE" in report["error"]

    line.trouble[DELETE].extend(["lose"] * ALWAYS)
    report = desk.run("remove", "--yes", "--confirm", "detective-fleet").ended(0).json()
    assert report["stack"]["outcome"] == "done" and nothing_is_left(desk)


@pytest.mark.parametrize("call", [CREATE, "cloudformation:DescribeChangeSet"])
@pytest.mark.parametrize("by", ["interrupted", "out of time"])
def test_who_does_not_wait_for_the_change_set_leaves_the_world_as_it_was(desk, line, call, by):
    line.trouble[call].append("hold")
    more = ["--yes", *(["--timeout", "4s"] if by == "out of time" else [])]
    process = desk.command.start(*desk.words("deploy", *more), env=desk.env)
    assert line.held.wait(60)
    if by == "interrupted":
        process.send_signal(signal.SIGINT)
    result = finish(process)
    if by == "interrupted":
        assert "nothing was changed" in result.ended(130).stderr
        assert "goes on in AWS" not in result.stderr and "Interrupted: the stack was not changed" in result.stderr
    else:
        result.refused("change set in time", "nothing was changed")
    # Nobody has waited until the SDK gave the answer up.
    assert line.count()[call] == 1
    assert nothing_is_left(desk) and desk.buckets() == []


def test_an_upload_that_is_interrupted_says_what_it_has_made(desk, line):
    record = line.record
    line.record = lambda call, path, body: "hold" if body and "bootstrap.zip" in path else record(call, path, body)
    process = desk.command.start(*desk.words("deploy", "--yes"), env=desk.env)
    assert line.held.wait(60)
    process.send_signal(signal.SIGINT)
    said = finish(process).ended(130).stderr
    bucket = f"detective-fleet-artifacts-{desk.account}-{REGION}"
    assert f"the stack was not changed, but the bucket {bucket} was made" in said, said
    assert nothing_is_left(desk) and desk.buckets() == [bucket]


def test_another_operation_that_does_not_end_is_named(desk, line):
    desk.deploy().ended(0)
    before = desk.parameters()
    line.rewrite = lambda call, content: content.replace(b"CREATE_COMPLETE", b"UPDATE_IN_PROGRESS")
    told = desk.run("deploy", "--yes", "--timeout", "2s", "--parameter", "KeepDays=8")
    told.refused("did not end in time (UPDATE_IN_PROGRESS), nothing was changed", "--timeout")
    told = desk.run("remove", "--yes", "--confirm", "detective-fleet", "--timeout", "2s")
    told.refused("did not end in time", "nothing was changed")
    assert desk.parameters() == before


@pytest.mark.parametrize("status, words", [
    (400, ["HTTP status 400", "expired", "aws sts get-caller-identity", "--artifact-bucket"]),
    (301, ["another Region", "--artifact-bucket"]),
    (403, ["HTTP status 403", "s3:ListBucket", "--artifact-bucket", "permissions.md"]),
])
def test_a_bucket_that_cannot_be_seen_comes_with_what_to_do(desk, line, status, words):
    line.trouble["s3:HeadBucket"].append((status, ""))
    desk.deploy().refused("not changed", *words)
    assert nothing_is_left(desk) and desk.buckets() == []


def test_a_bucket_of_another_region_is_named_with_it(desk, ministack):
    elsewhere = ministack.client("s3", desk.account, region="eu-central-1")
    where = {"LocationConstraint": "eu-central-1"}
    elsewhere.create_bucket(Bucket=f"far-{desk.account}", CreateBucketConfiguration=where)
    told = desk.run("deploy", "--yes", "--artifact-bucket", f"far-{desk.account}").refused("eu-central-1", "--artifact-bucket")
    assert re.search("is in eu-central-1, and the stack in us-east-1", told.stderr)
