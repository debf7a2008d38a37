"""What a check can find: that something is not so, or that it is left to the department."""

from __future__ import annotations


class Failed(Exception):
    """The department does what it must not, or not what it must."""


class NotOffered(Exception):
    """The protocol leaves this to the department, and it does not do it."""


def must(right: bool, why: str) -> None:
    if not right:
        raise Failed(why)


def shown(value: object) -> str:
    """What was sent instead, as a reader can find it again; of a person of the test."""
    text = repr(value)
    return text if len(text) <= _LONGEST else f"{text[:_LONGEST]}…"


_LONGEST = 120
