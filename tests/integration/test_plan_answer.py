"""What departments say to their lines, what silence says, and the instalment ahead."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta

import pytest
from sqlalchemy import text

from consent.clock import SetClock
from consent.errors import NotFound, WrongState
from consent.events import Kind as ConsentKind
from consent.ids import DepartmentCode
from consent.people import Department, Person
from consent.store import Store, events
from plan.ahead import wait_for_an_answer
from plan.answer import Answered, Said, answer, count_silence
from plan.collect import fall_due
from plan.events import Kind
from plan.lifecycle import PlanState, ShareState
from plan.progress import progress
from plan.stop import stop
from plan.store import events as plan_events
from plan.tell import note_told, part_to_tell
from plan.terms import EndedReason, Reason
from tests.builders import set_chance
from tests.plan_builders import DAYS, PRIVATE, THREE, a_line, agreed, line_of, plan_of


class House:
    """Departments that answer Tamsin's plan."""

    def __init__(self, store: Store, worker: Store, clock: SetClock, person: Person) -> None:
        self.store, self.worker, self.clock, self.person = store, worker, clock, person

    def says(self, code: str, said: Said, reason: Reason = Reason.NONE) -> Answered:
        return answer(
            self.worker,
            self.clock,
            set_chance(f"{code} {said} {self.clock.now()}"),
            actor=Department(DepartmentCode(code)),
            share_id=line_of(self.store, self.person, code),
            said=said,
            working_days=DAYS,
            reason=reason,
        )


@pytest.fixture
def house(store: Store, worker: Store, clock: SetClock, tamsin: Person) -> House:
    return House(store, worker, clock, tamsin)


def test_the_first_yes_starts_the_plan_and_sets_its_first_day(
    store: Store, clock: SetClock, tamsin: Person, house: House
) -> None:
    agreed(store, clock, tamsin, day=9)
    assert plan_of(store, tamsin).next_due == date(2026, 3, 9)
    clock.move(timedelta(days=3))
    assert house.says("dwp", Said.AGREED).plan_state is PlanState.ACTIVE
    plan = plan_of(store, tamsin)
    assert plan.next_due == plan.starts_on == date(2026, 4, 9)
    assert plan.agreed_payment == 5000
    assert plan.payment == 10000
    assert plan.waiting_for == ("council", "dvla")
    house.says("council", Said.AGREED)
    assert plan_of(store, tamsin).next_due == date(2026, 4, 9)


def test_the_same_answer_twice_changes_nothing(
    store: Store, clock: SetClock, tamsin: Person, house: House
) -> None:
    agreed(store, clock, tamsin)
    first = house.says("dwp", Said.AGREED)
    before = plan_of(store, tamsin)
    clock.move(timedelta(days=1))
    assert house.says("dwp", Said.AGREED) == first
    assert plan_of(store, tamsin) == before


def test_a_no_lowers_the_payment_and_holds_nobody_up(
    store: Store, clock: SetClock, tamsin: Person, house: House
) -> None:
    agreed(store, clock, tamsin)
    house.says("dwp", Said.REFUSED, Reason.COURT_ORDER)
    plan = plan_of(store, tamsin)
    assert plan.payment == 5000
    assert plan.freed == 5000
    (line,) = plan.departments()[DepartmentCode("dwp")]
    assert (line.state, line.reason) == (ShareState.REFUSED, Reason.COURT_ORDER)
    assert house.says("dvla", Said.AGREED).plan_state is PlanState.ACTIVE


def test_a_yes_cannot_be_taken_back_by_a_no(
    store: Store, clock: SetClock, tamsin: Person, house: House
) -> None:
    agreed(store, clock, tamsin)
    house.says("dwp", Said.AGREED)
    with pytest.raises(WrongState):
        house.says("dwp", Said.REFUSED)


def test_when_all_say_no_the_plan_is_over(
    store: Store, clock: SetClock, tamsin: Person, house: House
) -> None:
    agreed(store, clock, tamsin)
    states = [house.says(code, Said.REFUSED).plan_state for code in THREE]
    assert states[-1] is PlanState.ENDED
    assert plan_of(store, tamsin).ended_reason is EndedReason.NOTHING_LEFT


def test_a_change_that_is_asked_for_waits_for_the_person(
    store: Store, clock: SetClock, tamsin: Person, house: House
) -> None:
    agreed(store, clock, tamsin)
    house.says("council", Said.CHANGE_ASKED, Reason.BELOW_LEGAL_MINIMUM)
    plan = plan_of(store, tamsin)
    assert plan.payment == 10000
    assert plan.agreed_payment == 0


def test_a_department_answers_its_own_line_only(
    store: Store, worker: Store, clock: SetClock, tamsin: Person
) -> None:
    agreed(store, clock, tamsin)
    with pytest.raises(NotFound):
        answer(
            worker,
            clock,
            set_chance("x"),
            actor=Department(DepartmentCode("dvla")),
            share_id=line_of(store, tamsin, "dwp"),
            said=Said.AGREED,
            working_days=DAYS,
        )


