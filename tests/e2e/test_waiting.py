"""D20 to D30 in a real browser: cards as they come, without scripts too; each state looked at."""

from __future__ import annotations

from datetime import timedelta
from urllib.parse import urlsplit

import pytest
from playwright.sync_api import expect

from debts.asking import Asked, Deadlines, Held
from tests.debts_desk import OVER, Seated, ask_all, seat, wait_for
from tests.e2e.browser import Surfer
from tests.portal import Portal
from tests.until import until

pytestmark = pytest.mark.e2e
FIVE = {"hmrc": "none:0", "dvla": "0", "dwp": "0", "hmcts": "none:0", "council": "0"}
"""In the order in which they are let go."""

PAINTED = """
window.painted = {};
new MutationObserver(() => {
  for (const card of document.querySelectorAll("section[id^=r-]")) {
    if (card.id in window.painted) continue;
    window.painted[card.id] = 0;
    requestAnimationFrame(() => { window.painted[card.id] = Date.now(); });
  }
}).observe(document, { childList: true, subtree: true });
"""
"""Notes when each card is drawn."""


def on_screen(painted: dict[str, float], client: Seated) -> dict[str, int]:
    """Milliseconds between an answer's arrival in the vault and its card being drawn."""
    over = {}
    for name, shown in painted.items():
        held = client.visit.get(name.replace("r-", "answer."), Held)
        assert held is not None
        over[name] = round(shown - held.arrived_at.timestamp() * 1000)
    return over


def sit(surfer: Surfer, portal: Portal, person: str, **answers: str) -> Seated:
    """The person at this browser is signed in, and has said yes to these departments."""
    for code, answer in answers.items():
        portal.control(code, person, answer)
    client = seat(portal, person, *answers)
    carry(surfer, client)
    return client


def carry(surfer: Surfer, client: Seated) -> None:
    """Give the browser the cookies of this person, as an answer of the portal would."""
    cookies = client.cookies[urlsplit(client.base_url).netloc]
    given = "\n".join(
        f"{name}={value}; Path=/; Secure; HttpOnly; SameSite=Lax" for name, value in cookies.items()
    )
    door = f"{client.base_url}/signed-in-for-a-test"
    surfer.page.route(door, lambda route: route.fulfill(headers={"Set-Cookie": given}, body="ok"))
    surfer.page.goto(door)


def start(surfer: Surfer) -> None:
    """Press the button and see the beginning of the page that waits."""
    page = surfer.go("/debts/get")
    page.get_by_role("button", name="Get my debts").click(no_wait_after=True)
    page.wait_for_url("**/debts/waiting", wait_until="commit")
    expect(page.locator("h1")).to_have_text("Getting your debts")


def test_cards_come_one_by_one_and_the_list_of_who_is_waited_for_empties(
    surfer: Surfer, portal: Portal
) -> None:
    client = sit(surfer, portal, "testwell", **dict.fromkeys(FIVE, "held"))
    surfer.page.add_init_script(PAINTED)
    start(surfer)
    page = surfer.page
    go_on = page.get_by_role("link", name="Continue with the answers so far")
    expect(go_on).to_be_visible()
    expect(page.locator("#w-council")).to_be_visible()

    for code, answer in FIVE.items():
        assert not page.locator(f"#r-{code}").count()
        portal.control(code, "testwell", answer)
        page.locator(f"#r-{code} h3").wait_for(state="visible")
        expect(page.locator(f"#w-{code}")).to_be_hidden()
        if code == "dvla":
            surfer.picture("waiting")
    page.wait_for_load_state()
    expect(page.get_by_role("button", name="Continue", exact=True)).to_be_visible()
    expect(go_on).to_be_hidden()
    said = page.locator("p.govuk-body", has_text="All 5 departments have been asked.")
    assert said.inner_text().split() == [
        "All",
        "5",
        "departments",
        "have",
        "been",
        "asked.",
        "5",
        "answered.",
    ]
    if surfer.scripts:
        over = on_screen(page.evaluate("window.painted"), client)
        print("milliseconds from the answer to its card on screen:", over)
        assert len(over) == len(FIVE)
    surfer.look("waiting-done")
    page.get_by_role("button", name="Continue", exact=True).click()
    assert surfer.heading == "What you owe"
    assert page.locator(".app-total").inner_text().endswith("£2,312.90 left to pay")
    surfer.look("owe")


def test_going_on_early_loses_nothing(surfer: Surfer, portal: Portal) -> None:
    client = sit(surfer, portal, "testwell", dwp="0", council="held")
    start(surfer)
    surfer.page.locator("#r-dwp h3").wait_for(state="visible")
    surfer.page.get_by_role("link", name="Continue with the answers so far").click()
    expect(surfer.page.locator("h1")).to_have_text("What you owe")
    assert surfer.page.get_by_text("Still waiting for: Sampleshire Council").is_visible()
    assert surfer.page.get_by_text("£1,620.50 left to pay so far").is_visible()
    surfer.look("owe-early")
    portal.control("council", "testwell", "0")
    wait_for(client, "council")
    surfer.go("/debts")
    assert surfer.page.locator(".app-total").inner_text().endswith("£2,232.90 left to pay")


