"""A line says whether interest and fees stop while the plan is kept (F47).

Revision ID: 0023
Revises: 0016
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0023"
down_revision = "0016"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column(
        "plan_share",
        sa.Column("charges_stop", sa.Boolean, nullable=False, server_default=sa.text("false")),
    )
    op.add_column("share_answer", sa.Column("charges_stop", sa.Boolean))
    op.create_check_constraint(
        "ck_share_answer_charges_stop", "share_answer", "charges_stop is null or said = 'agreed'"
    )
    op.execute("grant update (charges_stop) on plan_share to svd_portal, svd_worker")
    op.execute("grant select (charges_stop) on plan_share to svd_department")
    op.execute("grant insert (charges_stop) on share_answer to svd_department")


def downgrade() -> None:
    op.execute("revoke insert (charges_stop) on share_answer from svd_department")
    op.execute("revoke select (charges_stop) on plan_share from svd_department")
    op.execute("revoke update (charges_stop) on plan_share from svd_portal, svd_worker")
    op.drop_constraint("ck_share_answer_charges_stop", "share_answer")
    op.drop_column("share_answer", "charges_stop")
    op.drop_column("plan_share", "charges_stop")
