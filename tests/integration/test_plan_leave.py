"""Permissions that end take their lines along; plans that are stopped are over."""

from __future__ import annotations

from datetime import timedelta
from itertools import count

import pytest
from hypothesis import HealthCheck, settings
from hypothesis import given as any_of
from hypothesis import strategies as st

from consent.clock import SetClock
from consent.errors import NotFound
from consent.ids import DepartmentCode, GrantId
from consent.lifecycle import State
from consent.people import Person
from consent.store import Store, grants
from consent.withdraw import end_in
from consent.withdraw import withdraw as withdraw_the_grant_alone
from plan.leave import follow_permissions, leave_in, withdraw, withdraw_all
from plan.lifecycle import LIVE_SHARE, PlanState, ShareState
from plan.release import release
from plan.stop import stop
from plan.terms import EndedReason
from tests.builders import a_person, given, set_chance
from tests.database import Database
from tests.plan_builders import THREE, agreed, allow, plan_of, waiting

DWP = DepartmentCode("dwp")


def test_a_department_leaves_with_its_permission_and_its_pence_stay_with_the_person(
    store: Store, clock: SetClock, tamsin: Person, database: Database
) -> None:
    permissions = allow(store, clock, tamsin, list(THREE))
    agreed(store, clock, tamsin, permissions=permissions)
    ended = withdraw(store, clock, set_chance("w"), actor=tamsin, grant_id=permissions[DWP])
    plan = plan_of(store, tamsin)
    assert ended.grant.state is State.WITHDRAWN
    assert (ended.left.lines, ended.left.plan_ended) == (1, False)
    assert plan.live
    assert plan.payment == 5000
    assert plan.freed == 5000
    assert {line.department: line.state for line in plan.lines}[DWP] is ShareState.LEFT
    assert [department for department, _ in waiting(database, "plan.ended")] == ["dwp"]
    assert [department for department, _ in waiting(database, "consent.ended")] == ["dwp"]


def test_withdrawing_twice_changes_nothing_more(
    store: Store, clock: SetClock, tamsin: Person, database: Database
) -> None:
    permissions = allow(store, clock, tamsin, list(THREE))
    agreed(store, clock, tamsin, permissions=permissions)
    for _ in range(2):
        withdraw(store, clock, set_chance("w"), actor=tamsin, grant_id=permissions[DWP])
    assert plan_of(store, tamsin).payment == 5000
    assert len(waiting(database, "plan.ended")) == 1


def test_a_plan_with_nothing_left_is_over_without_a_penalty(
    store: Store, clock: SetClock, tamsin: Person
) -> None:
    permissions = allow(store, clock, tamsin, list(THREE))
    agreed(store, clock, tamsin, permissions=permissions)
    results = [
        withdraw(store, clock, set_chance(f"w{code}"), actor=tamsin, grant_id=grant_id)
        for code, grant_id in permissions.items()
    ]
    plan = plan_of(store, tamsin)
    assert [result.left.plan_ended for result in results] == [False, False, True]
    assert plan.state is PlanState.ENDED
    assert plan.ended_reason is EndedReason.NOTHING_LEFT
    assert plan.next_due is None


def test_a_permission_to_look_ends_without_touching_the_plan_decision_34(
    store: Store, clock: SetClock, tamsin: Person
) -> None:
    looking = given(store, clock, set_chance("v"), tamsin, ["dwp"], post_key="view").grants[0]
    agreed(store, clock, tamsin)
    ended = withdraw(store, clock, set_chance("w"), actor=tamsin, grant_id=looking.grant_id)
    assert ended.left.lines == 0
    assert plan_of(store, tamsin).payment == 10000


def test_stop_all_ends_every_permission_and_the_plan(
    store: Store, clock: SetClock, tamsin: Person
) -> None:
    given(store, clock, set_chance("v"), tamsin, ["dwp", "hmrc"], post_key="view")
    agreed(store, clock, tamsin)
    assert len(withdraw_all(store, clock, set_chance("w"), actor=tamsin)) == 5
    assert plan_of(store, tamsin).ended_reason is EndedReason.NOTHING_LEFT


def test_a_stopped_plan_is_over_and_so_are_its_permissions_but_not_those_to_look(
    store: Store, clock: SetClock, tamsin: Person, database: Database
) -> None:
    given(store, clock, set_chance("v"), tamsin, ["dwp"], post_key="view")
    said = agreed(store, clock, tamsin)
    for _ in range(2):
        stopped = stop(store, clock, set_chance("s"), actor=tamsin, plan_id=said.plan_id)
        assert stopped.reference == said.reference
    plan = plan_of(store, tamsin)
    assert (plan.state, plan.ended_reason) == (PlanState.ENDED, EndedReason.STOPPED)
    assert {line.state for line in plan.lines} == {ShareState.LEFT}
    assert sorted(code for code, _ in waiting(database, "plan.ended")) == sorted(THREE)
    with store.transaction(tamsin) as tx:
        live = grants.live_of(tx, tamsin.subject, clock.now())
    assert [str(grant.purpose) for grant in live] == ["view_debts"]


