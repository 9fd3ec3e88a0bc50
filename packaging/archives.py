"""Archives that are the same bytes whenever and wherever they are made: fixed times, owners and order."""

import gzip
import io
import tarfile
import zipfile
from dataclasses import dataclass
from pathlib import Path

# The first moment that a zip can hold.
ZIP_TIME = (1980, 1, 1, 0, 0, 0)
TIME = 315_532_800


@dataclass(frozen=True)
class File:
    """What lies at `path` in an archive."""

    path: str
    content: bytes
    executable: bool = False

    @property
    def mode(self):
        return 0o755 if self.executable else 0o644


def read(source, path, executable=False):
    """The file `source`, to lie at `path`."""
    return File(path, Path(source).read_bytes(), executable)


def zipped(files):
    """A zip of the files, in the order given."""
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w") as archive:
        for file in files:
            entry = zipfile.ZipInfo(file.path, ZIP_TIME)
            # Unix, whatever system it is made on: only then do the permissions count.
            entry.create_system = 3
            entry.external_attr = (0o100000 | file.mode) << 16
            entry.compress_type = zipfile.ZIP_DEFLATED
            archive.writestr(entry, file.content, compresslevel=9)
    return stream.getvalue()


def tarred(files, prefix=""):
    """A tar of the files and the folders that they are in; root owns them."""
    stream = io.BytesIO()
    made = set()
    with tarfile.open(fileobj=stream, mode="w", format=tarfile.GNU_FORMAT) as archive:
        for file in sorted(files, key=lambda file: file.path):
            name = prefix + file.path
            for folder in reversed(Path(name).parents):
                if str(folder) not in made | {".", "/"}:
                    made.add(str(folder))
                    add(archive, f"{prefix if prefix == './' else ''}{folder}", 0o755)
            add(archive, name, file.mode, file.content)
    return stream.getvalue()


def add(archive, name, mode, content=None):
    entry = tarfile.TarInfo(name)
    entry.mode, entry.mtime, entry.uname, entry.gname = mode, TIME, "root", "root"
    if content is None:
        entry.type = tarfile.DIRTYPE
        archive.addfile(entry)
    else:
        entry.size = len(content)
        archive.addfile(entry, io.BytesIO(content))


def gzipped(content):
    return gzip.compress(content, 9, mtime=0)


def ar(files):
    """An `ar` archive, which a .deb is."""
    parts = [b"!<arch>\n"]
    for file in files:
        header = f"{file.path:<16}{TIME:<12}{0:<6}{0:<6}{'100644':<8}{len(file.content):<10}`\n"
        parts += [header.encode(), file.content, b"\n" * (len(file.content) % 2)]
    return b"".join(parts)
