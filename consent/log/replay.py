"""What the events of one permission say its rows must be. Plain comparison: no database, no clock.

An event cannot be changed unseen, so a row that says something else was changed.
"""

from __future__ import annotations

from base64 import urlsafe_b64decode
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from hashlib import sha256
from typing import Any, Final

import rfc8785

from consent.events import Event, Kind
from consent.lifecycle import ASKED, ENDED, State, transition
from consent.store.audit import Disposal, Logged
from consent.store.grants import Grant
from consent.store.requests import Request

SLACK: Final = timedelta(seconds=5)
"""A use, or an answer that was thrown away, is noted within this time of its event."""
STATE_OF: Final[Mapping[Kind, State]] = {
    **{Kind(state.value): state for state in State},
    Kind.RESUMED: State.GIVEN,
}
"""The state that a permission enters with an event of this kind."""
_RECORDED: Final = (Kind.GIVEN, Kind.RENEWED)

Rebuild = Callable[[Grant], str]
"""The hash (hex) of the record that a row describes, or an empty text where it cannot be made."""
DisposalDigest = Callable[[Disposal, Grant], str]
"""The hash (hex) that the event of a disposal commits to, by the version of then."""


@dataclass(frozen=True, slots=True)
class Fault:
    """One thing that is not as the log says: which row, and what about it."""

    row: str
    what: str

    def __str__(self) -> str:
        return f"{self.row}: {self.what}"


@dataclass(frozen=True, slots=True)
class Told:
    """Where the events of a permission leave it."""

    state: State | None = None
    changed_at: datetime | None = None
    changed_by: str = ""
    reason: str = ""
    ended_at: datetime | None = None
    ended_by: str | None = None
    requested_at: datetime | None = None


def before_digests(event: Event, leaf_hash: str) -> bool:
    """Was this leaf hashed in the form of before events had a digest and an interaction?"""
    if event.digest is not None or event.interaction_id is not None:
        return False
    old = {
        "event_id": str(event.event_id),
        "at": event.at.isoformat(),
        "subject": str(event.subject),
        "grant_id": event.grant_id,
        "department": event.department,
        "purpose": event.purpose,
        "kind": str(event.kind),
        "by": event.by,
        "outcome": event.outcome,
    }
    salt = urlsafe_b64decode(event.salt + "==")
    return sha256(b"\x00" + salt + rfc8785.dumps(old)).hexdigest() == leaf_hash


def replay(logged: Sequence[Logged]) -> tuple[Told, list[Fault]]:
    """Walk through the steps of one permission; a step that no table allows is a fault."""
    told, faults = Told(), []
    for place, one in enumerate(logged):
        event = one.event
        after = STATE_OF.get(event.kind)
        if after is None:
            continue
        old = told.state is None and event.kind is Kind.GIVEN and place == 0
        if not (old and before_digests(event, one.leaf_hash)) and (
            transition(told.state, after, event.by) is None
        ):
            faults.append(
                Fault(f"consent_event {event.event_id}", f"no step leads from {told.state} to here")
            )
        ends = after in ENDED
        told = Told(
            after,
            event.at,
            event.by,
            event.outcome,
            (told.ended_at or event.at) if ends else None,
            (told.ended_by or event.by) if ends else None,
            event.at if event.kind is Kind.REQUESTED else told.requested_at,
        )
    return told, faults


def of_request(request: Request, logged: Sequence[Logged]) -> Iterator[Fault]:
    """A row of what was shown and not agreed to, against its events."""
    told, faults = replay(logged)
    yield from faults
    name = f"consent_request {request.grant_id}"
    if told.state not in ASKED:
        yield Fault(name, f"its events say {told.state}, and then it has no such row")
        return
    decided = told.changed_at if told.state in ENDED else None
    expected = {
        "state": told.state,
        "changed_at": told.changed_at,
        "changed_by": told.changed_by,
        "decided_at": decided,
        "requested_at": told.requested_at,
    }
    yield from _differences(name, request, expected)
    yield from _whose(name, request, logged)
    shown = [one.event for one in logged if one.event.kind is Kind.REQUESTED]
    if shown and shown[-1].digest not in (None, request.notice_sha256):
        yield Fault(name, "notice_sha256 is not what the event of the request commits to")


def of_grant(
    grant: Grant,
    logged: Sequence[Logged],
    superseded: Sequence[Grant],
    disposals: Sequence[Disposal],
    *,
    rebuild: Rebuild,
    disposal_digest: DisposalDigest | None,
) -> Iterator[Fault]:
    """A grant's row, its superseded versions and its disposals, against its events."""
    told, faults = replay(logged)
    yield from faults
    name = f"consent_grant {grant.grant_id}"
    yield from _whose(name, grant, logged)
    expected = {
        "state": told.state,
        "changed_at": told.changed_at,
        "changed_by": told.changed_by,
        "reason": told.reason,
        "ended_at": told.ended_at,
        "ended_by": told.ended_by,
    }
    yield from _differences(name, grant, expected)
    yield from _uses(name, grant, logged)
    yield from _word_of_the_department(name, grant, logged)
    yield from _records(grant, logged, superseded, rebuild)
    yield from _disposals([*superseded, grant], logged, disposals, disposal_digest)


def _whose(name: str, row: Grant | Request, logged: Sequence[Logged]) -> Iterator[Fault]:
    """Every event names the person, the department and the purpose of the row."""
    for column, said in (
        ("subject_id", {one.event.subject for one in logged}),
        ("department", {one.event.department for one in logged}),
        ("purpose", {one.event.purpose for one in logged}),
    ):
        if said - {getattr(row, column)}:
            yield Fault(name, f"{column} is not the one of its events")


