"""Payments, what each department gets of them, and what becomes of it.

Revision ID: 0007
Revises: 0006
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0007"
down_revision = "0006"
branch_labels = None
depends_on = None

SUBJECT = "nullif(current_setting('svd.subject', true), '')::uuid"
PROVIDER_ID = "nullif(current_setting('svd.provider_id', true), '')"
DEPARTMENT = "nullif(current_setting('svd.department', true), '')"
OWN = ("payment", "agreement", "allocation", "refund")
TABLES = (
    *OWN,
    "department_book",
    "allocation_receipt",
    "remittance",
    "share_answer",
    "bank_entry",
)


def upgrade() -> None:
    _tables()
    _guards()
    _close()


def _tables() -> None:
    op.create_table(
        "bank_entry",
        sa.Column("entry_id", sa.Uuid(), nullable=False),
        sa.Column("identity", sa.CHAR(length=64), nullable=False),
        sa.Column("account", sa.String(length=12), nullable=False),
        sa.Column(
            "servicer_ref", sa.String(length=35), server_default=sa.text("''"), nullable=False
        ),
        sa.Column("said", sa.String(length=18), server_default=sa.text("''"), nullable=False),
        sa.Column("value_date", sa.Date(), nullable=False),
        sa.Column("pence", sa.Integer(), nullable=False),
        sa.Column("state", sa.String(length=12), nullable=False),
        sa.Column("payment_id", sa.Uuid(), nullable=True),
        sa.Column("imported_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("decided_at", sa.DateTime(timezone=True), nullable=True),
        sa.CheckConstraint(
            "(state = 'matched') = (payment_id is not null)", name=op.f("ck_bank_entry_matched")
        ),
        sa.CheckConstraint(
            "state in ('ignored', 'matched', 'sent_back', 'unmatched')",
            name=op.f("ck_bank_entry_state"),
        ),
        sa.CheckConstraint("pence between 1 and 100000000", name=op.f("ck_bank_entry_pence")),
        sa.PrimaryKeyConstraint("entry_id", name=op.f("pk_bank_entry")),
        sa.UniqueConstraint("identity", name=op.f("uq_bank_entry_identity")),
    )
    op.create_index(
        "ix_bank_entry_worklist",
        "bank_entry",
        ["value_date"],
        unique=False,
        postgresql_where=sa.text("state = 'unmatched'"),
    )
    op.create_table(
        "department_book",
        sa.Column("department", sa.String(length=12), nullable=False),
        sa.Column("last_sequence", sa.BigInteger(), server_default=sa.text("0"), nullable=False),
        sa.Column("head", sa.CHAR(length=64), nullable=False),
        sa.Column("pushed_sequence", sa.BigInteger(), server_default=sa.text("0"), nullable=False),
        sa.CheckConstraint(
            "pushed_sequence between 0 and last_sequence",
            name=op.f("ck_department_book_pushed_sequence"),
        ),
        sa.PrimaryKeyConstraint("department", name=op.f("pk_department_book")),
    )
    op.create_table(
        "remittance",
        sa.Column("remittance_id", sa.Uuid(), nullable=False),
        sa.Column("department", sa.String(length=12), nullable=False),
        sa.Column("reference", sa.CHAR(length=14), nullable=False),
        sa.Column("value_date", sa.Date(), nullable=False),
        sa.Column("first_sequence", sa.BigInteger(), nullable=False),
        sa.Column("last_sequence", sa.BigInteger(), nullable=False),
        sa.Column("total_pence", sa.BigInteger(), nullable=False),
        sa.Column("state", sa.String(length=12), nullable=False),
        sa.Column("made_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("answered_at", sa.DateTime(timezone=True), nullable=True),
        sa.CheckConstraint(
            "state in ('confirmed', 'differs', 'made', 'sent')", name=op.f("ck_remittance_state")
        ),
        sa.CheckConstraint(
            "first_sequence between 1 and last_sequence", name=op.f("ck_remittance_sequences")
        ),
        sa.CheckConstraint("total_pence > 0", name=op.f("ck_remittance_total_pence")),
        sa.PrimaryKeyConstraint("remittance_id", name=op.f("pk_remittance")),
        sa.UniqueConstraint(
            "department", "first_sequence", name=op.f("uq_remittance_department_first_sequence")
        ),
        sa.UniqueConstraint(
            "department", "value_date", name=op.f("uq_remittance_department_value_date")
        ),
        sa.UniqueConstraint("reference", name=op.f("uq_remittance_reference")),
    )
    op.create_table(
        "agreement",
        sa.Column("agreement_id", sa.Uuid(), nullable=False),
        sa.Column("plan_id", sa.Uuid(), nullable=False),
        sa.Column("subject_id", sa.Uuid(), nullable=False),
        sa.Column(
            "provider_id", sa.String(length=64), server_default=sa.text("''"), nullable=False
        ),
        sa.Column("state", sa.String(length=12), nullable=False),
        sa.Column("made_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("changed_at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint(
            "state in ('active', 'cancelled', 'created', 'inactive')",
            name=op.f("ck_agreement_state"),
        ),
        sa.ForeignKeyConstraint(
            ["plan_id", "subject_id"],
            ["plan.plan_id", "plan.subject_id"],
            name=op.f("fk_agreement_plan_id"),
        ),
        sa.PrimaryKeyConstraint("agreement_id", name=op.f("pk_agreement")),
    )
    op.create_index("ix_agreement_subject_id", "agreement", ["subject_id"], unique=False)
    op.create_index(
        "uq_agreement_active",
        "agreement",
        ["plan_id"],
        unique=True,
        postgresql_where=sa.text("state = 'active'"),
    )
    op.create_table(
        "payment",
        sa.Column("payment_id", sa.Uuid(), nullable=False),
        sa.Column("plan_id", sa.Uuid(), nullable=False),
        sa.Column("subject_id", sa.Uuid(), nullable=False),
        sa.Column("state", sa.String(length=12), nullable=False),
        sa.Column("route", sa.String(length=12), nullable=False),
        sa.Column(
            "provider_id", sa.String(length=64), server_default=sa.text("''"), nullable=False
        ),
        sa.Column("agreement_id", sa.Uuid(), nullable=True),
        sa.Column("instalment", sa.Integer(), nullable=True),
        sa.Column("amount_pence", sa.Integer(), nullable=False),
        sa.Column("over_pence", sa.Integer(), server_default=sa.text("0"), nullable=False),
        sa.Column("reversed_pence", sa.Integer(), server_default=sa.text("0"), nullable=False),
        sa.Column("made_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("check_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("tries", sa.SmallInteger(), server_default=sa.text("0"), nullable=False),
        sa.Column("settled_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("value_date", sa.Date(), nullable=True),
        sa.Column("post_hash", sa.CHAR(length=64), nullable=True),
        sa.CheckConstraint(
            "(state = 'settled') = (settled_at is not null)"
            " and (settled_at is null) = (value_date is null)",
            name=op.f("ck_payment_settled"),
        ),
        sa.CheckConstraint(
            "route in ('bank', 'benefit', 'cash', 'govuk_pay')", name=op.f("ck_payment_route")
        ),
        sa.CheckConstraint(
            "state in ('cancelled', 'failed', 'settled', 'started', 'submitted')",
            name=op.f("ck_payment_state"),
        ),
        sa.CheckConstraint(
            "amount_pence between 1 and 100000000", name=op.f("ck_payment_amount_pence")
        ),
        sa.CheckConstraint(
            "over_pence between 0 and amount_pence", name=op.f("ck_payment_over_pence")
        ),
        sa.CheckConstraint(
            "reversed_pence between 0 and amount_pence - over_pence",
            name=op.f("ck_payment_reversed_pence"),
        ),
        sa.ForeignKeyConstraint(
            ["plan_id", "subject_id"],
            ["plan.plan_id", "plan.subject_id"],
            name=op.f("fk_payment_plan_id"),
        ),
        sa.PrimaryKeyConstraint("payment_id", name=op.f("pk_payment")),
        sa.UniqueConstraint(
            "subject_id", "post_hash", name=op.f("uq_payment_subject_id_post_hash")
        ),
    )
    op.create_index(
        "ix_payment_check_at",
        "payment",
        ["check_at"],
        unique=False,
        postgresql_where=sa.text("check_at is not null"),
    )
    op.create_index("ix_payment_plan_id", "payment", ["plan_id", "made_at"], unique=False)
    op.create_index(
        "uq_payment_one_collection",
        "payment",
        ["plan_id", "instalment"],
        unique=True,
        postgresql_where=sa.text("instalment is not null and state in ('started', 'submitted')"),
    )
    op.create_index(
        "uq_payment_provider_id",
        "payment",
        ["route", "provider_id"],
        unique=True,
        postgresql_where=sa.text("provider_id <> ''"),
    )
    op.create_table(
        "allocation",
        sa.Column("allocation_id", sa.Uuid(), nullable=False),
        sa.Column("payment_id", sa.Uuid(), nullable=False),
        sa.Column("plan_id", sa.Uuid(), nullable=False),
        sa.Column("subject_id", sa.Uuid(), nullable=False),
        sa.Column("share_id", sa.Uuid(), nullable=False),
        sa.Column("department", sa.String(length=12), nullable=False),
        sa.Column("kind", sa.String(length=8), nullable=False),
        sa.Column("state", sa.String(length=8), nullable=False),
        sa.Column("pence", sa.Integer(), nullable=False),
        sa.Column("most_next_pence", sa.Integer(), server_default=sa.text("0"), nullable=False),
        sa.Column("made_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("value_date", sa.Date(), nullable=True),
        sa.Column("sequence", sa.BigInteger(), nullable=True),
        sa.Column("chain_hash", sa.CHAR(length=64), nullable=True),
        sa.CheckConstraint(
            "(kind = 'paid') = (pence > 0) and pence <> 0", name=op.f("ck_allocation_pence")
        ),
        sa.CheckConstraint(
            "(sequence is null) = (chain_hash is null)"
            " and (sequence is null or (state = 'settled' and value_date is not null))",
            name=op.f("ck_allocation_numbered"),
        ),
        sa.CheckConstraint(
            "kind in ('paid', 'returned', 'reversed')", name=op.f("ck_allocation_kind")
        ),
        sa.CheckConstraint(
            "state in ('planned', 'settled', 'void')", name=op.f("ck_allocation_state")
        ),
        sa.CheckConstraint("most_next_pence >= 0", name=op.f("ck_allocation_most_next_pence")),
        sa.ForeignKeyConstraint(
            ["payment_id"], ["payment.payment_id"], name=op.f("fk_allocation_payment_id")
        ),
        sa.PrimaryKeyConstraint("allocation_id", name=op.f("pk_allocation")),
        sa.UniqueConstraint(
            "department", "sequence", name=op.f("uq_allocation_department_sequence")
        ),
    )
    op.create_index("ix_allocation_payment_id", "allocation", ["payment_id"], unique=False)
    op.create_index("ix_allocation_plan_id", "allocation", ["plan_id"], unique=False)
    op.create_index("ix_allocation_share_id", "allocation", ["share_id"], unique=False)
    op.create_index(
        "ix_allocation_waiting",
        "allocation",
        ["department", "made_at"],
        unique=False,
        postgresql_where=sa.text("state = 'settled' and sequence is null"),
    )
    op.create_table(
        "refund",
        sa.Column("refund_id", sa.Uuid(), nullable=False),
        sa.Column("payment_id", sa.Uuid(), nullable=False),
        sa.Column("plan_id", sa.Uuid(), nullable=False),
        sa.Column("subject_id", sa.Uuid(), nullable=False),
        sa.Column("pence", sa.Integer(), nullable=False),
        sa.Column("reason", sa.String(length=12), nullable=False),
        sa.Column("state", sa.String(length=8), nullable=False),
        sa.Column(
            "provider_id", sa.String(length=64), server_default=sa.text("''"), nullable=False
        ),
        sa.Column("made_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("check_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("tries", sa.SmallInteger(), server_default=sa.text("0"), nullable=False),
        sa.Column("done_at", sa.DateTime(timezone=True), nullable=True),
        sa.CheckConstraint(
            "reason in ('asked', 'charged_back', 'over', 'returned')", name=op.f("ck_refund_reason")
        ),
        sa.CheckConstraint(
            "state in ('done', 'failed', 'sent', 'waiting')", name=op.f("ck_refund_state")
        ),
        sa.CheckConstraint("pence between 1 and 100000000", name=op.f("ck_refund_pence")),
        sa.ForeignKeyConstraint(
            ["payment_id"], ["payment.payment_id"], name=op.f("fk_refund_payment_id")
        ),
        sa.PrimaryKeyConstraint("refund_id", name=op.f("pk_refund")),
    )
    op.create_index(
        "ix_refund_check_at",
        "refund",
        ["check_at"],
        unique=False,
        postgresql_where=sa.text("check_at is not null"),
    )
    op.create_index("ix_refund_payment_id", "refund", ["payment_id"], unique=False)
    op.create_index("ix_refund_subject_id", "refund", ["subject_id"], unique=False)
    op.create_table(
        "share_answer",
        sa.Column("answer_id", sa.Uuid(), nullable=False),
        sa.Column("share_id", sa.Uuid(), nullable=False),
        sa.Column("department", sa.String(length=12), nullable=False),
        sa.Column("said", sa.String(length=12), nullable=False),
        sa.Column(
            "reason_code", sa.String(length=24), server_default=sa.text("''"), nullable=False
        ),
        sa.Column("asked_pence", sa.Integer(), nullable=True),
        sa.Column("words", sa.String(length=500), server_default=sa.text("''"), nullable=False),
        sa.Column("by_kind", sa.String(length=12), nullable=False),
        sa.Column("answered_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("applied_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("applied", sa.String(length=12), server_default=sa.text("''"), nullable=False),
        sa.CheckConstraint(
            "applied in ('', 'taken', 'too_late')", name=op.f("ck_share_answer_applied")
        ),
        sa.CheckConstraint(
            "said in ('agreed', 'change_asked', 'refused')", name=op.f("ck_share_answer_said")
        ),
        sa.CheckConstraint(
            "asked_pence between 0 and 100000000", name=op.f("ck_share_answer_asked_pence")
        ),
        sa.ForeignKeyConstraint(
            ["share_id"], ["plan_share.share_id"], name=op.f("fk_share_answer_share_id")
        ),
        sa.PrimaryKeyConstraint("answer_id", name=op.f("pk_share_answer")),
    )
    op.create_index(
        "ix_share_answer_share_id", "share_answer", ["share_id", "answered_at"], unique=False
    )
    op.create_index(
        "ix_share_answer_waiting",
        "share_answer",
        ["answered_at"],
        unique=False,
        postgresql_where=sa.text("applied_at is null"),
    )
    op.create_table(
        "allocation_receipt",
        sa.Column("allocation_id", sa.Uuid(), nullable=False),
        sa.Column("department", sa.String(length=12), nullable=False),
        sa.Column("outcome", sa.String(length=12), nullable=False),
        sa.Column("reason", sa.String(length=20), server_default=sa.text("''"), nullable=False),
        sa.Column("line", sa.String(length=8), nullable=False),
        sa.Column("needed_pence", sa.Integer(), nullable=True),
        sa.Column("returned_pence", sa.Integer(), server_default=sa.text("0"), nullable=False),
        sa.Column("received_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("by_kind", sa.String(length=12), nullable=False),
        sa.Column("said_hash", sa.CHAR(length=64), nullable=False),
        sa.Column("applied_at", sa.DateTime(timezone=True), nullable=True),
        sa.CheckConstraint(
            "line in ('cleared', 'closing', 'open')", name=op.f("ck_allocation_receipt_line")
        ),
        sa.CheckConstraint(
            "outcome in ('held', 'in_suspense', 'posted', 'rejected', 'returned')",
            name=op.f("ck_allocation_receipt_outcome"),
        ),
        sa.CheckConstraint(
            "reason in ('', 'amount_over_balance', 'debt_closed', 'handle_unknown', 'moratorium',"
            " 'other')",
            name=op.f("ck_allocation_receipt_reason"),
        ),
        sa.CheckConstraint(
            "needed_pence between 0 and 100000000", name=op.f("ck_allocation_receipt_needed_pence")
        ),
        sa.CheckConstraint(
            "returned_pence between 0 and 100000000",
            name=op.f("ck_allocation_receipt_returned_pence"),
        ),
        sa.ForeignKeyConstraint(
            ["allocation_id"],
            ["allocation.allocation_id"],
            name=op.f("fk_allocation_receipt_allocation_id"),
        ),
        sa.PrimaryKeyConstraint("allocation_id", name=op.f("pk_allocation_receipt")),
    )
    op.create_index(
        "ix_allocation_receipt_department",
        "allocation_receipt",
        ["department", "outcome"],
        unique=False,
    )
    op.create_index(
        "ix_allocation_receipt_waiting",
        "allocation_receipt",
        ["received_at"],
        unique=False,
        postgresql_where=sa.text("applied_at is null"),
    )
    op.add_column("plan_share", sa.Column("closing_pence", sa.Integer(), nullable=True))
    op.create_check_constraint(
        "ck_plan_share_closing_pence", "plan_share", "closing_pence between 0 and 100000000"
    )


def _guards() -> None:
    """What the database itself holds to, whoever writes (SEC-78, SEC-81)."""
    op.execute(
        """
        create function allocations_add_up() returns trigger language plpgsql as $$
        begin
            if exists (
                select from payment p
                join (
                    select a.payment_id, sum(a.pence) as pence from allocation a
                    where a.payment_id in (select payment_id from fresh)
                    group by a.payment_id
                ) found on found.payment_id = p.payment_id
                where found.pence <> p.amount_pence - p.over_pence - p.reversed_pence
            ) or exists (
                select from fresh f where not exists (
                    select from payment p
                    where p.payment_id = f.payment_id and p.plan_id = f.plan_id
                )
            ) then
                raise check_violation using message = 'allocations are not their payment';
            end if;
            return null;
        end $$
        """
    )
    op.execute(
        "create trigger add_up after insert on allocation referencing new table as fresh"
        " for each statement execute function allocations_add_up()"
    )
    op.execute(
        """
        create function payment_step() returns trigger language plpgsql as $$
        begin
            if new.state = old.state then
                return new;
            end if;
            if not (
                (old.state = 'started'
                    and new.state in ('submitted', 'settled', 'failed', 'cancelled'))
                or (old.state = 'submitted' and new.state in ('settled', 'failed', 'cancelled'))
            ) then
                raise check_violation using message = 'a payment cannot take this step';
            end if;
            if new.state in ('settled', 'failed') and current_user = 'svd_portal' then
                raise check_violation using message = 'what came of a payment the worker says';
            end if;
            if new.state = 'settled' and new.amount_pence - new.over_pence <> (
                select coalesce(sum(pence), 0) from allocation
                where allocation.payment_id = new.payment_id
            ) then
                raise check_violation using message = 'allocations are not their payment';
            end if;
            return new;
        end $$
        """
    )
    op.execute(
        "create trigger step before update on payment for each row execute function payment_step()"
    )
    op.execute(
        """
        create function allocation_step() returns trigger language plpgsql as $$
        begin
            if (new.state <> old.state and old.state <> 'planned')
                or (old.sequence is not null and new.sequence is distinct from old.sequence)
                or (old.chain_hash is not null and new.chain_hash is distinct from old.chain_hash)
            then
                raise check_violation using message = 'an allocation cannot take this step';
            end if;
            return new;
        end $$
        """
    )
    op.execute(
        "create trigger step before update on allocation"
        " for each row execute function allocation_step()"
    )
    op.execute(
        "create function hash_chain_step(state bytea, start bytea, item bytea) returns bytea"
        " language sql immutable parallel safe"
        " as $$ select sha256(coalesce(state, start) || item) $$"
    )
    op.execute(
        "create aggregate hash_chain(start bytea, item bytea)"
        " (sfunc = hash_chain_step, stype = bytea)"
    )


def _close() -> None:
    """Each role sees and changes only what its errands need; forced for the owner too."""
    for table in TABLES:
        op.execute(f"alter table {table} enable row level security")
        op.execute(f"alter table {table} force row level security")
        op.execute(f"create policy worker on {table} to svd_worker using (true)")
        op.execute(f"grant select, insert, delete on {table} to svd_worker")
    for table in OWN:
        op.execute(f"create policy portal on {table} to svd_portal using (subject_id = {SUBJECT})")
        op.execute(f"grant select on {table} to svd_portal")
    op.execute("grant insert on payment, agreement, allocation to svd_portal")
    # A webhook is a hint: it opens the one payment that it names, to have it looked at.
    for verb in ("select", "update"):
        op.execute(
            f"create policy hinted_{verb} on payment for {verb} to svd_portal"
            f" using (provider_id = {PROVIDER_ID})"
        )
    op.execute("grant update (state, provider_id, check_at) on payment to svd_portal")
    op.execute("grant update (state, provider_id, changed_at) on agreement to svd_portal")
    _close_worker()
    _close_departments()
    mine = "select from allocation a where a.allocation_id = allocation_receipt.allocation_id"
    op.execute("grant select on allocation_receipt to svd_portal")
    op.execute(
        "create policy portal on allocation_receipt for select to svd_portal"
        f" using (exists ({mine} and a.subject_id = {SUBJECT}))"
    )
    ours = "select from plan_share s where s.share_id = share_answer.share_id"
    op.execute("grant select, update (words) on share_answer to svd_portal")
    op.execute(
        "create policy portal on share_answer to svd_portal"
        f" using (exists ({ours} and s.subject_id = {SUBJECT}))"
    )


def _close_worker() -> None:
    changes = {
        "payment": "state, provider_id, over_pence, reversed_pence, check_at, tries, settled_at,"
        " value_date",
        "agreement": "state, provider_id, changed_at",
        "allocation": "state, value_date, sequence, chain_hash",
        "refund": "state, provider_id, check_at, tries, done_at",
        "department_book": "last_sequence, head, pushed_sequence",
        "allocation_receipt": "applied_at, needed_pence, outcome, reason, line, returned_pence,"
        " received_at, by_kind, said_hash",
        "remittance": "state, answered_at",
        "share_answer": "applied_at, applied, words",
        "bank_entry": "state, payment_id, decided_at",
        "plan_share": "closing_pence",
    }
    for table, columns in changes.items():
        op.execute(f"grant update ({columns}) on {table} to svd_worker")
    op.execute("grant update (closing_pence) on plan_share to svd_portal")


def _close_departments() -> None:
    """A department sees its own lines and what was paid on them, by no id that others share."""
    op.execute(
        "grant select (allocation_id, share_id, department, kind, pence, most_next_pence, made_at,"
        " value_date, sequence, chain_hash) on allocation to svd_department"
    )
    op.execute(
        "create policy department on allocation for select to svd_department"
        f" using (department = {DEPARTMENT} and sequence is not null)"
    )
    op.execute(
        "grant select (share_id, plan_id, department, grant_id, debt_token, current_pence, state,"
        " answer_by, answered_at, reason_code, asked_pence) on plan_share to svd_department"
    )
    op.execute(
        "create policy department on plan_share for select to svd_department"
        f" using (department = {DEPARTMENT})"
    )
    op.execute(
        "grant select (plan_id, reference, state, frequency, pay_day, method, policy_version,"
        " starts_on, agreed_at, ended_at, version) on plan to svd_department"
    )
    op.execute(
        "create policy department on plan for select to svd_department using (exists (select"
        f" from plan_share s where s.plan_id = plan.plan_id and s.department = {DEPARTMENT}))"
    )
    for table in ("department_book", "remittance", "allocation_receipt", "share_answer"):
        op.execute(f"grant select on {table} to svd_department")
        op.execute(
            f"create policy department on {table} to svd_department"
            f" using (department = {DEPARTMENT})"
        )
    op.execute("grant insert on allocation_receipt, share_answer to svd_department")
    op.execute(
        "grant update (outcome, reason, line, needed_pence, returned_pence, received_at, by_kind,"
        " said_hash, applied_at) on allocation_receipt to svd_department"
    )
    op.execute("grant update (state, answered_at) on remittance to svd_department")


def downgrade() -> None:
    for name in ("plan", "plan_share"):
        op.execute(f"drop policy department on {name}")
        op.execute(f"revoke all on {name} from svd_department")
    op.drop_column("plan_share", "closing_pence")
    op.drop_index(
        "ix_allocation_receipt_waiting",
        table_name="allocation_receipt",
        postgresql_where=sa.text("applied_at is null"),
    )
    op.drop_index("ix_allocation_receipt_department", table_name="allocation_receipt")
    op.drop_table("allocation_receipt")
    op.drop_index(
        "ix_share_answer_waiting",
        table_name="share_answer",
        postgresql_where=sa.text("applied_at is null"),
    )
    op.drop_index("ix_share_answer_share_id", table_name="share_answer")
    op.drop_table("share_answer")
    op.drop_index("ix_refund_subject_id", table_name="refund")
    op.drop_index("ix_refund_payment_id", table_name="refund")
    op.drop_index(
        "ix_refund_check_at", table_name="refund", postgresql_where=sa.text("check_at is not null")
    )
    op.drop_table("refund")
    op.drop_index(
        "ix_allocation_waiting",
        table_name="allocation",
        postgresql_where=sa.text("state = 'settled' and sequence is null"),
    )
    op.drop_index("ix_allocation_share_id", table_name="allocation")
    op.drop_index("ix_allocation_plan_id", table_name="allocation")
    op.drop_index("ix_allocation_payment_id", table_name="allocation")
    op.drop_table("allocation")
    op.drop_index(
        "uq_payment_provider_id",
        table_name="payment",
        postgresql_where=sa.text("provider_id <> ''"),
    )
    op.drop_index(
        "uq_payment_one_collection",
        table_name="payment",
        postgresql_where=sa.text("instalment is not null and state in ('started', 'submitted')"),
    )
    op.drop_index("ix_payment_plan_id", table_name="payment")
    op.drop_index(
        "ix_payment_check_at",
        table_name="payment",
        postgresql_where=sa.text("check_at is not null"),
    )
    op.drop_table("payment")
    op.drop_index(
        "uq_agreement_active", table_name="agreement", postgresql_where=sa.text("state = 'active'")
    )
    op.drop_index("ix_agreement_subject_id", table_name="agreement")
    op.drop_table("agreement")
    op.drop_table("remittance")
    op.drop_table("department_book")
    op.drop_index(
        "ix_bank_entry_worklist",
        table_name="bank_entry",
        postgresql_where=sa.text("state = 'unmatched'"),
    )
    op.drop_table("bank_entry")
    op.execute("drop aggregate hash_chain(bytea, bytea)")
    for name in ("hash_chain_step(bytea, bytea, bytea)", "allocation_step()", "payment_step()"):
        op.execute(f"drop function {name}")
    op.execute("drop function allocations_add_up()")
