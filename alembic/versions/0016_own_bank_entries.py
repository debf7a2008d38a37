"""A person can be shown what the paying bank said about their payments.

Revision ID: 0016
Revises: 0015
"""

from __future__ import annotations

from alembic import op

revision = "0016"
down_revision = "0015"
branch_labels = None
depends_on = None

SUBJECT = "nullif(current_setting('svd.subject', true), '')::uuid"


def upgrade() -> None:
    mine = "select from payment p where p.payment_id = bank_entry.payment_id"
    op.execute("grant select on bank_entry to svd_portal")
    op.execute(
        "create policy portal on bank_entry for select to svd_portal"
        f" using (exists ({mine} and p.subject_id = {SUBJECT}))"
    )


def downgrade() -> None:
    op.execute("drop policy portal on bank_entry")
    op.execute("revoke select on bank_entry from svd_portal")
