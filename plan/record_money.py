"""Money that somebody else received for a plan and tells us of: cash, or from a benefit.

Whoever took it gives each receipt a number; the same number of the same route counts once.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta
from typing import Final

from consent.clock import Chance, Clock, london_date
from consent.errors import NotFound, WrongState
from consent.people import Worker
from consent.store import Store
from plan.bank_reference import plan_reference
from plan.paying import Route
from plan.settle import money_came_in
from plan.store import payments, plans
from plan.store.payments import PaymentRow
from plan.take_in import takes_money

ROUTES: Final = frozenset({Route.CASH, Route.BENEFIT})
LONGEST_AGO: Final = timedelta(days=366)


@dataclass(frozen=True, slots=True)
class Recorded:
    payment: PaymentRow
    new: bool


def record_money(
    store: Store,
    clock: Clock,
    chance: Chance,
    *,
    route: Route,
    reference: str,
    pence: int,
    value_date: date,
    receipt_id: str,
) -> Recorded:
    """One payment for each receipt. `reference` has its check characters: a slip is noticed. Raises
    NotFound, and WrongState for a plan that takes no money, a day that cannot be, or a receipt
    that was recorded with other facts."""
    if route not in ROUTES or not receipt_id:
        raise ValueError("only cash and benefit are recorded, each with its receipt's number")
    today = london_date(clock.now())
    if not today - LONGEST_AGO <= value_date <= today:
        raise WrongState("the day is in the future, or more than a year ago")
    meant = plan_reference(reference)
    if meant is None:
        raise NotFound("this is not a reference: a character is wrong, missing or too many")
    with store.transaction(Worker()) as tx:
        found = plans.with_references(tx, {meant})
        plan = plans.locked(tx, found[0].plan_id) if found else None
        if plan is None:
            raise NotFound("no plan has this reference")
        before = payments.by_provider(tx, route, receipt_id)
        if before is None:
            if not takes_money(tx, plan):
                raise WrongState(
                    "this plan is over, its owner has died, or no department has agreed so far"
                )
            made = money_came_in(
                tx,
                clock,
                chance,
                plan_id=plan.plan_id,
                route=route,
                provider_id=receipt_id,
                pence=pence,
                value_date=value_date,
            )
            if made is not None:
                return _same(made, plan.plan_id, pence, value_date, new=True)
            raise NotFound("no plan has this reference")
        return _same(before, plan.plan_id, pence, value_date, new=False)


def _same(row: PaymentRow, plan_id: object, pence: int, value_date: date, *, new: bool) -> Recorded:
    if (row.plan_id, row.amount_pence, row.value_date) != (plan_id, pence, value_date):
        raise WrongState("this receipt was recorded with another plan, sum or day")
    return Recorded(row, new)
