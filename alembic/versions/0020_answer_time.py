"""How long departments took to answer: counts by week and span, of nobody.

Revision ID: 0020
Revises: 0019
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0020"
down_revision = "0019"
branch_labels = None
depends_on = None

DEPARTMENT = "nullif(current_setting('svd.department', true), '')"


def upgrade() -> None:
    op.create_table(
        "answer_time",
        sa.Column("department", sa.String(12), nullable=False),
        sa.Column("monday", sa.Date, nullable=False),
        sa.Column("span", sa.SmallInteger, nullable=False),
        sa.Column("answers", sa.Integer, nullable=False),
        sa.PrimaryKeyConstraint("department", "monday", "span", name="pk_answer_time"),
        sa.CheckConstraint("span between 0 and 99", name="ck_answer_time_span"),
        sa.CheckConstraint("answers > 0", name="ck_answer_time_answers"),
    )
    op.execute("alter table answer_time enable row level security")
    op.execute("alter table answer_time force row level security")
    op.execute("create policy portal on answer_time to svd_portal using (true)")
    op.execute("grant select, insert, update (answers) on answer_time to svd_portal")
    op.execute(
        "create policy department on answer_time for select to svd_department"
        f" using (department = {DEPARTMENT})"
    )
    op.execute("grant select on answer_time to svd_department")
    op.execute("create policy worker on answer_time to svd_worker using (true)")
    op.execute("grant select (monday), delete on answer_time to svd_worker")


def downgrade() -> None:
    op.drop_table("answer_time")
