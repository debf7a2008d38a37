"""Staff of a department see their money, confirm it, and sort out its lines (X06 to X09)."""

from __future__ import annotations

import csv
import io
import json
import os
from collections.abc import Iterator
from datetime import timedelta
from itertools import count
from pathlib import Path
from typing import Any
from uuid import UUID

import psycopg
import pytest
from sqlalchemy.exc import IntegrityError

from app.bank.desk import Desk as BankDesk
from app.bank.sorting import show as worklist
from app.paying_account import paying_account
from consent.errors import WrongState
from consent.ids import DepartmentCode, StaffId
from consent.people import Department
from consent.store import WORKER, Store, open_store
from plan.paying import LineSays, Outcome, ReceiptReason, RemittanceState
from plan.receipts import BY_CONSOLE, Said, answer_allocation
from plan.retention import drop_plans
from tests.console_money import Money
from tests.pages import Page
from tests.portal import Client, Portal

pytestmark = pytest.mark.security
NUMBERS = count(1)
REMITTANCES, LINES = "/department/remittances", "/department/reconciliation"


@pytest.fixture(scope="module")
def worker(shared_portal: Portal) -> Iterator[Store]:
    opened = open_store(shared_portal.database.worker_url, role=WORKER)
    yield opened
    opened.close()


@pytest.fixture
def money(shared_portal: Portal, worker: Store) -> Money:
    """Somebody else's plan in each test, all in one database."""
    return Money(shared_portal, worker, number=next(NUMBERS))


def day_page(money: Money, department: str = "dwp") -> str:
    return f"{REMITTANCES}/{money.day(department).reference.replace(' ', '')}"


def says(client: Client, line: UUID, **typed: Any) -> Page:
    address = f"{LINES}/{line}"
    return client.send(client.get(address), action=address, **typed)


def receipts(money: Money, department: str = "dwp") -> list[tuple[object, ...]]:
    """What the department answered to this test's line."""
    return money.portal.rows(
        "select outcome, line, returned_pence, by_kind from allocation_receipt"
        " where allocation_id = %s",
        money.line(department),
    )


def test_a_day_is_listed_opened_downloaded_confirmed_and_placed(money: Money) -> None:
    imani, row = money.staff(), money.day("dwp")
    page = imani.get(REMITTANCES)
    assert page.says("£50")
    assert row.reference.replace(" ", "") in page.text
    page = imani.get(day_page(money))
    assert page.heading == f"Payment {row.reference}"
    assert page.says("Late") or page.says("late"), "the bank was never told of this day"
    assert "council" not in page.html
    assert "dvla" not in page.html.lower()
    said = json.loads(imani.get(f"{day_page(money)}/advice.json").html)
    assert (said["total_pence"], said["count"]) == (5000, 1)
    assert said["lines"][0]["debt_handle"] == "d_1"
    lines = list(csv.reader(io.StringIO(imani.get(f"{day_page(money)}/advice.csv").html)))
    assert lines[1][2:] == ["d_1", "paid", row.value_date.isoformat(), "50.00"]
    days = list(csv.reader(io.StringIO(imani.get(f"{REMITTANCES}/list.csv").html)))
    assert row.reference in [day[1] for day in days[1:]]
    listed = json.loads(imani.get(f"{REMITTANCES}/list.json").html)["items"]
    assert (row.reference, 5000) in [(day["reference"], day["total_pence"]) for day in listed]

    page = imani.send(imani.get(day_page(money)), action=day_page(money))
    assert page.errors() == {"matches": "Select yes if the total matches your bank statement"}
    page = imani.send(imani.get(day_page(money)), action=day_page(money), matches="yes")
    assert page.says("You have said that the total matches.")
    page = imani.send(page, action=f"{day_page(money)}/post")
    assert page.says("The lines are marked as in their place.")
    assert receipts(money) == [("posted", "open", 0, "console")]
    assert money.follow() >= 1
    done = money.portal.rows(
        "select kind from staff_event where about in (%s, 'remittances') order by at",
        row.reference,
    )
    assert [kind for (kind,) in done] == [
        "took_list",
        "took_list",
        "took_list",
        "took_list",
        "confirmed_money",
        "sorted_out",
    ]


