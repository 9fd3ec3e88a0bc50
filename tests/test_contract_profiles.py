"""Whose credentials are used: as the AWS CLI has it, which is asked on the same files."""

import hashlib
import json
import os
import re
import subprocess
import sys
import termios
from pathlib import Path

import pytest
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import ec

from support.desk import ACCOUNT, MFA_CODE, Desk, later, stamp
from support.terminal import Terminal

ROLE = "arn:aws:iam::111122223333:role"
DEVICE = f"arn:aws:iam::{ACCOUNT}:mfa/me"
SESSION = f"arn:aws:iam::{ACCOUNT}:user/me"
START = "https://corporate.awsapps.com/start"

CONFIG = f"""
[profile static]
aws_access_key_id = AKIASTATIC
aws_secret_access_key = secret
[profile role]
role_arn = {ROLE}/role
source_profile = static
region = eu-west-1
[profile without-region]
role_arn = {ROLE}/WithoutRegion
source_profile = static
[profile chained]
role_arn = {ROLE}/chained
source_profile = role
external_id = an-id
role_session_name = somebody
duration_seconds = 1800
[profile itself]
role_arn = {ROLE}/itself
source_profile = itself
aws_access_key_id = AKIAITSELF
aws_secret_access_key = secret
[profile keys-below]
role_arn = {ROLE}/KeysBelow
source_profile = itself
[profile environment]
role_arn = {ROLE}/environment
credential_source = Environment
[profile container]
role_arn = {ROLE}/container
credential_source = EcsContainer
[profile instance]
role_arn = {ROLE}/instance
credential_source = Ec2InstanceMetadata
[profile process]
credential_process = %(process)s
[profile onto-process]
role_arn = {ROLE}/OntoProcess
source_profile = process
[profile web]
role_arn = {ROLE}/web
web_identity_token_file = %(home)s/token
role_session_name = web
[profile onto-web]
role_arn = {ROLE}/OntoWeb
source_profile = web
[profile center]
sso_session = corporate
sso_account_id = {ACCOUNT}
sso_role_name = center
[sso-session corporate]
sso_start_url = {START}
sso_region = eu-west-1
sso_registration_scopes = sso:account:access
[profile center-alone]
sso_start_url = {START}
sso_region = eu-west-1
sso_account_id = {ACCOUNT}
sso_role_name = alone
[profile onto-center]
role_arn = {ROLE}/OntoCenter
source_profile = center
[profile login]
login_session = {SESSION}
[profile onto-login]
role_arn = {ROLE}/OntoLogin
source_profile = login
[profile with-mfa]
role_arn = {ROLE}/mfa
source_profile = static
mfa_serial = {DEVICE}
[profile only-region]
region = eu-west-1
"""

KEYS = {"AWS_ACCESS_KEY_ID": "AKIAENVIRONMENT", "AWS_SECRET_ACCESS_KEY": "secret"}


@pytest.fixture
def desk():
    desk = Desk()
    yield desk
    desk.stop()


@pytest.fixture
def home(command):
    """The files of a desk at which somebody has signed in everywhere."""
    folder = command.home / ".aws"
    folder.mkdir()
    program = command.home / "keys.py"
    program.write_text(
        "import json, sys\n"
        f"with open({str(command.home / 'runs')!r}, 'a') as runs: runs.write('x')\n"
        f"print(open({str(command.home / 'process.json')!r}).read())\n"
    )
    say_keys(command.home, {"Version": 1, "AccessKeyId": "AKIAPROCESS", "SecretAccessKey": "secret"})
    process = f"{sys.executable} {program}"
    (folder / "config").write_text(CONFIG % {"process": process, "home": command.home})
    (folder / "credentials").write_text("[filed]\naws_access_key_id = AKIAFILED\naws_secret_access_key = secret\n")
    (command.home / "token").write_text("a.web.token")
    sign_in(folder)
    return command.home


def say_keys(home, document):
    (home / "process.json").write_text(json.dumps(document))


