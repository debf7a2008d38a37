"""The plan's pages on a running portal: from the offer to a yes, and what can come between."""

from __future__ import annotations

import gzip
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import timedelta
from typing import Any, cast

import pytest

from adapters.departments.native import Delivery
from app.citizen.plan_schedule import plain
from app.citizen.slots import BUDGET, PLAN_DRAFT
from debts.debt import Debts, NoDebts
from tests.debts_desk import CAST, Seated, get_debts, seat, stop_asking
from tests.pages import Page
from tests.plan_desk import a_budget, agreed, at_the_plan, change_answer, held, older, on, quick
from tests.portal import Portal

TAMSIN = ("dwp", "council", "dvla")


@pytest.fixture
def tamsin(portal: Portal) -> Seated:
    """Her answers are here, her budget is checked, and £100 a month is what fits."""
    quick(portal, "testwell", *TAMSIN)
    return at_the_plan(portal, "testwell", *TAMSIN)


class Unreachable:
    """A department whose door is closed to messages."""

    async def send_budget_totals(self, permit: object, *, totals: object) -> Delivery:
        return Delivery.FAILED


def plans(portal: Portal) -> list[tuple[Any, ...]]:
    return portal.rows("select payment_pence, pay_day, method, state from plan")


def given(portal: Portal) -> list[tuple[Any, ...]]:
    return portal.rows(
        "select department, purpose, state from consent_grant"
        " where purpose <> 'view_debts' order by 1, 2"
    )


def test_tamsin_agrees_the_plan_that_is_offered(portal: Portal, tamsin: Seated) -> None:
    page = tamsin.get("/plan")
    assert page.heading == "A plan you can afford: £100 a month"
    assert page.says("That is 20 payments. The last one is smaller: £32.90.")
    assert page.says("£1,960 comes in each month and £1,740 goes out. That leaves £220.")
    assert page.says("Not in this plan: Universal Credit advance")
    page = on(tamsin, page)
    assert page.path == "/plan/check"
    assert page.ticked() == []
    assert page.says("While you keep to this plan, these add no interest and no fees: Department")
    page = tamsin.send(page, agree="yes")
    assert page.heading == "You have agreed your plan"
    assert page.says("Department for Work and Pensions has your 4 budget totals")
    assert plans(portal) == [(10000, 15, "card", "proposed")]
    lines = portal.rows("select department, current_pence from plan_share order by department")
    assert lines == [("council", 5445), ("dvla", 276), ("dwp", 4279)]
    assert given(portal) == [
        ("council", "run_plan", "given"),
        ("dvla", "run_plan", "given"),
        ("dwp", "run_plan", "given"),
        ("dwp", "share_budget_totals", "consumed"),
    ]
    assert len(portal.rows("select 1 from outbox where topic = 'plan.proposed'")) == 3
    assert tamsin.visit.slots(PLAN_DRAFT) == []


def test_before_a_plan_the_page_says_what_is_needed(portal: Portal) -> None:
    client = seat(portal, "testwell", "dwp")
    page = client.get("/plan")
    assert page.heading == "Before we can work out a plan"
    assert page.links()["What you owe"] == "/debts/get"
    assert page.links()["Money in and out"] == "/budget"
    for path in (
        *("day", "how", "share", "check", "schedule", "not-now", "agreed", "progress", "ways"),
        *("missed", "finished", "change/one-day"),
    ):
        assert client.get(f"/plan/{path}").path == "/plan"


def test_another_amount_is_worked_out_on_the_same_page(tamsin: Seated) -> None:
    page = tamsin.send(tamsin.get("/plan"), do="work", amount="three_quarters")
    assert page.heading == "A plan you can afford: £150 a month"
    assert page.says("You chose £150. We suggested £100.")
    assert page.says("Continue with £150 a month")
    assert "150" not in page.response.request.url
    page = tamsin.send(page, do="work", amount="other", other="45.5")
    assert page.heading == "A plan you can afford: £45.50 a month"
    assert page.value("other") == "45.50"


