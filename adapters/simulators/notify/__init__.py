"""The simulator of GOV.UK Notify: it takes messages as Notify does, and shows them on a page."""

from __future__ import annotations

from adapters.simulators.notify.routes import make_app as make_app
