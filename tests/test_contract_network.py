"""AWS's own host names, as they are reached from a desk: a company's proxy, its CA, and what can be in the way."""

import json
import resource

import pytest

from support.command import finish
from support.internet import Authority, Manners, page
from support.server import unused_endpoint
from support.sandbox import REGIONS

STS = "sts.us-east-1.amazonaws.com"


def detective(region):
    return f"api.detective.{region}.amazonaws.com"


def test_each_region_and_service_is_a_host_of_its_own(desk):
    report = desk.run("enable", regions=None).ended(0).json()
    assert report["summary"]["enabled"] == 21 * 3
    hosts = {detective(region["region"]) for region in report["regions"]}
    assert hosts | {STS, "account.us-east-1.amazonaws.com"} <= set(desk.internet.tunnels)
    for region in REGIONS:
        assert desk.sandbox.statuses(region) == dict.fromkeys(desk.sandbox.ids, "ENABLED")


@pytest.mark.parametrize("variable", ["HTTPS_PROXY", "https_proxy", "ALL_PROXY"])
def test_a_proxy_with_a_password(make_desk, variable):
    desk = make_desk(user="me", password="p@ss:/w%rd")
    env = {"HTTPS_PROXY": "", variable: desk.internet.proxy}
    if variable != "HTTPS_PROXY":
        del desk.env["HTTPS_PROXY"], env["HTTPS_PROXY"]
    desk.run("status", env=env).ended(3)
    assert set(desk.internet.tunnels) >= {STS, *map(detective, REGIONS)}
    assert desk.internet.refused == 0


def test_a_proxy_that_does_not_know_the_password_says_so(make_desk):
    desk = make_desk(user="me", password="right")
    wrong = desk.internet.proxy.replace("right", "guessed")
    refused = desk.run("status", env={"HTTPS_PROXY": wrong}).refused("user name and a password", "HTTPS_PROXY")
    assert "guessed" not in refused.output
    # It would be refused again, and an account at the proxy can be locked.
    assert desk.internet.refused == 1


def test_a_proxy_that_refuses_one_host_fails_that_region_alone(desk):
    desk.internet.trouble[detective(REGIONS[1])] = 403
    report = desk.run("enable").ended(3).json()
    good, bad = sorted(report["regions"], key=lambda region: region["state"] == "failed")
    assert (good["state"], good["region"]) == ("settled", REGIONS[0])
    assert "the proxy refuses to connect to this host" in bad["error"]
    assert "NO_PROXY" in bad["error"]


def test_a_proxy_that_is_not_there(desk):
    gone = unused_endpoint()
    desk.run("status", env={"HTTPS_PROXY": gone}).refused("the proxy cannot be reached", "HTTPS_PROXY")


@pytest.mark.parametrize("value", ["socks5://127.0.0.1:1080", "http://me:p@ss@127.0.0.1:3128", "http://"])
def test_what_is_no_proxy_is_named_and_never_connected_past(desk, value):
    refused = desk.run("status", env={"https_proxy": value}).refused("https_proxy is not the URL of a proxy")
    assert "p@ss" not in refused.output
    assert not desk.internet.tunnels


def test_no_proxy_leads_past_it(desk):
    # There is no way but through the proxy here, so that what goes past it fails.
    del desk.env["HTTPS_PROXY"]
    env = {"https_proxy": desk.internet.proxy, "no_proxy": f"example.com,.{REGIONS[1]}.amazonaws.com"}
    report = desk.run("status", env=env).ended(3).json()
    assert [region["region"] for region in report["regions"] if region["error"]] == [REGIONS[1]]
    assert detective(REGIONS[1]) not in desk.internet.tunnels


def test_plain_http_has_a_proxy_of_its_own(desk):
    env = {"HTTP_PROXY": desk.internet.proxy, "AWS_ENDPOINT_URL": "http://aws.amazonaws.com:4566"}
    del desk.env["HTTPS_PROXY"]
    status = desk.run("status", env=env).ended(3)
    assert set(desk.internet.forwarded) == {"aws.amazonaws.com:4566"}
    # Said once, not for each request.
    assert status.stderr.count("http://aws.amazonaws.com:4566 is not encrypted") == 1


def test_what_is_on_this_machine_is_reached_without_the_proxy(desk):
    env = {"HTTP_PROXY": unused_endpoint(), "AWS_ENDPOINT_URL": desk.sandbox.endpoint}
    assert "encrypted" not in desk.run("enable", env=env).ended(0).stderr
    desk.command.run("rehearse", desk.sandbox.roster, env=env).ended(0)
    assert not desk.internet.tunnels


def test_a_ca_that_nobody_knows_says_what_to_set(desk, tmp_path):
    del desk.env["AWS_CA_BUNDLE"]
    desk.run("status").refused("CA that is not trusted", "AWS_CA_BUNDLE", "ca_bundle")
    another = Authority(tmp_path / "another", "another CA").file
    desk.run("status", env={"AWS_CA_BUNDLE": str(another)}).refused("CA that is not trusted")


