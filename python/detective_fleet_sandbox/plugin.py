"""A plugin for pytest: the fixture `detective`, an emulated AWS for one test.

    def test_something(detective):
        boto3.client("detective").create_graph()
        assert detective.calls()["operations"] == {"detective:CreateGraph": 1}

    @pytest.mark.detective(world="troubled.toml")
    def test_something_else(detective): ...
"""

import pytest

from detective_fleet_sandbox import sandboxed


def pytest_configure(config):
    config.addinivalue_line(
        "markers",
        "detective(world=None, accounts=10, latency=None, verification=None): the world of the fixture `detective`",
    )


@pytest.fixture
def detective(request):
    """A sandbox that boto3, the AWS CLI and all other SDKs use in this test."""
    marker = request.node.get_closest_marker("detective")
    args, kwargs = (marker.args, marker.kwargs) if marker else ((), {})
    with sandboxed(*args, **kwargs) as sandbox:
        yield sandbox
