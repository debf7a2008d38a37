"""What only time does, done to the rows of a test."""

from __future__ import annotations

import psycopg

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


def year_goes_by(portal: Portal, *, but: int) -> None:
    """Every permission was given a year ago, less these days."""
    shift = f"interval '{365 - but} days'"
    sql(
        portal,
        f"update consent_grant set given_at = given_at - {shift},"
        f" requested_at = requested_at - {shift}, expires_at = expires_at - {shift}",
    )
