"""Somebody of the cast who is signed in and has said yes, for tests of the pages about debts.

client = seat(portal, "testwell", "dwp", "council")
page = get_debts(client)                       # D20, then D21 to its last byte
"""

from __future__ import annotations

import re
import time
from collections.abc import Iterator, Mapping, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import timedelta
from urllib.parse import urlsplit

import requests

from adapters.identity.identity import Identity
from adapters.simulators.cast import Cast
from app.citizen.slots import IDENTITY, TYPED, Typed
from app.http.session import SESSION_COOKIE, VISIT_COOKIE
from consent.grant import Shown, Yes, give
from consent.ids import GrantId, random_text
from consent.people import Person
from consent.permit import SignInEvidence
from consent.purposes import Purpose
from consent.store import grants
from consent.withdraw import withdraw
from debts.asking import Deadlines, Held
from debts.facts import Address
from debts.visit import Visit
from tests.pages import Page
from tests.portal import Client, Portal
from tests.until import LONG, until

CAST = Cast.load()
OVER = Deadlines(slow=timedelta(0), hard=timedelta(0))
"""Put in when a department has been silent for long enough: its deadline has passed."""


class Seated(Client):
    """A browser whose owner we know."""

    person: Person
    visit: Visit


def seat(portal: Portal, key: str, *departments: str, issuer: str = "https://one.test") -> Seated:
    """Signed in without the sign-in service, with a permission for each of these departments."""
    part = portal.services
    client = Seated(portal.url, portal.simulators)
    subject = part.sessions.subject_for(issuer, key)
    client.person = Person(subject)
    secret = part.visits.new_secret()
    client.visit = part.visits.open(secret)
    client.visit.put(IDENTITY, identity_of(key, issuer, portal))
    client.visit.put(TYPED, Typed(details_right="yes", nino=CAST.person(key).nino))
    cookies = {SESSION_COOKIE: part.sessions.open(subject, part.clock.now()), VISIT_COOKIE: secret}
    client.cookies[urlsplit(portal.url).netloc] = cookies
    if departments:
        allow(portal, client, departments)
    return client


def identity_of(key: str, issuer: str, portal: Portal) -> Identity:
    person = CAST.person(key)
    home = person.address
    return Identity(
        issuer=issuer,
        subject=key,
        given_names=" ".join(person.given_names),
        family_name=person.family_name,
        birth_date=person.birth_date,
        address=Address(home.lines, home.postcode, str(home.uprn)),
        auth_time=portal.services.clock.now(),
        vot="Cl.Cm",
        ial="P2",
        sid="sid",
        id_token="",
        id_token_sha256="0" * 64,
    )


def allow(portal: Portal, client: Seated, departments: Sequence[str]) -> None:
    """The person says yes to asking these departments."""
    part = portal.services
    now = part.clock.now()
    notice = part.notices.newest(Purpose.VIEW_DEBTS, "en")
    entries = [part.register.find(code) for code in departments]
    give(
        part.store,
        part.clock,
        part.chance,
        actor=client.person,
        yeses=[Yes(entry, notice) for entry in entries if entry],
        shown=Shown(random_text(part.chance, 16), now, "en"),
        sign_in=SignInEvidence(now, "Cl.Cm", "P2", "one_login"),
        origin=portal.url,
    )


def stop_asking(portal: Portal, client: Seated, department: str) -> None:
    """The person stops one permission, as another tab of theirs would: the pull is not told."""
    part = portal.services
    withdraw(
        part.store,
        part.clock,
        part.chance,
        actor=client.person,
        grant_id=grant_of(portal, client, department),
    )


def grant_of(portal: Portal, client: Seated, department: str) -> GrantId:
    part = portal.services
    with part.store.transaction(client.person) as tx:
        found = grants.live_of(tx, client.person.subject, part.clock.now())
    return next(grant.grant_id for grant in found if grant.department == department)


def get_debts(client: Client) -> Page:
    """Press "Get my debts", and read the page that waits to its end."""
    page = client.get("/debts/get")
    assert page.heading == "Get your debts", page.text
    return client.send(page, "/debts/get")


def headings(page: Page) -> list[str]:
    """Of all cards, in the order of the page."""
    cards = page.main.all("section", "app-card")
    return [next(node.text for node in one.walk() if node.tag in {"h2", "h3"}) for one in cards]


def card(page: Page, code: str) -> str:
    """The words of one department's card."""
    return page.main.one("section", id=f"r-{code}").text


