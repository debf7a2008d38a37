"""A department's gateway posts what follows and refuses, loudly, what does not (SEC-81)."""

from __future__ import annotations

import sqlite3
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from adapters.gateway import NotNow, SeriesBroken
from tests.rude_portal import Page, RudePortal, a_key, a_series, claims_of


@pytest.fixture
def portal() -> Iterator[RudePortal]:
    with RudePortal(a_series(8, lambda number: -400 if number == 7 else 1_000 + number)) as opened:
        yield opened


def change(at: int, **changes: Any) -> Callable[[Page], object]:
    """Of the entry at this place of a page that has one."""

    def spoil(page: Page) -> None:
        if len(page["items"]) > at:
            page["items"][at] |= changes

    return spoil


AFTER_A_GAP = (
    "insert into entry select sequence + 2, 'x', kind, debt_handle, pence, next_most_pence,"
    " value_date, chain_hash, posted_at, outcome, line, on_debt, reason, needed_pence,"
    " returned_pence, told, refusal from entry where sequence = 8"
)
SPOILED: dict[str, tuple[Callable[[Page], object], str]] = {
    "an entry left out": (lambda page: page["items"].pop(1), "gap"),
    "the first left out": (lambda page: page["items"].pop(0), "gap"),
    "the last left out": (lambda page: page["items"].pop(2), "gap"),
    "a number twice": (lambda page: page["items"].insert(1, page["items"][0]), "doubled"),
    "two swapped": (lambda page: page["items"].reverse(), "gap"),
    "an id twice": (change(1, allocation_id=a_series(1)[0]["allocation_id"]), "doubled"),
    "a penny more": (change(1, amount_pence=1_003), "changed"),
    "another debt": (change(2, debt_handle="debt-9"), "changed"),
    "another day": (change(0, value_date="2026-12-02"), "changed"),
    "another kind": (change(0, kind="reversed", amount_pence=-1_001), "changed"),
    "another head": (change(1, prev_hash="1" * 64), "changed"),
    "another hash": (change(2, chain_hash="1" * 64), "changed"),
    "more to come next": (change(0, next_most_pence=9), "changed"),
    "a sign": (change(0, amount_pence=-1_001), "malformed"),
    "nothing": (change(0, amount_pence=0), "malformed"),
    "a text": (change(0, amount_pence="1001"), "malformed"),
    "true": (change(0, sequence=True), "malformed"),
    "a kind that there is not": (change(0, kind="gift"), "malformed"),
    "other money": (change(0, currency="EUR"), "malformed"),
    "no hash": (change(0, prev_hash=None), "malformed"),
    "another last number": (lambda page: page.update(last_sequence=7), "gap"),
    "nothing and more": (lambda page: page.update(items=[], last_sequence=0), "not_moving"),
    "less than we had": (lambda page: page.update(items=[], last_sequence=-1), "behind"),
    "no list": (lambda page: page.update(items={}), "malformed"),
}


@pytest.mark.parametrize("what", SPOILED)
def test_what_does_not_follow_is_refused_and_nothing_of_it_is_posted(
    portal: RudePortal, tmp_path: Path, what: str
) -> None:
    portal.spoil, why = SPOILED[what]
    gateway = portal.gateway(tmp_path / "book")
    with pytest.raises(SeriesBroken) as stopped:
        gateway.round()
    assert stopped.value.why == why
    assert gateway.book.head()[0] == 0
    assert gateway.book.as_json()["fault"]["why"] == why
    portal.spoil = lambda page: None
    assert gateway.round().posted == 8
    assert gateway.book.as_json()["fault"] is None


UNSIGNED: dict[str, dict[str, Any]] = {
    "another number": {"sequence": 2},
    "another hash": {"chain_hash": "1" * 64},
    "for another department": {"aud": "urn:svd:org:slc"},
    "of another portal": {"iss": "https://elsewhere.example"},
    "another kind of token": {"typ": "grant-status+jwt"},
    "a key that is not published": {"kid": "portal-2"},
    "the right name and another key": {"key": a_key("portal-1")},
    "tomorrow": {"iat": int(time.time()) + 86_400},
    "no number": {"sequence": "3"},
}


@pytest.mark.parametrize("what", UNSIGNED)
def test_a_page_that_the_portal_did_not_sign_is_not_posted(
    portal: RudePortal, tmp_path: Path, what: str
) -> None:
    portal.speaks = UNSIGNED[what]
    gateway = portal.gateway(tmp_path / "book")
    with pytest.raises(SeriesBroken, match="signature"):
        gateway.round()
    assert gateway.book.head()[0] == 0


@pytest.mark.parametrize("head", [None, "", "e30.e30.", "x", 7])
def test_a_page_without_a_signed_head_is_not_posted(
    portal: RudePortal, tmp_path: Path, head: object
) -> None:
    portal.spoil = lambda page: page.update(head=head)
    with pytest.raises(SeriesBroken, match="signature"):
        portal.gateway(tmp_path / "book").round()


