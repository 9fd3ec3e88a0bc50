"""Errors come in the protocol that the client speaks, whatever it asks for and however it signs."""

import urllib.error
import urllib.request

import botocore
import pytest
from botocore.config import Config
from botocore.exceptions import ClientError

from sandbox.calls import code

ONCE = {"total_max_attempts": 1}


def error_of(call, **arguments):
    """Code, message and status of the error that a call has to end with."""
    with pytest.raises(ClientError) as error:
        call(**arguments)
    response = error.value.response
    return response["Error"]["Code"], response["Error"]["Message"], response["ResponseMetadata"]["HTTPStatusCode"]


def fetch(request):
    """Status and text of an answer, be it an error or not."""
    try:
        with urllib.request.urlopen(request, timeout=10) as answer:
            return answer.status, answer.read().decode()
    except urllib.error.HTTPError as error:
        with error:
            return error.code, error.read().decode()


@pytest.mark.parametrize(
    "service, operation, expected",
    [
        ("iam", "list_roles", ("InvalidAction", 400)),
        ("ec2", "describe_regions", ("InvalidAction", 400)),
        ("cloudformation", "list_stack_sets", ("InvalidAction", 400)),
        ("sns", "list_topics", ("InvalidAction", 400)),
        ("route53", "list_hosted_zones", ("NotImplemented", 501)),
        ("dynamodb", "list_tables", ("UnknownOperationException", 400)),
        ("lambda", "list_functions", ("UnknownOperationException", 404)),
    ],
)
def test_a_service_that_is_not_emulated_is_refused_in_its_protocol(sandbox, service, operation, expected):
    client = sandbox.client(service, check=False)
    found, message, status = error_of(getattr(client, operation))
    assert (found, status) == expected
    assert message == f"The sandbox does not emulate the service `{service}`."


@pytest.mark.parametrize(
    "service, operation, expected",
    [
        ("sts", "get_caller_identity", ("MissingAuthenticationToken", 403)),
        ("iam", "list_roles", ("MissingAuthenticationToken", 403)),
        ("cloudformation", "list_stack_sets", ("MissingAuthenticationToken", 403)),
        ("ec2", "describe_regions", ("MissingParameter", 400)),
        ("organizations", "describe_organization", ("MissingAuthenticationTokenException", 400)),
        ("detective", "list_graphs", ("MissingAuthenticationTokenException", 403)),
    ],
)
def test_an_unsigned_request_is_refused_in_the_protocol_of_its_service(sandbox, service, operation, expected):
    client = sandbox.client(service, check=False, config=Config(signature_version=botocore.UNSIGNED, retries=ONCE))
    found, message, status = error_of(getattr(client, operation))
    assert (found, status) == expected and message


def test_a_presigned_get_caller_identity(sandbox):
    url = sandbox.client("sts").generate_presigned_url("get_caller_identity", ExpiresIn=60)
    status, text = fetch(url)
    assert status == 200 and "<Account>555555555555</Account>" in text
    session = sandbox.client("sts").assume_role(
        RoleArn=f"arn:aws:iam::{sandbox.ids[0]}:role/detective-fleet/DetectiveFleetMember", RoleSessionName="test"
    )["Credentials"]
    client = sandbox.client(
        "sts",
        aws_access_key_id=session["AccessKeyId"],
        aws_secret_access_key=session["SecretAccessKey"],
        aws_session_token=session["SessionToken"],
    )
    status, text = fetch(client.generate_presigned_url("get_caller_identity", ExpiresIn=60))
    assert status == 200 and f"<Account>{sandbox.ids[0]}</Account>" in text


def test_a_presigned_request_with_an_unknown_key_is_refused_in_xml(sandbox):
    client = sandbox.client("sts", aws_access_key_id="AKIANOBODYNOBODYNOBO", aws_secret_access_key="any")
    status, text = fetch(client.generate_presigned_url("get_caller_identity", ExpiresIn=60))
    assert status == 403
    assert "<ErrorResponse xmlns=" in text and "<Code>InvalidClientTokenId</Code>" in text


def test_a_credential_that_cannot_be_read_is_refused_in_the_protocol_of_its_sender(sandbox):
    headers = {"Authorization": "AWS4-HMAC-SHA256 Credential=x, SignedHeaders=host, Signature=0"}
    body = b"Action=GetCallerIdentity&Version=2011-06-15"
    status, text = fetch(urllib.request.Request(sandbox.url, body, headers))
    assert status == 400 and "<Code>IncompleteSignature</Code>" in text
    status, text = fetch(urllib.request.Request(sandbox.url + "/graphs/list", b"{}", {**headers, "Content-Type": "x"}))
    assert status == 400 and text.startswith("{")


def test_every_refusal_has_a_request_id(sandbox):
    client = sandbox.client("iam", check=False)
    with pytest.raises(ClientError) as error:
        client.list_roles()
    assert len(error.value.response["ResponseMetadata"]["RequestId"]) == 36


def test_operations_that_do_not_exist_are_refused_in_xml_by_sts(sandbox):
    assert code(sandbox.client("sts", check=False).get_session_token) == "InvalidAction"
