"""A database with ten million permissions, made in SQL: people, permissions, events and the tree.

`python -m tests.bench.loader --count 10000000` makes a database
`svd_10000000` in a PostgreSQL of its own in that folder (fsync off) and prints times and sizes.
Triggers rest while it loads and indexes are built afterwards, by their own definitions. Events are
real leaves: their hashes are those of `consent.events`, and the tree above them is the one that the
sequencer would have made. Record hashes are made up: a record cannot be rebuilt in SQL.
"""

from __future__ import annotations

import argparse
import json
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Final
from uuid import UUID

import psycopg
from psycopg import sql
from sqlalchemy.engine import make_url

from app.local.migrate import upgrade
from app.local.postgres import OWNER, SUPERUSER, USERS, Cluster, start

TABLES: Final = ("consent_grant", "consent_version", "consent_request", "consent_event", "log_node")
A_PERSON: Final = 3.5
"""Permissions of one person on average: 1 to 6."""
PAST: Final = 10_000
LONG, SHORT, PAGE = UUID(int=0xA), UUID(int=0xB), UUID(int=0xC)
"""Three people with five live permissions each. One has 10,000 past ones besides, one has one, and
one as many as a page shows (40)."""
LIVE_OF_THE_THREE: Final = 5
DEPARTMENTS: Final = ("council", "dwp", "dvla", "hmcts", "hmrc", "nhsbsa", "slc", "cms", "lps")

