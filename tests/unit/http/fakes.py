"""A portal for tests of the delivery layer alone: sessions and vault in memory, no database."""

from __future__ import annotations

import base64
import secrets
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from types import SimpleNamespace
from typing import Any, cast

from flask import Flask

from app import create_app
from app.services import Services
from app.settings import Settings
from consent import notices, register
from consent.clock import SetClock
from consent.ids import SubjectId, new_subject_id
from consent.log.note import LOG, NoteKey
from consent.notices import Notices
from consent.register import Register
from consent.sessions import IDLE, LONGEST, LiveSession
from debts.vault import MemoryVault
from debts.visit import Visit, Visits
from plan.rules import policy as policy_files
from plan.rules.policy import Policies

NOON = datetime(2026, 11, 23, 12, 0, tzinfo=UTC)


@dataclass
class MemorySessions:
    """What consent.sessions does with a table."""

    clock: SetClock
    rows: dict[str, LiveSession] = field(default_factory=dict)

    def open(self, subject: SubjectId, signed_in_at: datetime) -> str:
        now = self.clock.now()
        token = secrets.token_urlsafe(32)
        self.rows[token] = LiveSession(subject, signed_in_at, now + IDLE, now + LONGEST)
        return token

    def find(self, token: str) -> LiveSession | None:
        row, now = self.rows.get(token), self.clock.now()
        if row is None or min(row.idle_until, row.ends_at) <= now:
            return None
        self.rows[token] = LiveSession(
            row.subject, row.signed_in_at, min(now + IDLE, row.ends_at), row.ends_at
        )
        return self.rows[token]

    def touch(self, token: str) -> LiveSession | None:
        return self.find(token)

    def rotate(self, token: str, signed_in_at: datetime) -> str:
        row = self.rows.pop(token)
        fresh = secrets.token_urlsafe(32)
        self.rows[fresh] = LiveSession(row.subject, signed_in_at, row.idle_until, row.ends_at)
        return fresh

    def close(self, token: str) -> None:
        self.rows.pop(token, None)


class NoPulls:
    """Nothing is being asked."""

    def __init__(self) -> None:
        self.forgotten = 0

    def forget_all(self, visit: Visit) -> list[str]:
        self.forgotten += 1
        return []


class EmptyStore:
    """A database without a row."""

    @contextmanager
    def transaction(self, *_: object) -> Iterator[SimpleNamespace]:
        yield SimpleNamespace(connection=self)

    def execute(self, *_: object) -> EmptyStore:
        return self

    def one_or_none(self) -> None:
        return None


LOG_KEY = NoteKey("localhost:8000/log", LOG, bytes(32))


@dataclass
class Bag:
    """The part of the services that the delivery layer itself uses."""

    clock: SetClock
    register: Register
    sessions: MemorySessions
    visits: Visits
    store: EmptyStore = field(default_factory=EmptyStore)
    log_key: NoteKey = LOG_KEY
    pulls: NoPulls = field(default_factory=NoPulls)
    notices: Notices = field(default_factory=notices.load)
    policies: Policies = field(default_factory=policy_files.load)
    public_keys: dict[str, Any] = field(default_factory=lambda: {"keys": []})
    one_login_client_jwks: dict[str, Any] = field(default_factory=lambda: {"keys": []})
    check_code_key: bytes = bytes(32)
    door: None = None
    console: None = None


def a_bag(at: datetime = NOON) -> Bag:
    clock = SetClock(at)
    visits = Visits(MemoryVault(clock), clock, secrets.token_bytes, pepper=bytes(32), classes=())
    return Bag(clock, register.load(), MemorySessions(clock), visits)


def demonstration(folder: Path, **changes: str) -> dict[str, str]:
    """An environment in which the portal starts as a demonstration."""
    keys = folder / "keys"
    keys.mkdir(exist_ok=True)
    (keys / "cookie_secret").write_text(base64.urlsafe_b64encode(bytes(32)).decode())
    return {
        "SVD_DEMONSTRATION": "1",
        "SVD_STATE_DIR": str(folder),
        "DATABASE_URL": "postgresql+psycopg://nowhere/svd",
        **changes,
    }


def a_portal(folder: Path, bag: Bag | None = None) -> Flask:
    settings = Settings.from_environment(demonstration(folder))
    app = create_app(settings, cast(Services, bag or a_bag()))
    app.testing = True
    return app


def a_subject() -> SubjectId:
    return new_subject_id(secrets.token_bytes)


MINUTE = timedelta(minutes=1)
