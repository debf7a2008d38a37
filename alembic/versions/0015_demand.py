"""Departments count their own events: moments and codes, and no word about a person.

Revision ID: 0015
Revises: 0014
"""

from __future__ import annotations

from alembic import op

revision = "0015"
down_revision = "0014"
branch_labels = None
depends_on = None

DEPARTMENT = "nullif(current_setting('svd.department', true), '')"
SEEN = {
    "consent_event": "at, department, purpose, kind, outcome",
    "plan_event": "at, department, kind",
}


def upgrade() -> None:
    for table, columns in SEEN.items():
        op.execute(f"grant select ({columns}) on {table} to svd_department")
        op.execute(
            f"create policy department on {table} for select to svd_department"
            f" using (department = {DEPARTMENT})"
        )
    # Rows come in the order of their moments, so that a range of them lies together.
    op.create_index("ix_consent_event_at", "consent_event", ["at"], postgresql_using="brin")


def downgrade() -> None:
    op.drop_index("ix_consent_event_at", table_name="consent_event")
    for table, columns in SEEN.items():
        op.execute(f"drop policy department on {table}")
        op.execute(f"revoke select ({columns}) on {table} from svd_department")