_ID: Final = "translate(left(encode(decode({0}, 'hex'), 'base64'), 22), '+/', '-_')"
_FACTS: Final = f"""
    select p, k, h, n, subject, department, purpose, state, given_at,
           case when purpose = 'run_plan' then given_at + interval '30 years'
                else given_at + interval '365 days' end as expires_at,
           case state when 'expired' then given_at + interval '365 days'
                      when 'given' then null when 'renewed' then null when 'suspended' then null
                      else given_at + (1 + n %% 300) * interval '1 day' end as ended_at,
           'g_' || {_ID.format("h")} as grant_id, {_ID.format("reverse(h)")} as salt
    from (
        select *, case when state in ('given', 'renewed', 'suspended')
                       then now() - (1 + n %% 300) * interval '1 day'
                       else now() - (400 + n %% 1400) * interval '1 day' end
                  - (n %% 86400) * interval '1 second' as given_at,
               case when state = 'consumed' then 'hold_or_query'
                    when n %% 5 = 0 and state <> 'expired' then 'run_plan'
                    else 'view_debts' end as purpose
        from (
            select *, case when bucket < 55 then 'given' when bucket < 60 then 'renewed'
                           when bucket < 62 then 'suspended' when bucket < 77 then 'withdrawn'
                           when bucket < 95 then 'expired' when bucket < 98 then 'consumed'
                           when bucket < 99 then 'revoked' else 'invalidated' end as state
            from ({{source}}) as source
        ) as stated
    ) as dated
"""
_MANY: Final = """
    select p, k, h, n, subject, n %% 100 as bucket,
           (array['council','dwp','dvla','hmcts','hmrc','nhsbsa'])[1 + (p + k) %% 6] as department
    from (
        select p, k, md5(p || '.' || k) as h, md5('person ' || p)::uuid as subject,
               hashint8(p * 8 + k) & 2147483647 as n
        from generate_series(1, %(people)s::bigint) as p,
             generate_series(1, 1 + (hashint8(p) & 2147483647) %% 6) as k
    ) as counted
"""
_THREE: Final = """
    select p, k, md5('few ' || p || '.' || k) as h, k as n,
           lpad(to_hex(p), 32, '0')::uuid as subject,
           case when k <= 5 then 0 when k %% 2 = 0 then 70 else 90 end as bucket,
           (array['council','dwp','dvla','hmcts','hmrc'])[1 + k %% 5] as department
    from (values (10::bigint, %(past)s::int), (11::bigint, 1), (12::bigint, 40)) as few (p, past),
         generate_series(1, 5 + past) as k
"""
_GRANTS: Final = """
    insert into consent_grant (grant_id, lineage_id, version, subject_id, department, purpose,
        state, receipt, notice, notice_sha256, presented_sha256, post_hash, language, lawful_basis,
        requested_at, given_at, expires_at, ended_at, ended_by, told_at, one_time, uses,
        last_used_at, pairwise_id, subject_handle, channel, idp, signed_in_at, vot, ial, salt,
        record_hash, prev_record_hash, changed_by, changed_at)
    select grant_id, h::uuid, case state when 'renewed' then 2 else 1 end, subject, department,
        purpose, state, upper('PM' || substr(h, 1, 2) || ' ' || substr(h, 3, 4) || ' '
                              || substr(h, 7, 4)),
        purpose || '/2', md5(purpose) || md5(purpose), md5(department || purpose) || h,
        reverse(h) || h, case when n %% 20 = 0 then 'cy' else 'en' end,
        'dpv:ExplicitlyExpressedConsent', given_at - interval '40 seconds', given_at, expires_at,
        ended_at, case when ended_at is null then null when state = 'expired' then 'clock'
                       when state = 'consumed' then 'system' when state = 'revoked' then 'portal'
                       when state = 'invalidated' then 'dpo' else 'person' end,
        ended_at + interval '1 second', state = 'consumed', n %% 9,
        case when n %% 9 = 0 then null else given_at + interval '1 hour' end,
        translate(left(encode(sha256((subject || department)::bytea), 'base64'), 24), '+/', '-_'),
        '', 'web', 'one_login', given_at - interval '2 minutes', 'Cl.Cm', 'P2', salt,
        h || md5(h), case state when 'renewed' then reverse(h) || md5(h) end,
        case state when 'expired' then 'clock' when 'consumed' then 'system'
                   when 'revoked' then 'portal' when 'invalidated' then 'dpo' else 'person' end,
        coalesce(ended_at, given_at)
    from facts
"""
_VERSIONS: Final = """
    insert into consent_version (grant_id, version, subject_id, receipt, notice, notice_sha256,
        presented_sha256, post_hash, language, requested_at, given_at, expires_at, channel, idp,
        signed_in_at, vot, ial, salt, record_hash)
    select grant_id, 1, subject_id, receipt, notice, notice_sha256, presented_sha256,
        reverse(post_hash), language,
        requested_at - interval '300 days', given_at - interval '300 days',
        expires_at - interval '300 days', channel, idp, signed_in_at - interval '300 days', vot,
        ial, salt, prev_record_hash
    from consent_grant where state = 'renewed'
"""
_REQUESTS: Final = """
    insert into consent_request (grant_id, subject_id, department, purpose, state, notice,
        notice_sha256, language, channel, post_hash, requested_at, decide_by, decided_at,
        changed_by, changed_at)
    select 'g_' || {id}, md5('person ' || p)::uuid, 'lps', 'view_debts',
        (array['requested','deferred','refused','lapsed'])[1 + p %% 4], 'view_debts/2',
        md5('view_debts') || md5('view_debts'), 'en', 'web', h || h, at, at + interval '1 day',
        case when p %% 4 < 2 then null else at + interval '1 hour' end, 'person', at
    from (select p, md5('request ' || p) as h, now() - (p %% 1440) * interval '1 minute' as at
          from generate_series(1, %(people)s::bigint, 20) as p) as shown
"""
_EVENTS: Final = """
    insert into consent_event (event_id, position, at, subject_id, grant_id, department, purpose,
        kind, by_kind, outcome, salt, digest, leaf_hash, leaf_index)
    overriding system value
    select event_id, place, at, subject, grant_id, department, purpose, kind, by_kind, '', salt,
        digest, encode(sha256('\\x00'::bytea || decode(translate(salt, '-_', '+/') || '==',
                                                       'base64') || convert_to(
            '{{"at":"' || to_char(at at time zone 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.US')
            || '+00:00","by":"' || by_kind || '","department":"' || department
            || '","digest":' || coalesce('"' || digest || '"', 'null')
            || ',"event_id":"' || event_id || '","grant_id":"' || grant_id
            || '","interaction_id":null,"kind":"' || kind || '","outcome":"","purpose":"'
            || purpose || '","subject":"' || subject || '"}}', 'UTF8')), 'hex'),
        place - 1
    from (
        select row_number() over () as place, md5(step || g.grant_id)::uuid as event_id,
            case step when 1 then g.given_at else g.changed_at end as at,
            g.subject_id as subject, g.grant_id, g.department, g.purpose,
            case when step = 2 then g.state when g.version > 1 then 'renewed' else 'given'
            end as kind,
            case step when 1 then 'person' else g.changed_by end as by_kind, g.salt,
            case step when 1 then g.record_hash end as digest
        from consent_grant g, generate_series(1, 2) as step
        where step = 1 or g.ended_at is not null
    ) as steps
"""
_FIRST_LEVEL: Final = """
    create unlogged table level_0 as
    select leaf_index as position, decode(leaf_hash, 'hex') as hash from consent_event
"""
_NEXT_LEVEL: Final = """
    create unlogged table level_{above} as
    select position / 2 as position, sha256('\\x01'::bytea || hash || other) as hash
    from (select position, hash, lead(hash) over (order by position) as other from level_{below})
        as pairs
    where position %% 2 = 0 and other is not null
"""


