"""12 states and none, every target, every kind of actor, every role of the database: what is not in
the table is refused by the code and by PostgreSQL, and leaves no trace (SEC-4)."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from contextlib import suppress
from datetime import timedelta
from typing import Any

import psycopg
import pytest

from consent.change import change_in
from consent.errors import NotFound, ServiceError, WrongState
from consent.ids import DepartmentCode, GrantId
from consent.lifecycle import ASKED, ENDED, MAY_ACT, TRANSITIONS, VALID, State, transition
from consent.people import Person, Worker
from consent.revoke import Revoker
from consent.store import HELPDESK, PORTAL, WORKER, grants
from tests.database import Database
from tests.lifecycle_lab import Lab, Made, lab_of

ACTORS = (
    *("person", "assisted", "clock", "system", "portal", "department", "accreditor", "dpo"),
    "nobody",
)
GRANTED = tuple(state for state in State if state not in ASKED)
AS_WHOM = {**MAY_ACT, "superuser": frozenset(ACTORS)}


@pytest.fixture(scope="module")
def lab(shared_database: Database) -> Iterator[Lab]:
    with lab_of(shared_database) as made:
        yield made


@pytest.fixture(scope="module")
def standing(lab: Lab) -> dict[State, Made]:
    """One permission in each of the twelve states, each of another person."""
    return {state: lab.made(state) for state in State}


@pytest.fixture
def nothing_changes(lab: Lab, standing: dict[State, Made]) -> Iterator[None]:
    before = lab.everything()
    yield
    assert lab.everything() == before


def test_the_databases_function_is_the_table_on_all_combinations(lab: Lab) -> None:
    states: list[State | None] = [None, *State]
    cases = [(a, b, by) for a in states for b in State for by in ACTORS]
    found = lab.rows(
        "select consent_step(a, b, c) from unnest(%(a)s::text[], %(b)s::text[], %(c)s::text[])"
        " with ordinality as t(a, b, c, n) order by n",
        a=[case[0] or "" for case in cases],
        b=[case[1].value for case in cases],
        c=[case[2] for case in cases],
    )
    assert len(found) == 13 * 12 * 9
    assert [row[0] for row in found] == [transition(*case) is not None for case in cases]


def test_the_databases_other_function_says_as_whom_each_process_may_act(lab: Lab) -> None:
    found = lab.rows(
        "select r, array_agg(k) filter (where consent_may_act(r, k)) from"
        " unnest(%(roles)s::text[]) r, unnest(%(kinds)s::text[]) k group by r",
        roles=list(MAY_ACT),
        kinds=list(ACTORS),
    )
    assert {role: frozenset(kinds) for role, kinds in found} == dict(MAY_ACT)


def test_the_one_door_refuses_what_is_not_in_the_table(
    lab: Lab, standing: dict[State, Made], nothing_changes: None
) -> None:
    refused = 0
    for before in GRANTED:
        with lab.worker.transaction(Worker()) as tx:
            grant = grants.by_id(tx, standing[before].grant_id, lock=True)
            assert grant is not None
            for after in State:
                for by in ACTORS:
                    if transition(before, after, by) is None:
                        with pytest.raises(WrongState):
                            change_in(tx, lab.chance, grant, after, by=by, at=lab.clock.now())
                        refused += 1
    of_grants = sum(len(row.by) for row in TRANSITIONS if row.before in GRANTED)
    assert refused == 8 * 12 * 9 - of_grants


VERBS: dict[str, tuple[State, str, Callable[[Lab, Made], object]]] = {
    "refuse": (State.REFUSED, "person", Lab.refuse),
    "defer": (State.DEFERRED, "person", Lab.defer),
    "renew": (State.RENEWED, "person", Lab.renew),
    "suspend": (State.SUSPENDED, "person", Lab.suspend),
    "suspend_by_system": (State.SUSPENDED, "system", Lab.suspend_by_system),
    "resume": (State.GIVEN, "person", Lab.resume),
    "withdraw": (State.WITHDRAWN, "person", Lab.withdraw),
    "phone": (State.WITHDRAWN, "assisted", Lab.phone),
    "use": (State.CONSUMED, "system", Lab.use),
    "revoke": (State.REVOKED, "portal", Lab.revoke),
    "revoke by department": (
        *(State.REVOKED, "department"),
        lambda lab, made: lab.revoke(made, Revoker.DEPARTMENT),
    ),
    "revoke by accreditor": (
        *(State.REVOKED, "accreditor"),
        lambda lab, made: lab.revoke(made, Revoker.ACCREDITOR),
    ),
    "invalidate": (State.INVALIDATED, "dpo", Lab.invalidate),
    "expire": (State.EXPIRED, "clock", lambda lab, _: lab.expire()),
    "lapse": (State.LAPSED, "clock", lambda lab, _: lab.lapse()),
    "give": (State.GIVEN, "person", Lab.give),
    "give_assisted": (State.GIVEN, "assisted", Lab.give_assisted),
}
"""What each verb enters and as whom. Giving again where it is given, or for what has ended, is
another matter: a second permission, which is tested elsewhere."""


@pytest.mark.parametrize("name", VERBS)
def test_no_verb_does_anything_from_a_state_that_is_not_its_own(
    lab: Lab, standing: dict[State, Made], nothing_changes: None, name: str
) -> None:
    after, by, verb = VERBS[name]
    for before, made in standing.items():
        if transition(before, after, by) is not None or (name == "use" and before in VALID):
            continue
        if after is State.GIVEN and name != "resume" and before in (*GRANTED, State.LAPSED):
            if before in GRANTED:
                verb(lab, made)  # the same form again is the same receipt
            continue
        with suppress(ServiceError):
            verb(lab, made)


def test_another_person_does_nothing_at_all_to_any_of_them(
    lab: Lab, standing: dict[State, Made], nothing_changes: None
) -> None:
    stranger = Person(lab.person().subject)
    for made in standing.values():
        for verb in (lab.renew, lab.suspend, lab.resume, lab.withdraw):
            with pytest.raises(NotFound):
                verb(made, actor=stranger)
        for quiet in (lab.refuse, lab.defer, lab.use):
            assert quiet(made, actor=stranger) == []


# ---- the database by itself ----


def _connection(database: Database, role: str) -> psycopg.Connection[tuple[Any, ...]]:
    url = {
        PORTAL: database.portal_url,
        WORKER: database.worker_url,
        HELPDESK: database.helpdesk_url,
        "superuser": database.superuser_url,
    }[role]
    return psycopg.connect(url.replace("+psycopg", ""), autocommit=False)


TRY = """
create function try_step(id text, before text, after text, by_kind text, at_ timestamptz)
returns boolean language plpgsql as $$
declare
    who uuid; undone boolean := false; done int;
    over timestamptz := case when after in ('refused', 'lapsed', 'withdrawn', 'expired', 'consumed',
                                            'revoked', 'invalidated') then at_ end;
    asked constant text[] := '{requested,deferred,refused,lapsed}';
    kind text := case when before = 'suspended' and after = 'given' then 'resumed' else after end;
