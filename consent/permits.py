"""Permits are made here, from live grants only, and each use leaves its event (SEC-7, SEC-15)."""

from __future__ import annotations

from collections.abc import Collection
from uuid import UUID

from consent.change import change_in
from consent.clock import Chance, Clock
from consent.events import Kind, new_event
from consent.ids import DepartmentCode, GrantId, new_uuid
from consent.lifecycle import State
from consent.notices import Notices
from consent.people import Anyone, Person
from consent.permit import Permit, SignInEvidence
from consent.purposes import Purpose
from consent.store import Store, Tx, events, grants
from consent.store.grants import Grant


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
) -> list[Permit]:
    """One permit for each live grant of this purpose, for the departments named or for all.

    Each permit counts as a use and is written to the history before anybody is asked.
    """
    with store.transaction(actor) as tx:
        now = clock.now()
        made = []
        for grant in grants.live_of(tx, actor.subject, now, to_use=purpose):
            if departments is not None and grant.department not in departments:
                continue
            interaction = new_uuid(chance)
            grants.note_use(tx, grant.grant_id, now)
            _note(tx, clock, chance, actor, grant, Kind.ASKED, interaction)
            made.append(_permit(grant, notices, sign_in, clock, str(interaction)))
            if grant.one_time:
                change_in(
                    tx, chance, grant, State.CONSUMED, by="system", at=clock.now(), tell=False
                )
        return made


def still_live(store: Store, clock: Clock, *, actor: Person, grant_id: GrantId) -> bool:
    """May an answer that has just arrived be read? Asked after every answer (SEC-7)."""
    with store.transaction(actor) as tx:
        grant = grants.one(tx, actor.subject, grant_id)
        return grant is not None and (grant.live(clock.now()) or grant.state is State.CONSUMED)


def is_live(store: Store, clock: Clock, grant_id: GrantId) -> bool:
    """What the signer asks for itself before it signs: is this grant live now? (SEC-48)"""
    with store.transaction(Anyone(), grant_id=grant_id) as tx:
        grant = grants.by_id(tx, grant_id)
        return grant is not None and (
            grant.live(clock.now()) or (grant.state is State.CONSUMED and grant.one_time)
        )


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
    grant: Grant, notices: Notices, sign_in: SignInEvidence, clock: Clock, interaction_id: str
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
    )
