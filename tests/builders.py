"""Builders of everyday things for tests: one line each where a test needs one."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from datetime import UTC, datetime
from uuid import UUID

from consent import notices as notice_files
from consent import register as register_files
from consent.clock import Chance, Clock, SetClock
from consent.grant import Given, Shown, Yes, give
from consent.ids import SubjectId
from consent.people import Person
from consent.permit import SignInEvidence
from consent.purposes import Purpose, PurposeTerms
from consent.sessions import Sessions
from consent.store import Store

NOON = datetime(2026, 3, 2, 12, 0, tzinfo=UTC)
ORIGIN = "http://localhost:8000"
WITHOUT_LIMITS = PurposeTerms(Purpose.VIEW_DEBTS, None)
"""For tests that use one permission more often than anybody may."""


def set_chance(seed: str = "chance") -> Chance:
    """Handed-in chance that repeats: the same seed gives the same bytes in the same order."""
    count = 0

    def draw(size: int) -> bytes:
        nonlocal count
        out = b""
        while len(out) < size:
            out += hashlib.sha256(f"{seed}:{count}".encode()).digest()
            count += 1
        return out[:size]

    return draw


def a_clock(at: datetime = NOON) -> SetClock:
    return SetClock(at)


def a_person(store: Store, clock: Clock, chance: Chance, name: str = "tamsin") -> Person:
    """Somebody who has signed in once."""
    sessions = Sessions(store, clock, chance, pepper=b"p" * 32)
    return Person(sessions.subject_for("https://identity.example", name))


def nobody_known() -> Person:
    return Person(SubjectId(UUID(int=1, version=4)))


def a_sign_in(clock: Clock) -> SignInEvidence:
    return SignInEvidence(at=clock.now(), vot="Cl.Cm", ial="P2", idp="one_login")


def a_yes(*codes: str, purpose: Purpose = Purpose.VIEW_DEBTS) -> list[Yes]:
    register = register_files.load()
    notice = notice_files.load().newest(purpose, "en")
    entries = [register.find(code) for code in codes]
    return [Yes(entry, notice) for entry in entries if entry]


def given(
    store: Store,
    clock: Clock,
    chance: Chance,
    actor: Person,
    codes: Sequence[str] = ("dwp",),
    *,
    purpose: Purpose = Purpose.VIEW_DEBTS,
    post_key: str = "post-1",
    opening: bytes | None = None,
) -> Given:
    """Permissions given now, as the page would give them."""
    return give(
        store,
        clock,
        chance,
        actor=actor,
        yeses=a_yes(*codes, purpose=purpose),
        shown=Shown(post_key=post_key, requested_at=clock.now(), language="en"),
        sign_in=a_sign_in(clock),
        origin=ORIGIN,
        opening=opening,
    )
