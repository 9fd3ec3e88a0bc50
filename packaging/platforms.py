"""What releases are made for."""

from dataclasses import dataclass


@dataclass(frozen=True)
class Platform:
    """A kind of machine that the command runs on."""

    name: str
    target: str
    # Where pip installs the wheel.
    tags: tuple
    # What Debian, container registries and Lambda call the processor; empty where there is no such package.
    debian: str = ""
    container: str = ""
    function: str = ""
    # Homebrew's words for it.
    brew: tuple = ()


# On Linux the program is static: one for every distribution, old or new, and for an empty container, so
# that the wheel carries the tags of systems with glibc and of those with musl.
PLATFORMS = [
    Platform(
        "linux-x86_64", "x86_64-unknown-linux-musl", ("manylinux_2_17_x86_64", "manylinux2014_x86_64", "musllinux_1_1_x86_64"),
        debian="amd64", container="amd64", function="x86_64", brew=("on_linux", "on_intel"),
    ),
    Platform(
        "linux-arm64", "aarch64-unknown-linux-musl", ("manylinux_2_17_aarch64", "manylinux2014_aarch64", "musllinux_1_1_aarch64"),
        debian="arm64", container="arm64", function="arm64", brew=("on_linux", "on_arm"),
    ),
    Platform("macos-arm64", "aarch64-apple-darwin", ("macosx_11_0_arm64",), brew=("on_macos", "on_arm")),
    Platform("macos-x86_64", "x86_64-apple-darwin", ("macosx_10_12_x86_64",), brew=("on_macos", "on_intel")),
]


def archive_name(project, platform):
    return f"detective-fleet-{project.version}-{platform.target}.tar.gz"


def function_name(project, platform):
    return f"detective-fleet-function-{project.version}-{platform.function}.zip"
