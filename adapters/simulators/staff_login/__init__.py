"""The sign-ins of departments' own staff: one OpenID provider for each department, at `/dwp` and so
on, for demonstrations and tests."""

from __future__ import annotations

from adapters.simulators.staff_login.app import make_app

__all__ = ["make_app"]
