"""The life of a plan: amounts that fell due and came, breaks, terms before a change, messages.

Revision ID: 0005
Revises: 0004
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0005"
down_revision = "0004"
branch_labels = None
depends_on = None

MOMENT = sa.DateTime(timezone=True)
SUBJECT = "nullif(current_setting('svd.subject', true), '')::uuid"
FINISHED = ("amended_to_nil", "paid_in_full", "remission", "within_tolerance")
ENDED = ("deceased", "default", "insolvency", "nothing_left", "stopped")
NEW_TABLES = ("plan_version", "plan_break", "message")


def words(column: str, *values: str) -> str:
    return f"{column} in ({', '.join(repr(value) for value in sorted(values))})"


def upgrade() -> None:
    op.add_column(
        "plan", sa.Column("version", sa.SmallInteger, nullable=False, server_default=sa.text("1"))
    )
    op.add_column("plan", sa.Column("look_again_on", sa.Date))
    op.add_column("plan", sa.Column("review_by", sa.Date))
    op.drop_constraint("ck_plan_ended_reason", "plan")
    op.create_check_constraint(
        "ck_plan_ended_reason", "plan", words("ended_reason", *FINISHED, *ENDED)
    )
    op.drop_constraint("ck_plan_ended", "plan")
    op.create_check_constraint(
        "ck_plan_ended",
        "plan",
        "(state in ('ended', 'finished')) = (ended_at is not null)"
        " and (ended_at is null) = (ended_reason is null)"
        " and (state = 'finished') = (" + words("coalesce(ended_reason, '')", *FINISHED) + ")",
    )
    for table in ("plan", "plan_share"):  # to see rows of before, and that they still add up
        op.execute(f"alter table {table} no force row level security")
    op.execute("update plan set look_again_on = current_date where state = 'paused'")
    op.execute("set constraints all immediate")
    for table in ("plan", "plan_share"):
        op.execute(f"alter table {table} force row level security")
    op.create_check_constraint(
        "ck_plan_look_again_on", "plan", "(state = 'paused') = (look_again_on is not null)"
    )
    op.create_check_constraint("ck_plan_version", "plan", "version >= 1")
    op.add_column("plan_share", sa.Column("asked_pence", sa.Integer))
    op.create_check_constraint(
        "ck_plan_share_asked_pence", "plan_share", "asked_pence between 0 and 100000000"
    )
    op.add_column("instalment", sa.Column("amount_pence", sa.Integer))
    op.add_column(
        "instalment",
        sa.Column("paid_pence", sa.Integer, nullable=False, server_default=sa.text("0")),
    )
    op.add_column("instalment", sa.Column("settled_at", MOMENT))
    op.drop_constraint("ck_instalment_state", "instalment")
    op.create_check_constraint(
        "ck_instalment_state",
        "instalment",
        words("state", "planned", "due", "part_paid", "paid", "missed", "skipped", "cancelled"),
    )
    for column in ("amount_pence", "paid_pence"):
        op.create_check_constraint(
            f"ck_instalment_{column}", "instalment", f"{column} between 0 and 100000000"
        )
    op.create_index(
        "ix_instalment_open",
        "instalment",
        ["due_on"],
        postgresql_where=sa.text("state in ('due', 'part_paid')"),
    )
    _tables()
    _close()


def _tables() -> None:
    op.create_table(
        "plan_version",
        sa.Column("plan_id", sa.Uuid, nullable=False),
        sa.Column("version", sa.SmallInteger, nullable=False),
        sa.Column("subject_id", sa.Uuid, nullable=False),
        sa.Column("payment_pence", sa.Integer, nullable=False),
        sa.Column("frequency", sa.String(12), nullable=False),
        sa.Column("pay_day", sa.SmallInteger, nullable=False),
        sa.Column("strategy", sa.String(16), nullable=False),
        sa.Column("policy_version", sa.String(16), nullable=False),
        sa.Column("until_at", MOMENT, nullable=False),
        sa.Column("reason", sa.String(16), nullable=False),
        sa.PrimaryKeyConstraint("plan_id", "version", name="pk_plan_version"),
        sa.ForeignKeyConstraint(
            ["plan_id", "subject_id"],
            ["plan.plan_id", "plan.subject_id"],
            name="fk_plan_version_plan_id",
        ),
        sa.CheckConstraint(
            words("reason", "amount", "lines", "balances"), name="ck_plan_version_reason"
        ),
    )
    op.create_index("ix_plan_version_subject_id", "plan_version", ["subject_id"])
    op.create_table(
        "plan_break",
        sa.Column("break_id", sa.Uuid, nullable=False),
        sa.Column("plan_id", sa.Uuid, nullable=False),
        sa.Column("subject_id", sa.Uuid, nullable=False),
        sa.Column("kind", sa.String(12), nullable=False),
        sa.Column("first_on", sa.Date, nullable=False),
        sa.Column("payments", sa.SmallInteger, nullable=False),
        sa.Column("asked_at", MOMENT, nullable=False),
        sa.PrimaryKeyConstraint("break_id", name="pk_plan_break"),
        sa.ForeignKeyConstraint(
            ["plan_id", "subject_id"],
            ["plan.plan_id", "plan.subject_id"],
            name="fk_plan_break_plan_id",
        ),
        sa.CheckConstraint(
            words("kind", "crisis", "income_fell", "moratorium"), name="ck_plan_break_kind"
        ),
        sa.CheckConstraint("payments between 1 and 26", name="ck_plan_break_payments"),
    )
    op.create_index("ix_plan_break_plan_id", "plan_break", ["plan_id", "first_on"])
    op.create_index("ix_plan_break_subject_id", "plan_break", ["subject_id"])
    op.create_table(
        "message",
        sa.Column("message_id", sa.Uuid, nullable=False),
        sa.Column("subject_id", sa.Uuid, nullable=False),
        sa.Column("kind", sa.CHAR(3), nullable=False),
        sa.Column("channel", sa.String(8), nullable=False),
        sa.Column("language", sa.CHAR(2), nullable=False),
        sa.Column("about", sa.Uuid, nullable=False),
        sa.Column("made_at", MOMENT, nullable=False),
        sa.Column("sent_at", MOMENT),
        sa.Column("status", sa.String(12), nullable=False),
        sa.Column("provider_ref", sa.String(40), nullable=False, server_default=sa.text("''")),
        sa.PrimaryKeyConstraint("message_id", name="pk_message"),
        sa.UniqueConstraint("kind", "about", name="uq_message_kind_about"),
        sa.CheckConstraint(
            words("status", "waiting", "sent", "delivered", "failed", "not_sent"),
            name="ck_message_status",
        ),
    )
    op.create_index("ix_message_subject_id", "message", ["subject_id", sa.text("made_at desc")])
    op.create_index(
        "ix_message_waiting",
        "message",
        ["made_at"],
        postgresql_where=sa.text("status in ('waiting', 'sent')"),
    )


def _close() -> None:
    for table in NEW_TABLES:
        op.execute(f"alter table {table} enable row level security")
        op.execute(f"alter table {table} force row level security")
        op.execute(f"create policy portal on {table} to svd_portal using (subject_id = {SUBJECT})")
        op.execute(f"create policy worker on {table} to svd_worker using (true)")
        op.execute(f"grant select, insert on {table} to svd_portal, svd_worker")
    op.execute(
        "grant update (version, look_again_on, review_by, payment_pence, frequency, pay_day,"
        " strategy, policy_version, method, review_month) on plan to svd_portal, svd_worker"
    )
    op.execute(
        "grant update (asked_pence, current_pence, weight_ppm, rank, tier, at_minimum, grant_id,"
        " answer_by)"
        " on plan_share to svd_portal, svd_worker"
    )
    op.execute(
        "grant update (state, due_on, amount_pence, paid_pence, settled_at) on instalment"
        " to svd_portal, svd_worker"
    )
    op.execute("grant update (sent_at, status, provider_ref) on message to svd_worker")
    op.execute("grant select, delete on contact to svd_worker")
    op.execute(
        "grant delete on plan, plan_share, instalment, plan_event, plan_version, plan_break,"
        " message to svd_worker"
    )


def downgrade() -> None:
    for table in NEW_TABLES:
        op.drop_table(table)
    op.drop_index("ix_instalment_open", "instalment")
    for column in ("settled_at", "paid_pence", "amount_pence"):
        op.drop_column("instalment", column)
    op.drop_constraint("ck_instalment_state", "instalment")
    op.create_check_constraint(
        "ck_instalment_state",
        "instalment",
        words("state", "planned", "due", "paid", "missed", "skipped", "cancelled"),
    )
    op.drop_column("plan_share", "asked_pence")
    for name in ("ck_plan_look_again_on", "ck_plan_ended", "ck_plan_ended_reason"):
        op.drop_constraint(name, "plan")
    for column in ("review_by", "look_again_on", "version"):
        op.drop_column("plan", column)
    op.create_check_constraint(
        "ck_plan_ended_reason", "plan", words("ended_reason", "stopped", "nothing_left")
    )
    op.create_check_constraint(
        "ck_plan_ended",
        "plan",
        "(state in ('ended', 'finished')) = (ended_at is not null)"
        " and (state = 'ended') = (ended_reason is not null)",
    )
