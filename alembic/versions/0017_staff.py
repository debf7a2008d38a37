"""Staff of departments: their accounts, their sessions, and what they did.

Revision ID: 0017
Revises: 0023
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0017"
down_revision = "0023"
branch_labels = None
depends_on = None

MOMENT = sa.DateTime(timezone=True)
DEPARTMENT = "nullif(current_setting('svd.department', true), '')"
SESSION = "nullif(current_setting('svd.session', true), '')"
KEY = "nullif(current_setting('svd.person_key', true), '')"
TABLES = ("staff_event", "staff_session", "staff_account")


def upgrade() -> None:
    op.create_table(
        "staff_account",
        sa.Column("staff_id", sa.Uuid, nullable=False),
        sa.Column("department", sa.String(12), nullable=False),
        sa.Column("account_key", sa.CHAR(64)),
        sa.Column("email", sa.String(254), nullable=False),
        sa.Column("answers", sa.Boolean, nullable=False),
        sa.Column("reconciles", sa.Boolean, nullable=False),
        sa.Column("administers", sa.Boolean, nullable=False),
        sa.Column("state", sa.String(8), nullable=False),
        sa.Column("made_at", MOMENT, nullable=False),
        sa.Column("changed_at", MOMENT, nullable=False),
        sa.PrimaryKeyConstraint("staff_id", name="pk_staff_account"),
        sa.UniqueConstraint("account_key", name="uq_staff_account_account_key"),
        sa.UniqueConstraint("department", "email", name="uq_staff_account_department_email"),
        sa.CheckConstraint(
            "state in ('invited', 'active', 'removed')", name="ck_staff_account_state"
        ),
        sa.CheckConstraint(
            "state <> 'active' or account_key is not null", name="ck_staff_account_known"
        ),
    )
    op.create_table(
        "staff_session",
        sa.Column("session_hash", sa.CHAR(64), nullable=False),
        sa.Column("staff_id", sa.Uuid, nullable=False),
        sa.Column("department", sa.String(12), nullable=False),
        sa.Column("started_at", MOMENT, nullable=False),
        sa.Column("signed_in_at", MOMENT, nullable=False),
        sa.Column("idle_until", MOMENT, nullable=False),
        sa.Column("ends_at", MOMENT, nullable=False),
        sa.PrimaryKeyConstraint("session_hash", name="pk_staff_session"),
        sa.ForeignKeyConstraint(
            ["staff_id"], ["staff_account.staff_id"], name="fk_staff_session_staff_id"
        ),
    )
    op.create_index("ix_staff_session_staff_id", "staff_session", ["staff_id"])
    op.create_index("ix_staff_session_ends_at", "staff_session", ["ends_at"])
    op.create_table(
        "staff_event",
        sa.Column("event_id", sa.Uuid, nullable=False),
        sa.Column("at", MOMENT, nullable=False),
        sa.Column("department", sa.String(12), nullable=False),
        sa.Column("staff_id", sa.Uuid, nullable=False),
        sa.Column("kind", sa.String(16), nullable=False),
        sa.Column("about", sa.String(36), nullable=False),
        sa.PrimaryKeyConstraint("event_id", name="pk_staff_event"),
    )
    op.create_index("ix_staff_event_department", "staff_event", ["department", "at"])
    op.create_index("ix_staff_event_at", "staff_event", ["at"])
    _close()


def _close() -> None:
    """A department's role sees its own staff. Before it is known whose browser asks, it sees the
    one session that the cookie names, or the one account that the sign-in names."""
    for table in TABLES:
        op.execute(f"alter table {table} enable row level security")
        op.execute(f"alter table {table} force row level security")
    own = f"department = {DEPARTMENT}"
    op.execute(
        "create policy department on staff_account for select to svd_department"
        f" using ({own} or account_key = {KEY})"
    )
    op.execute(
        "create policy department_adds on staff_account for insert to svd_department"
        f" with check ({own})"
    )
    op.execute(
        "create policy department_changes on staff_account for update to svd_department"
        f" using ({own})"
    )
    op.execute(
        "grant select, insert, update (account_key, answers, reconciles, administers, state,"
        " changed_at) on staff_account to svd_department"
    )
    op.execute(
        "create policy department on staff_session to svd_department"
        f" using ({own} or session_hash = {SESSION}) with check ({own})"
    )
    op.execute(
        "grant select, insert, delete, update (idle_until) on staff_session to svd_department"
    )
    op.execute(
        f"create policy department on staff_event for select to svd_department using ({own})"
    )
    op.execute(
        "create policy department_adds on staff_event for insert to svd_department"
        f" with check ({own})"
    )
    op.execute("grant select, insert on staff_event to svd_department")
    op.execute("grant select (state, changed_at), delete on staff_account to svd_worker")
    op.execute("create policy worker on staff_account to svd_worker using (true)")
    op.execute("grant select (idle_until, ends_at), delete on staff_session to svd_worker")
    op.execute("create policy worker on staff_session to svd_worker using (true)")
    op.execute("grant select (at), delete on staff_event to svd_worker")
    op.execute("create policy worker on staff_event to svd_worker using (true)")


def downgrade() -> None:
    for table in TABLES:
        op.drop_table(table)
