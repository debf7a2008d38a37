"""Departments with wires of their own, for tests: our adapters in front of a simulator, or in
front of a server that says exactly what it is told."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Protocol

import pytest
import requests
from aiohttp import web

from adapters.simulators.cast import Cast, Person
from adapters.simulators.serve import SimulatorSettings, application
from adapters.wire import Wire
from adapters.wire_loop import WireLoop
from consent.permit import Permit
from debts.debt import Answer, Debt, Debts
from debts.facts import Facts
from debts.ports import Department
from tests.native_lab import CAST, PORTAL, Server, a_permit, facts_of

WIRE_FOLDER = Path(__file__).resolve().parents[2] / "shared" / "wire"


class Build(Protocol):
    """Makes the adapter for a department at this address."""

    def __call__(self, address: str, wire: Wire) -> Department: ...


@dataclass
class Upstream:
    """One department and somebody asking."""

    code: str
    url: str
    loop: WireLoop
    department: Department

    def ask(
        self, who: Person | Facts, permit: Permit | None = None, *, seconds: float = 15
    ) -> Answer:
        facts = facts_of(who) if isinstance(who, Person) else who
        errand = self.department.debts(permit or a_permit(self.code), facts)
        return self.loop.call(errand, seconds=seconds)

    def behave(self, person: Person, answer: str, department: str | None = None) -> None:
        """Tell the department how to answer this person from now on."""
        body = {"person": person.key, "answer": answer, "department": department}
        assert requests.post(f"{self.url}/_control", json=body, timeout=5).status_code == 200

    def log(self) -> dict[str, Any]:
        said: dict[str, Any] = requests.get(f"{self.url}/_log", timeout=5).json()
        return said


@contextmanager
def an_upstream(
    code: str, build: Build, *, cast: Cast = CAST, folder: Path = Path()
) -> Iterator[Upstream]:
    """The simulator of this name with our adapter in front of it."""

    def make(url: str) -> web.Application:
        return application(code, cast, SimulatorSettings(code, url, PORTAL, folder))

    with _served(code, make, build) as upstream:
        yield upstream


@dataclass
class Say:
    """What to answer at one address: its status, its body (bytes, or a value to write as JSON)."""

    body: Any = b""
    status: int = 200
    media_type: str = "application/json"
    headers: Mapping[str, str] = field(default_factory=dict)

    def response(self) -> web.Response:
        body = self.body if isinstance(self.body, bytes) else json.dumps(self.body).encode()
        return web.Response(
            body=body, status=self.status, content_type=self.media_type, headers=self.headers
        )


Script = Callable[[web.Request], Say]
TOKEN = Say({"access_token": "t0ken", "token_type": "bearer", "expires_in": 14400})


@contextmanager
def a_script(code: str, script: Script, build: Build) -> Iterator[Upstream]:
    """A server that gives out tokens and answers everything else by the script."""

    async def answer(request: web.Request) -> web.Response:
        return (TOKEN if request.path == "/oauth/token" else script(request)).response()

    def make(_: str) -> web.Application:
        app = web.Application()
        app.router.add_route("*", "/{rest:.*}", answer)
        return app

    with _served(code, make, build) as upstream:
        yield upstream


@contextmanager
def _served(code: str, make: Callable[[str], web.Application], build: Build) -> Iterator[Upstream]:
    loop = WireLoop().start()
    try:
        with Server(make) as server:
            wire = Wire([server.url], demonstration=True)
            yield Upstream(code, server.url, loop, build(server.url, wire))
            loop.call(wire.close(), seconds=5)
    finally:
        loop.stop()


def published(*parts: str) -> Path:
    """A file or folder of the published payloads; skips the test where they do not lie."""
    path = WIRE_FOLDER.joinpath(*parts)
    if not path.exists():
        pytest.skip("the published payloads are not beside this checkout")
    return path


def the_debts(answer: Answer) -> tuple[Debt, ...]:
    """The debts of an answer that must have some."""
    assert isinstance(answer, Debts), type(answer).__name__
    return answer.items
