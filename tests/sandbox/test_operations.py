"""Every operation of Detective through boto3, with its own validation and parsing on."""

import boto3
import pytest

from sandbox import conformance

COVERED = set()


@pytest.fixture(autouse=True)
def note_operations(sandbox):
    """Notes which operations succeeded."""
    yield
    for count in sandbox.page("calls")["counts"]:
        service, _, name = count["operation"].partition(":")
        if service == "detective" and count["outcome"] == "ok":
            COVERED.add(name)


def status(detective, graph, account):
    details = detective.get_members(GraphArn=graph, AccountIds=[account])["MemberDetails"]
    return details[0]["Status"] if details else None


def test_a_graph_is_created_listed_and_deleted(detective):
    arn = detective.create_graph(Tags={"Owner": "security"})["GraphArn"]
    assert detective.create_graph()["GraphArn"] == arn
    assert [graph["Arn"] for graph in detective.list_graphs()["GraphList"]] == [arn]
    detective.delete_graph(GraphArn=arn)
    assert detective.list_graphs()["GraphList"] == []


def test_an_invitation_is_accepted_and_the_member_leaves(detective, graph, member):
    assert status(detective, graph, member.account) == "INVITED"
    (invitation,) = member.list_invitations()["Invitations"]
    assert invitation["GraphArn"] == graph and invitation["InvitationType"] == "INVITATION"
    member.accept_invitation(GraphArn=graph)
    (detail,) = detective.list_members(GraphArn=graph)["MemberDetails"]
    assert detail["Status"] == "ENABLED"
    assert detail["VolumeUsageByDatasourcePackage"]["DETECTIVE_CORE"]["VolumeUsageInBytes"] > 0
    member.disassociate_membership(GraphArn=graph)
    assert status(detective, graph, member.account) is None


def test_an_invitation_is_rejected(detective, graph, member):
    member.reject_invitation(GraphArn=graph)
    assert member.list_invitations()["Invitations"] == []
    assert status(detective, graph, member.account) is None


def test_members_are_removed(detective, graph, member):
    answer = detective.delete_members(GraphArn=graph, AccountIds=[member.account, "999999999999"])
    assert answer["AccountIds"] == [member.account]
    assert [account["AccountId"] for account in answer["UnprocessedAccounts"]] == ["999999999999"]


def test_a_full_graph_does_not_take_another_member_until_there_is_room(start):
    sandbox = start(
        world="""
        size = 1
        latency = "0s"
        verification = "0s"
        accounts.111111111111.gigabytes_per_day = 9999.0
        """
    )
    detective = sandbox.client()
    graph = detective.create_graph()["GraphArn"]
    detective.create_members(GraphArn=graph, Accounts=sandbox.accounts)
    large, small = "111111111111", next(id for id in sandbox.ids if id != "111111111111")
    for account in (large, small):
        sandbox.client(account=account).accept_invitation(GraphArn=graph)
    assert status(detective, graph, small) == "ACCEPTED_BUT_DISABLED"
    detective.start_monitoring_member(GraphArn=graph, AccountId=small)
    assert status(detective, graph, small) == "ACCEPTED_BUT_DISABLED"
    detective.delete_members(GraphArn=graph, AccountIds=[large])
    detective.start_monitoring_member(GraphArn=graph, AccountId=small)
    assert status(detective, graph, small) == "ENABLED"
    COVERED.add("StartMonitoringMember")


def test_tags(detective, graph):
    detective.tag_resource(ResourceArn=graph, Tags={"Owner": "security", "Stage": "", "a.b:c/d=1": "x"})
    detective.untag_resource(ResourceArn=graph, TagKeys=["Stage", "a.b:c/d=1"])
    assert detective.list_tags_for_resource(ResourceArn=graph)["Tags"] == {"Owner": "security"}


def test_data_source_packages(detective, graph, member):
    member.accept_invitation(GraphArn=graph)
    detective.update_datasource_packages(GraphArn=graph, DatasourcePackages=["EKS_AUDIT", "ASFF_SECURITYHUB_FINDING"])
    packages = detective.list_datasource_packages(GraphArn=graph)["DatasourcePackages"]
    assert {name: p["DatasourcePackageIngestState"] for name, p in packages.items()} == {
        "DETECTIVE_CORE": "STARTED",
        "EKS_AUDIT": "STARTED",
        "ASFF_SECURITYHUB_FINDING": "STARTED",
    }
    page = detective.list_datasource_packages(GraphArn=graph, MaxResults=2)
    rest = detective.list_datasource_packages(GraphArn=graph, NextToken=page["NextToken"])
    assert len(page["DatasourcePackages"]) == 2 and len(rest["DatasourcePackages"]) == 1
    answer = detective.batch_get_graph_member_datasources(GraphArn=graph, AccountIds=[member.account, "0" * 12])
    assert "STARTED" in answer["MemberDatasources"][0]["DatasourcePackageIngestHistory"]["EKS_AUDIT"]
    assert len(answer["UnprocessedAccounts"]) == 1
    other = graph[:-32] + "0" * 32
    answer = member.batch_get_membership_datasources(GraphArns=[graph, other])
    assert [m["GraphArn"] for m in answer["MembershipDatasources"]] == [graph]
    assert [g["GraphArn"] for g in answer["UnprocessedGraphs"]] == [other]


