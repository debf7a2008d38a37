"""The helpline notes that somebody has died: one more kind of event, found without a search.

Revision ID: 0024
Revises: 0017
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0024"
down_revision = "0017"
branch_labels = None
depends_on = None

NAMED = "exists (select from plan p where p.plan_id = plan_event.plan_id)"


def upgrade() -> None:
    op.create_index(
        "ix_plan_event_deaths",
        "plan_event",
        ["plan_id"],
        postgresql_where=sa.text("kind = 'death_told'"),
    )
    _helpdesk_adds("kind in ('contact_tried', 'death_told')")


def downgrade() -> None:
    _helpdesk_adds("kind = 'contact_tried'")
    op.drop_index("ix_plan_event_deaths", table_name="plan_event")


def _helpdesk_adds(kinds: str) -> None:
    op.execute("drop policy helpdesk on plan_event")
    op.execute(
        "create policy helpdesk on plan_event for insert to svd_helpdesk"
        f" with check ({kinds} and {NAMED})"
    )
