"""Departments answer plans over their own door: what they saw, one answer at a time.

Revision ID: 0010
Revises: 0009
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0010"
down_revision = "0009"
branch_labels = None
depends_on = None

DEPARTMENT = "nullif(current_setting('svd.department', true), '')"
ADDED = (
    "answer_id, share_id, department, said, reason_code, asked_pence, words, by_kind, answered_at,"
    " seen_pence"
)


def upgrade() -> None:
    op.add_column(
        "share_answer",
        sa.Column("seen_pence", sa.Integer, nullable=False, server_default=sa.text("0")),
    )
    op.create_check_constraint(
        "ck_share_answer_seen_pence", "share_answer", "seen_pence between 0 and 100000000"
    )
    op.create_check_constraint(
        "ck_share_answer_whole",
        "share_answer",
        "(said = 'agreed') = (reason_code = '') and (said = 'change_asked') = (asked_pence is not"
        " null) and (said <> 'agreed' or words = '')",
    )
    op.create_index(
        "uq_share_answer_one_waits",
        "share_answer",
        ["share_id"],
        unique=True,
        postgresql_where=sa.text("applied_at is null"),
    )
    op.create_index("ix_plan_share_department", "plan_share", ["department", "plan_id"])
    op.execute("revoke insert on share_answer from svd_department")
    op.execute(f"grant insert ({ADDED}) on share_answer to svd_department")
    op.execute("revoke update (words) on share_answer from svd_portal")
    op.execute("drop policy department on share_answer")
    op.execute(
        "create policy department on share_answer for select to svd_department"
        f" using (department = {DEPARTMENT})"
    )
    # The row's own line must be the department's too: a reference does not look at policies.
    op.execute(
        "create policy department_adds on share_answer for insert to svd_department"
        f" with check (department = {DEPARTMENT} and exists (select from plan_share s"
        f" where s.share_id = share_answer.share_id and s.department = {DEPARTMENT}))"
    )


def downgrade() -> None:
    op.execute("drop policy department_adds on share_answer")
    op.execute("drop policy department on share_answer")
    op.execute(
        "create policy department on share_answer to svd_department"
        f" using (department = {DEPARTMENT})"
    )
    op.execute("grant update (words) on share_answer to svd_portal")
    op.execute(f"revoke insert ({ADDED}) on share_answer from svd_department")
    op.execute("grant insert on share_answer to svd_department")
    op.drop_index("ix_plan_share_department", table_name="plan_share")
    op.drop_index("uq_share_answer_one_waits", table_name="share_answer")
    for name in ("ck_share_answer_whole", "ck_share_answer_seen_pence"):
        op.drop_constraint(name, "share_answer")
    op.drop_column("share_answer", "seen_pence")
