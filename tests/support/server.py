"""What every server that a test starts has in common."""

import random
import signal
import socket
import subprocess
import time
import urllib.request


def free_port():
    """A port for a server that is started with its number, a while from now.

    It is drawn from below those that Linux gives to connections (32768 and up): tests run side by side, and
    the next one that the kernel would give is what another test's connection gets before the server is up.
    """
    while True:
        port = random.randrange(10_000, 32_000)
        try:
            socket.create_server(("127.0.0.1", port)).close()
        except OSError:
            continue
        return port


def unused_endpoint():
    """An endpoint that refuses connections."""
    return f"http://127.0.0.1:{free_port()}"


def wait_until_it_answers(url, process, said):
    """`said` tells what the process wrote, should it not come up."""
    deadline = time.monotonic() + 60
    while True:
        try:
            urllib.request.urlopen(url, timeout=5).close()
            return
        except OSError:
            assert process.poll() is None and time.monotonic() < deadline, said()
            time.sleep(0.1)


def end(process):
    if process.poll() is None:
        process.send_signal(signal.SIGTERM)
    try:
        process.wait(20)
    except subprocess.TimeoutExpired:
        process.kill()
        process.wait()
