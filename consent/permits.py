"""Permits are made here, from live grants only, and each use leaves its event (SEC-7, SEC-15)."""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime, timedelta
from typing import Final
from uuid import UUID

from consent.change import change_in
from consent.clock import Chance, Clock
from consent.events import Kind, new_event
from consent.ids import DepartmentCode, GrantId, new_uuid
from consent.lifecycle import State
from consent.notices import Notices
from consent.people import Anyone, Person
from consent.permit import Permit, SignInEvidence
from consent.purposes import TERMS, Purpose, PurposeTerms, Use, may_use
from consent.store import Store, Tx, events, grants
from consent.store.grants import Grant

DAY: Final = timedelta(hours=24)
LONGEST_ASK: Final = timedelta(seconds=60)
"""How long an ask may go on (decision 45): so long is its answer read when it used up its grant."""


def permits_for(
    store: Store,
    clock: Clock,
    chance: Chance,
    notices: Notices,
    *,
    actor: Person,
    purpose: Purpose,
    sign_in: SignInEvidence,
    departments: Collection[DepartmentCode] | None = None,
    again: bool = False,
    terms: PurposeTerms | None = None,
    session_hash: str = "",
) -> list[Permit]:
    """One permit for each live grant of this purpose, for the departments named or for all; none
    where the person agreed to fewer uses than this would be (F20). `again` is a repeat in one pull;
    the limits are those of the purpose, unless others are handed in.
    `session_hash` is that of the person's session: without it the signer signs nothing.

    Each permit counts as a use and is written to the history before anybody is asked.
    """
    with store.transaction(actor) as tx:
        now = clock.now()
        made = []
        live = [
            grant
            for grant in grants.live_of(tx, actor.subject, now, to_use=purpose)
            if departments is None or grant.department in departments
        ]
        for grant in _within_limits(tx, live, terms or TERMS[purpose], now, again=again):
            interaction = new_uuid(chance)
            grants.note_use(tx, grant.grant_id, now)
            _note(tx, clock, chance, actor, grant, Kind.ASKED, interaction)
            made.append(_permit(grant, notices, sign_in, clock, str(interaction), session_hash))
            if grant.one_time:
                change_in(
                    tx, chance, grant, State.CONSUMED, by="system", at=clock.now(), tell=False
                )
        return made


def still_live(store: Store, clock: Clock, *, actor: Person, grant_id: GrantId) -> bool:
    """May an answer that has just arrived be read? Asked after every answer (SEC-7)."""
    with store.transaction(actor) as tx:
        grant = grants.one(tx, actor.subject, grant_id)
        return grant is not None and (
            grant.live(clock.now()) or _used_up_just_now(grant, clock.now())
        )


def is_live(store: Store, clock: Clock, grant_id: GrantId) -> bool:
    """What the signer asks for itself before it signs: is this grant live now? (SEC-48)"""
    with store.transaction(Anyone(), grant_id=grant_id) as tx:
        grant = grants.by_id(tx, grant_id)
        return grant is not None and (
            grant.live(clock.now()) or _used_up_just_now(grant, clock.now())
        )


def _used_up_just_now(grant: Grant, now: datetime) -> bool:
    """Its one use is under way: what was asked may still be sent, and the answer read."""
    used_up = grant.state is State.CONSUMED and grant.one_time
    return used_up and now - grant.changed_at <= LONGEST_ASK


def _within_limits(
    tx: Tx, live: list[Grant], terms: PurposeTerms, now: datetime, *, again: bool
) -> list[Grant]:
    if terms.most_a_day is None and not terms.least_apart:
        return live
    today = grants.uses_since(tx, [grant.grant_id for grant in live], now - DAY)
    return [
        grant
        for grant in live
        if may_use(terms, today.get(grant.grant_id, 0), grant.last_used_at, now, again=again)
        is Use.YES
    ]


def note_outcome(
    store: Store,
    clock: Clock,
    chance: Chance,
    *,
    actor: Person,
    permit: Permit,
    kind: Kind,
    outcome: str = "",
    handle: str = "",
) -> None:
    """Write how an ask ended: answered, not answered (with a code) or dropped. Never an amount,
    and never whether there were debts. `handle` is the department's own id for the person."""
    with store.transaction(actor) as tx:
        grant = grants.one(tx, actor.subject, permit.grant_id)
        if grant is None:
            return
        _note(tx, clock, chance, actor, grant, kind, UUID(permit.interaction_id), outcome)
        if handle and handle != grant.subject_handle:
            grants.note_handle(tx, grant.grant_id, handle[:64])


def _note(
    tx: Tx,
    clock: Clock,
    chance: Chance,
    actor: Person,
    grant: Grant,
    kind: Kind,
    interaction_id: UUID,
    outcome: str = "",
) -> None:
    events.append(
        tx,
        new_event(
            chance,
            at=clock.now(),
            subject=actor.subject,
            grant_id=grant.grant_id,
            department=grant.department,
            purpose=grant.purpose,
            kind=kind,
            by="person",
            outcome=outcome,
            interaction_id=interaction_id,
        ),
    )


def _permit(
    grant: Grant,
    notices: Notices,
    sign_in: SignInEvidence,
    clock: Clock,
    interaction_id: str,
    session_hash: str,
) -> Permit:
    notice = notices.find(grant.notice, grant.language)
    return Permit(
        grant_id=grant.grant_id,
        department=grant.department,
        purpose=grant.purpose,
        pairwise_id=grant.pairwise_id,
        subject_handle=grant.subject_handle,
        record_hash=grant.record_hash,
        notice_version=grant.notice,
        grant_state=grant.state,
        grant_expires_at=grant.expires_at,
        granted_fields=tuple(field.code for field in notice.fields),
        sign_in=sign_in,
        made_at=clock.now(),
        interaction_id=interaction_id,
        session_hash=session_hash,
    )
