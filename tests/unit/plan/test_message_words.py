"""What messages say to somebody who reads over a shoulder: nothing (VUL-08, SEC-93)."""

from __future__ import annotations

import re
from datetime import date

import pytest

from consent import register as register_files
from plan import check_code
from plan.message_words import KINDS, written
from tests import words

DAY = date(2027, 12, 31)
LOUD = re.compile(
    r"£|\bowe|\bdebt|\bpay|\bmoney|\barrears|\bcredit|\bloan|\bbalance|\bplan\b|\bbenefit|\btax|\bfine\b"
    r"|\bdyled|\btalu|\btaliad|\barian|\bcynllun|\bbudd-dal|\btreth|\bbenthyc|\bdirwy",
    re.IGNORECASE,
)
EVERY = [(kind, language) for kind in KINDS for language in ("en", "cy")]
ONE_TEXT = 160
"""Characters of one text message in the alphabet of phones; two is the most that is sent."""


def read(kind: str, language: str) -> str:
    said = written(kind, language, day=DAY, code="4K7P 2MXD")
    return f"{said.subject}. {said.text}"


@pytest.mark.parametrize(("kind", "language"), EVERY)
def test_no_message_names_a_debt_an_amount_or_a_department(kind: str, language: str) -> None:
    text = read(kind, language)
    assert not LOUD.search(text)
    register = register_files.load()
    for entry in (register.find(code) for code in register.departments):
        assert entry is not None
        assert entry.name not in text
        assert not re.search(rf"\b{re.escape(entry.short)}\b", text)
    digits = re.sub(r"4K7P 2MXD|0161 496 0000|\b31\b", "", text)
    assert not re.search(r"\d", digits), "nothing but a day, our number and the code"


@pytest.mark.parametrize(("kind", "language"), EVERY)
def test_every_message_has_its_check_code_and_room_for_it(kind: str, language: str) -> None:
    said = written(kind, language, day=DAY, code="4K7P 2MXD")
    assert said.text.endswith(" 4K7P 2MXD.")
    assert "%" not in said.text
    assert len(said.text) <= 2 * ONE_TEXT


@pytest.mark.parametrize("kind", KINDS)
def test_messages_are_read_at_grade_7_and_never_shout(kind: str) -> None:
    text = read(kind, "en")
    assert words.grade([text]) <= 7
    assert not re.search(r"\b[A-Z]{4,}\b", text.replace("2MXD", ""))
    assert "!" not in text


def test_every_kind_has_a_place_in_the_check_code() -> None:
    assert set(KINDS) <= set(check_code.KINDS)


def test_a_loud_word_would_be_noticed() -> None:
    assert LOUD.search("Your payment is late")
    assert LOUD.search("Mae eich dyled")
