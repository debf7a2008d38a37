"""What tests of the log do again and again: write events, look behind row-level security."""

from __future__ import annotations

import secrets
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path

import psycopg

from app.local.keys import ensure
from consent.events import Event, Kind, new_event
from consent.ids import DepartmentCode, new_grant_id, new_subject_id
from consent.keys import load_keys
from consent.log.checkpoint import LogSigner
from consent.people import Person
from consent.store import PORTAL, SIGNER, WORKER, Store, events, open_store
from tests.database import Database

MOMENT = datetime(2026, 11, 22, 10, 0, tzinfo=UTC)
ORIGIN = "log.example/log"


@contextmanager
def portal_of(database: Database) -> Iterator[Store]:
    store = open_store(database.portal_url, role=PORTAL)
    yield store
    store.close()


@contextmanager
def worker_of(database: Database) -> Iterator[Store]:
    store = open_store(database.worker_url, role=WORKER)
    yield store
    store.close()


@contextmanager
def signer_of(database: Database, keys: Path) -> Iterator[LogSigner]:
    """A signer with a demonstration key of its own, which stands in `keys`."""
    ensure(keys)
    store = open_store(database.signer_url, role=SIGNER)
    yield LogSigner(load_keys(keys / "log.jwk.json"), store=store, origin=ORIGIN)
    store.close()


def happened(store: Store, count: int, at: datetime = MOMENT) -> list[Event]:
    """So many events of one person, each in a transaction of its own."""
    subject = new_subject_id(secrets.token_bytes)
    made = []
    for _ in range(count):
        one = new_event(
            secrets.token_bytes,
            at=at,
            subject=subject,
            grant_id=new_grant_id(secrets.token_bytes),
            department=DepartmentCode("hmrc"),
            purpose="view_debts",
            kind=Kind.LOOKED_UP,
            by="person",
        )
        with store.transaction(Person(subject)) as tx:
            events.append(tx, one)
        made.append(one)
    return made


def superuser(database: Database) -> psycopg.Connection[tuple[object, ...]]:
    url = database.superuser_url.replace("postgresql+psycopg:", "postgresql:")
    return psycopg.connect(url, autocommit=True)
