"""The whole system for a test: a portal that is reached over HTTP, and the other side of each wire.

`house` starts the simulators and a server once for a test process; each test gets a portal of its
own in it, with an empty database and an empty vault:

    def test_somebody_signs_in(portal: Portal) -> None:
        client = portal.client()
        page = client.sign_in("testwell")
        page = client.send(page, right="yes")            # fills and posts the page's own form
        page = client.get_in("testwell", "dwp", "hmrc")  # or at once: details, yes, the receipt
        portal.control("dwp", "testwell", "none:0")      # DWP answers her otherwise, until the end

`portal.url` is for a real browser, `portal.services` for looking behind the pages.
`shared_portal` is the same for all tests of one file.
"""

from __future__ import annotations

import os
import subprocess
import sys
import threading
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from functools import cache
from http.cookiejar import DefaultCookiePolicy
from http.cookies import SimpleCookie
from pathlib import Path
from typing import TYPE_CHECKING, Any, cast
from urllib.parse import urljoin, urlsplit

import psycopg
import pytest
import requests
from werkzeug.datastructures import Headers, MultiDict
from werkzeug.serving import BaseWSGIServer, WSGIRequestHandler, make_server
from werkzeug.test import TestResponse

from adapters.simulators.cast import Cast
from consent.keys import load_keys
from tests.database import Database
from tests.pages import Page, PageClient, Typed
from tests.signers import signer_of_house

if TYPE_CHECKING:
    from flask import Flask

    from adapters.identity.one_login import OneLogin
    from app.services import Services

ROOT = Path(__file__).resolve().parents[1]
NATIVE = ("dwp", "council", "dvla", "slc", "nhsbsa")
NAMES = (
    *("one_login", "hmrc", "hmcts", "dwp", "council", "dvla", "slc", "nhsbsa", "govuk_pay"),
    *("notify", "staff_login"),
)
LOAD = cache(load_keys)
"""Every portal of a house has the same keys: they are read and checked once."""
WAIT = 40.0
"""Seconds that a client waits for a page; the longest one streams for 25."""


class Quiet(WSGIRequestHandler):
    """Speaks HTTP/1.1, so that pages can stream, and logs nothing."""

    protocol_version = "HTTP/1.1"

    def log(self, type: str, message: str, *args: Any) -> None:  # noqa: A002 - its name there
        pass


class Switch:
    """The application that the server answers with; each test puts its own in."""

    def __init__(self) -> None:
        self.app: Flask | None = None

    def __call__(
        self, environ: dict[str, Any], start_response: Callable[..., Any]
    ) -> Iterable[bytes]:
        if self.app is None:
            start_response("503 Service Unavailable", [("Content-Length", "0")])
            return ()
        return self.app(environ, start_response)


class Simulators:
    """The simulators as processes. `addresses` by name."""

    def __init__(self, environment: Mapping[str, str]) -> None:
        self.addresses: dict[str, str] = {}
        self.process = subprocess.Popen(
            (sys.executable, "-m", "tests.all_simulators"),
            # buffered: a line and its end leave together, whoever else is writing
            env={**os.environ, **environment, "PYTHONUNBUFFERED": ""},
            cwd=ROOT,
            stdout=subprocess.PIPE,
            text=True,
        )
        self._session = requests.Session()
        self._session.trust_env = False
        self._changed: set[str] = set()

    def wait(self) -> None:
        """Until each has said where it is."""
        assert self.process.stdout is not None
        expected = int(self.process.stdout.readline() or 0)
        for line in self.process.stdout:
            name, _, address = line.strip().partition(" ")
            self.addresses[name] = address
            if len(self.addresses) == expected:
                return
        raise AssertionError(f"the simulators stopped; {sorted(self.addresses)} had started")

    def control(self, name: str, body: Mapping[str, Any]) -> None:
        reply = self._session.post(f"{self.addresses[name]}/_control", json=dict(body), timeout=60)
        assert reply.status_code == 200, reply.text
        self._changed.add(name)

    def asked(self, name: str) -> list[dict[str, str]]:
        """What it was asked lately: `at`, `person`, `what`."""
        self._changed.add(name)
        reply = self._session.get(f"{self.addresses[name]}/_control", timeout=60)
        found: list[dict[str, str]] = reply.json()["asked"]
        return found

    def reset(self) -> None:
        """As they were at the start: answers, what was asked, and debts put on hold."""
        for name in self._changed | {*NATIVE} & {*self.addresses}:
            self.control(name, {"reset": True})
        self._changed.clear()

    def stop(self) -> None:
        self.process.terminate()
        self.process.wait(60)


