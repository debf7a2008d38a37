"""What falls due, what comes, and what happens when it does not: grace, a review, and only then an
end (PLAN-10, PLAN-11)."""

from __future__ import annotations

import pytest

from app.cli import main
from consent.clock import london_date
from consent.errors import NotFound, WrongState
from consent.people import Anyone
from consent.store import HELPDESK, Store, open_store
from plan.events import Kind
from plan.lifecycle import InstalmentState, PlanState
from plan.pause import NoBreak, go_on_now
from plan.reach import Reached, note_contact
from plan.receive import Received
from plan.rules.breaks import BreakKind, WhyNot
from plan.rules.missed import ANSWER_WITHIN, GRACE, REVIEW_WITHIN
from plan.store import plans
from plan.terms import EndedReason
from tests.database import Database
from tests.plan_builders import THREE, plan_of, waiting
from tests.plan_life import Life


@pytest.fixture
def life(store: Store, worker: Store) -> Life:
    return Life(store, worker)


def test_what_falls_due_is_fixed_on_its_day_at_the_agreed_lines_alone(
    store: Store, worker: Store
) -> None:
    life = Life(store, worker)
    life.until_due()
    (one,) = life.fallen()
    assert (one.state, one.amount_pence) == (InstalmentState.DUE, 10000)


def test_a_payment_settles_the_oldest_first_and_says_what_is_over(life: Life) -> None:
    life.until_due()
    assert life.pays(4000) == Received(((1, 4000),), 0)
    assert life.fallen()[0].state is InstalmentState.PART_PAID
    life.pass_days(3)
    assert life.pays(7500) == Received(((1, 6000),), 0)
    (one,) = life.fallen()
    assert (one.state, one.paid_pence) == (InstalmentState.PAID, 10000)
    assert one.settled_at == life.clock.now()


def test_nothing_happens_in_the_days_of_grace(life: Life) -> None:
    life.until_due()
    life.pass_days(GRACE.days)
    assert life.fallen()[0].state is InstalmentState.DUE
    life.pass_days(1)
    assert life.fallen()[0].state is InstalmentState.MISSED
    assert plan_of(life.store, life.person).state is PlanState.ACTIVE


def test_paid_late_is_paid(life: Life) -> None:
    life.until_due()
    life.pass_days(12)
    life.pays(4000)
    assert life.fallen()[0].state is InstalmentState.MISSED
    life.pays(6000)
    assert life.fallen()[0].state is InstalmentState.PAID


def test_two_open_instalments_open_a_review_and_paying_closes_it_plan_11(life: Life) -> None:
    life.until_due()
    life.until_due()
    life.pass_days(GRACE.days + 1)
    assert (
        plan_of(life.store, life.person).review_by == london_date(life.clock.now()) + REVIEW_WITHIN
    )
    life.pays(10001)
    assert plan_of(life.store, life.person).review_by is None
    assert Kind.REVIEW_CLOSED in life.kinds()


def behind(life: Life) -> None:
    """Two payments have not come, and a review is open."""
    life.until_due()
    life.until_due()
    life.pass_days(GRACE.days + 1)


def reached(life: Life, database: Database, spoken: str = "") -> Reached:
    helpline = open_store(database.helpdesk_url, role=HELPDESK)
    try:
        reference = spoken or life.plan.reference
        return note_contact(helpline, life.clock, life.chance, reference=reference)
    finally:
        helpline.close()


def test_only_a_review_that_nobody_answers_ends_the_plan_and_departments_hear_no_reason(
    life: Life, database: Database
) -> None:
    behind(life)
    life.pass_days(REVIEW_WITHIN.days)
    reached(life, database)
    life.pass_days(ANSWER_WITHIN.days)
    assert plan_of(life.store, life.person).state is PlanState.ACTIVE
    life.pass_days(1)
    ended = plan_of(life.store, life.person)
    assert (ended.state, ended.ended_reason) == (PlanState.ENDED, EndedReason.DEFAULT)
    assert sorted(code for code, _ in waiting(database, "plan.ended")) == sorted(THREE)


def test_no_plan_ends_by_the_clock_alone_before_a_person_has_tried_to_reach_them(
    life: Life, database: Database
) -> None:
    behind(life)
    life.pass_days(10 * REVIEW_WITHIN.days)
    assert life.plan.state is PlanState.ACTIVE
    waited = reached(life, database, life.plan.reference.lower().replace(" ", "-"))
    assert waited.until == london_date(life.clock.now()) + ANSWER_WITHIN
    assert Kind.CONTACT_TRIED in life.kinds()


def test_a_call_about_an_earlier_review_does_not_count_for_a_later_one(
    life: Life, database: Database
) -> None:
    behind(life)
    reached(life, database)
    life.pays(20000)
    assert life.plan.review_by is None
    behind(life)
    assert life.kinds().count(Kind.REVIEW_OPENED) == 2
    life.pass_days(3 * REVIEW_WITHIN.days)
    assert life.plan.state is PlanState.ACTIVE


