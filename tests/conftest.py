"""What every test may use. Fixtures of one kind of test live in that folder's own conftest."""

from __future__ import annotations

import gc

pytest_plugins = ["tests.database", "tests.browser", "tests.portal", "tests.longest_first"]


def pytest_collection_finish() -> None:
    """What was imported stays until the end: the garbage collector need not walk it each time."""
    gc.collect()
    gc.freeze()
