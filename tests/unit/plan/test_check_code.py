"""P12: the check code on every message and letter (plan.check_code)."""

from __future__ import annotations

import random
from datetime import date, timedelta

import pytest

from consent.ids import REFERENCE_ALPHABET
from plan.check_code import FIRST_DAY, KINDS, PROOFS, Sent, made, read, typed

KEY = bytes(range(32))
TODAY = date(2026, 12, 1)


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("day", [FIRST_DAY, date(2026, 11, 23), TODAY])
def test_a_code_says_what_it_was_and_when(kind: str, day: date) -> None:
    code = made(KEY, kind, day)
    assert len(code) == 9
    assert code[4] == " "
    assert set(code) <= {*REFERENCE_ALPHABET, " "}
    assert read(KEY, code, today=TODAY) == Sent(kind, day)


def test_a_code_may_be_typed_as_people_type() -> None:
    code = made(KEY, "M06", TODAY)
    for text in (code.lower(), code.replace(" ", ""), code.replace(" ", "-"), f"  {code}\t"):
        assert read(KEY, text, today=TODAY) == Sent("M06", TODAY)


@pytest.mark.parametrize(
    "text", ["", "4K7P 2MX", "4K7P 2MXDD", "4K7P 2M!D", "4K7P 2MXÉ", "²³⁴⁵⁶⁷⁸⁹"]
)
def test_what_is_not_eight_letters_and_numbers_is_no_code_at_all(text: str) -> None:
    assert typed(text) is None
    assert read(KEY, text, today=TODAY) is None


def test_a_code_of_another_key_or_with_letters_we_never_use_is_not_ours() -> None:
    assert read(bytes(32), made(KEY, "M06", TODAY), today=TODAY) is None
    assert typed("OISO 0111") == "OISO0111"
    assert read(KEY, "OISO 0111", today=TODAY) is None


def test_a_code_of_a_day_to_come_was_not_sent_yet() -> None:
    tomorrow = TODAY + timedelta(days=1)
    code = made(KEY, "M01", tomorrow)
    assert read(KEY, code, today=TODAY) is None
    assert read(KEY, code, today=tomorrow) == Sent("M01", tomorrow)


@pytest.mark.parametrize("day", [FIRST_DAY - timedelta(days=1), date(2037, 3, 20)])
def test_a_day_that_has_no_room_is_refused(day: date) -> None:
    with pytest.raises(ValueError, match="no check code"):
        made(KEY, "M01", day)


def test_a_guess_is_right_once_in_13_million() -> None:
    """31^8 codes, 2^16 meanings: 2^23.6 proofs for each; no more than one of them is right."""
    assert PROOFS == 13_014_084
    assert PROOFS * 2**16 <= 31**8
    chance = random.Random(20261123)
    guesses = ("".join(chance.choices(REFERENCE_ALPHABET, k=8)) for _ in range(20_000))
    assert not any(read(KEY, guess, today=date(2037, 3, 19)) for guess in guesses)


def test_one_wrong_character_is_noticed() -> None:
    code = made(KEY, "M02", TODAY).replace(" ", "")
    for place, right in enumerate(code):
        for wrong in REFERENCE_ALPHABET.replace(right, ""):
            assert read(KEY, code[:place] + wrong + code[place + 1 :], today=TODAY) is None


def test_codes_of_one_day_do_not_tell_those_of_the_next() -> None:
    days = [FIRST_DAY + timedelta(days=n) for n in range(1000)]
    assert len({made(KEY, "M03", day)[:4] for day in days}) > 990
