"""A reference that is read out to the helpline costs the same however many people there are: what
the helpline may see is found by an index, also for a permission that was renewed since."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import psycopg
import pytest
from sqlalchemy import text

from consent.people import Anyone
from consent.store import HELPDESK, Store, grants, open_store
from tests.bench.loader import forget, some_grants
from tests.database import Database

PEOPLE = 1500


@pytest.fixture(scope="module")
def renewed(shared_database: Database) -> Iterator[str]:
    """Some thousands of permissions, each with an earlier version, and the receipt of one."""
    some_grants(shared_database.superuser_url, people=PEOPLE, past=10)
    url = shared_database.superuser_url.replace("+psycopg", "")
    with psycopg.connect(url, autocommit=True) as connection:
        connection.execute("set session_replication_role = replica")
        names = connection.execute(
            "select string_agg(column_name, ', '), string_agg(case column_name when 'receipt' then"
            " '''PV'' || substr(receipt, 3)' else column_name::text end, ', ')"
            " from information_schema.columns where table_name = 'consent_version'"
        ).fetchone()
        assert names is not None
        into, values = names
        copied = f"insert into consent_version ({into}) select {values} from consent_grant"
        connection.execute(copied.encode())
        connection.execute("vacuum (analyze) consent_version")
        row = connection.execute(
            "select receipt from consent_version offset 2000 limit 1"
        ).fetchone()
        assert row is not None
        yield row[0]
        connection.execute("truncate consent_version")
    forget(shared_database.superuser_url)  # their records are made up, which others look for


@pytest.fixture
def helpline(shared_database: Database) -> Iterator[Store]:
    opened = open_store(shared_database.helpdesk_url, role=HELPDESK)
    yield opened
    opened.close()


def nodes(plan: dict[str, Any]) -> Iterator[dict[str, Any]]:
    yield plan
    for child in plan.get("Plans", ()):
        yield from nodes(child)


def test_the_policy_finds_an_earlier_version_by_the_index_on_its_receipt(
    renewed: str, helpline: Store
) -> None:
    with helpline.transaction(Anyone(), receipt=renewed) as tx:
        (found,) = grants.of_receipt_read_out(tx, renewed)
        explained = tx.connection.execute(
            text("explain (analyze, format json) select * from consent_grant where grant_id = :id"),
            {"id": found.grant_id},
        ).scalar_one()
    looked = [node for node in nodes(explained[0]["Plan"]) if "Relation Name" in node]
    versions = [node for node in looked if node["Relation Name"] == "consent_version"]
    assert [node["Node Type"] for node in versions] == ["Index Scan"]
    assert versions[0]["Index Name"] == "ix_consent_version_receipt"
    assert "receipt = " in versions[0]["Index Cond"]
    assert all("Seq Scan" not in node["Node Type"] for node in looked)


def test_no_policy_of_the_helpline_reads_a_reference_as_a_text(shared_database: Database) -> None:
    url = shared_database.superuser_url.replace("+psycopg", "")
    with psycopg.connect(url) as connection:
        rows = connection.execute(
            "select tablename, qual from pg_policies where 'svd_helpdesk' = any(roles)"
        ).fetchall()
    as_text = [table for table, said in rows if said and ")::text = NULLIF" in said]
    assert as_text == []
    assert {"consent_grant", "consent_version", "plan"} <= {table for table, _ in rows}
