"""Giving, using and stopping a permission, on a real database."""

from __future__ import annotations

from datetime import timedelta

import pytest
from sqlalchemy import create_engine, text

from consent import notices as notice_files
from consent.clock import SetClock
from consent.errors import NotFound, SignInTooOld, TransactionMisuse
from consent.expire import expire
from consent.lifecycle import State
from consent.people import Anyone, Person
from consent.permits import permits_for, still_live
from consent.purposes import Purpose
from consent.sessions import Sessions
from consent.store import Store, events, grants, open_store
from consent.withdraw import withdraw, withdraw_all
from tests.builders import a_person, a_sign_in, given, set_chance
from tests.database import Database


def ask(store: Store, clock: SetClock, actor: Person) -> list[str]:
    permits = permits_for(
        store,
        clock,
        set_chance("ask"),
        notice_files.load(),
        actor=actor,
        purpose=Purpose.VIEW_DEBTS,
        sign_in=a_sign_in(clock),
    )
    return [permit.department for permit in permits]


def test_a_yes_is_one_record_for_each_department(store: Store, clock: SetClock) -> None:
    actor = a_person(store, clock, set_chance())
    receipt = given(store, clock, set_chance("g"), actor, ["dwp", "hmrc"])
    assert [grant.department for grant in receipt.grants] == ["dwp", "hmrc"]
    assert len({grant.pairwise_id for grant in receipt.grants}) == 2
    assert sorted(ask(store, clock, actor)) == ["dwp", "hmrc"]


def test_the_same_post_twice_gives_the_same_receipt(store: Store, clock: SetClock) -> None:
    actor = a_person(store, clock, set_chance())
    first = given(store, clock, set_chance("one"), actor, post_key="same")
    again = given(store, clock, set_chance("two"), actor, post_key="same")
    assert again == first


def test_a_withdrawn_grant_stops_the_next_pull(store: Store, clock: SetClock) -> None:
    actor = a_person(store, clock, set_chance())
    receipt = given(store, clock, set_chance("g"), actor, ["dwp", "hmrc"])
    grant_id = receipt.grants[0].grant_id
    ended = withdraw(store, clock, set_chance("w"), actor=actor, grant_id=grant_id)
    assert ended.state is State.WITHDRAWN
    assert ask(store, clock, actor) == ["hmrc"]
    assert not still_live(store, clock, actor=actor, grant_id=grant_id)


def test_stop_all_stops_all(store: Store, clock: SetClock) -> None:
    actor = a_person(store, clock, set_chance())
    given(store, clock, set_chance("g"), actor, ["dwp", "hmrc", "slc"])
    assert len(withdraw_all(store, clock, set_chance("w"), actor=actor)) == 3
    assert ask(store, clock, actor) == []


def test_expiry_holds_at_use_without_any_worker_sec_10(store: Store, clock: SetClock) -> None:
    actor = a_person(store, clock, set_chance())
    given(store, clock, set_chance("g"), actor)
    clock.move(timedelta(days=366))
    assert ask(store, clock, actor) == []


def test_the_worker_ends_what_has_run_out(
    store: Store, clock: SetClock, database: Database
) -> None:
    actor = a_person(store, clock, set_chance())
    given(store, clock, set_chance("g"), actor, ["dwp", "hmrc"])
    worker = open_store(database.worker_url, role="svd_worker")
    try:
        assert expire(worker, clock, set_chance("e")) == 0
        clock.move(timedelta(days=366))
        assert expire(worker, clock, set_chance("e")) == 2
        assert expire(worker, clock, set_chance("e")) == 0
    finally:
        worker.close()


def test_an_old_sign_in_cannot_give_sec_31(store: Store, clock: SetClock) -> None:
    actor = a_person(store, clock, set_chance())
    sign_in = a_sign_in(clock)
    clock.move(timedelta(minutes=16))
    from consent.grant import Shown, give
    from tests.builders import ORIGIN, a_yes

    with pytest.raises(SignInTooOld):
        give(
            store,
            clock,
            set_chance(),
            actor=actor,
            yeses=a_yes("dwp"),
            shown=Shown("k", clock.now(), "en"),
            sign_in=sign_in,
            origin=ORIGIN,
        )


