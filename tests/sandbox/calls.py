"""Requests that have to fail, and some that no client would send."""

import http.client
import urllib.parse

import pytest
from botocore.exceptions import ClientError


def code(call, **arguments):
    """The code of the error that a call has to end with."""
    with pytest.raises(ClientError) as error:
        call(**arguments)
    return error.value.response["Error"]["Code"]


def raw(sandbox, method, path, body=b"{}", key=None, scope="us-east-1/detective", headers=()):
    """Status, error code and body of a request that no client would send."""
    key = key or sandbox.env["AWS_ACCESS_KEY_ID"]
    url = urllib.parse.urlsplit(sandbox.url)
    connection = http.client.HTTPConnection(url.hostname, url.port, timeout=10)
    authorization = f"AWS4-HMAC-SHA256 Credential={key}/20260101/{scope}/aws4_request, SignedHeaders=host, Signature=0"
    connection.request(method, path, body, {"Authorization": authorization, **dict(headers)})
    answer = connection.getresponse()
    text = answer.read()
    connection.close()
    return answer.status, answer.headers.get("x-amzn-errortype"), text
