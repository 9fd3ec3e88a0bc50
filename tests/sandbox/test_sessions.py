"""Sessions: those of identity providers, and those that policies limit."""

import base64
import json
import time

import botocore
import pytest
from botocore.config import Config
from botocore.exceptions import ClientError

from sandbox.calls import code

PROVIDER = "token.actions.githubusercontent.com"
WORLD = f"""
size = 1
latency = "0s"
verification = "0s"
[accounts.555555555555]
roles = [{{ name = "Pipeline", identity_provider = "{PROVIDER}" }}, {{ name = "Other" }}]
"""


def token(issuer=PROVIDER, lifetime=600):
    claims = {"iss": f"https://{issuer}", "sub": "repo:a/b", "aud": "sts.amazonaws.com", "exp": int(time.time()) + lifetime}
    parts = ({"alg": "RS256"}, claims)
    encoded = [base64.urlsafe_b64encode(json.dumps(part).encode()).decode().rstrip("=") for part in parts]
    return ".".join([*encoded, "signature"])


def web_identity(sandbox, role="Pipeline", web_identity_token=None):
    config = Config(signature_version=botocore.UNSIGNED, retries={"total_max_attempts": 1})
    return sandbox.client("sts", config=config).assume_role_with_web_identity(
        RoleArn=f"arn:aws:iam::555555555555:role/{role}",
        RoleSessionName="run",
        WebIdentityToken=web_identity_token or token(),
    )


def client_of(sandbox, credentials, service="detective", **more):
    return sandbox.client(
        service,
        aws_access_key_id=credentials["AccessKeyId"],
        aws_secret_access_key=credentials["SecretAccessKey"],
        aws_session_token=credentials["SessionToken"],
        **more,
    )


def limited(sandbox, **policies):
    """The credentials of a member's role that policies limit."""
    return sandbox.client("sts").assume_role(
        RoleArn=f"arn:aws:iam::{sandbox.ids[0]}:role/detective-fleet/DetectiveFleetMember", RoleSessionName="test", **policies
    )


def policy(*actions, effect="Allow", resource="*", **more):
    statement = {"Effect": effect, "Action": list(actions), "Resource": resource, **more}
    return json.dumps({"Version": "2012-10-17", "Statement": [statement]})


def test_a_token_of_an_identity_provider_is_exchanged_for_a_session(start):
    sandbox = start(world=WORLD)
    answer = web_identity(sandbox)
    assert answer["SubjectFromWebIdentityToken"] == "repo:a/b"
    assert answer["Audience"] == "sts.amazonaws.com"
    assert answer["Provider"] == f"arn:aws:iam::555555555555:oidc-provider/{PROVIDER}"
    assert client_of(sandbox, answer["Credentials"]).create_graph()["GraphArn"]


@pytest.mark.parametrize(
    "role, web_identity_token, expected",
    [
        ("Pipeline", "not a token", "InvalidIdentityToken"),
        ("Pipeline", token(lifetime=-1), "ExpiredTokenException"),
        ("Pipeline", token(issuer="accounts.google.com"), "AccessDenied"),
        ("Other", None, "AccessDenied"),
        ("Missing", None, "AccessDenied"),
    ],
)
def test_a_token_that_does_not_fit_is_refused(start, role, web_identity_token, expected):
    sandbox = start(world=WORLD)
    assert code(web_identity, sandbox=sandbox, role=role, web_identity_token=web_identity_token) == expected


def test_a_role_for_an_identity_provider_trusts_no_account(start):
    sandbox = start(world=WORLD)
    assume = sandbox.client("sts").assume_role
    pipeline = "arn:aws:iam::555555555555:role/Pipeline"
    assert code(assume, RoleArn=pipeline, RoleSessionName="test") == "AccessDenied"


def test_a_session_policy_limits_what_its_session_may_do(sandbox):
    answer = limited(sandbox, Policy=policy("detective:List*"))
    assert 0 < answer["PackedPolicySize"] <= 100
    session = client_of(sandbox, answer["Credentials"])
    assert session.list_graphs()["GraphList"] == []
    with pytest.raises(ClientError) as error:
        session.create_graph()
    assert error.value.response["Error"]["Code"] == "AccessDeniedException"
    assert error.value.response["Error"]["Message"].endswith(
        "/DetectiveFleetMember/test is not authorized to perform: detective:CreateGraph "
        "because no session policy allows the detective:CreateGraph action"
    )
    identity = client_of(sandbox, answer["Credentials"], "sts").get_caller_identity()
    assert identity["Account"] == sandbox.ids[0]


def test_a_denial_counts_first_and_conditions_are_evaluated(sandbox):
    statements = [
        {"Effect": "Allow", "Action": "*", "Resource": "*"},
        {
            "Effect": "Deny",
            "NotAction": "sts:*",
            "Resource": "*",
            "Condition": {"StringNotEquals": {"aws:RequestedRegion": "eu-west-1"}},
        },
    ]
    document = json.dumps({"Version": "2012-10-17", "Statement": statements})
    credentials = limited(sandbox, Policy=document)["Credentials"]
    assert client_of(sandbox, credentials, region="eu-west-1").list_graphs()["GraphList"] == []
    with pytest.raises(ClientError) as error:
        client_of(sandbox, credentials).list_graphs()
    assert error.value.response["Error"]["Message"].endswith("with an explicit deny in a session policy")


def test_a_session_policy_names_graphs(sandbox, detective, graph):
    detective.create_members(GraphArn=graph, Accounts=sandbox.accounts[:1])
    other = limited(sandbox, Policy=policy("detective:*", resource=graph[:-1] + "*"))["Credentials"]
    client_of(sandbox, other).accept_invitation(GraphArn=graph)
    elsewhere = limited(sandbox, Policy=policy("detective:*", resource=graph.replace("us-east-1", "eu-west-1")))
    assert code(client_of(sandbox, elsewhere["Credentials"]).disassociate_membership, GraphArn=graph) == (
        "AccessDeniedException"
    )


def test_managed_policies_are_passed_by_their_arns(start):
    arn = "arn:aws:iam::555555555555:policy/Accept"
    document = policy("detective:AcceptInvitation")
    sandbox = start(world=f"size = 1\nlatency = '0s'\n[policies]\n\"{arn}\" = '''{document}'''")
    session = client_of(sandbox, limited(sandbox, PolicyArns=[{"arn": arn}])["Credentials"])
    assert code(session.list_invitations) == "AccessDeniedException"
    of_aws = [{"arn": "arn:aws:iam::aws:policy/AmazonDetectiveMemberAccess"}]
    session = client_of(sandbox, limited(sandbox, PolicyArns=of_aws)["Credentials"])
    assert session.list_invitations()["Invitations"] == []
    assert code(session.list_graphs) == "AccessDeniedException"


@pytest.mark.parametrize(
    "policies",
    [
        {"Policy": "no JSON"},
        {"Policy": "{}"},
        {"Policy": policy("ListGraphs")},
        {"Policy": policy("detective:*", Principal="*")},
        {"Policy": policy("detective:*", effect="allow")},
        {"PolicyArns": [{"arn": "arn:aws:iam::555555555555:policy/Missing"}]},
    ],
)
def test_a_malformed_policy_is_refused(sandbox, policies):
    assert code(limited, sandbox=sandbox, **policies) == "MalformedPolicyDocument"
