"""What the departments have answered in this visit, put together for the person who is here."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from datetime import date
from types import MappingProxyType

from app.http import session
from app.http.current import now, services
from consent.clock import london_date
from consent.holds import open_holds
from consent.ids import DepartmentCode
from consent.lifecycle import State
from consent.purposes import Purpose
from consent.store import grants
from consent.store.grants import Grant
from consent.store.holds import HoldRequest
from debts.asking import Asked, Held
from debts.view import Numbered, Permission, View, combine
from plan.rules.claim import Claim, Nation
from plan.rules.claims import claim_from_debt


def current_view(known: Mapping[DepartmentCode, Permission] | None = None) -> View:
    """One card for each department, as of now. Reads the vault and, in one short transaction,
    which permissions are live: without one nothing of an answer is read (SEC-7). `known` are
    permissions read a moment ago."""
    visit, codes = session.visit(), list(services().register.departments)
    asked = {code: visit.get(f"ask.{code}", Asked) for code in codes}
    held = {code: visit.get(f"answer.{code}", Held) for code in codes}
    return combine(
        services().register.departments.values(),
        now=now(),
        permissions=permissions() if known is None else known,
        asked={code: value for code, value in asked.items() if value is not None},
        held={code: value for code, value in held.items() if value is not None},
        deadlines=services().pulls.deadlines,
    )


def permissions() -> dict[DepartmentCode, Permission]:
    """Each department that this person has ever let us ask, and whether we still may."""
    actor = session.person()
    with services().store.transaction(actor) as tx:
        found = grants.latest_of(
            tx, actor.subject, list(services().register.departments), Purpose.VIEW_DEBTS
        )
    return read_permissions(found)


def read_permissions(found: Iterable[Grant]) -> dict[DepartmentCode, Permission]:
    """From grants, newest first: one live grant of a department is enough."""
    said: dict[DepartmentCode, Permission] = {}
    for grant in found:
        if grant.purpose is not Purpose.VIEW_DEBTS or grant.state not in _DECIDED:
            continue
        if grant.live(now()):
            said[grant.department] = Permission(live=True)
        elif grant.department not in said:
            said[grant.department] = _not_live(grant)
    return said


def _not_live(grant: Grant) -> Permission:
    if grant.state is State.SUSPENDED and now() < grant.expires_at:
        return Permission(False, grant.changed_at, paused=True)
    by_itself = grant.ended_at is None or grant.ended_by != "person"
    used_up = grant.state is State.CONSUMED and grant.one_time
    return Permission(False, grant.ended_at or grant.expires_at, by_itself, used_up)


_DECIDED = frozenset(State) - {State.REQUESTED, State.DEFERRED, State.REFUSED, State.LAPSED}


def tag_of(numbered: Numbered) -> str:
    """The keyed hash by which this debt is known again in what we keep."""
    return services().tokens.tag(
        numbered.debt.token, department=numbered.department, subject=session.person().subject
    )


def holds_by_tag() -> dict[str, HoldRequest]:
    """The person's open questions about debts, by the tag of the debt."""
    found = open_holds(services().store, actor=session.person())
    return {hold.debt_tag: hold for hold in found}


def moratorium_until(view: View) -> date | None:
    """The day on which we look again, while a moratorium is running; its kind is unknown here."""
    day = view.moratorium_look_again
    return day if day is not None and day >= london_date(now()) else None


def claims_for_plan(
    view: View,
    *,
    nation: Nation | None = None,
    declined: Collection[str] = (),
    pay_anyway: Mapping[str, bool] = MappingProxyType({}),
) -> list[Claim]:
    """Every debt of the view as a claim on a plan, with what we know besides: what the person
    questions, which departments they left out of the plan (`declined`), what they said of debts
    that may be too old (`pay_anyway`, by tag), and a moratorium that another department told of.
    Debts that two departments show are for the rules to recognise."""
    held = holds_by_tag()
    paused = moratorium_until(view) is not None
    return [
        claim_from_debt(
            numbered.debt,
            numbered.department,
            on=london_date(now()),
            nation=nation,
            disputed=tag_of(numbered) in held,
            no_permission=numbered.department in declined,
            in_breathing_space=paused,
            pay_anyway=pay_anyway.get(tag_of(numbered)) if pay_anyway else None,
            charges_stop=services().register.departments[numbered.department].stops_charges,
        )
        for numbered in view.debts
    ]
