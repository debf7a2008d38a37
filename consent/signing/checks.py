"""The rules by which the signer refuses, one a line, so that each can be tried without it.

Who calls may hold everything that the web process has: its password, its files, this socket. What
these rules let through, such a caller can have; so they look at rows, at the register and at the
notice, and believe nothing that was handed over.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final, Generic, TypeVar

from consent.errors import ConsentEnded, NotPermitted, ServiceError
from consent.jose import TokenRefused, parts
from consent.keys import KeyRefused, accept_key, public_jwk
from consent.lifecycle import VALID, State
from consent.register import DepartmentEntry
from consent.signer import DEPARTMENT_PREFIX, PATH_OF, PURPOSE_OF, EventKind
from consent.signing.asked import Assertion, Event
from consent.signing.once import Once
from consent.store.signing import Session, SignedFrom

_UUID: Final = re.compile(r"[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}")
_WORD: Final = re.compile(r"[A-Za-z0-9._:/-]{1,64}")
_EVENT_ID: Final = re.compile(r"[A-Za-z0-9_-]{1,64}")
_LONGEST_SEALED: Final = 32 * 1024
_PLAN_WORDS: Final = frozenset(
    (
        *("plan_reference", "lines", "frequency", "pay_day", "method", "starts_on", "answer_by"),
        *("enforcement", "look_again_on"),
    )
)
STATES_OF: Final[Mapping[EventKind, frozenset[State]]] = {
    EventKind.CONSENT_WITHDRAWN: frozenset({State.WITHDRAWN}),
    EventKind.CONSENT_EXPIRED: frozenset({State.EXPIRED, State.CONSUMED}),
    EventKind.CONSENT_REVOKED: frozenset({State.REVOKED}),
    EventKind.CONSENT_SUSPENDED: frozenset({State.SUSPENDED}),
    EventKind.CONSENT_RESUMED: VALID,
    EventKind.CONSENT_INVALIDATED: frozenset({State.INVALIDATED}),
    EventKind.PLAN_PROPOSED: VALID,
    EventKind.PLAN_CHANGED: VALID,
    EventKind.PLAN_PAUSED: VALID,
    EventKind.PLAN_RESUMED: VALID,
    EventKind.PLAN_ENDED: frozenset(State),
}
"""The states of a grant in which such a word is true, or may be said."""

C = TypeVar("C")


@dataclass(frozen=True, slots=True)
class Case:
    """One question as the signer sees it: its own rows and papers beside what was asked."""

    asked: Assertion
    grant: SignedFrom
    session: Session | None
    entry: DepartmentEntry | None
    fields: Collection[str]
    """What the person agreed to, by the notice that they saw."""
    once: Once
    now: datetime


@dataclass(frozen=True, slots=True)
class EventCase:
    asked: Event
    grant: SignedFrom
    now: datetime


@dataclass(frozen=True, slots=True)
class Check(Generic[C]):
    """It `holds`, or there is a `fault`. `name` is what the log says and what tests leave out."""

    name: str
    holds: Callable[[C], bool]
    fault: type[ServiceError]

    def __call__(self, case: C) -> None:
        if not self.holds(case):
            raise self.fault(self.name)


def _department(grant: SignedFrom) -> str:
    return DEPARTMENT_PREFIX + grant.department


def _session(case: Case) -> bool:
    live = case.session
    return live is not None and case.now < live.idle_until and case.now < live.ends_at


def _live(case: Case) -> bool:
    return case.grant.state in VALID or case.once.just_used(case.grant, case.now)


def _unexpired(case: Case) -> bool:
    return case.now < case.grant.expires_at


def _address(case: Case) -> bool:
    entry, asked = case.entry, case.asked
    return (
        entry is not None
        and (entry.connected, entry.wire, asked.htm) == (True, "native", "POST")
        and asked.htu == entry.address + PATH_OF[asked.errand]
    )


def _shape(case: Case) -> bool:
    asked = case.asked
    words = (asked.vot, asked.ial, asked.idp)
    return (
        _UUID.fullmatch(asked.interaction_id) is not None
        and all(_WORD.fullmatch(word) for word in words)
        and all(one is None or _sealed(one) for one in (asked.match_jwe, asked.request_jwe))
        and (asked.response_jwk is None or _public(asked.response_jwk))
    )


def _sealed(text: str) -> bool:
    try:
        return len(parts(text, 5, _LONGEST_SEALED)) == 5
    except (TokenRefused, ValueError):
        return False


def _public(jwk: Mapping[str, Any]) -> bool:
    try:
        key = accept_key({**jwk})
        return dict(jwk) == public_jwk(key) and key.get("use") == "enc"
    except (KeyRefused, ValueError):
        return False


ASSERTION: Final[tuple[Check[Case], ...]] = (
    Check("session", _session, ConsentEnded),
    Check("live", _live, ConsentEnded),
    Check("expiry", _unexpired, ConsentEnded),
    Check("purpose", lambda c: PURPOSE_OF[c.asked.errand] == c.grant.purpose, NotPermitted),
    Check(
        "audience",
        lambda c: c.asked.audience == DEPARTMENT_PREFIX + c.grant.department,
        NotPermitted,
    ),
    Check("address", _address, NotPermitted),
    Check("fields", lambda c: set(c.asked.fields) <= set(c.fields), NotPermitted),
    Check("shape", _shape, NotPermitted),
    Check(
        "once", lambda c: c.once.take(c.grant, c.asked.interaction_id, c.now), ConsentEnded
    ),  # the last, because it counts
)
"""Before an assertion, in this order."""


def _true(case: EventCase) -> bool:
    grant, kind = case.grant, case.asked.kind
    if grant.state not in STATES_OF[kind]:
        return False
    return STATES_OF[kind] != VALID or case.now < grant.expires_at


def _about(case: EventCase) -> bool:
    """A consent event says which grant and no more; a plan event has the words of a plan."""
    plan = case.asked.kind in _OF_PLANS
    return set(case.asked.details) <= (_PLAN_WORDS if plan else frozenset()) and (
        not plan or case.grant.purpose == "run_plan"
    )


_OF_PLANS: Final = frozenset(kind for kind in EventKind if kind.value.startswith("plan-"))

EVENT: Final[tuple[Check[EventCase], ...]] = (
    Check(
        "audience",
        lambda c: c.asked.audience == DEPARTMENT_PREFIX + c.grant.department,
        NotPermitted,
    ),
    Check("person", lambda c: c.asked.pairwise_id == c.grant.pairwise_id, NotPermitted),
    Check("true", _true, ConsentEnded),
    Check("about", _about, NotPermitted),
    Check(
        "number",
        lambda c: not c.asked.event_id or _EVENT_ID.fullmatch(c.asked.event_id) is not None,
        NotPermitted,
    ),
)
"""Before word of an event, in this order."""
