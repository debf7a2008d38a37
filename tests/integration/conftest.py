"""What tests of stored things start with: an empty database, its two stores, a clock, a person."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from consent.clock import SetClock
from consent.people import Person
from consent.store import WORKER, Store, open_store
from tests.builders import a_clock, a_person, set_chance
from tests.database import Database


@pytest.fixture
def store(database: Database) -> Iterator[Store]:
    """As the portal opens it."""
    opened = open_store(database.portal_url)
    yield opened
    opened.close()


@pytest.fixture
def worker(database: Database) -> Iterator[Store]:
    opened = open_store(database.worker_url, role=WORKER)
    yield opened
    opened.close()


@pytest.fixture
def clock() -> SetClock:
    return a_clock()


@pytest.fixture
def tamsin(store: Store, clock: SetClock) -> Person:
    return a_person(store, clock, set_chance())
