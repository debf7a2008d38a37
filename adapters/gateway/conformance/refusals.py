"""A question with one thing wrong is refused, before anything is looked up."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable
from typing import Any, Final

from joserfc.jwk import ECKey

from adapters.gateway.conformance.answers import matched, opened, refused
from adapters.gateway.conformance.checks import cases, check
from adapters.gateway.conformance.lab import ASSERTION, EVENT, LARGEST, Lab, Question, Reply
from adapters.gateway.conformance.tokens import (
    compact,
    new_key,
    public,
    seal,
    sign,
    signed_with_a_public_key,
    unsigned,
)
from adapters.gateway.conformance.verdict import NotOffered, must
from adapters.gateway.identity import base64url

DEBTS: Final = "/v1/debt-queries"
Spoil = Callable[[Lab, dict[str, Any]], None]
NOT_PROVED: Final = (401,), ("assertion-invalid", "client-unknown")
NOT_NOW: Final = (401,), ("assertion-expired", "clock-skew", "assertion-invalid")
NOT_READ: Final = (400, 401), ("malformed", "assertion-invalid", "client-unknown")
NOT_LIVE: Final = (403,), ("consent-not-live",)
NOT_AGREED: Final = (403,), ("purpose-not-agreed",)
NO_FIELD: Final = (422, 403), ("field-not-agreed", "purpose-not-agreed")
BAD: Final = (400,), ("malformed",)
Refusal = tuple[tuple[int, ...], tuple[str, ...]]


def _set(**changes: Any) -> Spoil:
    def spoil(_: Lab, claims: dict[str, Any]) -> None:
        claims |= changes

    return spoil


def _without(name: str) -> Spoil:
    def spoil(_: Lab, claims: dict[str, Any]) -> None:
        del claims[name]

    return spoil


def _shift(seconds: int, longer: int = 0) -> Spoil:
    """The whole minute is earlier or later; or `longer`."""

    def spoil(_: Lab, claims: dict[str, Any]) -> None:
        now = int(time.time()) + seconds
        claims |= {"iat": now, "nbf": now, "exp": now + 60 + longer}

    return spoil


def _detail(**changes: Any) -> Spoil:
    def spoil(_: Lab, claims: dict[str, Any]) -> None:
        claims["authorization_details"][0] |= changes

    return spoil


def _consent(**changes: Any) -> Spoil:
    def spoil(_: Lab, claims: dict[str, Any]) -> None:
        claims["consent"] |= changes

    return spoil


def _twice(_: Lab, claims: dict[str, Any]) -> None:
    claims["authorization_details"] *= 2


def _to_another(_: Lab, claims: dict[str, Any]) -> None:
    """The facts are sealed to a key that is not the department's."""
    claims["match"] = seal(b"{}", public(new_key("enc", "somebody-else")))


def _not_json(lab: Lab, claims: dict[str, Any]) -> None:
    claims["match"] = seal(b'{"family_name":', lab.sealing)


def _private(_: Lab, claims: dict[str, Any]) -> None:
    key = ECKey.import_key(new_key("enc", "x").as_dict(private=True))
    claims["resp_enc"] = {**claims["resp_enc"], "jwk": key.as_dict(private=True) | {"use": "enc"}}


