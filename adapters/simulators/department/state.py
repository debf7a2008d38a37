"""What one simulated department knows and remembers. All of it goes when the process ends."""

from __future__ import annotations

import hashlib
import hmac
import os
import secrets
from base64 import urlsafe_b64encode
from collections import Counter
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from joserfc.jwk import ECKey

from adapters.gateway import Book
from adapters.simulators.cast import Cast, CastDebt, Person
from adapters.simulators.control import Control
from adapters.simulators.department.portal import PortalKeys
from adapters.simulators.department.status import StatusCheck
from adapters.simulators.serve import SimulatorSettings
from consent.clock import Clock
from consent.keys import Keys, key_set, load_keys, new_key


class Seen:
    """Numbers of tokens that were used, each remembered until its token is long dead (SEC-49)."""

    def __init__(self) -> None:
        self._until: dict[str, datetime] = {}

    def first_time(self, jti: str, now: datetime, keep: timedelta) -> bool:
        """True once for each number. No other request can come between asking and noting."""
        if len(self._until) > 10_000:
            self._until = {one: until for one, until in self._until.items() if until > now}
        if self._until.get(jti, now) > now:
            return False
        self._until[jti] = now + keep
        return True


@dataclass(slots=True)
class Received:
    """Messages taken so far, by kind."""

    asked: Counter[str] = field(default_factory=Counter)
    unmatched: int = 0
    refused: Counter[str] = field(default_factory=Counter)
    consent_events: list[dict[str, Any]] = field(default_factory=list)
    plan_events: list[dict[str, Any]] = field(default_factory=list)
    hold_requests: list[dict[str, Any]] = field(default_factory=list)
    support_needs: int = 0
    budget_totals: int = 0
    status: Counter[str] = field(default_factory=Counter)


@dataclass(slots=True)
class Department:
    """One department: its name, its keys, its people, and what it was told."""

    code: str
    url: str
    portal: str
    cast: Cast
    control: Control
    clock: Clock
    keys: Keys
    portal_keys: PortalKeys
    secret: bytes
    started: datetime
    status: StatusCheck
    canary: str = ""
    seen: Seen = field(default_factory=Seen)
    events_seen: set[str] = field(default_factory=set)
    ended_grants: set[str] = field(default_factory=set)
    ended_subjects: set[str] = field(default_factory=set)
    paused_grants: set[str] = field(default_factory=set)
    gives_word: str = "right"
    """What it answers when it is told to stop: its word, a wrong one, or (empty) none."""
    checks_at_start: bool = False
    grants_of: dict[str, set[str]] = field(default_factory=dict)
    received: Received = field(default_factory=Received)
    held_debts: set[str] = field(default_factory=set)
    book: Book | None = None
    """What came from the portal, where it fetches its money."""

    def left(self, debt: CastDebt) -> int:
        """What is still owed, in pence: the cast's balance less what was posted on it."""
        posted = self.book.on_debt(self.debt_handle(debt.id)) if self.book else 0
        return debt.balance - posted

    def as_at_the_start(self) -> None:
        """Debts on hold, and what was switched for a demonstration; never what it was told."""
        self.held_debts.clear()
        self.gives_word = "right"
        self.status.on = self.checks_at_start

    @property
    def name(self) -> str:
        """As tokens name it."""
        return f"urn:svd:org:{self.code}"

    def subject_handle(self, subject: str, person: Person) -> str:
        """Our own id for this person under this pairwise id: says nothing elsewhere (SEC-59)."""
        return self._handle(f"{subject}|{person.key}")

    def note_grant(self, subject: str, grant_id: str) -> None:
        """Remember that this person, as we know them, gave this permission."""
        self.grants_of.setdefault(subject, set()).add(grant_id)

    def end_grant(self, subject: str, grant_id: str) -> None:
        """Answer nothing under it again; with the last one the person is forgotten (SEC-61)."""
        self.ended_grants.add(grant_id)
        self.paused_grants.discard(grant_id)
        if self.grants_of.get(subject, set()) <= self.ended_grants:
            self.ended_subjects.add(subject)
            self.grants_of.pop(subject, None)

    def pause_grant(self, grant_id: str, *, ends: bool = False) -> None:
        """Answer nothing under it for now; or `ends` that, which revives nothing that ended."""
        if ends:
            self.paused_grants.discard(grant_id)
        elif grant_id not in self.ended_grants:
            self.paused_grants.add(grant_id)

    def person_of(self, subject: str, handle: str) -> Person | None:
        """Whom a handle that we gave out stands for; nobody once we were told to forget it."""
        if subject in self.ended_subjects:
            return None
        for person in self.cast:
            if hmac.compare_digest(self.subject_handle(subject, person), handle):
                return person
        return None

    def debt_handle(self, debt_id: str) -> str:
        """Opaque, and the same at each pull, so that a plan can name the debt."""
        return self._handle(f"debt|{debt_id}")

    def sealing_key(self) -> ECKey:
        key = self.keys.first("enc")
        if not isinstance(key, ECKey):
            raise TypeError("the sealing key must be an elliptic curve key")
        return key

    def _handle(self, text: str) -> str:
        digest = hmac.new(self.secret, text.encode(), hashlib.sha256).digest()
        return urlsafe_b64encode(digest[:18]).decode("ascii")


def department(
    cast: Cast, settings: SimulatorSettings, control: Control, clock: Clock
) -> Department:
    """A department with the keys of the demonstration, or with fresh ones when there are none."""
    keys, secret = _keys(settings)
    portal_keys = PortalKeys(settings.keys_dir / "portal.jwks.json", settings.portal_url)
    return Department(
        code=settings.department,
        url=settings.public_url,
        portal=settings.portal_url,
        cast=cast,
        control=control,
        clock=clock,
        keys=keys,
        portal_keys=portal_keys,
        secret=secret,
        started=clock.now().replace(microsecond=0),
        status=StatusCheck(
            department=f"urn:svd:org:{settings.department}",
            portal=settings.portal_url,
            keys=keys,
            portal_keys=portal_keys,
            clock=clock,
            on=settings.checks_status,
            reached_at=settings.portal_reached_at,
        ),
        checks_at_start=settings.checks_status,
        canary=os.environ.get("SVD_CANARY_TEXT", ""),
    )


def _keys(settings: SimulatorSettings) -> tuple[Keys, bytes]:
    """Keys, and the secret behind handles: the same after a restart where the keys are kept."""
    paths = [
        settings.keys_dir / f"{settings.department}_{use}.jwk.json" for use in ("sign", "seal")
    ]
    if all(path.exists() for path in paths):
        return load_keys(*paths), hashlib.sha256(b"handles" + paths[0].read_bytes()).digest()
    code = settings.department
    fresh = key_set(
        new_key("sig", f"{code}-sign-{secrets.token_hex(4)}"),
        new_key("enc", f"{code}-seal-{secrets.token_hex(4)}"),
    )
    return fresh, secrets.token_bytes(32)
