"""What every test may use. Fixtures of one kind of test live in that folder's own conftest."""

from __future__ import annotations

pytest_plugins = ["tests.database", "tests.browser", "tests.portal"]
