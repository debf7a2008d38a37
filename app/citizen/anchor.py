"""The silent trip to the sign-in service after a yes, and back (decision 33).

The permission is recorded before the trip begins, so nothing is lost whatever comes of it: the
person always ends on the page that they were going to, and the record says whether their sign-in
confirms the screen. What must come back is kept in the visit, for one use and this browser only.
"""

from __future__ import annotations

import hashlib
from datetime import timedelta
from typing import Final

import structlog
from flask import redirect, request
from werkzeug.wrappers import Response

from adapters.identity.identity import Identity
from adapters.identity.refusal import SignInRefused
from app.citizen.slots import (
    ANCHOR,
    ANCHOR_DONE,
    ANCHOR_OPENING,
    IDENTITY,
    AnchorOpening,
    AnchorTrip,
    BackFromAnchor,
)
from app.http import session
from app.http.current import now, services
from consent import anchor
from consent.anchor import Proof, attach, commitment, nonce_of
from consent.evidence import EvidenceRefused
from consent.grant import Given

TRIP_LIFE: Final = timedelta(minutes=5)
log = structlog.get_logger()


def opening(post_key: str) -> bytes:
    """The random part of this form's commitment: one for each form, however often it is posted."""
    form = hashlib.sha256(post_key.encode()).hexdigest()
    kept = session.visit().get(ANCHOR_OPENING, AnchorOpening)
    if kept is None or kept.form != form:
        kept = AnchorOpening(form, services().chance(anchor.OPENING).hex())
        session.visit().put(ANCHOR_OPENING, kept)
    return bytes.fromhex(kept.opening)


def away(given: Given, opened: bytes, next_page: str) -> Response:
    """Off to the sign-in service for its word on what was shown, or straight on."""
    committed = _unconfirmed(given, opened)
    if committed is None or not services().one_login.answers():
        return redirect(next_page, 303)
    try:
        asked = services().one_login.begin(
            chance=services().chance, levels="Cl.Cm", nonce=nonce_of(committed), prompt="none"
        )
    except SignInRefused:
        return redirect(next_page, 303)
    trip = AnchorTrip(
        start=asked,
        subject=str(session.person().subject),
        receipt=given.receipt,
        committed=committed,
        opening=opened.hex(),
        next_page=next_page,
    )
    session.visit().put(f"{ANCHOR}.{asked.state}", trip, life=TRIP_LIFE)
    return redirect(asked.url, 303)


def come_back(state: str) -> Response | None:
    """From the sign-in service, when this is the state of such a trip: to the page it ends on.

    The same answer a second time changes nothing and leads to the same page.
    """
    visit = session.visit()
    trip = visit.take(f"{ANCHOR}.{state}", AnchorTrip)
    if trip is None:
        been = visit.get(ANCHOR_DONE, BackFromAnchor)
        same = been is not None and been.state == state
        return redirect(been.next_page, 303) if been is not None and same else None
    visit.put(ANCHOR_DONE, BackFromAnchor(state, trip.next_page))
    try:
        _confirm(trip)
    except SignInRefused as refused:
        log.info("not_anchored", kind=refused.kind)
    except EvidenceRefused as refused:
        log.warning("not_anchored", kind=refused.why)
    return redirect(trip.next_page, 303)


def _unconfirmed(given: Given, opened: bytes) -> str | None:
    """The commitment of what was given, when it is this form's and nothing confirms it yet."""
    if not given.grants or given.grants[0].id_token_sha256 is not None:
        return None
    shown = (grant.presented_sha256 for grant in given.grants)
    committed = commitment(given.grants[0].post_hash, shown, opened)
    return committed if committed == given.grants[0].nonce_commitment else None


def _confirm(trip: AnchorTrip) -> None:
    """Check what came back as a sign-in is checked, and that it is this person's; then keep it."""
    known, live = session.visit().get(IDENTITY, Identity), session.live_session()
    if known is None or live is None or str(live.subject) != trip.subject:
        raise SignInRefused("state_mismatch")
    confirmed = services().one_login.confirm(
        start=trip.start, callback_params=request.args.to_dict(), now=now()
    )
    if (confirmed.issuer, confirmed.subject) != (known.issuer, known.subject):
        raise SignInRefused("token_invalid")
    attach(
        services().store,
        services().clock,
        services().chance,
        services().evidence,
        actor=session.person(),
        receipt=trip.receipt,
        committed=trip.committed,
        opening=bytes.fromhex(trip.opening),
        proof=Proof(confirmed.id_token, services().one_login.signed_by(confirmed.id_token, now())),
    )
