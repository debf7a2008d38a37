"""A person at the portal: signed in, they open the page, send its form, often twice, and pay by
card or not. What they began and left they find again, and go on with it or call it off."""

from __future__ import annotations

import random
from urllib.parse import urljoin, urlsplit

import requests

from app.http.session import SESSION_COOKIE
from consent.clock import Clock
from consent.people import Person
from consent.sessions import Sessions
from tests.pages import Page
from tests.pay_lab import DECLINED, GOOD
from tests.portal import Client, Simulators

PAY, RETURN = "/plan/pay", "/plan/pay/return"


class Away(Exception):
    """The portal, or what it needs, is not there now."""


class Nobody(Simulators):
    """No sign-in service: the session is there already."""

    def __init__(self) -> None:
        self.addresses = {}


class Payer:
    """Raises Away and requests.RequestException while something is down."""

    def __init__(
        self, url: str, sessions: Sessions, clock: Clock, actor: Person, dice: random.Random
    ) -> None:
        self._client = Client(url, Nobody())
        self._dice = dice
        token = sessions.open(actor.subject, clock.now())
        self._client.cookies[urlsplit(url).netloc] = {SESSION_COOKIE: token}

    def pays(self) -> None:
        page = self._get(PAY)
        if page.status == 303:
            self._goes_on_or_leaves()
        elif page.main.all("form"):
            self._fills_in(page)

    def _fills_in(self, page: Page) -> None:
        typed = {"how_much": "other", "amount": f"{self._dice.randint(100, 4_000) / 100:.2f}"}
        if self._dice.random() < 0.5 and page.main.all("input", value="due"):
            typed = {"how_much": "due"}
        answers = [
            _there(self._client.send(page, follow=False, **typed))
            for _ in range(self._dice.choice((1, 2)))
        ]
        there = {self._leads_away(answer) for answer in answers} - {""}
        if there:
            self._at_the_payment_service(there.pop())

    def _goes_on_or_leaves(self) -> None:
        page = self._get(RETURN)
        actions = [form["action"] for form in page.main.all("form")] if page.status == 200 else []
        for action in (f"{PAY}/go-on", f"{PAY}/leave"):
            if action in actions and self._dice.random() < 0.5:
                answer = _there(self._client.send(page, action, follow=False))
                if self._leads_away(answer):
                    self._at_the_payment_service(self._leads_away(answer))
                return

    def _at_the_payment_service(self, address: str) -> None:
        card = self._dice.choice((GOOD, GOOD, GOOD, DECLINED, ""))
        if card:
            for said in ({"how": "card", "card": card}, {"how": "confirm"}):
                requests.post(address, said, timeout=5, allow_redirects=False)
            self._get(RETURN)

    def _leads_away(self, answer: Page) -> str:
        """The address of another service to which this answer sends the person."""
        to = urljoin(self._client.base_url, answer.response.headers.get("Location", ""))
        return "" if to.startswith(self._client.base_url) else to

    def _get(self, path: str) -> Page:
        return _there(self._client.get(path, follow=False))


def _there(page: Page) -> Page:
    if page.status >= 500:
        raise Away
    return page
