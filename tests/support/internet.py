"""AWS's own host names, as a company's network shows them: a CONNECT proxy, and behind it TLS with a CA of its own.

One host for each Region and service, as in AWS, and each of them leads to one endpoint, the sandbox or
the `Proxy` before it. Nothing else is there: another name is answered as by a proxy that cannot resolve
it. As a program (`python tests/support/internet.py http://127.0.0.1:4566`) it serves until it is ended,
and says first what to export.
"""

import argparse
import asyncio
import base64
import contextlib
import datetime
import logging
import re
import ssl
import sys
import tempfile
import threading
from collections import Counter
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from urllib.parse import quote, urlsplit

from botocore.loaders import Loader
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID
from h2.config import H2Configuration
from h2.connection import H2Connection
from h2.events import DataReceived, RequestReceived, StreamEnded, WindowUpdated
from hyperframe.frame import GoAwayFrame

# It says of each connection that TLS cannot be half closed.
logging.getLogger("asyncio").setLevel(logging.ERROR)

HOST = re.compile(r"(?:api\.)?[a-z0-9-]+\.(?P<region>[a-z0-9-]+)\.(?:amazonaws\.com|api\.aws)")


@cache
def known_regions():
    partitions = Loader().load_data("endpoints")["partitions"]
    return {region for partition in partitions for region in partition["regions"]}


def is_aws(host):
    """Whether AWS has such a host: any service, in a Region that there is."""
    named = HOST.fullmatch(host)
    return host == "sts.amazonaws.com" or bool(named and named["region"] in known_regions())


class Authority:
    """A CA, and a certificate for each host that is asked for."""

    def __init__(self, folder, name="a CA of the tests"):
        self.folder = Path(folder)
        self.folder.mkdir(parents=True, exist_ok=True)
        self.subject = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, name)])
        # One key for all of them: what is tested is whom the client believes.
        self.key = ec.generate_private_key(ec.SECP256R1())
        self.key_file = self.folder / "key.pem"
        self.key_file.write_bytes(
            self.key.private_bytes(
                serialization.Encoding.PEM,
                serialization.PrivateFormat.PKCS8,
                serialization.NoEncryption(),
            )
        )
        self.file = self.folder / "ca.pem"
        self.file.write_bytes(self.sign(self.subject, x509.BasicConstraints(ca=True, path_length=None)))
        self.contexts = {}

    def sign(self, subject, *extensions):
        now = datetime.datetime.now(datetime.UTC)
        builder = (
            x509.CertificateBuilder()
            .subject_name(subject)
            .issuer_name(self.subject)
            .public_key(self.key.public_key())
            .serial_number(x509.random_serial_number())
            .not_valid_before(now - datetime.timedelta(days=1))
            .not_valid_after(now + datetime.timedelta(days=1))
        )
        for extension in extensions:
            builder = builder.add_extension(extension, critical=False)
        return builder.sign(self.key, hashes.SHA256()).public_bytes(serialization.Encoding.PEM)

    def context(self, host, protocols=("http/1.1",)):
        """What a server of that name answers with."""
        if host not in self.contexts:
            name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, host[:64])])
            names = x509.SubjectAlternativeName([x509.DNSName(host)])
            file = self.folder / f"{host}.pem"
            file.write_bytes(self.sign(name, names))
            context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
            context.load_cert_chain(file, self.key_file)
            context.set_alpn_protocols(list(protocols))
            self.contexts[host] = context
        return self.contexts[host]