def test_silence_counts_as_agreed_only_after_its_days_and_where_the_register_says_so(
    store: Store, worker: Store, clock: SetClock, tamsin: Person
) -> None:
    lines = [a_line("dwp", 500), a_line("hmrc", 700, "XM002610011594")]
    agreed(store, clock, tamsin, {"dwp": 500, "hmrc": 700}, lines=lines)
    clock.move(timedelta(days=21))
    assert count_silence(worker, clock, set_chance("s"), working_days=DAYS) == 0
    clock.move(timedelta(days=1))
    assert count_silence(worker, clock, set_chance("s"), working_days=DAYS) == 1
    assert count_silence(worker, clock, set_chance("s"), working_days=DAYS) == 0
    plan = plan_of(store, tamsin)
    states = {line.department: line.state for line in plan.lines}
    assert states == {"dwp": ShareState.AGREED, "hmrc": ShareState.PENDING}
    assert plan.state is PlanState.ACTIVE
    clock.move(timedelta(days=900))
    assert count_silence(worker, clock, set_chance("s"), working_days=DAYS) == 0


def test_while_nobody_has_agreed_the_first_day_moves_on(
    store: Store, worker: Store, clock: SetClock, tamsin: Person
) -> None:
    agreed(store, clock, tamsin, day=9)
    assert wait_for_an_answer(worker, clock, set_chance("m"), working_days=DAYS) == 0
    clock.move(timedelta(days=1))
    assert wait_for_an_answer(worker, clock, set_chance("m"), working_days=DAYS) == 1
    assert wait_for_an_answer(worker, clock, set_chance("m"), working_days=DAYS) == 0
    assert plan_of(store, tamsin).next_due == date(2026, 4, 9)


def test_one_instalment_lies_ahead_and_never_more(
    store: Store, worker: Store, clock: SetClock, tamsin: Person, house: House
) -> None:
    agreed(store, clock, tamsin, day=15)
    assert fall_due(worker, clock, set_chance("d"), working_days=DAYS) == 0
    house.says("dwp", Said.AGREED)
    clock.move(datetime(2026, 3, 16, 8, tzinfo=UTC) - clock.now())
    assert fall_due(worker, clock, set_chance("d"), working_days=DAYS) == 1
    assert fall_due(worker, clock, set_chance("d"), working_days=DAYS) == 0
    assert plan_of(store, tamsin).next_due == date(2026, 4, 15)
    with store.transaction(tamsin) as tx:
        rows = tx.connection.execute(text("select sequence, state from instalment order by 1"))
        assert [tuple(row) for row in rows] == [(1, "due"), (2, "planned")]


def test_a_worker_that_was_away_catches_up_one_by_one(
    store: Store, worker: Store, clock: SetClock, tamsin: Person, house: House
) -> None:
    agreed(store, clock, tamsin, day=15)
    house.says("dwp", Said.AGREED)
    clock.move(timedelta(days=75))
    rounds = [fall_due(worker, clock, set_chance(f"d{i}"), working_days=DAYS) for i in range(4)]
    assert rounds == [1, 1, 1, 0]
    assert plan_of(store, tamsin).next_due == date(2026, 6, 15)


def test_a_department_is_told_its_own_part_and_the_person_sees_that(
    store: Store, worker: Store, clock: SetClock, tamsin: Person
) -> None:
    lines = [
        a_line("dwp", 500),
        a_line("hmrc", 700, "XM002610011594"),
        a_line("hmrc", 30, "XM002610011595"),
    ]
    agreed(store, clock, tamsin, {"dwp": 500, "hmrc": 730}, lines=lines)
    share_id = plan_of(store, tamsin).departments()[DepartmentCode("hmrc")][1].share_id
    part = part_to_tell(worker, clock, share_id)
    assert part is not None
    told = [(line.pence, line.token(PRIVATE)) for line in part.lines]
    assert told == [(700, "XM002610011594"), (30, "XM002610011595")]
    assert part.permission_live
    assert "XM0026" not in f"{part!r}{part.lines[0]!r}"
    note_told(worker, clock, set_chance("t"), share_id)
    with store.transaction(tamsin) as tx:
        history = events.history(tx, tamsin.subject, limit=5, offset=0)
    assert (history[0].kind, history[0].department) == (ConsentKind.PLAN_SHARED, "hmrc")


def test_a_department_that_left_is_told_no_lines(
    store: Store, worker: Store, clock: SetClock, tamsin: Person
) -> None:
    said = agreed(store, clock, tamsin)
    share_id = line_of(store, tamsin, "dwp")
    stop(store, clock, set_chance("s"), actor=tamsin, plan_id=said.plan_id)
    part = part_to_tell(worker, clock, share_id)
    assert part is not None
    assert part.lines == ()
    assert not part.permission_live


def test_every_change_of_a_plan_has_its_event(
    store: Store, clock: SetClock, tamsin: Person, house: House
) -> None:
    agreed(store, clock, tamsin)
    house.says("dwp", Said.AGREED)
    house.says("council", Said.REFUSED)
    with store.transaction(tamsin) as tx:
        told = plan_events.history(tx, tamsin.subject, limit=10)
    assert [event.kind for event in reversed(told)] == [
        Kind.AGREED,
        Kind.LINE_AGREED,
        Kind.STARTED,
        Kind.LINE_REFUSED,
        Kind.PAYMENT_FELL,
    ]
    assert [event.by for event in reversed(told)] == ["person"] + ["department"] * 4


def test_nobody_without_a_plan_has_progress(store: Store, tamsin: Person) -> None:
    assert progress(store, actor=tamsin) is None
