"""S06: "Remind me" on the card of a department that is closed, and calling it off again.

The card is of this visit and knows the department; what is kept knows a day only (`plan.remind`).
"""

from __future__ import annotations

from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from flask import Blueprint, redirect
from werkzeug.wrappers import Response

from app.citizen.view import current_view
from app.http import session
from app.http.access import signed_in
from app.http.current import now, services
from consent.errors import NotFound, WrongState
from debts.view import Card, CardState
from plan import remind as reminding
from plan.quiet_hours import first_from
from plan.store import messages

blueprint = Blueprint("remind", __name__)


@dataclass(frozen=True, slots=True)
class Offer:
    """What a card says of a reminder: when it would go, and its id where there is one."""

    goes_at: datetime
    message_id: UUID | None


def offer(card: Card) -> Offer | None:
    """Nothing where nobody knows when it opens, or where no way to reach the person is safe."""
    if card.until is None or card.until <= now():
        return None
    actor = session.person()
    with services().store.transaction(actor) as tx:
        ahead = messages.reminders_of(tx, actor.subject, now())
        found = reminding.reminder_for(ahead, card.until)
        if found is None and reminding.safe_way(tx, actor) is None:
            return None
    return Offer(first_from(card.until), found.message_id if found else None)


@blueprint.post("/debts/remind/<department>")
@signed_in
def remind_me(department: str) -> Response:
    card, part = _closed(department), services()
    if card is not None and card.until is not None:
        with suppress(WrongState):  # it opened meanwhile, or nothing is safe now: its card says so
            reminding.remind(
                part.store, part.clock, part.chance, actor=session.person(), opens_at=card.until
            )
    return redirect(f"/debts#r-{department}", 303)


@blueprint.post("/debts/remind/<department>/call-off")
@signed_in
def not_any_more(department: str) -> Response:
    card = _closed(department)
    found = offer(card) if card is not None else None
    if found is not None and found.message_id is not None:
        _call_off(found.message_id)
    return redirect(f"/debts#r-{department}", 303)


@blueprint.post("/messages/<uuid:message_id>/call-off")
@signed_in
def call_off(message_id: UUID) -> Response:
    """From the list of messages, when the card is gone (D81)."""
    _call_off(message_id)
    return redirect("/messages", 303)


def _call_off(message_id: UUID) -> None:
    part = services()
    reminding.call_off(
        part.store, part.clock, part.chance, actor=session.person(), message_id=message_id
    )


def _closed(department: str) -> Card | None:
    """The card of this visit, where it is closed. Raises NotFound for no department of ours."""
    if services().register.find(department) is None:
        raise NotFound("no such department")
    for card in current_view().cards:
        if card.entry.code == department and card.state is CardState.CLOSED:
            return card
    return None