def test_x06_days_are_sorted_and_chosen_by_their_date(money: Money, worker: Store) -> None:
    first = Money(money.portal, worker, number=next(NUMBERS)).day("dwp")
    second = money.day("dwp")
    mine = (first.reference, second.reference)
    money.portal.rows(
        "update remittance set total_pence = total_pence + 1 where remittance_id = %s returning 1",
        first.remittance_id,
    )
    imani = money.staff()

    def order(query: str) -> list[str]:
        rows = csv.reader(io.StringIO(imani.get(f"{REMITTANCES}/list.csv?{query}").html))
        shown = imani.get(f"{REMITTANCES}?{query}").text
        found = [row[1] for row in rows if row[1] in mine]
        assert all(one.replace(" ", "") in shown for one in found), "the page has the same"
        return found

    assert order("") == order("sort=newest") == [*reversed(mine)]
    assert order("sort=oldest") == [*mine]
    assert order("sort=largest") == [*mine]
    assert order("sort=smallest") == [*reversed(mine)]
    day = f"{second.value_date:%d/%m/%Y}"
    assert order(f"since={day}") == order(f"since={day}&until={day}") == [second.reference]
    before = f"{second.value_date - timedelta(days=1):%d/%m/%Y}"
    assert order(f"until={before}") == [first.reference]
    page = imani.send(imani.get(day_page(money)), action=day_page(money), matches="yes")
    assert page.says("You have said that the total matches.")
    assert order("sort=status") == [*mine], "those that nobody confirmed first"
    page = imani.get(f"{REMITTANCES}?since={before}&sort=oldest")
    assert f"since={before.replace('/', '%2F')}&sort=largest" in page.links()["largest total"]


def test_x06_days_that_are_none_are_said_and_all_are_shown(money: Money) -> None:
    imani = money.staff()
    page = imani.get(f"{REMITTANCES}?since=soon&until=31/12/2030")
    assert page.errors() == {"since": "First day must be a date, like 31/12/2030"}
    page = imani.get(f"{REMITTANCES}?since=31/12/2030&until=1/12/2030")
    assert page.errors() == {"until": "Last day must be the same as or after the first"}
    assert money.day("dwp").reference.replace(" ", "") in page.text
    page = imani.get(f"{REMITTANCES}?since=31/12/2090")
    assert page.says("We sent you no payment in these days.")


def test_a_difference_is_looked_at_before_it_is_said(
    money: Money, capsys: pytest.CaptureFixture[str]
) -> None:
    imani = money.staff()
    page = imani.send(imani.get(day_page(money)), action=day_page(money), matches="no")
    assert page.path.endswith("/difference")
    assert imani.send(page).errors() == {
        "arrived": "Enter the amount on your bank statement, or 0 if nothing came"
    }
    assert imani.send(page, arrived="50").says("The two are the same.")
    page = imani.send(page, arrived="0")
    assert page.says("Nothing came.")
    page = imani.send(page)
    assert page.says("Somebody who looks after the paying account")
    assert money.day("dwp").state is RemittanceState.DIFFERS
    account = paying_account({}, demonstration=True)
    assert account is not None
    desk = BankDesk(
        money.worker,
        money.life.clock,
        os.urandom,
        account,
        Path(),
        demonstration=True,
    )
    assert worklist(desk) == 1, "who looks after the account is told"
    said = capsys.readouterr().out
    assert f"{money.day('dwp').reference}  {money.day('dwp').value_date}" in said
    page = imani.send(imani.get(day_page(money)), action=day_page(money), matches="yes")
    assert money.day("dwp").state is RemittanceState.CONFIRMED
    assert worklist(desk) == 0


