"""What `aws status` tells of runs, in a stack that the command has deployed."""

import itertools
import json
import time

from support.aws_form import REGION
from support.ministack import ADMINISTRATOR
from support.sandbox import wait_until
from support.stack import Stack

# Not in the sandbox's world.
NOBODY = "999999999999"


class ByCommand(Stack):
    """The AWS form, deployed by the command."""

    def deploy(self, archive, parameters):
        env = {
            "AWS_ENDPOINT_URL": self.ministack.endpoint, "AWS_REGION": REGION, "AWS_ACCESS_KEY_ID": ADMINISTRATOR,
            "AWS_SECRET_ACCESS_KEY": "test",
        }
        given = itertools.chain.from_iterable(["--parameter", f"{name}={value}"] for name, value in parameters.items())
        words = ["aws", "deploy", "--function", archive, "--yes", "--admin-account", ADMINISTRATOR, "--output", "json"]
        report = self.command.run(*words, *given, env=env).ended(0).json()
        self.outputs, self.env_of_command = report["outputs"], env
        self.bucket = self.outputs["BucketName"]

    def status(self):
        words = ["aws", "status", "--admin-account", ADMINISTRATOR, "--output", "json"]
        return self.command.run(*words, env=self.env_of_command)

    def runs(self, state):
        return [it for it in self.status().json()["runs"] if it["state"] == state]


def test_an_upload_runs_and_the_status_tells_of_it(command, archive, tmp_path):
    stack = ByCommand(command, archive, tmp_path)
    try:
        planned = stack.upload("plan/enable/accounts.csv").succeeded()
        assert planned.report["kind"] == "plan" and stack.statuses() == {}
        stack.upload().succeeded()
        assert stack.statuses() == {account: "ENABLED" for account, _ in stack.members}
        report = stack.status().ended(0).json()
        runs = {it["list"]: it for it in report["runs"]}
        assert set(runs) == {"enable/accounts.csv", "plan/enable/accounts.csv"}
        assert runs["enable/accounts.csv"]["causes"] == 0 and runs["enable/accounts.csv"]["state"] == "reported"

        # A list that is refused leaves no report of it.
        refused = stack.upload("enable/others.csv", "no list\n").failed("BadInput")
        report = stack.status().ended(3).json()
        newest = report["runs"][0]
        assert (newest["list"], newest["state"], newest["run"]) == ("enable/others.csv", "refused", refused.name)
        [needed] = report["needs_action"]
        assert "was refused" in needed and refused.report["error"] in needed
        shown = command.run("aws", "status", "--admin-account", ADMINISTRATOR, env=stack.env_of_command).ended(3).stdout
        assert ", refused: s3://" in shown
        stack.upload("enable/others.csv").succeeded()
        stack.status().ended(0)

        # The last run of a list that is there needs action.
        stack.upload(text=f"{stack.csv()}{NOBODY},nobody@example.com\n").failed("Failed")
        [needed] = stack.status().ended(3).json()["needs_action"]
        assert "enable/accounts.csv: its last run" in needed and "report.html" in needed
    finally:
        stack.stop()


def test_the_status_tells_of_runs_that_are_not_over(command, archive, tmp_path):
    approver = f"arn:aws:iam::{ADMINISTRATOR}:role/Approver"
    parameters = {"ApproveRemovals": "true", "ApproverArns": approver}
    stack = ByCommand(command, archive, tmp_path, world={"verification": '"20s"'}, parameters=parameters)
    try:
        stack.put("enable/some.csv", stack.csv())
        [run] = wait_until(lambda: stack.runs("under_way"))
        assert run["list"] == "enable/some.csv"
        assert "needs_action" not in stack.status().ended(4).json()
        stack.ended(stack.newest_execution()).succeeded()

        stack.put("disable/some.csv", stack.csv())
        [run] = wait_until(lambda: stack.runs("waits_for_approval"))
        assert run["list"] == "disable/some.csv" and run["until"] > run["at"]
        [needed] = stack.status().ended(3).json()["needs_action"]
        assert f"waits until {run['until'][:16]}" in needed and f"{run['run']}/removals.json" in needed
        # Whoever deletes the list ends the wait.
        stack.s3.delete_object(Bucket=stack.bucket, Key="disable/some.csv")
        stack.ended(stack.newest_execution()).succeeded()
        stack.status().ended(0)
    finally:
        stack.stop()


