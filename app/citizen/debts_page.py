"""What every page about debts says through its templates."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Final

from app.citizen import debts_words, remind
from app.citizen.debts_words import FACTS, Status
from app.citizen.remind import Offer
from app.citizen.view import holds_by_tag, moratorium_until, tag_of
from app.http import session
from app.http.current import now, services
from app.http.words import language
from consent.clock import LONDON, london_date
from consent.store.holds import HoldRequest
from consent.wording import published
from debts.debt import Debt
from debts.view import Card, Numbered, View

MORNING: Final = 10
"""A closure that ends before this hour of the next day is one overnight."""


@dataclass(frozen=True, slots=True)
class Described:
    """A department's own words for a kind of debt, in the language of the page (X15)."""

    name: str
    words: str


def _described() -> dict[tuple[str, str], Described]:
    found = published(services().store, actor=session.person())
    welsh = language() == "cy"
    return {
        key: Described(one.name_cy, one.words_cy) if welsh else Described(one.name_en, one.words_en)
        for key, one in found.items()
    }


class Words:
    """Handed to templates as `words`: they say, and never decide."""

    facts: Mapping[str, Any] = FACTS

    def __init__(self, view: View, holds: Mapping[str, HoldRequest] | None = None) -> None:
        self.view = view
        self.holds = holds_by_tag() if holds is None else holds
        self.moratorium = moratorium_until(view) is not None
        self._kinds = _described() if holds is None else {}

    @property
    def now(self) -> datetime:
        return now()

    def overnight(self, card: Card) -> bool:
        """Whether a closure ends early on another day than this one, in London."""
        if card.until is None or card.at is None:
            return False
        ends = card.until.astimezone(LONDON)
        nights = ends.date() - card.at.astimezone(LONDON).date()
        return nights == timedelta(days=1) and ends.hour < MORNING

    def reminder(self, card: Card) -> Offer | None:
        """What a closed department's card offers (S06)."""
        return remind.offer(card)

    def name(self, code: str) -> str:
        """A department's name by its code."""
        entry = services().register.find(code)
        return entry.name if entry else ""

    def pays_now(self, debt: Debt) -> str:
        return debts_words.pays_now(debt)

    def kind(self, numbered: Numbered) -> Described | None:
        """How its department describes this kind of debt; not while answers still arrive."""
        return self._kinds.get((numbered.department, numbered.debt.type_code))

    def asked(self, numbered: Numbered) -> HoldRequest | None:
        """The person's open question about this debt."""
        return self.holds.get(tag_of(numbered)) if self.holds else None

    def statuses(self, numbered: Numbered) -> list[Status]:
        entry = services().register.departments[numbered.department]
        return debts_words.statuses(
            numbered,
            entry,
            today=london_date(now()),
            asked=self.asked(numbered),
            moratorium=self.moratorium,
            also_at=self.name(numbered.also_at) if numbered.also_at else "",
        )
