"""The matrix of roles, tables and verbs as the database's catalogue has it (SEC-65):
`python -m tests.security.roles` writes roles.txt anew from a fresh, migrated database."""

from __future__ import annotations

import sys
import tempfile
from pathlib import Path

import psycopg

from app.local.migrate import upgrade
from app.local.postgres import OWNER, USERS, start

FILE = Path(__file__).with_name("roles.txt")
VERBS = ("SELECT", "INSERT", "UPDATE", "DELETE", "TRUNCATE", "REFERENCES", "TRIGGER")


def matrix(connection: psycopg.Connection[tuple[object, ...]]) -> str:
    """One line for each role, table and verb; a verb on some columns only names them."""
    lines = [
        "# role table verb [columns]: made by `python -m tests.security.roles`, compared by a test",
    ]
    tables = [
        (str(name), int(str(oid)))
        for name, oid in connection.execute(
            "select c.relname, c.oid from pg_class c join pg_namespace n on n.oid = c.relnamespace"
            " where n.nspname = 'public' and c.relkind in ('r', 'p', 'v', 'm', 'S', 'f')"
            " order by c.relname"
        ).fetchall()
    ]
    for role in USERS:
        for table, oid in tables:
            for verb in VERBS:
                said = _said(connection, role, oid, verb)
                if said is not None:
                    lines.append(" ".join((role, table, verb.lower(), said)).rstrip())
    return "\n".join(lines) + "\n"


def _said(
    connection: psycopg.Connection[tuple[object, ...]], role: str, oid: int, verb: str
) -> str | None:
    kind = connection.execute("select relkind from pg_class where oid = %s", (oid,)).fetchone()
    if kind == ("S",):
        if verb not in ("SELECT", "UPDATE"):
            return None
        whole = connection.execute(
            "select has_sequence_privilege(%s, %s::oid, %s)", (role, oid, verb)
        ).fetchone()
        return "" if whole == (True,) else None
    whole = connection.execute(
        "select has_table_privilege(%s, %s::oid, %s)", (role, oid, verb)
    ).fetchone()
    if whole == (True,):
        return ""
    if verb not in ("SELECT", "INSERT", "UPDATE", "REFERENCES"):
        return None
    columns = connection.execute(
        "select attname from pg_attribute where attrelid = %s and attnum > 0 and not attisdropped"
        " and has_column_privilege(%s, attrelid, attnum, %s) order by attnum",
        (oid, role, verb),
    ).fetchall()
    return "(" + ", ".join(str(row[0]) for row in columns) + ")" if columns else None


def main() -> None:
    with tempfile.TemporaryDirectory() as folder:
        cluster = start(Path(folder), throwaway=True)
        try:
            upgrade(cluster.url(OWNER))
            with psycopg.connect(cluster.url(OWNER).replace("+psycopg", "")) as connection:
                FILE.write_text(matrix(connection), encoding="utf-8")
        finally:
            cluster.stop()
    sys.stdout.write(f"{FILE}\n")


if __name__ == "__main__":
    main()
