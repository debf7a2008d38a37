"""A database with one of everything that the log speaks of, made through the service's own errands.

Where an errand does not exist yet, the rows are written as its process may write them: under its
role, with every trigger on.
"""

from __future__ import annotations

import hashlib
from dataclasses import dataclass, replace
from datetime import timedelta
from typing import Any

from sqlalchemy import insert, update

from app.log_verify import rebuilder
from consent import notices as notice_files
from consent.ask import Card, Shown, ask, note
from consent.change import change_in
from consent.clock import SetClock
from consent.disposal import dispose, receive
from consent.events import Kind, new_event
from consent.expire import expire
from consent.how import How
from consent.ids import random_text
from consent.lifecycle import State
from consent.log.checkpoint import LogSigner, take_checkpoint
from consent.log.sequencer import sequence
from consent.people import Person, Worker
from consent.permits import note_outcome, permits_for
from consent.purposes import Purpose
from consent.records import consent_grant, consent_version, log_cosignature
from consent.store import Store, Tx, events, grants, log, requests
from consent.store.grants import Grant
from consent.withdraw import withdraw
from tests.builders import NOON, ORIGIN, a_person, a_sign_in, a_yes, given, set_chance

DEPARTMENTS = ("dwp", "dvla", "slc", "nhsbsa")


@dataclass
class History:
    """Writes what happens, minute by minute."""

    portal: Store
    worker: Store
    signer: LogSigner
    clock: SetClock
    seed: str = "history"

    def __post_init__(self) -> None:
        self.chance = set_chance(self.seed)

    def sign(self) -> None:
        """What the worker does all the time."""
        while sequence(self.worker):
            pass
        take_checkpoint(self.worker, self.clock, self.signer)

    def later(self, **by: float) -> None:
        self.clock.move(timedelta(**by))

    def event(self, tx: Tx, grant: Grant, kind: Kind, by: str, **more: Any) -> None:
        events.append(
            tx,
            new_event(
                self.chance,
                at=self.clock.now(),
                subject=grant.subject_id,
                grant_id=grant.grant_id,
                department=grant.department,
                purpose=grant.purpose,
                kind=kind,
                by=by,
                **more,
            ),
        )

    def person(self, name: str) -> Person:
        return a_person(self.portal, self.clock, self.chance, name)

    def give(self, actor: Person, post_key: str) -> tuple[Grant, ...]:
        made = given(
            self.portal, self.clock, self.chance, actor, DEPARTMENTS, post_key=post_key
        ).grants
        self.later(minutes=3)
        return made

    def use(self, actor: Person) -> None:
        """Every permission is used once: asked, answered, kept for the visit, thrown away."""
        made = permits_for(
            self.portal,
            self.clock,
            self.chance,
            notice_files.load(),
            actor=actor,
            purpose=Purpose.VIEW_DEBTS,
            sign_in=a_sign_in(self.clock),
        )
        self.later(minutes=2)
        for permit in made:
            note_outcome(
                self.portal,
                self.clock,
                self.chance,
                actor=actor,
                permit=permit,
                kind=Kind.ANSWERED,
                handle="h-1",
            )
        for permit in made:
            receive(
                self.portal,
                self.clock,
                actor=actor,
                permit=permit,
                answer_sha256=hashlib.sha256(permit.interaction_id.encode()).hexdigest(),
                held_until=self.clock.now() + timedelta(minutes=30),
            )
        dispose(
            self.portal,
            self.clock,
            self.chance,
            notice_files.load(),
            actor=actor,
            interactions=[one.interaction_id for one in made if one.department != "dvla"],
            how=How.SIGNED_OUT,
        )
        self.later(minutes=2)

    def held(self, tx: Tx, actor: Person, grant_id: Any) -> Grant:
        found = grants.one(tx, actor.subject, grant_id, lock=True)
        assert found is not None
        return found

    def renew(self, actor: Person, grant: Grant) -> None:
        with self.portal.transaction(actor) as tx:
            old = self.held(tx, actor, grant.grant_id)
            columns = [column.name for column in consent_version.c]
            tx.connection.execute(
                insert(consent_version).values({name: getattr(old, name) for name in columns})
            )
            now = self.clock.now()
            new = replace(
                old,
                version=old.version + 1,
                state=State.RENEWED,
                requested_at=now,
                given_at=now,
                expires_at=old.expires_at,
                signed_in_at=now,
                salt=random_text(self.chance, 16),
                prev_record_hash=old.record_hash,
                id_token_sha256=None,
                changed_by="person",
                changed_at=now,
                receipt="PM7K 3XQ2 9TVA",
            )
            new = replace(new, record_hash=rebuilder(ORIGIN)(new))
            names = (
                *("version", "state", "requested_at", "given_at", "signed_in_at", "salt"),
                *("prev_record_hash", "record_hash", "changed_by", "changed_at", "receipt"),
                "id_token_sha256",
            )
            tx.connection.execute(
                update(consent_grant)
                .where(consent_grant.c.grant_id == old.grant_id)
                .values({name: getattr(new, name) for name in names})
            )
            self.event(tx, new, Kind.RENEWED, "person", digest=new.record_hash)
        self.later(minutes=2)

    def anchor(self, actor: Person, grant: Grant) -> None:
        digest = hashlib.sha256(f"token {grant.grant_id}".encode()).hexdigest()
        with self.portal.transaction(actor) as tx:
            tx.connection.execute(
                update(consent_grant)
                .where(consent_grant.c.grant_id == grant.grant_id)
                .values(id_token_sha256=digest)
            )
            self.event(tx, grant, Kind.ANCHORED, "system", digest=digest)
        self.later(minutes=2)

    def tell(self, grant: Grant) -> None:
        """The department acknowledges with its own signed word."""
        word = f"signed.{grant.grant_id}.word"
        with self.worker.transaction(Worker()) as tx:
            tx.connection.execute(
                update(consent_grant)
                .where(consent_grant.c.grant_id == grant.grant_id)
                .values(stop_proof=word, told_at=self.clock.now())
            )
            digest = hashlib.sha256(word.encode()).hexdigest()
            self.event(tx, grant, Kind.TOLD, "department", digest=digest)
        self.later(minutes=2)

    def change(self, actor: Person, grant: Grant, after: State, by: str, reason: str = "") -> None:
        with self.portal.transaction(actor) as tx:
            held = self.held(tx, actor, grant.grant_id)
            change_in(tx, self.chance, held, after, by=by, at=self.clock.now(), reason=reason)
        self.later(minutes=2)

    def decline(self, actor: Person, after: State, kind: Kind, post_key: str) -> None:
        """A card is shown; the answer is no, or later."""
        yes = a_yes("dwp", purpose=Purpose.RUN_PLAN)[0]
        shown = Shown(post_key=post_key, requested_at=self.clock.now(), language="en")
        card = Card(yes.entry, yes.notice)
        made = ask(self.portal, self.chance, actor=actor, cards=[card], shown=shown)
        self.later(minutes=2)
        if after is State.REQUESTED:
            return
        with self.portal.transaction(actor) as tx:
            now = self.clock.now()
            requests.move(tx, made[0].grant_id, after, by="person", at=now)
            note(tx, self.chance, made[0], kind, by="person", at=now)
        self.later(minutes=2)


