"""A department says what its debts are, in two languages; a second person approves (X15)."""

from __future__ import annotations

from typing import Any

import psycopg
import pytest

from consent import wording
from consent.errors import NotPermitted
from consent.ids import DepartmentCode, StaffId
from consent.people import Department
from consent.plain_words import WordsFault
from consent.wording import Said
from tests.console import sign_in
from tests.debts_desk import get_debts, seat
from tests.portal import Client, Portal

CODE = "DWP_LEGACY_OP"
ADDRESS = f"/department/wording/{CODE}"
WORDS: dict[str, Any] = {
    "name_en": "A benefit paid by mistake",
    "words_en": "We paid you too much.\nYou can ask us to look at it again.",
    "name_cy": "Budd-dal a dalwyd drwy gamgymeriad",
    "words_cy": "Fe wnaethom dalu gormod i chi. Gallwch ofyn i ni edrych eto.",
}


def staff(portal: Portal, person: str, department: str = "dwp") -> Client:
    client = portal.client()
    sign_in(client, department, person)
    return client


def test_what_two_people_agreed_on_is_what_people_read(portal: Portal) -> None:
    tobias, hassan = staff(portal, "tobias"), staff(portal, "hassan")
    page = tobias.send(tobias.get(ADDRESS), **WORDS)
    assert page.says("You wrote this, so somebody else has to approve it.")
    assert not page.main.all("button", value="approve")
    token = page.value("csrf_token")
    action = page.form()["action"]
    assert tobias.post(action, {"csrf_token": token, "do": "approve"}).status == 403

    person = seat(portal, "testwell", "dwp")
    get_debts(person)
    assert WORDS["name_en"] not in person.get("/debts").text

    page = hassan.send(hassan.get(f"{ADDRESS}/look"), do="approve")
    assert page.says("People read these words from now on.")
    page = person.get("/debts")
    assert page.says(WORDS["name_en"])
    (link,) = (a["href"] for a in page.main.all("a") if "Benefit overpayment" in a.text)
    page = person.get(link)
    assert page.says("What this is")
    assert page.says("You can ask us to look at it again.")
    assert staff(portal, "piers", "slc").get(ADDRESS).status == 404

    page = hassan.send(hassan.get(ADDRESS), **{**WORDS, "name_en": "A newer name"})
    tobias.send(tobias.get(f"{ADDRESS}/look"), do="approve")
    assert person.get("/debts").says("A newer name")
    states = "select state, count(*) from debt_wording group by state order by state"
    assert portal.rows(states) == [("published", 1), ("replaced", 1)]
    done = "select kind from staff_event where kind like '%%words' order by at"
    assert [row[0] for row in portal.rows(done)] == ["proposed_words", "approved_words"] * 2


def test_without_welsh_nothing_is_proposed(shared_portal: Portal) -> None:
    client = staff(shared_portal, "tobias")
    page = client.send(client.get(ADDRESS), **{**WORDS, "name_cy": "", "words_en": "x" * 301})
    assert page.errors() == {
        "name_cy": "Enter a name in Welsh",
        "words_en": "Explanation must be 300 characters or less",
    }
    assert shared_portal.rows("select count(*) from debt_wording") == [(0,)]


def test_hard_and_cold_words_are_named_to_whoever_approves(shared_portal: Portal) -> None:
    client = staff(shared_portal, "tobias")
    hard = "Notwithstanding recoverability considerations, overpayments necessitate enforcement."
    page = client.send(client.get(ADDRESS), **{**WORDS, "words_en": hard})
    assert page.says("frighten or blame somebody who owes money: enforcement.")
    assert page.says("The English reads like a text for age")
    page = client.send(client.get(ADDRESS), **WORDS)
    assert not page.says("reads like")
    page = client.send(page, do="drop")
    assert page.says("The proposal was dropped.")


def test_a_viewer_reads_and_writes_nothing(shared_portal: Portal) -> None:
    client = staff(shared_portal, "rhoswen")
    assert client.get("/department/wording").status == 200
    assert client.get(ADDRESS).status == 403


def test_the_database_wants_two_people_and_one_published(shared_portal: Portal) -> None:
    desk = shared_portal.services.console
    rows = shared_portal.rows("select staff_id from staff_account where department = 'dwp'")
    actor = Department(DepartmentCode("dwp"), StaffId(rows[0][0]))
    said = Said(**WORDS)
    made = wording.propose(
        desk.store, desk.clock, desk.chance, actor=actor, debt_type="DWP_SF", said=said
    )
    with pytest.raises(NotPermitted):
        wording.approve(desk.store, desk.clock, desk.chance, actor=actor, wording_id=made)
    with pytest.raises(NotPermitted):
        wording.propose(
            desk.store,
            desk.clock,
            desk.chance,
            actor=Department(actor.code),
            debt_type="DWP_SF",
            said=said,
        )
    url = shared_portal.database.department_url.replace("+psycopg", "")
    with psycopg.connect(url) as connection:
        connection.execute("select set_config('svd.department', 'dwp', true)")
        with pytest.raises(psycopg.errors.CheckViolation):
            connection.execute(
                "update debt_wording set state = 'published', decided_by = proposed_by,"
                " decided_at = now()"
            )
    with psycopg.connect(url) as connection:
        connection.execute("select set_config('svd.department', 'council', true)")
        assert connection.execute("select 1 from debt_wording").fetchall() == []
        assert connection.execute("update debt_wording set state = 'dropped'").rowcount == 0


def test_faults_are_named_by_field() -> None:
    said = Said("A name\nof two lines", "Enw", "See www.example", "")
    assert said.faults == {
        "name_en": WordsFault.CHARACTERS,
        "words_en": WordsFault.LINK,
        "words_cy": WordsFault.EMPTY,
    }
