"""A simulated department fetches its money, and what it tells of debts grows smaller (F58)."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
import requests

from adapters.gateway import NotNow
from adapters.gateway.round import Done
from adapters.simulators.cast import Cast
from adapters.simulators.department import make_app
from adapters.simulators.department.routes import MONEY
from adapters.simulators.serve import SimulatorSettings
from consent.keys import new_key
from debts.debt import Debts
from tests.native_lab import CAST, PORTAL, Lab, a_lab, a_permit, facts_of
from tests.rude_portal import RudePortal, a_series
from tests.until import LONG, until

TAMSIN = CAST.person("testwell")
ADVANCE, OVERPAYMENT = (debt.balance for debt in TAMSIN.debts_at("dwp"))
"""38,000 and 124,050 pence."""


@pytest.fixture
def portal() -> Iterator[RudePortal]:
    with RudePortal(a_series(0)) as opened:
        opened.speaks = {"iss": PORTAL}
        yield opened


def department(folder: Path, portal: RudePortal) -> Any:
    return a_lab(
        folder, cast=CAST, books=folder / "books", money_every=0.05, portal_reached_at=portal.url
    )


def handles(lab: Lab) -> list[str]:
    return [debt.token for debt in debts(lab).items]


def debts(lab: Lab) -> Debts:
    lab.behave(TAMSIN, "0")
    found = lab.ask(facts_of(TAMSIN), a_permit("dwp"))
    assert isinstance(found, Debts)
    return found


def pays(portal: RudePortal, lab: Lab, *parts: tuple[str, int]) -> dict[str, Any]:
    """These handles and pence are the whole series now; the book when it has them."""
    portal.key = lab.portal_keys.first("sig")
    portal.series = a_series(
        len(parts),
        lambda number: parts[number - 1][1],
        lambda number: parts[number - 1][0],
        next_most=20_000,
    )
    return book_when(lab, lambda book: book["totals"]["entries"] == len(parts))


def book_when(lab: Lab, right: Callable[[dict[str, Any]], bool]) -> dict[str, Any]:
    books: list[dict[str, Any]] = []

    def there() -> bool:
        book = requests.get(f"{lab.url}/_book", timeout=LONG).json()
        books.append(book)
        return right(book) and not book["totals"]["answers_waiting"]

    until(there, "the book")
    return books[-1]


def test_a_debt_is_smaller_by_what_came_then_near_its_end_then_gone(
    portal: RudePortal, tmp_path: Path
) -> None:
    with department(tmp_path, portal) as lab:
        advance, overpayment = handles(lab)
        pays(portal, lab, (advance, 10_000))
        found = debts(lab)
        assert [debt.balance for debt in found.items] == [ADVANCE - 10_000, OVERPAYMENT]
        assert found.stated_total == ADVANCE + OVERPAYMENT - 10_000
        book = pays(portal, lab, (advance, 10_000), (advance, 15_000))
        assert (book["entries"][1]["line"], book["entries"][1]["needed_pence"]) == (
            "closing",
            ADVANCE - 25_000,
        )
        book = pays(portal, lab, (advance, 10_000), (advance, 15_000), (advance, 15_000))
        assert (book["entries"][2]["line"], book["entries"][2]["returned_pence"]) == (
            "cleared",
            40_000 - ADVANCE,
        )
        assert [debt.token for debt in debts(lab).items] == [overpayment]


def test_its_own_gateway_rests_when_it_is_told_to(tmp_path: Path) -> None:
    """Then its money and its plans are left to its staff, or to somebody's own client. Here nobody
    is where the portal should be, which a round that is made says."""
    settings = SimulatorSettings(
        "dwp", "http://127.0.0.1:1", "http://127.0.0.1:9", tmp_path, books=tmp_path / "books"
    )
    money = make_app(CAST, settings)[MONEY]
    with pytest.raises(NotNow):
        money.one_round()
    money.rests = True
    assert money.one_round() == Done(0, 0, ())


def test_it_is_told_to_rest_while_it_runs(portal: RudePortal, tmp_path: Path) -> None:
    with department(tmp_path, portal) as lab:
        for rests in (True, False):
            answer = requests.post(f"{lab.url}/_control/gateway", json={"rests": rests}, timeout=5)
            assert answer.json() == {"rests": rests}


def test_the_book_outlives_the_department(portal: RudePortal, tmp_path: Path) -> None:
    for key, name in ((new_key("sig", "1"), "dwp_sign"), (new_key("enc", "2"), "dwp_seal")):
        (tmp_path / f"{name}.jwk.json").write_text(json.dumps(key.as_dict(private=True)))
    with department(tmp_path, portal) as lab:
        (advance, *_) = handles(lab)
        pays(portal, lab, (advance, 10_000))
    with department(tmp_path, portal) as lab:
        assert debts(lab).items[0].balance == ADVANCE - 10_000
        portal.key = lab.portal_keys.first("sig")
        book = book_when(lab, lambda book: not book["fault"])
        assert book["totals"]["book"] == 10_000


def test_what_it_does_not_know_lies_in_suspense_and_a_hold_holds(
    portal: RudePortal, tmp_path: Path
) -> None:
    paused = replace(
        TAMSIN, debts=tuple(replace(debt, state="breathing_space") for debt in TAMSIN.debts)
    )
    with a_lab(
        tmp_path,
        cast=Cast((paused,)),
        books=tmp_path / "books",
        money_every=0.05,
        portal_reached_at=portal.url,
    ) as lab:
        (advance, *_) = handles(lab)
        book = pays(portal, lab, (advance, 5_000), ("nobody-knows", 700))
        said = [(one["outcome"], one["reason"]) for one in book["entries"]]
        assert said == [("held", "moratorium"), ("in_suspense", "handle_unknown")]
        assert (book["totals"]["book"], book["totals"]["on_debts"]) == (5_700, 0)
        assert sum(debt.balance for debt in debts(lab).items) == ADVANCE + OVERPAYMENT
