"""Hostile clients: they get an error, and no other client is harmed."""

import contextlib
import http.client
import socket
import urllib.parse

import pytest


@pytest.fixture
def say(sandbox):
    """Sends bytes on a connection of their own and answers what comes back until it is closed."""
    url = urllib.parse.urlsplit(sandbox.url)

    def say(*parts):
        with socket.create_connection((url.hostname, url.port), timeout=30) as connection:
            with contextlib.suppress(OSError):
                for part in parts:
                    connection.sendall(part)
                connection.shutdown(socket.SHUT_WR)
            answer = b""
            with contextlib.suppress(ConnectionResetError):
                while chunk := connection.recv(65536):
                    answer += chunk
            return answer

    return say


@pytest.fixture(autouse=True)
def others_are_not_harmed(sandbox, detective):
    yield
    assert detective.list_graphs()["GraphList"] == []


HEAD = b"POST /graphs/list HTTP/1.1\r\nHost: localhost\r\n"


@pytest.mark.parametrize(
    "garbage",
    [
        b"\x00" * 1000,
        b"\xff\xfe\xfd\r\n\r\n",
        b"GET\r\n\r\n",
        b"GET / HTTP/9.9\r\n\r\n",
        b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03" + b"x" * 500,
        HEAD + b"no colon\r\n\r\n",
        HEAD + b"content-length: -1\r\n\r\n",
        HEAD + b"content-length: 5\r\ncontent-length: 6\r\n\r\nhello",
        HEAD + b"transfer-encoding: chunked\r\n\r\nzz\r\n",
        b"POST /" + b"a" * 1_000_000 + b" HTTP/1.1\r\n\r\n",
        HEAD + b"x: " + b"y" * 1_000_000 + b"\r\n\r\n",
        HEAD + b"".join(b"x-%d: y\r\n" % n for n in range(5000)) + b"\r\n",
    ],
)
def test_garbage_is_refused(say, garbage):
    answer = say(garbage)
    assert answer == b"" or answer.startswith(b"HTTP/1.1 4"), answer[:100]


def test_a_body_of_10_mb_is_too_large(sandbox, say):
    for head in (HEAD + b"content-length: 10485760\r\n\r\n", HEAD + b"transfer-encoding: chunked\r\n\r\na00000\r\n"):
        answer = say(head, *[b"x" * 65536] * 160)
        assert answer == b"" or answer.startswith(b"HTTP/1.1 413"), answer[:100]


def test_absurd_headers_are_no_credentials(sandbox):
    url = urllib.parse.urlsplit(sandbox.url)
    for value in (b"\xff\xfe", b"AWS4-HMAC-SHA256 " + b"Credential=" * 1000, b"/" * 5000):
        connection = http.client.HTTPConnection(url.netloc, timeout=10)
        connection.request("POST", "/graphs/list", b"{}", {"authorization": value})
        assert connection.getresponse().status in (400, 403)
        connection.close()


def test_slow_clients_do_not_keep_others_waiting(sandbox, detective):
    url = urllib.parse.urlsplit(sandbox.url)
    with contextlib.ExitStack() as stack:
        for number in range(200):
            slow = stack.enter_context(socket.create_connection((url.hostname, url.port), timeout=10))
            slow.sendall(HEAD if number % 2 else HEAD + b"content-length: 100\r\n\r\n{")
        # 200 requests are begun and none is whole: all of these come to their end before any of those.
        for _ in range(20):
            assert detective.list_graphs()["GraphList"] == []
        assert sandbox.page("calls")["operations"] == {"detective:ListGraphs": 20}


def test_clients_that_go_away_are_forgotten(start):
    sandbox = start("--accounts", "1", "--latency", "1h")
    url = urllib.parse.urlsplit(sandbox.url)
    scope = f"{sandbox.env['AWS_ACCESS_KEY_ID']}/20260101/us-east-1/detective/aws4_request"
    request = f"AWS4-HMAC-SHA256 Credential={scope}, SignedHeaders=host, Signature=0"
    request = HEAD + f"authorization: {request}\r\ncontent-length: 2\r\n\r\n{{}}".encode()
    for _ in range(50):
        with socket.create_connection((url.hostname, url.port), timeout=10) as connection:
            connection.sendall(request)
    # It takes the server a moment to see the last one go.
    while sandbox.page("calls")["in_flight"]:
        pass
    assert sandbox.page("calls")["total"] == 0
