"""When departments cannot answer: windows that they plan, and a shutter of an operator.

Revision ID: 0013
Revises: 0012
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0013"
down_revision = "0012"
branch_labels = None
depends_on = None

MOMENT = sa.DateTime(timezone=True)
DEPARTMENT = "nullif(current_setting('svd.department', true), '')"


def upgrade() -> None:
    op.create_table(
        "closure",
        sa.Column("department", sa.String(12), nullable=False),
        sa.Column("closure_id", sa.Uuid, nullable=False),
        sa.Column("kind", sa.String(8), nullable=False),
        sa.Column("from_at", MOMENT, nullable=False),
        sa.Column("until_at", MOMENT),
        sa.Column("by_kind", sa.String(12), nullable=False),
        sa.Column("made_at", MOMENT, nullable=False),
        sa.PrimaryKeyConstraint("department", "closure_id", name="pk_closure"),
        sa.CheckConstraint("kind in ('planned', 'shut')", name="ck_closure_kind"),
        sa.CheckConstraint("until_at >= from_at", name="ck_closure_until_at"),
        sa.CheckConstraint("kind = 'shut' or until_at is not null", name="ck_closure_planned"),
    )
    op.create_index("ix_closure_until_at", "closure", ["until_at"])
    op.execute("alter table closure enable row level security")
    op.execute("alter table closure force row level security")
    op.execute("create policy portal on closure for select to svd_portal using (true)")
    op.execute("grant select on closure to svd_portal")
    op.execute("create policy operator on closure to svd_helpdesk using (true)")
    op.execute(
        "create policy operator_shuts on closure as restrictive for insert to svd_helpdesk"
        " with check (kind = 'shut')"
    )
    op.execute("grant select, insert, update (until_at) on closure to svd_helpdesk")
    # A department sees the shutter and cannot lift it.
    op.execute(
        "create policy department on closure for select to svd_department"
        f" using (department = {DEPARTMENT})"
    )
    for verb, clause in (("insert", "with check"), ("update", "using"), ("delete", "using")):
        op.execute(
            f"create policy department_{verb}s on closure for {verb} to svd_department"
            f" {clause} (department = {DEPARTMENT} and kind = 'planned')"
        )
    op.execute(
        "grant select, insert, delete, update (from_at, until_at, by_kind, made_at) on closure"
        " to svd_department"
    )


def downgrade() -> None:
    op.drop_table("closure")