@dataclass
class House:
    """What all tests of this process share."""

    folder: Path
    server: BaseWSGIServer
    switch: Switch
    simulators: Simulators = field(repr=False)

    @property
    def url(self) -> str:
        return f"http://localhost:{self.server.server_port}"

    @contextmanager
    def portal(self, database: Database) -> Iterator[Portal]:
        """A portal on this database, with an empty vault. One at a time."""
        from app import create_app, wiring
        from app.settings import Settings

        environ = self.environment(database)
        with signer_of_house(self.folder, self.url, database, environ):
            running = wiring.portal(Settings.from_environment(environ), environ, load=LOAD)
            wait_for_sign_in(running.services.one_login)
            self.switch.app = create_app(Settings.from_environment(environ), running.services)
            try:
                yield Portal(self.url, database, running.services, self.simulators)
            finally:
                self.switch.app = None
                running.stop()
                self.simulators.reset()

    def environment(self, database: Database) -> dict[str, str]:
        return {
            **environment(self.folder, self.url),
            "DATABASE_URL": database.portal_url,
            "DATABASE_URL_WORKER": database.worker_url,
            "DATABASE_URL_DEPARTMENT": database.department_url,
            **{f"SVD_ADDRESS_{name.upper()}": self.simulators.addresses[name] for name in NAMES},
        }


def wait_for_sign_in(one_login: OneLogin) -> None:
    """The quick look whether the sign-in service answers has as much time as any other request: on
    a machine that is busy with tests, a slow answer is no service that is away."""
    one_login._calls._quick = one_login._calls._door


def environment(folder: Path, url: str) -> dict[str, str]:
    """What the portal and the simulators are both told."""
    return {
        "SVD_DEMONSTRATION": "1",
        "SVD_STATE_DIR": str(folder),
        "SVD_KEYS_DIR": str(folder / "keys"),
        "SVD_SIGNER_SOCKET": str(folder / "socket" / "signer.sock"),
        "SVD_PORTAL_URL": url,
    }


class Answer:
    """An HTTP answer in the shape that `tests.pages.Page` reads."""

    def __init__(self, reply: requests.Response) -> None:
        self.status_code = reply.status_code
        self.headers = Headers(list(reply.headers.items()))
        self.mimetype = reply.headers.get("Content-Type", "").partition(";")[0].strip()
        self.request = reply.request
        self.location = reply.headers.get("Location", "")
        self._body = reply.content

    def get_data(self, as_text: bool = False) -> str | bytes:
        if as_text:
            return "" if self.mimetype == "application/pdf" else self._body.decode()
        return self._body