@pytest.mark.parametrize(
    ("typed", "box", "words"),
    [
        ({"amount": "other", "other": ""}, "other", "Enter how much you want to pay each month"),
        (
            {"amount": "other", "other": "45.505"},
            "other",
            "Amount each month must be an amount of money, like 70 or 70.50",
        ),
        (
            {"amount": "other", "other": "200.01"},
            "other",
            "Amount each month must be between £20 and £200",
        ),
        (
            {"amount": "other", "other": "19.99"},
            "other",
            "Amount each month must be between £20 and £200",
        ),
        ({"amount": []}, "amount", "Select how much you want to pay each month"),
    ],
)
def test_an_amount_that_cannot_be_is_answered_in_exact_words(
    tamsin: Seated, typed: dict[str, Any], box: str, words: str
) -> None:
    page = tamsin.send(tamsin.get("/plan"), do="work", **typed)
    assert page.status == 422
    assert page.errors() == {box: words}
    assert page.value("other") == typed.get("other", "")


@pytest.mark.parametrize("payment", ["20001", "1", "-5", "1e9", "", "١٠٠٠٠"])
def test_an_amount_that_was_tampered_with_is_not_taken(tamsin: Seated, payment: str) -> None:
    page = tamsin.send(tamsin.get("/plan"), do="continue", payment=payment)
    assert page.path == "/plan"
    assert page.heading == "A plan you can afford: £100 a month"


def test_other_ways_to_share_are_compared_and_the_chosen_one_is_agreed_f97(
    portal: Portal, tamsin: Seated
) -> None:
    page = tamsin.get("/plan")
    assert page.says("You can also have small debts paid first. It takes as long")
    page = tamsin.get(page.links()["See other ways to share your £100"])
    assert page.heading == "Ways to share your payment"
    assert page.says("You pay £100 a month, 20 times, and finish in")
    assert page.ticked() == ["way"]
    cards = [node.text for node in page.main.all("h2")]
    assert cards[0] == "A third to what can hurt you most, the rest by size (what we suggest)"
    assert len(cards) == 5
    assert page.says("The first to end is Vehicle tax penalty, by")
    later = "A debt that can hurt you most ends later this way."
    assert page.text.count(later) == 2, "by size, and the same to each"
    assert page.says("They all end together.")
    assert tamsin.send(page, way=[]).errors() == {
        "way": "Select how you want to share your payment"
    }
    page = tamsin.send(page, way="small_first")
    assert page.path == "/plan"
    assert page.heading == "A plan you can afford: £100 a month"
    assert page.says("That is 20 payments. The last one is smaller: £32.90.")
    assert page.says("Small debts come first: all of it goes to the smallest one")
    assert page.says("Nothing at first")
    tamsin.send(on(tamsin, page), agree="yes")
    assert portal.rows("select strategy, payment_pence from plan") == [("small_first", 10000)]
    lines = portal.rows("select department, current_pence, rank from plan_share order by rank")
    assert lines == [("dvla", 8000, 1), ("council", 2000, 2), ("dwp", 0, 3)]


def test_one_debt_has_no_ways_and_its_plan_says_where_all_of_it_goes(portal: Portal) -> None:
    quick(portal, "testwell", "council")
    client = at_the_plan(portal, "testwell", "council")
    page = client.get("/plan")
    assert page.says("All of it goes to Sampleshire Council.")
    assert page.says("There is one debt in the plan, so all of it goes there.")
    assert client.get("/plan/ways").path == "/plan"


def test_a_short_plan_says_so(tamsin: Seated) -> None:
    for code in ("dwp", "council"):
        change_answer(tamsin, code, answer=NoDebts(held(tamsin, code).arrived_at))
    page = tamsin.get("/plan")
    assert page.heading == "A plan you can afford: £80, once"
    assert page.says("If you pay £80 once, on")
    assert page.says("Where your £80 goes")
    assert page.says("£80 – ")
    amounts = [node["value"] for node in page.form().all("input", name="amount")]
    assert amounts == ["half", "other"]
    assert page.says("This is a short plan. You can also pay each department yourself.")


def test_interest_is_one_neutral_line(tamsin: Seated) -> None:
    """DVLA says nothing of it in the register; the others stop while the plan is kept (F47)."""
    for code in ("council", "dvla"):
        answer = held(tamsin, code).answer
        assert isinstance(answer, Debts)
        dearer = tuple(replace(debt, interest_rate="8.00%") for debt in answer.items)
        change_answer(tamsin, code, answer=replace(answer, items=dearer))
    page = tamsin.get("/plan")
    assert page.text.lower().count("interest") == 2
    assert page.says(
        "Driver and Vehicle Licensing Agency adds interest to what is left, so the plan may take a"
        " little longer."
    )
    assert page.says(
        "these add no interest and no fees: Department for Work and Pensions, Sampleshire Council."
    )
    assert "save" not in page.text.lower()


