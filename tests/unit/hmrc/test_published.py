"""Everything HMRC has published for these wires, sent to our adapters as an answer.

Each file either maps or gives a clean gap; none breaks an adapter, and none that is not of the
wire is ever taken for "no debts".
"""

from __future__ import annotations

import json
import warnings
from collections import Counter
from collections.abc import Callable, Iterator
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any, Final

import pytest

from adapters.departments.hmrc_breathing_space import look_again
from adapters.departments.hmrc_self_assessment.schema import read_balances
from adapters.departments.hmrc_time_to_pay.kinds import OTHER, kind_of
from adapters.departments.hmrc_time_to_pay.locks import read_locks, read_signals
from adapters.departments.native.schema import DATATYPES, TYPE_CODES
from adapters.reading import Unreadable
from consent.clock import SetClock
from consent.strict_json import NotStrictJson, read_json
from debts.debt import Debts, NoDebts, NotMatched, Unavailable
from debts.facts import Address, Facts
from tests.hmrc_lab import hmrc
from tests.upstream_lab import Say, Sent, TwinWire, asked_of, published, the_debts

NOW = datetime(2026, 7, 1, 12, 0, tzinfo=UTC)
FOLDERS: Final = (
    "hmrc__debt-transformation-stub",
    "hmrc__time-to-pay-proxy",
    "hmrc__breathing-space-if-stub",
    "hmrc__breathing-space-if-dynamic-stub",
    "hmrc__self-assessment-accounts-api",
    "hmrc__self-assessment-liability-api",
    "_derived/hmrc-essttp",
    "_derived/hmrc-sa-accounts-rendered",
    "_derived/hmrc-view-sa-account",
)
SAMPLE: Final = (
    "hmrc__debt-transformation-stub/conf/resources/data/ttpe.proxy/chargeInfoSuccess.json"
)
BEN: Final = Facts(
    "Ben", "Thomas", date(2014, 9, 12), Address(("Address Line 1",), "AB12 3CD"),
    extras={"hmrc.utr": "chargesInfoSuccess"},
)  # fmt: skip


def files() -> list[Path]:
    found = [file for name in FOLDERS for file in sorted(published(name).rglob("*.json"))]
    assert len(found) > 500
    return found


def always(say: Say) -> Callable[[Sent], Say]:
    return lambda _: say


def tell(what: str, counts: Counter[str]) -> None:
    """Shown in the summary of the test run: how many payloads, and what became of them."""
    line = ", ".join(f"{count} {name}" for name, count in sorted(counts.items()))
    warnings.warn(f"{what}: {sum(counts.values())} payloads: {line}", stacklevel=2)


def test_hmrcs_own_charge_info_sample_maps() -> None:
    """Its parts do not add up to its total; its processing time has six decimals."""
    body = published(SAMPLE).read_bytes()
    wire = TwinWire(lambda _: Say(body))
    (debt,) = the_debts(asked_of(hmrc(SetClock(NOW))("https://hmrc.example", wire), BEN))
    assert (debt.token, debt.reference_tail) == ("CHARGE REFERENCE", "ENCE")
    assert (debt.balance, debt.principal, debt.interest) == (1000, 500, 50)
    assert debt.due == date(2021, 1, 31)
    assert debt.as_at == datetime(2025, 7, 2, 14, 0, 41, 689625, tzinfo=UTC)


def test_every_published_file_as_a_charge_info_answer_maps_or_is_a_gap() -> None:
    counts: Counter[str] = Counter()
    build = hmrc(SetClock(NOW))
    for file in files():
        say = Say(file.read_bytes())
        answer = asked_of(build("https://hmrc.example", TwinWire(always(say))), BEN)
        assert isinstance(answer, Debts | NotMatched | Unavailable), file
        counts[type(answer).__name__] += 1
    assert counts["Debts"] >= 1
    tell("charge-info", counts)


def test_every_published_file_as_breathing_space_periods_maps_or_is_not_known() -> None:
    counts: Counter[str] = Counter()
    answers: Counter[str] = Counter()
    for file in files():
        try:
            day = look_again(read_json(file.read_bytes(), max_bytes=10**6), NOW.date())
            what = "a moratorium" if day else "none"
            counts[what] += 1
            answers[what] += file.parent.name == "periods"
        except (Unreadable, NotStrictJson):
            counts["not known"] += 1
            assert file.parent.name != "periods", file
    assert answers == {"a moratorium": 5, "none": 3}
    tell("breathing space", counts)


def test_every_published_file_as_self_assessment_accounts_maps_or_is_a_gap() -> None:
    counts: Counter[str] = Counter()
    for file in files():
        try:
            said = read_json(file.read_bytes(), max_bytes=10**6)
            answer = read_balances(said, agreed=DATATYPES, at=NOW, today=NOW.date())
            assert isinstance(answer, Debts | NoDebts)
            counts[type(answer).__name__] += 1
            assert "balanceDetails" in said, file
        except (Unreadable, NotStrictJson):
            counts["a gap"] += 1
    assert counts["Debts"] >= 2
    tell("self assessment accounts", counts)


def rows(said: Any, name: str) -> Iterator[dict[str, Any]]:
    """Every record that has this field, however deep."""
    if isinstance(said, list):
        for item in said:
            yield from rows(item, name)
    elif isinstance(said, dict):
        if name in said:
            yield said
        for item in said.values():
            yield from rows(item, name)


def readable() -> Iterator[Any]:
    for file in files():
        try:
            yield json.loads(file.read_bytes())
        except ValueError:
            continue


def test_every_published_charge_has_a_kind_and_every_lock_a_meaning() -> None:
    kinds: Counter[str] = Counter()
    holds: Counter[str] = Counter()
    for said in readable():
        for charge in rows(said, "mainTrans"):
            words = f"{charge.get('chargeType', '')} {charge.get('mainType', '')}"
            kinds[kind_of(str(charge["mainTrans"]), words)] += 1
        for charge in rows(said, "locks"):
            if isinstance(charge["locks"], list):
                hold, flags = read_locks(charge["locks"])
                holds[hold.value if hold else min(flags, default="nothing")] += 1
        for account in rows(said, "signals"):
            read_signals(account["signals"])
    assert set(kinds) <= TYPE_CODES | {OTHER}
    assert kinds["HMRC_SA"] > 150
    assert holds["breathing_space"]
    tell("charges by kind", kinds)
    tell("locked charges", holds)


@pytest.mark.parametrize("name", ["locks", "charges"])
def test_there_is_something_to_read(name: str) -> None:
    assert sum(1 for said in readable() for _ in rows(said, name)) > 20
