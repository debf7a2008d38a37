"""The house under fire: PostgreSQL on disk, the payment service with its own books, two workers,
and two processes of people who pay. Each is killed with SIGKILL at random moments, and started
again. Every second person has a card that is charged on each payment day."""

from __future__ import annotations

import os
import random
import subprocess
import sys
import time
from collections import Counter
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from uuid import UUID, uuid4

import psycopg
import requests

from adapters.payments.govuk_pay import GovukPay
from adapters.wire import Wire
from adapters.wire_loop import WireLoop
from app.local import keys
from consent.clock import SystemClock
from consent.errors import OutsideFailed
from consent.ids import DepartmentCode, PlanId
from consent.people import Department, Person, Worker
from consent.store import WORKER, Store, open_store
from debts.money import Pence
from plan.answer import Said, answer
from plan.paying import AgreementState
from plan.store import agreements
from plan.store.agreements import AgreementRow
from tests.builders import a_person, set_chance
from tests.fire.judge import judge
from tests.histories.database import Killable
from tests.pay_lab import ROOT, PayLab, PayProcess
from tests.plan_builders import DAYS, THREE, agreed, line_of, plan_of

CHILDREN = ("worker", "worker", "person", "person")
PEOPLE = 6
PATIENCE = 90.0
SOON = (
    "update payment set check_at = now() where check_at is not null",
    "update refund set check_at = now() where check_at is not null",
)
KINDS = ("after_timeout", "after_500", "before_500", "too_many", "garbage")


@dataclass
class Outcome:
    kills: Counter[str] = field(default_factory=Counter)
    faults: list[str] = field(default_factory=list)
    settled: int = 0
    pence: int = 0
    refunds: int = 0
    seconds: float = 0.0


