"""The AWS form on MiniStack, as a user deploys it."""

import os
import shutil
import zipfile
from pathlib import Path

import pytest

from support.aws_form import Desk
from support.ministack import MiniStack
from support.server import free_port
from support.stack import Stack, package


@pytest.fixture(scope="session")
def archive(binary, tmp_path_factory):
    """The zip of the function: beside the command, or where DETECTIVE_FLEET_BOOTSTRAP says."""
    bootstrap = Path(os.environ.get("DETECTIVE_FLEET_BOOTSTRAP", binary.parent / "bootstrap"))
    assert bootstrap.exists(), f"{bootstrap} is not there; make end-to-end builds it"
    path = tmp_path_factory.mktemp("package") / "bootstrap.zip"
    package(bootstrap, path)
    return path


@pytest.fixture
def make_stack(command, archive, tmp_path):
    """Deploys stacks, and ends each of them by its own processes."""
    made = []

    def make(**settings):
        folder = tmp_path / f"stack{len(made)}"
        folder.mkdir()
        made.append(Stack(command, archive, folder, **settings))
        return made[-1]

    yield make
    for stack in made:
        stack.stop()


@pytest.fixture
def stack(make_stack):
    """Three members, verified quickly, in two Regions."""
    return make_stack()


@pytest.fixture(scope="session")
def ministack(tmp_path_factory):
    """For tests that have accounts of their own in it."""
    ministack = MiniStack(tmp_path_factory.mktemp("ministack"), free_port(), {})
    yield ministack
    ministack.stop()


@pytest.fixture
def desk(command, ministack, archive):
    return Desk(command, ministack, archive)


@pytest.fixture
def newer(archive, tmp_path):
    """The same function in another zip."""
    path = tmp_path / "newer.zip"
    shutil.copy(archive, path)
    with zipfile.ZipFile(path, "a") as more:
        more.writestr("NOTICE", "newer")
    return path
