"""The signer reads the hashes of one department's series, and nothing else of a payment.

Revision ID: 0009
Revises: 0008
"""

from __future__ import annotations

from alembic import op

revision = "0009"
down_revision = "0008"
branch_labels = None
depends_on = None

DEPARTMENT = "nullif(current_setting('svd.department', true), '')"


def upgrade() -> None:
    op.execute("grant select (department, sequence, chain_hash) on allocation to svd_signer")
    op.execute(
        "create policy signing on allocation for select to svd_signer"
        f" using (department = {DEPARTMENT} and sequence is not null)"
    )


def downgrade() -> None:
    op.execute("drop policy signing on allocation")
    op.execute("revoke select (department, sequence, chain_hash) on allocation from svd_signer")
