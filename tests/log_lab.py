"""What tests of the log do again and again: write events, look behind row-level security."""

from __future__ import annotations

import json
import secrets
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path

import psycopg
from joserfc.jwk import OKPKey

from consent.events import Event, Kind, new_event
from consent.ids import DepartmentCode, new_grant_id, new_subject_id
from consent.keys import Keys, key_set, load_keys
from consent.log.checkpoint import LogSigner
from consent.people import Person
from consent.store import PORTAL, SIGNER, WORKER, Store, events, open_store
from tests.database import Database
from tests.portal import House

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
    """A signer with a key of its own; the public half stands in `keys` as log.jwks.json."""
    store = open_store(database.signer_url, role=SIGNER)
    yield LogSigner(a_log_key(keys), store=store, origin=ORIGIN)
    store.close()


def a_log_key(folder: Path) -> Keys:
    """A fresh log key; what others check with is published in the folder."""
    key = OKPKey.generate_key("Ed25519", {"use": "sig", "alg": "Ed25519", "kid": "log"})
    made = key_set(key)
    folder.mkdir(exist_ok=True)
    (folder / "log.jwks.json").write_text(json.dumps(made.public()))
    return made


def log_keys(house: House) -> Keys:
    """The key with which the log of this house is signed, wherever its signer keeps it."""
    return load_keys(next(house.folder.rglob("log.jwk.json")))


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
