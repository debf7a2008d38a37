"""Messages: the day that each is about, when it is next tried, and what to look for quickly.

Nothing wrote to the table before; a house that went back to that time and comes again has rows.

Revision ID: 0008
Revises: 0007
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0008"
down_revision = "0007"
branch_labels = None
depends_on = None

MOMENT = sa.DateTime(timezone=True)
PLAN = (
    *("agreed", "changed", "line_agreed", "line_change_asked", "line_refused", "paid_ahead"),
    "payment_came",
)
PERMISSION = ("given", "renewed", "resumed", "suspended", "withdrawn")


def words(*values: str) -> str:
    return f"kind in ({', '.join(repr(value) for value in values)})"


def upgrade() -> None:
    op.add_column("message", sa.Column("day", sa.Date))
    op.execute("alter table message no force row level security")  # to see rows of before
    op.execute("update message set day = (made_at at time zone 'Europe/London')::date")
    op.execute("alter table message force row level security")
    op.alter_column("message", "day", nullable=False)
    op.add_column("message", sa.Column("try_at", MOMENT))
    op.add_column(
        "message",
        sa.Column("tries", sa.SmallInteger, nullable=False, server_default=sa.text("0")),
    )
    op.drop_index("ix_message_waiting", "message")
    op.create_index(
        "ix_message_due",
        "message",
        ["status", "try_at"],
        postgresql_where=sa.text("try_at is not null"),
    )
    op.create_index(
        "ix_plan_event_to_tell", "plan_event", ["at"], postgresql_where=sa.text(words(*PLAN))
    )
    op.create_index(
        "ix_consent_event_to_tell",
        "consent_event",
        ["at"],
        postgresql_where=sa.text(words(*PERMISSION)),
    )
    op.execute("grant update (try_at, tries, channel) on message to svd_worker")


def downgrade() -> None:
    op.execute("revoke update (channel) on message from svd_worker")
    op.drop_index("ix_consent_event_to_tell", "consent_event")
    op.drop_index("ix_plan_event_to_tell", "plan_event")
    op.drop_index("ix_message_due", "message")
    for column in ("tries", "try_at", "day"):
        op.drop_column("message", column)
    op.create_index(
        "ix_message_waiting",
        "message",
        ["made_at"],
        postgresql_where=sa.text("status in ('waiting', 'sent')"),
    )
