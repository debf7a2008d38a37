"""Departments with wires of their own, for tests: our adapters in front of a simulator, or in
front of a server that says exactly what it is told."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Callable, Collection, Coroutine, Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from types import MappingProxyType
from typing import Any, Protocol
from urllib.parse import urlsplit

import pytest
import requests
from aiohttp import web

from adapters.departments.native.schema import DATATYPES
from adapters.simulators.cast import Cast, Person
from adapters.simulators.serve import SimulatorSettings, application
from adapters.wire import CONNECT_SECONDS, MAX_BYTES, Reply, Wire
from adapters.wire_loop import WireLoop
from consent.errors import OutsideFailed
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
        self, who: Person | Facts, permit: Permit | None = None, *, seconds: float = 60
    ) -> Answer:
        facts = facts_of(who) if isinstance(who, Person) else who
        errand = self.department.debts(permit or a_permit(self.code), facts)
        return self.loop.call(errand, seconds=seconds)

    def behave(self, person: Person, answer: str, department: str | None = None) -> None:
        """Tell the department how to answer this person from now on."""
        body = {"person": person.key, "answer": answer, "department": department}
        assert requests.post(f"{self.url}/_control", json=body, timeout=60).status_code == 200

    def log(self) -> dict[str, Any]:
        said: dict[str, Any] = requests.get(f"{self.url}/_log", timeout=60).json()
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

    @property
    def raw(self) -> bytes:
        return self.body if isinstance(self.body, bytes) else json.dumps(self.body).encode()

    def response(self) -> web.Response:
        return web.Response(
            body=self.raw, status=self.status, content_type=self.media_type, headers=self.headers
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
            loop.call(wire.close(), seconds=60)
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


@dataclass(frozen=True)
class Sent:
    """One request as it left an adapter."""

    method: str
    url: str
    headers: Mapping[str, str]
    body: bytes

    @property
    def path(self) -> str:
        return urlsplit(self.url).path


class TwinWire(Wire):
    """The HTTP door without a network: answers by a script, and remembers what was sent. It keeps
    the door's promises: size, media type, and no redirect."""

    def __init__(self, script: Callable[[Sent], Say]) -> None:
        super().__init__((), demonstration=True)
        self._script = script
        self.sent: list[Sent] = []

    async def send(
        self,
        method: str,
        url: str,
        headers: Mapping[str, str] = MappingProxyType({}),
        body: bytes = b"",
        *,
        accept: Collection[str],
        max_bytes: int = MAX_BYTES,
        connect_seconds: float = CONNECT_SECONDS,
        party: str = "",
    ) -> Reply:
        sent = Sent(method, url, dict(headers), body)
        self.sent.append(sent)
        say = TOKEN if sent.path == "/oauth/token" else self._script(sent)
        if len(say.raw) > max_bytes:
            raise OutsideFailed(party, "too_big")
        if say.raw and say.media_type not in accept:
            raise OutsideFailed(party, "bad_type")
        lower = {name.lower(): value for name, value in say.headers.items()}
        return Reply(say.status, lower, say.raw)


def asked_of(
    department: Department, who: Facts, *, granted: Iterable[str] = tuple(DATATYPES), code: str = ""
) -> Answer:
    """One question, on a loop of its own."""
    permit = a_permit(code or "hmrc", granted_fields=tuple(granted))
    return asyncio.run(department.debts(permit, who))


def run_alone(errand: Coroutine[Any, Any, Answer]) -> Answer:
    """One errand, on a loop of its own."""
    return asyncio.run(errand)