def test_the_profile_names_the_ca_and_the_environment_goes_before_it(desk, tmp_path):
    bundle = desk.env.pop("AWS_CA_BUNDLE")
    config = tmp_path / "config"
    config.write_text(f"[default]\nca_bundle = /nowhere.pem\n[profile office]\nca_bundle = {bundle}\n")
    env = {"AWS_CONFIG_FILE": str(config)}
    desk.run("enable", env={**env, "AWS_PROFILE": "office"}).ended(0)
    desk.run("status", env=env).refused("ca_bundle of the profile", "/nowhere.pem", "cannot be read")
    desk.run("status", env={**env, "AWS_CA_BUNDLE": bundle}).ended(0)


def test_a_file_that_is_no_ca_is_named(desk, write):
    no_pem = write("not a certificate\n", "ca.pem")
    desk.run("status", env={"AWS_CA_BUNDLE": str(no_pem)}).refused("AWS_CA_BUNDLE", "no certificate", "PEM")


def test_another_hosts_certificate_is_not_believed(desk):
    other = desk.internet.authority.context("gateway.example.com")
    desk.internet.authority.contexts[STS] = other
    desk.run("status").refused("the certificate is of another host")


@pytest.mark.parametrize(
    ("variable", "hosts"),
    [
        ("AWS_USE_FIPS_ENDPOINT", {"sts-fips.us-east-1.amazonaws.com", "api.detective-fips.us-east-1.amazonaws.com"}),
        ("AWS_USE_DUALSTACK_ENDPOINT", {"sts.us-east-1.api.aws", "detective.us-east-1.api.aws"}),
    ],
)
def test_fips_and_dual_stack_have_hosts_of_their_own(desk, variable, hosts):
    desk.run("enable", env={variable: "true"}, regions=["us-east-1"]).ended(0)
    assert hosts <= set(desk.internet.tunnels)


def test_an_endpoint_in_a_profile_or_a_services_section(desk, tmp_path):
    del desk.env["HTTPS_PROXY"]
    config = tmp_path / "config"
    keys = "".join(f"{name.lower()} = {desk.env[name]}\n" for name in ("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY"))
    config.write_text(
        f"[default]\nendpoint_url = {desk.sandbox.endpoint}\n"
        f"[profile services]\n{keys}services = here\nendpoint_url = {unused_endpoint()}\n[services here]\n"
        + "".join(
            f"{service} =\n  endpoint_url = {desk.sandbox.endpoint}\n" for service in ("sts", "account", "detective")
        )
    )
    env = {"AWS_CONFIG_FILE": str(config)}
    desk.run("enable", env=env).ended(0)
    desk.run("status", env={**env, "AWS_PROFILE": "services"}).ended(0)
    desk.run("status", "--profile", "services", env=env).ended(0)


def test_a_connection_that_is_refused_in_the_first_second_is_tried_again(desk):
    # As a network that is just coming up: the name server and the proxy say no for a moment.
    desk.internet.trouble[STS] = ["cut", "cut"]
    desk.run("enable").ended(0)
    assert desk.internet.tunnels[STS] >= 3


def test_a_gateways_page_is_said_to_be_that(desk):
    desk.internet.trouble[STS] = page(403, "Forbidden", "<html>Blocked by policy</html>")
    desk.run("status").refused("HTML", "proxy or a gateway")


def test_a_portal_that_redirects_is_said_to_be_that(desk):
    location = "Location: https://portal.example.com/login?next=x\r\n"
    desk.internet.trouble[STS] = page(302, "Found", "", headers=location)
    desk.run("status").refused("portal.example.com", "sign in")


@pytest.mark.parametrize("fate", [403, "cut", page(503, "Unavailable", "<html>down</html>")])
def test_an_account_service_that_is_out_of_reach_stops_nothing(desk, fate):
    desk.internet.trouble["account.us-east-1.amazonaws.com"] = fate
    report = desk.run("enable").ended(0).json()
    assert any("account:ListRegions" in note and "taken as on" in note for note in report["notes"])
    report = desk.run("status", regions=None).json()
    assert len(report["regions"]) == 16
    assert any("need no opt-in" in note for note in report["notes"])


def test_check_says_once_that_the_account_service_is_out_of_reach(desk):
    desk.run("enable").ended(0)
    desk.internet.trouble["account.us-east-1.amazonaws.com"] = 403
    before = desk.internet.tunnels["account.us-east-1.amazonaws.com"]
    desk.run("check").ended(0)
    # Asked for the administrator, and not again with each member's credentials.
    assert desk.internet.tunnels["account.us-east-1.amazonaws.com"] == before + 1


def test_a_region_of_another_partition_is_said_to_be_that(desk):
    desk.run("status", regions=["us-gov-west-1"]).refused("partition aws-us-gov", "these credentials are of aws")


