"""HMRC: client credentials, Time To Pay `charge-info`, Breathing Space periods, and Self
Assessment Accounts, on their published wires."""

from __future__ import annotations

from adapters.simulators.hmrc.routes import make_app

__all__ = ["make_app"]
