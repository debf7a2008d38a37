"""The combined view: one card for each department, a total that says what it leaves out.

A missing answer is never shown as £0 and never counted as "no debts".
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum

from consent.ids import DepartmentCode
from consent.register import DepartmentEntry
from debts.asking import FRESH, HARD, SLOW, Asked, Held
from debts.debt import (
    Closed,
    Debt,
    Debts,
    NeedsFact,
    NoDebts,
    NotAsked,
    NotMatched,
    Unanswered,
    Unavailable,
)
from debts.ephemeral import Ephemeral
from debts.money import Pence


class CardState(StrEnum):
    """The sixteen states of a department's card."""

    WAITING = "S01"
    DEBTS = "S02"
    NO_DEBTS = "S03"
    SLOW = "S04"
    TIMED_OUT = "S05"
    CLOSED = "S06"
    ERROR = "S07"
    NOT_MATCHED = "S08"
    NEEDS_FACT = "S09"
    NOT_ASKED = "S10"
    STOPPED = "S11"
    PARTIAL = "S12"
    OUT_OF_DATE = "S13"
    LATE = "S14"
    PAUSED = "S15"
    NOT_CONNECTED = "S16"


NOTHING = Pence(0)
SHOWS_DEBTS = frozenset({CardState.DEBTS, CardState.PARTIAL, CardState.PAUSED})
ANSWERED = SHOWS_DEBTS | {CardState.NO_DEBTS}
WAITING = frozenset({CardState.WAITING, CardState.SLOW})


@dataclass(frozen=True, slots=True, repr=False)
class Numbered(Ephemeral):
    """A debt and its number in this visit: the department's place and the debt's own."""

    number: int
    department: DepartmentCode
    debt: Debt


@dataclass(frozen=True, slots=True, repr=False)
class Card(Ephemeral):
    """What stands on one department's card. `at` is when it answered, was asked or stopped."""

    entry: DepartmentEntry
    state: CardState
    at: datetime | None = None
    until: datetime | None = None
    debts: tuple[Numbered, ...] = ()
    total: Pence = NOTHING
    partial_for: str = ""
    fact: str = ""
    ask_again_at: datetime | None = None


@dataclass(frozen=True, slots=True, repr=False)
class View(Ephemeral):
    """All cards in the order of the departments' names, and what they add up to."""

    cards: tuple[Card, ...]
    total: Pence
    asked: int
    answered: int
    moratorium_look_again: date | None = None

    @property
    def complete(self) -> bool:
        return self.asked == self.answered

    @property
    def waiting(self) -> tuple[Card, ...]:
        return tuple(card for card in self.cards if card.state in WAITING)

    @property
    def unanswered(self) -> tuple[Card, ...]:
        """Asked, and not among those whose answer counts."""
        outside = ANSWERED | {CardState.NOT_ASKED, CardState.STOPPED, CardState.NOT_CONNECTED}
        return tuple(card for card in self.cards if card.state not in outside)

    @property
    def debts(self) -> tuple[Numbered, ...]:
        return tuple(debt for card in self.cards for debt in card.debts)

    def find(self, number: int) -> Numbered | None:
        return next((debt for debt in self.debts if debt.number == number), None)

    def card(self, code: str) -> Card | None:
        return next((card for card in self.cards if card.entry.code == code), None)


@dataclass(frozen=True, slots=True)
class Permission:
    """What the view needs to know of a permission: is it live, and when did it end."""

    live: bool
    ended_at: datetime | None = None


