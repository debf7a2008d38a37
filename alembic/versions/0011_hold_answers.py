"""What departments decide about questions that people sent them.

Revision ID: 0011
Revises: 0010
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0011"
down_revision = "0010"
branch_labels = None
depends_on = None

DEPARTMENT = "nullif(current_setting('svd.department', true), '')"
SUBJECT = "nullif(current_setting('svd.subject', true), '')::uuid"
ALL = "hold_id, department, decision, words, appeal_by, look_again_on, by_kind, answered_at"


def upgrade() -> None:
    op.create_table(
        "hold_answer",
        sa.Column("hold_id", sa.Uuid, nullable=False),
        sa.Column("department", sa.String(12), nullable=False),
        sa.Column("decision", sa.String(20), nullable=False),
        sa.Column("words", sa.String(500), nullable=False, server_default=sa.text("''")),
        sa.Column("appeal_by", sa.Date),
        sa.Column("look_again_on", sa.Date),
        sa.Column("by_kind", sa.String(12), nullable=False),
        sa.Column("answered_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("hold_id", name="pk_hold_answer"),
        sa.ForeignKeyConstraint(
            ["hold_id"],
            ["hold_request.hold_id"],
            name="fk_hold_answer_hold_id",
            ondelete="CASCADE",
        ),
        sa.CheckConstraint(
            "decision in ('changed', 'held', 'more_time_needed', 'not_upheld')",
            name="ck_hold_answer_decision",
        ),
    )
    op.create_index("ix_hold_request_reference", "hold_request", ["department", "reference"])
    op.execute("alter table hold_answer enable row level security")
    op.execute("alter table hold_answer force row level security")
    # What was not sent, or was kept back, is not there for the department.
    op.execute(
        "create policy department on hold_request for select to svd_department"
        f" using (department = {DEPARTMENT} and state = 'sent')"
    )
    op.execute(
        "grant select (hold_id, department, reference, debt_token, reason_code, state, asked_at)"
        " on hold_request to svd_department"
    )
    sent = (
        "exists (select from hold_request h where h.hold_id = hold_answer.hold_id"
        f" and h.department = {DEPARTMENT} and h.state = 'sent')"
    )
    op.execute(
        "create policy department on hold_answer to svd_department"
        f" using (department = {DEPARTMENT} and {sent})"
    )
    op.execute("grant select on hold_answer to svd_department")
    op.execute(f"grant insert ({ALL}) on hold_answer to svd_department")
    op.execute(
        "grant update (decision, words, appeal_by, look_again_on, by_kind, answered_at)"
        " on hold_answer to svd_department"
    )
    mine = "select from hold_request h where h.hold_id = hold_answer.hold_id"
    op.execute("grant select on hold_answer to svd_portal")
    op.execute(
        "create policy portal on hold_answer for select to svd_portal"
        f" using (exists ({mine} and h.subject_id = {SUBJECT}))"
    )
    op.execute(
        "grant select (hold_id, answered_at, words), update (words) on hold_answer to svd_worker"
    )
    op.execute("create policy worker on hold_answer to svd_worker using (true)")


def downgrade() -> None:
    op.execute("drop policy department on hold_request")
    op.execute("revoke all on hold_request from svd_department")
    op.execute(
        "revoke select (hold_id, department, reference, debt_token, reason_code, state, asked_at)"
        " on hold_request from svd_department"
    )
    op.drop_index("ix_hold_request_reference", table_name="hold_request")
    op.drop_table("hold_answer")