def runs(home):
    """How often the program was run."""
    file = home / "runs"
    return len(file.read_text()) if file.exists() else 0


def sign_in(folder, seconds=3600):
    """What `aws sso login`, in both forms, and `aws login` leave behind."""
    token = {
        "startUrl": START, "region": "eu-west-1", "accessToken": "token", "expiresAt": stamp(later(seconds)),
    }
    cache = folder / "sso" / "cache"
    cache.mkdir(parents=True, exist_ok=True)
    for name in [START, "corporate"]:
        (cache / f"{hashlib.sha1(name.encode()).hexdigest()}.json").write_text(json.dumps(token))
    key = ec.generate_private_key(ec.SECP256R1()).private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.TraditionalOpenSSL, serialization.NoEncryption(),
    )
    login = {
        "accessToken": {
            "accessKeyId": "ASIALOGIN0000", "secretAccessKey": "secret", "sessionToken": "token",
            "accountId": ACCOUNT, "expiresAt": stamp(later(seconds)),
        },
        "tokenType": "aws_sigv4", "refreshToken": "refresh", "idToken": "a.b.c",
        "clientId": "arn:aws:signin:::devtools/same-device", "dpopKey": key.decode(),
    }
    cache = folder / "login" / "cache"
    cache.mkdir(parents=True, exist_ok=True)
    (cache / f"{hashlib.sha256(SESSION.encode()).hexdigest()}.json").write_text(json.dumps(login))


def environment(desk, more=None):
    return {
        "AWS_ENDPOINT_URL": desk.url, "AWS_EC2_METADATA_SERVICE_ENDPOINT": desk.url,
        "AWS_EC2_METADATA_DISABLED": "false", "AWS_REGION": "us-east-1", "AWS_DEFAULT_REGION": "us-east-1",
        **(more or {}),
    }


def status(command, desk, *words, env=None, timeout=60):
    words = ["status", "--regions", "us-east-1", "--output", "json", *words]
    return command.run(*words, env=environment(desk, env), timeout=timeout)


def by_the_cli(command, desk, *words, env=None):
    """Runs the AWS CLI on the same files."""
    program = Path(sys.executable).parent / "aws"
    words = [str(program), "sts", "get-caller-identity", *words]
    env = command.environment(environment(desk, {"AWS_PAGER": "", **(env or {})}))
    return subprocess.run(words, env=env, capture_output=True, text=True, timeout=60)


def who(desk):
    """Whose keys were used to which end, without what is different each time."""
    name = lambda key: re.sub(r"\d{4}$", "", key or "nobody")
    told = ["RoleArn", "ExternalId", "DurationSeconds", "SerialNumber", "TokenCode", "WebIdentityToken"]
    ways = [
        (name(asked["key"]), *(asked.get(word) for word in told))
        for asked in desk.asked if asked["what"].startswith("AssumeRole")
    ]
    identity = {name(asked["key"]) for asked in desk.of("GetCallerIdentity")}
    desk.asked.clear()
    return ways, identity


PROFILES = [
    "static", "filed", "role", "without-region", "chained", "itself", "keys-below", "environment", "container",
    "instance", "process", "onto-process", "web", "onto-web", "center", "center-alone", "onto-center", "login",
    "onto-login",
]


def needs(desk, profile):
    """What the machine has for profiles that take it from there."""
    if profile == "environment":
        return KEYS
    if profile == "container":
        return {"AWS_CONTAINER_CREDENTIALS_FULL_URI": f"{desk.url}/ecs"}
    return {}


