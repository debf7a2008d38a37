"""The combined view: one card for each department, a total that says what it leaves out.

A missing answer is never shown as £0 and never counted as "no debts".
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import date, datetime
from enum import StrEnum

from consent.ids import DepartmentCode
from consent.register import DepartmentEntry
from debts.asking import FRESH, Asked, Deadlines, Held
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
from debts.duplicates import Shown, find_duplicates
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
    """A debt and its number in this visit: the department's place and the debt's own.

    `also_at` names the department that shows the same debt; this one is not counted then.
    """

    number: int
    department: DepartmentCode
    debt: Debt
    also_at: DepartmentCode | None = None


@dataclass(frozen=True, slots=True, repr=False)
class Card(Ephemeral):
    """What stands on one department's card. `at` is when it answered, was asked or stopped.

    `total` is the department's own where it gives one; `differs` says that its debts add up to
    something else. `was_asked` is whether anything was sent in this visit, `allowed` whether it
    may be.
    """

    entry: DepartmentEntry
    state: CardState
    at: datetime | None = None
    until: datetime | None = None
    debts: tuple[Numbered, ...] = ()
    total: Pence = NOTHING
    partial_for: str = ""
    fact: str = ""
    ask_again_at: datetime | None = None
    differs: bool = False
    was_asked: bool = False
    allowed: bool = False
    by_itself: bool = False
    """The permission ended on its day; nobody stopped it."""
    paused: bool = False


@dataclass(frozen=True, slots=True, repr=False)
class View(Ephemeral):
    """All cards in the order of the departments' names, and what they add up to.

    `asked` counts those we asked in this visit, `answered` those whose answer is on the page.
    """

    cards: tuple[Card, ...]
    total: Pence
    asked: int
    answered: int
    moratorium_look_again: date | None = None

    @property
    def complete(self) -> bool:
        return self.asked == self.answered

    @property
    def none_found(self) -> bool:
        """Every department that was asked says that it has nothing to show (D26)."""
        states = {card.state for card in self.cards if card.was_asked}
        return states == {CardState.NO_DEBTS}

    @property
    def answered_at(self) -> datetime | None:
        """When the last of the answers on the page arrived."""
        return max(
            (card.at for card in self.cards if card.state in ANSWERED and card.at), default=None
        )

    @property
    def waiting(self) -> tuple[Card, ...]:
        return tuple(card for card in self.cards if card.state in WAITING)

    @property
    def unanswered(self) -> tuple[Card, ...]:
        """Asked, and not among those whose answer counts: what the total leaves out."""
        return tuple(card for card in self.cards if card.was_asked and card.state not in ANSWERED)

    @property
    def on_hold(self) -> bool:
        """Whether a department has paused any of the debts."""
        return any(numbered.debt.hold is not None for numbered in self.debts)

    @property
    def debts(self) -> tuple[Numbered, ...]:
        return tuple(debt for card in self.cards for debt in card.debts)

    def find(self, number: int) -> Numbered | None:
        return next((debt for debt in self.debts if debt.number == number), None)

    def card(self, code: str) -> Card | None:
        return next((card for card in self.cards if card.entry.code == code), None)


@dataclass(frozen=True, slots=True)
class Permission:
    """What the view needs to know of a permission: is it live; if not, when and how it ended.

    `used_up` is for one use that was made: what was asked in this visit may be read. `paused` has
    not ended; `ended_at` is when the pause began."""

    live: bool
    ended_at: datetime | None = None
    by_itself: bool = False
    used_up: bool = False
    paused: bool = False


def combine(
    entries: Iterable[DepartmentEntry],
    *,
    now: datetime,
    permissions: Mapping[DepartmentCode, Permission],
    asked: Mapping[DepartmentCode, Asked],
    held: Mapping[DepartmentCode, Held],
    deadlines: Deadlines,
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
        elif not permission.live and not (permission.used_up and entry.code in asked):
            card = Card(
                entry,
                CardState.STOPPED,
                at=permission.ended_at,
                by_itself=permission.by_itself,
                paused=permission.paused,
            )
        else:
            holding = held.get(entry.code)
            card = _card(entry, place, now, asked.get(entry.code), holding, deadlines)
            if card.state in ANSWERED and holding is not None:
                look_again.append(_look_again(holding))
        cards.append(card)
    cards = _each_once(cards)
    counted = [card for card in cards if card.was_asked]
    return View(
        cards=tuple(cards),
        total=Pence(sum(card.total for card in cards)),
        asked=len(counted),
        answered=sum(card.state in ANSWERED for card in counted),
        moratorium_look_again=max((day for day in look_again if day), default=None),
    )


def _look_again(held: Held) -> date | None:
    return held.answer.moratorium_look_again if isinstance(held.answer, Debts) else None


def _card(
    entry: DepartmentEntry,
    place: int,
    now: datetime,
    asked: Asked | None,
    held: Held | None,
    deadlines: Deadlines,
) -> Card:
    if asked is None:
        return Card(entry, CardState.NOT_ASKED, allowed=True)
    again_at = asked.next_try_at(now)
    if held is not None and now - held.arrived_at < FRESH:
        card = _answered(entry, place, held, again_at, late=held.late and not asked.late_too)
    elif held is not None or now - asked.at >= FRESH:
        at = held.arrived_at if held is not None else asked.at
        card = Card(entry, CardState.OUT_OF_DATE, at=at, ask_again_at=again_at)
    elif now - asked.at >= deadlines.hard:
        card = Card(entry, CardState.TIMED_OUT, at=asked.at, ask_again_at=again_at)
    else:
        state = CardState.SLOW if now - asked.at >= deadlines.slow else CardState.WAITING
        card = Card(entry, state, at=asked.at, until=asked.at + deadlines.hard)
    sent = not (held is not None and isinstance(held.answer, NotAsked) and not held.answer.sent)
    return replace(card, was_asked=sent, allowed=True)


def _answered(
    entry: DepartmentEntry, place: int, held: Held, again_at: datetime | None, *, late: bool
) -> Card:
    answer = held.answer
    if late and isinstance(answer, Debts | NoDebts):
        return Card(entry, CardState.LATE, at=held.arrived_at)
    match answer:
        case Debts():
            return _with_debts(entry, place, held, answer)
        case NoDebts():
            return Card(entry, CardState.NO_DEBTS, at=held.arrived_at)
        case NotMatched():
            return Card(entry, CardState.NOT_MATCHED, at=held.arrived_at, ask_again_at=again_at)
        case NeedsFact():
            return Card(
                entry,
                CardState.NEEDS_FACT,
                at=held.arrived_at,
                fact=answer.fact,
                ask_again_at=again_at,
            )
        case Closed():
            return Card(
                entry,
                CardState.CLOSED,
                at=held.arrived_at,
                until=answer.until,
                ask_again_at=again_at,
            )
        case Unavailable():
            timed_out = answer.reason is Unanswered.TIMED_OUT
            return Card(
                entry,
                CardState.TIMED_OUT if timed_out else CardState.ERROR,
                at=held.arrived_at,
                ask_again_at=answer.ask_again_at or again_at,
            )
        case NotAsked():
            return Card(entry, _NOT_ASKED.get(answer.reason, CardState.STOPPED), at=answer.on)


_NOT_ASKED = {
    "ended": CardState.STOPPED,
    "no_permission": CardState.NOT_ASKED,
    "not_connected": CardState.NOT_CONNECTED,
}


def _with_debts(entry: DepartmentEntry, place: int, held: Held, answer: Debts) -> Card:
    ordered = sorted(answer.items, key=_what_happens_next)
    debts = tuple(
        Numbered(place * 100 + index, entry.code, debt)
        for index, debt in enumerate(ordered, start=1)
    )
    if answer.partial:
        state = CardState.PARTIAL
    elif not debts:  # it told of a moratorium and has nothing of its own
        state = CardState.NO_DEBTS
    elif all(numbered.debt.hold for numbered in debts):
        state = CardState.PAUSED
    else:
        state = CardState.DEBTS
    added_up = Pence(sum(debt.balance for debt in answer.items))
    stated = answer.stated_total
    return Card(
        entry,
        state,
        at=held.arrived_at,
        debts=debts,
        total=added_up if stated is None else stated,
        differs=stated is not None and stated != added_up,
        partial_for=answer.partial_for,
    )


def _what_happens_next(debt: Debt) -> tuple[bool, date, str]:
    """Soonest next step first, then by what it is for; never by size."""
    soonest = min((day for day in (debt.next_step_on, debt.due) if day), default=date.max)
    return (debt.hold is not None, soonest, debt.label)


def _each_once(cards: list[Card]) -> list[Card]:
    """A debt that two departments show counts once, at the first of them."""
    known = {numbered.number: card for card in cards for numbered in card.debts}
    again = find_duplicates(
        (numbered.number, _shown(numbered)) for card in cards for numbered in card.debts
    )
    if not again:
        return cards
    once = []
    for card in cards:
        debts = tuple(
            replace(numbered, also_at=known[again[numbered.number]].entry.code)
            if numbered.number in again
            else numbered
            for numbered in card.debts
        )
        twice = sum(numbered.debt.balance for numbered in debts if numbered.also_at)
        once.append(replace(card, debts=debts, total=Pence(max(0, card.total - twice))))
    return once


def _shown(numbered: Numbered) -> Shown:
    debt = numbered.debt
    return Shown(numbered.department, debt.type_code, debt.reference_tail, debt.balance)