def test_no_run_that_came_to_nothing_is_hidden(desk):
    desk.deploy().ended(0)
    bucket = desk.resource("Bucket")
    s3 = desk.client("s3")

    def put(place, **content):
        s3.put_object(Bucket=bucket, Key=place, Body=json.dumps(content).encode())

    def reported(name, key, **content):
        put(f"runs/{name}/manifest.json", key=key)
        put(f"runs/{name}/report.json", run_id=name, **content)

    # The function never came to write why: the claims name the lists.
    for number in (1, 2):
        put(f"state/claims/enable/early{number}.csv/V/upload.json", execution=f"early{number}")
        put(f"runs/early{number}/report.json", error="Lambda.Unknown: it ended")
    # The manifest is not as it was sealed, or the turn was lost: only the run itself has a report.
    put("state/claims/enable/forged.csv/V/upload.json", execution="forged")
    reported("forged", "enable/rob@example.com.csv", error="the manifest is not the one that was sealed", ended="complete")
    reported("newer", "enable/newer.csv", error="another list took over", ended="superseded")
    # Those whose masked names are alike are two lists.
    put("runs/refused/refused.json", key="enable/ron@example.com.csv", name="BadInput", text="no list")
    # So many Regions were in it that its report is a long one.
    put("state/claims/enable/long.csv/V/upload.json", execution="long")
    reported("long", "enable/rob@example.com.csv", error="the manifest is not the one that was sealed", ended="complete", notes=["x" * 5_000])
    time.sleep(1.1)
    reported("well", "enable/rob@example.com.csv", error="no turn any more", ended="complete")
    put("latest/enable/rob@example.com.csv/report.json", run_id="well", error="no turn any more", ended="complete")

    report = desk.run("status").ended(3).json()
    found = {it["run"]: (it["list"], it["state"]) for it in report["runs"] if it["run"]}
    assert found == {
        "early1": ("enable/early1.csv", "failed"), "early2": ("enable/early2.csv", "failed"),
        "forged": ("enable/forged.csv", "failed"), "long": ("enable/long.csv", "failed"),
        "refused": ("enable/r***@example.com.csv", "refused"),
    }
    assert any("enable/forged.csv failed" in it and "sealed" in it for it in report["needs_action"])
    assert "rob@" not in json.dumps(report) and "ron@" not in json.dumps(report)


def test_an_upload_whose_run_is_silent_is_under_way(desk):
    desk.deploy().ended(0)
    claim = json.dumps({"execution": "silent"}).encode()
    key = "state/claims/enable/of-root@example.com.csv/V/upload.json"
    desk.client("s3").put_object(Bucket=desk.resource("Bucket"), Key=key, Body=claim)
    [run] = desk.run("status").ended(4).json()["runs"]
    assert (run["list"], run["run"], run["state"]) == ("enable/o***@example.com.csv", "silent", "under_way")
    assert run["why"] == "it has an upload and has written nothing yet: it waits for its turn, or ended before it began"
    assert run["page"].endswith("/runs/silent/")
    shown = desk.command.run(*desk.words("status"), env=desk.env).ended(4).stdout
    assert "enable/o***@example.com.csv" in shown and "has written nothing yet" in shown


def test_that_not_all_runs_were_looked_into_is_said(desk):
    desk.deploy().ended(0)
    bucket, s3 = desk.resource("Bucket"), desk.client("s3")

    def put(place, **content):
        s3.put_object(Bucket=bucket, Key=place, Body=json.dumps(content).encode())

    # One list has had no report since these 53 runs of the other.
    put("latest/enable/old.csv/report.json", run_id="old")
    time.sleep(1.1)
    for number in range(53):
        put(f"runs/run{number:02}/manifest.json", key="enable/new.csv")
        put(f"runs/run{number:02}/report.json", run_id=f"run{number:02}")
    time.sleep(1.1)
    put("latest/enable/new.csv/report.json", run_id="the newest, of other runs")
    report = desk.run("status").ended(0).json()
    assert "3 more runs, the oldest, were not looked into: see runs/ in the bucket." in report["notes"]
    assert {it["state"] for it in report["runs"]} == {"reported"}
