"""Cases, claims and statements for the tests of the plan's rules; and the plain way to share.

`reference_*` says the rules of sharing in the slowest and plainest way there is, with fractions
and payment by payment, so that the engine has something to be compared with.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import date
from decimal import Decimal
from fractions import Fraction
from typing import Any

from debts.money import Pence
from plan.rules.case import Case
from plan.rules.claim import Claim, Nation
from plan.rules.frequencies import Frequency
from plan.rules.policy import Policy, load
from plan.rules.statement import Line, Statement
from plan.rules.strategies import StrategyName, Weighed

ON = date(2026, 3, 1)


def the_policy(nation: Nation = Nation.ENGLAND, on: date = ON) -> Policy:
    return load().on(on, nation)


def a_claim(id: str = "A", pence: int = 10000, **facts: Any) -> Claim:  # noqa: A002
    given = {"department": "dwp", "type": "DWP_LEGACY_OP", **facts}
    return Claim(id=id, balance_pence=Pence(pence), **given)


def a_case(*claims: Claim, **facts: Any) -> Case:
    given = {"on": ON, "nation": Nation.ENGLAND, **facts}
    return Case(claims=claims, **given)


def a_line(line: str, pounds: str, every: str = "month") -> Line:
    return Line(line, Pence(int(Decimal(pounds) * 100)), Frequency(every))


def a_statement(*, income: int = 0, outgoings: int = 0, **facts: Any) -> Statement:
    """A statement of one line each, in pence a month."""
    return Statement(
        (Line("client-salary-or-wages", Pence(income)),), (Line("rent", Pence(outgoings)),), **facts
    )


def aisha() -> Statement:
    """The budget of example C1: £1,750.76 in, £1,624.34 out."""
    return Statement(
        income=(
            a_line("client-salary-or-wages", "312.40", "week"),
            a_line("child-benefit", "26.05", "week"),
            a_line("tax-credits-universal-credit", "284.15"),
        ),
        outgoings=(
            a_line("rent", "165.00", "week"),
            a_line("council-tax-rates", "128.00"),
            a_line("gas", "32.00", "week"),
            a_line("water-supply", "384.00", "year"),
            a_line("childcare-costs", "60.00", "four_weeks"),
            a_line("public-transport", "22.50", "week"),
            a_line("other-school", "180.00", "year"),
            a_line("life-insurance", "9.50"),
            a_line("home-phone-internet-tv", "62.00"),
            a_line("groceries", "74.00", "week"),
            a_line("clothing-footwear", "41.00"),
        ),
    )


def aishas_debts() -> tuple[Claim, ...]:
    return (
        a_claim("TCO", 120000, department="hmrc", type="HMRC_TCO"),
        a_claim("CTAX", 84532, department="council", type="LA_CTAX"),
        a_claim("UCOP", 41260, type="DWP_UC_OP"),
    )


def reference_share(
    total: int, weights: Sequence[int], caps: Sequence[int], places: Sequence[int]
) -> list[int]:
    """ALLOC-21, one overflowing line at a time."""
    left = Fraction(min(total, sum(caps)))
    shares = [0] * len(caps)
    lines = {i for i, cap in enumerate(caps) if cap}
    while lines:
        whole = sum(weights[i] for i in lines)
        exact = {i: left * weights[i] / whole for i in lines}
        full = next((i for i in sorted(lines) if exact[i] >= caps[i]), None)
        if full is None:
            for i in lines:
                shares[i] = int(exact[i])
            odd = int(left) - sum(shares[i] for i in lines)
            for i in sorted(lines, key=lambda i: (shares[i] - exact[i], places[i]))[:odd]:
                shares[i] += 1
            break
        shares[full] = caps[full]
        left -= caps[full]
        lines.remove(full)
    return shares


def reference_payment(
    payment: int, debts: Sequence[Weighed], caps: Sequence[int], strategy: StrategyName
) -> list[int]:
    """ALLOC-24: fixed terms first, the others by their strategy, then what nobody else can use."""
    total = min(payment, sum(caps))
    shares = [min(debt.fixed, cap) for debt, cap in zip(debts, caps, strict=True)]
    free = [i for i, debt in enumerate(debts) if not debt.fixed]
    some = _reference_with_minimums(
        total - sum(shares), [debts[i] for i in free], [caps[i] for i in free], strategy
    )
    for i, share in zip(free, some, strict=True):
        shares[i] = share
    terms = [debt.fixed for debt in debts]
    room = [
        cap - share if debt.fixed else 0
        for debt, cap, share in zip(debts, caps, shares, strict=True)
    ]
    places = [debt.place for debt in debts]
    more = reference_share(total - sum(shares), terms, room, places)
    return [a + b for a, b in zip(shares, more, strict=True)]


def _reference_with_minimums(
    payment: int, debts: Sequence[Weighed], caps: Sequence[int], strategy: StrategyName
) -> list[int]:
    """ALLOC-22 and ALLOC-23: a strategy, and raising what is below its minimum."""
    total = min(payment, sum(caps))
    fixed: dict[int, int] = {}
    while True:
        free = [i for i in range(len(debts)) if i not in fixed]
        shares = dict.fromkeys(range(len(debts)), 0) | fixed
        some = _reference_strategy(
            total - sum(fixed.values()), [debts[i] for i in free], [caps[i] for i in free], strategy
        )
        shares |= dict(zip(free, some, strict=True))
        short = [i for i in free if shares[i] < min(debts[i].minimum, caps[i])]
        if not short:
            return [shares[i] for i in range(len(debts))]
        fixed |= {i: min(debts[i].minimum, caps[i]) for i in short}


def _reference_strategy(
    total: int, debts: Sequence[Weighed], caps: Sequence[int], strategy: StrategyName
) -> list[int]:
    weights = [debt.weight for debt in debts]
    places = [debt.place for debt in debts]
    urgent = [cap if debt.priority else 0 for debt, cap in zip(debts, caps, strict=True)]
    if strategy is StrategyName.CONTRACTUAL:
        return reference_share(total, [debt.contract for debt in debts], caps, places)
    if strategy is StrategyName.EQUAL:
        return reference_share(total, [1] * len(debts), caps, places)
    if strategy is StrategyName.SMALL_FIRST:
        shares = [0] * len(debts)
        for i in sorted(range(len(debts)), key=lambda i: (weights[i], places[i])):
            shares[i] = min(total - sum(shares), caps[i])
        return shares
    pool = {
        StrategyName.PRO_RATA: 0,
        StrategyName.TWO_TIER: int(Fraction(total, 3) + Fraction(1, 2)),
        StrategyName.PRIORITY_FIRST: total,
    }[strategy]
    first = reference_share(pool, weights, urgent, places)
    left = [cap - share for cap, share in zip(caps, first, strict=True)]
    second = reference_share(total - sum(first), weights, left, places)
    return [a + b for a, b in zip(first, second, strict=True)]


def reference_payments(
    payment: int, debts: Sequence[Weighed], strategy: StrategyName
) -> Iterator[tuple[int, ...]]:
    """A whole plan, walked payment by payment."""
    left = [debt.weight for debt in debts]
    while any(left):
        shares = reference_payment(payment, debts, left, strategy)
        yield tuple(shares)
        left = [owed - share for owed, share in zip(left, shares, strict=True)]