def test_a_past_that_was_signed_anew_is_refused_and_both_words_are_kept(
    portal: RudePortal, tmp_path: Path
) -> None:
    """The portal's own key under another past: the two heads prove that it was rewritten."""
    gateway = portal.gateway(tmp_path / "book")
    gateway.round()
    portal.series = a_series(8)
    with pytest.raises(SeriesBroken, match="changed"):
        gateway.round()
    kept = gateway.book.as_json()
    before, after = (claims_of(kept["head"]), claims_of(kept["fault"]["evidence"]))
    assert before["sequence"] == after["sequence"] == 8
    assert before["chain_hash"] != after["chain_hash"]


@pytest.mark.parametrize(
    "raw",
    [
        b"{",
        b'{"items":[],"items":[],"last_sequence":0,"more":false}',
        b'{"items":[],"last_sequence":NaN,"more":false}',
        b'{"items":[],"last_sequence":0.0,"more":false}',
        b"\xff",
    ],
)
def test_what_can_be_read_in_two_ways_is_not_read(
    portal: RudePortal, tmp_path: Path, raw: bytes
) -> None:
    portal.raw = raw
    with pytest.raises(SeriesBroken):
        portal.gateway(tmp_path / "book").round()


def test_an_answer_without_end_is_cut_off(portal: RudePortal, tmp_path: Path) -> None:
    portal.raw = b" " * (2 * 1024 * 1024)
    with pytest.raises(NotNow):
        portal.gateway(tmp_path / "book").round()


def test_a_portal_that_went_back_in_time_is_noticed(portal: RudePortal, tmp_path: Path) -> None:
    """Restored from yesterday, it would give today's numbers out again."""
    gateway = portal.gateway(tmp_path / "book")
    gateway.round()
    del portal.series[6:]
    with pytest.raises(SeriesBroken, match="behind"):
        gateway.round()
    portal.series = a_series(8)
    with pytest.raises(SeriesBroken, match="changed"):
        gateway.round()
    assert gateway.book.head()[0] == 8


def test_the_series_goes_on_where_it_was_and_each_entry_is_answered_once(
    portal: RudePortal, tmp_path: Path
) -> None:
    gateway = portal.gateway(tmp_path / "book")
    assert gateway.round()[:2] == (8, 8)
    assert gateway.round()[:2] == (0, 0)
    portal.series = a_series(10, lambda number: -400 if number == 7 else 1_000 + number)
    again = portal.gateway(tmp_path / "book")
    assert again.round()[:2] == (2, 2)
    totals = again.book.totals()
    assert (totals.entries, totals.book) == (10, sum(one["amount_pence"] for one in portal.series))
    assert [len(said) for said in portal.receipts.values()] == [1] * 10


def test_an_answer_that_is_not_taken_waits_for_an_operator_and_the_others_go_on(
    portal: RudePortal, tmp_path: Path
) -> None:
    portal.refuse = {portal.series[1]["allocation_id"]: 409}
    gateway = portal.gateway(tmp_path / "book")
    assert gateway.round()[:2] == (8, 7)
    assert gateway.book.totals().answers_refused == 1
    assert gateway.book.as_json()["entries"][1]["refusal"] == "sequence-conflict"


def test_days_are_added_up(portal: RudePortal, tmp_path: Path) -> None:
    amounts = [one["amount_pence"] for one in portal.series]

    def day(name: str, first: int, last: int, more: int = 0) -> Page:
        return {
            "reference": name,
            "value_date": "2026-12-04",
            "first_sequence": first,
            "last_sequence": last,
            "total_pence": sum(amounts[first - 1 : last]) + more,
            "currency": "GBP",
            "state": "made",
        }

    gateway = portal.gateway(tmp_path / "book")
    portal.days = [day("c", 6, 9), day("b", 4, 5), day("a", 1, 3)]
    assert gateway.round().differ == ()
    assert [found.reference for found, _ in gateway.book.days()] == ["a", "b"], "9 is to come"
    portal.days = [day("e", 8, 8), day("d", 6, 6, more=1), day("b", 4, 5), day("a", 1, 3)]
    assert gateway.round().differ == ("d", "e"), "a penny more, and a number between them"


def test_the_file_itself_refuses_a_gap_a_double_and_a_change(
    portal: RudePortal, tmp_path: Path
) -> None:
    book = portal.gateway(tmp_path / "book")
    book.round()
    for statement in (
        "update entry set pence = pence + 1 where sequence = 1",
        "delete from entry where sequence = 8",
        AFTER_A_GAP,
    ):
        with sqlite3.connect(tmp_path / "book") as file, pytest.raises(sqlite3.Error):
            file.execute(statement)
