"""Requests to hold a debt: a code and dates, never the person's words.

Revision ID: 0003
Revises: 0002
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None

MOMENT = sa.DateTime(timezone=True)
SUBJECT = "nullif(current_setting('svd.subject', true), '')::uuid"
REASONS = ("not_mine", "amount", "paid", "appeal", "coerced", "someone_else", "other")
STATES = ("sent", "not_sent", "letter", "kept_back", "closed")


def words(column: str, values: tuple[str, ...]) -> str:
    return f"{column} in ({', '.join(repr(value) for value in values)})"


def upgrade() -> None:
    op.create_table(
        "hold_request",
        sa.Column("hold_id", sa.Uuid, nullable=False),
        sa.Column("subject_id", sa.Uuid, nullable=False),
        sa.Column("department", sa.String(12), nullable=False),
        sa.Column("grant_id", sa.CHAR(24)),
        sa.Column("debt_token", sa.String(160), nullable=False),
        sa.Column("debt_tag", sa.CHAR(64), nullable=False),
        sa.Column("reason_code", sa.String(16), nullable=False),
        sa.Column("state", sa.String(12), nullable=False),
        sa.Column("reference", sa.CHAR(14), nullable=False),
        sa.Column("asked_at", MOMENT, nullable=False),
        sa.Column("changed_at", MOMENT, nullable=False),
        sa.PrimaryKeyConstraint("hold_id", name="pk_hold_request"),
        sa.CheckConstraint(words("reason_code", REASONS), name="ck_hold_request_reason_code"),
        sa.CheckConstraint(words("state", STATES), name="ck_hold_request_state"),
    )
    op.create_index(
        "uq_hold_request_open",
        "hold_request",
        ["subject_id", "debt_tag"],
        unique=True,
        postgresql_where=sa.text("state <> 'closed'"),
    )
    op.execute("alter table hold_request enable row level security")
    op.execute("alter table hold_request force row level security")
    op.execute(f"create policy portal on hold_request to svd_portal using (subject_id = {SUBJECT})")
    op.execute(
        "grant select, insert, update (state, changed_at, grant_id) on hold_request to svd_portal"
    )


def downgrade() -> None:
    op.drop_table("hold_request")
