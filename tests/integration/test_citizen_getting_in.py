"""Getting in: the sign-in service, the questions before the first permission, and home."""

from __future__ import annotations

from datetime import timedelta
from urllib.parse import parse_qs, urlsplit

import psycopg
import requests

from app.http.session import SESSION_COOKIE, VISIT_COOKIE
from tests.portal import Portal

HERE = "/sign-in/start"


def test_the_first_time_each_question_comes_by_itself(portal: Portal) -> None:
    client = portal.client()
    page = client.get("/sign-in")
    assert page.heading == "Sign in or create a GOV.UK One Login"
    assert page.links()["Continue to GOV.UK One Login"] == "/sign-in/start?next=/home"

    page = client.sign_in("testwell")
    assert page.heading == "Are these details right?"
    assert page.says("Tamsin Testwell")
    assert page.says("17 April 1991")
    assert page.says("14 Specimen Street Sampleton ZZ99 1AA")
    assert page.ticked() == []
    page = client.send(page)
    assert page.status == 422
    assert page.errors() == {"right": "Select yes if these details are right"}

    page = client.send(page, right="yes")
    assert page.heading == "What is your National Insurance number?"
    page = client.send(page, nino="not one")
    assert page.errors() == {"nino": "Enter a National Insurance number in the correct format"}
    assert page.value("nino") == "not one"

    page = client.send(page, nino="qq 10 00 01 a")
    assert page.heading == "How can we contact you safely?"
    page = client.send(page, channel="none")
    assert page.heading == "Which departments do you want us to ask?"
    assert portal.rows("select channel, sealed_address from contact") == [("none", "")]


def test_details_that_are_wrong_say_where_to_correct_them_and_one_can_go_on(
    portal: Portal,
) -> None:
    client = portal.client()
    page = client.send(client.sign_in("testwell"), right="no")
    assert page.heading == "If your details are wrong or old"
    assert page.says("If you have moved in the last 3 years")
    page = client.send(page)
    assert page.heading == "What is your National Insurance number?"


def test_without_the_number_the_page_says_who_may_not_find_them(portal: Portal) -> None:
    client = portal.client()
    page = client.send(client.sign_in("testwell"), right="yes")
    page = client.get(page.links()["I do not know it"])
    assert page.heading == "You can go on without it"
    assert page.says("HM Revenue and Customs")
    page = client.send(page)
    assert page.heading == "How can we contact you safely?"


def test_a_contact_is_sealed_and_only_the_chosen_box_is_judged(portal: Portal) -> None:
    client = portal.client()
    page = client.send(client.sign_in("testwell"), right="yes")
    page = client.send(page, nino="QQ100001A")
    page = client.send(page)
    wanted = "Select how we can contact you, or select ‘Do not contact me’"
    assert page.errors() == {"channel": wanted}
    page = client.send(page, channel="email", email="tamsin at example", phone="12")
    assert page.errors() == {"email": "Enter an email address in the correct format"}
    assert page.value("email") == "tamsin at example"
    page = client.send(page, channel="text", phone="12")
    assert page.errors() == {"phone": "Enter a phone number in the correct format"}
    page = client.send(page, channel="letter", address=" ")
    assert page.errors() == {"address": "Enter the address where letters are safe"}
    page = client.send(page, channel="email", email="tamsin@example.com")
    assert page.heading == "Which departments do you want us to ask?"

    channel, sealed, subject = portal.rows(
        "select channel, sealed_address, subject_id from contact"
    )[0]
    assert channel == "email"
    assert "tamsin" not in sealed
    assert portal.services.contacts.open(sealed, subject) == "tamsin@example.com"
    page = client.send(client.get("/contact/safe?next=/account"), channel="none", email="")
    assert page.path == "/account"
    assert portal.rows("select channel, sealed_address from contact") == [("none", "")]


def test_who_came_before_goes_to_where_they_were_going(portal: Portal) -> None:
    portal.client().get_in("testwell", "dwp")
    client = portal.client()
    page = client.get("/permissions")
    assert page.path == "/sign-in"
    page = client.sign_in("testwell", start=page.links()["Continue to GOV.UK One Login"])
    assert page.path == "/permissions"
    assert client.get("/home").heading == "Your account"
    assert client.get("/sign-in").path == "/home"


