"""Orders on wages and the Universal Credit cap: published figures to the penny (C12, C13, P9)."""

from __future__ import annotations

from datetime import date

import pytest

from debts.money import Pence
from plan.rules.claim import Nation
from plan.rules.deductions import (
    NoTable,
    earnings_orders,
    order_on,
)
from tests.plan_cases import the_policy

DAY = date(2026, 3, 1)


@pytest.mark.parametrize(
    ("code", "nation", "net", "taken"),
    [
        ("council_tax", "ENG", 150000, 25500),
        ("council_tax", "WLS", 150000, 18000),
        ("court_fine", "ENG", 150000, 26160),
        ("direct_earnings", "ENG", 150000, 16500),
        ("council_tax", "ENG", 230000, 48340),
        ("council_tax", "WLS", 230000, 39100),
        ("court_fine", "WLS", 230000, 66160),
        ("direct_earnings", "SCT", 230000, 46000),
        ("earnings_arrestment", "SCT", 180000, 17250),
        ("earnings_arrestment", "SCT", 230000, 27250),
        ("earnings_arrestment", "SCT", 75100, 1000),
        ("earnings_arrestment", "SCT", 100030, 3754),
        ("earnings_arrestment", "SCT", 75000, 0),
        ("council_tax", "ENG", 30000, 0),
    ],
)
def test_an_order_takes_what_its_table_says_c13(
    code: str, nation: str, net: int, taken: int
) -> None:
    """DED-20 England, DED-21 Wales, DED-22 fines, DED-23 benefits, DED-26 and DED-27 Scotland."""
    assert order_on(code, Nation(nation), DAY).takes(Pence(net)) == taken


def test_a_direct_earnings_attachment_leaves_sixty_per_cent_ded_25() -> None:
    order = order_on("direct_earnings", Nation("ENG"), DAY)
    assert order.takes(Pence(100000), other_orders=Pence(35000)) == 5000
    assert order.takes(Pence(100000), other_orders=Pence(45000)) == 0


def test_the_cap_on_universal_credit_fell_at_the_end_of_april_2025_ded_01() -> None:
    before, after = (the_policy(on=date(2025, 4, day)).universal_credit for day in (29, 30))
    assert before
    assert after
    assert (before.percent, after.percent) == (25, 15)
    assert after.most(Pence(40014)) == 6002


def test_p9_the_published_fifteen_per_cent() -> None:
    cap = the_policy(on=DAY).universal_credit
    assert cap
    assert cap.most(Pence(40989)) == 6148


def test_a_day_or_nation_without_a_table_is_said_so() -> None:
    """DED-29: in Northern Ireland another office enforces, and no table of ours holds."""
    for code in ("council_tax", "court_fine", "direct_earnings", "earnings_arrestment"):
        with pytest.raises(NoTable):
            order_on(code, Nation("NIR"), DAY)
    with pytest.raises(NoTable):
        order_on("council_tax", Nation("SCT"), DAY)
    with pytest.raises(NoTable):
        order_on("earnings_arrestment", Nation("SCT"), date(2025, 4, 5))


def test_more_pay_never_means_less_to_live_on_by_more_than_a_band_edge() -> None:
    """Whole-band tables jump at their limits; between limits what is left only grows."""
    for order in earnings_orders():
        edges = {row[0] for row in (*order.up_to, *order.marginal)}
        for net in range(0, 400000, 100):
            if not edges & set(range(net, net + 101)):
                before, after = order.takes(Pence(net)), order.takes(Pence(net + 100))
                assert net - before <= net + 100 - after