CLAIMS: Final[dict[str, tuple[Spoil, Refusal]]] = {
    "for another department": (_set(aud="urn:svd:org:somebody-else"), NOT_PROVED),
    "a list of audiences": (lambda lab, c: c.update(aud=[lab.name]), NOT_PROVED),
    "no audience": (_without("aud"), NOT_PROVED),
    "from another portal": (_set(iss="https://portal.elsewhere.example"), NOT_PROVED),
    "two minutes old": (_shift(-120), NOT_NOW),
    "of tomorrow": (_shift(86_400), NOT_NOW),
    "good for an hour": (_shift(0, longer=3_540), NOT_NOW),
    "no end": (_without("exp"), NOT_NOW),
    "an end that is text": (_set(exp="2099-01-01"), NOT_NOW),
    "for another address": (lambda lab, c: c.update(htu=lab.target + "/v1/elsewhere"), NOT_PROVED),
    "for another method": (_set(htm="GET"), NOT_PROVED),
    "no number": (_without("jti"), NOT_PROVED),
    "a short number": (_set(jti="1"), NOT_PROVED),
    "another purpose": (_detail(purpose="hold_or_query"), NOT_AGREED),
    "another errand": (_detail(type="urn:uk:svd:hold-request:v1"), NOT_AGREED),
    "at another place": (_detail(locations=["urn:svd:org:somebody-else"]), NOT_AGREED),
    "a field that there is not": (_detail(datatypes=["balance_pence", "health"]), NO_FIELD),
    "two authorisations": (_twice, ((400, 403), ("malformed", "purpose-not-agreed"))),
    "a permission that was withdrawn": (_consent(state="withdrawn"), NOT_LIVE),
    "a permission that is paused": (_consent(state="suspended"), NOT_LIVE),
    "a permission that has ended": (_consent(exp=1_700_000_000), NOT_LIVE),
    "nobody is there": (_set(citizen_present=False), NOT_LIVE),
    "not proved who it is": (
        lambda _, c: c.update(auth={**c["auth"], "ial": "P1"}),
        NOT_LIVE,
    ),
    "no key to answer to": (_without("resp_enc"), BAD),
    "a private key to answer to": (_private, BAD),
    "facts sealed to another": (_to_another, BAD),
    "facts that are no JSON": (_not_json, BAD),
}


@cases("refused", "a question is refused", CLAIMS.items())
def spoilt(lab: Lab, case: tuple[Spoil, Refusal]) -> None:
    spoil, (statuses, kinds) = case
    question = lab.question()
    spoil(lab, question.claims)
    refused(lab.put(question)[0], statuses, kinds)


def _another_key(lab: Lab, question: Question) -> str:
    return sign(question.claims, new_key("sig", "not-published"), ASSERTION)


def _another_key_of_this_name(lab: Lab, question: Question) -> str:
    return sign(question.claims, new_key("sig", str(lab.portal.key.kid)), ASSERTION)


def _brings_its_key(lab: Lab, question: Question) -> str:
    key = new_key("sig", str(lab.portal.key.kid))
    return sign(question.claims, key, ASSERTION, {"jwk": public(key)})


def _changed(lab: Lab, question: Question) -> str:
    first, _, last = sign(question.claims, lab.portal.key, ASSERTION).split(".")
    question.claims["sub"] = "A" * 24
    return f"{first}.{base64url(compact(question.claims))}.{last}"


def _stray_bits(lab: Lab, question: Question) -> str:
    """The last letter of a signature of 64 bytes holds four bits that mean nothing."""
    token = sign(question.claims, lab.portal.key, ASSERTION)
    letters = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_"
    return token[:-1] + letters[letters.index(token[-1]) | 1]


def _a_key_twice(lab: Lab, question: Question) -> str:
    body = compact(question.claims)
    return sign(body[:-1] + b',"aud":"urn:svd:org:somebody-else"}', lab.portal.key, ASSERTION)


TOKENS: Final[dict[str, Callable[[Lab, Question], str]]] = {
    "a key that is not published": _another_key,
    "another key of a published name": _another_key_of_this_name,
    "a key that it brings along": _brings_its_key,
    "changed after it was signed": _changed,
    "no signature": lambda lab, q: unsigned(q.claims, str(lab.portal.key.kid), ASSERTION),
    "a public key as a secret": lambda lab, q: signed_with_a_public_key(
        q.claims, lab.portal.key, ASSERTION
    ),
    "another type": lambda lab, q: sign(q.claims, lab.portal.key, EVENT),
    "no type": lambda lab, q: sign(q.claims, lab.portal.key, ASSERTION, {"typ": None}),
    "a member that may not be there": lambda lab, q: sign(
        q.claims, lab.portal.key, ASSERTION, {"crit": ["b64"], "b64": True}
    ),
    "bits that mean nothing": _stray_bits,
    "a claim twice": _a_key_twice,
    "no token": lambda *_: "not.a.token",
}