@dataclass
class Stage:
    folder: Path
    seed: int
    outcome: Outcome = field(default_factory=Outcome)

    def play(self, kills: int) -> Outcome:
        began = time.monotonic()
        self.dice = random.Random(self.seed)
        self.database = Killable(self.folder / "house")
        (self.folder / "pay").mkdir()
        self.pay = PayProcess(self.folder / "house", state=self.folder / "pay")
        self.pay.up()
        self.people = self._people()
        self.children: list[subprocess.Popen[bytes]] = []
        try:
            self._control(faults=[], timings={"capture": 0, "lag": 0})
            self.lab = self._lab()
            self._cards()
            self.children = [self._child(role) for role in CHILDREN]
            self._burn(kills)
            self._come_to_rest()
            self._judge()
        finally:
            for child in self.children:
                child.kill()
                child.wait(10)
            self.pay.kill()
            self.database.stop()
        self.outcome.seconds = time.monotonic() - began
        return self.outcome

    def _people(self) -> list[tuple[Person, str]]:
        """Each has a plan of £100 a month to which three departments said yes."""
        clock = SystemClock()
        store = open_store(self.database.addresses.portal)
        worker = open_store(self.database.addresses.worker, role=WORKER)
        found = []
        for number in range(PEOPLE):
            actor = a_person(store, clock, set_chance(f"{number}"), name=f"p{number}")  # type: ignore[arg-type]
            agreed(store, clock, actor, THREE)  # type: ignore[arg-type]
            for code in THREE:
                self._yes(worker, store, actor, code)
            found.append((actor, str(plan_of(store, actor).plan_id)))
        store.close()
        worker.close()
        return found

    def _lab(self) -> PayLab:
        """The payment service as those who pay and work there themselves have it."""
        key = keys.text(self.folder / "house" / "keys", "govuk_pay_api_key")
        service = GovukPay(
            Wire({self.pay.url}, demonstration=True), self.pay.url, key, pages=self.pay.url
        )
        return PayLab(self.pay, WireLoop().start(), service)

    def _cards(self) -> None:
        """First payments made elsewhere, so that the cards may be charged."""
        worker = open_store(self.database.addresses.worker, role=WORKER)
        clock, lab = SystemClock(), self.lab
        for actor, plan_id in self.people[::2]:
            row = AgreementRow(
                agreement_id=uuid4(),
                plan_id=PlanId(UUID(plan_id)),
                subject_id=actor.subject,
                provider_id=lab.agreement().id,
                state=AgreementState.ACTIVE,
                made_at=clock.now(),
                changed_at=clock.now(),
            )
            with worker.transaction(Worker()) as tx:
                agreements.add(tx, row)
        self.before = {one["payment_id"] for one in lab.ledger()["payments"]}
        worker.close()

    def _yes(self, worker: Store, store: Store, actor: Person, code: str) -> None:
        answer(
            worker,
            SystemClock(),
            os.urandom,
            actor=Department(DepartmentCode(code)),
            share_id=line_of(store, actor, code),
            said=Said.AGREED,
            working_days=DAYS,
        )

    def _child(self, role: str) -> subprocess.Popen[bytes]:
        where = self.database.addresses
        url = where.worker if role == "worker" else where.portal
        return subprocess.Popen(
            (sys.executable, "-m", "tests.fire.child", role, url, str(self.dice.random())),
            cwd=ROOT,
            env={
                **os.environ,
                "FIRE_PAY": self.pay.url,
                "FIRE_KEY": keys.text(self.folder / "house" / "keys", "govuk_pay_api_key"),
                "FIRE_PLANS": " ".join(plan for _, plan in self.people),
                "FIRE_PEOPLE": " ".join(f"{who.subject}/{plan}" for who, plan in self.people),
            },
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
        )

    def _burn(self, kills: int) -> None:
        """A payment day comes now and then; faults come and go; something is killed.

        A slow machine burns on, at most `PATIENCE` seconds, until there is enough to judge.
        """
        ends = time.monotonic() + PATIENCE
        while sum(self.outcome.kills.values()) < kills or (
            time.monotonic() < ends and not self._enough()
        ):
            self._hurry()
            time.sleep(self.dice.uniform(0.1, 0.9))
            self._faults()
            self._somebody_refunds_there()
            what = self.dice.choices(("worker", "person", "database", "all"), (50, 30, 15, 5))[0]
            self.outcome.kills[what] += 1
            if what in ("database", "all"):
                self.database.kill(all_at_once=self.dice.random() < 0.7)
            for at, role in enumerate(CHILDREN):
                if what == "all" or (what == role and self.dice.random() < 0.6):
                    self.children[at].kill()
            if what in ("database", "all"):
                self.database.start_again()
            self._replace()

    def _enough(self) -> bool:
        """Are there payments by card that settled, and one that goes back?"""
        with self.database.connect() as connection:
            found = connection.execute(
                "select (select count(*) from payment where state = 'settled'"
                " and route = 'govuk_pay') >= 5"
                " and exists (select from refund where check_at is not null or state = 'done')"
                " and (select count(*) from payment where state = 'settled') > 20"
            ).fetchone()
        return found == (True,)

    def _replace(self) -> None:
        for at, role in enumerate(CHILDREN):
            if self.children[at].poll() is not None:
                self.children[at] = self._child(role)

    def _hurry(self) -> None:
        """Time passes: what waits for its moment has it, and a payment day comes."""
        self._change(*SOON)
        if self.dice.random() < 0.3:
            self._change(
                "update instalment set due_on = current_date where state = 'planned'"
                " and (plan_id, sequence) in (select plan_id, sequence from instalment"
                " where state = 'planned' order by random() limit 2)"
            )

    def _change(self, *statements: str) -> None:
        """Each by itself, again where it and a worker waited for each other."""
        with self.database.connect() as connection:
            connection.execute("set session_replication_role = replica")
            for statement in statements:
                while True:
                    with suppress(psycopg.errors.DeadlockDetected):
                        connection.execute(statement.encode())
                        break

    def _faults(self) -> None:
        if self.dice.random() < 0.3:
            on = self.dice.choice(("create_payment", "get_payment", "create_refund"))
            kind = self.dice.choice(
                ("after_timeout", "after_500", "before_500", "too_many", "garbage")
            )
            self._control(faults=[{"on": on, "kind": kind, "times": 1, "seconds": 0.2}])

    def _somebody_refunds_there(self) -> None:
        """Now and then a little is given back on the service's own pages, and nobody is told."""
        if self.dice.random() > 0.3:
            return
        with self.database.connect() as connection:
            found = connection.execute(
                "select provider_id from payment where state = 'settled' and amount_pence > 9000"
                " and route = 'govuk_pay' and reversed_pence < 5000 order by random() limit 1"
            ).fetchone()
        with suppress(OutsideFailed):
            left = found and self.lab.do(self.lab.payments.payment(found[0])).refundable
            if found and left and left > 300:
                pence = Pence(self.dice.randrange(2, 300))
                self.lab.do(self.lab.payments.refund(found[0], pence, refundable=left))

    def _control(self, **body: Any) -> None:
        reply = requests.post(f"{self.pay.url}/_control", json=body, timeout=20)
        assert reply.status_code == 200, reply.text

    def _come_to_rest(self) -> None:
        """Nobody pays any more; the workers finish what there is."""
        for at, role in enumerate(CHILDREN):
            if role == "person":
                self.children[at].kill()
                self.children[at].wait(10)
        self._control(faults=[], advance=7200)
        self._tell_of_refunds()
        for _ in range(90):
            time.sleep(1)
            self._change(*SOON)
            with self.database.connect() as connection:
                found = connection.execute(
                    "select (select count(*) from payment where state in ('started', 'submitted'))"
                    " + (select count(*) from payment where check_at is not null)"
                    " + (select count(*) from refund where state in ('waiting', 'sent')"
                    " and check_at is not null)"
                ).fetchone()
            if found == (0,):
                break
        for at, role in enumerate(CHILDREN):
            if role == "worker":
                self.children[at].kill()
                self.children[at].wait(10)

    def _tell_of_refunds(self) -> None:
        """The service's messages about money that went back come in the end, for every payment."""
        self._change(
            "update payment set check_at = now() where state = 'settled' and route = 'govuk_pay'"
        )

    def _judge(self) -> None:
        ledger = requests.get(f"{self.pay.url}/_ledger", timeout=20).json()
        ledger["payments"] = [
            one for one in ledger["payments"] if one["payment_id"] not in self.before
        ]
        with self.database.connect() as connection:
            self.outcome.faults = judge(connection, ledger)
            row = connection.execute(
                "select count(*), coalesce(sum(amount_pence), 0) from payment"
                " where state = 'settled'"
            ).fetchone()
            back = connection.execute("select count(*) from refund").fetchone()
        assert row is not None
        assert back is not None
        self.outcome.settled, self.outcome.pence = row[0], int(row[1])
        self.outcome.refunds = back[0]
