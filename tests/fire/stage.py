"""The house under fire: PostgreSQL on disk, the portal, the signer, the worker and two more that
know the money's rounds only and never rest, three departments with books of their own, the payment
service with its books, and two processes of people who pay at the portal. Each but the last two is
killed with SIGKILL at random moments, and started again; so are the people. The payment service
says everything three times, in any order. Every second person has a card that is charged on each
payment day."""

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
from tests.fire.house import DEPARTMENTS, House
from tests.fire.judge import judge, last_in
from tests.histories.database import Killable
from tests.pay_lab import ROOT, PayLab, PayProcess
from tests.plan_builders import DAYS, THREE, agreed, line_of, plan_of

CHILDREN = ("worker", "worker", "person", "person")
PEOPLE = 6
PATIENCE, STARTS_WITHIN, MOSTLY = 120.0, 30.0, 0.8
RESTS_WITHIN, QUIET_LOOKS = 240, 4
KILLED = {
    "worker": 30,
    "rounds": 15,
    "portal": 15,
    "person": 12,
    "department": 8,
    "database": 12,
    "signer": 3,
    "all": 5,
}
"""How often each is chosen, of a hundred."""
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
    routes: dict[str, int] = field(default_factory=dict)
    entries: int = 0
    told: int = 0
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
        self.house = House(self.folder / "house", self.database.addresses)
        hints = {"SVD_PAY_WEBHOOK_URL": f"{self.house.url}/webhooks/govuk-pay"}
        self.pay = PayProcess(self.folder / "house", self.folder / "pay", hints)
        self.pay.up()
        self.people = self._people()
        self.children: list[subprocess.Popen[bytes]] = []
        try:
            self._control(
                faults=[],
                timings={"capture": 0, "lag": 0},
                webhooks={"copies": 3, "order": "random"},
            )
            self.lab = self._lab()
            self._cards()
            self.house.up(self.pay.url)
            self.children = [self._child(role) for role in CHILDREN]
            self._burn(kills)
            self._come_to_rest()
            self._judge()
            self.lab.loop.call(self.wire.close(), seconds=5)
        finally:
            for child in self.children:
                child.kill()
                child.wait(10)
            self.house.kill()
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
            actor = a_person(store, clock, set_chance(f"{number}"), name=f"p{number}")
            agreed(store, clock, actor, THREE)
            for code in THREE:
                self._yes(worker, store, actor, code)
            found.append((actor, str(plan_of(store, actor).plan_id)))
        store.close()
        worker.close()
        return found

    def _lab(self) -> PayLab:
        """The payment service as those who pay and work there themselves have it."""
        key = keys.text(self.folder / "house" / "keys", "govuk_pay_api_key")
        self.wire = Wire({self.pay.url}, demonstration=True)
        service = GovukPay(self.wire, self.pay.url, key, pages=self.pay.url)
        return PayLab(self.pay, WireLoop().start(), service, hasty=service)

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
                "FIRE_PEOPLE": " ".join(str(who.subject) for who, _ in self.people),
                "FIRE_PORTAL": self.house.url,
                "FIRE_FAULTS": str(self.folder / "faults"),
                "FIRE_REST": str(self.folder / "rest"),
            },
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
        )

    def _burn(self, kills: int) -> None:
        """A payment day comes now and then; faults come and go; something is killed.

        Most things live long enough to have started, however slow the machine is: mostly the
        portal answers before the next kill. It burns on, at most `PATIENCE` seconds, until there
        is enough to judge.
        """
        ends = time.monotonic() + PATIENCE
        while sum(self.outcome.kills.values()) < kills or (
            time.monotonic() < ends and not self._enough()
        ):
            self._hurry()
            if self.dice.random() < MOSTLY:
                self.house.answers_within(STARTS_WITHIN)
            time.sleep(self.dice.uniform(0.3, 3.0))
            self._faults()
            self._somebody_refunds_there()
            what = self.dice.choices(tuple(KILLED), tuple(KILLED.values()))[0]
            self.outcome.kills[what] += 1
            if what in ("database", "all"):
                self.database.kill(all_at_once=self.dice.random() < 0.7)
            for at, role in enumerate(CHILDREN):
                if what == "all" or (what == role and self.dice.random() < 0.6):
                    self.children[at].kill()
            if what == "department":
                self.house.kill(self.dice.choice(DEPARTMENTS))
            elif what == "all":
                self.house.kill()
            else:
                self.house.kill(what)
            if what in ("database", "all"):
                self.database.start_again()
            self._replace()

    def _enough(self) -> bool:
        """Are there payments by card that settled, and one that goes back?"""
        with self.database.connect() as connection:
            found = connection.execute(
                "select (select count(*) from payment where state = 'settled'"
                " and route = 'govuk_pay') >= 3"
                " and exists (select from payment where state = 'settled'"
                " and route = 'govuk_pay' and instalment is null)"
                " and exists (select from refund where check_at is not null or state = 'done')"
                " and (select count(*) from payment where state = 'settled') > 10"
            ).fetchone()
        return found == (True,)

    def _replace(self) -> None:
        self.house.start_what_died()
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
        """Nobody pays any more; the workers finish what there is, and then the departments."""
        self._end("person")
        self._control(faults=[], advance=7200)
        self._tell_of_refunds()
        (self.folder / "rest").touch()
        quiet = 0
        for _ in range(RESTS_WITHIN):
            time.sleep(1)
            self._change(*SOON)
            quiet = 0 if self._open() or not self._fetched() else quiet + 1
            if quiet == QUIET_LOOKS:
                break
        self._end("worker")
        self.house.kill("rounds")
        for _ in range(RESTS_WITHIN):
            if self._fetched():
                break
            time.sleep(1)

    def _end(self, what: str) -> None:
        for at, role in enumerate(CHILDREN):
            if role == what:
                self.children[at].kill()
                self.children[at].wait(10)

    def _open(self) -> int:
        """How much the workers have still to do."""
        with self.database.connect() as connection:
            found = connection.execute(
                "select (select count(*) from payment where state in ('started', 'submitted'))"
                " + (select count(*) from payment where check_at is not null)"
                " + (select count(*) from refund where state in ('waiting', 'sent')"
                " and check_at is not null)"
                " + (select count(*) from allocation where state = 'settled'"
                " and sequence is null)"
            ).fetchone()
        assert found is not None
        return int(found[0])

    def _fetched(self) -> bool:
        """Has each department all of its series?"""
        with self.database.connect() as connection:
            heads = connection.execute(
                "select department, last_sequence from department_book"
            ).fetchall()
        return all(last_in(self.house.books, *head) for head in heads)

    def _tell_of_refunds(self) -> None:
        """The service's messages about money that went back come in the end, for every payment."""
        self._change(
            "update payment set check_at = now() where state = 'settled' and route = 'govuk_pay'"
        )

    def _said(self) -> list[str]:
        """What a child did not expect: everything that may fail under fire, it takes."""
        said = self.folder / "faults"
        return [said.read_text()[-2_000:]] if said.exists() else []

    def _judge(self) -> None:
        ledger = requests.get(f"{self.pay.url}/_ledger", timeout=20).json()
        ledger["payments"] = [
            one for one in ledger["payments"] if one["payment_id"] not in self.before
        ]
        with self.database.connect() as connection:
            self.outcome.faults = self._said() + judge(connection, ledger, self.house.books)
            row = connection.execute(
                "select count(*), coalesce(sum(amount_pence), 0) from payment"
                " where state = 'settled'"
            ).fetchone()
            back = connection.execute("select count(*) from refund").fetchone()
            self.outcome.routes = dict(
                connection.execute(
                    "select case when route <> 'govuk_pay' then route when instalment is null"
                    " then 'a person at the portal' else 'a card on its day' end, count(*)"
                    " from payment where state = 'settled' group by 1"
                ).fetchall()
            )
            numbered = connection.execute(
                "select coalesce(sum(last_sequence), 0)::int,"
                " coalesce(sum(pushed_sequence), 0)::int from department_book"
            ).fetchone()
        assert row is not None
        assert back is not None
        assert numbered is not None
        self.outcome.entries, self.outcome.told = numbered
        self.outcome.settled, self.outcome.pence = row[0], int(row[1])
        self.outcome.refunds = back[0]