def test_who_comes_back_is_asked_for_the_number_when_it_is_needed(portal: Portal) -> None:
    portal.client().get_in("testwell", "dvla")
    client = portal.client()
    assert client.sign_in("testwell").heading == "Your account"
    assert client.get("/home").links()["2. See what you owe"] == "/debts/get"
    page = client.send(client.get("/permissions/choose"), departments=["dwp"])
    assert page.heading == "What is your National Insurance number?"
    page = client.send(page, nino="QQ100001A")
    assert page.heading == "Check what you are agreeing to"
    client.send(page, agree="yes")

    later = portal.client()
    later.sign_in("testwell")
    page = later.get(later.get("/home").links()["2. See what you owe"])
    assert page.heading == "What is your National Insurance number?"
    assert later.send(page, nino="QQ100001A").path == "/debts/get"


def test_a_way_back_never_leaves_this_site(portal: Portal) -> None:
    page = portal.client().get("/sign-in?next=//elsewhere.example/")
    assert page.links()["Continue to GOV.UK One Login"] == "/sign-in/start?next=/home"


def test_nothing_of_the_identity_or_the_number_is_kept(portal: Portal) -> None:
    client = portal.client()
    client.get_in("testwell", "dwp", "hmrc")
    tables = ("person", "session", "contact", "consent_grant", "consent_event", "plan")
    kept = " ".join(str(portal.rows(f"select t::text from {table} t")) for table in tables)
    for word in ("Tamsin", "Testwell", "1991", "QQ100001A", "Specimen", "ZZ99"):
        assert word not in kept
    assert "testwell" not in str(client.cookies).lower()


def test_cancelling_says_so_on_the_same_page(portal: Portal) -> None:
    page = portal.client().sign_in("testwell", how="cancel")
    assert page.heading == "Sign in or create a GOV.UK One Login"
    assert page.says("You have not signed in")


def test_an_identity_that_is_not_proven_opens_nothing(portal: Portal) -> None:
    client = portal.client()
    page = client.sign_in("testwell", how="unproven")
    assert page.heading == "You need to prove your identity once"
    assert client.cookie(SESSION_COOKIE) == ""
    assert client.get("/home").path == "/sign-in"


def test_a_sign_in_service_that_says_it_is_down_has_its_own_page(portal: Portal) -> None:
    address = portal.simulators.addresses["one_login"]
    switch = {"errorConfiguration": {"authoriseErrors": ["TEMPORARILY_UNAVAILABLE"]}}
    requests.post(f"{address}/config", json=switch, timeout=60).raise_for_status()
    try:
        page = portal.client().get(HERE)
    finally:
        requests.post(f"{address}/config", json={}, timeout=60)
    assert page.status == 503
    assert page.heading == "You cannot sign in at the moment"


def test_a_callback_works_once_and_only_in_the_browser_that_began(portal: Portal) -> None:
    client, other = portal.client(), portal.client()
    page = client.get(HERE)
    asked = page.form().all("input", name="asked")[0]["value"]
    choice = page.response.request.url.split("/authorize")[0] + page.form()["action"]
    answer = client.post(
        choice, {"asked": asked, "person": "testwell", "how": "continue"}, follow=False
    )
    back = answer.response.headers["Location"]
    assert urlsplit(back).path == "/sign-in/return"

    stolen = other.get(back)
    assert stolen.heading == "We could not sign you in"
    assert other.cookie(SESSION_COOKIE) == ""
    assert client.get(back).heading == "Are these details right?"
    client.session.close()
    again = client.get(back)
    assert again.path == "/home"
    forged = parse_qs(urlsplit(back).query)["code"][0]
    assert (
        other.get(f"/sign-in/return?state=made-up&code={forged}").path == "/sign-in/not-signed-in"
    )


