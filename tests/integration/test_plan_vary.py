"""New terms for a running plan: old and new kept apart, no penny lost, departments told their part
(D77, PLAN-13, PLAN-19; a new debt can join a running plan)."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import date, timedelta
from functools import partial
from uuid import uuid4

import pytest

from consent.clock import london_date
from consent.errors import ConsentNeeded, NotFound, SignInTooOld, WrongState
from consent.ids import DepartmentCode, PlanId
from consent.store import open_store
from plan.answer import Said
from plan.events import Kind
from plan.lifecycle import PlanState, ShareState
from plan.review import keep_as_it_is
from plan.rules.allocation import BelowMinimums
from plan.share import Line
from plan.store import versions
from plan.terms import VaryReason
from plan.vary import Seen, Varied, vary_amount, vary_lines
from tests.database import Database
from tests.plan_builders import DAYS, KEEPER, THREE, a_line, allow, terms, waiting
from tests.plan_life import Life


@pytest.fixture
def life(database: Database) -> Iterator[Life]:
    store = open_store(database.portal_url)
    worker = open_store(database.worker_url, role="svd_worker")
    yield Life(store, worker)
    store.close()
    worker.close()


def seen(life: Life) -> Seen:
    return Seen(life.plan.plan_id, life.plan.version, life.clock.now())


def amount(life: Life, pence: int, *, day: int = 1, shown: Seen | None = None) -> Varied:
    return vary_amount(
        life.store,
        life.clock,
        life.chance,
        actor=life.person,
        seen=shown or seen(life),
        terms=terms(pence, day=day),
        working_days=DAYS,
    )


def lines(life: Life, wanted: list[Line], *, allowed: tuple[str, ...] = ()) -> Varied:
    permissions = {line.department: line.grant_id for line in life.plan.lines}
    if allowed:
        permissions |= allow(life.store, life.clock, life.person, allowed, post_key="more")
    return vary_lines(
        life.store,
        life.clock,
        life.chance,
        actor=life.person,
        seen=seen(life),
        terms=terms(sum(line.pence for line in wanted)),
        lines=wanted,
        permissions=permissions,
        keeper=KEEPER,
        working_days=DAYS,
    )


def pence(life: Life) -> dict[str, int]:
    return {str(line.department): line.pence for line in life.plan.lines if line.live}


def old_terms(life: Life) -> list[tuple[int, int, VaryReason]]:
    plan_id = life.plan.plan_id
    with life.store.transaction(life.person) as tx:
        found = versions.of_plan(tx, plan_id)
    return [(old.version, old.payment_pence, old.reason) for old in found]


def test_another_amount_is_shared_by_the_weights_and_the_old_terms_are_kept(
    life: Life, database: Database
) -> None:
    assert amount(life, 8000).version == 2
    assert sum(pence(life).values()) == life.plan.payment == 8000
    assert old_terms(life) == [(1, 10000, VaryReason.AMOUNT)]
    assert {code for code, _ in waiting(database, "plan.changed")} == set(THREE)


def test_another_day_moves_the_next_payment_and_leaves_five_working_days(life: Life) -> None:
    varied = amount(life, 10000, day=20)
    assert varied.next_due == life.plan.next_due
    assert varied.next_due.day >= 20


def test_a_page_that_shows_an_older_plan_changes_nothing(life: Life) -> None:
    shown = seen(life)
    amount(life, 8000)
    with pytest.raises(WrongState):
        amount(life, 7000, shown=shown)
    assert life.plan.payment == 8000


def test_changing_needs_a_fresh_sign_in(life: Life) -> None:
    shown = seen(life)
    life.clock.move(timedelta(minutes=16))
    with pytest.raises(SignInTooOld):
        amount(life, 8000, shown=shown)


def test_a_new_debt_joins_and_holds_nothing_up_until_its_department_says_yes(
    life: Life, database: Database
) -> None:
    wanted = [a_line("dwp", 4000), a_line("council", 3000), a_line("dvla", 2000)]
    lines(life, [*wanted, a_line("slc", 1000)], allowed=("slc",))
    assert pence(life) == {"dwp": 4000, "council": 3000, "dvla": 2000, "slc": 1000}
    assert life.plan.agreed_payment == 9000
    assert ("slc", f"{line_id(life, 'slc')}.2") in waiting(database, "plan.proposed")
    assert [code for code, _ in waiting(database, "plan.changed")] == ["dwp"]
    life.answers("slc")
    assert life.plan.agreed_payment == 10000


def test_without_its_permission_no_debt_joins(life: Life) -> None:
    with pytest.raises(ConsentNeeded):
        lines(life, [a_line("dwp", 9000), a_line("slc", 1000)])
    assert pence(life) == THREE


def test_a_debt_that_is_gone_leaves_and_one_that_left_can_come_back(life: Life) -> None:
    lines(life, [a_line("dwp", 6000), a_line("council", 4000)])
    assert pence(life) == {"dwp": 6000, "council": 4000}
    before = line_id(life, "dvla")
    lines(life, [a_line("dwp", 5000), a_line("council", 3000), a_line("dvla", 2000)])
    assert pence(life) == THREE
    assert line_id(life, "dvla") == before
    states = {str(line.department): line.state for line in life.plan.lines}
    assert states["dvla"] is ShareState.PENDING


def test_a_department_may_ask_for_another_part_after_a_change(life: Life) -> None:
    amount(life, 8000)
    life.answers("dwp", Said.CHANGE_ASKED)
    states = {str(line.department): line.state for line in life.plan.lines}
    assert states["dwp"] is ShareState.CHANGE_ASKED
    assert life.plan.state is PlanState.ACTIVE


def test_terms_below_the_lines_minimums_are_refused_whole(life: Life) -> None:
    wanted = [
        replace(a_line("dwp", 5000), at_minimum=True),
        replace(a_line("council", 3000), at_minimum=True),
        a_line("dvla", 2000),
    ]
    lines(life, wanted)
    with pytest.raises(BelowMinimums):
        amount(life, 7000)
    assert life.plan.payment == 10000


def line_id(life: Life, department: str) -> object:
    (line,) = life.plan.departments()[DepartmentCode(department)]
    return line.share_id


def test_a_debt_that_leaves_for_the_second_time_is_another_word(
    life: Life, database: Database
) -> None:
    """The department would take the same number for what it has heard already."""
    share = line_id(life, "dvla")
    lines(life, [a_line("dwp", 6000), a_line("council", 4000)])
    lines(life, [a_line("dwp", 5000), a_line("council", 3000), a_line("dvla", 2000)])
    lines(life, [a_line("dwp", 6000), a_line("council", 4000)])
    told = [ref for code, ref in waiting(database, "plan.ended") if code == "dvla"]
    assert told == [str(share), f"{share}.3"]


def until_the_look(life: Life) -> date:
    """Time passes until the person is asked to look at their plan again."""
    month = life.plan.review_month
    life.clock.move(month - london_date(life.clock.now()))
    assert life.plan.due_for_review(month)
    return month


def test_plan_06_the_yearly_look_is_over_once_the_person_keeps_their_plan(life: Life) -> None:
    keep = partial(keep_as_it_is, life.store, life.clock, life.chance, actor=life.person)
    first = life.plan.review_month
    assert keep(plan_id=life.plan.plan_id) == first, "before its time nothing changes"
    month = until_the_look(life)
    following = month.replace(year=month.year + 1)
    assert keep(plan_id=life.plan.plan_id) == following
    assert keep(plan_id=life.plan.plan_id) == following
    assert not life.plan.due_for_review(month)
    assert life.plan.due_for_review(following)
    assert life.kinds().count(Kind.LOOKED_AT) == 1
    with pytest.raises(NotFound):
        keep(plan_id=PlanId(uuid4()))


def test_plan_06_new_terms_are_a_look_too(life: Life) -> None:
    amount(life, 9000)
    before = life.plan.review_month
    until_the_look(life)
    amount(life, 8000)
    assert life.plan.review_month == before.replace(year=before.year + 1)
    assert life.kinds().count(Kind.LOOKED_AT) == 1
