"""What a reply means before its body counts: by status first, by code second, by text never.

For departments that have their own wire. Each of them keeps its own table of codes; this is what
they have in common (wire rules 3, 10 and 12).
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from email.utils import parsedate_to_datetime
from typing import Any, Final

from adapters.wire import Reply
from consent.errors import OutsideFailed
from consent.strict_json import NotStrictJson, read_json
from debts.debt import Answer, Closed, Unanswered, Unavailable

PLANNED: Final = timedelta(minutes=15)
"""A pause of this length or more, said in advance, is a planned closure."""
_LONGEST_CLOSURE: Final = timedelta(days=14)
_LONGEST_BODY: Final = 8 * 1024
_DEPTH: Final = 4


def not_answered(fault: OutsideFailed, now: datetime) -> Unavailable:
    """The call itself failed."""
    late = fault.kind == "timed_out"
    return Unavailable(now, Unanswered.TIMED_OUT if late else Unanswered.ERROR)


def no_answer(reply: Reply, now: datetime) -> Answer:
    """A status that is no answer: refused, closed until a time, or an error."""
    if reply.status in (401, 403):
        return Unavailable(now, Unanswered.REFUSED)
    until = retry_after(reply, now)
    if until is not None and reply.status == 503 and until - now >= PLANNED:
        return Closed(now, until)
    return Unavailable(now, Unanswered.ERROR, until)


def retry_after(reply: Reply, now: datetime) -> datetime | None:
    """The moment that a Retry-After header names, in seconds or as a date; within 14 days."""
    said = reply.headers.get("retry-after", "").strip()
    if said.isascii() and said.isdigit() and len(said) <= 7:
        until = now + timedelta(seconds=int(said))
    else:
        try:
            until = parsedate_to_datetime(said)
        except ValueError:
            return None
        until = until.replace(tzinfo=until.tzinfo or UTC).astimezone(UTC)
    return until if now < until <= now + _LONGEST_CLOSURE else None


def error_codes(reply: Reply) -> frozenset[str]:
    """Every `code` and `reason` that is written like one, in whichever of the shapes it comes:
    {code}, {code, reason}, {failures: [...]}, {errors: [...]}, {errors: {...}}, {statusCode}."""
    try:
        said = read_json(reply.body, max_bytes=_LONGEST_BODY)
    except NotStrictJson:
        return frozenset()
    return frozenset(_codes(said, _DEPTH))


def _codes(said: Any, depth: int) -> Iterator[str]:
    if isinstance(said, list):
        for item in said[:20]:
            yield from _codes(item, depth - 1)
    elif isinstance(said, dict) and depth:
        for name, value in said.items():
            if name in ("code", "reason", "statusCode", "reasonCode", "status"):
                yield str(value).strip().upper()
            elif isinstance(value, dict | list):
                yield from _codes(value, depth - 1)
