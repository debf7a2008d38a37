"""D68, D75 to D77: what has changed, a break, other terms beside the old, a department's wish."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from app.citizen.slots import BUDGET
from consent.ids import DepartmentCode
from consent.people import Department
from consent.store import DEPARTMENT, HELPDESK, WORKER, open_store
from plan import working_days
from plan.answer import Said, answer
from plan.answers import PlanSaid, answer_plan, follow_answers
from plan.died import note_death, rest_after_death
from plan.terms import Reason
from tests.builders import set_chance
from tests.debts_desk import CAST, Seated, seat
from tests.plan_desk import a_budget, agreed, at_the_plan, older, quick, with_spare
from tests.portal import Portal

TAMSIN = ("dwp", "council", "dvla")
DAYS = working_days.load()


@pytest.fixture
def tamsin(portal: Portal) -> Seated:
    """Her plan of £100 a month is agreed, and the council has said yes."""
    quick(portal, "testwell", *TAMSIN)
    client = at_the_plan(portal, "testwell", *TAMSIN)
    agreed(client)
    say(portal, "council", Said.AGREED)
    return client


def say(portal: Portal, code: str, said: Said, pence: int | None = None) -> str:
    """A department answers its first line; the answer is that line's id."""
    line = portal.rows("select share_id from plan_share where department = %s", code)[0][0]
    worker = open_store(portal.database.worker_url, role=WORKER)
    answer(
        worker,
        portal.services.clock,
        set_chance(f"{code} {said}"),
        actor=Department(DepartmentCode(code)),
        share_id=line,
        said=said,
        working_days=DAYS,
        asked_pence=pence,
    )
    worker.close()
    return str(line)


def terms(portal: Portal) -> tuple[int, int, int, str]:
    return portal.rows("select payment_pence, pay_day, version, state from plan")[0]


def test_f47_interest_and_fees_stop_while_the_plan_is_kept_and_she_reads_it_everywhere(
    portal: Portal, tamsin: Seated
) -> None:
    assert tamsin.get("/plan/answers").says("It adds no interest and no fees while you keep to")
    council = "these add no interest and no fees: Sampleshire Council."
    assert council in tamsin.get("/plan/letter").text
    assert tamsin.get("/plan/stop").says(
        "These can add interest and fees again: Sampleshire Council"
    )
    assert tamsin.get("/plan/change/pause").says("These add no interest and no fees in the pause")
    portal.rows("update plan_share set charges_stop = false returning share_id")
    assert tamsin.get("/plan/answers").says("It may add interest or fees.")
    assert council not in tamsin.get("/plan/letter").text


def test_plan_12_whoever_signs_in_after_a_death_was_told_reads_why_the_plan_stands_still(
    portal: Portal, tamsin: Seated
) -> None:
    part = portal.services
    (reference,) = portal.rows("select reference from plan")[0]
    helpline = open_store(portal.database.helpdesk_url, role=HELPDESK, pool_size=1)
    worker = open_store(portal.database.worker_url, role=WORKER)
    note_death(helpline, part.clock, part.chance, reference=reference)
    assert rest_after_death(worker, part.clock, part.chance) == 1
    helpline.close()
    worker.close()
    tamsin = seat(portal, "testwell")  # every session ended
    page = tamsin.get("/plan/progress")
    assert page.says("We were told that the owner of this plan has died.")
    assert not page.says("Then it goes on by itself")
    assert "Make a payment" not in page.links()
    for path in ("/plan/pay", "/plan/pay/transfer", "/plan/pay/cash"):
        assert tamsin.get(path).path == "/plan/progress", path
    assert tamsin.get("/plan/change/pause").says("This plan stands still. Nothing is taken.")
    page = tamsin.send(page, action="/plan/change/go-on")
    assert not page.says("has died")
    assert "Make a payment" in page.links()


