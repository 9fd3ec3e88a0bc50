"""The services around Detective, as boto3 sees them."""

import json

import pytest
from botocore.exceptions import ClientError

from sandbox.calls import code


def assume(sts, account, role="detective-fleet/DetectiveFleetMember", **more):
    arn = f"arn:aws:iam::{account}:role/{role}"
    return sts.assume_role(RoleArn=arn, RoleSessionName="test", **more)["Credentials"]


def as_session(sandbox, credentials, service="detective", **more):
    return sandbox.client(
        service,
        aws_access_key_id=credentials["AccessKeyId"],
        aws_secret_access_key=credentials["SecretAccessKey"],
        aws_session_token=credentials["SessionToken"],
        **more,
    )


def test_who_am_i(sandbox):
    identity = sandbox.client("sts").get_caller_identity()
    assert identity["Account"] == "555555555555"
    session = as_session(sandbox, assume(sandbox.client("sts"), sandbox.ids[0]), "sts")
    identity = session.get_caller_identity()
    assert identity["Arn"] == f"arn:aws:sts::{sandbox.ids[0]}:assumed-role/DetectiveFleetMember/test"


def test_whose_key(sandbox):
    sts = sandbox.client("sts")
    key = assume(sts, sandbox.ids[3])["AccessKeyId"]
    assert sts.get_access_key_info(AccessKeyId=key)["Account"] == sandbox.ids[3]


def test_a_member_acts_with_the_credentials_of_its_role(sandbox, detective, graph):
    detective.create_members(GraphArn=graph, Accounts=sandbox.accounts[:1])
    credentials = assume(sandbox.client("sts"), sandbox.ids[0])
    as_session(sandbox, credentials).accept_invitation(GraphArn=graph)
    stolen = {**credentials, "SessionToken": "other"}
    assert code(as_session(sandbox, stolen).list_graphs) == "UnrecognizedClientException"


def test_one_error_for_every_reason_not_to_be_trusted(start):
    sandbox = start(
        "--latency",
        "0s",
        world="""
        size = 2
        [[roles]]
        name = "detective-fleet/DetectiveFleetMember"
        [accounts.111111111111]
        roles = [{ name = "detective-fleet/DetectiveFleetMember", external_id = "secret" }]
        [accounts.222222222222]
        roles = []
        [accounts.333333333333]
        suspended = true
        [accounts.444444444444]
        roles = [{ name = "path/DetectiveFleetMember", trusts_role = "Fleet" }]
        [accounts.666666666666]
        roles = [{ name = "detective-fleet/DetectiveFleetMember", trusts = ["111111111111"] }]
        """,
    )
    sts = sandbox.client("sts")
    reasons = [
        ("111111111111", {}),
        ("111111111111", {"ExternalId": "wrong"}),
        ("222222222222", {}),
        ("333333333333", {}),
        ("444444444444", {"role": "path/DetectiveFleetMember"}),
        ("666666666666", {}),
        ("999999999999", {}),
    ]
    for account, more in reasons:
        with pytest.raises(ClientError) as error:
            assume(sts, account, **more)
        assert error.value.response["Error"]["Code"] == "AccessDenied"
        assert error.value.response["ResponseMetadata"]["HTTPStatusCode"] == 403
    assume(sts, "111111111111", ExternalId="secret")


def test_a_source_identity_stays_and_has_to_be_allowed_on_the_way(start):
    sandbox = start(
        "--latency",
        "0s",
        world="""
        size = 2
        [[roles]]
        name = "Named"
        trusts = ["555555555555"]
        [[roles]]
        name = "Unnamed"
        no_source_identity = true
        """,
    )
    sts, account = sandbox.client("sts"), sandbox.ids[0]
    arn = f"arn:aws:iam::{account}:role/Named"
    answer = sts.assume_role(RoleArn=arn, RoleSessionName="test", SourceIdentity="alice@example.com")
    assert answer["SourceIdentity"] == "alice@example.com"
    assert code(assume, sts=sts, account=account, role="Unnamed", SourceIdentity="alice") == "AccessDenied"
    assert "SourceIdentity" not in sts.assume_role(RoleArn=arn, RoleSessionName="test")
    assume(sts, account, "Unnamed")
    # It is handed on, cannot be changed, and has to be allowed by every role on the way.
    chained = as_session(sandbox, assume(sts, "555555555555", "Named", SourceIdentity="alice"), "sts")
    assert chained.assume_role(RoleArn=arn, RoleSessionName="test")["SourceIdentity"] == "alice"
    assert code(assume, sts=chained, account=account, role="Named", SourceIdentity="bob") == "AccessDenied"
    assert code(assume, sts=chained, account=account, role="Unnamed") == "AccessDenied"
    # The policy of a session counts for it, too.
    narrow = {"Version": "2012-10-17", "Statement": [{"Effect": "Allow", "Action": "sts:AssumeRole", "Resource": "*"}]}
    narrowed = as_session(sandbox, assume(sts, "555555555555", "Named", Policy=json.dumps(narrow)), "sts")
    assume(narrowed, account, "Named")
    assert code(assume, sts=narrowed, account=account, role="Named", SourceIdentity="alice") == "AccessDenied"
    assert code(assume, sts=sts, account=account, role="Named", SourceIdentity="a b") == "ValidationError"
    sessions = sandbox.page("calls")["sessions"]
    assert sessions[0]["source_identity"] == "alice@example.com"
    assert sessions[0]["session"] == f"arn:aws:sts::{account}:assumed-role/Named/test"


