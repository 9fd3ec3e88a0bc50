"""Runs the command in a network of the real one's shape: AWS's host names, TLS, and every Region as far as it is.

    unshare --net --mount python bench/network.py BINARY ACCOUNTS SEED ORIGIN

ORIGIN is a table of `distances.toml`, or `here`, where nothing is far away. It wants a network and mounts of its own,
for port 443 and /etc/hosts, and so to be root; nginx speaks TLS before the sandbox. Prints what was measured as JSON.
"""

import contextlib
import json
import pathlib
import signal
import subprocess
import sys
import tempfile
import time
import tomllib

from world import ADMINISTRATOR, World

HERE = pathlib.Path(__file__).parent
DISTANCES = tomllib.loads((HERE / "distances.toml").read_text())
# From where it is measured; `here` is beside everything, so that what it costs is TLS.
ORIGINS = ["here", *DISTANCES]
PORT = 8443
# Every service that the command asks.
SERVICES = ["api.detective", "sts", "account"]
NGINX = """
daemon off; user root; worker_processes 1; pid {folder}/nginx.pid; error_log {folder}/nginx.log;
events {{ worker_connections 8192; }}
http {{
  access_log off; client_body_temp_path {folder}; proxy_temp_path {folder};
  fastcgi_temp_path {folder}; uwsgi_temp_path {folder}; scgi_temp_path {folder};
  keepalive_requests 1000000; keepalive_timeout 65;
  upstream sandbox {{ server {sandbox}; keepalive 1024; keepalive_requests 1000000; }}
  server {{
    listen 127.0.0.1:{port} ssl backlog=1024; ssl_protocols TLSv1.2 TLSv1.3; ssl_certificate {folder}/leaf.pem; ssl_certificate_key {folder}/key.pem;
    location / {{ proxy_pass http://sandbox; proxy_http_version 1.1; proxy_set_header Connection ""; proxy_set_header Host $host; }}
  }}
}}
"""


def main():
    binary, accounts, seed, origin = pathlib.Path(sys.argv[1]), int(sys.argv[2]), int(sys.argv[3]), sys.argv[4]
    regions = sorted(next(iter(DISTANCES.values())))
    addresses = {region: f"127.1.0.{n}" for n, region in enumerate(regions, 1)}
    round_trips = {addresses[region]: DISTANCES.get(origin, {}).get(region, 0) / 1000 for region in regions}
    subprocess.run(["ip", "link", "set", "lo", "up"], check=True)
    with tempfile.TemporaryDirectory() as name:
        folder = pathlib.Path(name)
        hosts = names(addresses)
        resolve(folder, hosts)
        certify(folder, hosts)
        with World(binary, folder, accounts, seed) as world:
            with nginx(folder, world.url), distance(round_trips) as connections:
                took = measured(binary, world, folder, "us-east-1" if origin == "here" else origin)
            took |= {"operations": dict(world.calls()), "enabled": world.enabled()}
    if took.pop("enabled") != accounts * len(regions):
        sys.exit("not everybody is enabled")
    took |= {"origin": origin, "accounts": accounts, "seed": seed, "handshakes": sum(connections.values())}
    print(json.dumps(took))


def names(addresses):
    hosts = {f"{service}.{region}.amazonaws.com": address for region, address in addresses.items() for service in SERVICES}
    return hosts | {"sts.amazonaws.com": addresses["us-east-1"]}


def resolve(folder, hosts):
    file = folder / "hosts"
    file.write_text("".join(f"{address} {host}\n" for host, address in hosts.items()) + "127.0.0.1 localhost\n")
    subprocess.run(["mount", "--bind", file, "/etc/hosts"], check=True)


def certify(folder, hosts):
    """A CA in ca.pem, and a certificate for all hosts in leaf.pem."""
    def openssl(*words):
        subprocess.run(["openssl", *words], cwd=folder, check=True, capture_output=True)

    key = ["-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes", "-days", "1"]
    openssl("req", "-x509", *key, "-keyout", "authority-key.pem", "-out", "ca.pem", "-subj", "/CN=benchmark")
    openssl("req", "-x509", *key, "-keyout", "key.pem", "-out", "leaf.pem", "-subj", "/CN=AWS", "-CA", "ca.pem", "-CAkey",
            "authority-key.pem", "-addext", "basicConstraints=critical,CA:FALSE",
            "-addext", "subjectAltName=" + ",".join(f"DNS:{host}" for host in hosts))


@contextlib.contextmanager
def nginx(folder, url):
    (folder / "nginx.conf").write_text(NGINX.format(folder=folder, port=PORT, sandbox=url.removeprefix("http://")))
    process = subprocess.Popen(["nginx", "-p", folder, "-c", folder / "nginx.conf"])
    wait_for(folder / "nginx.pid")
    try:
        yield
    finally:
        process.send_signal(signal.SIGTERM)
        process.wait()


def wait_for(file):
    for _ in range(100):
        if file.exists():
            return
        time.sleep(0.05)
    sys.exit(f"{file} does not appear")


@contextlib.contextmanager
def distance(round_trips):
    """How many connections there were, by address, after the end."""
    pipes = {"stdin": subprocess.PIPE, "stdout": subprocess.PIPE}
    process = subprocess.Popen([sys.executable, HERE / "distance.py", str(PORT)], text=True, **pipes)
    process.stdin.write(json.dumps(round_trips))
    process.stdin.close()
    assert process.stdout.readline() == "ready\n"
    connections = {}
    try:
        yield connections
    finally:
        process.send_signal(signal.SIGTERM)
        connections.update(json.load(process.stdout))
        process.wait()


def measured(binary, world, folder, home):
    environment = {name: value for name, value in world.environment.items() if name != "AWS_ENDPOINT_URL"}
    environment |= {"AWS_CA_BUNDLE": str(folder / "ca.pem"), "AWS_REGION": home}
    command = [binary, "enable", world.roster, "--yes", "--admin-account", ADMINISTRATOR, "--report", folder / "report.json"]
    launcher = [sys.executable, "-ISE", HERE / "measure.py", folder / "output", *command]
    took = json.loads(subprocess.run(launcher, env=environment, check=True, capture_output=True).stdout)
    if took["exit"] != 0:
        sys.exit((folder / "output").read_text()[-2000:])
    return took


if __name__ == "__main__":
    main()
