"""A sign-in service that speaks the GOV.UK One Login wire, for demonstrations and tests."""

from __future__ import annotations

from adapters.simulators.one_login.app import make_app

__all__ = ["make_app"]
