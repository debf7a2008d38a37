"""A real Chromium for the journeys. Without one these tests are skipped, and say why.

`browser` is one for a file. Its flags keep it quiet: it calls nobody at home.
"""

from __future__ import annotations

import os
import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Playwright, sync_playwright
from playwright.sync_api import Error as PlaywrightError

AXE = Path(__file__).parent / "e2e" / "axe.min.js"
_NAMES = ("chromium", "chromium-browser", "google-chrome")


def chromium_path() -> str | None:
    """The machine's own browser, or None to use the one that Playwright installed."""
    return next((path for path in map(shutil.which, _NAMES) if path), None)


def chromium_flags() -> list[str]:
    flags = [
        "--disable-gpu",
        "--disable-quic",
        "--no-first-run",
        "--disable-background-networking",
        "--disable-component-update",
        "--disable-sync",
        "--disable-dev-shm-usage",
    ]
    return [*flags, "--no-sandbox"] if os.geteuid() == 0 else flags


def launch(playwright: Playwright) -> Browser:
    """Start the browser, or skip the test with what is missing."""
    try:
        return playwright.chromium.launch(
            executable_path=chromium_path(), args=chromium_flags(), headless=True
        )
    except PlaywrightError as missing:
        pytest.skip(f"no browser here: {str(missing).splitlines()[0]}")


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    """One browser for the tests of one file; open a context of your own in each test.

    Not for longer: Playwright keeps an event loop running in this thread, and the next file may
    want one of its own.
    """
    with sync_playwright() as playwright:
        opened = launch(playwright)
        yield opened
        opened.close()