class Client(PageClient):
    """One browser without scripts. It follows redirects of the portal and of the simulators."""

    def __init__(self, url: str, simulators: Simulators) -> None:
        self.base_url = url
        self._simulators = simulators
        self.session = requests.Session()
        self.session.trust_env = False
        self.session.cookies.set_policy(DefaultCookiePolicy(allowed_domains=[]))
        self.cookies: dict[str, dict[str, str]] = {}
        """By host and port. Our own jar: a browser trusts localhost with Secure cookies."""

    def get(self, path: str, *, follow: bool = True, **options: Any) -> Page:
        return self._asked("GET", path, follow=follow, **options)

    def post(
        self,
        path: str,
        data: Mapping[str, Typed] | MultiDict[str, str] | None = None,
        *,
        follow: bool = True,
        **options: Any,
    ) -> Page:
        sent = list(MultiDict(data or {}).items(multi=True))
        return self._asked("POST", path, follow=follow, data=sent, **options)

    def send(
        self, page: Page, action: str | None = None, *, follow: bool = True, **typed: Typed
    ) -> Page:
        """As a browser does it: a form without an action posts to the whole address it is on."""
        form = page.form(action)
        if not form["action"]:
            form.attributes["action"] = page.response.request.url
        return super().send(page, form["action"], follow=follow, **typed)

    def get_in(self, person: str, *departments: str, contact: str = "none") -> Page:
        """All the way to a first permission: the receipt, or the choice with no departments."""
        page = self.send(self.sign_in(person), right="yes")
        page = self.send(page, nino=Cast.load().person(person).nino)
        page = self.send(page, channel=contact)
        if not departments:
            return page
        page = self.send(page, departments=list(departments))
        if page.path == "/permissions/your-council":
            page = self.send(page)
        return self.send(page, agree="yes")

    def sign_in(self, person: str, *, start: str = "/sign-in/start", how: str = "continue") -> Page:
        """As this person of the cast: through the sign-in service and back, to the page after it.

        `how` is `continue`, `unproven` or `cancel`.
        """
        page = self.get(start)
        assert page.path == "/authorize", f"{page.status} {page.path}"
        asked = page.form().all("input", name="asked")[0]["value"]
        action = urljoin(page.response.request.url, page.form()["action"])
        sent = {"asked": asked, "person": person, "how": how}
        return self.post(action, MultiDict(sent))

    def cookie(self, name: str) -> str:
        return self.cookies.get(urlsplit(self.base_url).netloc, {}).get(name, "")

    def _asked(self, method: str, path: str, *, follow: bool, **options: Any) -> Page:
        url = urljoin(self.base_url + "/", path)
        for _ in range(12):
            reply = self._send(method, url, options)
            if not (follow and reply.is_redirect and self._ours(url, reply)):
                return self._read(reply)
            url = urljoin(url, reply.headers["Location"])
            method, options = "GET", {}
        raise AssertionError(f"redirects without end at {url}")

    def _send(self, method: str, url: str, options: dict[str, Any]) -> requests.Response:
        jar = self.cookies.setdefault(urlsplit(url).netloc, {})
        headers = {**options.get("headers", {})}
        if jar:
            headers["Cookie"] = "; ".join(f"{name}={value}" for name, value in jar.items())
        reply = self.session.request(
            method, url, allow_redirects=False, timeout=WAIT, **{**options, "headers": headers}
        )
        for line in reply.raw.headers.getlist("Set-Cookie"):
            for name, morsel in SimpleCookie(line).items():
                if morsel.value:
                    jar[name] = morsel.value
                else:
                    jar.pop(name, None)
        return reply

    def _ours(self, url: str, reply: requests.Response) -> bool:
        where = urljoin(url, reply.headers["Location"])
        return where.startswith((self.base_url, *self._simulators.addresses.values()))

    def _read(self, reply: requests.Response) -> Page:
        answer = cast(TestResponse, Answer(reply))
        ours = (reply.url or "").startswith(self.base_url)
        return self._page(answer) if ours else Page(answer)


@dataclass
class Portal:
    """A running portal with nobody in it yet."""

    url: str
    database: Database
    services: Services = field(repr=False)
    simulators: Simulators = field(repr=False)

    def client(self) -> Client:
        """Another browser."""
        return Client(self.url, self.simulators)

    def control(self, department: str, person: str, answer: str) -> None:
        """How a department answers a person (`"*"` for all) from now on, in this test."""
        self.simulators.control(department, {"person": person, "answer": answer})

    def asked(self, department: str) -> list[dict[str, str]]:
        """What a department was asked in this test."""
        return self.simulators.asked(department)

    def rows(self, query: str, *values: object) -> list[tuple[Any, ...]]:
        """What the database holds, as its superuser sees it."""
        url = self.database.superuser_url.replace("postgresql+psycopg:", "postgresql:")
        with psycopg.connect(url) as connection:
            return connection.execute(query.encode(), values).fetchall()


@pytest.fixture(scope="session")
def house(tmp_path_factory: pytest.TempPathFactory) -> Iterator[House]:
    """Simulators and a server, once for this test process; under four seconds on two cores."""
    from app.local import keys

    folder = tmp_path_factory.mktemp("portal")
    keys.ensure(folder / "keys")
    keys.ensure_signer(folder / "signer", publish_to=folder / "keys")
    switch = Switch()
    server = make_server("127.0.0.1", 0, switch, threaded=True, request_handler=Quiet)
    simulators = Simulators(environment(folder, f"http://localhost:{server.server_port}"))
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    try:
        simulators.wait()
        yield House(folder, server, switch, simulators)
    finally:
        simulators.stop()
        server.shutdown()
        server.server_close()


@pytest.fixture
def portal(house: House, database: Database) -> Iterator[Portal]:
    with house.portal(database) as opened:
        yield opened


@pytest.fixture(scope="module")
def shared_portal(house: House, shared_database: Database) -> Iterator[Portal]:
    with house.portal(shared_database) as opened:
        yield opened
