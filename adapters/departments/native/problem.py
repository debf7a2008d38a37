"""RFC 9457 problems of the department protocol, in our words. By status and type, never by text."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any, Final

from adapters.departments.native.schema import BadItem, moment
from adapters.wire import Reply
from consent.strict_json import NotStrictJson, read_json
from debts.debt import Answer, Closed, NotAsked, Unanswered, Unavailable

PREFIX: Final = "urn:svd:problem:"
_LONGEST_WAIT: Final = timedelta(days=1)
_LONGEST_CLOSURE: Final = timedelta(days=14)


def problem_type(reply: Reply) -> str:
    """The last part of `type`, or an empty text when the body is no problem of ours."""
    said = _body(reply).get("type")
    return said.removeprefix(PREFIX) if isinstance(said, str) and said.startswith(PREFIX) else ""


def read_problem(reply: Reply, now: datetime) -> Answer:
    """What a refusal means for the person's card."""
    kind = problem_type(reply)
    if reply.status == 503 and kind == "unavailable":
        until = _closed_until(reply, now)
        if until is not None:
            return Closed(now, until)
    if reply.status == 404 and kind == "not-connected":
        return NotAsked("not_connected")
    if reply.status == 403:
        return Unavailable(now, Unanswered.REFUSED)
    return Unavailable(now, Unanswered.ERROR, _ask_again(reply, now))


def _closed_until(reply: Reply, now: datetime) -> datetime | None:
    """The end of a planned closure; one that is over, or weeks away, is no planned closure."""
    try:
        until = moment(_body(reply).get("closed_until"))
    except BadItem:
        return None
    return until if now < until <= now + _LONGEST_CLOSURE else None


def _ask_again(reply: Reply, now: datetime) -> datetime | None:
    said = reply.headers.get("retry-after", "")
    if not said.isascii() or not said.isdigit() or len(said) > 6:
        return None
    return now + min(timedelta(seconds=int(said)), _LONGEST_WAIT)


def _body(reply: Reply) -> dict[str, Any]:
    try:
        said = read_json(reply.body, max_bytes=8 * 1024)
    except NotStrictJson:
        return {}
    return said if isinstance(said, dict) else {}
