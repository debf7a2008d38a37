"""What departments say on the way: another part asked for, a debt paid, the last one paid."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from consent.errors import NotFound, WrongState
from consent.ids import DepartmentCode
from consent.people import Department
from consent.store import open_store
from plan.answer import Said, answer
from plan.clear import Cleared, clear
from plan.lifecycle import PlanState, ShareState
from plan.settle_terms import accept, keep_mine
from plan.terms import EndedReason
from tests.database import Database
from tests.plan_builders import DAYS, THREE, line_of, waiting
from tests.plan_life import Life


@pytest.fixture
def life(database: Database) -> Iterator[Life]:
    store = open_store(database.portal_url)
    worker = open_store(database.worker_url, role="svd_worker")
    yield Life(store, worker, yes=("council", "dvla"))
    store.close()
    worker.close()


def asks(life: Life, code: str, pence: int | None) -> None:
    answer(
        life.worker,
        life.clock,
        life.chance,
        actor=Department(DepartmentCode(code)),
        share_id=line_of(life.store, life.person, code),
        said=Said.CHANGE_ASKED,
        working_days=DAYS,
        asked_pence=pence,
    )


def paid(life: Life, code: str, by: str | None = None) -> Cleared:
    return clear(
        life.worker,
        life.clock,
        life.chance,
        actor=Department(DepartmentCode(by or code)),
        share_id=line_of(life.store, life.person, code),
    )


def pence(life: Life) -> dict[str, int]:
    return {str(line.department): line.pence for line in life.plan.lines if line.live}


def test_the_person_takes_the_part_that_a_department_asks_for(life: Life) -> None:
    asks(life, "dwp", 5500)
    share = line_of(life.store, life.person, "dwp")
    found = accept(
        life.store,
        life.clock,
        life.chance,
        actor=life.person,
        plan_id=life.plan.plan_id,
        share_id=share,
    )
    assert found == life.plan.payment == 10500
    assert pence(life) == {"dwp": 5500, "council": 3000, "dvla": 2000}
    assert life.plan.agreed_payment == 10500
    assert life.plan.version == 2


def test_the_person_keeps_theirs_and_the_department_is_asked_again(
    life: Life, database: Database
) -> None:
    asks(life, "dwp", 5500)
    share = line_of(life.store, life.person, "dwp")
    keep_mine(
        life.store,
        life.clock,
        life.chance,
        actor=life.person,
        plan_id=life.plan.plan_id,
        share_id=share,
    )
    assert pence(life) == THREE
    told = [ref for code, ref in waiting(database, "plan.proposed") if code == "dwp"]
    assert told == [str(share), f"{share}.2"]


def test_without_a_figure_there_is_nothing_to_take(life: Life) -> None:
    asks(life, "dwp", None)
    with pytest.raises(WrongState):
        accept(
            life.store,
            life.clock,
            life.chance,
            actor=life.person,
            plan_id=life.plan.plan_id,
            share_id=line_of(life.store, life.person, "dwp"),
        )


def test_pence_of_a_debt_that_is_paid_go_to_the_others_plan_19(
    life: Life, database: Database
) -> None:
    life.answers("dwp")
    assert paid(life, "council") == Cleared(PlanState.ACTIVE, 10000)
    assert sum(pence(life).values()) == 10000
    assert set(pence(life)) == {"dwp", "dvla"}
    assert [code for code, _ in waiting(database, "plan.changed")] == ["dvla"]
    assert paid(life, "council") == Cleared(PlanState.ACTIVE, 10000), "said twice"


def test_the_last_debt_that_is_paid_finishes_the_plan_plan_17(life: Life) -> None:
    life.answers("dwp")
    for code in ("dwp", "council"):
        paid(life, code)
    assert paid(life, "dvla") == Cleared(PlanState.FINISHED, 0)
    assert life.plan.ended_reason is EndedReason.PAID_IN_FULL
    assert {line.state for line in life.plan.lines} == {ShareState.CLEARED}
    assert life.plan.next_due is None


def test_only_the_departments_own_line_and_only_one_it_agreed_to(life: Life) -> None:
    with pytest.raises(NotFound):
        paid(life, "council", by="dvla")
    with pytest.raises(WrongState):
        paid(life, "dwp")
