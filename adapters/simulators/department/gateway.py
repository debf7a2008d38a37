"""The gate of a department: nothing behind it runs for a message that is not right (section 3.2).

The order matters: size and shape, then signature, then whom and when, then for what, and only
then is the number of the token used up.
"""

from __future__ import annotations

import uuid
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any, Final, NoReturn

from aiohttp import web
from joserfc.jwk import ECKey

from adapters.departments.native.schema import DATATYPES
from adapters.simulators.department.state import Department
from adapters.simulators.department.status import StatusUnknown
from consent.jose import LEEWAY, TokenRefused, check_times, fingerprint, verify
from consent.keys import KeyRefused, accept_key
from consent.signer import ASSERTION_TYPE, EVENT_PREFIX, EVENT_TYPE, PURPOSE_OF, Errand

ONE_USE: Final = timedelta(seconds=120)
_LONGEST_DELIVERY: Final = timedelta(days=30)
_STANDS: Final = ("given", "renewed", "consumed")
"""A permission for one use is used up by this very question; its assertion works once."""
_PRESENT: Final = {"actions", "locations", "purpose", "datatypes", "type"}


class Refusal(Exception):
    """An RFC 9457 answer. `kind` is the last part of its type."""

    def __init__(self, status: int, kind: str, **more: Any) -> None:
        super().__init__(kind)
        self.status = status
        self.kind = kind
        self.more = more


@dataclass(frozen=True, slots=True)
class Assertion:
    """A question that passed every check."""

    claims: Mapping[str, Any]
    request_hash: str
    interaction_id: str
    datatypes: tuple[str, ...]
    answer_to: ECKey | None

    @property
    def subject(self) -> str:
        return str(self.claims["sub"])


async def take_assertion(department: Department, request: web.Request, errand: Errand) -> Assertion:
    """Verify everything about one assertion and use it up, or raise Refusal."""
    interaction_id = _interaction_id(request)
    token = await _body(request, "application/jwt")
    claims = await _verified(department, token, ASSERTION_TYPE)
    _check_addressed(department, claims)
    _check_when(department, claims)
    if claims.get("htm") != request.method or claims.get("htu") != department.url + request.path:
        raise Refusal(401, "assertion-invalid")
    datatypes = _check_purpose(department, claims, errand)
    _check_consent(department, claims)
    answer_to = _answer_key(claims) if errand is Errand.DEBT_QUERY else None
    jti = claims.get("jti")
    if not isinstance(jti, str) or len(jti) < 22:
        raise Refusal(401, "assertion-invalid")
    if not department.seen.first_time(jti, department.clock.now(), ONE_USE):
        raise Refusal(409, "assertion-replayed")
    return Assertion(claims, fingerprint(token), interaction_id, datatypes, answer_to)


@dataclass(frozen=True, slots=True)
class Told:
    """What one Security Event Token says. `again`: we had it before, and did it then."""

    kind: str
    content: dict[str, Any]
    claims: Mapping[str, Any]
    again: bool

    @property
    def jti(self) -> str:
        return str(self.claims["jti"])


async def take_event(department: Department, request: web.Request) -> Told:
    """Verify everything about one event, or raise Refusal."""
    _interaction_id(request)
    token = await _body(request, f"application/{EVENT_TYPE}")
    claims = await _verified(department, token, EVENT_TYPE)
    _check_addressed(department, claims)
    now, issued = department.clock.now(), claims.get("iat")
    if type(issued) is not int or not (now - _LONGEST_DELIVERY < _moment(issued) <= now + LEEWAY):
        raise Refusal(401, "clock-skew")
    events, subject = claims.get("events"), claims.get("sub_id")
    if not isinstance(events, dict) or len(events) != 1 or not isinstance(subject, dict):
        raise Refusal(400, "malformed")
    ((name, content),) = events.items()
    if not name.startswith(EVENT_PREFIX) or not isinstance(content, dict):
        raise Refusal(400, "malformed")
    jti = claims.get("jti")
    if not isinstance(jti, str) or not isinstance(content.get("grant_id"), str):
        raise Refusal(400, "malformed")
    again = jti in department.events_seen
    department.events_seen.add(jti)
    return Told(name.removeprefix(EVENT_PREFIX), content, claims, again)


def _interaction_id(request: web.Request) -> str:
    said = request.headers.get("x-svd-interaction-id", "")
    try:
        return str(uuid.UUID(said))
    except ValueError:
        raise Refusal(400, "malformed") from None


async def _body(request: web.Request, content_type: str) -> str:
    if request.content_type != content_type:
        raise Refusal(400, "malformed")
    try:
        return (await request.read()).decode("ascii")
    except UnicodeDecodeError:
        raise Refusal(400, "malformed") from None


