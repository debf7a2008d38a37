"""What a department is told is heeded, once, and only from the portal."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Final

from adapters.gateway.conformance.answers import matched, refused
from adapters.gateway.conformance.checks import cases, check
from adapters.gateway.conformance.lab import ASSERTION, EVENT, Lab, Question, Reply
from adapters.gateway.conformance.tokens import new_key, sign, verify
from adapters.gateway.conformance.verdict import Failed, NotOffered, must, shown

CONSENT: Final = "/v1/consent-events"
PLAN: Final = "/v1/plan-events"
WORD: Final = "stop-receipt+jwt"
LONGEST_WORD: Final = 1_200
PROPOSAL: Final = {
    "plan_reference": "PL8U V4PB JEAX",
    "lines": [{"debt_handle": "d_1", "share_pence": 2_000}],
    "frequency": "month",
    "pay_day": 28,
    "method": "card",
    "starts_on": "2026-12-28",
    "answer_by": "2026-12-22",
    "enforcement": "wait",
}

ENDED: Final = {
    "plan_reference": PROPOSAL["plan_reference"],
    "lines": [],
    "enforcement": "may_go_on",
}


def _ended(lab: Lab, kind: str, question: Question) -> dict[str, Any]:
    subject = {"format": "opaque", "id": question.claims["sub"]}
    return lab.event(kind, {"grant_id": question.grant_id}, sub_id=subject)


def _again(lab: Lab, question: Question) -> Question:
    """The same permission, asked under once more."""
    later = lab.question(subject=question.claims["sub"])
    later.claims["grant_id"] = question.grant_id
    return later


def _taken(reply: Reply) -> None:
    must(reply.status == 202, f"it answers {reply.status} {shown(reply.body)}, not 202")


@cases(
    "event",
    "after it, nothing is answered under the permission",
    [(kind, kind) for kind in ("withdrawn", "expired", "revoked", "invalidated")],
)
def ends(lab: Lab, kind: str) -> None:
    question = lab.question()
    matched(lab, question)
    event = _ended(lab, f"consent-{kind}", question)
    _taken(lab.tell(event))
    refused(lab.put(_again(lab, question))[0], (403,), ("consent-not-live",))
    _taken(lab.tell(event))
    refused(lab.put(_again(lab, question))[0], (403,), ("consent-not-live",))


@check("event: the handle goes", "with the last permission the handle for the person is gone")
def handle_goes(lab: Lab) -> None:
    question = lab.question()
    said = matched(lab, question)
    _taken(lab.tell(_ended(lab, "consent-withdrawn", question)))
    later = lab.question(
        subject=question.claims["sub"], subject_handle=said["subject_handle"], match=None
    )
    del later.claims["match"]
    kinds = ("consent-not-live", "handle-unknown")
    refused(lab.put(later)[0], (403, 422), kinds)


@check("event: paused and on", "a pause stops answers until the permission goes on")
def paused(lab: Lab) -> None:
    question = lab.question()
    matched(lab, question)
    lab.portal.states[question.grant_id] = "suspended"
    _taken(lab.tell(_ended(lab, "consent-suspended", question)))
    refused(lab.put(_again(lab, question))[0], (403,), ("consent-not-live",))
    lab.portal.states[question.grant_id] = "given"
    reply = lab.tell(_ended(lab, "consent-resumed", question))
    if reply.status == 400:
        raise NotOffered("it does not know consent-resumed, as departments of protocol 0.2")
    _taken(reply)
    matched(lab, _again(lab, question))


@check("event: nothing revives", "what has ended does not go on, whatever comes after")
def nothing_revives(lab: Lab) -> None:
    question = lab.question()
    matched(lab, question)
    _taken(lab.tell(_ended(lab, "consent-withdrawn", question)))
    lab.tell(_ended(lab, "consent-resumed", question))
    refused(lab.put(_again(lab, question))[0], (403,), ("consent-not-live",))


@check("event: its word", "where it gives its word that it stopped, the word is signed and right")
def its_word(lab: Lab) -> None:
    question = lab.question()
    matched(lab, question)
    event = _ended(lab, "consent-withdrawn", question)
    reply = lab.tell(event)
    _taken(reply)
    if not reply.body:
        raise NotOffered("202 without a body is enough")
    must(reply.kind == "application/jwt", f"its word comes as {reply.kind}")
    must(len(reply.body) <= LONGEST_WORD, f"its word has {len(reply.body)} characters")
    try:
        said = verify(reply.body.decode("ascii"), lab.jwks, WORD)
    except ValueError as fault:
        raise Failed(str(fault)) from None
    expected = {
        "iss": lab.name,
        "aud": lab.portal.issuer,
        "event_jti": event["jti"],
        "grant_id": question.grant_id,
        "said": "stopped",
    }
    for name, value in expected.items():
        must(said.get(name) == value, f"{name} of its word is {said.get(name)!r}")
    must(set(said) == {*expected, "iat", "jti"}, "its word says more or less than the protocol has")


Make = Callable[[Lab, dict[str, Any]], str]
FORGED: Final[dict[str, Make]] = {
    "another key of a published name": lambda lab, event: sign(
        event, new_key("sig", str(lab.portal.key.kid)), EVENT
    ),
    "for another department": lambda lab, event: sign(
        event | {"aud": "urn:svd:org:somebody-else"}, lab.portal.key, EVENT
    ),
    "from another portal": lambda lab, event: sign(
        event | {"iss": "https://portal.elsewhere.example"}, lab.portal.key, EVENT
    ),
    "of tomorrow": lambda lab, event: sign(
        event | {"iat": event["iat"] + 86_400}, lab.portal.key, EVENT
    ),
    "an assertion": lambda lab, event: sign(event, lab.portal.key, ASSERTION),
    "two events in one": lambda lab, event: sign(
        event
        | {
            "events": {
                **event["events"],
                "urn:uk:svd:event:consent-expired": {"grant_id": "g_" + "A" * 22},
            }
        },
        lab.portal.key,
        EVENT,
    ),
}


@cases("forged event", "an event is refused and changes nothing", FORGED.items())
def forged(lab: Lab, make: Make) -> None:
    question = lab.question()
    matched(lab, question)
    event = _ended(lab, "consent-withdrawn", question)
    reply = lab.send(CONSENT, make(lab, event), kind=f"application/{EVENT}")
    refused(
        reply,
        (400, 401, 403),
        ("malformed", "assertion-invalid", "client-unknown", "clock-skew", "assertion-expired"),
    )
    matched(lab, _again(lab, question))


@check("event: unknown", "an event that the protocol does not have is not taken")
def unknown(lab: Lab) -> None:
    reply = lab.tell(_ended(lab, "consent-forgotten", lab.question()))
    refused(reply, (400,), ("malformed",))


@check("plan: told", "a plan that is proposed, changed and ended is taken, and taken again")
def plan_told(lab: Lab) -> None:
    question = lab.question()
    said = matched(lab, question)
    line = {"debt_handle": said["items"][0]["debt_handle"], "share_pence": 2_000}
    for kind, content in (
        ("plan-proposed", {**PROPOSAL, "lines": [line]}),
        ("plan-changed", {**PROPOSAL, "lines": [{**line, "share_pence": 1_500}]}),
        ("plan-ended", ENDED),
    ):
        subject = {"format": "opaque", "id": question.claims["sub"]}
        event = lab.event(kind, {"grant_id": question.grant_id, **content}, sub_id=subject)
        _taken(lab.tell(event, path=PLAN))
        _taken(lab.tell(event, path=PLAN))


@check("plan: a break", "a plan that makes a break and goes on is taken, and taken again")
def plan_break(lab: Lab) -> None:
    question = lab.question()
    said = matched(lab, question)
    line = {"debt_handle": said["items"][0]["debt_handle"], "share_pence": 2_000}
    subject = {"format": "opaque", "id": question.claims["sub"]}
    for kind, more in (("plan-paused", {"look_again_on": "2027-02-28"}), ("plan-resumed", {})):
        content = {"grant_id": question.grant_id, **PROPOSAL, "lines": [line], **more}
        event = lab.event(kind, content, sub_id=subject)
        reply = lab.tell(event, path=PLAN)
        if reply.status == 400:
            raise NotOffered("it does not know plan-paused, as departments of protocol 0.5")
        _taken(reply)
        _taken(lab.tell(event, path=PLAN))


@check("plan: at its place", "a plan's event is taken at its own address only, with its reference")
def plan_place(lab: Lab) -> None:
    content = {"grant_id": "g_" + "A" * 22, **PROPOSAL}
    refused(lab.tell(lab.event("plan-proposed", content)), (400,), ("malformed",))
    del content["plan_reference"]
    refused(lab.tell(lab.event("plan-proposed", content), path=PLAN), (400,), ("malformed",))


@check("plan: forged", "a plan that the portal did not sign is not taken")
def plan_forged(lab: Lab) -> None:
    event = lab.event("plan-proposed", {"grant_id": "g_" + "A" * 22, **PROPOSAL})
    token = sign(event, new_key("sig", str(lab.portal.key.kid)), EVENT)
    kinds = ("assertion-invalid", "client-unknown")
    refused(lab.send(PLAN, token, kind=f"application/{EVENT}"), (401, 403), kinds)
