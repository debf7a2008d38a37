"""A look at somebody's permissions costs the same however much of theirs has ended, also once the
database has planned the question for everybody at once (a prepared statement without values)."""

from __future__ import annotations

from collections.abc import Callable, Iterator

import pytest
from sqlalchemy import text

from consent.clock import SystemClock
from consent.ids import SubjectId
from consent.people import Person
from consent.purposes import Purpose
from consent.store import Store, Tx, grants, open_store
from tests.bench.loader import LONG, forget, some_grants
from tests.database import Database

NOW = SystemClock().now()
WHO = SubjectId(LONG)
LIVE, ENDED = 5, 600
LOOKS: dict[str, Callable[[Tx], object]] = {
    "a pull": lambda tx: grants.live_of(tx, WHO, NOW, to_use=Purpose.VIEW_DEBTS),
    "what is live": lambda tx: grants.live_of(tx, WHO, NOW),
    "what has not ended": lambda tx: grants.open_of(tx, WHO, NOW),
    "what is to be stopped": lambda tx: grants.open_ids_of(tx, WHO),
}
READ = text(
    "select coalesce(sum(idx_tup_fetch + seq_tup_read), 0) from pg_stat_xact_user_tables"
    " where relname = 'consent_grant'"
)


@pytest.fixture(scope="module")
def store(shared_database: Database) -> Iterator[Store]:
    """A thousand people with a few permissions each, and one with hundreds that have ended."""
    some_grants(shared_database.superuser_url, people=1000, past=ENDED)
    opened = open_store(shared_database.portal_url)
    yield opened
    opened.close()
    forget(shared_database.superuser_url)  # their records are made up, which others look for


@pytest.mark.parametrize("look", LOOKS)
def test_what_has_ended_is_not_read(store: Store, look: str) -> None:
    with store.transaction(Person(WHO)) as tx:
        tx.connection.execute(text("set local plan_cache_mode = force_generic_plan"))
        assert LOOKS[look](tx)
        assert tx.connection.execute(READ).scalar_one() <= 4 * LIVE
