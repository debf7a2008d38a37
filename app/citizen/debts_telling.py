"""Tell a department, within the visit, that a person questions a debt (decision 37)."""

from __future__ import annotations

from dataclasses import replace
from time import monotonic, sleep
from typing import Final
from uuid import UUID

from adapters.departments.native import Delivery
from app.citizen import who
from app.citizen.debts_draft import DebtQuery
from app.citizen.slots import QUERY
from app.citizen.view import holds_by_tag, tag_of
from app.http import session, words
from app.http.current import services, settings
from consent.errors import ConsentEnded
from consent.events import Kind
from consent.grant import Shown, Yes, give
from consent.holds import HoldState, Reason, ask_for_hold, note_hold
from consent.ids import DepartmentCode, new_uuid, random_text
from consent.notices import Notice
from consent.permit import Permit
from consent.permits import note_outcome, permits_for
from consent.purposes import Purpose
from consent.register import DepartmentEntry
from consent.store.holds import HoldRequest
from debts.view import Numbered

SECONDS: Final = 10.0
"""How long the person waits for the department to take the message."""
A_MOMENT: Final = 0.5
PAUSE: Final = 0.1
"""Seconds between two looks at what another post does."""
_BECAME: Final = {
    Delivery.TAKEN: HoldState.SENT,
    Delivery.REFUSED: HoldState.LETTER,
    Delivery.FAILED: HoldState.NOT_SENT,
}


def takes_it(entry: DepartmentEntry) -> bool:
    """Whether this department takes such a message from us; otherwise the person writes to it."""
    return entry.takes_holds and entry.code in services().messages


def notice() -> Notice:
    return services().notices.newest(Purpose.HOLD_OR_QUERY, words.language())


def keep(query: DebtQuery, found: Numbered, state: HoldState) -> HoldRequest:
    """Note that this debt is questioned: from now on it stays out of the plan."""
    part = services()
    entry, hold_id = part.register.departments[found.department], new_uuid(part.chance)
    return ask_for_hold(
        part.store,
        part.clock,
        part.chance,
        actor=session.person(),
        hold_id=hold_id,
        department=found.department,
        debt_token=part.tokens.keep(
            found.debt.token,
            opaque=entry.wire == "native",
            department=found.department,
            share_id=hold_id,
        ),
        debt_tag=tag_of(found),
        reason=Reason(query.reason),
        state=state,
    )


def tell(query: DebtQuery, found: Numbered) -> None:
    """Give the permission, use it once, now, and write down what became of it. The words leave the
    visit when the department has them."""
    part, actor = services(), session.person()
    entry = part.register.departments[found.department]
    give(
        part.store,
        part.clock,
        part.chance,
        actor=actor,
        yeses=[Yes(entry, notice())],
        shown=Shown(query.post_key, query.shown_at, words.language()),
        sign_in=who.evidence(),
        origin=settings().portal_url,
    )
    hold = keep(query, found, HoldState.NOT_SENT)
    permits = permits_for(
        part.store,
        part.clock,
        part.chance,
        part.notices,
        actor=actor,
        purpose=Purpose.HOLD_OR_QUERY,
        sign_in=who.evidence(),
        departments=[found.department],
        session_hash=session.token_hash(),
    )
    state = _send(query, hold, permits[0]) if permits else HoldState.NOT_SENT
    _note(found.department, hold.hold_id, permits[0] if permits else None, state)
    if state is HoldState.SENT:
        session.visit().delete(QUERY)
    else:  # this yes is used up: trying again asks for another
        session.visit().put(QUERY, replace(query, post_key=random_text(part.chance, 16)))


def wait_for_the_other(found: Numbered) -> None:
    """Until another post of the same form has told the department, or has failed to: its words are
    back in the visit then. Where there is no other post, a moment."""
    started = monotonic()
    while monotonic() < started + SECONDS and session.visit().get(QUERY, DebtQuery) is None:
        hold = holds_by_tag().get(tag_of(found))
        if hold is None and monotonic() - started > A_MOMENT:
            return
        if hold is not None and hold.state != HoldState.NOT_SENT:
            return
        sleep(PAUSE)


def _send(query: DebtQuery, hold: HoldRequest, permit: Permit) -> HoldState:
    part = services()
    errand = part.messages[permit.department].send_hold(
        permit,
        debt_token=query.token,
        reason_code=query.reason,
        words=query.words,
        reference=hold.reference.replace(" ", ""),
    )
    try:
        return _BECAME[part.wire_loop.call(errand, seconds=SECONDS)]
    except (TimeoutError, ConsentEnded):
        return HoldState.NOT_SENT


def _note(
    department: DepartmentCode, hold_id: UUID, permit: Permit | None, state: HoldState
) -> None:
    part, actor = services(), session.person()
    grant_id = permit.grant_id if permit else None
    note_hold(part.store, part.clock, actor=actor, hold_id=hold_id, state=state, grant_id=grant_id)
    if permit is not None:
        note_outcome(
            part.store,
            part.clock,
            part.chance,
            actor=actor,
            permit=permit,
            kind=Kind.HOLD_ASKED,
            outcome=state.value,
        )
