"""`svd bank record`: money that somebody else received for a plan, such as cash over a counter."""

from __future__ import annotations

import argparse

from app.bank.desk import Desk, complain, pounds, say
from consent.errors import NotFound, WrongState
from plan.paying import Route
from plan.record_money import record_money


def record(desk: Desk, given: argparse.Namespace) -> int:
    """The same receipt again changes nothing."""
    try:
        done = record_money(
            desk.store,
            desk.clock,
            desk.chance,
            route=Route(given.route),
            reference=given.reference,
            pence=given.pence,
            value_date=given.date,
            receipt_id=given.receipt_id,
        )
    except (NotFound, WrongState) as refused:
        complain(f"Nothing was recorded: {refused}.")
        return 1
    if not done.new:
        say("This receipt was recorded before; nothing changed.")
    elif done.payment.over_pence:
        over = pounds(done.payment.over_pence)
        say(f"Recorded. {over} of it no department needs: see svd bank owed.")
    else:
        say("Recorded.")
    return 0
