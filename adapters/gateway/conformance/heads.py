"""The word that money is on its way is taken from the portal alone, and repeats do no harm."""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping
from typing import Any, Final

from adapters.gateway.conformance.answers import refused
from adapters.gateway.conformance.checks import cases, check
from adapters.gateway.conformance.lab import EVENT, Lab, Reply
from adapters.gateway.conformance.tokens import new_key, sign, unsigned
from adapters.gateway.conformance.verdict import NotOffered, must
from adapters.gateway.heads import TYPE

PATH: Final = "/v1/allocation-heads"
PATIENCE: Final = 5.0
"""Seconds in which it comes for its money, if it does at all."""


def _claims(lab: Lab, sequence: int, **changes: Any) -> dict[str, Any]:
    said = {
        "iss": lab.portal.issuer,
        "aud": lab.name,
        "iat": int(time.time()),
        "sequence": sequence,
        "chain_hash": f"{sequence:064x}",
    }
    return said | changes


def _number() -> int:
    """One that was not told before: series begin at 1, the suite's far ahead of it."""
    return time.time_ns() // 1_000_000


def _put(lab: Lab, token: str, kind: str = "application/jwt") -> Reply:
    return lab.send(PATH, token, kind=kind)


def _right(lab: Lab, sequence: int) -> Reply:
    reply = _put(lab, sign(_claims(lab, sequence), lab.portal.key, TYPE))
    if reply.status in (404, 405):
        raise NotOffered("it does not want to be told, and fetches its money by itself")
    return reply


def _taken(reply: Reply) -> None:
    must(reply.status == 202, f"it answers {reply.status} {reply.body[:120]!r}, not 202")
    must("Set-Cookie" not in reply.headers, "it sets a cookie")


@check("head: told", "the word that money is on its way is taken, and taken again")
def told(lab: Lab) -> None:
    number = _number()
    _taken(_right(lab, number))
    _taken(_right(lab, number))
    _taken(_right(lab, number - 1))


@check("head: it comes", "after the word it comes for its money")
def it_comes(lab: Lab) -> None:
    before = lab.portal.fetched
    _taken(_right(lab, _number()))
    ends = time.monotonic() + PATIENCE
    while lab.portal.fetched == before:
        if time.monotonic() > ends:
            raise NotOffered(f"it did not ask this portal for money within {PATIENCE:.0f} seconds")
        time.sleep(0.02)


Make = Callable[[Lab, Mapping[str, Any]], str]
FORGED: Final[dict[str, Make]] = {
    "another key of a published name": lambda lab, said: sign(
        said, new_key("sig", str(lab.portal.key.kid)), TYPE
    ),
    "not signed": lambda lab, said: unsigned(said, str(lab.portal.key.kid), TYPE),
    "for another department": lambda lab, said: sign(
        {**said, "aud": "urn:svd:org:somebody-else"}, lab.portal.key, TYPE
    ),
    "from another portal": lambda lab, said: sign(
        {**said, "iss": "https://portal.elsewhere.example"}, lab.portal.key, TYPE
    ),
    "of tomorrow": lambda lab, said: sign(
        {**said, "iat": said["iat"] + 86_400}, lab.portal.key, TYPE
    ),
    "an event": lambda lab, said: sign(said, lab.portal.key, EVENT),
    "a number in words": lambda lab, said: sign(
        {**said, "sequence": str(said["sequence"])}, lab.portal.key, TYPE
    ),
}


@cases("forged head", "a word about money is refused", FORGED.items())
def forged(lab: Lab, make: Make) -> None:
    _taken(_right(lab, _number()))
    refused(
        _put(lab, make(lab, _claims(lab, _number()))),
        (400, 401, 403),
        ("malformed", "assertion-invalid", "client-unknown", "clock-skew"),
    )


@check("head: its size and kind", "a word about money is small, and says what it is")
def size_and_kind(lab: Lab) -> None:
    right = sign(_claims(lab, _number()), lab.portal.key, TYPE)
    _taken(_right(lab, _number()))
    refused(_put(lab, right, "text/plain"), (400, 415), ("malformed", "unsupported-type"))
    refused(_put(lab, "a" * 70_000), (413,), ("too-large",))
