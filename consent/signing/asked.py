"""What the signer is asked with. All of it is a caller's word."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from consent.signer import Errand, EventKind


@dataclass(frozen=True, slots=True, repr=False)
class Assertion:
    """A question to a department, or a message from the person.

    `session_hash` is SHA-256 of the token of the person's session, `interaction_id` names one ask.
    What is sealed is sealed to the department already; the signer cannot open it. Of the sign-in
    only `vot`, `ial` and `idp` are taken from here: its time is the session's own.
    """

    grant_id: str
    session_hash: str
    interaction_id: str
    audience: str
    htu: str
    htm: str
    errand: Errand
    vot: str
    ial: str
    idp: str
    fields: tuple[str, ...] = ()
    match_jwe: str | None = None
    request_jwe: str | None = None
    response_jwk: Mapping[str, Any] | None = None


@dataclass(frozen=True, slots=True, repr=False)
class Event:
    """Word to a department. `event_id` is the number by which a repeat is known."""

    kind: EventKind
    audience: str
    pairwise_id: str
    grant_id: str
    event_id: str = ""
    details: Mapping[str, Any] = field(default_factory=dict)
