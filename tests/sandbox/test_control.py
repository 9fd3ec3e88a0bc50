"""The pages under `/_sandbox/`: the clock that can be advanced, and worlds that are dumped and loaded."""

import json
import urllib.error

import pytest

from sandbox.calls import code
from sandbox.test_sessions import client_of

WORLD = """
size = 2
latency = "0s"
verification = "1h"
[organization]
management = "111111111111"
[accounts.111111111111]
gigabytes_per_day = 20_000.0
[[faults]]
effect = "denied"
operations = ["detective:ListInvestigations"]
until = "2h"
"""


def statuses(client, graph):
    members = client.list_members(GraphArn=graph)["MemberDetails"]
    return {member["AccountId"]: member["Status"] for member in members}


def test_health(sandbox):
    assert sandbox.page("health") == {"status": "ok"}


def test_time_passes_at_once(start):
    sandbox = start(world=WORLD)
    detective = sandbox.client()
    graph = detective.create_graph()["GraphArn"]
    role = f"arn:aws:iam::{sandbox.ids[1]}:role/detective-fleet/DetectiveFleetMember"
    credentials = sandbox.client("sts").assume_role(RoleArn=role, RoleSessionName="test")["Credentials"]
    detective.create_members(GraphArn=graph, Accounts=sandbox.accounts)
    assert set(statuses(detective, graph).values()) == {"VERIFICATION_IN_PROGRESS"}
    sandbox.advance("59m")
    assert set(statuses(detective, graph).values()) == {"VERIFICATION_IN_PROGRESS"}
    assert client_of(sandbox, credentials).list_graphs()["GraphList"] == []
    sandbox.advance("1m")
    assert set(statuses(detective, graph).values()) == {"INVITED"}
    assert code(client_of(sandbox, credentials).list_graphs) == "ExpiredTokenException"


def test_members_without_room_get_their_chance_within_the_hour(start):
    sandbox = start(world=WORLD.replace('"1h"', '"0s"'))
    detective = sandbox.client()
    graph = detective.create_graph()["GraphArn"]
    detective.create_members(GraphArn=graph, Accounts=sandbox.accounts)
    sandbox.client(account="111111111111").accept_invitation(GraphArn=graph)
    world = sandbox.page("world").replace("gigabytes_per_day = 20000.0", "gigabytes_per_day = 1.0")
    sandbox.page("world", "POST", world)
    assert statuses(detective, graph)["111111111111"] == "ACCEPTED_BUT_DISABLED"
    sandbox.advance("1h")
    assert statuses(detective, graph)["111111111111"] == "ENABLED"


def test_tokens_of_investigations_expire_after_a_day(start):
    sandbox = start("--latency", "0s")
    detective = sandbox.client()
    graph = detective.create_graph()["GraphArn"]
    for _ in range(2):
        detective.start_investigation(
            GraphArn=graph,
            EntityArn="arn:aws:iam::555555555555:role/x",
            ScopeStartTime="2026-01-01T00:00:00Z",
            ScopeEndTime="2026-01-02T00:00:00Z",
        )
    token = detective.list_investigations(GraphArn=graph, MaxResults=1)["NextToken"]
    sandbox.advance("23h")
    assert detective.list_investigations(GraphArn=graph, NextToken=token)["InvestigationDetails"]
    sandbox.advance("1h")
    assert code(detective.list_investigations, GraphArn=graph, NextToken=token) == "ValidationException"


def test_a_world_that_is_dumped_goes_on_where_it_is_loaded(start):
    sandbox = start(world=WORLD)
    detective = sandbox.client()
    graph = detective.create_graph(Tags={"a": "b"})["GraphArn"]
    detective.update_datasource_packages(GraphArn=graph, DatasourcePackages=["EKS_AUDIT"])
    wrong = {"AccountId": sandbox.ids[2], "EmailAddress": "somebody@else.example"}
    detective.create_members(GraphArn=graph, Accounts=[*sandbox.accounts[:2], wrong])
    sandbox.advance("1h")
    for account in sandbox.ids[:2]:
        sandbox.client(account=account).accept_invitation(GraphArn=graph)
    detective.delete_members(GraphArn=graph, AccountIds=sandbox.ids[2:3])
    detective.create_members(GraphArn=graph, Accounts=sandbox.accounts[2:3])
    sandbox.advance("30m")
    before = detective.list_members(GraphArn=graph)["MemberDetails"]
    dump = sandbox.page("world")

    other = start("--latency", "0s")
    other.page("world", "POST", dump)
    client = other.client()
    assert [found["Arn"] for found in client.list_graphs()["GraphList"]] == [graph]
    assert client.list_tags_for_resource(ResourceArn=graph)["Tags"] == {"a": "b"}
    assert "EKS_AUDIT" in client.list_datasource_packages(GraphArn=graph)["DatasourcePackages"]
    after = client.list_members(GraphArn=graph)["MemberDetails"]
    for one, two in zip(before, after, strict=True):
        assert abs((one["InvitedTime"] - two["InvitedTime"]).total_seconds()) > 1, "the clock is another"
        for member in (one, two):
            for times in ("InvitedTime", "UpdatedTime", "VolumeUsageByDatasourcePackage"):
                member.pop(times, None)
        assert one == two
    assert statuses(client, graph)[sandbox.ids[2]] == "VERIFICATION_IN_PROGRESS"
    assert code(client.list_investigations, GraphArn=graph) == "AccessDeniedException"
    other.advance("30m")
    assert statuses(client, graph)[sandbox.ids[2]] == "INVITED"
    assert client.list_investigations(GraphArn=graph)["InvestigationDetails"] == []


def test_what_cannot_be_understood_is_refused_and_changes_nothing(sandbox, detective, graph):
    for page, body in (("world", "latencies = '1s'"), ("advance", "soon"), ("advance", "-1h")):
        with pytest.raises(urllib.error.HTTPError) as error:
            sandbox.page(page, "POST", body)
        with error.value:
            assert error.value.code == 400 and json.load(error.value)["error"]
    assert [found["Arn"] for found in detective.list_graphs()["GraphList"]] == [graph]
    with pytest.raises(urllib.error.HTTPError) as error:
        sandbox.page("health", "POST")
    with error.value:
        assert error.value.code == 405
