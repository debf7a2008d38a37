"""Notices: the same in both languages, complete, and true to what the code does."""

from __future__ import annotations

import re
from datetime import UTC, date, datetime, timedelta
from hashlib import sha256
from pathlib import Path
from string import Formatter

import pytest
from babel.dates import format_date

from consent import notices, parties, register
from consent.dates import in_words
from consent.ids import DepartmentCode
from consent.notices import FOOT, Notice
from consent.purposes import TERMS, Purpose, Use, expiry, may_use

ROOT = Path(__file__).resolve().parents[2]
ALL = notices.load()
SHOWN = [notice for notice in ALL.by_key.values() if notice.record > 1]
NEWEST = [
    ALL.newest(purpose, language)
    for purpose in dict.fromkeys(notice.purpose for notice in SHOWN)
    for language in ("en", "cy")
]
NOON = datetime(2026, 3, 2, 12, tzinfo=UTC)
ROWS = ("who", "sent", "back", "why", "sees", "often", "long", "kept", "if_no")
ids = lambda one: f"{one.id}-{one.language}"  # noqa: E731 - a name for a test's example


def places(*texts: str) -> list[set[str]]:
    return [{name for _, name, _, _ in Formatter().parse(text) if name} for text in texts]


@pytest.mark.parametrize("notice", [one for one in NEWEST if one.language == "en"], ids=ids)
def test_english_and_welsh_have_the_same_structure_cd16(notice: Notice) -> None:
    other = ALL.newest(notice.purpose, "cy")
    assert (other.version, other.language) == (notice.version, "cy")
    assert [row.key for row in other.rows] == [row.key for row in notice.rows]
    assert [row.key for row in other.foot] == [row.key for row in notice.foot]
    assert [(f.code, f.type) for f in other.fields] == [(f.code, f.type) for f in notice.fields]
    assert other.limits == notice.limits
    assert other.sends.keys() == notice.sends.keys()
    for mine, theirs in zip(_texts(notice), _texts(other), strict=True):
        assert places(mine) == places(theirs), (mine, theirs)


@pytest.mark.parametrize("notice", NEWEST, ids=ids)
def test_welsh_is_not_english_left_standing(notice: Notice) -> None:
    if notice.language == "cy":
        english = _texts(ALL.newest(notice.purpose, "en"))
        same = [mine for mine in _texts(notice) if mine in english]
        assert same == ["{name}"]


def _texts(notice: Notice) -> list[str]:
    return [
        *(notice.question_one, notice.question_many, notice.yes, notice.no, notice.length),
        *(text for row in (*notice.rows, *notice.foot) for text in (row.heading, row.words)
          if text),
        *(field.words for field in notice.fields),
        *(words for pair in notice.sends.values() for words in pair),
    ]  # fmt: skip


@pytest.mark.parametrize("notice", NEWEST, ids=ids)
def test_a_notice_says_everything_that_a_person_has_a_right_to_know_sec_20(notice: Notice) -> None:
    """Controllers by name, purpose, fields, frequency, duration, a no, stopping, rights,
    complaint, computers, and how long things are kept."""
    assert tuple(row.key for row in notice.rows) == ROWS
    assert tuple(row.key for row in notice.foot) == FOOT
    assert all(row.words.strip() for row in (*notice.rows, *notice.foot))
    words = {row.key: row.words for row in (*notice.rows, *notice.foot)}
    assert words["who"] == "{name}"
    assert "See and pay what you owe to government" in words["controllers"]
    assert "ico.org.uk" in words["complain"]
    assert re.search(r"\b6 (years|blynedd|mlynedd)\b", words["kept"])
    assert len({field.code for field in notice.fields}) == len(notice.fields) > 0


@pytest.mark.parametrize("notice", NEWEST, ids=ids)
def test_each_row_is_at_most_30_words_in_both_languages_cd11(notice: Notice) -> None:
    entry = register.load().departments
    for row in notice.rows:
        assert len(row.words.split()) <= 30, row
    for one in entry.values():
        if one.connected:
            assert len(notice.card(one, until=notice.until(one, NOON))) == 9


