"""`adopt --from guardduty`: the list that the administrator's GuardDuty has already."""

import pytest

from support.sandbox import REGIONS

ADMINISTRATOR = "555555555555"

WORLD = f"""
administrator = "{ADMINISTRATOR}"
[accounts.{ADMINISTRATOR}]
email = "security@example.com"
[accounts.100000000001]
email = "one@example.com"
guardduty_member = {{}}
[accounts.100000000002]
email = "two@example.com"
guardduty_member = {{ regions = ["us-east-1"] }}
[accounts.100000000003]
email = "three@example.com"
guardduty_member = {{ email = "typo@example.com", status = "EmailVerificationFailed" }}
[accounts.100000000004]
email = "four@example.com"
guardduty_member = {{ email = "" }}
[accounts.100000000005]
email = "five@example.com"
"""


def adopt(fleet, path, *words):
    # Into a file: no address may be anywhere else.
    return fleet.command.run(
        "adopt", path, "--from", "guardduty", "--regions", ",".join(REGIONS), *words, env=fleet.env
    )


def many(count):
    lines = [f'administrator = "{ADMINISTRATOR}"', f"[accounts.{ADMINISTRATOR}]", 'email = "s@example.com"']
    for n in range(count):
        lines += [f"[accounts.{200000000000 + n}]", f'email = "m{n}@example.com"', "guardduty_member = {}"]
    return "\n".join(lines)


def test_the_members_of_guardduty_are_the_list(make_fleet, tmp_path):
    fleet = make_fleet(scenario=WORLD)
    path = tmp_path / "list.csv"
    document = adopt(fleet, path, "--output", "json").ended(3).json()
    assert path.read_text() == (
        "100000000001,one@example.com\n100000000002,two@example.com\n100000000003,typo@example.com\n"
    )
    assert document["accounts"] == 3
    notes = "\n".join(document["notes"])
    assert "not a member of GuardDuty in eu-central-1: 100000000002" in notes
    assert "100000000003: t***@example.com failed its verification" in notes
    assert "100000000004 is left out: GuardDuty gives no e-mail address for it" in notes
    assert fleet.proxy.changes() == []


def test_what_detective_has_otherwise_is_named(make_fleet, write, tmp_path):
    fleet = make_fleet(scenario=WORLD)
    roster = write("100000000003,three@example.com\n100000000005,five@example.com\n")
    fleet.run("enable", roster=roster).ended(0)
    process = adopt(fleet, tmp_path / "list.csv").ended(3)
    said = " ".join(process.stderr.split())
    assert "members of behavior graphs that are not in the file" in said and "100000000005" in said
    assert "100000000003 has another e-mail address in Detective: t***@example.com is written, and there is t***@example.com" in said


@pytest.mark.parametrize("kind", ["full", "short"])
def test_all_pages_are_read(make_fleet, kind, tmp_path):
    unkind = "\n[unkind]\nshort_pages = true\n" if kind == "short" else ""
    fleet = make_fleet(scenario=many(120) + unkind)
    path = tmp_path / "list.csv"
    adopt(fleet, path).ended(0)
    lines = path.read_text().splitlines()
    assert len(lines) == len(set(lines)) == 120


def test_a_region_that_refuses_is_named_and_the_others_are_written(make_fleet, tmp_path):
    fault = '\n[[faults]]\neffect = "denied"\noperations = ["guardduty:ListMembers"]\nregions = ["eu-central-1"]\n'
    fleet = make_fleet(scenario=WORLD + fault)
    path = tmp_path / "list.csv"
    process = adopt(fleet, path).ended(3)
    assert len(path.read_text().splitlines()) == 3
    assert "GuardDuty in eu-central-1 could not be read, and its members are missing" in " ".join(process.stderr.split())


def test_guardduty_that_is_off_has_nothing_to_write(make_fleet, tmp_path):
    world = WORLD.replace('email = "security@example.com"', 'email = "security@example.com"\nguardduty_off = true')
    fleet = make_fleet(scenario=world)
    process = adopt(fleet, tmp_path / "list.csv").refused("nothing to write")
    assert "GuardDuty is off in the administrator" in " ".join(process.stderr.split())
    assert not (tmp_path / "list.csv").exists()


def test_boto3_reads_the_same(make_fleet):
    fleet = make_fleet(scenario=many(120))
    client = fleet.sandbox.client("guardduty")
    [detector] = client.list_detectors()["DetectorIds"]
    pages = client.get_paginator("list_members").paginate(DetectorId=detector)
    members = [member for page in pages for member in page["Members"]]
    assert len(members) == 120 and {member["RelationshipStatus"] for member in members} == {"Enabled"}
    assert client.get_detector(DetectorId=detector)["Status"] == "ENABLED"