begin
    who := nullif(split_part(id, ' ', 2), '')::uuid;
    id := split_part(id, ' ', 1);
    perform set_config('svd.subject', who::text, true);
    if after = 'renewed' then
        insert into consent_version select grant_id, version, subject_id, receipt, notice,
            notice_sha256, presented_sha256, post_hash, language, requested_at, given_at,
            expires_at, channel, assisted_by, idp, signed_in_at, vot, ial, nonce_commitment,
            id_token_sha256, salt,
            record_hash, prev_record_hash from consent_grant where grant_id = id;
        update consent_grant set state = after, changed_by = by_kind, changed_at = at_,
            ended_at = null, ended_by = null, version = version + 1,
            prev_record_hash = record_hash, record_hash = repeat('1', 64) where grant_id = id;
    elsif before = any(asked) then
        update consent_request set state = after, changed_by = by_kind, changed_at = at_,
            decided_at = over where grant_id = id;
    else
        update consent_grant set state = after, changed_by = by_kind, changed_at = at_,
            ended_at = over, ended_by = case when over is not null then by_kind end
            where grant_id = id;
    end if;
    get diagnostics done = row_count;
    insert into consent_event (event_id, at, subject_id, grant_id, department, purpose, kind,
        by_kind, salt, leaf_hash, digest) values (gen_random_uuid(), at_, who, id, 'dwp',
        'view_debts', kind, by_kind, repeat('a', 22), repeat('0', 64), repeat('1', 64));
    set constraints all immediate;
    raise exception 'undo' using errcode = 'UNDID';