def test_money_goes_back_when_two_have_said_so(money: Money) -> None:
    imani, line = money.staff(), money.line("dwp")
    page = says(imani, line, what="part", returned="12.34", reason="amount_over_balance")
    assert page.says("A colleague needs to approve it before the money goes back.")
    assert receipts(money) == [("in_suspense", "open", 0, "console")]
    assert imani.get(LINES).says("Needed: imani.ledgerton@dwp.example asked")
    token = page.filled()["csrf_token"]
    own = {"csrf_token": token, "decision": "approve"}
    assert imani.post(f"{LINES}/{line}/second", own).status == 409
    assert imani.get(f"{LINES}/{line}").says("You asked for this yourself")
    assert receipts(money) == [("in_suspense", "open", 0, "console")]

    ottoline = money.staff("ottoline")
    page = ottoline.get(f"{LINES}/{line}")
    assert page.says("imani.ledgerton@dwp.example wants to send back £12.34.")
    assert ottoline.send(page).errors() == {"decision": "Select whether the money should go back"}
    page = ottoline.send(page, decision="approve")
    assert page.says("Approved. The money goes back to the person who paid it.")
    assert receipts(money) == [("posted", "cleared", 1234, "console")]
    assert money.follow() >= 1
    refunds = "select pence, reason from refund where plan_id = %s"
    assert money.portal.rows(refunds, money.life.plan.plan_id) == [(1234, "returned")]
    assert imani.get(f"{LINES}/{line}").says("This answer cannot change.")
    checks = "select state, asked_by <> decided_by from return_check where allocation_id = %s"
    assert money.portal.rows(checks, line) == [("approved", True)]


def test_what_was_asked_can_be_declined_and_taken_back(money: Money) -> None:
    imani, ottoline, line = money.staff(), money.staff("ottoline"), money.line("dwp")
    page = says(imani, line, what="back", reason="handle_unknown")
    page = ottoline.send(ottoline.get(f"{LINES}/{line}"), decision="decline")
    assert page.says("Declined.")
    says(imani, line, what="refuse", reason="debt_closed")
    page = imani.send(imani.get(f"{LINES}/{line}"))
    assert page.says("Declined.")
    assert ottoline.get(f"{LINES}/{line}").says("What do you want to do with this payment?")
    checks = "select state from return_check where allocation_id = %s"
    assert money.portal.rows(checks, line) == [("declined",), ("declined",)]
    assert receipts(money)[0][0] == "in_suspense"


def test_a_line_is_held_then_placed_near_its_end(money: Money) -> None:
    imani, line = money.staff(), money.line("dwp")
    assert says(imani, line).errors() == {"what": "Select what you want to do with this payment"}
    assert says(imani, line, what="place").errors() == {"state": "Select how the debt stands"}
    assert says(imani, line, what="place", state="closing").errors() == {
        "needed": "Enter how much is still needed"
    }
    assert says(imani, line, what="part", reason="other").errors() == {
        "returned": "Enter how much to send back"
    }
    page = says(imani, line, what="part", reason="other", returned="50.01")
    assert page.errors() == {"returned": "Amount to send back must be no more than came"}
    assert says(imani, line, what="hold").errors() == {
        "reason": "Select why you do not place this payment"
    }
    assert receipts(money) == []
    assert says(imani, line, what="hold", reason="moratorium").says("Your answer is saved.")
    assert imani.get("/department").says("to sort out")
    assert says(imani, line, what="place", state="closing", needed="10").says("Nearly paid")
    assert str(line) not in imani.get(LINES).html
    assert str(line) in imani.get(f"{LINES}?show=closing").html
    assert money.follow() >= 1
    closing = "select closing_pence from plan_share where department = 'dwp' and plan_id = %s"
    assert money.portal.rows(closing, money.life.plan.plan_id) == [(1000,)]


def test_lines_without_an_answer_are_listed_after_five_days(money: Money) -> None:
    page = money.staff().get(f"{LINES}?show=unanswered")
    assert str(money.line("dwp")) in page.html, "paid in spring"


