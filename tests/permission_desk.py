"""What tests of permissions do again and again: find the stop link, use a permission, look."""

from __future__ import annotations

from consent.ids import DepartmentCode
from consent.people import Person
from consent.permit import Permit, SignInEvidence
from consent.permits import permits_for
from consent.purposes import Purpose
from tests.builders import WITHOUT_LIMITS
from tests.portal import Client, Portal


def stop_link(
    client: Client,
    department: str = "Department for Work and Pensions",
    act: str = "asking",
) -> str:
    return client.get("/permissions").links()[f"Stop {act} {department}"]


def plan_rows(portal: Portal) -> list[tuple[str, int]]:
    """Its state and how many lines run."""
    return portal.rows(
        "select p.state, count(s.*) filter (where s.state in ('pending', 'agreed'))"
        " from plan p join plan_share s using (plan_id) group by p.plan_id"
    )


def person_of(portal: Portal) -> Person:
    return Person(portal.rows("select subject_id from person order by first_seen")[0][0])


def permits(portal: Portal, *departments: str) -> list[Permit]:
    part = portal.services
    sign_in = SignInEvidence(at=part.clock.now(), vot="Cl.Cm", ial="P2", idp="one_login")
    return permits_for(
        part.store,
        part.clock,
        part.chance,
        part.notices,
        actor=person_of(portal),
        purpose=Purpose.VIEW_DEBTS,
        sign_in=sign_in,
        departments=[DepartmentCode(code) for code in departments] or None,
        terms=WITHOUT_LIMITS,
    )