def test_f40_the_largest_amount_leaves_the_protected_minimum(tamsin: Seated) -> None:
    """A third child: £1,358 after the home is paid, of which £1,300 is protected."""
    budget = a_budget(CAST.person("testwell"))
    assert budget.household is not None
    home = replace(budget.household, children_under_16=3)
    tamsin.visit.put(BUDGET, replace(budget, household=home))
    page = tamsin.get("/plan")
    assert page.heading == "A plan you can afford: £58 a month"
    assert page.says("We suggest £58. More would leave you too little to live on.")
    page = tamsin.send(page, amount="other", other="58.01", do="work")
    assert page.errors() == {"other": "Amount each month must be between £20 and £58"}


def test_f35_while_there_is_time_to_appeal_the_plan_says_so(portal: Portal, tamsin: Seated) -> None:
    answer = held(tamsin, "dwp").answer
    assert isinstance(answer, Debts)
    day = portal.services.clock.now().date() + timedelta(days=20)
    items = tuple(replace(debt, appeal_by=day) for debt in answer.items)
    change_answer(tamsin, "dwp", answer=replace(answer, items=items))
    page = on(tamsin, tamsin.get("/plan"))
    assert page.path == "/plan/check"
    assert page.says("Saying yes to a plan does not change that.")
    link = next(
        where for words, where in page.links().items() if words.startswith("See how to app")
    )
    debt = tamsin.get(link)
    assert debt.says("How to appeal")
    assert debt.says("It calls this mandatory reconsideration.")


def test_f29_a_department_that_could_not_find_her_is_named_and_its_debt_joins_when_found(
    portal: Portal,
) -> None:
    portal.control("council", "testwell", "mismatch:0")
    quick(portal, "testwell", "dwp", "dvla")
    client = at_the_plan(portal, "testwell", *TAMSIN)
    page = client.get("/plan")
    assert page.says("Not in this plan, because we have no answer we can use:")
    assert page.says("Sampleshire Council (")
    assert "Council tax" not in page.main.text
    quick(portal, "testwell", "council")
    page = client.get("/debts/no-match/council?fact=previous_name")
    client.send(page, previous_name="Testington")
    get_debts(client)
    page = client.get("/plan")
    assert not page.says("because we have no answer we can use")
    assert page.says("Council tax")


def test_each_question_says_exactly_what_is_missing(tamsin: Seated) -> None:
    page = tamsin.send(tamsin.get("/plan"), do="continue")
    assert page.path == "/plan/day"
    page = tamsin.send(page)
    assert page.errors() == {"day": "Select which day you want to pay each month"}
    for typed in ("", "0", "29", "x"):
        page = tamsin.send(page, day="other", other=typed)
        assert page.errors() == {"other": "Day of the month must be between 1 and 28"}
    page = tamsin.send(page, day="other", other="7")
    page = tamsin.send(page)
    assert page.errors() == {"method": "Select how you want to pay"}
    page = tamsin.send(page, method="cash")
    assert page.ticked() == []
    page = tamsin.send(page, share_dwp="yes", totals_dwp="no", share_council="yes")
    words = "Select yes if you agree to share your plan with Driver and Vehicle Licensing Agency"
    assert page.errors() == {"share_dvla": words}
    page = tamsin.send(page, share_dvla="yes")
    page = tamsin.send(page)
    assert page.errors() == {"agree": "Select yes if you agree to this plan"}


def test_a_no_shows_the_new_plan_first_and_that_department_is_told_nothing(
    portal: Portal, tamsin: Seated
) -> None:
    page = to_share(tamsin)
    page = tamsin.send(page, share_dwp="yes", totals_dwp="no", share_dvla="no", share_council="yes")
    assert page.path == "/plan"
    assert page.says("You said no to sharing with Driver and Vehicle Licensing Agency")
    assert page.says("You did not give permission to put Driver and Vehicle Licensing Agency")
    page = tamsin.send(page, do="continue")
    assert page.path == "/plan/check"
    assert page.says("Not shared with anyone")
    tamsin.send(page, agree="yes")
    assert given(portal) == [("council", "run_plan", "given"), ("dwp", "run_plan", "given")]
    assert {asked["what"] for asked in portal.asked("dvla")} == {"debts"}


def test_no_to_everyone_is_no_plan_and_no_second_ask(portal: Portal, tamsin: Seated) -> None:
    page = to_share(tamsin)
    page = tamsin.send(page, share_dwp="no", totals_dwp="no", share_dvla="no", share_council="no")
    assert page.path == "/plan/not-now"
    assert page.heading == "There is no plan without these departments"
    assert page.links()["Change who we share with"] == "/plan/share"
    assert given(portal) == []


