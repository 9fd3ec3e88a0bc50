"""What a package and a report of a bug need: completions, manual pages, and what a build is."""

import re
import subprocess

from support import ROOT
from support.command import finish, room_for


def test_the_long_version_says_what_a_build_is(run):
    lines = run("--version").ended(0).stdout.splitlines()
    version = re.search(r'^version = "(.+)"$', (ROOT / "Cargo.toml").read_text(), re.MULTILINE)[1]
    assert lines[0] == f"detective-fleet {version}"
    assert [line.partition(": ")[0] for line in lines[1:]] == ["commit", "features", "target"]
    assert lines[2] == "features: deploy, guardduty, stacksets"
    assert run("-V").ended(0).stdout == f"detective-fleet {version}\n"


def test_cargo_hands_no_variable_on_that_the_command_refuses(run):
    """`cargo run` starts the command with the variables that its build script sets."""
    script = (ROOT / "crates/cli/build.rs").read_text()
    handed_on = dict.fromkeys(re.findall(r'"(\w+_(?:COMMIT|FEATURES|TARGET))"|rustc-env=(\w+)=', script))
    names = {name for pair in handed_on for name in pair if name}
    assert len(names) == 3
    run("validate", ROOT / "examples/accounts.csv", env=dict.fromkeys(names, "x")).ended(0)


def test_a_shell_completes_the_command(run, write):
    script = run("completions", "bash").ended(0).stdout
    asked = r"""
        source "$1"
        [[ $(complete -p detective-fleet) =~ -F\ ([^ ]+) ]]
        COMP_WORDS=(detective-fleet reh) COMP_CWORD=1
        "${BASH_REMATCH[1]}" detective-fleet reh detective-fleet
        echo "${COMPREPLY[@]}"
    """
    done = subprocess.run(["bash", "-c", asked, "bash", write(script, "script")], capture_output=True, text=True, check=True)
    assert done.stdout == "rehearse\n"


def test_every_command_has_a_manual_page(run, tmp_path):
    folder = tmp_path / "share" / "man1"
    result = run("man", folder).ended(0)
    assert result.stdout == "" and str(folder) in result.stderr
    pages = {page.name for page in folder.iterdir()}
    assert {"detective-fleet.1", "detective-fleet-enable.1", "detective-fleet-roles-deploy.1"} <= pages
    assert ".TH" in (folder / "detective-fleet.1").read_text()


def test_manual_pages_are_written_whole_or_not_at_all(command):
    """A disk that is full after the first pages leaves none of them, nor a folder that was not there."""
    words = ["man", "pages"]
    done = finish(command.start(*words, preexec_fn=lambda: room_for(4000)))
    done.refused("cannot write the manual pages to pages: detective-fleet", ".1: File too large")
    assert not (command.home / "pages").exists()
    command.run(*words).ended(0)
    pages = {it.name: it.read_bytes() for it in (command.home / "pages").iterdir()}
    finish(command.start(*words, preexec_fn=lambda: room_for(4000))).ended(1)
    assert {it.name: it.read_bytes() for it in (command.home / "pages").iterdir()} == pages


def test_a_folder_that_cannot_be_made_is_named(run, write):
    result = run("man", write("", "taken"))
    assert result.status != 0 and "cannot write the manual pages to" in result.stderr and "taken" in result.stderr
