"""Who this is, for the errands of a page: what lies in the visit, read with the session beside it.

After a restart of the portal the session may live and the visit be gone: then these raise
SignInTooOld, which sends the person through the sign-in service and back to where they were.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from typing import Any, Final

from adapters.identity.identity import Identity
from app.citizen.slots import IDENTITY, TYPED, Typed
from app.http import session
from app.http.current import now, services
from consent.errors import SignInTooOld
from consent.permit import SignInEvidence
from consent.store import grants, people
from consent.store.grants import Grant
from consent.store.people import ContactRow
from debts.facts import Facts

PROVIDER: Final = "one_login"
"""How the records of a permission name the sign-in service."""


def identity() -> Identity:
    """Who the sign-in service says it is. Raises SignInTooOld when the visit is gone."""
    found = session.visit().get(IDENTITY, Identity)
    if found is None:
        raise SignInTooOld("the visit is gone")
    return found


def evidence() -> SignInEvidence:
    """How and when this person signed in, for a permission or a permit."""
    known, live = identity(), session.live_session()
    at = live.signed_in_at if live else known.auth_time
    return SignInEvidence(at=at, vot=known.vot, ial=known.ial, idp=PROVIDER)


def typed() -> Typed:
    """What they typed about themself in this visit."""
    return session.visit().get(TYPED, Typed) or Typed()


def keep_typed(**changes: Any) -> Typed:
    """Change some of it, for this visit."""
    changed = replace(typed(), **changes)
    session.visit().put(TYPED, changed)
    return changed


def facts() -> Facts:
    """What departments are given to find this person by; each is sent only its own part."""
    given = typed()
    return identity().facts(nino=given.nino, extras=given.extras)


def needs_nino(departments: Iterable[str]) -> bool:
    """Whether one of these is found by a National Insurance number, and nobody asked for it."""
    entries = (services().register.find(code) for code in departments)
    return not typed().nino_asked and any("nino" in entry.sends for entry in entries if entry)


def has_given() -> bool:
    """Whether this person ever gave a permission."""
    actor = session.person()
    with services().store.transaction(actor) as tx:
        return bool(grants.ended_of(tx, actor.subject, now(), limit=1)) or bool(
            grants.open_of(tx, actor.subject, now())
        )


def open_grants() -> list[Grant]:
    """Those that have not ended: in use, or paused."""
    actor = session.person()
    with services().store.transaction(actor) as tx:
        return grants.open_of(tx, actor.subject, now())


def live_grants() -> list[Grant]:
    """Those under which a department may be asked or told something now."""
    actor = session.person()
    with services().store.transaction(actor) as tx:
        return grants.live_of(tx, actor.subject, now())


def contact() -> ContactRow | None:
    """How this person may be reached; the address in it is sealed."""
    actor = session.person()
    with services().store.transaction(actor) as tx:
        return people.contact_of(tx, actor.subject)