def test_a_no_at_the_check_keeps_nothing(portal: Portal, tamsin: Seated) -> None:
    page = tamsin.send(on(tamsin, tamsin.get("/plan")), agree="no")
    assert page.heading == "We have not made a plan"
    assert plans(portal) == []
    assert given(portal) == []


def test_figures_that_changed_are_shown_old_and_new_and_asked_again(
    portal: Portal, tamsin: Seated
) -> None:
    page = on(tamsin, tamsin.get("/plan"))
    other_tab = tamsin.send(tamsin.get("/plan"), do="work", amount="all")
    tamsin.send(other_tab, do="continue")
    page = tamsin.send(page, agree="yes")
    assert page.status == 409
    assert page.says("The figures have changed since you opened this page")
    assert page.ticked() == []
    assert plans(portal) == []
    page = tamsin.send(page, agree="yes")
    assert page.heading == "You have agreed your plan"
    assert plans(portal)[0][0] == 20000


def test_a_budget_that_changed_is_a_figure_that_changed(portal: Portal, tamsin: Seated) -> None:
    page = on(tamsin, tamsin.get("/plan"))
    poorer = a_budget(CAST.person("testwell"), **{"childcare-costs": 20000})
    tamsin.visit.put(BUDGET, poorer)
    page = tamsin.send(page, agree="yes")
    assert page.path == "/plan"
    assert page.says("The amount you chose does not fit these figures any more")
    assert plans(portal) == []


def test_two_submits_at_once_are_one_plan(portal: Portal, tamsin: Seated) -> None:
    page = on(tamsin, tamsin.get("/plan"))
    with ThreadPoolExecutor(2) as pool:
        both = list(pool.map(lambda _: tamsin.send(page, agree="yes"), range(2)))
    assert {one.heading for one in both} == {"You have agreed your plan"}
    assert len(plans(portal)) == 1
    assert len(given(portal)) == 4
    again = tamsin.send(page, agree="yes")
    assert again.heading == "You have agreed your plan"
    assert len(plans(portal)) == 1


def test_agreeing_needs_a_sign_in_of_the_last_15_minutes(portal: Portal, tamsin: Seated) -> None:
    page = on(tamsin, tamsin.get("/plan"))
    older(portal, tamsin, 16)
    page = tamsin.send(page, agree="yes")
    assert page.path == "/sign-in"
    assert plans(portal) == []


def test_amounts_that_were_cleared_are_got_again_before_a_yes(
    portal: Portal, tamsin: Seated
) -> None:
    page = on(tamsin, tamsin.get("/plan"))
    earlier = portal.services.clock.now() - timedelta(minutes=31)
    change_answer(tamsin, "dvla", arrived_at=earlier)
    page = tamsin.send(page, agree="yes")
    assert page.path == "/plan"
    assert page.says("Get them again before you agree a plan.")
    assert not page.says("Continue with")
    assert plans(portal) == []


def test_a_late_answer_is_offered_and_not_slipped_in(tamsin: Seated) -> None:
    change_answer(tamsin, "dvla", late=True)
    page = tamsin.get("/plan")
    assert page.says("Driver and Vehicle Licensing Agency has now answered")
    assert not page.says("Vehicle tax penalty")


def test_a_department_that_was_stopped_meanwhile_is_not_in_the_plan(
    portal: Portal, tamsin: Seated
) -> None:
    page = on(tamsin, tamsin.get("/plan"))
    stop_asking(portal, tamsin, "dvla")
    page = tamsin.send(page, agree="yes")
    assert page.status == 409
    assert page.says("The figures have changed since you opened this page")
    assert plans(portal) == []


def test_totals_that_could_not_be_sent_are_not_kept_for_later(
    portal: Portal, tamsin: Seated
) -> None:
    page = on(tamsin, tamsin.get("/plan"))
    cast(dict[str, object], portal.services.messages)["dwp"] = Unreachable()
    page = tamsin.send(page, agree="yes")
    assert page.says("We could not reach Department for Work and Pensions with your budget totals")
    assert ("dwp", "share_budget_totals", "consumed") in given(portal)