@cases("forged", "a token is refused", TOKENS.items())
def forged(lab: Lab, make: Callable[[Lab, Question], str]) -> None:
    statuses, kinds = NOT_READ
    refused(lab.send(DEBTS, make(lab, lab.question())), statuses, kinds)


@check("forged: too large", "what is longer than 64 KiB is 413 too-large")
def too_large(lab: Lab) -> None:
    reply = lab.send(DEBTS, "A" * (LARGEST + 1) + ".e30.AA")
    refused(reply, (413,), ("too-large",))


@check("sent: as JSON", "a question of another content type is 400 malformed")
def another_kind(lab: Lab) -> None:
    token = sign(lab.question().claims, lab.portal.key, ASSERTION)
    refused(lab.send(DEBTS, token, kind="application/json"), (400, 415), ("malformed",))


@check("sent: no interaction id", "a question without x-svd-interaction-id is 400 malformed")
def no_interaction(lab: Lab) -> None:
    token = sign(lab.question().claims, lab.portal.key, ASSERTION)
    reply = lab.send(DEBTS, token, headers={"x-svd-interaction-id": None})
    refused(reply, (400,), ("malformed",))


@check("once: again", "an assertion works once: the same again is 409 assertion-replayed")
def again(lab: Lab) -> None:
    question = lab.question()
    reply, token = lab.put(question)
    opened(lab, question, reply, token)
    refused(lab.send(DEBTS, token), (409,), ("assertion-replayed",))


@check("once: at the same time", "of eight that come at once, one is answered")
def at_once(lab: Lab) -> None:
    question = lab.question()
    lab.portal.subjects[question.grant_id] = question.claims["sub"]
    token = sign(question.claims, lab.portal.key, ASSERTION)
    replies: list[Reply] = []
    gate = threading.Barrier(8)

    def send() -> None:
        gate.wait(10)
        replies.append(lab.send(DEBTS, token))

    threads = [threading.Thread(target=send) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(30)
    answered = sum(reply.status == 200 for reply in replies)
    must(answered == 1, f"{answered} of {len(replies)} were answered")


@check("once: spent by no fault", "a question that was refused does not use up another's number")
def not_spent(lab: Lab) -> None:
    """Somebody who saw a number cannot keep the real question from being answered."""
    question = lab.question()
    forged_first = sign(question.claims, new_key("sig", str(lab.portal.key.kid)), ASSERTION)
    lab.send(DEBTS, forged_first)
    matched(lab, question)


@check("refused: in silence", "a refusal says nothing of the person")
def in_silence(lab: Lab) -> None:
    question = lab.question()
    question.claims["consent"]["state"] = "withdrawn"
    said = lab.put(question)[0].body.decode("utf-8", "replace").lower()
    for name, value in lab.match.items():
        if isinstance(value, str) and len(value) > 2:
            must(value.lower() not in said, f"it repeats {name}")


@check("status: looks for itself", "where it asks how a permission stands, it believes the answer")
def looks(lab: Lab) -> None:
    before = lab.portal.asked
    question = lab.question()
    lab.portal.states[question.grant_id] = "withdrawn"
    reply, _ = lab.put(question)
    if lab.portal.asked == before:
        raise NotOffered("it does not ask; it waits to be told")
    refused(reply, (403,), ("consent-not-live",))


@check("status: no answer", "where it cannot read how a permission stands, it answers nothing")
def no_status(lab: Lab) -> None:
    before = lab.portal.asked
    lab.portal.away = True
    try:
        reply, _ = lab.put(lab.question())
    finally:
        lab.portal.away = False
    if lab.portal.asked == before:
        raise NotOffered("it does not ask; it waits to be told")
    refused(reply, (503,), ("unavailable",))