@dataclass
class Report:
    """How long each step took (seconds), and how large the result is."""

    seconds: dict[str, float] = field(default_factory=dict)
    rows: dict[str, int] = field(default_factory=dict)
    gigabytes: dict[str, float] = field(default_factory=dict)

    @contextmanager
    def step(self, name: str) -> Iterator[None]:
        began = time.monotonic()
        yield
        took = time.monotonic() - began
        self.seconds[name] = round(self.seconds.get(name, 0) + took, 1)


def connect(cluster: Cluster, database: str) -> psycopg.Connection[tuple[Any, ...]]:
    return _opened(cluster.url(SUPERUSER, database))


def a_cluster(folder: Path, *, durable: bool = False) -> Cluster:
    """The PostgreSQL of this folder, set as a server of 2 cores and much memory would be."""
    settings = {
        "shared_buffers": "2GB",
        "effective_cache_size": "12GB",
        "max_wal_size": "8GB",
        "wal_level": "minimal",
        "max_wal_senders": "0",
        "random_page_cost": "1.1",
        "fsync": "on" if durable else "off",
        "full_page_writes": "on" if durable else "off",
    }
    cluster = start(folder)
    with connect(cluster, "postgres") as connection:
        for name, value in settings.items():
            connection.execute(
                sql.SQL("alter system set {} = {}").format(sql.Identifier(name), sql.Literal(value))
            )
    cluster.stop()
    return start(folder)


def database_of(count: int) -> str:
    return f"svd_{count}"


def make_database(cluster: Cluster, name: str) -> None:
    """An empty, migrated database for our roles; one of that name goes first."""
    whole = sql.Identifier(name)
    with connect(cluster, "postgres") as connection:
        connection.execute(sql.SQL("drop database if exists {} with (force)").format(whole))
        connection.execute(
            sql.SQL("create database {} owner {}").format(whole, sql.Identifier(OWNER))
        )
        connection.execute(
            sql.SQL("grant connect on database {} to {}").format(
                whole, sql.SQL(", ").join(map(sql.Identifier, USERS))
            )
        )
    upgrade(cluster.url(OWNER, name))


def load(cluster: Cluster, count: int, *, events: bool = True) -> Report:
    """About `count` permissions in a database of their own; `rows` says how many exactly."""
    name, report = database_of(count), Report()
    with report.step("schema"):
        make_database(cluster, name)
    told = {"people": max(1, round(count / A_PERSON)), "past": PAST}
    with connect(cluster, name) as connection:
        connection.execute("set session_replication_role = replica")
        connection.execute("set maintenance_work_mem = '1GB'; set work_mem = '256MB'")
        with report.step("indexes dropped"):
            again = _drop_indexes(connection)
        with report.step("grants"):
            _grants(connection, told)
        with report.step("versions and requests"):
            _run(connection, _VERSIONS, told)
            _run(connection, _REQUESTS.format(id=_ID.format("h")), told)
        if events:
            with report.step("events"):
                _run(connection, _EVENTS.format(), told)
                connection.execute(
                    "select setval(pg_get_serial_sequence('consent_event', 'position'),"
                    " (select count(*) + 1 from consent_event))"
                )
            with report.step("tree"):
                _tree(connection)
        for table, statements in again.items():
            with report.step(f"indexes of {table}"):
                for statement in statements:
                    connection.execute(statement)
        with report.step("analyze"):
            connection.execute("vacuum (analyze, freeze)")
        connection.execute("checkpoint")
        _measure(connection, report)
    return report


