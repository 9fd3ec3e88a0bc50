"""The drift run: it puts right what it may, and says what it may not."""

from support.permissions import Permission, lacking
from support.stack import DETECTIVE, LIST, REGIONS


def test_members_that_left_are_noticed_and_come_back(stack):
    stack.upload().succeeded()
    left = stack.members[0][0]
    detective = stack.detective()
    [graph] = detective.list_graphs()["GraphList"]
    detective.delete_members(GraphArn=graph["Arn"], AccountIds=[left])
    execution = stack.drift().succeeded()
    assert execution.report["summary"]["changed"] == 1
    assert stack.statuses()[left] == "ENABLED"
    assert any(left in note and "vanished" in note for note in execution.report["notes"])
    assert stack.read(f"latest/{LIST}/report.json")["run_id"] == execution.name
    # Once is enough.
    again = stack.drift().succeeded()
    assert again.report["notes"] == [] and again.report["summary"]["changed"] == 0


def test_a_graph_that_is_gone_is_not_made_again(stack):
    stack.upload().succeeded()
    detective = stack.detective(REGIONS[1])
    [graph] = detective.list_graphs()["GraphList"]
    detective.delete_graph(GraphArn=graph["Arn"])
    for _ in range(2):
        report = stack.drift().failed("Failed").report
        by_region = {region["region"]: region for region in report["regions"]}
        assert by_region[REGIONS[0]]["state"] == "settled"
        assert "is gone" in by_region[REGIONS[1]]["error"] and graph["Arn"] in by_region[REGIONS[1]]["error"]
        assert report["summary"]["failed"] == 3
        assert detective.list_graphs()["GraphList"] == []
    # Who uploads the list wants it again.
    assert stack.upload().succeeded().report["summary"]["enabled"] == 6
    assert stack.drift().succeeded().report["summary"]["enabled"] == 6


def test_a_region_that_no_upload_covered_is_left_alone(make_stack):
    stack = make_stack(parameters={"Regions": REGIONS[0]})
    stack.upload().succeeded()
    stack.redeploy({"Regions": ",".join(REGIONS)})
    report = stack.drift().failed("Failed").report
    by_region = {region["region"]: region for region in report["regions"]}
    assert "No upload has covered" in by_region[REGIONS[1]]["error"]
    assert by_region[REGIONS[0]]["state"] == "settled"
    assert stack.statuses(REGIONS[1]) == {}


def test_before_the_first_upload_there_is_nothing_to_do_and_nothing_to_say(stack):
    assert "NoListYet" in stack.drift().succeeded().states
    assert stack.messages() == []


def test_a_list_that_was_deleted_is_missed(stack):
    stack.upload(LIST, "")
    stack.s3.delete_object(Bucket=stack.bucket, Key=LIST)
    stack.messages()
    execution = stack.drift().failed("BadInput")
    assert LIST in execution.report["error"]
    assert len(stack.messages()) == 1


def test_the_schedule_starts_a_drift_run(make_stack):
    stack = make_stack(parameters={"DriftSchedule": "cron(0 6 * * ? *)"})
    stack.upload().succeeded()
    detective = stack.detective()
    [graph] = detective.list_graphs()["GraphList"]
    detective.delete_members(GraphArn=graph["Arn"], AccountIds=[stack.members[0][0]])
    before = {it["executionArn"] for it in stack.executions()}
    stack.schedule_now()
    report = stack.ended(stack.new_execution(before)).succeeded().report
    assert report["summary"]["changed"] == 1 and "vanished" in report["notes"][0]


def test_members_that_left_everywhere_are_each_named_once(make_stack):
    stack = make_stack(world={"size": "5"}, parameters={"RegionsPerPass": "1"})
    stack.upload().succeeded()
    left = [account for account, _ in stack.members[:2]]
    for region in REGIONS:
        detective = stack.detective(region)
        [graph] = detective.list_graphs()["GraphList"]
        detective.delete_members(GraphArn=graph["Arn"], AccountIds=left)
    stack.messages()
    report = stack.drift().succeeded().report
    assert report["summary"]["changed"] == 4
    notes = [note for note in report["notes"] if "vanished" in note]
    assert [note.split()[0] for note in notes] == left
    assert all(region in note for region in REGIONS for note in notes)
    [message] = stack.messages()
    assert all(account in message for account in left)


def test_who_could_not_be_looked_at_has_not_vanished(stack):
    stack.upload().succeeded()
    with lacking(stack, Permission("AdministratorRole", "SeeMembers", "detective:ListMembers")):
        report = stack.drift().failed("Failed").report
    assert report["summary"]["failed"] == 6 and report["notes"] == []
    assert stack.drift().succeeded().report["notes"] == []


def test_a_region_that_was_switched_off_since_is_noticed(make_stack):
    old = "af-south-1"
    stack = make_stack(parameters={"Regions": "all", "ExcludeRegions": ",".join(set(DETECTIVE) - {*REGIONS, old})})
    assert stack.upload().succeeded().report["summary"]["enabled"] == 9
    stack.client("account").disable_region(RegionName=old)
    report = stack.drift().succeeded().report
    assert [note.split()[0] for note in report["notes"] if "last report" in note] == [old]
    assert report["summary"]["memberships"] == 6
    # Once is enough.
    assert not [note for note in stack.drift().succeeded().report["notes"] if "last report" in note]


def test_a_region_that_was_switched_on_since_waits_for_an_upload(make_stack):
    new = "af-south-1"
    stack = make_stack(parameters={"Regions": "all", "ExcludeRegions": ",".join(set(DETECTIVE) - {*REGIONS, new})})
    account = stack.client("account")
    account.disable_region(RegionName=new)
    assert [region["region"] for region in stack.upload().succeeded().report["regions"]] == sorted(REGIONS)
    account.enable_region(RegionName=new)
    report = stack.drift().failed("Failed").report
    by_region = {region["region"]: region for region in report["regions"]}
    assert sorted(by_region) == sorted([*REGIONS, new])
    assert f"No upload has covered {new}" in by_region[new]["error"] and stack.statuses(new) == {}
    assert all(by_region[region]["state"] == "settled" for region in REGIONS)
    assert stack.upload().succeeded().report["summary"]["changed"] == 3
    assert stack.drift().succeeded().report["summary"]["enabled"] == 9
