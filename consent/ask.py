"""T1: a card was shown. The row says which words, and waits for the person's decision."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Final

from consent.clock import Chance
from consent.events import Kind, new_event
from consent.ids import new_grant_id
from consent.lifecycle import State, transition
from consent.notices import Notice
from consent.people import Person
from consent.register import DepartmentEntry
from consent.store import Store, Tx, events, requests
from consent.store.requests import Request

DECIDE_WITHIN: Final = timedelta(hours=24)
"""T6: a card that nobody answered lapses."""


@dataclass(frozen=True, slots=True)
class Card:
    """One card: which department, under which notice."""

    entry: DepartmentEntry
    notice: Notice


@dataclass(frozen=True, slots=True)
class Shown:
    """The screen on which the person decides. `post_key` is the form's own random text, so that
    the same form twice is one request; `requested_at` is when the cards were shown, aware UTC."""

    post_key: str
    requested_at: datetime
    language: str
    channel: str = "web"

    @property
    def post_hash(self) -> str:
        return hashlib.sha256(self.post_key.encode()).hexdigest()


def ask(
    store: Store, chance: Chance, *, actor: Person, cards: Sequence[Card], shown: Shown
) -> list[Request]:
    """Note what is being shown to this person. Showing the same form again changes nothing; a
    question that they put off is asked again with the words of today (T5)."""
    with store.transaction(actor) as tx:
        requests.hold_person(tx, actor.subject)
        requests.hold_form(tx, shown.post_hash)
        return [
            _again(tx, chance, actor=actor, card=card, shown=shown)
            or ask_in(tx, chance, actor=actor, card=card, shown=shown)
            for card in cards
        ]


def _again(tx: Tx, chance: Chance, *, actor: Person, card: Card, shown: Shown) -> Request | None:
    """The question about this department and purpose that waits, shown again; if one does."""
    code, purpose = card.entry.code, card.notice.purpose
    waiting = requests.of_form(tx, actor.subject, shown.post_hash, code, purpose)
    if waiting is None:
        waiting = requests.deferred_of(tx, actor.subject, code, purpose)
    if (
        waiting is None
        or transition(waiting.state, State.REQUESTED, "system") is None
        or not waiting.changed_at < shown.requested_at < waiting.decide_by
    ):
        return None
    again = replace(
        waiting,
        state=State.REQUESTED,
        notice=card.notice.id,
        notice_sha256=card.notice.sha256,
        language=card.notice.language,
        channel=shown.channel,
        post_hash=shown.post_hash,
        requested_at=shown.requested_at,
        decide_by=shown.requested_at + DECIDE_WITHIN,
        changed_by="system",
        changed_at=shown.requested_at,
    )
    requests.show_again(tx, again)
    note(tx, chance, again, Kind.REQUESTED, by="system", at=again.requested_at)
    return again


def ask_in(tx: Tx, chance: Chance, *, actor: Person, card: Card, shown: Shown) -> Request:
    """As `ask`, for one card, inside an open transaction that holds the form."""
    noted = requests.of_form(
        tx, actor.subject, shown.post_hash, card.entry.code, card.notice.purpose
    )
    if noted is not None:
        return noted
    request = Request(
        grant_id=new_grant_id(chance),
        subject_id=actor.subject,
        department=card.entry.code,
        purpose=card.notice.purpose,
        state=State.REQUESTED,
        notice=card.notice.id,
        notice_sha256=card.notice.sha256,
        language=card.notice.language,
        channel=shown.channel,
        post_hash=shown.post_hash,
        requested_at=shown.requested_at,
        decide_by=shown.requested_at + DECIDE_WITHIN,
        decided_at=None,
        changed_by="system",
        changed_at=shown.requested_at,
    )
    requests.add(tx, request)
    note(tx, chance, request, Kind.REQUESTED, by="system", at=request.requested_at)
    return request


def note(tx: Tx, chance: Chance, request: Request, kind: Kind, *, by: str, at: datetime) -> None:
    """The event of a step before anything was given; that of a card commits to its words."""
    events.append(
        tx,
        new_event(
            chance,
            at=at,
            subject=request.subject_id,
            grant_id=request.grant_id,
            department=request.department,
            purpose=request.purpose,
            kind=kind,
            by=by,
            digest=request.notice_sha256 if kind is Kind.REQUESTED else None,
        ),
    )
