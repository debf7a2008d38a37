"""Our account at the simulated Notify: its key, its two templates, and what was handed in.

It works like the demonstration's departments: faults are switched on by POST to `/_control`.

    {"fault": "429"}                    too many requests, until taken back
    {"fault": "500", "times": 1}        an error, once; the message is not taken
    {"fault": "lost", "times": 1}       the message is taken and the answer never arrives
    {"fault": "slow:3"}                 answers after three seconds
    {"fault": "400"}  {"fault": "403"}  refused; the key is not known
    {"arrives": "delivered:60"}         delivered after a minute (0 seconds otherwise)
    {"arrives": "permanent-failure"}    or temporary-failure, technical-failure
    {"reset": true}

As at Notify, perm-fail@simulator.notify and temp-fail@simulator.notify never get theirs.
"""

from __future__ import annotations

import re
import secrets
import time
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any, Final
from uuid import UUID, uuid4

FAILURES: Final = ("permanent-failure", "temporary-failure", "technical-failure")
NEVER: Final = {
    "perm-fail@simulator.notify": "permanent-failure",
    "temp-fail@simulator.notify": "temporary-failure",
}
FAULTS: Final = re.compile(r"400|403|429|500|lost|slow:\d{1,2}(\.\d{1,2})?")
ARRIVES: Final = re.compile(r"delivered(:\d{1,4})?|" + "|".join(FAILURES))
MOST: Final = 1000


class BadWish(ValueError):
    """The control was asked for something that is not in the list above."""


@dataclass(slots=True)
class Taken:
    """One message, as it would have been sent."""

    kind: str
    to: str
    reference: str
    template: str
    subject: str
    body: str
    id: str = field(default_factory=lambda: str(uuid4()))
    at: datetime = field(default_factory=lambda: datetime.now(UTC))
    arrives: str = "delivered:0"
    began: float = field(default_factory=time.monotonic)

    @property
    def status(self) -> str:
        name, _, seconds = self.arrives.partition(":")
        if name != "delivered":
            return name
        return "delivered" if time.monotonic() - self.began >= float(seconds or 0) else "sending"


class Account:
    """In memory only; a restart forgets it."""

    def __init__(self, api_key: str) -> None:
        self.service, self.secret = api_key[-73:-37], api_key[-36:]
        self.taken: list[Taken] = []
        self.asked: list[str] = []
        self.fault, self.times = "", 0
        self.arrives = ""

    def take(self, kind: str, said: Mapping[str, Any]) -> Taken:
        """Raises ValueError with Notify's words for what is wrong with the message."""
        field_ = "email_address" if kind == "email" else "phone_number"
        to, words = str(said.get(field_) or ""), said.get("personalisation") or {}
        if kind == "email" and not re.fullmatch(r"[^\s@]+@[^\s@]+\.[^\s@]+", to):
            raise ValueError("email_address Not a valid email address")
        if kind == "sms" and not re.fullmatch(r"\+?[\d\s()-]{10,20}", to):
            raise ValueError("phone_number Not a valid phone number")
        try:
            UUID(str(said.get("template_id")))
        except ValueError:
            raise ValueError("template_id is not a valid UUID") from None
        missing = [name for name in _places(kind) if not words.get(name)]
        if missing:
            raise ValueError(f"Missing personalisation: {', '.join(missing)}")
        one = Taken(
            kind,
            to,
            str(said.get("reference") or ""),
            str(said["template_id"]),
            str(words.get("subject", "")),
            str(words["text"]),
            arrives=self.arrives or NEVER.get(to, "delivered:0"),
        )
        self.taken = [*self.taken[1 - MOST :], one]
        return one

    def next_fault(self) -> str:
        """The fault that this request meets; each `times` is used up once."""
        fault = self.fault
        if fault and self.times:
            self.times -= 1
            if not self.times:
                self.fault = ""
        return fault

    def wish(self, said: Mapping[str, Any]) -> None:
        if said.get("reset"):
            self.__init__(f"{self.service}-{self.secret}")  # type: ignore[misc]  # as at the start
            return
        fault, arrives = str(said.get("fault", "")), str(said.get("arrives", ""))
        for wish, known in ((fault, FAULTS), (arrives, ARRIVES)):
            if wish and not known.fullmatch(wish):
                raise BadWish
        self.fault, self.times = fault, int(said.get("times", 0))
        self.arrives = arrives


def read_key(text: str) -> str:
    """The key that the portal's set-up wrote; a stranger's one where there is none."""
    return text.strip() or f"{uuid4()}-{secrets.token_hex(18)}"


def _places(kind: str) -> tuple[str, ...]:
    return ("subject", "text") if kind == "email" else ("text",)
