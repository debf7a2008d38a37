"""Which pages a budget has, in which order, and where Continue and Back lead."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

from app.citizen.budget_draft import NONE, SUGGESTED, Budget
from app.citizen.budget_steps import (
    CHECK,
    IN_AMOUNTS,
    START,
    next_path,
    previous_path,
    steps,
    whole,
)
from debts.money import Pence
from plan.rules import policy
from plan.rules.claim import Nation
from plan.rules.frequencies import Frequency
from plan.rules.statement import Household, Line

TODAY = date(2026, 11, 22)
ENGLAND = policy.load().on(TODAY, Nation.ENGLAND).guidelines
SCOTLAND = policy.load().on(TODAY, Nation.SCOTLAND).guidelines


def pounds(amount: int) -> Pence:
    return Pence(amount * 100)


def a_budget(**changes: object) -> Budget:
    """Somebody alone with pay, rent and food, to whom every question has been put."""
    lines = (
        Line("client-salary-or-wages", pounds(1000)),
        Line("rent", pounds(400)),
        Line("groceries", pounds(200)),
    )
    made = Budget(
        nation=Nation.ENGLAND,
        household=Household(),
        home="social",
        joint=False,
        income=("client-salary-or-wages",),
        outgoings=("rent", "groceries"),
        amounts={line.line: line for line in lines},
        other_debts=Pence(0),
        savings=SUGGESTED,
        changes=(),
    )
    return replace(made, **changes)  # type: ignore[arg-type]


def paths(budget: Budget) -> list[str]:
    return [step.path for step in steps(budget, ENGLAND)]


def test_a_new_budget_starts_with_who_lives_there() -> None:
    walk = steps(Budget(), None)
    assert next(step.path for step in walk if not step.done) == "/budget/household"
    assert not whole(walk)


def test_only_ticked_groups_have_a_page_and_they_come_in_the_statements_order() -> None:
    walk = paths(a_budget(outgoings=("groceries", "rent", "gas")))
    spending = [path for path in walk if path.startswith("/budget/out/")]
    assert spending == [
        "/budget/out/choose",
        "/budget/out/home",
        "/budget/out/utilities",
        "/budget/out/food-housekeeping",
    ]


def test_nobody_without_income_is_asked_how_much_it_is() -> None:
    budget = a_budget(income=())
    assert IN_AMOUNTS not in paths(budget)
    assert whole(steps(budget, ENGLAND))


def test_a_reason_is_asked_right_after_the_group_that_is_above_its_guideline() -> None:
    amounts = {**a_budget().amounts, "groceries": Line("groceries", pounds(500))}
    walk = paths(a_budget(amounts=amounts))
    place = walk.index("/budget/out/food-housekeeping")
    assert walk[place + 1] == "/budget/out/food-housekeeping/reason"
    assert not whole(steps(a_budget(amounts=amounts), ENGLAND))


def test_exactly_the_guideline_is_no_question() -> None:
    amounts = {**a_budget().amounts, "groceries": Line("groceries", pounds(270))}
    assert whole(steps(a_budget(amounts=amounts), ENGLAND))


def test_scotland_asks_about_its_own_groups_after_the_last_page_they_are_on() -> None:
    gifts, shoes = Line("gifts", pounds(100)), Line("clothing-footwear", pounds(100))
    budget = a_budget(
        outgoings=("gifts", "clothing-footwear"),
        amounts={"gifts": gifts, "clothing-footwear": shoes},
    )
    walk = [step.path for step in steps(budget, SCOTLAND)]
    assert walk[walk.index("/budget/out/personal") + 1] == "/budget/out/other/reason"


def test_a_ticked_line_without_an_amount_leaves_its_page_to_do() -> None:
    walk = steps(a_budget(outgoings=("rent", "gas", "groceries")), ENGLAND)
    assert [step.path for step in walk if not step.done] == ["/budget/out/utilities"]


def test_continue_leads_to_the_next_page_and_at_the_end_to_the_check() -> None:
    walk = steps(a_budget(), ENGLAND)
    assert next_path(walk, "/budget/household", changing=False) == "/budget/joint"
    assert next_path(walk, "/budget/changes", changing=False) == CHECK
    assert previous_path(walk, "/budget/joint") == "/budget/household"
    assert previous_path(walk, "/budget/household") == START


def test_after_a_change_continue_leads_back_to_the_check() -> None:
    walk = steps(a_budget(), ENGLAND)
    assert next_path(walk, "/budget/out/home", changing=True) == CHECK


def test_a_change_that_opens_a_question_leads_to_it_first() -> None:
    walk = steps(a_budget(outgoings=("rent", "gas", "groceries")), ENGLAND)
    ahead = next_path(walk, "/budget/out/choose", changing=True)
    assert ahead == "/budget/out/utilities?from=check"


def test_an_unticked_line_keeps_its_amount_and_does_not_count() -> None:
    budget = a_budget(outgoings=("rent",))
    assert budget.statement().total_outgoings == pounds(400)
    assert replace(budget, outgoings=("rent", "groceries")).statement().total_outgoings == pounds(
        600
    )


def test_other_debts_are_essential_costs_and_never_food() -> None:
    budget = a_budget(other_debts=pounds(5000))
    assert budget.statement().total_outgoings == pounds(5600)
    assert whole(steps(budget, ENGLAND))


def test_what_is_taken_before_the_money_comes_counts_nowhere() -> None:
    taken = Line("taken", Pence(6002), Frequency.MONTH)
    with_it = a_budget(taken_asked="yes", taken=taken).statement()
    without = a_budget(taken_asked="no").statement()
    assert with_it == without


def test_a_budget_for_two_is_compared_as_a_home_of_two() -> None:
    amounts = {**a_budget().amounts, "groceries": Line("groceries", pounds(400))}
    assert a_budget(amounts=amounts).excesses(ENGLAND)
    assert not a_budget(amounts=amounts, joint=True).excesses(ENGLAND)


def test_nothing_put_aside_was_still_considered() -> None:
    assert a_budget(savings=NONE).statement().savings is False
    assert a_budget().statement().savings_pence is None
