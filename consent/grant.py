"""A person says yes: one record for each department and purpose, in one transaction."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from consent import record as records
from consent.anchor import commitment
from consent.ask import Card, ask_in
from consent.ask import Shown as Shown
from consent.clock import Chance, Clock
from consent.errors import SignInTooOld, WrongState
from consent.events import Kind, new_event
from consent.ids import new_pairwise_id, new_reference, new_uuid, random_text
from consent.lifecycle import State, transition
from consent.notices import Notice, presented_sha256
from consent.people import Person
from consent.permit import SignInEvidence
from consent.purposes import TERMS, Purpose, expiry
from consent.register import DepartmentEntry
from consent.sessions import RECENT
from consent.store import Store, Tx, events, grants, requests, versions
from consent.store.grants import Grant
from consent.store.requests import Request


@dataclass(frozen=True, slots=True)
class Yes:
    """One yes on one card: which department, under which notice, and the end that was shown (left
    out where the card names none)."""

    entry: DepartmentEntry
    notice: Notice
    until_shown: str = ""
    once: bool = False
    """For one use only, where the notice itself allows more (decision 34)."""


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
    opening: bytes | None = None,
) -> Given:
    """Record each yes. Afterwards a department may be asked, for its purpose and no other.

    The sign-in must be at most 15 minutes old (SEC-31). A purpose that already has a live grant
    for the department keeps it. With an `opening` (32 random bytes) the records commit to what was
    shown, so that the sign-in service can confirm it (`consent.anchor`). Raises SignInTooOld.
    """
    with store.transaction(actor) as tx:
        return give_in(
            tx,
            clock,
            chance,
            actor=actor,
            yeses=yeses,
            shown=shown,
            sign_in=sign_in,
            origin=origin,
            opening=opening,
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
    opening: bytes | None = None,
    helper: str | None = None,
) -> Given:
    """As `give`, inside a transaction that is already open. `helper` is who wrote the person's yes
    down; only `consent.assisted` names one."""
    now = clock.now()
    if now - sign_in.at > RECENT:
        raise SignInTooOld("sign in again to give a permission")
    by = "assisted" if helper else "person"
    requests.hold_person(tx, actor.subject)
    requests.hold_form(tx, shown.post_hash)
    before = grants.of_post(tx, actor.subject, shown.post_hash)
    if before:
        return Given(before[0].receipt, tuple(before))
    renewed = versions.grants_of_post(tx, actor.subject, shown.post_hash)
    if renewed:
        found = [grants.one(tx, actor.subject, grant_id) for grant_id in renewed]
        kept = tuple(grant for grant in found if grant is not None)
        return Given(kept[0].receipt, kept)
    live = grants.open_of(tx, actor.subject, now)
    held = {(grant.department, grant.purpose) for grant in live}
    pairwise = {grant.department: grant.pairwise_id for grant in live}
    handles = {grant.department: grant.subject_handle for grant in live if grant.subject_handle}
    reference = new_reference(chance, "PM")
    drafts = []
    for yes in yeses:
        if (yes.entry.code, yes.notice.purpose) in held:
            continue
        request = ask_in(tx, chance, actor=actor, card=Card(yes.entry, yes.notice), shown=shown)
        if transition(request.state, State.GIVEN, by) is None:
            raise WrongState("this was decided already")
        if request.decide_by <= now or request.notice_sha256 != yes.notice.sha256:
            raise WrongState("the card has changed since it was shown")
        grant = _grant(chance, request, yes, sign_in, now, reference)
        grant = replace(
            grant,
            assisted_by=helper,
            changed_by=by,
            channel=shown.channel,
            pairwise_id=pairwise.get(yes.entry.code, grant.pairwise_id),
            subject_handle=handles.get(yes.entry.code, ""),
        )
        drafts.append((grant, yes.notice))
    committed = _commitment(shown, [draft for draft, _ in drafts], opening)
    made = []
    for draft, notice in drafts:
        grant = replace(draft, nonce_commitment=committed)
        body = records.record(grant, notice, origin=origin)
        grant = replace(grant, record_hash=records.record_hash(body))
        grants.add(tx, grant)
        events.append(
            tx,
            new_event(
                chance,
                at=now,
                subject=actor.subject,
                grant_id=grant.grant_id,
                department=grant.department,
                purpose=grant.purpose,
                kind=Kind.GIVEN,
                by=by,
                digest=grant.record_hash,
            ),
        )
        made.append(grant)
    if made or not yeses:
        return Given(reference, tuple(made))
    return Given(live[0].receipt, ())


def _commitment(shown: Shown, drafts: Sequence[Grant], opening: bytes | None) -> str | None:
    if opening is None:
        return None
    return commitment(shown.post_hash, (one.presented_sha256 for one in drafts), opening)


def _choices(yes: Yes) -> dict[str, str]:
    """What was marked; `consent.record.choices_of` says the same of the row afterwards."""
    return {"agree": "once" if yes.once and not yes.notice.limits.once else "yes"}


def _grant(
    chance: Chance,
    request: Request,
    yes: Yes,
    sign_in: SignInEvidence,
    now: datetime,
    reference: str,
) -> Grant:
    purpose: Purpose = yes.notice.purpose
    until = yes.notice.until(yes.entry, request.requested_at)
    if yes.until_shown not in ("", until):
        raise WrongState("the card has changed since it was shown")
    return Grant(
        grant_id=request.grant_id,
        lineage_id=new_uuid(chance),
        version=1,
        subject_id=request.subject_id,
        department=request.department,
        purpose=purpose,
        state=State.GIVEN,
        receipt=reference,
        notice=yes.notice.id,
        notice_sha256=yes.notice.sha256,
        presented_sha256=presented_sha256(
            yes.notice, yes.entry, until=until, choices=_choices(yes)
        ),
        post_hash=request.post_hash,
        language=yes.notice.language,
        lawful_basis="dpv:ExplicitlyExpressedConsent",
        requested_at=request.requested_at,
        given_at=now,
        expires_at=expiry(purpose, now, longest=yes.entry.longest),
        ended_at=None,
        ended_by=None,
        told_at=None,
        one_time=TERMS[purpose].once or yes.once,
        uses=0,
        last_used_at=None,
        pairwise_id=new_pairwise_id(chance),
        subject_handle="",
        channel=request.channel,
        idp=sign_in.idp,
        signed_in_at=sign_in.at,
        vot=sign_in.vot,
        ial=sign_in.ial,
        nonce_commitment=None,
        salt=random_text(chance, 16),
        record_hash="",
        prev_record_hash=None,
        changed_by="person",
        changed_at=now,
        reason="",
        assisted_by=None,
        id_token_sha256=None,
        stop_proof="",
    )
