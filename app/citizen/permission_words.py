"""How permissions are written on pages: what each is for, until when, and how it ended."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any, Final

from app.http.current import now, services
from app.http.text import gettext, ngettext
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
ACTS: Final[Mapping[Purpose, Any]] = {
    Purpose.VIEW_DEBTS: _l("asking %(department)s"),
    Purpose.RUN_PLAN: _l("sharing your plan with %(department)s"),
    Purpose.SHARE_BUDGET_TOTALS: _l("sharing your budget totals with %(department)s"),
    Purpose.HOLD_OR_QUERY: _l("passing on what you ask of %(department)s"),
    Purpose.SHARE_SUPPORT_NEEDS: _l("telling %(department)s what helps you"),
    Purpose.ADVISER_ACCESS: _l("help from %(department)s"),
    Purpose.RESEARCH: _l("research for %(department)s"),
}
"""What goes on under a permission: after Stop, Pause and Resume."""
PAUSABLE: Final = frozenset(
    {Purpose.VIEW_DEBTS, Purpose.SHARE_SUPPORT_NEEDS, Purpose.ADVISER_ACCESS}
)
"""A plan is paused at the plan; what is sent once has nothing to pause."""
SOON: Final = timedelta(days=30)
RENEW_FROM: Final = timedelta(days=60)
"""How long before its end a permission can be renewed."""
HELPLINE: Final = "0161 496 0000"


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


def has_end(grant: Grant) -> bool:
    """It ends on a day, and not with a plan or when the person stops it."""
    return TERMS[grant.purpose].longest is not None


def ends_soon(grant: Grant) -> bool:
    return grant.live(now()) and grant.expires_at - now() <= SOON


def paused(grant: Grant) -> bool:
    """It has not ended, and nobody is asked under it."""
    return grant.state is State.SUSPENDED and now() < grant.expires_at


def may_pause(grant: Grant) -> bool:
    return grant.live(now()) and grant.purpose in PAUSABLE and not grant.one_time


def may_renew(grant: Grant) -> bool:
    """From 60 days before its end; not what ends with a plan, and not what is used once."""
    if not grant.live(now()) or grant.one_time or TERMS[grant.purpose].longest is None:
        return False
    return not TERMS[grant.purpose].once and grant.expires_at - now() <= RENEW_FROM


def ask_again(grant: Grant) -> str:
    """Where a permission that has ended can be given once more, as a new one; else empty."""
    if grant.live(now()) or paused(grant):
        return ""
    if grant.purpose is Purpose.RUN_PLAN:
        return "/plan"
    entry = services().register.find(grant.department)
    connected = entry is not None and entry.connected
    wanted = connected and grant.purpose is Purpose.VIEW_DEBTS
    return f"/permissions/choose/{grant.department}" if wanted else ""


def act(grant: Grant) -> str:
    """`asking Department for Work and Pensions`."""
    return str(ACTS[grant.purpose]) % {"department": department_name(grant.department)}


def how_often(grant: Grant) -> str:
    """How many times it was used, and when last."""
    if not grant.uses or grant.last_used_at is None:
        return gettext("Not used yet")
    return ngettext(
        "Once, on %(day)s",
        "%(num)s times, last on %(day)s",
        grant.uses,
        day=long_date(grant.last_used_at),
    )


def confirmed_at(grant: Grant) -> datetime | None:
    """When the department said that it knows of the end, and not of a pause before it."""
    told = grant.told_at
    return told if told and grant.ended_at and told >= grant.ended_at else None


def stop_by_phone(receipt: str = "") -> str:
    """Stopping without this service: any phone, and the number on the receipt (F14)."""
    if not receipt:
        return gettext(
            "Call %(phone)s and give the number on the receipt."
            " You do not need to sign in or say why.",
            phone=HELPLINE,
        )
    return gettext(
        "Call %(phone)s and give the number %(receipt)s. You do not need to sign in or say why.",
        phone=HELPLINE,
        receipt=receipt,
    )


def how_it_ended(grant: Grant) -> str:
    """One sentence, also for a pause; empty while the permission may be used."""
    if grant.live(now()):
        return ""
    if paused(grant):
        since = long_date(grant.changed_at)
        if grant.changed_by == "person":
            return gettext("You paused this on %(day)s", day=since)
        return gettext("We paused this on %(day)s", day=since)
    day = long_date(grant.ended_at or grant.expires_at)
    match grant.state, grant.ended_by:
        case State.WITHDRAWN, "assisted":
            return gettext("You stopped this by phone on %(day)s", day=day)
        case State.WITHDRAWN, _:
            return gettext("You stopped this on %(day)s", day=day)
        case State.CONSUMED, _:
            return gettext("This was for one use, on %(day)s", day=day)
        case State.REVOKED, "department":
            return gettext("The department ended this on %(day)s", day=day)
        case State.REVOKED, _:
            return gettext("We ended this for you on %(day)s", day=day)
        case State.INVALIDATED, _:
            return gettext("We found that this did not count, and ended it on %(day)s", day=day)
        case _:
            return gettext("This ended by itself on %(day)s", day=day)
