"""Agreeing to a plan, on a real database."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from datetime import date, timedelta
from threading import Barrier

import pytest
from sqlalchemy import create_engine, text

from consent.clock import SetClock
from consent.errors import ConsentEnded, ConsentNeeded, SignInTooOld
from consent.ids import DepartmentCode
from consent.people import Person
from consent.store import Store
from consent.withdraw import withdraw
from plan.agree import PlanAgreed, PlanRunsAlready
from plan.lifecycle import PlanState, ShareState
from plan.share import SharesDoNotAddUp
from plan.stop import stop
from plan.tokens import MARK, unseal
from tests.builders import a_person, given, set_chance
from tests.database import Database
from tests.plan_builders import KEEPER, PRIVATE, THREE, a_line, agreed, allow, plan_of, waiting


def test_an_agreed_plan_is_seen_with_its_lines_and_the_day_ahead(
    store: Store, clock: SetClock, tamsin: Person
) -> None:
    said = agreed(store, clock, tamsin, day=15)
    plan = plan_of(store, tamsin)
    assert said.reference == plan.reference
    assert plan.reference.startswith("PL")
    assert (plan.state, plan.payment, plan.pay_day) == (PlanState.PROPOSED, 10000, 15)
    assert plan.next_due == plan.starts_on == said.starts_on == date(2026, 3, 16)
    assert {line.department: line.pence for line in plan.lines} == THREE
    assert {line.state for line in plan.lines} == {ShareState.PENDING}
    assert said.answer_by == date(2026, 3, 23)
    assert plan.review_month == date(2027, 3, 1)
    assert plan.payments_made == 0
    assert plan.agreed_payment == 0
    assert plan.waiting_for == ("council", "dvla", "dwp")


def test_each_department_is_told_of_its_own_line_by_id(
    store: Store, clock: SetClock, tamsin: Person, database: Database
) -> None:
    agreed(store, clock, tamsin)
    lines = {line.department: str(line.share_id) for line in plan_of(store, tamsin).lines}
    assert dict(waiting(database, "plan.proposed")) == lines


def test_the_same_post_twice_is_one_plan_and_one_letter_to_each_department(
    store: Store, clock: SetClock, tamsin: Person, database: Database
) -> None:
    permissions = allow(store, clock, tamsin, list(THREE))
    first = agreed(store, clock, tamsin, permissions=permissions, seed="one")
    again = agreed(store, clock, tamsin, permissions=permissions, seed="two")
    assert again == first
    assert len(waiting(database, "plan.proposed")) == 3


def test_two_submits_at_the_same_moment_are_one_plan_sec_80(
    store: Store, clock: SetClock, tamsin: Person, database: Database
) -> None:
    permissions = allow(store, clock, tamsin, list(THREE))
    together = Barrier(2)

    def post(seed: str) -> PlanAgreed:
        together.wait()
        return agreed(store, clock, tamsin, permissions=permissions, seed=seed)

    for round_ in range(5):
        with ThreadPoolExecutor(2) as pool:
            both = list(pool.map(post, (f"{round_} a", f"{round_} b")))
        assert both[0] == both[1]
    assert len(waiting(database, "plan.proposed")) == 3


def test_two_tabs_are_one_plan_and_one_refusal(
    store: Store, clock: SetClock, tamsin: Person
) -> None:
    permissions = allow(store, clock, tamsin, list(THREE))
    together = Barrier(2)

    def post(key: str) -> str:
        together.wait()
        try:
            return agreed(store, clock, tamsin, permissions=permissions, post_key=key).reference
        except PlanRunsAlready:
            return "refused"

    with ThreadPoolExecutor(2) as pool:
        said = list(pool.map(post, ("tab one", "tab two")))
    assert sorted(said) == sorted(["refused", plan_of(store, tamsin).reference])


def test_lines_that_are_not_the_payment_are_refused_and_nothing_is_kept(
    store: Store, clock: SetClock, tamsin: Person, database: Database
) -> None:
    with pytest.raises(SharesDoNotAddUp):
        agreed(store, clock, tamsin, payment=9999)
    assert waiting(database, "plan.proposed") == []


def test_the_database_itself_refuses_lines_that_do_not_add_up_sec_78(
    store: Store, clock: SetClock, tamsin: Person
) -> None:
    agreed(store, clock, tamsin)
    for change in (
        "update plan set payment_pence = payment_pence + 1",
        "update plan_share set state = 'refused' where department = 'dvla'",
    ):
        with (
            pytest.raises(Exception, match="the lines of a plan are not its payment"),
            store.transaction(tamsin) as tx,
        ):
            tx.connection.execute(text(change))
    assert plan_of(store, tamsin).payment == 10000


def test_no_plan_without_a_permission_to_run_it(
    store: Store, clock: SetClock, tamsin: Person
) -> None:
    permissions = allow(store, clock, tamsin, ["dwp", "council"])
    with pytest.raises(ConsentNeeded):
        agreed(store, clock, tamsin, permissions=permissions)


def test_a_permission_to_look_is_none_to_run_a_plan(
    store: Store, clock: SetClock, tamsin: Person
) -> None:
    receipt = given(store, clock, set_chance("view"), tamsin, ["dwp"])
    looking = {grant.department: grant.grant_id for grant in receipt.grants}
    with pytest.raises(ConsentNeeded):
        agreed(store, clock, tamsin, {"dwp": 500}, permissions=looking)


def test_one_departments_permission_is_none_for_another(
    store: Store, clock: SetClock, tamsin: Person
) -> None:
    permissions = allow(store, clock, tamsin, ["dwp", "council"])
    swapped = {
        DepartmentCode("dwp"): permissions[DepartmentCode("council")],
        DepartmentCode("council"): permissions[DepartmentCode("dwp")],
    }
    with pytest.raises(ConsentNeeded):
        agreed(store, clock, tamsin, {"dwp": 500, "council": 500}, permissions=swapped)


def test_a_withdrawn_permission_is_refused_at_the_last_moment(
    store: Store, clock: SetClock, tamsin: Person
) -> None:
    permissions = allow(store, clock, tamsin, list(THREE))
    gone = permissions[DepartmentCode("dvla")]
    withdraw(store, clock, set_chance("w"), actor=tamsin, grant_id=gone)
    with pytest.raises(ConsentEnded):
        agreed(store, clock, tamsin, permissions=permissions)


def test_another_persons_permission_is_refused(
    store: Store, clock: SetClock, tamsin: Person
) -> None:
    priya = a_person(store, clock, set_chance("b"), "priya")
    permissions = allow(store, clock, tamsin, list(THREE))
    with pytest.raises(ConsentNeeded):
        agreed(store, clock, priya, permissions=permissions)


def test_an_old_sign_in_cannot_agree(store: Store, clock: SetClock, tamsin: Person) -> None:
    permissions = allow(store, clock, tamsin, list(THREE))
    long_ago = clock.now() - timedelta(minutes=16)
    with pytest.raises(SignInTooOld):
        agreed(store, clock, tamsin, permissions=permissions, signed_in_at=long_ago)


def test_a_second_plan_is_possible_when_the_first_is_over(
    store: Store, clock: SetClock, tamsin: Person
) -> None:
    first = agreed(store, clock, tamsin)
    stop(store, clock, set_chance("s"), actor=tamsin, plan_id=first.plan_id)
    permissions = allow(store, clock, tamsin, list(THREE), "run again")
    second = agreed(store, clock, tamsin, permissions=permissions, post_key="post-2")
    assert plan_of(store, tamsin).plan_id == second.plan_id != first.plan_id


def test_two_debts_of_one_department_are_two_lines_and_one_letter(
    store: Store, clock: SetClock, tamsin: Person, database: Database
) -> None:
    lines = [a_line("dwp", 5000, "d_1"), a_line("dwp", 700, "d_2")]
    agreed(store, clock, tamsin, {"dwp": 5700}, lines=lines)
    plan = plan_of(store, tamsin)
    assert [line.pence for line in plan.lines] == [5000, 700]
    ((department, ref),) = waiting(database, "plan.proposed")
    assert department == "dwp"
    assert ref in {str(line.share_id) for line in plan.lines}


def test_a_tax_reference_lies_sealed_and_its_tag_finds_the_line_again(
    store: Store, clock: SetClock, tamsin: Person, database: Database
) -> None:
    lines = [a_line("hmrc", 5000, "XM002610011594"), a_line("dwp", 700, "d_open")]
    agreed(store, clock, tamsin, {"hmrc": 5000, "dwp": 700}, lines=lines)
    engine = create_engine(database.superuser_url)
    with engine.connect() as connection:
        rows = connection.execute(
            text("select department, debt_token, share_id from plan_share order by 1")
        ).all()
    engine.dispose()
    assert rows[0][1] == "d_open"
    assert rows[1][1].startswith(MARK)
    assert "XM002610011594" not in rows[1][1]
    opened = unseal(PRIVATE, rows[1][1], department="hmrc", share_id=rows[1][2])
    assert opened == "XM002610011594"
    tag = KEEPER.tag("XM002610011594", department="hmrc", subject=tamsin.subject)
    assert [line.department for line in plan_of(store, tamsin).lines if line.debt_tag == tag] == [
        "hmrc"
    ]