@pytest.mark.parametrize("profile", PROFILES)
def test_a_profile_is_used_as_the_aws_cli_uses_it_however_it_is_named(command, desk, home, profile):
    env = needs(desk, profile)
    done = by_the_cli(command, desk, "--profile", profile, env=env)
    assert done.returncode == 0, done.stderr
    expected = who(desk)
    status(command, desk, "--profile", profile, env=env).ended(0)
    assert who(desk) == expected
    status(command, desk, env={**env, "DETECTIVE_FLEET_PROFILE": profile}).ended(0)
    assert who(desk) == expected
    if profile != "environment":  # Keys in the environment go before AWS_PROFILE.
        status(command, desk, env={**env, "AWS_PROFILE": profile}).ended(0)
        assert who(desk) == expected


@pytest.mark.parametrize("region", [None, "AWS_REGION", "AWS_DEFAULT_REGION"])
def test_a_role_needs_no_region(command, desk, home, region):
    for variable in ["--profile", "AWS_PROFILE"]:
        words = ["--profile", "without-region"] if variable == "--profile" else []
        env = {} if words else {"AWS_PROFILE": "without-region"}
        env |= {"AWS_REGION": "", "AWS_DEFAULT_REGION": ""} | ({region: "eu-west-1"} if region else {})
        status(command, desk, *words, env=env).ended(0)
        assert who(desk)[1] == {"ASIAWITHOUTREGION"}


@pytest.mark.parametrize(
    ("words", "env", "key"),
    [
        ([], KEYS, "AKIAENVIRONMENT"),
        (["--profile", "static"], KEYS, "AKIASTATIC"),
        ([], {**KEYS, "AWS_PROFILE": "static"}, "AKIAENVIRONMENT"),
        (["--profile", "filed"], {"AWS_PROFILE": "static"}, "AKIAFILED"),
        (["--profile", "role"], {**KEYS, "AWS_PROFILE": "static"}, "ASIAROLE"),
        (["--profile", "only-region"], KEYS, "ASIAINSTANCE"),
        ([], {}, "ASIAINSTANCE"),
        ([], {"AWS_PROFILE": "only-region"}, "ASIAINSTANCE"),
        (["--profile", ""], KEYS, "AKIAENVIRONMENT"),
    ],
)
def test_what_goes_before_what_is_as_the_aws_cli_has_it(command, desk, home, words, env, key):
    done = by_the_cli(command, desk, *words, env=env)
    assert done.returncode == 0, done.stderr
    assert who(desk) == ([], {key}) or key == "ASIAROLE"
    status(command, desk, *words, env=env).ended(0)
    assert who(desk)[1] == {key}


@pytest.mark.parametrize("env", [{}, KEYS])
@pytest.mark.parametrize(("named_by", "name"), [("--profile", "nope"), ("AWS_PROFILE", "nope"), ("AWS_PROFILE", "")])
def test_a_profile_that_is_not_there_is_named_with_those_that_are(command, desk, home, named_by, name, env):
    words = ["--profile", name] if named_by == "--profile" else []
    env = env | ({} if words else {"AWS_PROFILE": name})
    assert by_the_cli(command, desk, *words, env=env).returncode != 0
    done = status(command, desk, *words, env=env).refused(f'"{name}"', "static", "center")
    assert "signing region" not in done.stderr
    assert not desk.asked


def test_without_any_profile_there_is_a_way_to_one(command, desk):
    status(command, desk, "--profile", "nope").refused('"nope"', "aws configure")


@pytest.mark.parametrize(
    ("profile", "way"),
    [("center", "aws sso login --profile center"), ("center-alone", "aws sso login"), ("login", "aws login --profile login")],
)
def test_who_is_not_signed_in_any_more_is_told_how_to(command, desk, home, profile, way):
    sign_in(home / ".aws", seconds=-3600)
    desk.trouble_with("CreateOAuth2Token", [(400, "AccessDeniedException")] * 9)
    desk.trouble_with("GetRoleCredentials", [(401, "UnauthorizedException")] * 9)
    status(command, desk, "--profile", profile).refused(way)


def test_a_program_that_fails_is_named(command, desk, home):
    (home / "process.json").unlink()
    status(command, desk, "--profile", "process").refused("credential_process", "process")
    assert runs(home) == 1


