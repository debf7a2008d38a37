"""D69 in its states, D79, and what a later copy of the letter can say (D80)."""

from __future__ import annotations

from uuid import UUID

import pytest

from consent.ids import DepartmentCode
from consent.people import Department
from consent.store import WORKER, open_store
from debts.debt import Debts, NoDebts, Unanswered, Unavailable
from plan.answer import Said
from plan.clear import clear
from plan.terms import EndedReason
from tests.builders import set_chance
from tests.debts_desk import Seated, get_debts, seat
from tests.integration.test_plan_change_pages import TAMSIN, say
from tests.plan_desk import agreed, at_the_plan, change_answer, held, quick
from tests.portal import Portal
from tests.time_passes import fell_due, sql


@pytest.fixture
def tamsin(portal: Portal) -> Seated:
    """Her plan of £100 a month is agreed; the council and DWP have said yes."""
    quick(portal, "testwell", *TAMSIN)
    client = at_the_plan(portal, "testwell", *TAMSIN)
    agreed(client)
    for code in ("council", "dwp"):
        say(portal, code, Said.AGREED)
    return client


def cleared(portal: Portal, *codes: str) -> None:
    """These departments say of their lines that nothing is left."""
    worker = open_store(portal.database.worker_url, role=WORKER)
    for code in codes:
        for row in portal.rows("select share_id from plan_share where department = %s", code):
            line: UUID = row[0]
            clear(
                worker,
                portal.services.clock,
                set_chance(f"clear {code} {line}"),
                actor=Department(DepartmentCode(code)),
                share_id=line,
            )
    worker.close()


def test_on_time_and_waiting_for_a_department(portal: Portal, tamsin: Seated) -> None:
    page = tamsin.get("/plan/progress")
    assert page.says("Waiting for Driver and Vehicle Licensing Agency")
    assert not page.says("All that was due has come.")
    fell_due(portal, 9, paid=9724)
    page = tamsin.get("/plan/progress")
    assert page.says("All that was due has come.")
    assert page.says("Paid so far £97.24")
    assert "Paid so far: £0" in page.text, (
        "what came to each department, from the parts of payments"
    )
    later = seat(portal, "testwell")
    assert later.get("/plan/progress").says("You have made 1 payment, £97.24 in all.")


def test_the_latest_amounts_lead_back_to_the_plan(portal: Portal, tamsin: Seated) -> None:
    assert tamsin.get("/debts").links()["See your plan with these amounts"] == "/plan/progress"
    tamsin.send(tamsin.get("/plan/stop"), stop="yes")
    links = tamsin.get("/debts").links()
    assert links["Continue to money in and out"] == "/budget"


def test_a_later_letter_has_what_departments_agreed_to_so_far(
    portal: Portal, tamsin: Seated
) -> None:
    assert tamsin.get("/plan/letter").says("Next payment £100 on"), "as it was agreed"
    assert seat(portal, "testwell").get("/plan/letter").says("Next payment £97.24 on")


def test_due_today_and_one_late(portal: Portal, tamsin: Seated) -> None:
    fell_due(portal, 0)
    page = tamsin.get("/plan/progress")
    assert page.says("£97.24 is due today.")
    sql(portal, "update instalment set due_on = due_on - 3 where state = 'due'")
    page = tamsin.get("/plan/progress")
    assert page.says("A payment has not come: £97.24. It happens.")
    assert page.links()["See what you can do"] == "/plan/missed"


def test_the_home_page_says_what_is_due_and_what_has_not_come_d08(
    portal: Portal, tamsin: Seated
) -> None:
    assert "is due today" not in tamsin.get("/home").text
    fell_due(portal, 0)
    assert tamsin.get("/home").says("£97.24 is due today.")
    sql(portal, "update instalment set due_on = due_on - 3 where state = 'due'")
    page = tamsin.get("/home")
    assert page.says("A payment has not come: £97.24. It happens.")
    assert page.links()["See what you can do"] == "/plan/missed"


def test_a_department_that_asks_for_another_amount_is_named_where_a_person_looks_first(
    portal: Portal, tamsin: Seated
) -> None:
    say(portal, "dvla", Said.CHANGE_ASKED, 500)
    ((line,),) = portal.rows("select share_id from plan_share where department = 'dvla'")
    for path in ("/home", "/plan/progress"):
        page = tamsin.get(path)
        assert page.says("Driver and Vehicle Licensing Agency asks for another amount. You choose.")
        assert f"/plan/answers/{line}" in page.links().values()
    tamsin.send(tamsin.get("/plan/change/pause"), payments="1")
    assert "asks for another amount" not in tamsin.get("/plan/progress").text, "not while it rests"


def test_a_no_leads_to_its_reason(portal: Portal, tamsin: Seated) -> None:
    say(portal, "dvla", Said.REFUSED)
    page = tamsin.get("/plan/progress")
    assert page.says("Driver and Vehicle Licensing Agency Said no. See why")
    assert page.says("Each month: Nothing")
    assert page.says("Left to pay: Not in the plan")


