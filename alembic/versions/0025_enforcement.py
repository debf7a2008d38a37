"""A department says whether it holds off other ways to collect while a plan runs (F61).

Revision ID: 0025
Revises: 0021
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0025"
down_revision = "0021"
branch_labels = None
depends_on = None

DEPARTMENT = "nullif(current_setting('svd.department', true), '')"
SUBJECT = "nullif(current_setting('svd.subject', true), '')::uuid"
OURS = "select from plan_share s where s.share_id = enforcement_word.share_id"


def upgrade() -> None:
    op.create_table(
        "enforcement_word",
        sa.Column("word_id", sa.Uuid, nullable=False),
        sa.Column("share_id", sa.Uuid, nullable=False),
        sa.Column("department", sa.String(12), nullable=False),
        sa.Column("waits", sa.Boolean, nullable=False),
        sa.Column("until", sa.Date),
        sa.Column("reason_code", sa.String(16), nullable=False, server_default=sa.text("''")),
        sa.Column("by_kind", sa.String(12), nullable=False),
        sa.Column("said_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("word_id", name="pk_enforcement_word"),
        sa.ForeignKeyConstraint(
            ["share_id"], ["plan_share.share_id"], name="fk_enforcement_word_share_id"
        ),
        sa.CheckConstraint(
            "waits = (reason_code = '') and (waits or until is null)",
            name="ck_enforcement_word_whole",
        ),
    )
    op.create_index("ix_enforcement_word_share_id", "enforcement_word", ["share_id", "said_at"])
    op.execute("alter table enforcement_word enable row level security")
    op.execute("alter table enforcement_word force row level security")
    op.execute("grant select on enforcement_word to svd_portal")
    op.execute(
        "create policy portal on enforcement_word for select to svd_portal"
        f" using (exists ({OURS} and s.subject_id = {SUBJECT}))"
    )
    op.execute("grant select, insert on enforcement_word to svd_department")
    op.execute(
        "create policy department on enforcement_word for select to svd_department"
        f" using (department = {DEPARTMENT})"
    )
    # The row's own line must be the department's too: a reference does not look at policies.
    op.execute(
        "create policy department_adds on enforcement_word for insert to svd_department"
        f" with check (department = {DEPARTMENT} and exists ({OURS}"
        f" and s.department = {DEPARTMENT}))"
    )
    op.execute("grant select, delete on enforcement_word to svd_worker")
    op.execute("create policy worker on enforcement_word to svd_worker using (true)")
    op.execute("grant select (look_again_on) on plan to svd_department")


def downgrade() -> None:
    op.execute("revoke select (look_again_on) on plan from svd_department")
    op.drop_table("enforcement_word")