exception
    when sqlstate 'UNDID' then return done = 1;
    when integrity_constraint_violation or insufficient_privilege then return false;
end $$;
create function try_start(id text, after text, by_kind text, at_ timestamptz)
returns boolean language plpgsql as $$
declare
    who uuid := split_part(id, ' ', 2)::uuid;
    z constant text := repeat('0', 64);
    over timestamptz := case when after in ('refused', 'lapsed', 'withdrawn', 'expired', 'consumed',
                                            'revoked', 'invalidated') then at_ end;
begin
    id := split_part(id, ' ', 1);
    perform set_config('svd.subject', who::text, true);
    if after = any('{requested,deferred,refused,lapsed}'::text[]) then
        insert into consent_request (grant_id, subject_id, department, purpose, state, notice,
            notice_sha256, language, channel, post_hash, requested_at, decide_by, decided_at,
            changed_by, changed_at) values (id, who, 'dwp', 'view_debts', after, 'view_debts/2', z,
            'en', 'web', z, at_, at_, over, by_kind, at_);
    else
        insert into consent_grant (grant_id, lineage_id, version, subject_id, department, purpose,
            state, receipt, notice, notice_sha256, presented_sha256, post_hash, language,
            lawful_basis, requested_at, given_at, expires_at, ended_at, one_time, pairwise_id,
            channel, idp, signed_in_at, vot, ial, salt, record_hash, changed_by, changed_at)
            values (id, gen_random_uuid(), 1, who, 'dwp', 'view_debts', after, 'PM22 2222 2222',
            'view_debts/2', z, z, z, 'en', 'x', at_, at_, at_, over, false, repeat('p', 24), 'web',
            'one_login', at_, 'Cl.Cm', 'P2', repeat('s', 22), z, by_kind, at_);
    end if;
    insert into consent_event (event_id, at, subject_id, grant_id, department, purpose, kind,
        by_kind, salt, leaf_hash, digest) values (gen_random_uuid(), at_, who, id, 'dwp',
        'view_debts', after, by_kind, repeat('a', 22), z, z);
    set constraints all immediate;
    raise exception 'undo' using errcode = 'UNDID';
exception
    when sqlstate 'UNDID' then return true;
    when integrity_constraint_violation or insufficient_privilege then return false;