class Internet:
    """A CONNECT proxy through which AWS's hosts are reached, each of them led to `upstream`.

    `trouble[host]` is what becomes of each connection to that host, or to all with the key None: a status is
    the proxy's refusal, "cut" ends the connection after the tunnel is there, "silent" never answers, bytes
    are what the host answers whatever it is asked. A list of these is taken one by one.
    """

    def __init__(self, upstream, folder, user=None, password=None, port=0, http2=None):
        self.upstream = urlsplit(upstream)
        # A `Manners` of HTTP/2, where the hosts offer it.
        self.http2 = http2
        self.authority = Authority(folder)
        self.user, self.password = user, password
        self.trouble = {}
        # To each host: how often a connection was asked for, and how many are there now.
        self.tunnels, self.open = Counter(), Counter()
        # The most that were there at one time, over all hosts.
        self.peak = 0
        # What was asked for in plain HTTP, as a proxy sees it.
        self.forwarded = []
        self.refused = 0
        self.loop = asyncio.new_event_loop()
        self.server = None
        started = threading.Event()
        self.thread = threading.Thread(target=self.serve, args=(port, started), daemon=True)
        self.thread.start()
        assert started.wait(10), "the proxy did not start"

    def serve(self, port, started):
        asyncio.set_event_loop(self.loop)

        async def start():
            self.server = await asyncio.start_server(self.meet, "127.0.0.1", port, backlog=1024)
            self.port = self.server.sockets[0].getsockname()[1]
            started.set()

        self.loop.run_until_complete(start())
        self.loop.run_forever()

    def stop(self):
        asyncio.run_coroutine_threadsafe(self.end(), self.loop).result(10)
        self.loop.call_soon_threadsafe(self.loop.stop)
        self.thread.join(10)
        self.loop.close()

    async def end(self):
        """Nothing is left that would look for its loop when it is cleared away."""
        self.server.close()
        connections = asyncio.all_tasks() - {asyncio.current_task()}
        for connection in connections:
            connection.cancel()
        await asyncio.gather(*connections, return_exceptions=True)

    @property
    def proxy(self):
        """The proxy's URL, as HTTPS_PROXY has it."""
        login = ""
        if self.user is not None:
            login = f"{quote(self.user, safe='')}:{quote(self.password, safe='')}@"
        return f"http://{login}127.0.0.1:{self.port}"

    @property
    def env(self):
        return {"HTTPS_PROXY": self.proxy, "AWS_CA_BUNDLE": str(self.authority.file)}

    async def meet(self, reader, writer):
        with contextlib.suppress(OSError, ssl.SSLError, asyncio.IncompleteReadError, TimeoutError):
            head = await reader.readuntil(b"\r\n\r\n")
            line, *headers = head.decode("latin-1").split("\r\n")
            method, target, _ = line.split(" ", 2)
            if not self.may_pass(headers):
                self.refused += 1
                await say(writer, 407, "Proxy Authentication Required", 'Proxy-Authenticate: Basic realm="tests"\r\n')
            elif method == "CONNECT":
                await self.tunnel(target.rpartition(":")[0], reader, writer)
            else:
                await self.forward(method, target, headers, reader, writer)
        writer.close()

    def may_pass(self, headers):
        if self.user is None:
            return True
        login = base64.b64encode(f"{self.user}:{self.password}".encode()).decode()
        return f"proxy-authorization: basic {login}".lower() in (header.lower() for header in headers)

    def fate(self, host):
        fate = self.trouble.get(host, self.trouble.get(None))
        if isinstance(fate, list):
            return fate.pop(0) if fate else None
        return fate

    async def tunnel(self, host, reader, writer):
        self.tunnels[host] += 1
        fate = self.fate(host)
        if isinstance(fate, int):
            return await say(writer, fate, "refused by the test")
        if not is_aws(host):
            return await say(writer, 502, "no such host")
        if fate == "silent":
            return await asyncio.sleep(3600)
        await say(writer, 200, "Connection established", body=False)
        if fate == "cut":
            return None
        protocols = ("h2", "http/1.1") if self.http2 else ("http/1.1",)
        await writer.start_tls(self.authority.context(host, protocols))
        if isinstance(fate, bytes):
            return await answer(fate, reader, writer)
        self.open[host] += 1
        self.peak = max(self.peak, self.open.total())
        chosen = writer.get_extra_info("ssl_object").selected_alpn_protocol()
        try:
            if chosen == "h2":
                await Http2(self, reader, writer).serve()
            else:
                await self.join(reader, writer)
        finally:
            self.open[host] -= 1
        return None

    async def join(self, reader, writer, first=b""):
        """Both ways until one side ends."""
        there, back = await asyncio.open_connection(self.upstream.hostname, self.upstream.port)
        back.write(first)
        ways = [asyncio.ensure_future(pump(reader, back)), asyncio.ensure_future(pump(there, writer))]
        try:
            await asyncio.wait(ways, return_when=asyncio.FIRST_COMPLETED)
        finally:
            for way in ways:
                way.cancel()
            back.close()

    async def forward(self, method, target, headers, reader, writer):
        """Plain HTTP, whose target is a whole URL."""
        url = urlsplit(target)
        self.forwarded.append(url.netloc)
        fate = self.fate(url.hostname)
        if isinstance(fate, int):
            return await say(writer, fate, "refused by the test")
        kept = [header for header in headers if not header.lower().startswith("proxy-")]
        line = f"{method} {url.path or '/'}{'?' + url.query if url.query else ''} HTTP/1.1"
        await self.join(reader, writer, "\r\n".join([line, *kept]).encode("latin-1"))
        return None


@dataclass
class Manners:
    """What hosts that speak HTTP/2 do."""

    # They say GOAWAY after so many requests of a connection, answer those, and take no others.
    goodbye_after: int | None = None
    # The first connection with so many unanswered requests is cut, with all of them.
    cut_at: int | None = None
    # What came over HTTP/2 and was taken, by method and path.
    taken: Counter = field(default_factory=Counter)
    cuts: int = 0