def test_another_persons_grant_is_not_there_at_all(store: Store, clock: SetClock) -> None:
    tamsin = a_person(store, clock, set_chance("a"), "tamsin")
    priya = a_person(store, clock, set_chance("b"), "priya")
    grant = given(store, clock, set_chance("g"), tamsin).grants[0]
    with pytest.raises(NotFound):
        withdraw(store, clock, set_chance("w"), actor=priya, grant_id=grant.grant_id)
    with store.transaction(priya) as tx:
        assert grants.all_of(tx, tamsin.subject) == []


def test_without_an_actor_no_personal_row_is_seen_sec_64(store: Store, clock: SetClock) -> None:
    actor = a_person(store, clock, set_chance())
    given(store, clock, set_chance("g"), actor)
    with store.transaction(Anyone()) as tx:
        for table in ("person", "session", "contact", "consent_grant", "consent_event"):
            count = tx.connection.execute(text(f"select count(*) from {table}")).scalar_one()
            assert count == 0, table


def test_events_cannot_be_changed_or_deleted_by_the_portal(store: Store, clock: SetClock) -> None:
    actor = a_person(store, clock, set_chance())
    given(store, clock, set_chance("g"), actor)
    for change in ("update consent_event set outcome = 'x'", "delete from consent_event"):
        with pytest.raises(Exception, match="permission denied"), store.transaction(actor) as tx:
            tx.connection.execute(text(change))


def test_each_use_is_one_line_of_the_history_sec_15(store: Store, clock: SetClock) -> None:
    actor = a_person(store, clock, set_chance())
    given(store, clock, set_chance("g"), actor, ["dwp", "hmrc"])
    ask(store, clock, actor)
    with store.transaction(actor) as tx:
        kinds = [event.kind for event in events.history(tx, actor.subject, limit=25, offset=0)]
    assert sorted(kinds) == ["asked", "asked", "given", "given", "requested", "requested"]


def test_stored_leaves_match_their_events(
    store: Store, clock: SetClock, database: Database
) -> None:
    actor = a_person(store, clock, set_chance())
    given(store, clock, set_chance("g"), actor)
    with store.transaction(actor) as tx:
        said = [e.leaf_hash for e in events.history(tx, actor.subject, limit=25, offset=0)]
    with create_engine(database.superuser_url).connect() as connection:
        kept = connection.execute(text("select leaf_hash from consent_event")).scalars().all()
    assert sorted(kept) == sorted(said)


def test_a_transaction_is_never_nested(store: Store) -> None:
    with (
        pytest.raises(TransactionMisuse),
        store.transaction(Anyone()),
        store.transaction(Anyone()),
    ):
        pass


def test_a_session_lives_thirty_minutes_after_the_last_page(store: Store, clock: SetClock) -> None:
    sessions = Sessions(store, clock, set_chance("s"), pepper=b"p" * 32)
    actor = a_person(store, clock, set_chance())
    token = sessions.open(actor.subject, clock.now())
    clock.move(timedelta(minutes=29))
    assert sessions.find(token) is not None
    clock.move(timedelta(minutes=29))
    assert sessions.find(token) is not None
    clock.move(timedelta(minutes=31))
    assert sessions.find(token) is None


def test_a_session_lives_four_hours_at_most(store: Store, clock: SetClock) -> None:
    sessions = Sessions(store, clock, set_chance("s"), pepper=b"p" * 32)
    token = sessions.open(a_person(store, clock, set_chance()).subject, clock.now())
    for _ in range(11):
        clock.move(timedelta(minutes=20))
        assert sessions.find(token) is not None
    clock.move(timedelta(minutes=20))
    assert sessions.find(token) is None


def test_a_step_up_gives_a_new_session_id_and_kills_the_old_one_sec_26(
    store: Store, clock: SetClock
) -> None:
    sessions = Sessions(store, clock, set_chance("s"), pepper=b"p" * 32)
    token = sessions.open(a_person(store, clock, set_chance()).subject, clock.now())
    fresh = sessions.rotate(token, clock.now())
    assert sessions.find(token) is None
    assert sessions.find(fresh) is not None


def test_the_owner_of_the_tables_sees_no_personal_row_either(
    store: Store, clock: SetClock, database: Database
) -> None:
    actor = a_person(store, clock, set_chance())
    given(store, clock, set_chance("g"), actor)
    with create_engine(database.owner_url).connect() as connection:
        if connection.dialect.server_version_info < (16,):  # type: ignore[operator]
            pytest.skip("before PostgreSQL 16 an owner inherits the policies of its roles")
        for table in ("person", "session", "consent_grant", "consent_event", "outbox"):
            count = connection.execute(text(f"select count(*) from {table}")).scalar_one()
            assert count == 0, table
