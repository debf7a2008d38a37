"""How permissions are written on pages: what each is for, until when, and how it ended."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import timedelta
from typing import Any, Final

from app.http.current import now, services
from app.http.text import gettext
from app.http.text import lazy_gettext as _l
from app.http.words import long_date
from consent.lifecycle import State
from consent.purposes import TERMS, Purpose
from consent.register import DepartmentEntry
from consent.store.grants import Grant

NAMES: Final[Mapping[Purpose, Any]] = {
    Purpose.VIEW_DEBTS: _l("Show me my debts"),
    Purpose.RUN_PLAN: _l("Run my plan"),
    Purpose.SHARE_BUDGET_TOTALS: _l("Share my budget totals"),
    Purpose.HOLD_OR_QUERY: _l("Ask for a pause or say a debt is wrong"),
    Purpose.SHARE_SUPPORT_NEEDS: _l("Tell departments what helps me"),
    Purpose.ADVISER_ACCESS: _l("Let an adviser help"),
    Purpose.RESEARCH: _l("Research"),
}
SOON: Final = timedelta(days=30)


def purpose_name(purpose: str) -> str:
    """The name of a purpose on the screen (journeys 3.1)."""
    return str(NAMES[Purpose(purpose)])


def department_name(code: str) -> str:
    """The whole name; the code for one that has left the register."""
    entry = services().register.find(code)
    return entry.name if entry else code


def short_name(code: str) -> str:
    entry = services().register.find(code)
    return entry.short if entry else code


def entry_of(code: str) -> DepartmentEntry:
    """The register's entry, or one that says no more than the code."""
    found = services().register.find(code)
    return found or DepartmentEntry(code, code, code, connected=False)  # type: ignore[arg-type]


def until(grant: Grant) -> str:
    """When it ends by itself."""
    if TERMS[grant.purpose].longest is not None:
        return long_date(grant.expires_at)
    if grant.purpose is Purpose.RUN_PLAN:
        return gettext("When your plan ends")
    return gettext("When you stop it")


def ends_soon(grant: Grant) -> bool:
    return grant.live(now()) and grant.expires_at - now() <= SOON


def last_used(grant: Grant) -> str:
    return long_date(grant.last_used_at) if grant.last_used_at else gettext("Not used yet")


def how_it_ended(grant: Grant) -> str:
    """One sentence; empty while the permission lives."""
    if grant.live(now()):
        return ""
    day = long_date(grant.ended_at or grant.expires_at)
    match grant.state:
        case State.WITHDRAWN:
            return gettext("You stopped this on %(day)s", day=day)
        case State.CONSUMED:
            return gettext("This was for one use, on %(day)s", day=day)
        case State.REVOKED:
            return gettext("This was ended for you on %(day)s", day=day)
        case State.SUSPENDED:
            return gettext("This is paused")
        case _:
            return gettext("This ended by itself on %(day)s", day=day)
