"""The worker: each job once, departments apart from one another, nothing lost, a clean stop."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import threading
from collections.abc import Callable, Iterator
from datetime import timedelta
from pathlib import Path

import pytest
from sqlalchemy import create_engine, text

from app.delivery import Deliveries
from app.rounds import Round, Rounds
from consent.clock import SetClock
from consent.errors import OutsideFailed
from consent.ids import DepartmentCode
from consent.lifecycle import State
from consent.people import Person
from consent.sessions import Sessions
from consent.store import Store, grants, open_store
from consent.store.outbox import LEASE
from plan.leave import withdraw
from plan.lifecycle import ShareState
from plan.ports import Deliver, Told
from plan.stop import stop
from tests.builders import set_chance
from tests.database import Database
from tests.native_lab import Lab, a_lab
from tests.plan_builders import DAYS, PRIVATE, THREE, agreed, allow, known_as, plan_of
from tests.until import LONG, until

DWP = DepartmentCode("dwp")


class Departments:
    """Takes what it is told; some departments fail, hang or refuse, as a test sets them."""

    def __init__(self) -> None:
        self.told: list[tuple[str, str]] = []
        self.failing: set[str] = set()
        self.refusing: set[str] = set()
        self.broken: set[str] = set()
        self.hanging = threading.Event()
        self.hung: set[str] = set()

    def __call__(self, topic: str, department: str, ref: str) -> Told:
        if department in self.hung:
            assert self.hanging.wait(LONG)
        if department in self.failing:
            raise OutsideFailed(department, "timed_out")
        if department in self.broken:
            raise ZeroDivisionError
        if department in self.refusing:
            return Told.REFUSED
        self.told.append((topic, department))
        return Told.TAKEN


@pytest.fixture
def own(database: Database) -> Iterator[Store]:
    opened = open_store(database.worker_url, role="svd_worker")
    yield opened
    opened.close()


@pytest.fixture
def departments() -> Departments:
    return Departments()


@pytest.fixture
def hire(own: Store, clock: SetClock) -> Iterator[Callable[[Deliver], Rounds]]:
    """Workers on the same database."""
    hired: list[Rounds] = []

    def one_more(deliver: Deliver) -> Rounds:
        chance = set_chance(f"worker {len(hired)}")
        rounds = Rounds(own, clock, chance, deliver=deliver, working_days=DAYS)
        hired.append(rounds)
        return rounds

    yield one_more
    for rounds in hired:
        rounds.stop()


Hire = Callable[[Deliver], Rounds]


def job(rounds: Rounds, name: str) -> Round:
    return next(one for one in rounds.timetable() if one.name == name)


def outbox_rows(database: Database) -> list[tuple[str, str, bool, int, str]]:
    engine = create_engine(database.superuser_url)
    query = text(
        "select topic, department, delivered_at is not null, attempts, last_fault from outbox"
        " order by topic, department"
    )
    with engine.connect() as connection:
        rows = [(row[0], row[1], row[2], row[3], row[4]) for row in connection.execute(query)]
    engine.dispose()
    return rows


def test_each_department_is_told_of_the_plan_once(
    store: Store,
    clock: SetClock,
    tamsin: Person,
    departments: Departments,
    hire: Hire,
    database: Database,
) -> None:
    agreed(store, clock, tamsin)
    workers = [hire(departments) for _ in range(3)]
    for worker in workers:
        worker.deliver_due()
    until(lambda: all(row[2] for row in outbox_rows(database)))
    assert sorted(departments.told) == [
        ("plan.proposed", "council"),
        ("plan.proposed", "dvla"),
        ("plan.proposed", "dwp"),
    ]


def test_a_department_that_hangs_delays_nobody_else(
    store: Store,
    clock: SetClock,
    tamsin: Person,
    departments: Departments,
    hire: Hire,
) -> None:
    agreed(store, clock, tamsin)
    departments.hung = {"dwp"}
    worker = hire(departments)
    assert worker.deliver_due() == 3
    until(lambda: len(departments.told) == 2)
    clock.move(timedelta(seconds=1))
    assert worker.deliver_due() == 0
    departments.hanging.set()
    until(lambda: len(departments.told) == 3)


def test_what_was_not_told_is_told_later_and_never_lost(
    store: Store,
    clock: SetClock,
    tamsin: Person,
    departments: Departments,
    hire: Hire,
    database: Database,
) -> None:
    agreed(store, clock, tamsin, {"dwp": 500, "dvla": 300})
    departments.failing, departments.broken = {"dwp"}, {"dvla"}
    worker = hire(departments)
    worker.deliver_due()
    until(lambda: [row[4] for row in outbox_rows(database)] == ["error", "timed_out"])
    assert worker.deliver_due() == 0
    departments.failing, departments.broken = set(), set()
    clock.move(timedelta(seconds=3))
    worker.deliver_due()
    until(lambda: all(row[2] for row in outbox_rows(database)))
    assert [row[3] for row in outbox_rows(database)] == [2, 2]


def test_a_refusal_is_final_and_stays_on_the_record(
    store: Store,
    clock: SetClock,
    tamsin: Person,
    departments: Departments,
    hire: Hire,
    database: Database,
) -> None:
    agreed(store, clock, tamsin, {"dwp": 500})
    departments.refusing = {"dwp"}
    hire(departments).deliver_due()
    until(lambda: outbox_rows(database) == [("plan.proposed", "dwp", True, 1, "refused")])


def test_a_worker_that_died_leaves_its_parcel_to_the_next(
    store: Store,
    own: Store,
    clock: SetClock,
    tamsin: Person,
    departments: Departments,
    hire: Hire,
) -> None:
    from consent.people import Worker as WorkerActor
    from consent.store import outbox

    agreed(store, clock, tamsin, {"dwp": 500})
    with own.transaction(WorkerActor()) as tx:
        assert len(outbox.claim(tx, "dwp", now=clock.now(), limit=5)) == 1
    worker = hire(departments)
    assert worker.deliver_due() == 0
    clock.move(LEASE)
    assert worker.deliver_due() == 1
    until(lambda: departments.told == [("plan.proposed", "dwp")])


def test_a_job_runs_once_in_its_slot_however_many_workers_there_are(
    departments: Departments, hire: Hire, clock: SetClock
) -> None:
    done: list[int] = []
    together = threading.Barrier(4)

    def act() -> int:
        done.append(1)
        return 0

    counted = Round("counted", timedelta(minutes=1), act)

    def tick(worker: Rounds) -> None:
        together.wait()
        worker.tick(counted)

    for _ in range(3):
        threads = [threading.Thread(target=tick, args=(hire(departments),)) for _ in range(4)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        clock.move(timedelta(minutes=1))
    assert len(done) == 3


def test_a_job_that_fails_does_not_stop_the_worker(departments: Departments, hire: Hire) -> None:
    def act() -> int:
        raise ZeroDivisionError

    assert hire(departments).tick(Round("broken", timedelta(minutes=1), act)) == 0


def test_the_timetable_does_what_the_clock_has_to_do(
    store: Store,
    clock: SetClock,
    tamsin: Person,
    departments: Departments,
    hire: Hire,
    database: Database,
) -> None:
    sessions = Sessions(store, clock, set_chance("s"), pepper=b"p" * 32)
    sessions.open(tamsin.subject, clock.now())
    agreed(store, clock, tamsin, {"dwp": 500})
    clock.move(timedelta(days=22))
    worker = hire(departments)
    done = {one.name: worker.tick(one) for one in worker.timetable()}
    assert done["sessions"] == 1
    assert done["silence"] == 1
    (line,) = plan_of(store, tamsin).lines
    assert line.state is ShareState.AGREED
    assert len({one.name for one in worker.timetable()}) == len(done)


def deliveries(own: Store, clock: SetClock, dwp: Lab) -> Deliveries:
    def no_head(department: str, sequence: int) -> str:
        raise AssertionError("no money is on its way")

    messages = {DWP: dwp.messages}
    return Deliveries(own, clock, os.urandom, dwp.wire_loop, messages, PRIVATE, no_head)


def test_a_real_department_is_told_of_plan_and_withdrawal(
    store: Store,
    own: Store,
    clock: SetClock,
    tamsin: Person,
    hire: Hire,
    tmp_path: Path,
    database: Database,
) -> None:
    permissions = allow(store, clock, tamsin, list(THREE))
    agreed(store, clock, tamsin, permissions=permissions)
    with a_lab(tmp_path) as dwp:
        deliver = deliveries(own, clock, dwp)
        worker = hire(deliver)
        worker.deliver_due()
        until(lambda: all(row[2] for row in outbox_rows(database)))
        withdraw(store, clock, set_chance("w"), actor=tamsin, grant_id=permissions[DWP])
        worker.deliver_due()
        until(lambda: all(row[2] for row in outbox_rows(database)))
        log = dwp.log()
    proposed, ended = log["plan_events"]
    assert proposed["kind"] == "plan-proposed"
    assert proposed["plan_reference"] == known_as(store, tamsin)
    assert proposed["lines"] == [{"debt_handle": "d_1", "share_pence": 5000}]
    assert ended["kind"] == "plan-ended"
    assert [event["kind"] for event in log["consent_events"]] == ["consent-withdrawn"]
    with store.transaction(tamsin) as tx:
        grant = grants.one(tx, tamsin.subject, permissions[DWP])
    assert grant is not None
    assert (grant.state, grant.told_at) == (State.WITHDRAWN, clock.now())


def test_a_plan_that_was_stopped_before_anyone_heard_of_it_is_never_proposed(
    store: Store,
    own: Store,
    clock: SetClock,
    tamsin: Person,
    hire: Hire,
    tmp_path: Path,
    database: Database,
) -> None:
    said = agreed(store, clock, tamsin, {"dwp": 500})
    stop(store, clock, set_chance("s"), actor=tamsin, plan_id=said.plan_id)
    with a_lab(tmp_path) as dwp:
        deliver = deliveries(own, clock, dwp)
        hire(deliver).deliver_due()
        until(lambda: all(row[2] for row in outbox_rows(database)))
        assert [event["kind"] for event in dwp.log()["plan_events"]] == ["plan-ended"]


PROGRAM = """
import os, secrets, sys
from app.http import logs
from app.rounds import Rounds
from app.worker import run
from consent.clock import SystemClock
from consent.store import open_store
from plan import working_days
from plan.ports import Told

logs.configure()
store = open_store(sys.argv[1], role="svd_worker")

def deliver(topic, department, ref):
    print("told", department, flush=True)
    return Told.TAKEN

run(Rounds(store, SystemClock(), secrets.token_bytes, deliver=deliver,
           working_days=working_days.load()))
store.close()
"""


@pytest.mark.slow
@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
def test_the_process_works_and_stops_cleanly(
    store: Store, tamsin: Person, clock: SetClock, database: Database, number: int
) -> None:
    agreed(store, clock, tamsin, {"dwp": 500})
    with subprocess.Popen(
        [sys.executable, "-c", PROGRAM, database.worker_url],
        stdout=subprocess.PIPE,
        text=True,
        cwd=Path(__file__).parents[2],
    ) as process:
        try:
            until(lambda: all(row[2] for row in outbox_rows(database)))
            process.send_signal(number)
            said, _ = process.communicate(timeout=LONG)
        finally:
            process.kill()
    assert process.returncode == 0
    assert "told dwp" in said
    assert "worker_started" in said
    assert "worker_stopped" in said
    assert "job_failed" not in said
