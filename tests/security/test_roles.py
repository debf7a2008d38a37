"""What each process may do in the database, and what it cannot see (SEC-64, SEC-65, SEC-66, F7)."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import psycopg
import pytest

import plan.records  # noqa: F401 - its tables join the same metadata
from app.local.postgres import OWNER, USERS
from consent.errors import NotFound
from consent.people import Anyone
from consent.records import metadata
from consent.store import AUDITOR, DEPARTMENT, HELPDESK, PORTAL, SIGNER, WORKER, open_store
from consent.withdraw import withdraw
from tests.database import Database
from tests.lifecycle_lab import Lab, lab_of
from tests.security import roles

OF_NOBODY = {"alembic_version", "worker_slot", "closure", "answer_time", "debt_wording"}
"""Tables without a word about a person."""
FOR_ALL = {
    *("log_node", "log_checkpoint", "log_cosignature", "used_proof", "department_book"),
} | OF_NOBODY
"""Tables whose rows are nobody's: hashes, and numbers of departments' proofs."""
SEES_ALL = {
    WORKER: {
        *("session", "person", "contact", "consent_request", "consent_grant", "consent_version"),
        *("consent_event", "disposal", "sign_in_evidence", "hold_request", "outbox", "plan"),
        *("plan_share", "instalment", "plan_event", "plan_version", "plan_break", "message"),
    },
    AUDITOR: {
        *("consent_request", "consent_grant", "consent_version", "consent_event", "disposal"),
    },
}
"""Who works for everybody, and sees rows of all. All others need to say for whom they are there."""


@pytest.fixture(scope="module")
def lab(shared_database: Database) -> Iterator[Lab]:
    with lab_of(shared_database) as made:
        yield made


def url_of(database: Database, role: str) -> str:
    return database.cluster.url(role, database.name).replace("+psycopg", "")


def test_roles_and_their_rights_are_the_list_that_was_reviewed_sec_65(lab: Lab) -> None:
    assert roles.FILE.read_text(encoding="utf-8") == roles.matrix(lab.behind), (
        "run: python -m tests.security.roles, and have the difference reviewed"
    )


def test_every_table_is_closed_by_row_level_security_also_for_its_owner_sec_64(lab: Lab) -> None:
    tables = lab.rows(
        "select relname, relrowsecurity, relforcerowsecurity from pg_class c"
        " join pg_namespace n on n.oid = c.relnamespace"
        " where nspname = 'public' and relkind in ('r', 'p')"
    )
    assert {name for name, *_ in tables} - {"alembic_version"} == set(metadata.tables)
    open_ones = {name for name, on, forced in tables if not (on and forced)}
    assert open_ones <= OF_NOBODY


def test_no_role_is_above_the_policies_or_owns_anything(lab: Lab) -> None:
    found = lab.rows(
        "select rolname from pg_roles where rolname = any(%(names)s) and (rolsuper or rolbypassrls"
        " or rolcreaterole or rolcreatedb or rolreplication)",
        names=list(USERS),
    )
    assert found == []
    owned = lab.rows(
        "select relname from pg_class where pg_get_userbyid(relowner) = any(%(names)s) union all"
        " select proname from pg_proc where pg_get_userbyid(proowner) = any(%(names)s)",
        names=list(USERS),
    )
    assert owned == []
    members = lab.rows(
        "select m.rolname from pg_auth_members a join pg_roles m on m.oid = a.member"
        " where m.rolname = any(%(names)s)",
        names=list(USERS),
    )
    assert members == []
    assert (
        lab.rows(
            "select proname from pg_proc where prosecdef and pronamespace = 'public'::regnamespace"
        )
        == []
    )


def test_every_policy_survives_a_setting_that_was_set_and_is_gone_f7(lab: Lab) -> None:
    """After the first transaction a setting reads as an empty text and not as nothing."""
    policies = lab.rows(
        "select tablename || '.' || policyname, coalesce(qual, '') || coalesce(with_check, '')"
        " from pg_policies where schemaname = 'public'"
    )
    for name, words in policies:
        assert words.count("current_setting(") == words.count("NULLIF(current_setting("), name


@pytest.mark.parametrize("role", USERS)
def test_without_an_actor_there_is_no_row_sec_64(lab: Lab, role: str) -> None:
    """Whatever a role may read at all, it reads 0 rows of people before it says for whom."""
    lab.made_of_all()
    with psycopg.connect(url_of(lab.database, role), autocommit=True) as connection:
        for table in sorted(set(metadata.tables) - FOR_ALL - SEES_ALL.get(role, set())):
            try:
                found = connection.execute(f"select count(*) from {table}").fetchone()
            except psycopg.errors.InsufficientPrivilege:
                continue
            assert found == (0,), f"{role} reads {table}"


def test_nobody_who_used_a_pooled_connection_before_is_still_there(lab: Lab) -> None:
    store = open_store(lab.database.portal_url, pool_size=1)
    made = lab.given()
    try:
        for _ in range(3):
            with store.transaction(made.actor) as tx:
                mine = tx.connection.exec_driver_sql("select count(*) from consent_grant").scalar()
                backend = tx.connection.exec_driver_sql("select pg_backend_pid()").scalar()
            with store.transaction(Anyone()) as tx:
                others = tx.connection.exec_driver_sql("select count(*) from consent_grant")
                assert (others.scalar(), mine) == (0, 1)
                assert tx.connection.exec_driver_sql("select pg_backend_pid()").scalar() == backend
    finally:
        store.close()


# ---- one person and another (SEC-66, F7) ----

WRITES = {
    "consent_event": (
        "insert into consent_event (event_id, at, subject_id, grant_id, department, purpose, kind,"
        " by_kind, salt, leaf_hash) values (gen_random_uuid(), now(), %(them)s, %(id)s, 'dwp',"
        " 'view_debts', 'asked', 'person', repeat('a', 22), repeat('0', 64))"
    ),
    "consent_request": (
        "insert into consent_request select 'g_' || repeat('x', 22), %(them)s, department, purpose,"
        " 'requested', notice, notice_sha256, language, channel, repeat('e', 64), requested_at,"
        " expires_at, null, 'system', now() from consent_grant"
    ),
    "disposal": (
        "insert into disposal values (gen_random_uuid(), %(id)s, %(them)s, 'dwp', now(),"
        " repeat('0', 64), now(), null, null)"
    ),
    "sign_in_evidence": (
        "insert into sign_in_evidence values (gen_random_uuid(), %(them)s, 'PM22 2222 2222',"
        " repeat('0', 64), 'x', now())"
    ),
    "session": (
        "insert into session values (repeat('f', 64), %(them)s, 'citizen', now(), now(), now(),"
        " now())"
    ),
    "contact": "insert into contact values (%(them)s, 'none', '', 'en', now())",
    "person": "insert into person values (%(them)s, repeat('0', 64), 1, now(), null, '')",
    "hold_request": (
        "insert into hold_request values (gen_random_uuid(), %(them)s, 'dwp', %(id)s, 't',"
        " repeat('0', 64), 'paid', 'sent', 'PM22 2222 2222', now(), now())"
    ),
    "a grant taken over": (
        "update consent_grant set uses = uses + 1 where grant_id = %(theirs)s returning 1"
    ),
}


@pytest.mark.parametrize("what", WRITES)
def test_nothing_can_be_written_as_another_person_sec_66(lab: Lab, what: str) -> None:
    """Neither a row for them nor a change of theirs; and the refusal is the same whether the other
    person exists or not."""
    mine, theirs = lab.given(), lab.given()
    before = lab.everything()
    said = set()
    for them in (theirs.actor.subject, "00000000-0000-4000-8000-000000000000"):
        with psycopg.connect(url_of(lab.database, PORTAL)) as connection:
            connection.execute(
                "select set_config('svd.subject', %s, true)", (str(mine.actor.subject),)
            )
            values: dict[str, Any] = {
                "them": them,
                "id": mine.grant_id,
                "theirs": theirs.grant_id,
            }
            try:
                done = connection.execute(WRITES[what].encode(), values).rowcount
                said.add(f"{done} rows")
            except psycopg.Error as refused:
                said.add(str(refused.sqlstate))
            connection.rollback()
    assert said in ({"42501"}, {"0 rows"}), said
    assert lab.everything() == before


def test_another_persons_id_and_no_ones_look_the_same(lab: Lab) -> None:
    mine, theirs = lab.given(), lab.given()
    said = []
    for grant_id in (theirs.grant_id, "g_" + "x" * 22):
        with pytest.raises(NotFound) as refused:
            withdraw(lab.portal, lab.clock, lab.chance, actor=mine.actor, grant_id=grant_id)  # type: ignore[arg-type]
        said.append(str(refused.value))
    assert said[0] == said[1]


def test_unique_rules_tell_nothing_of_others(lab: Lab) -> None:
    """Each unique rule of a person's table has the person or a random id in it (F7)."""
    rules = lab.rows(
        "select c.relname, array_agg(a.attname::text order by a.attnum) from pg_index i"
        " join pg_class c on c.oid = i.indrelid join pg_namespace n on n.oid = c.relnamespace"
        " join pg_attribute a on a.attrelid = c.oid and a.attnum = any(i.indkey)"
        " where n.nspname = 'public' and i.indisunique group by c.relname, i.indexrelid"
    )
    random = {
        *("subject_id", "grant_id", "event_id", "interaction_id", "evidence_id", "session_hash"),
        *("person_key", "hold_id", "plan_id", "share_id", "break_id", "message_id", "about"),
        *("payment_id", "agreement_id", "allocation_id", "refund_id", "remittance_id"),
        *("answer_id", "entry_id", "identity", "provider_id", "reference", "undoes"),
        *("statement_id", "staff_id", "account_key", "check_id", "word_id"),
    }
    ordered = {
        "sequence",
        "first_sequence",
        "value_date",
        "position",
        "leaf_index",
        "outbox_id",
        "version_num",
    }  # given by the database
    for table, columns in rules:
        if table == "staff_account" and set(columns) == {"department", "email"}:
            continue  # a department's role adds rows of its own department only
        if table not in FOR_ALL:
            assert set(columns) & (random | ordered), (table, columns)