def test_what_each_department_says_is_left_stands_beside_what_was_paid_d69(
    portal: Portal, tamsin: Seated
) -> None:
    """Both figures, and whom to ask where they do not fit together."""
    page = tamsin.get("/plan/progress")
    assert page.says("Left to pay: £80")
    assert page.says("Left to pay: £612.40")
    own = "select part_reference from plan_share where department = 'dvla'"
    assert page.says(f"Licensing Agency: 0161 496 0106, {portal.rows(own)[0][0]}")
    now = portal.services.clock.now()
    change_answer(tamsin, "dvla", answer=Unavailable(now, Unanswered.TIMED_OUT))
    assert tamsin.get("/plan/progress").says("Left to pay: Not known")
    later = seat(portal, "testwell").get("/plan/progress")
    assert "Left to pay" not in later.text
    assert "Does a figure look wrong?" not in later.text


def test_ahead(portal: Portal, tamsin: Seated) -> None:
    fell_due(portal, 9, paid=9724)
    sql(portal, "update instalment set due_on = due_on + 20 where state = 'paid'")
    assert tamsin.get("/plan/progress").says("You are ahead. Your next payment is here already.")


def test_paused_says_until_when_and_no_payment_is_called_late(
    portal: Portal, tamsin: Seated
) -> None:
    fell_due(portal, 3)
    tamsin.send(tamsin.get("/plan/change/pause"), payments="1")
    page = tamsin.get("/plan/progress")
    assert page.says("Your plan is paused. Nothing is taken until")
    assert "See what you can do" not in page.links()


def test_a_department_that_is_paid_is_said_in_words(portal: Portal, tamsin: Seated) -> None:
    say(portal, "dvla", Said.AGREED)
    cleared(portal, "dvla")
    page = tamsin.get("/plan/progress")
    assert page.says("You have finished paying Driver and Vehicle Licensing Agency.")
    assert page.says("Left to pay: Nothing")


def test_before_the_end_there_is_no_page_of_the_end(portal: Portal, tamsin: Seated) -> None:
    assert tamsin.get("/plan/finished").path == "/plan/progress"
    later = seat(portal, "testwell")
    assert later.get("/plan/finished").path == "/plan/progress"


def test_one_department_has_still_to_confirm(portal: Portal, tamsin: Seated) -> None:
    say(portal, "dvla", Said.AGREED)
    cleared(portal, "dvla", "council")
    for code in TAMSIN:
        answer = held(tamsin, code).answer
        assert isinstance(answer, Debts)
        change_answer(tamsin, code, answer=NoDebts(answer.at))
    page = tamsin.get("/plan/progress")
    page = tamsin.get(page.links()["See what is left to confirm"])
    assert page.heading == "Your plan is nearly finished"
    assert page.says("Department for Work and Pensions has still to confirm it.")
    assert page.says("Sampleshire Council Nothing is left to pay. It told us on")
    assert page.says("It has not confirmed yet.")
    assert "Stop all my permissions" not in page.links()


def test_finished_in_plain_words_with_each_departments_word(portal: Portal, tamsin: Seated) -> None:
    fell_due(portal, 9, paid=9724)
    say(portal, "dvla", Said.REFUSED)
    cleared(portal, "council", "dwp")
    page = tamsin.get("/plan/progress")
    assert page.path == "/plan/finished"
    assert page.heading == "You have finished your plan"
    assert page.says("Well done. You kept going, and it is done. Everything in it is paid.")
    assert page.says("You made 1 payment, £97.24 in all. Nothing more is taken.")
    assert page.text.count("Nothing is left to pay. It told us on") == 2
    assert page.says("Driver and Vehicle Licensing Agency This was not finished in the plan.")
    assert page.links()["Stop all my permissions"] == "/permissions/stop-all"
    for reason, words in (
        (EndedReason.AMENDED_TO_NIL, "A department looked at its figures again."),
        (EndedReason.REMISSION, "A department let you off what was left."),
        (EndedReason.WITHIN_TOLERANCE, "The last few pence were let go."),
    ):
        sql(portal, f"update plan set ended_reason = '{reason}'")
        assert tamsin.get("/plan/finished").says(words)
    page = tamsin.send(tamsin.get("/permissions/stop-all"), stop="yes")
    assert page.path == "/permissions/all-stopped"
    assert "Stop all my permissions" not in tamsin.get("/plan/finished").links()
    assert tamsin.get("/plan/letter").says("You finished your plan on")
    assert tamsin.get("/home").links()["See what each department says"] == "/plan/finished"


def test_another_person_does_not_see_it(portal: Portal, tamsin: Seated) -> None:
    say(portal, "dvla", Said.AGREED)
    cleared(portal, *TAMSIN)
    assert tamsin.get("/plan/finished").path == "/plan/finished"
    priya = seat(portal, "placeholder")
    for path in ("finished", "missed", "change/one-day"):
        assert priya.get(f"/plan/{path}").path == "/plan"


def test_a_later_letter_has_the_finish_once_the_amounts_were_got_again(
    portal: Portal, tamsin: Seated
) -> None:
    later = seat(portal, "testwell", *TAMSIN)
    assert later.get("/plan/letter").says("so this copy has no finish date")
    get_debts(later)
    page = later.get("/plan/letter")
    assert page.says("You finish in")
    assert page.says(", from the amounts of today")
    assert not page.says("no finish date")
    assert later.get("/plan/letter.pdf").response.headers["Content-Type"] == "application/pdf"
