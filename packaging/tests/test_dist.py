"""Releases as a user has them: nothing but Python, or not even that."""

import hashlib
import json
import os
import platform
import shutil
import subprocess
import sys
import tarfile
import threading
import time
import zipfile
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path

import pytest

from project import Project
from support.internet import Authority

MIB = 1024 * 1024
TARGET = {"x86_64": "x86_64-unknown-linux-musl", "aarch64": "aarch64-unknown-linux-musl"}[platform.machine()]
PROCESSOR = {"x86_64": "amd64", "aarch64": "arm64"}[platform.machine()]
root_only = pytest.mark.skipif(os.geteuid() != 0, reason="only root may change the root of the file system")


def test_the_sums_are_those_of_the_files(dist):
    subprocess.run(["sha256sum", "--check", "--strict", "--quiet", "SHA256SUMS"], cwd=dist, check=True)
    named = {line.split()[1] for line in (dist / "SHA256SUMS").read_text().splitlines()}
    assert named == {path.name for path in dist.iterdir()} - {"SHA256SUMS"}


def test_with_nothing_but_python(one, run, accounts, tmp_path, capsys):
    """Install, rehearse, uninstall."""
    begun = time.monotonic()
    run(sys.executable, "-m", "venv", tmp_path / "venv")
    pip = [tmp_path / "venv" / "bin" / "python", "-m", "pip"]
    run(*pip, "install", "--quiet", "--no-index", one(f"*manylinux*_{platform.machine()}*.whl"))
    program = tmp_path / "venv" / "bin" / "detective-fleet"
    rehearsed = run(program, "rehearse", accounts, "--output", "json")
    with capsys.disabled():
        print(f"\nfrom `python -m venv` to the end of the first rehearsal: {time.monotonic() - begun:.1f} s")
    assert json.loads(rehearsed.stdout)["ended"] == "complete"
    said = run(program, "--version").stdout.splitlines()
    assert said == [
        f"detective-fleet {Project().version}", f"commit: {Project().commit}", "features: deploy, guardduty, stacksets", f"target: {TARGET}",
    ]
    run(*pip, "uninstall", "--quiet", "--yes", "detective-fleet")
    assert not program.exists()


def test_the_archive_has_what_it_should(one, run, tmp_path):
    with tarfile.open(one(f"*{TARGET}.tar.gz")) as archive:
        archive.extractall(tmp_path, filter="data")
    top = next(tmp_path.glob("detective-fleet-*"))
    names = {str(path.relative_to(top)) for path in top.rglob("*") if path.is_file()}
    assert names >= {
        "bin/detective-fleet", "LICENSE", "THIRD-PARTY-NOTICES.txt", "share/man/man1/detective-fleet.1", "share/man/man1/detective-fleet-enable.1",
        "share/bash-completion/completions/detective-fleet", "share/zsh/site-functions/_detective-fleet",
        "share/fish/vendor_completions.d/detective-fleet.fish", "share/powershell/detective-fleet.ps1",
    }
    run("bash", "-n", top / "share/bash-completion/completions/detective-fleet", PATH=os.environ["PATH"])
    assert (top / "bin/detective-fleet").stat().st_size < 20 * MIB


@pytest.mark.parametrize("processor", ["x86_64", "aarch64"])
def test_each_program_rehearses_on_its_processor(processor, dist, run, accounts, tmp_path):
    """The one for another processor under QEMU, where that is installed."""
    found = list(dist.glob(f"*-{processor}-unknown-linux-musl.tar.gz"))
    emulator = [] if processor == platform.machine() else [shutil.which(f"qemu-{processor}-static") or shutil.which(f"qemu-{processor}")]
    if not found or None in emulator:
        pytest.skip("it was not made" if not found else f"qemu-user-static is not installed, which has qemu-{processor}-static")
    with tarfile.open(found[0]) as archive:
        archive.extractall(tmp_path, filter="data")
    program = next(tmp_path.glob("detective-fleet-*/bin/detective-fleet"))
    rehearsed = run(*emulator, program, "rehearse", accounts, "--output", "json")
    assert json.loads(rehearsed.stdout)["ended"] == "complete"
    assert run(*emulator, program, "--version").stdout.splitlines()[-1] == f"target: {processor}-unknown-linux-musl"


