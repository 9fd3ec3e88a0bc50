"""Compiles what releases contain: static programs for Linux, and the function for AWS Lambda."""

import json
import os
import subprocess
import sys
from pathlib import Path

from project import ROOT, said

# Of Cargo.toml.
PROFILE = "dist"


class CannotBuild(Exception):
    """What this machine lacks, and how to get it."""


def check(target):
    """That this machine can build for the target.

    Raises CannotBuild.
    """
    try:
        library = Path(said("rustc", "--print", "target-libdir", "--target", target).strip())
    except (OSError, subprocess.CalledProcessError) as error:
        raise CannotBuild(f"rustc does not know {target}") from error
    if not any(library.glob("libstd-*.rlib")):
        raise CannotBuild(f"Rust's library for {target} is not installed: rustup target add {target}")
    if "apple" in target:
        if sys.platform != "darwin":
            raise CannotBuild("Apple's SDK is on macOS only: the release workflow builds it there")
    elif not (Path(sys.prefix) / "bin" / "cargo-zigbuild").exists():
        raise CannotBuild("cargo-zigbuild is not installed: pip install --requirement packaging/requirements.txt")


def build(package, name, target, commit):
    """The binary `name` of the package, as bytes, and checked: no folder of this machine is named in it.

    Raises CannotBuild, and CalledProcessError where the compiler fails.
    """
    check(target)
    # cargo hides nothing of the environment from build scripts; the flags of whoever calls would change the bytes.
    environment = {name: value for name, value in os.environ.items() if name not in {"RUSTFLAGS", "CARGO_ENCODED_RUSTFLAGS"}}
    folder = target_directory()
    environment |= {
        "PATH": f"{Path(sys.prefix) / 'bin'}:{os.environ['PATH']}",
        "CARGO_ENCODED_RUSTFLAGS": "\x1f".join(f"--remap-path-prefix={old}={new}" for old, new in renamed(folder)),
        "CARGO_INCREMENTAL": "0",
        "BUILD_COMMIT": commit,
    }
    words = ["cargo", "build" if "apple" in target else "zigbuild", "--locked", "--profile", PROFILE, "--target", target, "--package", package]
    subprocess.run(words, cwd=ROOT, env=environment, check=True)
    built = (folder / target / PROFILE / name).read_bytes()
    names = [old for old, _ in renamed(folder) if old.encode() in built]
    if names:
        raise CannotBuild(f"{name} for {target} names folders of this machine: {', '.join(names)}")
    return built


def renamed(folder):
    """Folders of this machine, and what they are called in messages of a panic."""
    cargo = Path(os.environ.get("CARGO_HOME", Path.home() / ".cargo"))
    # Of several that fit, rustc takes the last.
    return [(str(ROOT), "/detective-fleet"), (str(folder), "/target"), (str(cargo), "/cargo")]


def target_directory():
    return Path(json.loads(said("cargo", "metadata", "--format-version", "1", "--no-deps", "--locked"))["target_directory"])
