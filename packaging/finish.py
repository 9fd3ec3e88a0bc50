"""The last files of a release, made of the others: a formula for Homebrew, and the sums of all.

    python packaging/finish.py [FOLDER] [--url BASE]
"""

import argparse
import hashlib
from pathlib import Path

from platforms import PLATFORMS, archive_name
from project import ROOT, Project

SUMS = "SHA256SUMS"


def digest(path):
    return hashlib.sha256(path.read_bytes()).hexdigest()


def finish(project, folder, url):
    """Writes the formula, where it is said what it leads to, and the sums."""
    if url:
        (folder / "detective-fleet.rb").write_text(formula(project, folder, url))
    files = sorted(path for path in folder.iterdir() if path.name != SUMS)
    (folder / SUMS).write_text("".join(f"{digest(path)}  {path.name}\n" for path in files))


def formula(project, folder, url):
    parts = [
        "class DetectiveFleet < Formula",
        '  desc "Amazon Detective in every account and Region, without AWS Organizations"',
        f'  version "{project.version}"',
        f'  license "{project.license}"',
        "",
    ]
    for platform in PLATFORMS:
        path = folder / archive_name(project, platform)
        if path.exists():
            system, processor = platform.brew
            parts += [f"  {system} do", f"    {processor} do"]
            parts += [f'      url "{url}/{path.name}"', f'      sha256 "{digest(path)}"', "    end", "  end", ""]
    parts += [
        "  def install",
        '    bin.install "bin/detective-fleet"',
        '    man1.install Dir["share/man/man1/*"]',
        '    bash_completion.install "share/bash-completion/completions/detective-fleet"',
        '    zsh_completion.install "share/zsh/site-functions/_detective-fleet"',
        '    fish_completion.install "share/fish/vendor_completions.d/detective-fleet.fish"',
        "  end",
        "",
        "  test do",
        '    assert_match version.to_s, shell_output("#{bin}/detective-fleet --version")',
        "  end",
        "end",
    ]
    return "\n".join(parts) + "\n"


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("folder", nargs="?", type=Path, default=ROOT / "target" / "dist")
    parser.add_argument("--url", help="where the files will be, without a slash at the end")
    wanted = parser.parse_args()
    finish(Project(), wanted.folder, wanted.url)


if __name__ == "__main__":
    main()