def test_lengths_of_sessions(start):
    sandbox = start(
        "--latency",
        "0s",
        world="""
        size = 2
        roles = [{ name = "detective-fleet/DetectiveFleetMember" }, { name = "Long", max_session = "12h", trusts = ["555555555555"] }]
        """,
    )
    sts, account = sandbox.client("sts"), sandbox.ids[0]
    assert code(assume, sts=sts, account=account, DurationSeconds=3601) == "ValidationError"
    assume(sts, account, "Long", DurationSeconds=43_200)
    chained = as_session(sandbox, assume(sts, "555555555555"), "sts")
    assume(chained, account, "Long")
    assert code(assume, sts=chained, account=account, role="Long", DurationSeconds=3601) == "ValidationError"


def test_tokens_of_the_global_endpoint_are_of_no_use_in_opt_in_regions(start):
    sandbox = start("--latency", "0s", world="size = 1\nglobal_sts = true")
    account = sandbox.ids[0]
    of_global = assume(sandbox.client("sts"), account)
    as_session(sandbox, of_global, region="eu-west-1").list_graphs()
    assert code(as_session(sandbox, of_global, region="eu-south-1").list_graphs) == "UnrecognizedClientException"
    of_regional = assume(sandbox.client("sts", region="eu-west-1"), account)
    as_session(sandbox, of_regional, region="eu-south-1").list_graphs()


def test_regions_of_an_account(sandbox):
    account = sandbox.client("account")
    regions = {r["RegionName"]: r["RegionOptStatus"] for r in account.list_regions()["Regions"]}
    assert regions["us-east-1"] == "ENABLED_BY_DEFAULT" and regions["me-south-1"] == "ENABLED"
    assert regions["me-central-1"] == "DISABLED"
    wanted = account.list_regions(RegionOptStatusContains=["ENABLED", "ENABLED_BY_DEFAULT"], MaxResults=10)
    pages = list(wanted["Regions"])
    while "NextToken" in wanted:
        wanted = account.list_regions(
            RegionOptStatusContains=["ENABLED", "ENABLED_BY_DEFAULT"], MaxResults=10, NextToken=wanted["NextToken"]
        )
        pages += wanted["Regions"]
    assert len(pages) == 22
    assert account.get_region_opt_status(RegionName="af-south-1")["RegionOptStatus"] == "ENABLED"
    assert code(account.get_region_opt_status, RegionName="xx-nowhere-1") == "ValidationException"
    assert code(account.list_regions, AccountId=sandbox.ids[0]) == "AccessDeniedException"


def test_guardduty(start):
    sandbox = start("--latency", "0s", world="size = 1\naccounts.111111111111.guardduty_off = true")
    guardduty = sandbox.client("guardduty")
    (detector,) = guardduty.list_detectors()["DetectorIds"]
    assert guardduty.get_detector(DetectorId=detector)["Status"] == "ENABLED"
    assert code(guardduty.get_detector, DetectorId="other") == "BadRequestException"
    assert sandbox.client("guardduty", account="111111111111").list_detectors()["DetectorIds"] == []


def test_organizations(start, sandbox):
    assert code(sandbox.client("organizations").describe_organization) == "AWSOrganizationsNotInUseException"
    world = 'size = 30\n[organization]\nmanagement = "555555555555"\n[accounts.111111111111]\nsuspended = true'
    organized = start("--latency", "0s", world=world)
    organizations = organized.client("organizations")
    assert organizations.describe_organization()["Organization"]["MasterAccountId"] == "555555555555"
    accounts = [a for page in organizations.get_paginator("list_accounts").paginate() for a in page["Accounts"]]
    assert len(accounts) == 32
    assert [a["Id"] for a in accounts if a["Status"] == "SUSPENDED"] == ["111111111111"]
    member = organized.client("organizations", account=organized.ids[0])
    assert code(member.list_accounts) == "AccessDeniedException"


def test_delegated_administrators_of_an_organization(start):
    world = 'size = 2\nlatency = "0s"\n[organization]\nmanagement = "111111111111"\n[accounts.111111111111]\nunlisted = true'
    sandbox = start(world=world)
    organizations = sandbox.client("organizations", account="111111111111")
    delegated = organizations.list_delegated_administrators
    assert delegated(ServicePrincipal="detective.amazonaws.com")["DelegatedAdministrators"] == []
    for region in ("us-east-1", "eu-west-1"):
        management = sandbox.client(account="111111111111", region=region)
        management.enable_organization_admin_account(AccountId="555555555555")
    (administrator,) = delegated(ServicePrincipal="detective.amazonaws.com")["DelegatedAdministrators"]
    assert administrator["Id"] == "555555555555" and administrator["DelegationEnabledDate"]
    assert delegated(ServicePrincipal="guardduty.amazonaws.com")["DelegatedAdministrators"] == []
    # A delegated administrator may look at the organization's accounts, and no other member may.
    account = sandbox.client("organizations").describe_account(AccountId=sandbox.ids[0])["Account"]
    assert (account["Id"], account["Email"]) == tuple(sandbox.roster[0])
    member = sandbox.client("organizations", account=sandbox.ids[0])
    assert code(member.describe_account, AccountId=sandbox.ids[0]) == "AccessDeniedException"
    assert code(member.list_delegated_administrators) == "AccessDeniedException"
    assert code(organizations.describe_account, AccountId="999999999999") == "AccountNotFoundException"
