"""The same content is the same bytes, whenever and wherever it is packed."""

import io
import os
import tarfile
import time
import zipfile

from archives import File, ar, gzipped, tarred, zipped
from deb import deb
from oci import image
from wheel import wheel

FILES = [File("b/program", b"\x7fELF", executable=True), File("a.txt", b"text\n" * 100)]


class Project:
    version, description, license, commit = "1.2.3", "What it does.", "Apache-2.0", "0" * 40
    maintainer, readme = "Somebody <somebody@example.com>", "# Read me\n"


def everything():
    return [
        zipped(FILES), tarred(FILES), gzipped(b"text"), ar(FILES),
        *wheel(Project, ("manylinux_2_17_x86_64",), b"\x7fELF", [File("LICENSE", b"Do")]),
        *deb(Project, "amd64", FILES), *image(Project, {"amd64": b"\x7fELF"}, b"authority", FILES),
    ]


def test_what_is_packed_later_elsewhere_is_the_same(monkeypatch, tmp_path):
    first = everything()
    monkeypatch.setattr(time, "time", lambda: 2_000_000_000.0)
    monkeypatch.chdir(tmp_path)
    before = os.umask(0o077)
    try:
        assert everything() == first
    finally:
        os.umask(before)


def test_a_zip_keeps_what_may_be_executed():
    entries = zipfile.ZipFile(io.BytesIO(zipped(FILES))).infolist()
    assert [(entry.filename, oct(entry.external_attr >> 16)) for entry in entries] == [("b/program", "0o100755"), ("a.txt", "0o100644")]


def test_a_tar_has_its_folders_and_root_owns_everything():
    entries = tarfile.open(fileobj=io.BytesIO(tarred(FILES, "./"))).getmembers()
    assert [(entry.name, oct(entry.mode)) for entry in entries] == [("./a.txt", "0o644"), ("./b", "0o755"), ("./b/program", "0o755")]
    assert {(entry.uid, entry.gid, entry.uname, entry.mtime) for entry in entries} == {(0, 0, "root", 315_532_800)}