def _uses(name: str, grant: Grant, logged: Sequence[Logged]) -> Iterator[Fault]:
    asked = [one.event.at for one in logged if one.event.kind is Kind.ASKED]
    if grant.uses != len(asked):
        yield Fault(name, f"uses is {grant.uses}, its events say {len(asked)}")
    if not _near(grant.last_used_at, [max(asked)] if asked else []):
        yield Fault(name, "last_used_at is not when it was last used by its events")


def _word_of_the_department(name: str, grant: Grant, logged: Sequence[Logged]) -> Iterator[Fault]:
    """`told_at` and the signed word that a department stopped, against the events that say so."""
    told = [one.event for one in logged if one.event.kind is Kind.TOLD]
    began_before = bool(logged) and before_digests(logged[0].event, logged[0].leaf_hash)
    if grant.told_at != (told[-1].at if told else None) and (told or not began_before):
        yield Fault(name, "told_at is not when the department was last told by its events")
    words = [event.digest for event in told if event.digest]
    word = sha256(grant.stop_proof.encode()).hexdigest() if grant.stop_proof else None
    if word != (words[-1] if words else None):
        yield Fault(name, "stop_proof is not the last word that an event commits to")


def _records(
    grant: Grant, logged: Sequence[Logged], superseded: Sequence[Grant], rebuild: Rebuild
) -> Iterator[Fault]:
    """Each version's record gives its hash, follows the one before, and is in its event."""
    given = [one for one in logged if one.event.kind in _RECORDED]
    versions = [*superseded, grant]
    if len(versions) != len(given):
        yield Fault(
            f"consent_grant {grant.grant_id}",
            f"{len(versions)} versions are kept, its events say {len(given)}",
        )
    last: str | None = None
    for place, version in enumerate(versions):
        name = f"consent_grant {grant.grant_id}"
        if version is not grant:
            name = f"consent_version {grant.grant_id} {version.version}"
        if version.version != place + 1:
            yield Fault(name, f"version is {version.version} where {place + 1} belongs")
        if version.prev_record_hash != last:
            yield Fault(name, "prev_record_hash is not the hash of the record before")
        last = version.record_hash
        if place < len(given):
            yield from _record(name, version, given[place], rebuild)
            yield from _anchor(name, version, logged, given, place)


def _record(name: str, version: Grant, given: Logged, rebuild: Rebuild) -> Iterator[Fault]:
    event = given.event
    if event.digest != version.record_hash and not (
        event.digest is None and before_digests(event, given.leaf_hash)
    ):
        yield Fault(name, "record_hash is not the one that its event commits to")
    if version.given_at != event.at:
        yield Fault(name, "given_at is not the time of its event")
    as_given = replace(version, state=State(event.kind.value))
    if rebuild(as_given) != version.record_hash:
        yield Fault(name, "the record made from this row has another hash than record_hash")


def _anchor(
    name: str, version: Grant, logged: Sequence[Logged], given: Sequence[Logged], place: int
) -> Iterator[Fault]:
    """The sign-in's own word, where it came back, is the one of this version's event."""
    begin = logged.index(given[place])
    end = logged.index(given[place + 1]) if place + 1 < len(given) else len(logged)
    anchors = [one.event.digest for one in logged[begin:end] if one.event.kind is Kind.ANCHORED]
    if version.id_token_sha256 != (anchors[-1] if anchors else None):
        yield Fault(name, "id_token_sha256 is not the one that its event commits to")


def _disposals(
    versions: Sequence[Grant],
    logged: Sequence[Logged],
    disposals: Sequence[Disposal],
    digest: DisposalDigest | None,
) -> Iterator[Fault]:
    """Each disposal belongs to one ask, and its end to one event."""
    asked = {one.event.interaction_id: one.event for one in logged if one.event.kind is Kind.ASKED}
    done = {
        one.event.interaction_id: one.event for one in logged if one.event.kind is Kind.DISPOSED
    }
    for kept in disposals:
        name = f"disposal {kept.interaction_id}"
        ask, end = asked.get(kept.interaction_id), done.pop(kept.interaction_id, None)
        if ask is None:
            yield Fault(name, "no event says that this was asked")
        elif not _near(kept.asked_at, [ask.at]):
            yield Fault(name, "asked_at is not the time of its event")
        then = [version for version in versions if version.given_at <= kept.asked_at] or versions
        grant = then[-1]
        if (kept.subject_id, kept.department) != (grant.subject_id, grant.department):
            yield Fault(name, "it names another person or department than its grant")
        if end is None and (kept.disposed_at, kept.how) != (None, None):
            yield Fault(name, "no event says that this was disposed of")
        if end is not None and not _near(kept.disposed_at, [end.at]):
            yield Fault(name, "disposed_at is not the time of its event")
        if end is not None and digest is not None and digest(kept, grant) != end.digest:
            yield Fault(name, "its receipt has another hash than its event commits to")
    for interaction in done:
        yield Fault(f"disposal {interaction}", "an event says that it was made, and it is gone")


def _differences(name: str, row: object, expected: Mapping[str, Any]) -> Iterator[Fault]:
    for column, value in expected.items():
        found = getattr(row, column)
        if found != value:
            yield Fault(name, f"{column} is {found}, its events say {value}")


def _near(found: datetime | None, times: Sequence[datetime]) -> bool:
    if found is None:
        return not times
    return any(abs(found - at) <= SLACK for at in times)
