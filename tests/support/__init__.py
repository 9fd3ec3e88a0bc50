import pytest

pytest.register_assert_rewrite("support.browser", "support.command", "support.ministack", "support.sandbox", "support.stack", "support.terminal", "support.proxy")

from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent.parent
