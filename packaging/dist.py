"""Makes everything that a release has, into target/dist: `make dist`.

    python packaging/dist.py [--platform linux-x86_64] [--url BASE] [--incomplete]

What this machine cannot build is named, and the exit status is then 3, unless `--incomplete` says that this
is all right.
"""

import argparse
import platform as machine
import subprocess
import sys
import tempfile
from pathlib import Path

import certifi

from archives import File, gzipped, read, tarred, zipped
from build import CannotBuild, build
from deb import deb
from finish import finish
from notices import notices
from oci import image
from platforms import PLATFORMS, archive_name, function_name
from project import ROOT, Project
from sbom import sbom
from templates import templates
from wheel import wheel

SHELLS = {
    "bash": "share/bash-completion/completions/detective-fleet",
    "zsh": "share/zsh/site-functions/_detective-fleet",
    "fish": "share/fish/vendor_completions.d/detective-fleet.fish",
    "powershell": "share/powershell/detective-fleet.ps1",
}


class Dist:
    """What has been made, and what could not be."""

    def __init__(self, project, folder):
        self.project, self.folder, self.missing = project, folder, []
        folder.mkdir(parents=True, exist_ok=True)
        for old in folder.iterdir():
            old.unlink()

    def write(self, name, content):
        (self.folder / name).write_bytes(content)
        print(f"{len(content):>12,} {name}", flush=True)

    def attempt(self, what, make):
        """What `make` gives, or None: then the machine lacks something, and that is told at the end."""
        try:
            return make()
        except CannotBuild as error:
            self.missing.append(f"{what}: {error}")
            return None

    def compile(self, wanted, what, package, name):
        """The binaries, by platform."""
        found = {}
        for platform in wanted:
            built = self.attempt(
                f"{what} for {platform.name}", lambda: build(package, name, platform.target, self.project.commit),
            )
            if built:
                found[platform] = built
        return found


def main():
    arguments = parse()
    project = Project()
    dist = Dist(project, ROOT / "target" / "dist")
    wanted = [platform for platform in PLATFORMS if not arguments.platform or platform.name in arguments.platform]
    programs = dist.compile(wanted, "the command", "detective-fleet", "detective-fleet")
    functions = dist.compile([platform for platform in wanted if platform.function], "the function", "lambda", "bootstrap")
    documents = papers(project)
    extras = dist.attempt("completions and manual pages", lambda: written_by(programs)) or []
    pack_programs(dist, programs, documents, extras)
    for platform, function in functions.items():
        dist.write(function_name(project, platform), zipped([File("bootstrap", function, executable=True)]))
    dist.write(*templates(project, function_name(project, PLATFORMS[0])))
    dist.write(f"detective-fleet-{project.version}.cdx.json", sbom(project, inside(project)))
    dist.write("THIRD-PARTY-NOTICES.txt", documents[1].content)
    if not arguments.url:
        dist.missing.append("the formula for Homebrew: it names where the files will be, which --url says")
    finish(project, dist.folder, arguments.url)
    for line in dist.missing:
        print(f"not made: {line}", file=sys.stderr)
    return 3 if dist.missing and not arguments.incomplete else 0


def parse():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    names = [platform.name for platform in PLATFORMS]
    parser.add_argument("--platform", action="append", choices=names, help="this one only [default: all]")
    parser.add_argument("--url", help="where the files of the release will be, without a slash at the end")
    parser.add_argument("--incomplete", action="store_true", help="end well where this machine cannot build everything")
    return parser.parse_args()


def inside(project):
    """The crates of others in the command or the function, on any platform."""
    found = {
        crate.purl: crate
        for platform in PLATFORMS for package in ("detective-fleet", "lambda") for crate in project.crates(package, platform.target)
    }
    return [found[purl] for purl in sorted(found)]


def papers(project):
    text = notices(inside(project)).encode()
    return [read(ROOT / "LICENSE", "LICENSE"), File("THIRD-PARTY-NOTICES.txt", text)]


def written_by(programs):
    """Completions and manual pages, as the program itself writes them: paths as below /usr.

    Raises CannotBuild where none of the programs runs here.
    """
    program = next((program for platform, program in programs.items() if runs_here(platform)), None)
    if program is None:
        raise CannotBuild("they are written by the command itself, and none that runs on this machine was built")
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "detective-fleet"
        path.write_bytes(program)
        path.chmod(0o755)

        def run(*words):
            return subprocess.run([path, *words], check=True, stdout=subprocess.PIPE, cwd=folder, env={}).stdout

        files = [File(place, run("completions", shell)) for shell, place in SHELLS.items()]
        pages = Path(folder) / "pages"
        run("man", pages)
        return files + [read(page, f"share/man/man1/{page.name}") for page in sorted(pages.iterdir())]


def runs_here(platform):
    system = {"linux": "linux", "darwin": "apple"}.get(sys.platform, "no system that we know")
    processor = {"arm64": "aarch64"}.get(machine.machine(), machine.machine())
    return system in platform.target and platform.target.startswith(processor)


def pack_programs(dist, programs, documents, extras):
    project = dist.project
    for platform, program in programs.items():
        binary = File("bin/detective-fleet", program, executable=True)
        name = archive_name(project, platform)
        dist.write(name, gzipped(tarred([binary, *documents, *extras], f"{name.removesuffix('.tar.gz')}/")))
        dist.write(*wheel(project, platform.tags, program, documents))
        if platform.debian:
            dist.write(*deb(project, platform.debian, installed([binary, *extras], documents)))
    contained = {platform.container: program for platform, program in programs.items() if platform.container}
    if contained:
        dist.write(*image(project, contained, Path(certifi.where()).read_bytes(), documents))


def installed(files, documents):
    """Where Debian wants things, and as it wants them: the licence is `copyright`, and manual pages are compressed."""
    found = []
    for file in files:
        name, content = (f"{file.path}.gz", gzipped(file.content)) if "/man/" in file.path else (file.path, file.content)
        found.append(File(f"usr/{name}", content, file.executable))
    for file in documents:
        name = "copyright" if file.path == "LICENSE" else file.path
        found.append(File(f"usr/share/doc/detective-fleet/{name}", file.content))
    return found


if __name__ == "__main__":
    sys.exit(main())