def test_investigations(detective, graph):
    entity = "arn:aws:iam::555555555555:role/Admin"
    scope = {"ScopeStartTime": "2026-01-01T00:00:00Z", "ScopeEndTime": "2026-01-02T00:00:00Z"}
    ids = [
        detective.start_investigation(GraphArn=graph, EntityArn=entity, **scope)["InvestigationId"] for _ in range(3)
    ]
    found = detective.get_investigation(GraphArn=graph, InvestigationId=ids[0])
    assert (found["EntityArn"], found["EntityType"], found["State"]) == (entity, "IAM_ROLE", "ACTIVE")
    assert detective.list_indicators(GraphArn=graph, InvestigationId=ids[0])["Indicators"] == []
    detective.update_investigation_state(GraphArn=graph, InvestigationId=ids[0], State="ARCHIVED")
    criteria = {"State": {"Value": "ACTIVE"}, "EntityArn": {"Value": entity}}
    active = detective.list_investigations(GraphArn=graph, FilterCriteria=criteria)
    assert {i["InvestigationId"] for i in active["InvestigationDetails"]} == set(ids[1:])
    newest_first = {"Field": "CREATED_TIME", "SortOrder": "DESC"}
    page = detective.list_investigations(GraphArn=graph, MaxResults=2, SortCriteria=newest_first)
    rest = detective.list_investigations(GraphArn=graph, NextToken=page["NextToken"], SortCriteria=newest_first)
    pages = page["InvestigationDetails"] + rest["InvestigationDetails"]
    assert {i["InvestigationId"] for i in pages} == set(ids) and len(pages) == 3


def test_an_organization(start):
    world = """
        size = 2
        latency = "0s"
        [organization]
        management = "777777777777"
        [accounts.777777777777]
        unlisted = true
        """
    sandbox = start(world=world)
    management, detective = sandbox.client(account="777777777777"), sandbox.client()
    management.enable_organization_admin_account(AccountId="555555555555")
    (administrator,) = management.list_organization_admin_accounts()["Administrators"]
    graph = administrator["GraphArn"]
    assert [g["Arn"] for g in detective.list_graphs()["GraphList"]] == [graph]
    assert detective.describe_organization_configuration(GraphArn=graph)["AutoEnable"] is False
    detective.update_organization_configuration(GraphArn=graph, AutoEnable=True)
    assert detective.describe_organization_configuration(GraphArn=graph)["AutoEnable"] is True
    members = detective.create_members(GraphArn=graph, Accounts=sandbox.accounts)["Members"]
    assert {(m["Status"], m["InvitationType"]) for m in members} == {("ENABLED", "ORGANIZATION")}
    with pytest.raises(detective.exceptions.ConflictException):
        sandbox.client(account=sandbox.ids[0]).disassociate_membership(GraphArn=graph)
    management.disable_organization_admin_account()
    assert detective.list_graphs()["GraphList"] == []
    COVERED.update(c["operation"].partition(":")[2] for c in sandbox.page("calls")["counts"] if c["outcome"] == "ok")


def test_pages_together_are_the_list(sandbox, detective, graph):
    for batch in (sandbox.accounts[:50], sandbox.accounts[50:]):
        detective.create_members(GraphArn=graph, Accounts=batch)
    seen, token = [], {}
    while True:
        page = detective.list_members(GraphArn=graph, MaxResults=7, **token)
        seen += [m["AccountId"] for m in page["MemberDetails"]]
        if "NextToken" not in page:
            break
        token = {"NextToken": page["NextToken"]}
    assert sorted(seen) == sorted(sandbox.ids)


def test_every_operation_of_the_model_was_called_and_succeeded():
    """Runs after all others: the file is the order."""
    if not COVERED:
        pytest.skip("the tests above did not run")
    model = boto3.client("detective", region_name="us-east-1").meta.service_model
    assert set(model.operation_names) - COVERED == set()


def test_the_checker_notices_what_is_wrong():
    model = boto3.client("detective", region_name="us-east-1").meta.service_model
    shape = model.operation_model("ListGraphs").output_shape
    good = {"Arn": "arn:aws:detective:us-east-1:555555555555:graph:" + "0" * 32}
    conformance.walk(shape, {"GraphList": [good]}, "")
    for bad in (
        {"Graphs": []},
        {"GraphList": {}},
        {"GraphList": [{"Arn": "arn:x"}]},
        {"GraphList": [{**good, "CreatedTime": 1767225600}]},
        {"GraphList": [{**good, "CreatedTime": None}]},
    ):
        with pytest.raises(AssertionError):
            conformance.walk(shape, bad, "")