def test_the_schedule_adds_up_and_shows_a_year_first(tamsin: Seated) -> None:
    page = tamsin.get("/plan/schedule")
    assert len(page.main.all("tr")) == 13
    page = tamsin.get(page.links()["Show all 20 payments"])
    assert len(page.main.all("tr")) == 21
    reply = tamsin.get("/plan/schedule.csv")
    rows = [line.split(",") for line in reply.html.strip().splitlines()]
    pence = [[int(cell.replace(".", "")) for cell in row[1:]] for row in rows[1:]]
    assert all(total == sum(shares) for total, *shares in pence)
    assert sum(total for total, *_ in pence) == 124050 + 61240 + 8000
    assert reply.response.headers["Cache-Control"] == "no-store"


@pytest.mark.parametrize("cell", ["=1+1", "+44", "-2", "@SUM(A1)", "\t=1", "\r=1"])
def test_no_cell_of_the_file_is_a_formula(cell: str) -> None:
    assert plain(cell) == f"'{cell}"
    assert plain("Council tax") == "Council tax"


def test_the_letter_of_the_visit_has_every_payment_and_later_ones_do_not(
    portal: Portal, tamsin: Seated
) -> None:
    agreed(tamsin)
    page = tamsin.get("/plan/letter")
    assert page.says("£32.90 in")
    assert page.says("Every payment")
    later = seat(portal, "testwell")
    page = later.get("/plan/letter")
    assert page.says("to pay £100 a month")
    assert page.says("We do not keep what you owe, so this copy has no finish date")
    assert not page.says("Every payment")


def test_what_is_left_stands_on_the_page_only_after_a_pull(portal: Portal, tamsin: Seated) -> None:
    agreed(tamsin)
    page = tamsin.get("/plan")
    assert page.path == "/plan/progress"
    assert page.says("0 of 20 payments")
    assert page.says("Left to pay £1,932.90")
    later = seat(portal, "testwell")
    page = later.get("/plan/progress")
    assert page.says("You have made no payments yet.")
    assert page.says("We do not keep what you owe")
    assert not page.says("Left to pay")


def test_what_departments_said_is_there_to_read(tamsin: Seated) -> None:
    agreed(tamsin)
    page = tamsin.get("/plan/answers")
    assert page.heading == "What departments said about your plan"
    assert page.text.count("Not answered yet. If it does not answer by") == 3


def test_stopping_is_one_question_and_charges_nothing(portal: Portal, tamsin: Seated) -> None:
    agreed(tamsin)
    page = tamsin.get("/plan/stop")
    assert page.ticked() == []
    page = tamsin.send(page)
    assert page.errors() == {"stop": "Select yes if you want to stop your plan"}
    page = tamsin.send(page, stop="no")
    assert page.path == "/plan/progress"
    page = tamsin.send(tamsin.get("/plan/stop"), stop="yes")
    assert page.heading == "Your plan has stopped"
    assert plans(portal)[0][3] == "ended"
    assert {state for _, purpose, state in given(portal) if purpose == "run_plan"} == {"withdrawn"}
    assert tamsin.get("/plan/agreed").heading == "This plan is over"


def test_another_person_sees_nothing_of_it(portal: Portal, tamsin: Seated) -> None:
    agreed(tamsin)
    priya = seat(portal, "placeholder", "dwp")
    for path in ("agreed", "letter", "progress", "answers", "stop"):
        assert priya.get(f"/plan/{path}").path == "/plan"


def test_every_page_is_light(tamsin: Seated) -> None:
    sizes = {}
    page = tamsin.get("/plan")
    while page.path != "/plan/check":
        sizes[page.path] = weight(page)
        page = step(tamsin, page)
    sizes[page.path] = weight(page)
    tamsin.send(page, agree="yes")
    for path in ("agreed", "letter", "progress", "answers", "stop"):
        sizes[path] = weight(tamsin.get(f"/plan/{path}"))
    assert {path: size for path, size in sizes.items() if size > 14 * 1024} == {}


def to_share(client: Seated) -> Page:
    page = client.get("/plan")
    while page.path != "/plan/share":
        page = step(client, page)
    return page


def step(client: Seated, page: Page) -> Page:
    """One page on."""
    typed: dict[str, dict[str, str]] = {
        "/plan": {"do": "continue"},
        "/plan/day": {"day": "1"},
        "/plan/how": {"method": "card"},
    }
    if page.path == "/plan/share":
        names = {node["name"] for node in page.form().all("input", type_="radio")}
        return client.send(page, **dict.fromkeys(names, "yes"))  # type: ignore[arg-type]
    return client.send(page, **typed[page.path])  # type: ignore[arg-type]


def weight(page: Page) -> int:
    """Bytes of the page when it is compressed."""
    return len(gzip.compress(page.html.encode()))
