"""The helpline notes that it has tried to reach somebody: it sees one plan, by its reference.

Revision ID: 0006
Revises: 0005
"""

from __future__ import annotations

from alembic import op

revision = "0006"
down_revision = "0005"
branch_labels = None
depends_on = None

REFERENCE = "nullif(current_setting('svd.receipt', true), '')"


def upgrade() -> None:
    op.execute(
        "grant select (plan_id, subject_id, reference, state, review_by) on plan to svd_helpdesk"
    )
    op.execute(
        f"create policy helpdesk on plan for select to svd_helpdesk using (reference = {REFERENCE})"
    )
    op.execute(
        "grant insert (event_id, at, subject_id, plan_id, share_id, department, kind, by_kind)"
        " on plan_event to svd_helpdesk"
    )
    named = "exists (select from plan p where p.plan_id = plan_event.plan_id)"
    op.execute(
        "create policy helpdesk on plan_event for insert to svd_helpdesk"
        f" with check (kind = 'contact_tried' and {named})"
    )


def downgrade() -> None:
    for table in ("plan", "plan_event"):
        op.execute(f"drop policy helpdesk on {table}")
        op.execute(f"revoke all on {table} from svd_helpdesk")
    op.execute(
        "revoke select (plan_id, subject_id, reference, state, review_by) on plan from svd_helpdesk"
    )
    op.execute(
        "revoke insert (event_id, at, subject_id, plan_id, share_id, department, kind, by_kind)"
        " on plan_event from svd_helpdesk"
    )