end $$
"""
"""Take one step in SQL with all that belongs to it, check as a commit would, undo it; whether it
would have stood. Any other error than a refusal is an error of this test."""


@pytest.fixture(scope="module")
def tries(lab: Lab) -> None:
    lab.behind.execute(TRY.encode())


def _stood(
    lab: Lab, role: str, cases: Sequence[tuple[Made, State | None, State, str]], query: str
) -> set[tuple[State | None, State, str]]:
    columns = {
        "id": [f"{made.grant_id} {made.actor.subject}" for made, *_ in cases],
        "before": [before for _, before, _, _ in cases],
        "after": [after for _, _, after, _ in cases],
        "by": [by for *_, by in cases],
        "at": lab.clock.now(),
    }
    receipts = {made.receipt for made, *_ in cases if made.receipt}
    found: set[tuple[State | None, State, str]] = set()
    with _connection(lab.database, role) as connection:
        for receipt in receipts if role == HELPDESK else {""}:
            connection.execute("select set_config('svd.receipt', %s, true)", (receipt,))
            rows = connection.execute(query.encode(), columns).fetchall()
            found |= {case[1:] for case, row in zip(cases, rows, strict=True) if row[0]}
        connection.rollback()
    return found


@pytest.mark.parametrize("role", AS_WHOM)
def test_the_database_refuses_what_the_code_refuses_whoever_asks(
    lab: Lab, standing: dict[State, Made], tries: None, nothing_changes: None, role: str
) -> None:
    """Each state to each state as each actor, in plain SQL, with the event and the version row that
    the step needs: it stands if the table has it and the process may act so, and never else."""
    cases = [
        (made, before, after, by)
        for before, made in standing.items()
        for after in State
        for by in ACTORS
    ]
    stood = _stood(
        lab,
        role,
        cases,
        "select try_step(id, before, after, by_kind, %(at)s) from unnest(%(id)s::text[],"
        " %(before)s::text[], %(after)s::text[], %(by)s::text[])"
        " with ordinality as t(id, before, after, by_kind, n) order by n",
    )
    assert len(cases) == 12 * 12 * 9
    assert stood == {
        (row.before, row.after, by)
        for row in TRANSITIONS
        for by in row.by & AS_WHOM[role]
        # T2 moves the row to another table; it is tried below.
        if row.before is not None and (row.before, row.after) != (State.REQUESTED, State.GIVEN)
        if role != HELPDESK or row.before in GRANTED
    }
    if role in (WORKER, HELPDESK):
        assert not {after for _, after, _ in stood} & VALID


@pytest.mark.parametrize("role", [PORTAL, WORKER, HELPDESK])
def test_nothing_begins_in_any_state_but_its_first(
    lab: Lab, standing: dict[State, Made], tries: None, nothing_changes: None, role: str
) -> None:
    """Rows made from nothing, and grants made from what was asked: T1, T2, T2a, by the portal."""
    new = Made(standing[State.GIVEN].actor, "", GrantId("g_" + "n" * 22), DepartmentCode("dwp"))
    cases = [
        (standing[before] if before else new, before, after, by)
        for before in (None, *State)
        for after in State
        for by in ACTORS
    ]
    stood = _stood(
        lab,
        role,
        cases,
        "select try_start(id, after, by_kind, %(at)s) from unnest(%(id)s::text[],"
        " %(before)s::text[], %(after)s::text[], %(by)s::text[])"
        " with ordinality as t(id, before, after, by_kind, n) order by n",
    )
    first = {
        (row.before, row.after, by)
        for row in TRANSITIONS
        for by in row.by
        if row.id in ("T1", "T2", "T2a")
    }
    assert stood == (first if role == PORTAL else set())


EVENT = (
    "insert into consent_event (event_id, at, subject_id, grant_id, department, purpose, kind,"
    " by_kind, salt, leaf_hash) values (gen_random_uuid(), %(at)s, %(subject)s, %(id)s,"
    " 'dwp', 'view_debts', %(kind)s, %(by)s, repeat('a', 22), repeat('0', 64))"
)


def test_a_step_without_its_event_is_refused_at_commit(
    lab: Lab, standing: dict[State, Made], nothing_changes: None
) -> None:
    """Also one whose event names another actor or another time."""
    made, at = standing[State.GIVEN], lab.clock.now()
    values = {
        "id": made.grant_id,
        "subject": made.actor.subject,
        "by": "person",
        "at": at,
        "kind": "withdrawn",
    }
    wrong: tuple[dict[str, Any] | None, ...] = (
        None,
        {"kind": "expired"},
        {"by": "clock"},
        {"at": at + timedelta(seconds=1)},
    )
    for event in wrong:
        connection = _connection(lab.database, PORTAL)
        connection.execute("select set_config('svd.subject', %s, true)", (str(made.actor.subject),))
        connection.execute(
            "update consent_grant set state = 'withdrawn', ended_at = %(at)s,"
            " ended_by = 'person', changed_by = 'person', changed_at = %(at)s"
            " where grant_id = %(id)s",
            values,
        )
        if event is not None:
            connection.execute(EVENT, values | event)
        with pytest.raises(psycopg.errors.CheckViolation, match="without its event"):
            connection.commit()
        connection.close()


@pytest.mark.parametrize("state", State)
def test_rows_vanish_only_when_they_are_over(
    lab: Lab, standing: dict[State, Made], state: State
) -> None:
    """The worker drops what has ended; what is open goes by no one's hand."""
    made = standing[state]
    table = "consent_request" if state in ASKED else "consent_grant"
    with _connection(lab.database, WORKER) as connection:
        delete = f"delete from {table} where grant_id = %s"
        if state in ENDED:
            assert connection.execute(delete, (made.grant_id,)).rowcount == 1
        else:
            with pytest.raises(psycopg.errors.CheckViolation, match="does not vanish"):
                connection.execute(delete, (made.grant_id,))
        connection.rollback()
