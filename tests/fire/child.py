"""One process under fire: `worker`, or `person` for people who pay. It goes on until it is killed.

A database or payment service that goes away is what is played here: the child tries again.
"""

from __future__ import annotations

import os
import random
import sys
import time
import traceback
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from uuid import UUID

import requests
from sqlalchemy import text
from sqlalchemy.exc import DBAPIError

from adapters.payments.govuk_pay import GovukPay
from adapters.wire import Wire
from adapters.wire_loop import WireLoop
from app.taking import Taking
from consent.clock import SystemClock
from consent.errors import OutsideFailed
from consent.ids import PlanId, SubjectId
from consent.people import Person, Worker
from consent.sessions import Sessions
from consent.store import WORKER, Store, open_store
from plan.collect import collect_late, fall_due
from plan.number import number_settled
from plan.paying import RefundReason, Route
from plan.receipts import follow_receipts
from plan.reverse import reverse
from plan.settle import money_came_in
from plan.store import payments
from plan.working_days import load
from tests.fire.payer import Away, Payer

PAY = os.environ.get("FIRE_PAY", "")
KEY = os.environ.get("FIRE_KEY", "")
REST = Path(os.environ.get("FIRE_REST", "rest"))
"""Where this file stands, no new money comes or goes, and nobody hints that it did."""
DAYS = load()
CLOCK = SystemClock()


@dataclass
class Pay:
    loop: WireLoop
    payments: GovukPay


def the_service() -> Pay:
    loop = WireLoop().start()
    return Pay(loop, GovukPay(Wire({PAY}, demonstration=True), PAY, KEY, pages=PAY))


def worker(url: str, dice: random.Random) -> None:
    store, pay = open_store(url, role=WORKER, pool_size=2), the_service()
    taking = Taking(store, CLOCK, os.urandom, pay.payments, pay.loop)
    errands: list[Callable[[], object]] = [
        taking.look,
        taking.look,
        taking.give_back,
        lambda: number_settled(store),
        lambda: number_settled(store),
        lambda: follow_receipts(store, CLOCK, os.urandom),
        lambda: fall_due(store, CLOCK, os.urandom, working_days=DAYS, batch=5),
        lambda: collect_late(store, CLOCK, os.urandom, batch=5),
    ]
    news: list[Callable[[], object]] = [
        lambda: somebody_asks_for_money_back(store, dice),
        lambda: a_transfer_came(store, dice),
        lambda: a_hint(store, dice),
    ]
    forever(lambda: dice.choice(errands if REST.exists() else errands + news)())


def somebody_asks_for_money_back(store: Store, dice: random.Random) -> None:
    if dice.random() > 0.1:
        return
    found = one_of(
        store,
        "select payment_id from payment where state = 'settled'"
        " and route = 'govuk_pay' order by random() limit 1",
    )
    for payment_id in found:
        reverse(
            store,
            CLOCK,
            os.urandom,
            payment_id=payment_id,
            pence_in_all=dice.choice((1, 333, 1_000)),
            reason=RefundReason.ASKED,
        )


def a_transfer_came(store: Store, dice: random.Random) -> None:
    """The same statement is read by several workers, again and again."""
    if dice.random() > 0.2:
        return
    number = dice.randrange(200)
    plans = os.environ["FIRE_PLANS"].split()
    with store.transaction(Worker()) as tx:
        money_came_in(
            tx,
            CLOCK,
            os.urandom,
            plan_id=PlanId(UUID(plans[number % len(plans)])),
            route=Route.BANK,
            provider_id=f"statement-{number}",
            pence=100 + number,
            value_date=CLOCK.now().date(),
        )


def a_hint(store: Store, dice: random.Random) -> None:
    """Messages of the payment service, doubled and in any order."""
    known = one_of(
        store, "select provider_id from payment where provider_id <> '' order by random() limit 3"
    )
    with store.transaction(Worker()) as tx:
        for one in known * dice.choice((1, 3)):
            payments.hint(tx, one, CLOCK.now(), refunded=dice.random() < 0.03)


def one_of(store: Store, query: str) -> list[Any]:
    with store.transaction(Worker()) as tx:
        return list(tx.connection.execute(text(query)).scalars())


def person(url: str, dice: random.Random) -> None:
    """Several people at the portal, who come and go."""
    sessions = Sessions(open_store(url, pool_size=2), CLOCK, os.urandom, pepper=b"")
    portal = os.environ["FIRE_PORTAL"]
    payers: dict[str, Payer] = {}

    def once() -> None:
        subject = dice.choice(os.environ["FIRE_PEOPLE"].split())
        if subject not in payers:
            actor = Person(SubjectId(UUID(subject)))
            payers[subject] = Payer(portal, sessions, CLOCK, actor, dice)
        payers[subject].pays()

    forever(once)


def forever(act: Callable[[], object]) -> None:
    while True:
        try:
            act()
        except (DBAPIError, OutsideFailed, requests.RequestException, TimeoutError, Away):
            time.sleep(0.05)


def main() -> None:
    role, url, seed = sys.argv[1:4]
    try:
        {"worker": worker, "person": person}[role](url, random.Random(seed))
    except Exception:
        with Path(os.environ["FIRE_FAULTS"]).open("a") as faults:
            faults.write(traceback.format_exc())
        raise


if __name__ == "__main__":
    main()
