"""How departments describe their kinds of debt to people.

Revision ID: 0018
Revises: 0020
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0018"
down_revision = "0020"
branch_labels = None
depends_on = None

MOMENT = sa.DateTime(timezone=True)
DEPARTMENT = "nullif(current_setting('svd.department', true), '')"


def upgrade() -> None:
    op.create_table(
        "debt_wording",
        sa.Column("wording_id", sa.Uuid, nullable=False),
        sa.Column("department", sa.String(12), nullable=False),
        sa.Column("debt_type", sa.String(20), nullable=False),
        sa.Column("name_en", sa.String(60), nullable=False),
        sa.Column("name_cy", sa.String(60), nullable=False),
        sa.Column("words_en", sa.String(300), nullable=False),
        sa.Column("words_cy", sa.String(300), nullable=False),
        sa.Column("state", sa.String(9), nullable=False),
        sa.Column("proposed_by", sa.Uuid, nullable=False),
        sa.Column("proposed_at", MOMENT, nullable=False),
        sa.Column("decided_by", sa.Uuid),
        sa.Column("decided_at", MOMENT),
        sa.PrimaryKeyConstraint("wording_id", name="pk_debt_wording"),
        sa.CheckConstraint(
            "state in ('proposed', 'published', 'replaced', 'dropped')",
            name="ck_debt_wording_state",
        ),
        sa.CheckConstraint(
            "state not in ('published', 'replaced') or decided_by <> proposed_by",
            name="ck_debt_wording_two_people",
        ),
        sa.CheckConstraint(
            "state not in ('published', 'replaced') or decided_by is not null",
            name="ck_debt_wording_decided",
        ),
        sa.CheckConstraint(
            "'' not in (name_en, name_cy, words_en, words_cy)", name="ck_debt_wording_whole"
        ),
    )
    for state in ("proposed", "published"):
        op.create_index(
            f"uq_debt_wording_{state}",
            "debt_wording",
            ["department", "debt_type"],
            unique=True,
            postgresql_where=sa.text(f"state = '{state}'"),
        )
    op.execute("alter table debt_wording enable row level security")
    op.execute("alter table debt_wording force row level security")
    op.execute(
        "create policy portal on debt_wording for select to svd_portal using (state = 'published')"
    )
    op.execute("grant select on debt_wording to svd_portal")
    own = f"department = {DEPARTMENT}"
    op.execute(
        f"create policy department on debt_wording for select to svd_department using ({own})"
    )
    op.execute(
        "create policy department_adds on debt_wording for insert to svd_department"
        f" with check ({own} and state = 'proposed')"
    )
    op.execute(
        "create policy department_decides on debt_wording for update to svd_department"
        f" using ({own})"
    )
    op.execute(
        "grant select, insert, update (state, decided_by, decided_at) on debt_wording"
        " to svd_department"
    )


def downgrade() -> None:
    op.drop_table("debt_wording")
