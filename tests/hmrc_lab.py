"""HMRC's adapters put together as the wiring does, for tests."""

from __future__ import annotations

from dataclasses import replace

from adapters.departments.hmrc_breathing_space import HmrcBreathingSpace
from adapters.departments.hmrc_oauth import ClientCredentials
from adapters.departments.hmrc_time_to_pay import HmrcTimeToPay
from adapters.wire import Wire
from consent.clock import Clock, SystemClock
from tests.native_lab import an_entry
from tests.upstream_lab import Build


def hmrc(clock: Clock | None = None) -> Build:
    """Time To Pay with its gate, at the address that is handed in."""
    now = clock or SystemClock()

    def build(address: str, wire: Wire) -> HmrcTimeToPay:
        entry = replace(an_entry("hmrc", address), wire="hmrc_time_to_pay")
        tokens = ClientCredentials(
            f"{address}/oauth/token",
            wire,
            now,
            party="hmrc",
            client_id="see-and-pay",
            client_secret="not-a-secret",
            scope="read:time-to-pay-proxy read:breathing-space-periods",
        )
        return HmrcTimeToPay(entry, wire, tokens, HmrcBreathingSpace(entry, wire, tokens, now), now)

    return build
