"""The helpline's policies compare a reference as the column has it, so that its index serves.

`receipt` and `reference` are of a fixed length; beside a text they were read as texts, by which no
index goes: a permission that was renewed cost a look at every earlier version of everybody's.

Revision ID: 0026
Revises: 0025
"""

from __future__ import annotations

from alembic import op

revision = "0026"
down_revision = "0025"
branch_labels = None
depends_on = None

SAID = "nullif(current_setting('svd.receipt', true), '')"
RENEWED = "grant_id in (select v.grant_id from consent_version v)"


def upgrade() -> None:
    _compare(f"({SAID})::bpchar")


def downgrade() -> None:
    _compare(SAID)


def _compare(said: str) -> None:
    op.execute(f"alter policy helpdesk on consent_version using (receipt = {said})")
    op.execute(f"alter policy helpdesk on consent_grant using (receipt = {said} or {RENEWED})")
    op.execute(f"alter policy helpdesk on plan using (reference = {said})")