async def _verified(department: Department, token: str, typ: str) -> dict[str, Any]:
    try:
        return verify(token, await department.portal_keys.get(), typ=typ)
    except KeyRefused:
        raise Refusal(503, "unavailable") from None
    except TokenRefused as fault:
        if fault.why != "key":
            _refuse_token(fault)
    try:
        return verify(token, await department.portal_keys.get(again=True), typ=typ)
    except (TokenRefused, KeyRefused):
        raise Refusal(401, "client-unknown") from None


def _refuse_token(fault: TokenRefused) -> NoReturn:
    if fault.why == "too_big":
        raise Refusal(413, "too-large") from None
    raise Refusal(401, "assertion-invalid") from None


def _check_addressed(department: Department, claims: Mapping[str, Any]) -> None:
    if claims.get("iss") != department.portal:
        raise Refusal(401, "client-unknown")
    if claims.get("aud") != department.name:
        raise Refusal(401, "assertion-invalid")


def _check_when(department: Department, claims: Mapping[str, Any]) -> None:
    """Within its minute, and not older than we are: what we used before we were started last
    is no longer in our memory (SEC-49)."""
    now = department.clock.now()
    try:
        check_times(claims, now, longest=timedelta(seconds=60))
    except TokenRefused as fault:
        kinds = {"expired": "assertion-expired", "not_yet": "clock-skew"}
        raise Refusal(401, kinds.get(fault.why, "assertion-invalid")) from None
    if type(claims.get("nbf")) is not int or _moment(claims["nbf"]) > now + LEEWAY:
        raise Refusal(401, "clock-skew")
    if _moment(claims["iat"]) < department.started:
        raise Refusal(401, "assertion-expired")


def _check_purpose(
    department: Department, claims: Mapping[str, Any], errand: Errand
) -> tuple[str, ...]:
    """One authorisation, of this kind, for its own purpose, for fields of our agreement."""
    details = claims.get("authorization_details")
    if not isinstance(details, list) or len(details) != 1 or not isinstance(details[0], dict):
        raise Refusal(400, "malformed")
    said = details[0]
    if set(said) != _PRESENT or said["type"] != errand.value:
        raise Refusal(403, "purpose-not-agreed")
    if said["purpose"] != PURPOSE_OF[errand] or said["locations"] != [department.name]:
        raise Refusal(403, "purpose-not-agreed")
    wanted = said["datatypes"]
    if not isinstance(wanted, list) or any(field not in DATATYPES for field in wanted):
        raise Refusal(422, "field-not-agreed")
    return tuple(wanted)


def _check_consent(department: Department, claims: Mapping[str, Any]) -> None:
    consent, subject = claims.get("consent"), claims.get("sub")
    if not isinstance(consent, dict) or not isinstance(subject, str) or len(subject) < 22:
        raise Refusal(400, "malformed")
    ends = consent.get("exp")
    live = (
        consent.get("state") in ("given", "renewed")
        and type(ends) is int
        and _moment(ends) > department.clock.now()
        and claims.get("citizen_present") is True
        and isinstance(claims.get("auth"), dict)
        and claims["auth"].get("ial") == "P2"
    )
    forgotten = subject in department.ended_subjects or (
        claims.get("grant_id") in department.ended_grants
    )
    if not live or forgotten:
        raise Refusal(403, "consent-not-live")
    if claims.get("grant_id") in department.paused_grants and not department.status.on:
        raise Refusal(403, "consent-not-live")
    department.note_grant(subject, str(claims.get("grant_id")))


async def check_standing(department: Department, assertion: Assertion) -> None:
    """Believe nobody's word but the portal's of this moment: a withdrawal counts here before its
    event has come. What cannot be read is not answered."""
    if not department.status.on:
        return
    grant_id = str(assertion.claims["grant_id"])
    try:
        state = await department.status.state_of(grant_id)
    except StatusUnknown:
        department.received.status["not read"] += 1
        raise Refusal(503, "unavailable", retry_after=5) from None
    department.received.status[state] += 1
    if state not in _STANDS:
        raise Refusal(403, "consent-not-live")
    department.pause_grant(grant_id, ends=True)


def _answer_key(claims: Mapping[str, Any]) -> ECKey:
    said = claims.get("resp_enc")
    if not isinstance(said, dict) or (said.get("alg"), said.get("enc")) != ("ECDH-ES", "A256GCM"):
        raise Refusal(400, "malformed")
    jwk = said.get("jwk")
    if not isinstance(jwk, dict) or "d" in jwk or jwk.get("use") != "enc":
        raise Refusal(400, "malformed")
    try:
        key = accept_key(jwk)
    except KeyRefused:
        raise Refusal(400, "malformed") from None
    if not isinstance(key, ECKey):
        raise Refusal(400, "malformed")
    return key


def _moment(seconds: int) -> datetime:
    try:
        return datetime.fromtimestamp(seconds, UTC)
    except (OverflowError, ValueError, OSError):
        raise Refusal(400, "malformed") from None
