"""A department that speaks the department protocol: DWP, a council, DVLA, SLC and the NHSBSA.

It verifies every message by itself, as a real one must: whose it is, for whom, for what, until
when, and that it was not used before. `GET /_log` says whom it was asked about, and how often.
"""

from __future__ import annotations

from adapters.simulators.department.routes import make_app

__all__ = ["make_app"]