def full(
    portal: Store,
    worker: Store,
    signer: LogSigner,
    names: tuple[str, ...] = ("tamsin", "winston", "amara"),
) -> SetClock:
    """What a few people do, with a row of every class: the clock at its end."""
    clock = SetClock(NOON)
    history = History(portal, worker, signer, clock)
    for name in names:
        actor = history.person(name)
        dwp, dvla, slc, _ = history.give(actor, f"post-{name}")
        history.sign()
        history.anchor(actor, dwp)
        for _ in range(5):
            history.use(actor)
        history.sign()
        history.renew(actor, dwp)
        history.anchor(actor, dwp)
        history.use(actor)
        history.renew(actor, dvla)
        history.change(actor, dvla, State.SUSPENDED, "person", "pause")
        history.decline(actor, State.REFUSED, Kind.REFUSED, f"no-{name}")
        history.decline(actor, State.DEFERRED, Kind.DEFERRED, f"later-{name}")
        history.sign()
        withdraw(portal, clock, history.chance, actor=actor, grant_id=dwp.grant_id)
        history.later(minutes=2)
        history.tell(dwp)
        history.change(actor, slc, State.SUSPENDED, "system", "incident")
        history.change(actor, slc, State.GIVEN, "person")
        history.sign()
    history.decline(history.person("amara"), State.REQUESTED, Kind.REQUESTED, "open")
    clock.move(timedelta(days=400))
    expire(worker, clock, history.chance)
    history.later(minutes=2)
    history.decline(history.person("amara"), State.REFUSED, Kind.REFUSED, "no-now")
    for _ in range(2):
        history.give(history.person("amara"), f"again-{clock.now()}")
        history.use(history.person("amara"))
    history.sign()
    return clock


def witnessed(worker: Store, line: str, witness: str, clock: SetClock) -> None:
    """Keep a cosignature of the newest checkpoint."""
    with worker.transaction(Worker()) as tx:
        newest = log.newest_checkpoint(tx)
        assert newest is not None
        tx.connection.execute(
            insert(log_cosignature).values(
                tree_size=newest.size, witness=witness, at=clock.now(), line=line
            )
        )