def some_grants(url: str, *, people: int, past: int) -> None:
    """Permissions in a small database, for a test: of so many people and of the three."""
    with _opened(url) as connection:
        connection.execute("set session_replication_role = replica")
        _grants(connection, {"people": people, "past": past})
        connection.execute("vacuum (analyze) consent_grant")


def forget(url: str) -> None:
    with _opened(url) as connection:
        connection.execute("truncate consent_grant")


def _opened(url: str) -> psycopg.Connection[tuple[Any, ...]]:
    plain = make_url(url).set(drivername="postgresql").render_as_string(hide_password=False)
    return psycopg.connect(plain, autocommit=True)


def _grants(connection: psycopg.Connection[Any], told: dict[str, int]) -> None:
    for source in (_MANY, _THREE):
        _run(connection, f"with facts as ({_FACTS.format(source=source)}) {_GRANTS}", told)


def _run(connection: psycopg.Connection[Any], statement: str, told: dict[str, int]) -> None:
    """With the values written in: a server-side statement could not be planned for them."""
    cursor = psycopg.ClientCursor(connection)
    cursor.execute(statement, told)


def _drop_indexes(connection: psycopg.Connection[Any]) -> dict[str, list[str]]:
    """Drop what would be kept up row by row; afterwards the same words make it again."""
    again: dict[str, list[str]] = {table: [] for table in TABLES}
    for table in TABLES:
        constraints = connection.execute(
            "select conname, pg_get_constraintdef(oid) from pg_constraint"
            " where conrelid = %s::regclass and contype in ('p', 'u') order by contype",
            (table,),
        ).fetchall()
        for name, definition in constraints:
            again[table].append(f"alter table {table} add constraint {name} {definition}")
            connection.execute(f"alter table {table} drop constraint {name}")
        indexes = connection.execute(
            "select indexname, indexdef from pg_indexes where tablename = %s", (table,)
        ).fetchall()
        for name, definition in indexes:
            again[table].append(definition)
            connection.execute(f"drop index {name}")
    return again


def _tree(connection: psycopg.Connection[Any]) -> None:
    """Complete subtrees only, as the sequencer keeps them."""
    _run(connection, _FIRST_LEVEL, {})
    level = 0
    while True:
        connection.execute(
            f"insert into log_node select {level}, position, encode(hash, 'hex') from level_{level}"
        )
        _run(connection, _NEXT_LEVEL.format(above=level + 1, below=level), {})
        connection.execute(f"drop table level_{level}")
        level += 1
        there = connection.execute(f"select count(*) from level_{level}").fetchone()
        if not there or not there[0]:
            connection.execute(f"drop table level_{level}")
            return


def _measure(connection: psycopg.Connection[Any], report: Report) -> None:
    for table in TABLES:
        row = connection.execute(
            f"select (select count(*) from {table}), pg_table_size('{table}'),"
            f" pg_indexes_size('{table}')"
        ).fetchone()
        assert row
        report.rows[table] = row[0]
        report.gigabytes[table] = round(row[1] / 2**30, 2)
        report.gigabytes[f"{table} indexes"] = round(row[2] / 2**30, 2)


def main() -> None:
    wanted = argparse.ArgumentParser(description=__doc__)
    wanted.add_argument("--folder", type=Path, default=Path("build/bench"))
    wanted.add_argument("--count", type=int, action="append")
    wanted.add_argument("--no-events", action="store_true")
    asked = wanted.parse_args()
    cluster = a_cluster(asked.folder)
    try:
        for count in asked.count or [10_000_000]:
            report = load(cluster, count, events=not asked.no_events)
            print(json.dumps({"count": count, **report.__dict__}, indent=2), flush=True)
    finally:
        cluster.stop()


if __name__ == "__main__":
    main()
