"""A payment provider that speaks the GOV.UK Pay API, for demonstrations and tests."""

from __future__ import annotations

from adapters.simulators.govuk_pay.app import make_app

__all__ = ["make_app"]
