"""HMCTS: a bearer token and the Opal fines service, on its published wire."""

from __future__ import annotations

from adapters.simulators.hmcts.routes import make_app

__all__ = ["make_app"]
