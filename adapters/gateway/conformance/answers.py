"""A right question is answered for itself alone: signed, sealed, padded, and with no more than was
agreed to."""

from __future__ import annotations

import json
import time
from typing import Any, Final

from adapters.gateway.conformance.checks import check
from adapters.gateway.conformance.items import check_item, is_handle, is_pence
from adapters.gateway.conformance.lab import LARGEST, Lab, Question, Reply, fingerprint
from adapters.gateway.conformance.tokens import payload, unseal, verify
from adapters.gateway.conformance.verdict import Failed, must, shown

ANSWER: Final = "debt-view+jwt"
STEP: Final = 4096
CLAIMS: Final = {
    *("iss", "aud", "sub", "iat", "exp", "jti", "in_response_to", "request_hash", "result"),
    *("completeness", "not_shown", "needs_fact", "subject_handle", "items", "total_pence"),
    "look_again_on",
}
RESULTS: Final = {"matched", "not_matched", "ambiguous", "needs_fact", "withheld"}


def ask(lab: Lab, question: Question) -> dict[str, Any]:
    """The claims of the answer to a right question; every answer must pass all of this."""
    reply, token = lab.put(question)
    return opened(lab, question, reply, token)


def opened(lab: Lab, question: Question, reply: Reply, token: str) -> dict[str, Any]:
    must(reply.status == 200, f"it answers {reply.status} {shown(reply.body)}, not 200")
    must(reply.kind == "application/jose", f"it comes as {reply.kind}, not application/jose")
    must(len(reply.body) <= LARGEST, f"the answer has {len(reply.body)} bytes")
    must("no-store" in reply.headers.get("Cache-Control", ""), "Cache-Control is not no-store")
    must("Set-Cookie" not in reply.headers, "it sets a cookie")
    must("Content-Encoding" not in reply.headers, "the body is compressed")
    header, body = _opened(reply.body, question)
    must(header.get("kid") == question.private.kid, "it is not sealed to the key of this question")
    must("zip" not in header, "what is sealed is compressed")
    signed = body.decode("ascii")
    said = _verified(lab, signed)
    must(len(payload(signed)) % STEP == 0, f"it is not padded to a multiple of {STEP} bytes")
    _is_for(lab, question, token, said)
    return said


def _opened(body: bytes, question: Question) -> tuple[dict[str, Any], bytes]:
    try:
        return unseal(body.decode("ascii"), question.private)
    except ValueError as fault:
        raise Failed(f"it cannot be opened with the key of this question: {fault}") from None


def _verified(lab: Lab, signed: str) -> dict[str, Any]:
    try:
        return verify(signed, lab.jwks, ANSWER)
    except ValueError as fault:
        raise Failed(str(fault)) from None


def _is_for(lab: Lab, question: Question, token: str, said: dict[str, Any]) -> None:
    expected = {
        "iss": lab.name,
        "aud": lab.portal.issuer,
        "sub": question.claims["sub"],
        "in_response_to": question.claims["jti"],
        "request_hash": fingerprint(token),
    }
    for name, value in expected.items():
        wrong = f"{name} is {shown(said.get(name))}; for this question it is {shown(value)}"
        must(said.get(name) == value, wrong)
    now, issued, ends = int(time.time()), said.get("iat"), said.get("exp")
    if type(issued) is not int or type(ends) is not int:
        raise Failed("iat and exp must be whole seconds since 1970")
    must(now - 30 <= issued <= now + 10, f"iat is {issued}; now is {now} seconds since 1970")
    must(0 < ends - issued <= 300, f"exp is {ends - issued} seconds after iat, not 1 to 300")
    must(isinstance(said.get("jti"), str), "it has no jti")
    must(said.get("result") in RESULTS, f"there is no result {said.get('result')!r}")
    unasked = sorted(set(said) - CLAIMS)
    must(not unasked, f"it says what the protocol does not have: {', '.join(unasked)}")


def matched(lab: Lab, question: Question) -> dict[str, Any]:
    """The answer about the person of the test, who owes something."""
    said = ask(lab, question)
    must(said["result"] == "matched", f"the person of the test is {said['result']}")
    items = said.get("items")
    must(isinstance(items, list) and 0 < len(items) <= 60, "there must be 1 to 60 debts")
    fields = question.claims["authorization_details"][0]["datatypes"]
    for item in items or ():
        check_item(item, fields)
    return said