def test_f61_she_reads_in_plain_words_whether_other_ways_to_collect_wait(
    portal: Portal, tamsin: Seated
) -> None:
    """The council agreed; what it says last counts, and stands with the plan's own pages."""
    page = tamsin.get("/plan/answers")
    assert page.says("It has not said if it holds off other ways to collect this.")

    def council_says(**said: Any) -> None:
        values = {"waits": True, "until": None, "reason_code": "", **said}.values()
        portal.rows(
            "insert into enforcement_word select gen_random_uuid(), share_id, department,"
            " %s, %s::date, %s, 'api', clock_timestamp() from plan_share"
            " where department = 'council' returning share_id",
            *values,
        )

    council_says()
    kept = "While you keep to this plan, it sends nobody to collect and takes no step in court."
    assert tamsin.get("/plan/answers").says(kept)
    council = "these send nobody to collect and take no step in court: Sampleshire Council."
    assert council in tamsin.get("/plan/letter").text
    assert tamsin.get("/plan/change/pause").says("These send nobody to collect in the pause either")
    assert tamsin.get("/plan/stop").says("These can use other ways to collect again: Sampleshire")
    council_says(until="2099-01-15")
    assert tamsin.get("/plan/answers").says("Until 15 January 2099, it sends nobody to collect")
    assert council not in tamsin.get("/plan/letter").text
    council_says(until="2020-01-15")
    assert tamsin.get("/plan/answers").says("It held off other ways to collect until 15 January")
    council_says(waits=False, reason_code="not_agreed")
    agreed_since = tamsin.get("/plan/answers")
    assert not agreed_since.says("It has not agreed to your plan so far.")
    council_says(waits=False, reason_code="with_agent")
    page = tamsin.get("/plan/answers")
    assert page.says("It does not hold off other ways to collect this.")
    assert page.says("Tell them that you have a plan.")


def test_plan_06_the_yearly_look_stands_on_the_page_until_she_has_looked(
    portal: Portal, tamsin: Seated
) -> None:
    assert tamsin.get("/plan/review").path == "/plan/progress", "nothing is due yet"
    portal.rows("update plan set review_month = '2026-01-01' returning plan_id")
    page = tamsin.get(tamsin.get("/plan/progress").links()["Look at your plan again"])
    assert page.heading == "Look at your plan again"
    assert page.says("From your money in and out, a plan can take up to £200 a month.")
    page = tamsin.send(page)
    assert page.errors() == {"look": "Select if your plan is still right for you"}
    assert tamsin.send(page, look="changed").path == "/plan/change"
    page = tamsin.send(tamsin.get("/plan/review"), look="keep")
    assert page.path == "/plan/progress"
    assert not page.says("It is time to look at this plan again.")
    tamsin.visit.put(BUDGET, a_budget(CAST.person("testwell"), **with_spare("testwell", 6000)))
    portal.rows("update plan set review_month = '2026-01-01' returning plan_id")
    assert tamsin.get("/plan/review").says("That is less than you pay.")


def test_d50_what_will_change_soon_brings_the_first_look_forward(portal: Portal) -> None:
    quick(portal, "testwell", *TAMSIN)
    client = at_the_plan(portal, "testwell", *TAMSIN)
    client.visit.put(BUDGET, replace(a_budget(CAST.person("testwell")), changes=("baby",)))
    agreed(client)
    starts, month = portal.rows("select starts_on, review_month from plan")[0]
    assert (month.year * 12 + month.month) - (starts.year * 12 + starts.month) == 3


@pytest.mark.parametrize(
    ("said", "path"),
    [
        ("ill", "/plan/change/pause"),
        ("more", "/plan/change/amount"),
        ("controlled", "/stay-safe"),
        ("grief", "/plan/change/pause"),
        ("one_day", "/plan/change/one-day"),
        ("died", "/plan/change/died"),
    ],
)
def test_what_has_changed_leads_to_the_page_that_helps_and_is_not_kept(
    tamsin: Seated, said: str, path: str
) -> None:
    page = tamsin.get("/plan/change")
    assert page.ticked() == []
    assert tamsin.send(page, changed=said).path == path


def test_a_break_is_two_pages_and_ends_by_itself_or_sooner(portal: Portal, tamsin: Seated) -> None:
    page = tamsin.get("/plan/change/pause")
    assert tamsin.send(page).errors() == {"payments": "Select how long you want to pause your plan"}
    page = tamsin.send(tamsin.get("/plan/change/pause"), payments="2")
    assert page.says("Your plan is paused. Nothing is taken until")
    assert terms(portal)[3] == "paused"
    page = tamsin.send(page, action="/plan/change/go-on")
    assert terms(portal)[3] == "active"
    page = tamsin.send(tamsin.get("/plan/change/pause"), payments="1")
    assert page.says("For a longer pause, talk to a free adviser")
    assert terms(portal)[3] == "active"


def test_other_terms_stand_beside_the_old_ones_before_they_count(
    portal: Portal, tamsin: Seated
) -> None:
    page = tamsin.get("/plan/change/amount")
    wrong = tamsin.send(page, amount="3", day="40")
    assert set(wrong.errors()) == {"amount", "day"}
    above = tamsin.send(page, amount="200.01", day="20")
    assert above.errors() == {"amount": "Amount each month must be between £5 and £200"}
    page = tamsin.send(page, amount="80", day="20")
    assert page.path == "/plan/change/compare"
    assert page.says("You pay Now: £100 New: £80")
    assert page.says("You finish in")
    assert page.ticked() == []
    assert tamsin.send(page, plan="old").path == "/plan/progress"
    assert terms(portal) == (10000, 15, 1, "active")
    page = tamsin.send(tamsin.get("/plan/change/amount"), amount="80", day="20")
    assert tamsin.send(page, plan="new").path == "/plan/progress"
    assert terms(portal) == (8000, 20, 2, "active")
    shares = portal.rows("select sum(current_pence) from plan_share")
    assert shares == [(8000,)]


