"""Every record that any test of the run makes is looked at when its database goes (SEC-1, SEC-3).

Whatever a test was about: each grant's record must come out of its row again with the hash that was
written, have all fields and only known terms, and so must what was on the screen.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import fields, replace
from functools import cache
from typing import Any

import jsonschema_rs
import psycopg
from psycopg.rows import dict_row

from consent import notices
from consent.lifecycle import State
from consent.notices import Notices
from consent.purposes import Purpose
from consent.record import record, record_hash, what_was_shown
from consent.register import FOLDER
from consent.store.grants import Grant
from consent.vocabulary import missing, unknown

ON_PURPOSE = (
    "test_log_tamper.py",
    "test_migrations.py",
    "test_rows_with_other_words_than_last_time_are_marked_new",
    "test_a_permission_for_one_use_stands_for_the_question_that_uses_it_up",
)
"""Files and tests that write rows by hand which no record matches."""
MOST = 200
"""Rows looked at in one database: a test of scale makes millions of the same kind."""
_NAMES = [field.name for field in fields(Grant)]


@cache
def _published() -> Notices:
    return notices.load()


@cache
def _schema() -> Any:
    text = (FOLDER / "receipts/record-2.schema.json").read_text(encoding="utf-8")
    return jsonschema_rs.validator_for(json.loads(text))


def excused(test: str) -> bool:
    """`test` is the node id of a test, or of a file for a database that it shares."""
    return any(name in test for name in ON_PURPOSE)


def faults(superuser_url: str) -> list[str]:
    """What is wrong with the records of this database, one line each."""
    url = superuser_url.replace("postgresql+psycopg:", "postgresql:")
    with psycopg.connect(url, row_factory=dict_row) as connection:
        return [fault for grant in _versions(connection) for fault in of(grant)]


def of(grant: Grant) -> Iterator[str]:
    """What is wrong with one record."""
    name = f"{grant.grant_id} {grant.department} {grant.purpose} {grant.version}"
    notice = _published().find(grant.notice, grant.language)
    body = record(grant, notice, origin="")
    if record_hash(body) != grant.record_hash:
        yield f"{name}: its record comes out with another hash"
    if what_was_shown(grant, notice).sha256 != grant.presented_sha256:
        yield f"{name}: what was shown comes out with another hash"
    yield from (f"{name}: {fault}" for fault in _schema().iter_errors(body))
    yield from (f"{name}: unknown {term}" for term in sorted(unknown(body)))
    yield from (f"{name}: no {field}" for field in missing(body))


def _versions(connection: psycopg.Connection[dict[str, Any]]) -> Iterator[Grant]:
    """Rows that a test has multiplied for their number alone have ids that are not of ours."""
    listed = ", ".join(_NAMES)
    query = f"select {listed} from consent_grant where grant_id like 'g\\_%' limit {MOST}"
    grants = {row["grant_id"]: _grant(row) for row in connection.execute(query.encode())}
    yield from grants.values()
    for row in connection.execute("select * from consent_version limit 200"):
        if row["grant_id"] in grants:
            values = {name: value for name, value in row.items() if name in _NAMES}
            yield replace(grants[row["grant_id"]], **values)


def _grant(row: dict[str, Any]) -> Grant:
    return Grant(**{**row, "state": State(row["state"]), "purpose": Purpose(row["purpose"])})