def test_another_departments_money_is_not_there(money: Money) -> None:
    """By address, and with what a page of one's own would send (SEC-62)."""
    imani = money.staff()
    token = imani.get(day_page(money)).filled()["csrf_token"]
    theirs, unknown = money.line("council"), UUID(int=7)
    for address in (
        day_page(money, "council"),
        f"{day_page(money, 'council')}/advice.json",
        f"{day_page(money, 'council')}/difference",
        *(f"{LINES}/{line}" for line in (theirs, unknown, "nothing")),
    ):
        assert imani.get(address).status == 404, address
    sent = {"csrf_token": token, "what": "place", "state": "open", "needed": "", "returned": "",
            "reason": ""}  # fmt: skip
    for line in (theirs, unknown):
        assert imani.post(f"{LINES}/{line}", sent).status == 404
        assert imani.post(
            f"{LINES}/{line}", {**sent, "what": "back", "reason": "other"}
        ).status == (404)
    second = {"csrf_token": token, "decision": "approve"}
    assert imani.post(f"{LINES}/{theirs}/second", second).status == 404
    for part, more in (("", {"matches": "yes"}), ("/differs", {}), ("/post", {})):
        address = day_page(money, "council") + part
        assert imani.post(address, {"csrf_token": token, **more}).status == 404
    assert receipts(money, "council") == []
    assert money.day("council").state is RemittanceState.MADE
    page = money.staff("odette", "council").get(REMITTANCES)
    assert page.says("£30")
    assert money.day("dwp").reference.replace(" ", "") not in page.text


def test_who_may_look_may_not_sort_out(money: Money) -> None:
    for person in ("rhoswen", "tobias", "greta"):
        client = money.staff(person)
        page = client.get(f"{LINES}/{money.line('dwp')}")
        assert page.says("Somebody who sorts out payments can answer this line.")
        assert not page.main.all("form")
        page = client.get(day_page(money))
        assert not page.main.all("form")
        token = client.get("/department/permissions").filled()["csrf_token"]
        for address in (
            f"{LINES}/{money.line('dwp')}",
            f"{LINES}/{money.line('dwp')}/second",
            day_page(money),
            f"{day_page(money)}/post",
            f"{day_page(money)}/differs",
        ):
            assert client.post(address, {"csrf_token": token}).status == 403
    assert receipts(money) == []


def test_the_database_sends_nothing_back_on_one_persons_word(money: Money) -> None:
    """Also where the code would not ask: in the verb, and below it."""
    part = money.portal.services.console
    imani = Department(DepartmentCode("dwp"), StaffId(UUID(int=3)))
    back = Said(Outcome.RETURNED, LineSays.OPEN, ReceiptReason.OTHER)
    with pytest.raises(WrongState):
        answer_allocation(
            part.store,
            part.clock,
            os.urandom,
            actor=imani,
            allocation_id=money.line("dwp"),
            said=back,
            by=BY_CONSOLE,
        )
    machine = Department(DepartmentCode("dwp"))
    with pytest.raises(IntegrityError, match="second person"):
        answer_allocation(
            part.store,
            part.clock,
            os.urandom,
            actor=machine,
            allocation_id=money.line("dwp"),
            said=back,
            by=BY_CONSOLE,
        )
    url = money.portal.database.department_url.replace("+psycopg", "")
    one, line = UUID(int=3), money.line("dwp")
    alone = (
        "insert into return_check values (gen_random_uuid(), %s, 'dwp', 'returned', '', 'open', 0,"
        " %s, now(), 'approved', %s, now())"
    )
    with psycopg.connect(url) as connection:
        connection.execute("select set_config('svd.department', 'dwp', true)")
        with pytest.raises(psycopg.errors.CheckViolation):
            connection.execute(alone, (line, one, one))
    assert receipts(money) == []


def test_what_was_asked_goes_with_its_plan(money: Money) -> None:
    says(money.staff(), money.line("dwp"), what="back", reason="other")
    plan_id = money.life.plan.plan_id
    checks = "select count(*) from return_check join allocation using (allocation_id)"
    before = money.portal.rows(checks)[0][0]
    url = money.portal.database.superuser_url.replace("+psycopg", "")
    with psycopg.connect(url) as connection:
        connection.execute("set session_replication_role = replica")
        connection.execute(
            "update plan set state = 'ended', ended_reason = 'stopped', ended_at = now() - interval"
            " '7 years' where plan_id = %s",
            (plan_id,),
        )
    assert drop_plans(money.worker, money.portal.services.clock) == 1
    assert money.portal.rows(checks)[0][0] == before - 1
    assert money.portal.rows("select count(*) from plan where plan_id = %s", plan_id) == [(0,)]
