"""Each remittance knows the message by which the paying bank was told of it.

Revision ID: 0014
Revises: 0013
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0014"
down_revision = "0013"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column(
        "remittance",
        sa.Column(
            "instruction", sa.String(length=35), server_default=sa.text("''"), nullable=False
        ),
    )
    op.execute("grant update (instruction) on remittance to svd_worker")


def downgrade() -> None:
    op.drop_column("remittance", "instruction")
