"""The paying bank's statements: exact pence, each credit once, and a file at fault changes nothing.

Published samples with what another library read from them lie outside the project: tests that use
them are skipped, with a reason, where they are not there.
"""

from __future__ import annotations

import json
import os
from collections.abc import Callable
from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from adapters.payments.camt053 import OwnAccount, StatementFault, ours, payers, read
from adapters.payments.camt053.document import Entry, Money
from adapters.payments.camt053.tree import MOST_BYTES
from adapters.simulators.bank_statement import Line, statement
from plan.banking import BankStatement
from plan.paying import EntryKind

WIRE = Path(os.environ.get("SVD_WIRE_DIR", Path(__file__).parents[4] / "shared" / "wire"))
SAMPLES = WIRE / "genkgo__camt/test/data"
ACCOUNT = OwnAccount("000000", "00000001")
DAY = date(2026, 11, 27)
DECIMALS = {"JPY": 0}
KINDS = {
    "opening": {"OPBD", "PRCD"},
    "closing": {"CLBD"},
    "opening_available": {"OPAV"},
    "closing_available": {"CLAV"},
}
"""What the other library calls them; its other words are not looked at."""


def a_file(*lines: Line, **more: Any) -> bytes:
    return statement(lines, sort_code="000000", number="00000001", day=DAY, **more)


def read_in(*lines: Line, **more: Any) -> BankStatement:
    (found,) = ours(read(a_file(*lines, **more)), ACCOUNT)
    return found


def pence(found: BankStatement) -> list[tuple[str, int]]:
    return [(entry.kind.value, entry.pence) for entry in found.entries]


def samples() -> list[Any]:
    found = sorted(
        path for path in SAMPLES.glob("camt*53*.xml") if path.with_suffix(".json").is_file()
    )
    return [pytest.param(path, id=path.stem) for path in found] or [
        pytest.param(None, marks=pytest.mark.skip(reason="the published samples are not here"))
    ]


def money(said: dict[str, Any]) -> Money:
    currency = said["getCurrency"]["getCode"]
    return Money(Decimal(said["getAmount"]).scaleb(-DECIMALS.get(currency, 2)), currency)


def day(said: dict[str, Any] | None) -> date | None:
    return date.fromisoformat(said["0"][:10]) if said else None


@pytest.mark.parametrize("path", samples())
def test_a_published_sample_is_read_as_it_is_expected(path: Path) -> None:
    """What the other library has twice, it writes down once: the record stands in its entry."""
    found = read(path.read_bytes())
    said = json.loads(path.with_suffix(".json").read_text())
    assert found.id == said["getGroupHeader"]["getMessageId"]
    (mine,) = found.statements
    theirs = said["getEntries"][0]["getRecord"] if said["getEntries"] else said["getRecords"][0]
    assert mine.id == theirs["getId"]
    assert theirs["getAccount"]["getIdentification"] in (mine.iban, mine.other_account)
    assert [(one.money, one.on) for one in mine.balances] == [
        (money(one["getAmount"]), day(one["getDate"])) for one in theirs["getBalances"]
    ]
    for balance, one in zip(mine.balances, theirs["getBalances"], strict=True):
        assert balance.kind in KINDS.get(one["getType"], {balance.kind})
    assert len(mine.entries) == len(said["getEntries"])
    for entry, one in zip(mine.entries, said["getEntries"], strict=True):
        _is_the_same(entry, one)


def _is_the_same(entry: Entry, said: dict[str, Any]) -> None:
    assert entry.money == money(said["getAmount"])
    assert entry.booked_on == day(said["getBookingDate"])
    assert entry.value_date == day(said["getValueDate"])
    assert entry.status == said["getStatus"]
    assert entry.reversal is bool(said["getReversalIndicator"])
    assert entry.servicer_ref == (said["getAccountServicerReference"] or "")
    (detail,) = entry.details
    one = said["getTransactionDetail"]
    assert detail.end_to_end == ((one["getReference"] or {}).get("getEndToEndId") or "")
    words = (one["getRemittanceInformation"] or {}).get("getMessage")
    assert words in (None, *detail.words)


def test_the_published_file_that_is_wrong_says_where_and_what_to_do() -> None:
    path = SAMPLES / "camt053.v2.wrong.xml"
    if not path.is_file():
        pytest.skip("the published samples are not here")
    with pytest.raises(StatementFault) as refused:
        read(path.read_bytes())
    assert refused.value.line == 3
    assert "no statement" in str(refused.value)
    assert "Ask the bank" in str(refused.value)


@pytest.mark.parametrize("version", ["02", "03", "04", "08"])
def test_each_version_says_the_same(version: str) -> None:
    batch = Line(3_000, parts=(Line(1_000, "one"), Line(2_000, "two")))
    found = read_in(Line(10_001, "rent"), Line(-4_000), batch, opening=5, version=version)
    assert pence(found) == [("credit", 10_001), ("credit", 1_000), ("credit", 2_000)]
    assert [entry.words for entry in found.entries] == [("rent",), ("one",), ("two",)]
    assert found.debits_pence == 4_000
    assert (found.opening_pence, found.closing_pence) == (5, 9_006)
    assert all(entry.sure for entry in found.entries)