@check("answer: right", "a right question gets a signed and sealed answer for itself, padded")
def right(lab: Lab) -> None:
    said = matched(lab, lab.question())
    handles = [item["debt_handle"] for item in said["items"]]
    must(len(set(handles)) == len(handles), "a debt handle stands twice")
    must(is_handle(said.get("subject_handle")), "there is no subject_handle to ask with next time")
    must(said.get("completeness") in ("complete", "partial"), "completeness is not said")
    total = said.get("total_pence")
    must(total is None or is_pence(total), "total_pence is not whole pence")


@check(
    "answer: stranger", "of somebody whom it does not know it says not_matched, sealed and padded"
)
def stranger(lab: Lab) -> None:
    nobody = {
        "given_names": "Nobody",
        "family_name": "Unknownperson",
        "birth_date": "1901-01-01",
        "address": {"lines": ["1 Nowhere Road"], "postcode": "ZZ99 9ZZ"},
    }
    said = ask(lab, lab.question(match=nobody))
    must(said["result"] in ("not_matched", "ambiguous"), f"it says {said['result']}")
    must(not said.get("items"), "it sends debts of somebody")
    must("subject_handle" not in said, "it gives a handle for nobody")


@check("answer: agreed fields", "fields that a person did not agree to are not sent")
def fewer(lab: Lab) -> None:
    question = lab.question()
    question.claims["authorization_details"][0]["datatypes"] = [
        *("balance_pence", "type_code", "label")
    ]
    matched(lab, question)


@check("answer: again", "the handle of an earlier answer finds the person without the facts")
def again(lab: Lab) -> None:
    first = lab.question()
    said = matched(lab, first)
    later = lab.question(subject=first.claims["sub"], subject_handle=said["subject_handle"])
    del later.claims["match"]
    later.claims["grant_id"] = first.grant_id
    again = matched(lab, later)
    must(
        [item["debt_handle"] for item in said["items"]]
        == [item["debt_handle"] for item in again["items"]],
        "debts have other handles than a moment ago: no plan could name them",
    )


@check("answer: unknown handle", "a handle that it did not give is 422 handle-unknown")
def unknown_handle(lab: Lab) -> None:
    question = lab.question(subject_handle="AAAAAAAAAAAAAAAAAAAAAAAA")
    del question.claims["match"]
    refused(lab.put(question)[0], (422,), ("handle-unknown",))


@check("answer: another's handle", "a handle is good only with the id that it was given for")
def anothers_handle(lab: Lab) -> None:
    said = matched(lab, lab.question())
    question = lab.question(subject_handle=said["subject_handle"])
    del question.claims["match"]
    refused(lab.put(question)[0], (422, 403), ("handle-unknown", "consent-not-live"))


@check(
    "answer: pairwise", "the same person under another id has another handle: nothing can be joined"
)
def pairwise(lab: Lab) -> None:
    one, two = (matched(lab, lab.question())["subject_handle"] for _ in range(2))
    must(one != two, "the handle is the same under two ids")


def refused(reply: Reply, statuses: tuple[int, ...], kinds: tuple[str, ...]) -> None:
    """An RFC 9457 problem of one of these kinds, and nothing else."""
    must(reply.status in statuses, f"it answers {reply.status}, not {_or(statuses)}")
    must(reply.kind == "application/problem+json", f"a refusal comes as {reply.kind}")
    must("Set-Cookie" not in reply.headers, "it sets a cookie")
    said = _problem(reply)
    kind = str(said.get("type", "")).removeprefix("urn:svd:problem:")
    must(kind in kinds, f"its type is {said.get('type')!r}, not {_or(kinds)}")
    must(said.get("status") == reply.status, "the status in the body is another one")


def _problem(reply: Reply) -> dict[str, Any]:
    said = json.loads(reply.body)
    must(isinstance(said, dict), "a problem is an object")
    found: dict[str, Any] = said
    return found


def _or(values: tuple[Any, ...]) -> str:
    return " or ".join(map(str, values))
