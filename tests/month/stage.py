"""The month: people, the payment service, the portal's door over HTTP, the worker's rounds, and one
gateway process for each department, any of which may be killed at any moment.

Time moves on by a day at a time, alike for everybody. Debts are small enough that some end within
the month, so departments say `closing` and `cleared`, and send back what was too much.
"""

from __future__ import annotations

import json
import os
import random
import subprocess
import sys
import threading
import time
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any
from uuid import uuid4

import psycopg
from werkzeug.serving import make_server

from adapters.gateway import Book
from app.taking import Taking
from consent.clock import SetClock
from consent.errors import WrongState
from consent.ids import DepartmentCode
from consent.people import Department, Person, Worker
from consent.store import WORKER, open_store
from plan.answer import Said, answer
from plan.collect import collect_late, fall_due
from plan.miss import count_missed
from plan.number import number_settled
from plan.pay import AmountRefused, can_pay, start_payment
from plan.paying import AgreementState, AllocationState, RefundReason
from plan.receipts import follow_receipts
from plan.remit import remit
from plan.reverse import reverse
from plan.store import agreements, payments
from plan.store.agreements import AgreementRow
from plan.terms import Every
from tests.builders import a_person, set_chance
from tests.database import Database
from tests.department_desk import ISSUER, DoorDesk, a_door
from tests.month.judge import judge
from tests.pay_lab import a_provider
from tests.plan_builders import DAYS, a_line, agreed, line_of, plan_of
from tests.portal import ROOT, Quiet

CODES = ("dwp", "council", "dvla", "slc")
DAY = timedelta(days=1)
LATER = timedelta(minutes=40)
AT = 16 * 3600 + 20 * 60
"""Each day ends at twenty past four, UTC: past the cut-off of a day's payments in any season."""


@dataclass
class Outcome:
    faults: list[str] = field(default_factory=list)
    kills: Counter[str] = field(default_factory=Counter)
    payments: int = 0
    pence: int = 0
    reversed: int = 0
    returned: int = 0
    cleared: int = 0
    days: int = 0
    by_department: dict[str, int] = field(default_factory=dict)
    seconds: float = 0.0


@dataclass(frozen=True)
class Payer:
    actor: Person
    plan_id: Any
    card: bool
    """Charged on each payment day; others pay on the page."""