def test_a_program_is_not_run_for_each_request_though_its_keys_last_a_moment(command, desk, home):
    say_keys(home, {
        "Version": 1, "AccessKeyId": "ASIAPROCESS0001", "SecretAccessKey": "secret", "SessionToken": "token",
        "Expiration": stamp(later(120)),
    })
    status(command, desk, "--profile", "process").ended(0)
    assert len(desk.asked) >= 3
    assert runs(home) == 1


def test_keys_that_aws_takes_for_expired_are_looked_at_anew(command, desk, home):
    desk.trouble_with("ListGraphs", [(403, "ExpiredTokenException")])
    status(command, desk, "--profile", "role").ended(0)
    assert len(desk.of("AssumeRole")) == 2
    assert len({asked["key"] for asked in desk.of("ListGraphs")}) == 2


def test_keys_that_stay_expired_are_one_error_of_the_run(command, desk, home):
    desk.trouble_with("ListGraphs", [(403, "ExpiredTokenException")] * 9)
    done = status(command, desk, "--profile", "role")
    done.refused("expired", "sign in again")
    assert len(desk.of("ListGraphs")) == 2


def mfa(desk):
    return [(asked["SerialNumber"], asked["TokenCode"]) for asked in desk.of("AssumeRole")]


def test_the_code_of_an_mfa_device_is_asked_for_on_the_terminal(command, desk, home):
    words = ["status", "--regions", "us-east-1", "--profile", "with-mfa"]
    terminal = Terminal(command, *words, env=environment(desk))
    terminal.until_shown(f"Enter MFA code for {DEVICE}:")
    assert not terminal.shows_what_is_typed()
    os.write(terminal.master, b"12345\n")
    terminal.until_shown("6 digits")
    assert not terminal.shows_what_is_typed()
    os.write(terminal.master, f"{MFA_CODE}\n".encode())
    assert terminal.to_the_end() == 0
    assert MFA_CODE not in terminal.everything()
    assert mfa(desk) == [(DEVICE, MFA_CODE)]
    terminal.close()


def test_whoever_is_asked_for_a_code_can_leave(command, desk, home):
    terminal = Terminal(command, "status", "--profile", "with-mfa", env=environment(desk))
    terminal.until_shown("Enter MFA code")
    terminal.until(hides_what_is_typed)  # The question is written a moment before.
    terminal.interrupt()
    terminal.until(lambda it: not hides_what_is_typed(it))
    assert terminal.to_the_end() == 130
    assert not desk.of("AssumeRole")
    terminal.close()


def hides_what_is_typed(terminal):
    return not termios.tcgetattr(terminal.master)[3] & termios.ECHO


@pytest.mark.parametrize("way", ["--mfa-code", "DETECTIVE_FLEET_MFA_CODE"])
def test_a_script_gives_the_code_beforehand(command, desk, home, way):
    words = ["--mfa-code", MFA_CODE] if way == "--mfa-code" else []
    env = {} if words else {way: MFA_CODE}
    done = status(command, desk, "-v", "--profile", "with-mfa", *words, env=env).ended(0)
    assert mfa(desk) == [(DEVICE, MFA_CODE)]
    assert MFA_CODE not in done.output


def test_without_a_terminal_the_code_has_to_be_given(command, desk, home):
    status(command, desk, "--profile", "with-mfa").refused(DEVICE, "--mfa-code", "DETECTIVE_FLEET_MFA_CODE")
    assert not desk.of("AssumeRole")


def test_a_wrong_code_is_said_in_aws_words_and_tried_once(command, desk, home):
    status(command, desk, "--profile", "with-mfa", "--mfa-code", "999999").refused(
        "MFA", "invalid MFA one time pass code", "wait for the next one"
    )
    assert len(desk.of("AssumeRole")) == 1


def test_what_is_no_code_is_refused_before_anything(command, desk, home):
    status(command, desk, "--profile", "with-mfa", "--mfa-code", "12").refused("6 digits")