@pytest.mark.parametrize("notice", NEWEST, ids=ids)
def test_the_words_promise_the_limits_that_the_code_keeps_f20(notice: Notice) -> None:
    terms, limits = TERMS[notice.purpose], notice.limits
    assert timedelta(days=limits.longest_days) == (terms.longest or timedelta())
    assert limits.most_a_day == (terms.most_a_day or 0)
    assert timedelta(seconds=limits.least_apart_seconds) == terms.least_apart
    assert limits.once == terms.once
    often = next(row.words for row in notice.rows if row.key == "often")
    long = next(row.words for row in notice.rows if row.key == "long")
    if limits.most_a_day:
        assert str(limits.most_a_day) in often
    if limits.once:
        assert often.startswith(("Once", "Unwaith"))
    if "{length}" not in long and limits.longest_days:
        months = limits.longest_days * 12 / 365
        assert re.search(rf"\b({limits.longest_days} |{months:.0f} m)", long), long


def test_a_permission_may_be_used_24_times_a_day_and_not_twice_within_30_seconds_f20() -> None:
    terms = TERMS[Purpose.VIEW_DEBTS]
    ago = [NOON - timedelta(seconds=seconds) for seconds in (29, 30)]
    assert may_use(terms, 0, None, NOON) is Use.YES
    assert may_use(terms, 23, ago[1], NOON) is Use.YES
    assert may_use(terms, 24, ago[1], NOON) is Use.TOO_OFTEN
    assert may_use(terms, 1, ago[0], NOON) is Use.TOO_SOON
    assert may_use(terms, 1, ago[0], NOON, again=True) is Use.YES
    assert may_use(terms, 24, ago[0], NOON, again=True) is Use.TOO_OFTEN
    assert may_use(TERMS[Purpose.RUN_PLAN], 10_000, NOON, NOON) is Use.YES


def test_a_department_may_shorten_a_permission_and_never_lengthen_it_f11() -> None:
    half_a_year, two_years = timedelta(days=182), timedelta(days=730)
    asked = Purpose.VIEW_DEBTS
    assert expiry(asked, NOON, longest=half_a_year) == NOON + half_a_year
    assert expiry(asked, NOON, longest=two_years) == NOON + timedelta(days=365)
    assert expiry(asked, NOON) == NOON + timedelta(days=365)
    plan = expiry(Purpose.RUN_PLAN, NOON)
    assert expiry(Purpose.RUN_PLAN, NOON, longest=half_a_year) == plan, "a plan ends with itself"


def test_the_card_says_the_department_s_own_limit_f11() -> None:
    hmcts = register.load().departments[DepartmentCode("hmcts")]
    notice = ALL.newest(Purpose.VIEW_DEBTS, "en")
    card = notice.card(hmcts, until=notice.until(hmcts, NOON))
    long = next(row.words for row in card if row.key == "long")
    assert long.startswith("Until 31 August 2026 (6 months).")


def test_the_list_of_parties_of_today_is_the_register_of_today() -> None:
    listed = parties.load().lists[-1].departments
    entries = {entry.code: entry for entry in register.load().connected()}
    assert listed.keys() == entries.keys()
    for code, entry in entries.items():
        party = listed[code]
        assert parties.of_entry(entry) == (
            *(party.name, party.short, party.sends, party.longest_days),
        )


def test_published_lists_of_parties_are_never_edited() -> None:
    folder = ROOT / "register/parties"
    lines = (folder / "SHA256SUMS").read_text(encoding="utf-8").splitlines()
    there = {path.name: sha256(path.read_bytes()).hexdigest() for path in folder.glob("*.toml")}
    assert {name: digest for digest, name in (line.split() for line in lines)} == there


@pytest.mark.parametrize("language", ["en", "cy"])
def test_a_day_in_a_notice_reads_as_on_every_page(language: str) -> None:
    locale = {"en": "en_GB", "cy": "cy"}[language]
    for month in range(1, 13):
        day = date(2026, month, 2)
        assert in_words(day, language) == format_date(day, "d MMMM y", locale=locale)
    assert in_words(datetime(2026, 6, 30, 23, 30, tzinfo=UTC), "en") == "1 July 2026"