def test_with_scripts_what_comes_is_said_and_focus_stays_where_it_was(
    surfer: Surfer, portal: Portal, scripts: bool
) -> None:
    if not scripts:
        pytest.skip("only scripts can say it")
    sit(surfer, portal, "testwell", dwp="held", dvla="held")
    start(surfer)
    page = surfer.page
    status = page.locator("p[data-module=app-waiting]")
    link = page.get_by_role("link", name="Continue with the answers so far")
    link.focus()
    portal.control("dwp", "testwell", "0")
    expect(status).to_have_text("Department for Work and Pensions has answered. 1 of 2 so far.")
    assert page.evaluate("document.activeElement.textContent") == link.inner_text()
    portal.control("dvla", "testwell", "0")
    expect(status).to_have_text("All 2 departments have been asked. 2 answered.")
    assert page.title().startswith("Answers are here")


def test_exit_this_page_works_while_the_page_still_arrives(surfer: Surfer, portal: Portal) -> None:
    client = sit(surfer, portal, "testwell", dwp="held")
    surfer.allowed.add("www.bbc.co.uk")
    surfer.expected.append("ERR_")
    start(surfer)
    assert client.visit.slots()
    surfer.page.locator("a.govuk-exit-this-page__button").click(no_wait_after=True)

    def gone() -> bool:
        surfer.page.wait_for_timeout(20)
        return not client.visit.slots()

    until(gone, "the end of the visit")


def test_each_state_is_looked_at(surfer: Surfer, portal: Portal) -> None:
    """The states that take no real waiting, on one page; axe, and 320 pixels, on each."""
    client = sit(
        surfer, portal, "mockridge",
        dwp="0", slc="partial:0", council="mismatch:0", dvla="needs:vrm", nhsbsa="error500",
        hmrc="none:0", hmcts="timeout:60",
    )  # fmt: skip
    ask_all(client)
    for code in ("dwp", "slc", "council", "dvla", "nhsbsa", "hmrc"):
        wait_for(client, code)
    portal.services.pulls.deadlines = OVER
    surfer.go("/debts")
    surfer.look("owe-states")
    surfer.go("/debts/no-match/council")
    surfer.look("no-match")
    surfer.press("A previous name")
    surfer.look("no-match-name")
    surfer.press("Continue")
    surfer.look("no-match-error")
    surfer.go("/debts/no-match/dvla")
    surfer.look("needs-fact")
    for code in ("dwp", "slc"):
        held = client.visit.get(f"answer.{code}", Held)
        asked = client.visit.get(f"ask.{code}", Asked)
        assert held is not None
        assert asked is not None
        client.visit.put(f"answer.{code}", Held(held.answer, held.arrived_at, late=True))
    before = portal.services.clock.now() - timedelta(minutes=40)
    client.visit.put("ask.hmrc", Asked(before, (before,)))
    client.visit.delete("answer.hmrc")
    portal.services.pulls.deadlines = Deadlines()
    surfer.go("/debts")
    surfer.look("owe-more-states")


def test_pages_of_one_debt_are_looked_at(surfer: Surfer, portal: Portal) -> None:
    client = sit(surfer, portal, "fictionby", dwp="0", council="0", nhsbsa="0")
    ask_all(client)
    for code in ("dwp", "council", "nhsbsa"):
        wait_for(client, code)
    surfer.go("/debts")
    surfer.look("owe-delphine")
    surfer.press("Prescription penalty charge from NHS Business Services Authority: see details")
    surfer.look("one-debt")
    surfer.press("I think this is wrong")
    surfer.look("query")
    surfer.press("Continue")
    assert surfer.page.title().startswith("Error: ")
    surfer.look("query-error")
    surfer.page.get_by_label("The amount is wrong").check()
    surfer.press("Continue")
    surfer.look("query-agree")
    surfer.page.get_by_label("Yes, tell NHSBSA").check()
    surfer.press("Continue")
    assert surfer.heading == "We have told NHS Business Services Authority"
    surfer.look("query-sent")
    surfer.go("/debts")
    surfer.press("Budgeting loan from Department for Work and Pensions: see details")
    surfer.press("This was not my choice")
    surfer.press("Continue")
    surfer.look("query-safe")
    surfer.page.get_by_label("No, or I am not sure").check()
    surfer.press("Continue")
    surfer.look("query-kept-back")
    surfer.go("/debts")
    surfer.press("Council tax 2023 to 2024 (joint) from Sampleshire Council: see details")
    surfer.press("I think this is wrong")
    surfer.page.get_by_label("I have already paid it").check()
    surfer.press("Continue")
    assert surfer.heading == "How to tell Sampleshire Council"
    surfer.look("query-letter")
    for path, name in (
        ("/debts/print", "print"),
        ("/debts/add", "add"),
        ("/debts/get", "get"),
        ("/breathing-space", "breathing-space"),
    ):
        surfer.go(path)
        surfer.look(f"debts-{name}")


def test_no_debts_found_is_looked_at(surfer: Surfer, portal: Portal) -> None:
    sit(surfer, portal, "prototipi", dwp="none:0.1", hmrc="none:0", dvla="none:0.1")
    start(surfer)
    surfer.page.get_by_role("button", name="Continue", exact=True).click()
    assert surfer.heading == "No debts found"
    surfer.look("none")


def test_paused_debts_are_looked_at(surfer: Surfer, portal: Portal) -> None:
    sit(surfer, portal, "specimen", dwp="0", hmcts="0", hmrc="none:0")
    start(surfer)
    surfer.page.get_by_role("button", name="Continue", exact=True).click()
    surfer.look("owe-paused")
    surfer.press("What is on hold, and what is not")
    surfer.look("breathing-space-on")
