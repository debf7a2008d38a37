"""A person says yes: one record for each department and purpose, in one transaction."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from consent import receipt as receipts
from consent.clock import Chance, Clock
from consent.errors import SignInTooOld
from consent.events import Kind, new_event
from consent.ids import new_grant_id, new_pairwise_id, new_reference, new_uuid, random_text
from consent.lifecycle import State
from consent.notices import Notice, presented_sha256
from consent.people import Person
from consent.permit import SignInEvidence
from consent.purposes import TERMS, Purpose, expiry
from consent.register import DepartmentEntry
from consent.sessions import RECENT
from consent.store import Store, Tx, events, grants
from consent.store.grants import Grant


@dataclass(frozen=True, slots=True)
class Yes:
    """One yes on one card: which department, under which notice, and the end that was shown."""

    entry: DepartmentEntry
    notice: Notice
    until_shown: str


@dataclass(frozen=True, slots=True)
class Shown:
    """The screen on which the person decided. `post_key` is the form's own random text, so that
    the same post twice gives the same records; `requested_at` is when the card was shown."""

    post_key: str
    requested_at: datetime
    language: str
    channel: str = "web"


@dataclass(frozen=True, slots=True)
class Given:
    """What was recorded: one receipt reference and its grants."""

    receipt: str
    grants: tuple[Grant, ...]


def give(
    store: Store,
    clock: Clock,
    chance: Chance,
    *,
    actor: Person,
    yeses: Sequence[Yes],
    shown: Shown,
    sign_in: SignInEvidence,
    origin: str,
) -> Given:
    """Record each yes. Afterwards a department may be asked, for its purpose and no other.

    The sign-in must be at most 15 minutes old (SEC-31). A purpose that already has a live grant
    for the department keeps it. Raises SignInTooOld.
    """
    with store.transaction(actor) as tx:
        return give_in(
            tx, clock, chance, actor=actor, yeses=yeses, shown=shown, sign_in=sign_in, origin=origin
        )


def give_in(
    tx: Tx,
    clock: Clock,
    chance: Chance,
    *,
    actor: Person,
    yeses: Sequence[Yes],
    shown: Shown,
    sign_in: SignInEvidence,
    origin: str,
) -> Given:
    """As `give`, inside a transaction that is already open."""
    now = clock.now()
    if now - sign_in.at > RECENT:
        raise SignInTooOld("sign in again to give a permission")
    post_hash = hashlib.sha256(shown.post_key.encode()).hexdigest()
    before = grants.of_post(tx, actor.subject, post_hash)
    if before:
        return Given(before[0].receipt, tuple(before))
    live = grants.live_of(tx, actor.subject, now)
    held = {(grant.department, grant.purpose) for grant in live}
    pairwise = {grant.department: grant.pairwise_id for grant in live}
    handles = {grant.department: grant.subject_handle for grant in live if grant.subject_handle}
    reference = new_reference(chance, "PM")
    made = []
    for yes in yeses:
        purpose = yes.notice.purpose
        if (yes.entry.code, purpose) in held:
            continue
        grant = _grant(chance, actor, yes, shown, sign_in, now, post_hash, reference)
        grant = replace(
            grant,
            pairwise_id=pairwise.get(yes.entry.code, grant.pairwise_id),
            subject_handle=handles.get(yes.entry.code, ""),
        )
        body = receipts.record(grant, yes.notice, yes.entry, origin=origin)
        grant = replace(grant, record_hash=receipts.record_hash(body))
        if grants.add(tx, grant):
            events.append(
                tx,
                new_event(
                    chance,
                    at=now,
                    subject=actor.subject,
                    grant_id=grant.grant_id,
                    department=grant.department,
                    purpose=purpose,
                    kind=Kind.GIVEN,
                    by="person",
                ),
            )
            made.append(grant)
    if made or not yeses:
        return Given(reference, tuple(made))
    again = grants.of_post(tx, actor.subject, post_hash)
    return Given(again[0].receipt if again else live[0].receipt, tuple(again))


def _grant(
    chance: Chance,
    actor: Person,
    yes: Yes,
    shown: Shown,
    sign_in: SignInEvidence,
    now: datetime,
    post_hash: str,
    reference: str,
) -> Grant:
    purpose: Purpose = yes.notice.purpose
    return Grant(
        grant_id=new_grant_id(chance),
        lineage_id=new_uuid(chance),
        version=1,
        subject_id=actor.subject,
        department=yes.entry.code,
        purpose=purpose,
        state=State.GIVEN,
        receipt=reference,
        notice=yes.notice.id,
        notice_sha256=yes.notice.sha256,
        presented_sha256=presented_sha256(
            yes.notice,
            department=yes.entry.code,
            until=yes.until_shown,
            choices={"agree": "yes"},
        ),
        post_hash=post_hash,
        language=yes.notice.language,
        lawful_basis="dpv:ExplicitlyExpressedConsent",
        requested_at=shown.requested_at,
        given_at=now,
        expires_at=expiry(purpose, now),
        ended_at=None,
        ended_by=None,
        told_at=None,
        one_time=TERMS[purpose].once,
        uses=0,
        last_used_at=None,
        pairwise_id=new_pairwise_id(chance),
        subject_handle="",
        channel=shown.channel,
        idp=sign_in.idp,
        signed_in_at=sign_in.at,
        vot=sign_in.vot,
        ial=sign_in.ial,
        nonce_commitment=None,
        salt=random_text(chance, 16),
        record_hash="",
        prev_record_hash=None,
    )
