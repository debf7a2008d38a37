"""What only time does: permissions of long ago, and a sign-in that is not fresh any more."""

from __future__ import annotations

from datetime import timedelta

import psycopg

from consent.clock import SetClock
from consent.grant import Shown, Yes, give
from consent.ids import DepartmentCode, PlanId, random_text
from consent.people import Person, Worker
from consent.permit import SignInEvidence
from consent.store import WORKER, open_store
from consent.store.grants import Grant
from consent.suspend import suspend
from plan import working_days
from plan.collect import fall_due
from plan.miss import count_missed
from plan.receive import receive_in
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


def fell_due(portal: Portal, *days_ago: int, paid: int = 0) -> None:
    """Payments of the one running plan fell due so many days ago, the longest ago first, and the
    next one is 20 days ahead. `paid` pence came in all. The worker was there."""
    part = portal.services
    worker = open_store(portal.database.worker_url, role=WORKER)
    days = working_days.load()
    for ago in days_ago:
        sql(portal, _AHEAD.format(days=-ago))
        fall_due(worker, part.clock, part.chance, working_days=days)
    sql(portal, _AHEAD.format(days=20))
    if paid:
        plan_id = PlanId(portal.rows("select plan_id from plan where state = 'active'")[0][0])
        with worker.transaction(Worker()) as tx:
            receive_in(tx, part.clock, part.chance, plan_id=plan_id, pence=paid)
    count_missed(worker, part.clock, part.chance)
    worker.close()


_AHEAD = (
    "update instalment set due_on = (now() at time zone 'Europe/London')::date + ({days})"
    " where state = 'planned'"
)
