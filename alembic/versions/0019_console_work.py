"""Staff look a permission up by its receipt, and money goes back when two of them say so.

Revision ID: 0019
Revises: 0024
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0019"
down_revision = "0024"
branch_labels = None
depends_on = None

MOMENT = sa.DateTime(timezone=True)
DEPARTMENT = "nullif(current_setting('svd.department', true), '')"
RECEIPT = "nullif(current_setting('svd.receipt', true), '')"
BACK = "(new.outcome in ('returned', 'rejected') or new.returned_pence > 0)"
GUARD = f"""
create function console_return_has_two() returns trigger language plpgsql as $$
begin
  if new.by_kind = 'console' and {BACK} and not exists (
    select from return_check c
    where c.allocation_id = new.allocation_id and c.state = 'approved'
      and c.outcome = new.outcome and c.returned_pence = new.returned_pence
  ) then
    raise exception 'money goes back when a second person has approved it'
      using errcode = 'check_violation';
  end if;
  return new;
end $$
"""


def upgrade() -> None:
    _receipts()
    op.create_table(
        "return_check",
        sa.Column("check_id", sa.Uuid, nullable=False),
        sa.Column("allocation_id", sa.Uuid, nullable=False),
        sa.Column("department", sa.String(12), nullable=False),
        sa.Column("outcome", sa.String(12), nullable=False),
        sa.Column("reason", sa.String(20), nullable=False),
        sa.Column("line", sa.String(8), nullable=False),
        sa.Column("returned_pence", sa.Integer, nullable=False),
        sa.Column("asked_by", sa.Uuid, nullable=False),
        sa.Column("asked_at", MOMENT, nullable=False),
        sa.Column("state", sa.String(8), nullable=False),
        sa.Column("decided_by", sa.Uuid),
        sa.Column("decided_at", MOMENT),
        sa.PrimaryKeyConstraint("check_id", name="pk_return_check"),
        sa.ForeignKeyConstraint(
            ["allocation_id"],
            ["allocation.allocation_id"],
            name="fk_return_check_allocation_id",
        ),
        sa.CheckConstraint(
            "outcome in ('posted', 'rejected', 'returned')", name="ck_return_check_outcome"
        ),
        sa.CheckConstraint("line in ('open', 'cleared')", name="ck_return_check_line"),
        sa.CheckConstraint(
            "returned_pence between 0 and 100000000"
            " and (outcome <> 'posted' or returned_pence > 0)",
            name="ck_return_check_returned_pence",
        ),
        sa.CheckConstraint(
            "state in ('waiting', 'approved', 'declined')", name="ck_return_check_state"
        ),
        sa.CheckConstraint(
            "(state = 'waiting') = (decided_by is null)"
            " and (decided_by is null) = (decided_at is null)",
            name="ck_return_check_decided",
        ),
        sa.CheckConstraint(
            "state <> 'approved' or decided_by <> asked_by", name="ck_return_check_two"
        ),
    )
    op.create_index(
        "uq_return_check_one_waits",
        "return_check",
        ["allocation_id"],
        unique=True,
        postgresql_where=sa.text("state = 'waiting'"),
    )
    op.create_index("ix_return_check_allocation_id", "return_check", ["allocation_id"])
    op.execute("alter table return_check enable row level security")
    op.execute("alter table return_check force row level security")
    for verb, clause in (("select", "using"), ("update", "using"), ("insert", "with check")):
        op.execute(
            f"create policy department_{verb} on return_check for {verb} to svd_department"
            f" {clause} (department = {DEPARTMENT})"
        )
    op.execute(
        "grant select, insert, update (state, decided_by, decided_at) on return_check"
        " to svd_department"
    )
    op.execute("grant select (allocation_id), delete on return_check to svd_worker")
    op.execute("create policy worker on return_check to svd_worker using (true)")
    op.execute(GUARD)
    op.execute(
        "create trigger two_for_money_back before insert or update of outcome, returned_pence,"
        " by_kind on allocation_receipt for each row execute function console_return_has_two()"
    )


def _receipts() -> None:
    """A transaction that names a receipt sees what that receipt is about; others see as before.

    A department's role cannot read the receipt's number: it can only say one that it was told. As
    bounds of the column's own type, so that the index on the number serves."""
    op.execute(
        "create policy department_receipt on consent_grant as restrictive for select"
        f" to svd_department using (receipt between coalesce({RECEIPT}, '')::bpchar"
        f" and coalesce({RECEIPT}, 'ZZZZ ZZZZ ZZZZ')::bpchar)"
    )


def downgrade() -> None:
    op.execute("drop trigger two_for_money_back on allocation_receipt")
    op.execute("drop function console_return_has_two()")
    op.drop_table("return_check")
    op.execute("drop policy department_receipt on consent_grant")