def test_programs_are_static_and_know_no_folder_of_the_builder(dist, tmp_path):
    seen = 0
    for path in dist.glob("*-linux-musl.tar.gz"):
        with tarfile.open(path) as archive:
            entry = next(entry for entry in archive.getmembers() if entry.name.endswith("bin/detective-fleet"))
            program = archive.extractfile(entry).read()
        kinds = program_headers(program)
        assert 3 not in kinds, f"{path.name} wants an interpreter"
        assert os.fsencode(Path.home() / ".cargo") not in program
        seen += 1
    assert seen


def program_headers(program):
    """The kinds of an ELF file's segments (of 64 bits, little-endian); 3 is the interpreter, which loads libraries."""
    assert program[:5] == b"\x7fELF\x02"
    offset, size, count = (int.from_bytes(program[at:at + width], "little") for at, width in ((32, 8), (54, 2), (56, 2)))
    return [int.from_bytes(program[offset + n * size:][:4], "little") for n in range(count)]


def test_the_function_is_small_and_may_be_executed(dist):
    found = list(dist.glob("detective-fleet-function-*.zip"))
    assert found
    for path in found:
        assert path.stat().st_size < 5.5 * MIB
        (entry,) = zipfile.ZipFile(path).infolist()
        assert (entry.filename, entry.external_attr >> 16) == ("bootstrap", 0o100755)


def test_the_image_says_what_it_is(image):
    folder, settings = image
    assert settings["config"]["Entrypoint"] == ["/usr/bin/detective-fleet"]
    assert settings["config"]["User"] == "65532:65532"
    assert sorted(str(path.relative_to(folder)) for path in folder.rglob("*") if path.is_file())[:2] == [
        "etc/ssl/certs/ca-certificates.crt", "usr/bin/detective-fleet",
    ]


@pytest.fixture
def image(one, tmp_path):
    """The image for this processor, unpacked as containers are, each blob checked against its digest; and its settings."""
    with tarfile.open(one("*-oci.tar")) as archive:
        blob = lambda digest: checked(archive.extractfile(f"blobs/sha256/{digest.removeprefix('sha256:')}").read(), digest)
        top = json.load(archive.extractfile("index.json"))["manifests"][0]
        manifests = json.loads(blob(top["digest"]))["manifests"]
        described = next(it for it in manifests if it["platform"]["architecture"] == PROCESSOR)
        manifest = json.loads(blob(described["digest"]))
        settings = json.loads(blob(manifest["config"]["digest"]))
        folder = tmp_path / "root"
        for layer in manifest["layers"]:
            path = tmp_path / "layer"
            path.write_bytes(blob(layer["digest"]))
            with tarfile.open(path) as files:
                files.extractall(folder, filter="data")
    return folder, settings


def checked(content, digest):
    assert f"sha256:{hashlib.sha256(content).hexdigest()}" == digest
    return content


@pytest.fixture
def contained(image, accounts):
    """Runs the entry point in the image, and nothing else is there."""
    folder, settings = image
    shutil.copy(accounts, folder / "accounts.csv")

    def contained(*words, **more):
        environment = dict(pair.split("=", 1) for pair in settings["config"]["Env"])
        chroot = [shutil.which("chroot"), "--userspec=65532:65532", folder, *settings["config"]["Entrypoint"]]
        return subprocess.run([*chroot, *words], env={**environment, **more}, capture_output=True, text=True, timeout=300, check=False)

    return contained


@root_only
def test_in_an_empty_container_it_rehearses(contained):
    done = contained("rehearse", "/accounts.csv", "--output", "json")
    assert (done.returncode, json.loads(done.stdout)["ended"]) == (0, "complete"), done.stderr