@dataclass
class Stage:
    database: Database
    folder: Path
    seed: int = 1
    people: int = 3
    days: int = 31
    kills: int = 6
    outcome: Outcome = field(default_factory=Outcome)

    def play(self) -> Outcome:
        began = time.monotonic()
        self.dice = random.Random(self.seed)
        today = datetime.now(UTC).replace(hour=0, minute=0, second=0, microsecond=0)
        self.clock = SetClock(today + timedelta(seconds=AT))
        self.store = open_store(self.database.portal_url)
        self.worker = open_store(self.database.worker_url, role=WORKER)
        self.owed: dict[str, dict[str, int]] = {code: {} for code in CODES}
        self.children: dict[str, subprocess.Popen[bytes]] = {}
        try:
            with (
                a_provider(self.folder / "pay") as self.pay,
                a_door(self.database, self.clock) as desk,
                self._served(desk) as self.portal,
            ):
                self._live()
        finally:
            for child in self.children.values():
                child.kill()
                child.wait(10)
            self.store.close()
            self.worker.close()
        self.outcome.seconds = time.monotonic() - began
        return self.outcome

    def _live(self) -> None:
        self.taking = Taking(self.worker, self.clock, os.urandom, self.pay.payments, self.pay.loop)
        self._tell_time()
        before = {one["payment_id"] for one in self.pay.ledger()["payments"]}
        self.payers = [self._payer(number) for number in range(self.people)]
        before |= {one["payment_id"] for one in self.pay.ledger()["payments"]}
        for code in CODES:
            (self.folder / f"{code}.owed.json").write_text(json.dumps(self.owed[code]))
            self._start(code)
        for number in range(self.days):
            self._day(number)
        self._come_to_rest()
        ledger = self.pay.ledger()
        ledger["payments"] = [one for one in ledger["payments"] if one["payment_id"] not in before]
        self._judge(ledger)

    @contextmanager
    def _served(self, desk: DoorDesk) -> Iterator[str]:
        """The door over HTTP; what each department needs to use it lies in the folder."""
        for code in CODES:
            key = desk.machine(code).key.as_dict(private=True)
            (self.folder / f"{code}.jwk.json").write_text(json.dumps(key))
        keys = json.dumps(desk.portal_keys.public())
        (self.folder / "portal.jwks.json").write_text(keys)
        server = make_server("127.0.0.1", 0, desk.app, threaded=True, request_handler=Quiet)
        thread = threading.Thread(target=server.serve_forever, args=(0.02,), daemon=True)
        thread.start()
        try:
            yield f"http://127.0.0.1:{server.server_port}"
        finally:
            server.shutdown()
            server.server_close()

    def _payer(self, number: int) -> Payer:
        """A plan with two to four departments; every second person leaves a card with the payment
        service. Each debt ends with the first to the ninth payment, and one within the first
        person's first, so that something is always sent back."""
        actor = a_person(self.store, self.clock, set_chance(f"{self.seed} {number}"), f"p{number}")
        codes = self.dice.sample(CODES, self.dice.randint(2, len(CODES)))
        money = {code: self.dice.randint(300, 4_000) for code in codes}
        lines = [a_line(code, pence, f"d_{number}_{code}") for code, pence in money.items()]
        agreed(
            self.store,
            self.clock,
            actor,
            money,
            lines=lines,
            day=self.dice.randint(1, 5),
            every=self.dice.choice((Every.WEEK, Every.WEEK, Every.FORTNIGHT)),
        )
        for code, pence in money.items():
            payments_to_the_end = self.dice.uniform(0.5, 9)
            if number == 0 and code == codes[0]:
                payments_to_the_end = 0.5
            self.owed[code][f"d_{number}_{code}"] = int(pence * payments_to_the_end)
            answer(
                self.worker,
                self.clock,
                os.urandom,
                actor=Department(DepartmentCode(code)),
                share_id=line_of(self.store, actor, code),
                said=Said.AGREED,
                working_days=DAYS,
            )
        plan_id = plan_of(self.store, actor).plan_id
        if number % 2 == 0:
            self._leave_a_card(actor, plan_id)
        return Payer(actor, plan_id, number % 2 == 0)

    def _leave_a_card(self, actor: Person, plan_id: Any) -> None:
        row = AgreementRow(
            agreement_id=uuid4(),
            plan_id=plan_id,
            subject_id=actor.subject,
            provider_id=self.pay.agreement().id,
            state=AgreementState.ACTIVE,
            made_at=self.clock.now(),
            changed_at=self.clock.now(),
        )
        with self.worker.transaction(Worker()) as tx:
            agreements.add(tx, row)

    def _day(self, number: int) -> None:
        self._pass(DAY - LATER)
        self._rounds()
        for payer in self.payers:
            if not payer.card and self.dice.random() < 0.7:
                self._pays(payer)
        self._goes_back()
        self._pass(LATER)
        self._rounds()
        if number * self.kills // self.days != (number + 1) * self.kills // self.days:
            self._kill()

    def _pass(self, time_: timedelta) -> None:
        self.clock.move(time_)
        self._tell_time()
        self.pay.control(advance=time_.total_seconds())

    def _tell_time(self) -> None:
        draft = self.folder / "clock.new"
        draft.write_text(str(self.clock.now().timestamp()))
        draft.replace(self.folder / "clock")

    def _rounds(self) -> None:
        """What the worker does of money, in the order in which it happens to do it."""
        base = self.worker, self.clock, os.urandom
        errands: list[Callable[[], int]] = [
            lambda: fall_due(*base, working_days=DAYS),
            lambda: collect_late(*base),
            self.taking.look,
            self.taking.give_back,
            lambda: number_settled(self.worker),
            lambda: remit(*base, working_days=DAYS),
            lambda: follow_receipts(*base),
            lambda: count_missed(*base),
        ]
        self.dice.shuffle(errands)
        for errand in errands:
            while errand():
                pass

    def _pays(self, payer: Payer) -> None:
        """What is due, on the payment service's own page."""
        due = can_pay(self.store, actor=payer.actor, plan_id=payer.plan_id).due
        if due < 100:
            return
        try:
            started = start_payment(
                self.store,
                self.clock,
                os.urandom,
                actor=payer.actor,
                plan_id=payer.plan_id,
                pence=self.dice.choice((due, max(100, due // 2))),
                post_key=uuid4().hex,
            ).payment
        except (AmountRefused, WrongState):
            return
        page = self.pay.start(started.amount_pence, str(started.payment_id))
        with self.store.transaction(payer.actor) as tx:
            payments.submit(tx, started.payment_id, page.id, self.clock.now())
        self.pay.pay(page)

    def _goes_back(self) -> None:
        """Now and then somebody asks for a little, or a bank takes a payment back. Not the first
        person's, whose first payment is sent back in part by the department itself."""
        if self.dice.random() > 0.3:
            return
        with self.connect() as connection:
            found = connection.execute(
                "select payment_id, amount_pence from payment where state = 'settled'"
                " and plan_id <> %s order by payment_id",
                (self.payers[0].plan_id,),
            ).fetchall()
        if not found:
            return
        payment_id, amount = self.dice.choice(found)
        reason = self.dice.choice((RefundReason.ASKED, RefundReason.CHARGED_BACK))
        pence = (
            amount if reason is RefundReason.CHARGED_BACK else self.dice.choice((1, amount // 3))
        )
        self.outcome.reversed += reverse(
            self.worker,
            self.clock,
            os.urandom,
            payment_id=payment_id,
            pence_in_all=pence,
            reason=reason,
        )

    def _start(self, code: str) -> None:
        self.children[code] = subprocess.Popen(
            (
                sys.executable,
                "-m",
                "tests.month.child",
                code,
                ISSUER,
                self.portal,
                str(self.folder),
            ),
            cwd=ROOT,
            stderr=(self.folder / f"{code}.log").open("ab"),
        )

    def _kill(self) -> None:
        code = self.dice.choice(CODES)
        time.sleep(self.dice.random() * 0.3)
        self.children[code].kill()
        self.children[code].wait(10)
        self.outcome.kills[code] += 1
        self._start(code)

    def _come_to_rest(self) -> None:
        """Nobody pays any more; what is under way arrives, is answered, and goes back where it was
        too much."""
        row, behind = None, list(CODES)
        for _ in range(60):
            self._pass(LATER)
            self._rounds()
            behind = [
                code for code, last in self._numbers().items() if not self._has_all(code, last)
            ]
            with self.connect() as connection:  # whoever has all says nothing more
                row = connection.execute(_UNDER_WAY).fetchone()
            if row == (0,) and not behind:
                return
            time.sleep(0.2)
        self.outcome.faults.append(f"not at rest: {row}, behind {behind}")

    def _numbers(self) -> dict[str, int]:
        with self.connect() as connection:
            rows = connection.execute("select department, last_sequence from department_book")
            return dict.fromkeys(CODES, 0) | dict(rows.fetchall())

    def _has_all(self, code: str, last: int) -> bool:
        totals = Book(self.folder / f"{code}.sqlite3").totals()
        return totals.entries == last and not totals.answers_waiting

    def _judge(self, ledger: dict[str, Any]) -> None:
        self.books = {code: self.folder / f"{code}.sqlite3" for code in CODES}
        self.ledger, self.paid = ledger, self._paid()
        with self.connect() as connection:
            self.outcome.faults += judge(connection, ledger, self.books, self.owed, self.paid)
            row = connection.execute(_TOLD).fetchone()
        assert row is not None
        (
            self.outcome.payments,
            self.outcome.pence,
            self.outcome.returned,
            self.outcome.cleared,
            self.outcome.days,
        ) = map(int, row)
        self.outcome.by_department = self.paid

    def _paid(self) -> dict[str, int]:
        """By department, what each person sees of their own payments, added up."""
        found = dict.fromkeys(CODES, 0)
        for payer in self.payers:
            with self.store.transaction(payer.actor) as tx:
                rows = payments.of_subject(tx, payer.actor.subject)
                parts = payments.parts_of(tx, [row.payment_id for row in rows]) if rows else []
            for part in parts:
                if part.state is AllocationState.SETTLED:
                    found[str(part.department)] += part.pence
        return found

    def connect(self) -> psycopg.Connection[Any]:
        url = self.database.superuser_url.replace("+psycopg", "")
        return psycopg.connect(url, autocommit=True)


_UNDER_WAY = (
    "select (select count(*) from payment where state in ('started', 'submitted'))"
    " + (select count(*) from refund where state in ('waiting', 'sent') and check_at is not null)"
    " + (select count(*) from allocation_receipt where applied_at is null)"
    " + (select count(*) from allocation where state = 'settled' and sequence is null)"
)
_TOLD = (
    "select (select count(*) from payment where state = 'settled'),"
    " (select coalesce(sum(amount_pence), 0) from payment where state = 'settled'),"
    " (select coalesce(-sum(pence), 0) from allocation where kind = 'returned'),"
    " (select count(*) from plan_share where state = 'cleared'),"
    " (select count(*) from remittance)"
)