def test_tokens_come_from_a_region_that_every_account_has_on(desk):
    desk.run("enable", env={"AWS_REGION": "ap-newer-9"}).ended(0)
    assert {host for host in desk.internet.tunnels if host.startswith("sts.")} == {STS}


def test_http2_is_spoken_where_a_host_offers_it(make_desk):
    desk = make_desk(http2=Manners())
    report = desk.run("enable", regions=None).ended(0).json()
    assert report["summary"]["enabled"] == 21 * 3
    # A question that is dropped at the end is counted by nobody but the host.
    assert desk.internet.http2.taken.total() >= sum(report["calls"].values())


def test_a_host_that_says_goodbye_costs_nothing(make_desk):
    desk = make_desk(http2=Manners(goodbye_after=3), accounts=30)
    report = desk.run("enable").ended(0).json()
    assert report["summary"]["enabled"] == 60
    # What it did not take is sent again over another connection; what it took, once.
    assert desk.internet.http2.taken["PUT /invitation"] == 60


def test_a_cut_that_takes_many_answers_with_it_is_one_trouble(make_desk):
    desk = make_desk(http2=Manners(cut_at=20), accounts=60, latency="100ms")
    report = desk.run("enable").ended(0).json()
    assert desk.internet.http2.cuts == 1
    assert report["summary"]["enabled"] == 120
    # The lost answers are looked for in lists, and not one by one.
    looks = report["calls"]["detective:ListMembers"] + report["calls"].get("detective:GetMembers", 0)
    assert looks < 20, report["calls"]
    assert report["calls"]["detective:AcceptInvitation"] <= 140


def files(soft, hard):
    """For a process: how many files and sockets it may have open."""
    return lambda: resource.setrlimit(resource.RLIMIT_NOFILE, (soft, hard))


def enable_with(desk, report, limits):
    words = ["enable", desk.sandbox.roster, "--yes", "--admin-account", desk.sandbox.administrator]
    words += ["--report", report, "--report", report.with_suffix(".html")]
    return finish(desk.command.start(*words, env=desk.env, preexec_fn=limits))


def test_a_run_keeps_within_the_files_that_it_may_open(make_desk, tmp_path):
    desk = make_desk(accounts=24, latency="100ms")
    report = tmp_path / "report.json"
    enable_with(desk, report, files(256, 256)).ended(0)
    written = json.loads(report.read_text())
    assert written["summary"]["enabled"] == 21 * 24
    assert report.with_suffix(".html").exists()
    # What is open on the other side is open on this one; 256 less those that are no connections.
    assert desk.internet.peak < 256 - 30
    # Nothing failed for want of a file, and was asked again.
    assert written["calls"]["detective:AcceptInvitation"] == 21 * 24
    assert "NoAnswer" not in report.read_text()


def test_hardly_any_files_make_it_slow_and_nothing_else(make_desk, tmp_path):
    desk = make_desk()
    report = tmp_path / "report.json"
    enable_with(desk, report, files(64, 64)).ended(0)
    assert json.loads(report.read_text())["summary"]["enabled"] == 21 * 3


def test_a_soft_limit_is_raised(make_desk, tmp_path):
    desk = make_desk(accounts=24, latency="300ms")
    enable_with(desk, tmp_path / "report.json", files(64, 4096)).ended(0)
    assert desk.internet.peak > 64


def test_a_request_waits_for_a_file(make_desk, tmp_path):
    desk = make_desk()
    # What the process has open itself, and one connection: whatever else is wanted has to wait.
    words = ["status", desk.sandbox.roster, "--regions", "us-east-1"]
    done = finish(desk.command.start(*words, env=desk.env, preexec_fn=files(10, 10)))
    assert "no member" in done.ended(3).stdout


def test_keys_that_aws_does_not_know_may_be_of_another_partition(desk):
    error = "<ErrorResponse><Error><Code>InvalidClientTokenId</Code><Message>no</Message></Error></ErrorResponse>"
    desk.internet.trouble[STS] = page(403, "Forbidden", error, "text/xml")
    desk.run("status").refused("AWS GovCloud (US)", "AWS_REGION=us-gov-west-1")


@pytest.mark.parametrize(
    ("code", "status", "words"),
    [
        ("SubscriptionRequiredException", 403, "has not finished signing up"),
        ("OptInRequired", 403, "has not finished signing up"),
        ("RegionDisabledException", 403, "IAM's account settings"),
        ("LimitExceededException", 400, "A quota of the account is full"),
    ],
)
def test_what_awss_words_leave_open_is_said(desk, code, status, words):
    headers = f"x-amzn-errortype: {code}\r\n"
    answer = page(status, "Refused", '{"Message": "no"}', "application/json", headers)
    desk.internet.trouble[detective(REGIONS[1])] = answer
    report = desk.run("enable").ended(3).json()
    (bad,) = [region for region in report["regions"] if region["state"] == "failed"]
    assert bad["region"] == REGIONS[1]
    assert code in bad["error"] and words in bad["error"]
