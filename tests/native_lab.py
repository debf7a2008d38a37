"""A simulated department on loopback and our adapter in front of it, for tests."""

from __future__ import annotations

import asyncio
import json
import os
import socket
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any

import requests
from aiohttp import web

from adapters.departments.native import NativeDepartment, NativeMessages
from adapters.departments.native.schema import DATATYPES
from adapters.simulators.cast import Cast, Person
from adapters.simulators.department import make_app
from adapters.simulators.serve import SimulatorSettings
from adapters.wire import Wire
from adapters.wire_loop import WireLoop
from consent.clock import SystemClock
from consent.ids import DepartmentCode, GrantId, new_grant_id, new_pairwise_id
from consent.keys import Keys, key_set, new_key
from consent.permit import Permit, SignInEvidence
from consent.register import DepartmentEntry
from debts.debt import Answer
from debts.facts import Address, Facts
from tests.paper_signer import PaperSigner

PORTAL = "http://localhost:8000"
CAST = Cast.load()


def a_permit(code: str = "dwp", **changes: Any) -> Permit:
    """A permit made just now for a grant that nobody has used."""
    now = datetime.now(UTC)
    permit = Permit(
        grant_id=new_grant_id(os.urandom),
        department=DepartmentCode(code),
        purpose="view_debts",
        pairwise_id=new_pairwise_id(os.urandom),
        subject_handle="",
        record_hash="0" * 64,
        notice_version="view_debts/1",
        grant_state="given",
        grant_expires_at=now + timedelta(days=365),
        granted_fields=tuple(DATATYPES),
        sign_in=SignInEvidence(now - timedelta(minutes=2), "Cl.Cm", "P2", "http://127.0.0.1:8101/"),
        made_at=now,
        interaction_id="7d1c6a52-3f0e-4f0c-9c26-3a8a3f5c9d10",
    )
    return replace(permit, **changes)


def facts_of(person: Person, **changes: Any) -> Facts:
    """What the sign-in service and the person would tell."""
    facts = Facts(
        given_names=" ".join(person.given_names),
        family_name=person.family_name,
        birth_date=person.birth_date,
        address=Address(person.address.lines, person.address.postcode, str(person.address.uprn)),
        nino=person.nino,
    )
    return replace(facts, **changes) if changes else facts


def a_stranger() -> Facts:
    home = Address(("1 Nowhere Road",), "ZZ99 9ZZ")
    return Facts("Nobody", "Unknown", date(1970, 1, 1), home)


class Server:
    """An aiohttp application on a free port, on a thread of its own."""

    def __init__(self, make: Callable[[str], web.Application]) -> None:
        self._listener = socket.create_server(("127.0.0.1", 0), backlog=512)
        self.url = f"http://127.0.0.1:{self._listener.getsockname()[1]}"
        self._make = make
        self._loop = asyncio.new_event_loop()
        self._ready = threading.Event()
        self._thread = threading.Thread(target=self._run, daemon=True)

    def __enter__(self) -> Server:
        self._thread.start()
        assert self._ready.wait(60)
        return self

    def __exit__(self, *what: object) -> None:
        asyncio.run_coroutine_threadsafe(self._finish(), self._loop).result(60)
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join(60)
        self._loop.close()

    async def _finish(self) -> None:
        """Close, and leave nothing behind that is still sleeping on somebody's behalf."""
        await self._runner.cleanup()
        left = [task for task in asyncio.all_tasks() if task is not asyncio.current_task()]
        for task in left:
            task.cancel()
        await asyncio.gather(*left, return_exceptions=True)

    def _run(self) -> None:
        asyncio.set_event_loop(self._loop)
        self._loop.run_until_complete(self._start())
        self._ready.set()
        self._loop.run_forever()

    async def _start(self) -> None:
        self._runner = web.AppRunner(self._make(self.url), access_log=None, shutdown_timeout=0.1)
        await self._runner.setup()
        await web.SockSite(self._runner, self._listener).start()


@dataclass
class Lab:
    """One department, one portal, one person asking. Grants are live unless they are in `ended`."""

    code: str
    url: str
    wire_loop: WireLoop
    wire: Wire
    portal_keys: Keys
    portal: str = PORTAL
    ended: set[GrantId] = field(default_factory=set)

    def __post_init__(self) -> None:
        self.entry = an_entry(self.code, self.url)
        self.signer = PaperSigner(
            self.portal_keys,
            issuer=self.portal,
            clock=SystemClock(),
            is_live=lambda grant: grant not in self.ended,
        )
        shared: dict[str, Any] = {
            "wire": self.wire,
            "signer": self.signer,
            "clock": SystemClock(),
            "chance": os.urandom,
        }
        self.department = NativeDepartment(self.entry, portal=self.portal, **shared)
        self.messages = NativeMessages(self.entry, portal=self.portal, **shared)

    def ask(
        self, who: Person | Facts, permit: Permit | None = None, *, seconds: float = 60
    ) -> Answer:
        facts = facts_of(who) if isinstance(who, Person) else who
        errand = self.department.debts(permit or a_permit(self.code), facts)
        return self.wire_loop.call(errand, seconds=seconds)

    def behave(self, person: Person, answer: str) -> None:
        """Tell the department how to answer this person from now on."""
        body = {"person": person.key, "answer": answer}
        assert requests.post(f"{self.url}/_control", json=body, timeout=60).status_code == 200

    def log(self) -> dict[str, Any]:
        said: dict[str, Any] = requests.get(f"{self.url}/_log", timeout=60).json()
        return said


def an_entry(code: str, address: str) -> DepartmentEntry:
    return DepartmentEntry(
        code=DepartmentCode(code),
        name="Department",
        short=code.upper(),
        connected=True,
        wire="native",
        address=address,
        sends=("name", "birth_date", "address", "nino"),
    )


@contextmanager
def a_lab(folder: Path, code: str = "dwp", cast: Cast = CAST, **settings: Any) -> Iterator[Lab]:
    """A department that knows the portal's keys from a file, as in the demonstration."""
    keys = key_set(new_key("sig", "portal-1"))
    (folder / "portal.jwks.json").write_text(json.dumps(keys.public()))

    def make(url: str) -> web.Application:
        return make_app(cast, SimulatorSettings(code, url, PORTAL, folder, **settings))

    loop = WireLoop().start()
    try:
        with Server(make) as server:
            wire = Wire([server.url], demonstration=True)
            yield Lab(code, server.url, loop, wire, keys)
            loop.call(wire.close(), seconds=60)
    finally:
        loop.stop()
