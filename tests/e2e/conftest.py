"""Every test of this folder drives a real browser; `surfer` runs it with and without scripts."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

import pytest
from playwright.sync_api import Browser, expect

from tests.e2e.browser import Surfer, surfing
from tests.until import LONG

if TYPE_CHECKING:
    from tests.portal import Portal

expect.set_options(timeout=LONG * 1000)


@pytest.fixture(params=[True, False], ids=["with scripts", "without scripts"])
def scripts(request: pytest.FixtureRequest) -> bool:
    return bool(request.param)


@pytest.fixture
def surfer(browser: Browser, portal: Portal, scripts: bool) -> Iterator[Surfer]:
    """A person at the portal of this test, signed in nowhere."""
    with surfing(browser, portal.url, scripts=scripts) as opened:
        sign_in_service = portal.simulators.addresses.get("one_login", "")
        opened.allowed.add(sign_in_service.removeprefix("http://"))
        yield opened
        opened.fine()
