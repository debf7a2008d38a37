"""Messages to the service: signed, at least once, in no order that could be relied on."""

from __future__ import annotations

import asyncio
import hashlib
import hmac
import random
import time
from collections.abc import AsyncIterator
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

import aiohttp
from aiohttp import web

from adapters.simulators.govuk_pay.books import Books
from adapters.simulators.govuk_pay.things import Message

WAITS: Final = (1.0, 5.0, 30.0, 120.0)
"""Seconds before each further attempt; after the last there is none."""
ANSWER_WITHIN: Final = 15


@dataclass
class Manners:
    """How messages go: `copies` of each, `delay` seconds late, `order` first, last or random,
    `drop` never, `hold` not before they are let go."""

    copies: int = 1
    delay: float = 0
    order: str = "first"
    drop: bool = False
    hold: bool = False

    @classmethod
    def read(cls, body: dict[str, Any]) -> Manners:
        manners = cls(**body)
        if manners.order not in ("first", "last", "random") or not 0 <= manners.copies <= 1000:
            raise KeyError(manners.order)
        return manners


class Postman:
    """Brings messages to one address, which `to` names; with none there they stay."""

    def __init__(self, books: Books, to: str, secret_file: Path) -> None:
        self.books = books
        self.to = to
        self.manners = Manners()
        self.sent = 0
        """Requests that were answered, copies included."""
        self._secret_file = secret_file
        self._moved = asyncio.Event()
        self._session: aiohttp.ClientSession | None = None
        books.with_message = self._moved.set

    def secret(self) -> str:
        try:
            return self._secret_file.read_text().strip()
        except OSError:
            return ""

    async def run(self, app: web.Application) -> AsyncIterator[None]:
        """Beside the server, as long as it serves."""
        self._session = aiohttp.ClientSession(timeout=aiohttp.ClientTimeout(total=ANSWER_WITHIN))
        rounds = asyncio.create_task(self._rounds())
        yield
        rounds.cancel()
        await asyncio.gather(rounds, return_exceptions=True)
        await self._session.close()

    async def _rounds(self) -> None:
        while True:
            self.books.tick()
            if not self.manners.hold:
                await self.deliver()
            self._moved.clear()
            with suppress(TimeoutError):
                await asyncio.wait_for(self._moved.wait(), 0.2)

    async def deliver(self, *, now: bool = False) -> int:
        """Everything that is due, or with `now` everything there is. How many were tried."""
        waiting = [it for it in self.books.messages.values() if not it.done and self._due(it, now)]
        if self.manners.order == "last":
            waiting.reverse()
        elif self.manners.order == "random":
            random.shuffle(waiting)
        for it in waiting:
            if not it.done:
                await self._bring(it)
        return len(waiting)

    def _due(self, it: Message, now: bool) -> bool:
        late = self.manners.delay if it.tried == 0 else 0
        return now or time.monotonic() >= it.due + late

    async def _bring(self, it: Message) -> None:
        if self.manners.drop:
            it.done = True
        else:
            answers = [await self._post(it) for _ in range(self.manners.copies)]
            it.tried += 1
            it.done = all(answers) or it.tried > len(WAITS)
            it.due = time.monotonic() + WAITS[min(it.tried, len(WAITS)) - 1]
        self.books.keep_message(it)

    async def _post(self, it: Message) -> bool:
        """Whether it was taken."""
        secret, body = self.secret(), it.body.encode()
        if self._session is None or not self.to or not secret:
            return False
        signature = hmac.new(secret.encode(), body, hashlib.sha256).hexdigest()
        headers = {"Content-Type": "application/json", "Pay-Signature": signature}
        try:
            async with self._session.post(
                self.to, data=body, headers=headers, allow_redirects=False
            ) as answer:
                self.sent += 1
                return 200 <= answer.status < 300
        except (aiohttp.ClientError, TimeoutError, OSError):
            return False
