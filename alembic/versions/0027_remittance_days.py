"""A person sees on which days money of theirs was sent to a department (D69).

Of those remittances alone that hold a part of one of their payments, and no totals: the day, and
the run of numbers by which theirs is found.

Revision ID: 0027
Revises: 0026
"""

from __future__ import annotations

from alembic import op

revision = "0027"
down_revision = "0026"
branch_labels = None
depends_on = None

SUBJECT = "nullif(current_setting('svd.subject', true), '')::uuid"
THEIRS = (
    "select from plan p join allocation a using (plan_id)"
    f" where p.subject_id = {SUBJECT} and a.department = remittance.department"
    " and a.sequence between remittance.first_sequence and remittance.last_sequence"
)


def upgrade() -> None:
    op.execute(
        "grant select (department, value_date, first_sequence, last_sequence)"
        " on remittance to svd_portal"
    )
    op.execute(
        f"create policy portal on remittance for select to svd_portal using (exists ({THEIRS}))"
    )


def downgrade() -> None:
    op.execute("drop policy portal on remittance")
    op.execute(
        "revoke select (department, value_date, first_sequence, last_sequence)"
        " on remittance from svd_portal"
    )
