"""What only time does: permissions of long ago, and a sign-in that is not fresh any more."""

from __future__ import annotations

from datetime import timedelta

import psycopg

from consent.clock import SetClock
from consent.grant import Shown, Yes, give
from consent.ids import DepartmentCode, random_text
from consent.people import Person
from consent.permit import SignInEvidence
from consent.store.grants import Grant
from consent.suspend import suspend
from tests.portal import Portal


def sql(portal: Portal, statement: str) -> None:
    """As the superuser, whom no rule of the tables stops."""
    url = portal.database.superuser_url.replace("+psycopg", "")
    with psycopg.connect(url) as connection:
        connection.execute("set session_replication_role = replica")
        connection.execute(statement.encode())


def sign_in_grows_old(portal: Portal) -> None:
    """Signed in 20 minutes ago: too long for giving (SEC-31)."""
    sql(portal, "update session set signed_in_at = signed_in_at - interval '20 minutes'")


def given_days_ago(
    portal: Portal, actor: Person, days: int, *departments: str, notice: str = "view_debts/2"
) -> list[Grant]:
    """Permissions that this person gave so many days ago, with the words of that day."""
    part = portal.services
    then = SetClock(part.clock.now() - timedelta(days=days))
    words = part.notices.find(notice, "en")
    entries = [part.register.departments[DepartmentCode(code)] for code in departments]
    return list(
        give(
            part.store,
            then,
            part.chance,
            actor=actor,
            yeses=[Yes(entry, words) for entry in entries],
            shown=Shown(random_text(part.chance, 24), then.now(), "en"),
            sign_in=SignInEvidence(at=then.now(), vot="Cl.Cm", ial="P2", idp="one_login"),
            origin=portal.url,
        ).grants
    )


def paused_days_ago(portal: Portal, actor: Person, days: int, grant: Grant) -> None:
    part = portal.services
    then = SetClock(part.clock.now() - timedelta(days=days))
    suspend(part.store, then, part.chance, actor=actor, grant_id=grant.grant_id)