@dataclass(frozen=True, slots=True)
class Watched:
    """How the waiting page came: seconds after it was asked for, on this machine's clock."""

    headers: Mapping[str, str]
    first: float
    cards: Mapping[str, float]
    ended: float
    started_at: float
    html: str


class Reading:
    """The waiting page while it is being read."""

    def __init__(self) -> None:
        self.html = ""
        self.seen: Future[Watched]

    def shows(self, words: str) -> None:
        """Wait until this has come."""
        until(lambda: words in self.html, words)

    def end(self) -> Watched:
        """The whole page, once it has ended."""
        return self.seen.result(LONG)


@contextmanager
def reading(client: Client) -> Iterator[Reading]:
    """Read the waiting page on another thread, while the test does what it does."""
    with ThreadPoolExecutor(1) as reader:
        page = Reading()
        page.seen = reader.submit(watch, client, page)
        yield page


def watch(client: Client, page: Reading | None = None) -> Watched:
    """Read the waiting page piece by piece, as a browser does."""
    page = page or Reading()
    jar = client.cookies[urlsplit(client.base_url).netloc]
    cookies = "; ".join(f"{name}={value}" for name, value in jar.items())
    started = time.monotonic()
    at = time.time()
    with requests.Session() as session:
        session.trust_env = False
        reply = session.get(
            f"{client.base_url}/debts/waiting",
            headers={"Cookie": cookies},
            stream=True,
            timeout=LONG,
        )
        first = 0.0
        cards: dict[str, float] = {}
        for piece in reply.iter_content(None):
            now = time.monotonic() - started
            first = first or now
            page.html += piece.decode()
            for code in re.findall(r'id="r-([a-z]+)"', page.html):
                cards.setdefault(code, now)
    return Watched(reply.headers, first, cards, time.monotonic() - started, at, page.html)


def ask_all(client: Client) -> float:
    """Press the button without waiting for answers; the moment it was pressed (time.time())."""
    page = client.get("/debts/get")
    pressed = time.time()
    answer = client.send(page, "/debts/get", follow=False)
    assert answer.status == 303, answer.text
    return pressed


def asked_of(portal: Portal, department: str) -> None:
    """Wait until a department has been asked; it may hold its answer meanwhile."""
    until(lambda: portal.asked(department), f"an ask of {department}")


def a_page_waits(portal: Portal, client: Seated) -> None:
    """Wait until a page looks out for news of this visit."""
    until(lambda: portal.services.pulls.readers(client.visit) == 1, "a page that waits")


def wait_for(client: Seated, code: str) -> Held:
    """What lies in the vault of a department, once it has answered."""
    until(lambda: client.visit.get(f"answer.{code}", Held), f"an answer of {code}")
    held = client.visit.get(f"answer.{code}", Held)
    assert held is not None
    return held


def get_debts_but(portal: Portal, client: Seated, silent: str, *others: str) -> Page:
    """As `get_debts`, where one department says nothing: its deadline passes as soon as it has
    been asked and the others have answered."""
    with ThreadPoolExecutor(1) as reader:
        page = reader.submit(get_debts, client)
        asked_of(portal, silent)
        for code in others:
            wait_for(client, code)
        portal.services.pulls.deadlines = OVER
        return page.result(LONG)


def answers(portal: Portal, person: str, **said: str) -> None:
    """How departments answer this person in this test."""
    for department, answer in said.items():
        portal.control(department, person, answer)


def only(portal: Portal, person: str, department: str, answer: str) -> Seated:
    """A person with one permission, whose one department answers like this."""
    portal.control(department, person, answer)
    return seat(portal, person, department)


def tamsin_who_owes(portal: Portal) -> Seated:
    """With debts at three departments and none at two, all of which answer at once."""
    answers(portal, "testwell", dwp="0", council="0", dvla="0", hmrc="none:0", hmcts="none:0")
    return seat(portal, "testwell", "dwp", "council", "dvla", "hmrc", "hmcts")


def debt_address(page: Page, label: str) -> str:
    """Where the debt of this name is on a page."""
    return next(node["href"] for node in page.main.all("a") if node.text.startswith(label))


def question(client: Seated, label: str, problem: str, more: str = "") -> Page:
    """Say what is wrong with a debt, to the page after it."""
    page = client.get(debt_address(client.get("/debts"), label) + "/query")
    return client.send(page, problem=problem, more=more)