class Http2:
    """One connection: each stream is a request to the upstream, all at one time."""

    def __init__(self, internet, reader, writer):
        self.upstream, self.manners = internet.upstream, internet.http2
        self.reader, self.writer = reader, writer
        settings = H2Configuration(client_side=False, header_encoding="utf-8")
        self.connection = H2Connection(settings)
        self.streams, self.answering = {}, set()
        self.begun, self.last = 0, None
        self.room = asyncio.Event()

    async def serve(self):
        self.connection.initiate_connection()
        self.flush()
        while data := await self.reader.read(65536):
            for event in self.connection.receive_data(data):
                self.take(event)
            self.flush()

    def flush(self):
        if not self.writer.is_closing():
            self.writer.write(self.connection.data_to_send())

    def take(self, event):
        if isinstance(event, RequestReceived):
            self.streams[event.stream_id] = (dict(event.headers), [])
        elif isinstance(event, DataReceived):
            self.streams[event.stream_id][1].append(event.data)
            self.connection.acknowledge_received_data(event.flow_controlled_length, event.stream_id)
        elif isinstance(event, WindowUpdated):
            self.room.set()
        elif isinstance(event, StreamEnded):
            self.begin(event.stream_id)

    def begin(self, stream):
        if self.last and stream > self.last:
            return
        headers, _ = self.streams[stream]
        self.manners.taken[f"{headers[':method']} {headers[':path']}"] += 1
        self.begun += 1
        task = asyncio.ensure_future(self.answer(stream))
        self.answering.add(task)
        task.add_done_callback(self.answering.discard)
        if self.begun == self.manners.goodbye_after:
            self.last = stream
            self.flush()
            self.writer.write(GoAwayFrame(last_stream_id=stream).serialize())
        if self.manners.cut_at == len(self.answering) and not self.manners.cuts:
            self.manners.cuts += 1
            # What was asked goes through, as in AWS; the answers do not come.
            self.writer.transport.abort()

    async def answer(self, stream):
        headers, body = self.streams.pop(stream)
        answer = await self.ask(headers, b"".join(body))
        if self.writer.is_closing():
            return
        status, answered, content = answer
        self.connection.send_headers(stream, [(":status", status), *answered])
        while content:
            window = self.connection.local_flow_control_window(stream)
            if not window:
                self.room.clear()
                await self.room.wait()
                continue
            size = min(window, self.connection.max_outbound_frame_size)
            self.connection.send_data(stream, content[:size])
            content = content[size:]
        self.connection.end_stream(stream)
        self.flush()

    async def ask(self, headers, body):
        """The same over HTTP/1.1; the answer's end is the connection's."""
        there, back = await asyncio.open_connection(self.upstream.hostname, self.upstream.port)
        lines = [f"{headers[':method']} {headers[':path']} HTTP/1.1", f"host: {headers[':authority']}"]
        lines += [f"{name}: {value}" for name, value in headers.items() if name[0] != ":" and name != "content-length"]
        lines += [f"content-length: {len(body)}", "connection: close", "", ""]
        back.write("\r\n".join(lines).encode() + body)
        head, _, content = (await there.read()).partition(b"\r\n\r\n")
        back.close()
        if not head:
            # Dropped upstream, it is dropped here.
            self.writer.transport.abort()
            return None
        line, *answered = head.decode("latin-1").split("\r\n")
        pairs = [tuple(header.split(": ", 1)) for header in answered]
        kept = [(name.lower(), value) for name, value in pairs if name.lower() not in ("connection", "transfer-encoding")]
        return line.split(" ")[1], kept, content


async def say(writer, status, reason, headers="", body=True):
    # The answer to CONNECT has no body where it is yes (RFC 9110, 9.3.6).
    length = "Content-Length: 0\r\n" if body else ""
    writer.write(f"HTTP/1.1 {status} {reason}\r\n{headers}{length}\r\n".encode())
    await writer.drain()


async def answer(words, reader, writer):
    """The same answer to each request of a connection; the requests have short bodies."""
    while await reader.read(65536):
        writer.write(words)
        await writer.drain()


async def pump(reader, writer):
    with contextlib.suppress(OSError, ssl.SSLError):
        while data := await reader.read(65536):
            writer.write(data)
            await writer.drain()


def page(status, reason, content, content_type="text/html", headers=""):
    """An answer as it goes over the wire, such as a gateway's page."""
    content = content.encode()
    return (
        f"HTTP/1.1 {status} {reason}\r\nContent-Type: {content_type}\r\n{headers}"
        f"Content-Length: {len(content)}\r\n\r\n"
    ).encode() + content


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("upstream")
    parser.add_argument("--port", type=int, default=0)
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        internet = Internet(options.upstream, folder, port=options.port)
        for name, value in internet.env.items():
            print(f"export {name}={value}")
        sys.stdout.flush()
        with contextlib.suppress(KeyboardInterrupt):
            internet.thread.join()


if __name__ == "__main__":
    main()