def test_a_batch_whose_parts_leave_a_doubt_comes_out_whole_and_unsure() -> None:
    found = read_in(Line(3_000, parts=(Line(1_000, "one"), Line(1_999, "two"))))
    (entry,) = found.entries
    assert (entry.pence, entry.sure, entry.words) == (3_000, False, ())


def test_what_is_taken_back_and_what_comes_back_are_told_apart() -> None:
    found = read_in(
        Line(10_000, "mine"),
        Line(-10_000, "mine", reversal=True),
        Line(-500, came_back=True),
        Line(700, reversal=True),
        Line(800, came_back=True),
    )
    assert pence(found) == [
        ("credit", 10_000),
        ("reversal", 10_000),
        ("reversal", 500),
        ("returned", 700),
        ("returned", 800),
    ]


def test_what_is_not_booked_is_passed_over_and_a_zero_is_nothing() -> None:
    found = read_in(Line(10_000, status="PDNG"), Line(0), Line(1))
    assert pence(found) == [("credit", 1)]


def test_every_copy_of_a_statement_has_the_same_identities() -> None:
    lines = (Line(100, "a"), Line(100, "a"), Line(100, "b"), Line(-100, "a", reversal=True))
    one = read_in(*lines, message_id="ONE")
    two = read_in(*lines, message_id="TWO")
    assert one == two
    assert len({entry.identity for entry in one.entries}) == 4
    other = read_in(*lines, statement_id="STATEMENT-2")
    assert not {e.identity for e in one.entries} & {e.identity for e in other.entries}


def test_who_paid_is_read_only_when_money_goes_back() -> None:
    message = read(a_file(Line(100, "a", payer="Mx Canary"), Line(200, gone=True)))
    assert "Canary" not in repr(message) + repr(ours(message, ACCOUNT))
    assert [payer.name if payer else "" for _, payer in payers(message, ACCOUNT)] == [
        "Mx Canary",
        "",
    ]


FAULTS: dict[str, tuple[Callable[[], bytes], str]] = {
    "cut off": (lambda: a_file(Line(1))[:-30], "line 10: This is not well-formed XML"),
    "empty": (lambda: b"", "not well-formed"),
    "another message": (lambda: a_file().replace(b"camt.053", b"camt.054"), "not a camt.053"),
    "a later version": (lambda: a_file(version="99"), "version is not known"),
    "another currency": (
        lambda: a_file(Line(1, currency="EUR")),
        "line 9: An amount is not in pounds",
    ),
    "another account": (lambda: a_file().replace(b"0000001<", b"0000002<"), "another account"),
    "no sum": (
        lambda: a_file(Line(100), closing=99),
        "differ by £0.99, its entries add up to £1.00",
    ),
    "a float": (lambda: a_file(Line(100)).replace(b">1.00<", b">1e2<"), "not an amount"),
    "half a penny": (lambda: a_file(Line(100)).replace(b">1.00<", b">1.005<"), "not whole pence"),
    "below zero": (lambda: a_file(Line(100)).replace(b">1.00<", b">-1.00<"), "not an amount"),
    "neither in nor out": (lambda: a_file(Line(1)).replace(b"CRDT", b"CRED"), "neither CRDT nor"),
    "no day": (
        lambda: a_file(Line(1)).replace(b"2026-11-27</Dt></V", b"27/11/26</Dt></V"),
        "not a day",
    ),
    "another status": (lambda: a_file(Line(1, status="HUH")), "neither booked nor pending"),
    "too much": (lambda: a_file(Line(2_000_000_001)), "above £20 million"),
    "an entity": (
        lambda: a_file().replace(b"<Document", b'<!DOCTYPE d [<!ENTITY a "b">]><Document'),
        "document type or an entity",
    ),
    "too deep": (lambda: a_file().replace(b"<Stmt>", b"<Stmt>" + b"<a>" * 50), "more in this file"),
    "too long": (lambda: a_file(Line(1, "x" * 10_001)), "longer than in any statement"),
    "too large": (lambda: b" " * (MOST_BYTES + 1), "larger than 64 MB"),
}


@pytest.mark.parametrize("name", FAULTS)
def test_a_file_at_fault_is_refused_whole_with_its_line_and_no_words_of_it(name: str) -> None:
    make, words = FAULTS[name]
    with pytest.raises(StatementFault) as refused:
        ours(read(make()), ACCOUNT)
    assert words in str(refused.value)
    assert refused.value.do
    assert "TESTWELL" not in str(refused.value)


def test_zeros_behind_the_pence_are_taken_and_an_account_may_be_an_iban() -> None:
    body = a_file(Line(1815)).replace(b">18.15<", b">18.150<")
    body = body.replace(
        b"<Othr><Id>00000000000001</Id></Othr>", b"<IBAN>GB00DEMO00000000000001</IBAN>"
    )
    (found,) = ours(read(body), ACCOUNT)
    assert found.total(EntryKind.CREDIT) == 1815
