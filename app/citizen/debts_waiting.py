"""D21: the page that shows each department's answer as it arrives (journeys, section 4).

It works without JavaScript: cards are appended in the order of arrival, and a streamed style hides
what is no longer waited for. The pull is the server's: this page looks on, and may be reloaded or
left. Another process may be the one that asks; then the vault is looked into often enough.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Final

from flask import Blueprint, redirect, render_template
from werkzeug.wrappers import Response

from app.citizen.debts_page import Words
from app.citizen.view import current_view, holds_by_tag, permissions
from app.http import session
from app.http.access import signed_in
from app.http.current import now, services
from app.http.streaming import stream
from consent.ids import DepartmentCode
from debts.view import ANSWERED, WAITING, Card, CardState, View

blueprint = Blueprint("debts_waiting", __name__)

LOOK_ELSEWHERE: Final = 0.1
"""Seconds between looks into the vault when another process waits for an answer."""
SIGN_OF_LIFE: Final = 2.0
"""Seconds after which something is sent, so that a reader who has gone is noticed."""


@blueprint.get("/debts/waiting")
@signed_in
def waiting() -> Response:
    """The first bytes leave at once; nothing of the database is held while it waits."""
    view = current_view()
    cards = [card for card in view.cards if card.was_asked]
    if not cards:
        return redirect("/debts/get", 303)
    deadlines = services().pulls.deadlines
    ends = [card.until for card in view.waiting if card.until]
    return stream(
        "citizen/debts/waiting.html",
        _Arriving([card.entry.code for card in cards], now() + deadlines.overall).pieces(),
        cards=cards,
        waiting=view.waiting,
        until=max(ends, default=None),
        seconds=int(deadlines.hard.total_seconds()),
    )


@dataclass
class _Arriving:
    """One reader of this page: whom it is about, when it ends at the latest, what was sent."""

    expected: Collection[DepartmentCode]
    ends: datetime
    shown: set[DepartmentCode] = field(default_factory=set)
    slow: set[DepartmentCode] = field(default_factory=set)

    def pieces(self) -> Iterator[str]:
        visit, pulls, holds = session.visit(), services().pulls, holds_by_tag()
        known = permissions()
        with pulls.news(visit) as bell:
            while True:
                bell.clear()
                view = current_view(known)
                if self._forgotten(view):
                    known = permissions()
                    view = current_view(known)
                yield from self._arrived(view, Words(view, holds))
                yield from self._slow(view)
                if len(self.shown) == len(self.expected) or now() >= self.ends:
                    break
                here = all(pulls.running(visit, card.entry.code) for card in view.waiting)
                if not bell.wait(self._pause(view, here=here)):
                    yield "\n"
        yield render_template(
            "citizen/debts/waiting_end.html",
            all=len(self.expected),
            answered=view.answered,
            done=not view.waiting,
        )

    def _forgotten(self, view: View) -> bool:
        """A permission ended meanwhile, and what was asked under it is gone. What arrives is
        checked against its permission as it arrives, so the database is asked here only then."""
        return any(
            card.state is CardState.NOT_ASKED
            for card in view.cards
            if card.entry.code in self.expected and card.entry.code not in self.shown
        )

    def _arrived(self, view: View, words: Words) -> Iterator[str]:
        """Cards not sent yet, in the order in which they came."""
        fresh = [
            card
            for card in view.cards
            if card.entry.code in self.expected
            and card.entry.code not in self.shown
            and card.state not in WAITING
        ]
        answered = sum(
            card.state in ANSWERED for card in view.cards if card.entry.code in self.shown
        )
        for card in sorted(fresh, key=_arrival):
            self.shown.add(card.entry.code)
            answered += card.state in ANSWERED
            yield render_template(
                "citizen/debts/arrived.html",
                card=card,
                words=words,
                answered=answered,
                all=len(self.expected),
                has_answered=card.state in ANSWERED,
            )

    def _slow(self, view: View) -> Iterator[str]:
        fresh = [
            card
            for card in view.waiting
            if card.state is CardState.SLOW and card.entry.code not in self.slow
        ]
        if fresh:
            self.slow.update(card.entry.code for card in fresh)
            yield render_template("citizen/debts/slow.html", cards=fresh)

    def _pause(self, view: View, *, here: bool) -> float:
        """Seconds until something is due: an answer of another process, a deadline, a sign of
        life. News of this process comes by the bell."""
        if not here:
            return LOOK_ELSEWHERE
        moment = now()
        due = [self.ends, *_moments(view.waiting)]
        next_due = min((at - moment for at in due if at > moment), default=timedelta(0))
        return max(0.005, min(SIGN_OF_LIFE, next_due.total_seconds()))


def _moments(cards: tuple[Card, ...]) -> Iterator[datetime]:
    """When the words about those still waited for change."""
    deadlines = services().pulls.deadlines
    for card in cards:
        if card.at is not None and card.state in WAITING:
            yield card.at + deadlines.slow
            yield card.at + deadlines.hard


def _arrival(card: Card) -> tuple[bool, float, str]:
    return (card.at is None, card.at.timestamp() if card.at else 0.0, card.entry.name)
