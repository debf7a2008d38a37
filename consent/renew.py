"""T8, T9: a person keeps a permission for longer. Nothing gets wider, and what it said is kept.

A renewal is a new record of the same grant: the next version, with the words, the screen, the
sign-in and the end of today, and the hash of the record that it replaces.
"""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime

from consent import parties
from consent import record as records
from consent.anchor import commitment
from consent.change import change_in
from consent.clock import Chance, Clock
from consent.errors import ConsentEnded, NotFound, SignInTooOld, WrongState
from consent.grant import Shown, Yes
from consent.ids import GrantId, new_reference, random_text
from consent.lifecycle import State
from consent.notices import Notices, presented_sha256
from consent.people import Person
from consent.permit import SignInEvidence
from consent.purposes import TERMS, expiry
from consent.scope import Scope
from consent.sessions import RECENT
from consent.store import Store, grants, versions
from consent.store.grants import Grant


def renew(
    store: Store,
    clock: Clock,
    chance: Chance,
    notices: Notices,
    *,
    actor: Person,
    grant_id: GrantId,
    yes: Yes,
    shown: Shown,
    sign_in: SignInEvidence,
    origin: str,
    opening: bytes | None = None,
) -> Grant:
    """Keep one permission from now on for as long as a new one would last. The same post twice is
    one renewal. With an `opening`, the sign-in service can confirm the screen (`consent.anchor`).

    Raises SignInTooOld (15 minutes), NotFound, also for another's, ConsentEnded, and WrongState:
    for words that reach further than the old ones (that is a new permission), for what is paused,
    is for one use or lives as long as a plan, and for a card from before the last yes.
    """
    now = clock.now()
    if now - sign_in.at > RECENT:
        raise SignInTooOld("sign in again to renew a permission")
    with store.transaction(actor) as tx:
        grant = grants.one(tx, actor.subject, grant_id, lock=True)
        if grant is None:
            raise NotFound("no such permission")
        if grant.post_hash == shown.post_hash:
            return grant
        _refuse_unless_renewable(grant, now)
        _refuse_if_wider(grant, yes, notices)
        if shown.requested_at <= grant.given_at or versions.grants_of_post(
            tx, actor.subject, shown.post_hash
        ):
            raise WrongState("this card was shown before the last yes")
        fresh = _fresh(chance, grant, yes, shown, sign_in, now, opening)
        body = records.record(fresh, yes.notice, origin=origin)
        fresh = replace(fresh, record_hash=records.record_hash(body))
        versions.add(tx, grant)
        return change_in(tx, chance, grant, State.RENEWED, by="person", at=now, record=fresh)


def may_renew(grant: Grant, now: datetime) -> bool:
    """Is this one that can be kept for longer at all: live, and with an end of its own?"""
    terms = TERMS[grant.purpose]
    return grant.live(now) and terms.longest is not None and not grant.one_time


def _refuse_unless_renewable(grant: Grant, now: datetime) -> None:
    if grant.state is State.SUSPENDED and now < grant.expires_at:
        raise WrongState("the permission is paused")
    if not grant.live(now):
        raise ConsentEnded("the permission has ended")
    if not may_renew(grant, now):
        raise WrongState("the permission ends with what it is for")


def _refuse_if_wider(grant: Grant, yes: Yes, notices: Notices) -> None:
    if (yes.entry.code, yes.notice.purpose) != (grant.department, grant.purpose):
        raise WrongState("that is another permission")
    then = parties.load().department(grant.department, grant.requested_at)
    before = Scope.of(notices.find(grant.notice, grant.language), then.sends)
    if not Scope.of(yes.notice, yes.entry.sends).within(before):
        raise WrongState("the words reach further than what was agreed to")


def _fresh(
    chance: Chance,
    grant: Grant,
    yes: Yes,
    shown: Shown,
    sign_in: SignInEvidence,
    now: datetime,
    opening: bytes | None,
) -> Grant:
    """The grant with the columns of its next record; its state, uses and ids stay."""
    until = yes.notice.until(yes.entry, shown.requested_at)
    if yes.until_shown not in ("", until):
        raise WrongState("the card has changed since it was shown")
    presented = presented_sha256(yes.notice, yes.entry, until=until, choices={"agree": "yes"})
    return replace(
        grant,
        version=grant.version + 1,
        receipt=new_reference(chance, "PM"),
        notice=yes.notice.id,
        notice_sha256=yes.notice.sha256,
        presented_sha256=presented,
        post_hash=shown.post_hash,
        language=yes.notice.language,
        requested_at=shown.requested_at,
        given_at=now,
        expires_at=expiry(grant.purpose, now, longest=yes.entry.longest),
        channel=shown.channel,
        assisted_by=None,
        idp=sign_in.idp,
        signed_in_at=sign_in.at,
        vot=sign_in.vot,
        ial=sign_in.ial,
        nonce_commitment=(
            None if opening is None else commitment(shown.post_hash, (presented,), opening)
        ),
        id_token_sha256=None,
        salt=random_text(chance, 16),
        prev_record_hash=grant.record_hash,
    )