@pytest.mark.parametrize("spoken", ["", "PL22 2222 2222", "PM22 2222 2222", "x' or 1=1 --"])
def test_the_helpline_sees_no_plan_but_that_of_the_reference(
    life: Life, database: Database, spoken: str
) -> None:
    behind(life)
    helpline = open_store(database.helpdesk_url, role=HELPDESK)
    with pytest.raises(NotFound):
        note_contact(helpline, life.clock, life.chance, reference=spoken)
    reference = life.plan.reference
    with helpline.transaction(Anyone()) as tx:
        assert plans.review_of(tx, reference) is None
    helpline.close()


def test_there_is_nothing_to_note_where_no_review_is_open(life: Life, database: Database) -> None:
    with pytest.raises(WrongState):
        reached(life, database)


def test_the_helplines_command_says_until_when_the_plan_goes_on(
    life: Life,
    database: Database,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    monkeypatch.delenv("DATABASE_URL_HELPDESK", raising=False)
    assert main(["plan-contact", "--reference", life.plan.reference]) == 2
    monkeypatch.setenv("DATABASE_URL_HELPDESK", database.helpdesk_url)
    assert main(["plan-contact", "--reference", life.plan.reference]) == 1
    assert "Nothing was noted." in capsys.readouterr().err
    behind(life)
    assert main(["plan-contact", "--reference", life.plan.reference]) == 0
    assert f"Noted for {life.plan.reference}." in capsys.readouterr().out


def test_a_shortfall_in_parts_counts_as_whole_instalments_plan_10(life: Life) -> None:
    """Half of each of four payments is two payments."""
    for _ in range(4):
        life.until_due()
        life.pays(5000)
    assert plan_of(life.store, life.person).review_by is None, "the last has its days of grace"
    life.pass_days(GRACE.days + 1)
    assert plan_of(life.store, life.person).review_by is not None


def test_a_payment_is_at_least_a_penny(life: Life) -> None:
    with pytest.raises(ValueError, match="penny"):
        life.pays(0)


def test_a_break_skips_payments_and_the_plan_goes_on_by_itself_plan_08(life: Life) -> None:
    first = life.plan.next_due
    paused = life.pauses(2)
    assert (life.plan.state, life.plan.look_again_on) == (PlanState.PAUSED, paused.goes_on)
    states = [each.state for each in life.everything()]
    assert states == [InstalmentState.PLANNED, InstalmentState.SKIPPED, InstalmentState.SKIPPED]
    assert first is not None
    life.pass_days((paused.goes_on - london_date(life.clock.now())).days)
    assert life.plan.state is PlanState.ACTIVE
    assert [each.amount_pence for each in life.fallen()] == [10000]


def test_what_is_due_and_not_paid_is_skipped_first(life: Life) -> None:
    life.until_due()
    life.pauses(1)
    assert [each.state for each in life.everything()][-1] is InstalmentState.SKIPPED
    assert life.fallen() == []


@pytest.mark.parametrize("skipped", [1, 2])
def test_money_that_came_ahead_of_a_skipped_payment_counts_for_the_next_one(
    life: Life, skipped: int
) -> None:
    life.pays(3000)
    paused = life.pauses(skipped)
    assert [each.paid_pence for each in life.everything()] == [3000, *[0] * skipped]
    life.pass_days((paused.goes_on - london_date(life.clock.now())).days)
    [next_one] = life.fallen()
    assert (next_one.due_on, next_one.open_pence) == (paused.goes_on, 7000)


def test_money_for_more_than_the_next_payment_outlives_a_break(life: Life) -> None:
    """A break that starts with what is due moves nothing that came ahead of later days."""
    life.until_due()
    life.pays(25000)
    life.pauses(2, BreakKind.INCOME_FELL)
    life.until_due()
    assert [each.open_pence for each in life.fallen()] == [0, 0], "the second day is paid by it"
    assert [each.paid_pence for each in life.everything()] == [5000, 10000, 0, 0, 10000]


def test_more_than_two_payments_in_twelve_months_are_for_an_adviser_plan_08(life: Life) -> None:
    life.pauses(1)
    go_on_now(life.store, life.clock, life.chance, actor=life.person, plan_id=life.plan.plan_id)
    for payments, why in ((3, WhyNot.TOO_LONG), (2, WhyNot.USED_UP)):
        with pytest.raises(NoBreak) as refused:
            life.pauses(payments)
        assert refused.value.why is why
    assert life.plan.state is PlanState.ACTIVE
    life.pauses(1)


def test_a_long_break_when_income_fell_may_skip_six_plan_09(life: Life) -> None:
    life.pauses(6, BreakKind.INCOME_FELL)
    assert len(life.everything()) == 7


def test_a_break_answers_a_review(life: Life) -> None:
    life.until_due()
    life.until_due()
    life.pass_days(GRACE.days + 1)
    assert life.plan.review_by is not None
    life.pauses(1)
    assert life.plan.review_by is None