def test_an_old_sign_in_must_be_made_again_before_agreeing_and_keeps_the_visit(
    portal: Portal,
) -> None:
    client = portal.client()
    client.get_in("testwell")
    page = client.send(client.get("/permissions/choose"), departments=["dwp"])
    assert page.heading == "Check what you are agreeing to"
    before = client.cookie(SESSION_COOKIE), client.cookie(VISIT_COOKIE)
    _move_sign_in_back(portal, timedelta(minutes=16))

    page = client.send(page, agree="yes")
    assert page.path == "/sign-in"
    assert page.heading == "Sign in again to go on"
    page = client.sign_in("testwell", start=page.links()["Continue to GOV.UK One Login"])
    assert page.heading == "Check what you are agreeing to"
    assert client.cookie(SESSION_COOKIE) != before[0]
    assert client.cookie(VISIT_COOKIE) == before[1]
    assert client.send(page, agree="yes").heading == "Permission given"


def test_somebody_else_signing_in_finds_nothing_of_the_one_before(portal: Portal) -> None:
    client = portal.client()
    client.get_in("testwell", "dwp")
    visit = client.cookie(VISIT_COOKIE)
    page = client.sign_in("placeholder", start="/sign-in/start")
    assert page.heading == "Are these details right?"
    assert page.says("Priya Placeholder")
    assert client.cookie(VISIT_COOKIE) != visit
    assert client.get("/national-insurance-number").value("nino") == ""
    assert client.get("/permissions").says("You have no permissions in use")


def test_signing_out_ends_it_here_and_at_the_sign_in_service(portal: Portal) -> None:
    client = portal.client()
    client.get_in("testwell", "dwp")
    page = client.get("/home")
    buttons = page.document.all("form", action="/sign-out")
    token = buttons[0].all("input", name="csrf_token")[0]["value"]
    away = client.post("/sign-out", {"csrf_token": token}, follow=False)
    assert away.response.headers["Location"].startswith(
        portal.simulators.addresses["one_login"] + "/logout?"
    )
    assert client.get(away.response.headers["Location"]).heading == "You have signed out"
    assert client.get("/home").heading == "You have signed out"
    assert portal.rows("select count(*) from session") == [(0,)]


def test_signing_out_elsewhere_ends_every_session_and_a_notice_counts_once(
    portal: Portal,
) -> None:
    client = portal.client()
    client.get_in("testwell", "dwp")
    address = portal.simulators.addresses["one_login"]
    refused = portal.client().post("/sign-in/back-channel-logout", {"logout_token": "x.y.z"})
    assert refused.status == 400
    assert client.get("/home").heading == "Your account"
    reply = requests.post(
        f"{address}/config/back-channel-logout", json={"person": "testwell"}, timeout=60
    ).json()
    assert reply["answered"] == 200
    assert client.get("/home").heading == "For your security, we signed you out"
    assert portal.rows("select count(*) from session") == [(0,)]

    client.sign_in("testwell")
    again = portal.client().post(
        "/sign-in/back-channel-logout", {"logout_token": reply["logout_token"]}
    )
    assert again.status == 400
    assert client.get("/home").heading == "Your account"


def test_the_way_on_after_a_restart_is_to_sign_in_again(portal: Portal) -> None:
    client = portal.client()
    client.get_in("testwell", "dwp")
    portal.services.visits.open(client.cookie(VISIT_COOKIE)).destroy()
    page = client.get("/your-details")
    assert page.heading == "Sign in again to go on"
    page = client.sign_in("testwell", start=page.links()["Continue to GOV.UK One Login"])
    assert page.heading == "Are these details right?"


def test_home_shows_four_steps_and_opens_each_when_it_can_be_done(portal: Portal) -> None:
    client = portal.client()
    client.get_in("testwell")
    page = client.get("/home")
    links = page.links()
    assert links["1. Choose which departments we ask"] == "/permissions/choose"
    assert "2. See what you owe" not in links
    client.send(client.send(client.get("/permissions/choose"), departments=["dwp"]), agree="yes")
    page = client.get("/home")
    assert page.links()["2. See what you owe"] == "/debts/get"
    assert page.says("You have 1 permission in use.")
    assert "£" not in page.text


def _move_sign_in_back(portal: Portal, by: timedelta) -> None:
    url = portal.database.superuser_url.replace("postgresql+psycopg:", "postgresql:")
    with psycopg.connect(url) as connection:
        connection.execute("update session set signed_in_at = signed_in_at - %s", (by,))
