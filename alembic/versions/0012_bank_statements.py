"""Statements of the paying account: each with its sums, and what became of each entry.

Nothing wrote to bank_entry before.

Revision ID: 0012
Revises: 0011
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0012"
down_revision = "0011"
branch_labels = None
depends_on = None

MOMENT = sa.DateTime(timezone=True)
STATES = "state in ('held', 'ignored', 'matched', 'sent_back', 'taken_back', 'to_send_back',"
WAITING = "state in ('held', 'unmatched')"


def upgrade() -> None:
    op.create_table(
        "bank_statement",
        sa.Column("statement_id", sa.Uuid(), nullable=False),
        sa.Column("identity", sa.CHAR(length=64), nullable=False),
        sa.Column("account", sa.String(length=12), nullable=False),
        sa.Column("closing_on", sa.Date(), nullable=False),
        sa.Column("opening_pence", sa.BigInteger(), nullable=True),
        sa.Column("closing_pence", sa.BigInteger(), nullable=True),
        sa.Column("credits_pence", sa.BigInteger(), nullable=False),
        sa.Column("reversals_pence", sa.BigInteger(), nullable=False),
        sa.Column("debits_pence", sa.BigInteger(), nullable=False),
        sa.Column("entries", sa.Integer(), nullable=False),
        sa.Column("imported_at", MOMENT, nullable=False),
        sa.CheckConstraint(
            "credits_pence >= 0 and reversals_pence >= 0 and debits_pence >= 0 and entries >= 0",
            name=op.f("ck_bank_statement_sums"),
        ),
        sa.PrimaryKeyConstraint("statement_id", name=op.f("pk_bank_statement")),
        sa.UniqueConstraint("identity", name=op.f("uq_bank_statement_identity")),
    )
    op.create_index("ix_bank_statement_closing_on", "bank_statement", ["account", "closing_on"])
    op.add_column("bank_entry", sa.Column("statement_id", sa.Uuid(), nullable=False))
    op.add_column("bank_entry", sa.Column("kind", sa.String(length=8), nullable=False))
    op.add_column("bank_entry", sa.Column("undoes", sa.Uuid(), nullable=True))
    op.create_foreign_key(
        "fk_bank_entry_statement_id",
        "bank_entry",
        "bank_statement",
        ["statement_id"],
        ["statement_id"],
    )
    op.create_check_constraint(
        "ck_bank_entry_kind", "bank_entry", "kind in ('credit', 'returned', 'reversal')"
    )
    op.create_check_constraint(
        "ck_bank_entry_undoes", "bank_entry", "undoes is null or kind = 'reversal'"
    )
    _again("ck_bank_entry_state", f"{STATES} 'unmatched')")
    _again("ck_bank_entry_pence", "pence between 1 and 2000000000")
    op.create_index("ix_bank_entry_statement_id", "bank_entry", ["statement_id"])
    op.create_index("uq_bank_entry_undoes", "bank_entry", ["undoes"], unique=True)
    op.create_index("ix_bank_entry_payment_id", "bank_entry", ["payment_id"])
    op.create_index("ix_bank_entry_alike", "bank_entry", ["account", "value_date", "pence"])
    _worklist(WAITING)
    op.execute("alter table bank_statement enable row level security")
    op.execute("alter table bank_statement force row level security")
    op.execute("create policy worker on bank_statement to svd_worker using (true)")
    op.execute("grant select, insert, delete on bank_statement to svd_worker")
    op.execute("grant update (said, undoes) on bank_entry to svd_worker")


def _again(name: str, rule: str) -> None:
    op.drop_constraint(name, "bank_entry", type_="check")
    op.create_check_constraint(name, "bank_entry", rule)


def _worklist(waiting: str) -> None:
    op.drop_index("ix_bank_entry_worklist", "bank_entry")
    op.create_index(
        "ix_bank_entry_worklist", "bank_entry", ["value_date"], postgresql_where=sa.text(waiting)
    )


def downgrade() -> None:
    op.execute("revoke update (said, undoes) on bank_entry from svd_worker")
    op.execute("update bank_entry set state = 'unmatched' where state = 'held'")
    op.execute("update bank_entry set state = 'sent_back' where state = 'to_send_back'")
    op.execute("update bank_entry set state = 'ignored' where state = 'taken_back'")
    op.execute("delete from bank_entry where kind <> 'credit' or pence > 100000000")
    _worklist("state = 'unmatched'")
    for name in ("ix_bank_entry_alike", "ix_bank_entry_payment_id", "uq_bank_entry_undoes"):
        op.drop_index(name, "bank_entry")
    op.drop_index("ix_bank_entry_statement_id", "bank_entry")
    _again("ck_bank_entry_pence", "pence between 1 and 100000000")
    _again("ck_bank_entry_state", "state in ('ignored', 'matched', 'sent_back', 'unmatched')")
    op.drop_constraint("ck_bank_entry_undoes", "bank_entry", type_="check")
    op.drop_constraint("ck_bank_entry_kind", "bank_entry", type_="check")
    op.drop_constraint("fk_bank_entry_statement_id", "bank_entry", type_="foreignkey")
    for name in ("undoes", "kind", "statement_id"):
        op.drop_column("bank_entry", name)
    op.drop_table("bank_statement")