def test_a_plan_that_was_changed_in_another_tab_is_not_changed_again(
    portal: Portal, tamsin: Seated
) -> None:
    first = tamsin.send(tamsin.get("/plan/change/amount"), amount="80", day="20")
    say(portal, "dwp", Said.CHANGE_ASKED, 5100)
    line = portal.rows("select share_id from plan_share where state = 'change_asked'")[0][0]
    tamsin.send(tamsin.get(f"/plan/answers/{line}"), settle="accept")
    version = terms(portal)[2]
    assert tamsin.send(first, plan="new").status == 409
    assert terms(portal)[2] == version


def test_using_the_new_plan_needs_a_fresh_sign_in(portal: Portal, tamsin: Seated) -> None:
    tamsin.send(tamsin.get("/plan/change/amount"), amount="80", day="20")
    older(portal, tamsin, 16)
    assert tamsin.get("/plan/change/compare").path != "/plan/change/compare"


@pytest.mark.parametrize(("choice", "state"), [("accept", "agreed"), ("keep", "pending")])
def test_a_departments_wish_is_taken_or_refused_without_a_penalty(
    portal: Portal, tamsin: Seated, choice: str, state: str
) -> None:
    line = say(portal, "dwp", Said.CHANGE_ASKED, 5100)
    page = tamsin.get("/plan/answers")
    (link,) = [href for href in page.links().values() if line in href]
    page = tamsin.get(link)
    assert page.heading == "Department for Work and Pensions asked for a change"
    assert page.says("It asks for £51")
    assert tamsin.send(page).errors()
    tamsin.send(page, settle=choice)
    assert portal.rows("select state from plan_share where share_id::text = %s", line) == [(state,)]
    assert tamsin.get(link).path == "/plan/answers"


def test_nobody_accepts_more_than_their_budget_leaves(portal: Portal, tamsin: Seated) -> None:
    """F40, D68: £200 a month is what Tamsin has; DWP asks for so much that it would be £208.21."""
    line = say(portal, "dwp", Said.CHANGE_ASKED, 15_100)
    page = tamsin.get(f"/plan/answers/{line}")
    assert page.says("That is more than your budget leaves: £200 a month.")
    assert page.says("Keep my plan as it is")
    assert "Accept" not in page.text
    assert tamsin.send(page, settle="accept").errors()
    assert portal.rows("select state from plan_share where department = 'dwp'") == [
        ("change_asked",)
    ]
    later = seat(portal, "testwell").get(f"/plan/answers/{line}")
    assert later.links()["Go through your money in and out first"] == "/budget"
    assert later.says("Accept £151 a month")


def test_another_persons_line_and_no_line_at_all_are_the_same(
    portal: Portal, tamsin: Seated
) -> None:
    line = say(portal, "dwp", Said.CHANGE_ASKED, 5100)
    other = portal.client()
    other.get_in("placeholder", "dwp")
    assert other.get(f"/plan/answers/{line}").path != f"/plan/answers/{line}"
    assert tamsin.get("/plan/answers/nothing").status == 404


def test_the_exact_words_of_a_department_stand_on_the_page_and_no_markup_of_it(
    portal: Portal, tamsin: Seated
) -> None:
    words = "We & the court agreed:\nask for 'time to pay' (first)"
    door = open_store(portal.database.department_url, role=DEPARTMENT)
    worker = open_store(portal.database.worker_url, role=WORKER)
    clock, chance = portal.services.clock, set_chance("words")
    ((reference,),) = portal.rows("select part_reference from plan_share where department = 'dwp'")
    said = PlanSaid(Said.CHANGE_ASKED, Reason.TOO_LONG, 5100, words)
    actor = Department(DepartmentCode("dwp"))
    answer_plan(door, clock, chance, actor=actor, reference=reference, said=said)
    assert not tamsin.get("/plan/answers").says("writes to you")
    follow_answers(worker, clock, chance, working_days=DAYS)
    page = tamsin.get("/plan/answers")
    assert page.says("Department for Work and Pensions writes to you: " + words.replace("\n", " "))
    line = portal.rows("select share_id from plan_share where department = 'dwp'")[0][0]
    assert tamsin.get(f"/plan/answers/{line}").says("ask for 'time to pay' (first)")
    door.close()
    worker.close()
