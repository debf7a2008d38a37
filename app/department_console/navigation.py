"""The places of the console, in their order; a place is shown to who may open it."""

from __future__ import annotations

from typing import Any, Final

from flask import request

from app.department_console import guard
from app.http.text import lazy_gettext as _l
from consent.roles import Role

ITEMS: Final[tuple[tuple[str, Any, Role], ...]] = (
    ("/department", _l("Overview"), Role.VIEWER),
    ("/department/plans", _l("Plans"), Role.VIEWER),
    ("/department/remittances", _l("Payments"), Role.VIEWER),
    ("/department/reconciliation", _l("Lines to sort out"), Role.VIEWER),
    ("/department/disputes", _l("Questions"), Role.VIEWER),
    ("/department/permissions", _l("Permissions"), Role.VIEWER),
    ("/department/statistics", _l("Demand"), Role.VIEWER),
    ("/department/connection", _l("Connection"), Role.VIEWER),
    ("/department/wording", _l("Wording"), Role.VIEWER),
    ("/department/team", _l("Team"), Role.ADMINISTERS),
)
"""Address, words, and the role that it takes."""


def items() -> list[dict[str, Any]]:
    """As the service navigation wants them."""
    return [
        {"text": str(text), "href": href, "active": _here(href)}
        for href, text, role in ITEMS
        if guard.may(role)
    ]


def _here(href: str) -> bool:
    path = request.path
    return path == href or (href != "/department" and path.startswith(f"{href}/"))