@pytest.fixture
def server(tmp_path):
    """Something that speaks TLS as `localhost`: its port, and the file of its CA."""
    authority = Authority(tmp_path / "authority")
    server = HTTPServer(("127.0.0.1", 0), BaseHTTPRequestHandler)
    server.socket = authority.context("localhost").wrap_socket(server.socket, server_side=True)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    yield server.server_port, authority.file
    server.shutdown()


@root_only
def test_in_an_empty_container_without_authorities_it_says_so(contained, image, server):
    """Whom to trust is found in the image, and missed where it is not there."""
    port, authority = server
    (image[0] / "etc/hosts").write_text("127.0.0.1 localhost\n")
    trusted = image[0] / "etc/ssl/certs/ca-certificates.crt"
    trusted.write_bytes(authority.read_bytes())
    words = ["plan", "/accounts.csv", "--admin-account", "555555555555", "--regions", "us-east-1"]
    there = {"AWS_ACCESS_KEY_ID": "AKIDEXAMPLE", "AWS_SECRET_ACCESS_KEY": "secret", "AWS_ENDPOINT_URL": f"https://localhost:{port}"}
    found = contained(*words, **there)
    assert "certificate" not in found.stderr and found.returncode != 0, found.stderr
    trusted.unlink()
    missed = contained(*words, **there)
    assert missed.returncode != 0 and "SSL_CERT_FILE" in missed.stderr, missed.stderr


@pytest.mark.skipif(shutil.which("dpkg-deb") is None, reason="dpkg is Debian's")
def test_the_debian_package_is_one(one, run, tmp_path):
    path, tools = one(f"*_{PROCESSOR}.deb"), os.environ["PATH"]
    assert run("dpkg-deb", "--field", path, "Package", "Architecture", PATH=tools).stdout.splitlines() == [
        "Package: detective-fleet", f"Architecture: {PROCESSOR}",
    ]
    run("dpkg-deb", "--extract", path, tmp_path / "root", PATH=tools)
    run(tmp_path / "root" / "usr" / "bin" / "detective-fleet", "--version")
    assert (tmp_path / "root" / "usr/share/man/man1/detective-fleet.1.gz").exists()
    assert (tmp_path / "root" / "usr/share/doc/detective-fleet/copyright").exists()


def test_the_bill_of_materials_names_every_crate_and_only_those(one):
    bill = json.loads(one("*.cdx.json").read_text())
    known = {component["bom-ref"] for component in bill["components"]}
    assert {"pkg:cargo/" + name for name in ("ring", "tokio", "aws-sdk-detective", "aws-sdk-s3")} <= {ref.partition("@")[0] for ref in known}
    assert not any("proptest" in ref or "aws-lc" in ref for ref in known)
    itself = bill["metadata"]["component"]["bom-ref"]
    assert {entry["ref"] for entry in bill["dependencies"]} == known | {itself}
    reached, ahead = set(), [itself]
    needs = {entry["ref"]: entry["dependsOn"] for entry in bill["dependencies"]}
    while ahead:
        ref = ahead.pop()
        if ref not in reached:
            reached.add(ref)
            ahead += needs[ref]
    assert reached == known | {itself}
    assert all(len(component["hashes"][0]["content"]) == 64 for component in bill["components"])


def test_the_notices_have_the_terms_of_every_crate(one):
    text = one("THIRD-PARTY-NOTICES.txt").read_text()
    for component in json.loads(one("*.cdx.json").read_text())["components"]:
        assert f"{component['name']} {component['version']}: " in text


def test_the_templates_are_ready_to_be_deployed(one, tmp_path):
    with zipfile.ZipFile(one("*-templates-*.zip")) as archive:
        archive.extractall(tmp_path)
    machine = next(tmp_path.glob("state-machine-*.asl.json")).name
    template = (tmp_path / "security-account.yaml").read_text()
    assert "target/package" not in template and f"Default: {machine}" in template
    subprocess.run([Path(sys.executable).parent / "cfn-lint", "--", *tmp_path.glob("*.yaml")], check=True)
