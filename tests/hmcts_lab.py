"""HMCTS's adapter put together as the wiring does, for tests."""

from __future__ import annotations

from dataclasses import replace

from adapters.departments.hmcts_opal import HmctsOpal
from adapters.departments.hmrc_oauth import ClientCredentials
from adapters.wire import Wire
from consent.clock import Clock, SystemClock
from tests.native_lab import an_entry
from tests.upstream_lab import Build


def hmcts(clock: Clock | None = None) -> Build:
    """Opal at the address that is handed in."""
    now = clock or SystemClock()

    def build(address: str, wire: Wire) -> HmctsOpal:
        entry = replace(an_entry("hmcts", address), wire="hmcts_opal")
        tokens = ClientCredentials(
            f"{address}/oauth/token",
            wire,
            now,
            party="hmcts",
            client_id="see-and-pay",
            client_secret="not-a-secret",
        )
        return HmctsOpal(entry, wire, tokens, now)

    return build