@pytest.mark.parametrize(
    ("role", "setting", "value"),
    [
        (SIGNER, "svd.grant", "grant_id"),
        (DEPARTMENT, "svd.department", "department"),
        (HELPDESK, "svd.receipt", "receipt"),
    ],
)
def test_each_process_sees_the_rows_that_it_names_and_no_others(
    lab: Lab, role: str, setting: str, value: str
) -> None:
    lab.made_of_all()
    wanted = lab.rows(f"select {value} from consent_grant order by given_at desc limit 1")[0][0]
    expected = lab.rows(f"select count(*) from consent_grant where {value} = %(it)s", it=wanted)
    with psycopg.connect(url_of(lab.database, role)) as connection:
        connection.execute("select set_config(%s, %s, true)", (setting, wanted))
        found = connection.execute("select count(grant_id) from consent_grant").fetchall()
    assert found == expected
    assert expected[0][0] >= 1


def test_the_owner_has_no_way_round_and_the_processes_cannot_become_it(lab: Lab) -> None:
    for role in USERS:
        with psycopg.connect(url_of(lab.database, role)) as connection:
            for other in {OWNER, PORTAL, WORKER} - {role}:
                with pytest.raises(psycopg.errors.InsufficientPrivilege):
                    connection.execute(f"set role {other}".encode())
                connection.rollback()
            with pytest.raises(psycopg.errors.InsufficientPrivilege):
                connection.execute("set session_replication_role = replica")
