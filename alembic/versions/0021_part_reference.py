"""Each department knows a plan by a reference of its own, so that two cannot join theirs (SEC-59).

Revision ID: 0021
Revises: 0018
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0021"
down_revision = "0018"
branch_labels = None
depends_on = None

MADE_UP = """
    update plan_share s set part_reference = m.reference
    from (
        select plan_id, department, 'PL' || substr(letters, 1, 2) || ' ' || substr(letters, 3, 4)
            || ' ' || substr(letters, 7, 4) as reference
        from (
            select plan_id, department,
                translate(upper(left(md5(gen_random_uuid()::text), 10)), '01', 'GH') as letters
            from (select distinct plan_id, department from plan_share) part
        ) made
    ) m
    where m.plan_id = s.plan_id and m.department = s.department
"""
"""For plans of before, of which departments were told under the plan's own reference."""


def upgrade() -> None:
    op.add_column("plan_share", sa.Column("part_reference", sa.CHAR(14)))
    op.execute("alter table plan_share no force row level security")  # to see rows of before
    op.execute(MADE_UP)
    op.execute("set constraints all immediate")  # what looks at each changed row looks now
    op.execute("alter table plan_share force row level security")
    op.alter_column("plan_share", "part_reference", nullable=False)
    op.create_index("ix_plan_share_part", "plan_share", ["part_reference", "department"])
    op.execute("revoke select (reference) on plan from svd_department")
    op.execute("grant select (part_reference) on plan_share to svd_department")


def downgrade() -> None:
    op.execute("grant select (reference) on plan to svd_department")
    op.drop_index("ix_plan_share_part", table_name="plan_share")
    op.drop_column("plan_share", "part_reference")