def test_another_persons_plan_cannot_be_stopped_and_is_not_there(
    store: Store, clock: SetClock, tamsin: Person
) -> None:
    priya = a_person(store, clock, set_chance("b"), "priya")
    said = agreed(store, clock, tamsin)
    with pytest.raises(NotFound):
        stop(store, clock, set_chance("s"), actor=priya, plan_id=said.plan_id)
    assert plan_of(store, tamsin).live


def test_a_permission_that_ended_in_any_other_way_takes_its_line_along(
    store: Store, worker: Store, clock: SetClock, tamsin: Person
) -> None:
    permissions = allow(store, clock, tamsin, list(THREE))
    agreed(store, clock, tamsin, permissions=permissions)
    withdraw_the_grant_alone(store, clock, set_chance("w"), actor=tamsin, grant_id=permissions[DWP])
    assert plan_of(store, tamsin).payment == 10000
    assert follow_permissions(worker, clock, set_chance("f")) == 1
    assert follow_permissions(worker, clock, set_chance("f")) == 0
    assert plan_of(store, tamsin).payment == 5000


def test_a_failure_on_the_way_leaves_permission_and_line_as_they_were(
    store: Store, clock: SetClock, tamsin: Person
) -> None:
    permissions = allow(store, clock, tamsin, list(THREE))
    agreed(store, clock, tamsin, permissions=permissions)

    def the_power_goes_out_after(grant_id: GrantId) -> None:
        with store.transaction(tamsin) as tx:
            end_in(tx, clock, set_chance("w"), actor=tamsin, grant_id=grant_id)
            leave_in(tx, clock, set_chance("l"), grant_id=grant_id, by="person")
            raise RuntimeError("dark")

    with pytest.raises(RuntimeError, match="dark"):
        the_power_goes_out_after(permissions[DWP])
    with store.transaction(tamsin) as tx:
        grant = grants.one(tx, tamsin.subject, permissions[DWP])
    assert grant is not None
    assert grant.state is State.GIVEN
    assert plan_of(store, tamsin).payment == 10000


def test_a_permission_for_a_plan_that_was_never_agreed_ends_after_a_day(
    store: Store, worker: Store, clock: SetClock, tamsin: Person
) -> None:
    idle = allow(store, clock, tamsin, ["dwp"])
    assert release(worker, clock, set_chance("r")) == 0
    clock.move(timedelta(days=2))
    assert release(worker, clock, set_chance("r")) == 1
    with store.transaction(tamsin) as tx:
        grant = grants.one(tx, tamsin.subject, idle[DWP])
    assert grant is not None
    assert grant.state is State.CONSUMED


def test_the_permissions_of_a_running_plan_stay(
    store: Store, worker: Store, clock: SetClock, tamsin: Person
) -> None:
    agreed(store, clock, tamsin)
    clock.move(timedelta(days=900))
    assert release(worker, clock, set_chance("r")) == 0


NEW = count()


@settings(
    max_examples=12,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture],
)
@any_of(
    pence=st.lists(st.integers(0, 9000), min_size=2, max_size=5),
    leaving=st.lists(st.integers(0, 4), max_size=5),
)
def test_whoever_leaves_the_live_lines_are_the_payment(
    store: Store, clock: SetClock, pence: list[int], leaving: list[int]
) -> None:
    seed = next(NEW)  # somebody new each time, also when an example comes twice
    person = a_person(store, clock, set_chance(f"who {seed}"), f"person {seed}")
    codes = ["dwp", "council", "dvla", "slc", "nhsbsa"][: len(pence)]
    pence = [pence[0] + 1, *pence[1:]]
    permissions = allow(store, clock, person, codes)
    agreed(store, clock, person, dict(zip(codes, pence, strict=True)), permissions=permissions)
    for number in leaving:
        code = DepartmentCode(codes[number % len(codes)])
        chance = set_chance(f"{seed} {number}")
        withdraw(store, clock, chance, actor=person, grant_id=permissions[code])
        plan = plan_of(store, person)
        live = [line.pence for line in plan.lines if line.state in LIVE_SHARE]
        assert plan.live is bool(live)
        if live:
            assert sum(live) == plan.payment
        assert sum(live) + plan.freed == sum(pence)
