"""Runs migrations on the connection handed over by app.local.migrate, or on DATABASE_URL."""

from __future__ import annotations

import importlib
import importlib.util
import os

from alembic import context
from sqlalchemy import Connection, MetaData, create_engine, pool


def kept() -> list[MetaData]:
    """The tables of the two packages that keep something."""
    found: list[MetaData] = []
    for name in ("consent.records", "plan.records"):
        if importlib.util.find_spec(name) is None:
            continue
        metadata = importlib.import_module(name).metadata
        if metadata not in found:
            found.append(metadata)
    return found


def migrate(connection: Connection) -> None:
    context.configure(
        connection=connection,
        target_metadata=kept(),
        compare_type=True,
        compare_server_default=True,
        transaction_per_migration=True,
    )
    with context.begin_transaction():
        context.run_migrations()


if context.is_offline_mode():
    raise SystemExit("Migrations need a database: set DATABASE_URL.")
handed_over = context.config.attributes.get("connection")
if handed_over is not None:
    migrate(handed_over)
else:
    with create_engine(os.environ["DATABASE_URL"], poolclass=pool.NullPool).connect() as opened:
        migrate(opened)
