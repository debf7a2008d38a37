"""HMCTS on the Opal fines wire."""

from __future__ import annotations

from adapters.departments.hmcts_opal.department import HmctsOpal

__all__ = ["HmctsOpal"]
