"""Start asking departments for the person who is here."""

from __future__ import annotations

from collections.abc import Collection

from app.book import ConsentBook
from app.citizen import who
from app.citizen.view import permissions
from app.http import session
from app.http.current import services
from consent.closures import closed_now
from consent.ids import DepartmentCode
from consent.permits import permits_for
from consent.purposes import Purpose


def add_fact(department: str, fact: str, value: str) -> None:
    """One more fact, for this department only, for as long as the visit lasts (D27)."""
    who.keep_typed(extras={**who.typed().extras, f"{department}.{fact}": value})


def has_given_fact(department: str) -> bool:
    return any(name.startswith(f"{department}.") for name in who.typed().extras)


def may_be_asked() -> list[DepartmentCode]:
    """Connected departments under a live permission, in the order of their names."""
    allowed = permissions()
    return [
        entry.code
        for entry in services().register.connected()
        if entry.code in allowed and allowed[entry.code].live
    ]


def ask(codes: Collection[DepartmentCode], *, again: bool = False) -> None:
    """Ask these departments now, each under its own live grant; a repeat within 30 seconds asks
    nobody twice. One that is closed now is not asked, and no permission for it is used (S06, F88).
    Returns at once: answers come to the vault."""
    part, visit, actor = services(), session.visit(), session.person()
    sign_in, about = who.evidence(), who.facts()
    with part.pulls.asking(actor.subject):
        due = part.pulls.due(visit, codes, again=again)
        closed = closed_now(part.store, part.clock, actor=actor) if due else {}
        part.pulls.closed(visit, {code: closed[code] for code in due if code in closed})
        permits = permits_for(
            part.store,
            part.clock,
            part.chance,
            part.notices,
            actor=actor,
            purpose=Purpose.VIEW_DEBTS,
            sign_in=sign_in,
            departments=[code for code in due if code not in closed],
            again=True,  # the pull keeps repeats apart; a new visit begins with nothing
            session_hash=session.token_hash(),
        )
        part.pulls.ask(visit, permits, about, ConsentBook.of(part, actor))
