"""What is marked as new on a card that somebody has seen before (CD12)."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime

import pytest

from app.citizen.new_words import Card, Seen, card_of
from consent import notices as notice_files
from consent import register as register_files
from consent.notices import Field
from consent.purposes import Purpose

NOTICES, REGISTER = notice_files.load(), register_files.load()
THEN = datetime(2026, 3, 1, tzinfo=UTC)
NEW = NOTICES.find("view_debts/2", "en")


def card(code: str = "dwp", *, seen: str | None, language: str = "en", speaks: str = "en") -> Card:
    entry = REGISTER.find(code)
    assert entry is not None
    notice = NOTICES.find("view_debts/2", speaks)
    before = Seen(seen, language, THEN) if seen else None
    return card_of(NOTICES, notice, entry, until="1 May 2027", seen=before)


def marked(found: Card) -> list[str]:
    return [row.key for row in found.rows if row.new]


def test_a_card_that_nobody_has_seen_marks_nothing() -> None:
    found = card(seen=None)
    assert len(found.rows) == 9
    assert not found.changed


def test_the_same_words_with_another_last_day_are_not_new() -> None:
    assert not card(seen="view_debts/2").changed


@pytest.mark.parametrize("speaks", ["en", "cy"])
def test_only_rows_with_other_words_are_marked(speaks: str) -> None:
    found = card(seen="view_debts/1", speaks=speaks)
    assert marked(found) == ["often", "kept"]
    assert [field.key for field in found.fields if field.new] == []


def test_another_language_alone_is_not_new() -> None:
    assert not card(seen="view_debts/2", language="cy").changed
    assert not card(seen="view_debts/2", language="en", speaks="cy").changed


def test_a_shorter_time_than_before_is_marked() -> None:
    assert marked(card("hmcts", seen="view_debts/1")) == ["often", "long", "kept"]


def test_what_a_department_is_sent_besides_is_marked() -> None:
    entry = REGISTER.find("dvla")
    assert entry is not None
    more = replace(entry, sends=(*entry.sends, "nino"))
    seen = Seen("view_debts/2", "en", THEN)
    found = card_of(NOTICES, NEW, more, until="1 May 2027", seen=seen)
    assert marked(found) == ["sent"]


def test_fields_that_came_and_went_are_named_and_their_row_is_marked() -> None:
    entry = REGISTER.find("dwp")
    assert entry is not None
    fields = (*NEW.fields[1:], Field("score", "a score"))
    later = replace(NEW, version=3, fields=fields)
    both = replace(NOTICES, by_key={**NOTICES.by_key, (Purpose.VIEW_DEBTS, 3, "en"): later})
    seen = Seen("view_debts/2", "en", THEN)
    found = card_of(both, later, entry, until="1 May 2027", seen=seen)
    assert marked(found) == ["back"]
    assert [field.words for field in found.fields if field.new] == ["a score"]
    assert found.gone == (NEW.fields[0].words,)
