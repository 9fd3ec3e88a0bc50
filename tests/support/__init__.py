import pytest

pytest.register_assert_rewrite("support.command", "support.sandbox", "support.proxy")