def combine(
    entries: Iterable[DepartmentEntry],
    *,
    now: datetime,
    permissions: Mapping[DepartmentCode, Permission],
    asked: Mapping[DepartmentCode, Asked],
    held: Mapping[DepartmentCode, Held],
) -> View:
    """One card for each department of the register. Without a live permission nothing of an
    answer is read, whatever the vault still holds."""
    cards = []
    look_again = []
    for place, entry in enumerate(entries, start=1):
        permission = permissions.get(entry.code)
        if not entry.connected:
            card = Card(entry, CardState.NOT_CONNECTED)
        elif permission is None:
            card = Card(entry, CardState.NOT_ASKED)
        elif not permission.live:
            card = Card(entry, CardState.STOPPED, at=permission.ended_at)
        else:
            holding = held.get(entry.code)
            card = _card(entry, place, now, asked.get(entry.code), holding)
            if holding is not None and isinstance(holding.answer, Debts):
                look_again.append(holding.answer.moratorium_look_again)
        cards.append(card)
    counted = [card for card in cards if card.state not in _NOT_COUNTED]
    return View(
        cards=tuple(cards),
        total=Pence(sum(card.total for card in cards)),
        asked=len(counted),
        answered=sum(card.state in ANSWERED for card in counted),
        moratorium_look_again=max((day for day in look_again if day), default=None),
    )


_NOT_COUNTED = {CardState.NOT_CONNECTED, CardState.NOT_ASKED, CardState.STOPPED}


def _card(
    entry: DepartmentEntry, place: int, now: datetime, asked: Asked | None, held: Held | None
) -> Card:
    if asked is None:
        return Card(entry, CardState.NOT_ASKED)
    again_at = asked.next_try_at(now)
    if held is None:
        if now - asked.at >= FRESH:
            return Card(entry, CardState.OUT_OF_DATE, at=asked.at, ask_again_at=again_at)
        if now - asked.at >= HARD:
            return Card(entry, CardState.TIMED_OUT, at=asked.at, ask_again_at=again_at)
        state = CardState.SLOW if now - asked.at >= SLOW else CardState.WAITING
        return Card(entry, state, at=asked.at, until=asked.at + HARD)
    if now - held.arrived_at >= FRESH:
        return Card(entry, CardState.OUT_OF_DATE, at=held.arrived_at, ask_again_at=again_at)
    return _answered(entry, place, held, again_at)


def _answered(entry: DepartmentEntry, place: int, held: Held, again_at: datetime | None) -> Card:
    answer = held.answer
    if held.late:
        return Card(entry, CardState.LATE, at=held.arrived_at)
    match answer:
        case Debts():
            return _with_debts(entry, place, held, answer)
        case NoDebts():
            return Card(entry, CardState.NO_DEBTS, at=answer.at)
        case NotMatched():
            return Card(entry, CardState.NOT_MATCHED, at=answer.at, ask_again_at=again_at)
        case NeedsFact():
            return Card(
                entry, CardState.NEEDS_FACT, at=answer.at, fact=answer.fact, ask_again_at=again_at
            )
        case Closed():
            return Card(entry, CardState.CLOSED, at=answer.at, until=answer.until)
        case Unavailable():
            timed_out = answer.reason is Unanswered.TIMED_OUT
            return Card(
                entry,
                CardState.TIMED_OUT if timed_out else CardState.ERROR,
                at=answer.at,
                ask_again_at=answer.ask_again_at or again_at,
            )
        case NotAsked():
            return Card(entry, CardState.STOPPED, at=answer.on)


def _with_debts(entry: DepartmentEntry, place: int, held: Held, answer: Debts) -> Card:
    ordered = sorted(answer.items, key=_what_happens_next)
    debts = tuple(
        Numbered(place * 100 + index, entry.code, debt)
        for index, debt in enumerate(ordered, start=1)
    )
    if answer.partial:
        state = CardState.PARTIAL
    elif debts and all(numbered.debt.hold for numbered in debts):
        state = CardState.PAUSED
    else:
        state = CardState.DEBTS
    stated = answer.stated_total
    total = stated if stated is not None else Pence(sum(debt.balance for debt in answer.items))
    return Card(
        entry, state, at=answer.at, debts=debts, total=total, partial_for=answer.partial_for
    )


def _what_happens_next(debt: Debt) -> tuple[bool, date, str]:
    """Soonest next step first, then by what it is for; never by size."""
    soonest = min((day for day in (debt.next_step_on, debt.due) if day), default=date.max)
    return (debt.hold is not None, soonest, debt.label)
