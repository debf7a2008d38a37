"""Plans, their lines, the instalment ahead and their events; and the worker's timetable.

Revision ID: 0002
Revises: 0001
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None

MOMENT = sa.DateTime(timezone=True)
SUBJECT = "nullif(current_setting('svd.subject', true), '')::uuid"
LIVE_PLAN = "('active', 'paused', 'proposed')"
LIVE_SHARE = "('agreed', 'change_asked', 'pending')"
TABLES = ("plan", "plan_share", "instalment", "plan_event")


def words(column: str, *values: str) -> str:
    return f"{column} in ({', '.join(repr(value) for value in sorted(values))})"


def upgrade() -> None:
    op.create_table(
        "plan",
        sa.Column("plan_id", sa.Uuid, nullable=False),
        sa.Column("subject_id", sa.Uuid, nullable=False),
        sa.Column("reference", sa.CHAR(14), nullable=False),
        sa.Column("state", sa.String(12), nullable=False),
        sa.Column("payment_pence", sa.Integer, nullable=False),
        sa.Column("frequency", sa.String(12), nullable=False),
        sa.Column("pay_day", sa.SmallInteger, nullable=False),
        sa.Column("method", sa.String(16), nullable=False),
        sa.Column("strategy", sa.String(16), nullable=False),
        sa.Column("policy_version", sa.String(16), nullable=False),
        sa.Column("wording_version", sa.String(24), nullable=False),
        sa.Column("starts_on", sa.Date, nullable=False),
        sa.Column("review_month", sa.Date, nullable=False),
        sa.Column("agreed_at", MOMENT, nullable=False),
        sa.Column("ended_at", MOMENT),
        sa.Column("ended_reason", sa.String(16)),
        sa.Column("post_hash", sa.CHAR(64), nullable=False),
        sa.PrimaryKeyConstraint("plan_id", name="pk_plan"),
        sa.UniqueConstraint("reference", name="uq_plan_reference"),
        sa.UniqueConstraint("subject_id", "post_hash", name="uq_plan_subject_id_post_hash"),
        sa.UniqueConstraint("plan_id", "subject_id", name="uq_plan_plan_id_subject_id"),
        sa.CheckConstraint(
            words("state", "proposed", "active", "paused", "finished", "ended"),
            name="ck_plan_state",
        ),
        sa.CheckConstraint(
            words("frequency", "week", "fortnight", "four_weeks", "month"),
            name="ck_plan_frequency",
        ),
        sa.CheckConstraint(
            words(
                "method",
                "pay_by_bank",
                "card",
                "direct_debit",
                "standing_order",
                "cash",
                "from_benefit",
            ),
            name="ck_plan_method",
        ),
        sa.CheckConstraint(
            words("ended_reason", "stopped", "nothing_left"), name="ck_plan_ended_reason"
        ),
        sa.CheckConstraint("payment_pence between 0 and 100000000", name="ck_plan_payment_pence"),
        sa.CheckConstraint(
            "pay_day between 1 and case when frequency = 'month' then 28 else 7 end",
            name="ck_plan_pay_day",
        ),
        sa.CheckConstraint(
            "(state in ('ended', 'finished')) = (ended_at is not null)"
            " and (state = 'ended') = (ended_reason is not null)",
            name="ck_plan_ended",
        ),
        sa.CheckConstraint("extract(day from review_month) = 1", name="ck_plan_review_month"),
    )
    op.create_index(
        "uq_plan_live",
        "plan",
        ["subject_id"],
        unique=True,
        postgresql_where=sa.text(f"state in {LIVE_PLAN}"),
    )
    op.create_table(
        "plan_share",
        sa.Column("share_id", sa.Uuid, nullable=False),
        sa.Column("plan_id", sa.Uuid, nullable=False),
        sa.Column("subject_id", sa.Uuid, nullable=False),
        sa.Column("department", sa.String(12), nullable=False),
        sa.Column("grant_id", sa.CHAR(24), nullable=False),
        sa.Column("debt_token", sa.String(160), nullable=False),
        sa.Column("debt_tag", sa.CHAR(64), nullable=False),
        sa.Column("tier", sa.String(8), nullable=False),
        sa.Column("current_pence", sa.Integer, nullable=False),
        sa.Column("weight_ppm", sa.Integer, nullable=False),
        sa.Column("rank", sa.SmallInteger),
        sa.Column("at_minimum", sa.Boolean, nullable=False),
        sa.Column("state", sa.String(12), nullable=False),
        sa.Column("answer_by", sa.Date),
        sa.Column("answered_at", MOMENT),
        sa.Column("reason_code", sa.String(24), nullable=False, server_default=sa.text("''")),
        sa.PrimaryKeyConstraint("share_id", name="pk_plan_share"),
        sa.UniqueConstraint(
            "plan_id", "department", "debt_tag", name="uq_plan_share_plan_id_department_debt_tag"
        ),
        sa.ForeignKeyConstraint(
            ["plan_id", "subject_id"],
            ["plan.plan_id", "plan.subject_id"],
            name="fk_plan_share_plan_id",
        ),
        sa.CheckConstraint(words("tier", "priority", "other"), name="ck_plan_share_tier"),
        sa.CheckConstraint(
            words("state", "pending", "agreed", "change_asked", "refused", "left", "cleared"),
            name="ck_plan_share_state",
        ),
        sa.CheckConstraint(
            "current_pence between 0 and 100000000", name="ck_plan_share_current_pence"
        ),
        sa.CheckConstraint("weight_ppm between 0 and 1000000", name="ck_plan_share_weight_ppm"),
        sa.CheckConstraint("rank between 1 and 999", name="ck_plan_share_rank"),
    )
    op.create_index("ix_plan_share_grant_id", "plan_share", ["grant_id"])
    op.create_index(
        "ix_plan_share_silent",
        "plan_share",
        ["answer_by"],
        postgresql_where=sa.text("state = 'pending' and answer_by is not null"),
    )
    op.create_table(
        "instalment",
        sa.Column("plan_id", sa.Uuid, nullable=False),
        sa.Column("sequence", sa.Integer, nullable=False),
        sa.Column("subject_id", sa.Uuid, nullable=False),
        sa.Column("due_on", sa.Date, nullable=False),
        sa.Column("state", sa.String(12), nullable=False),
        sa.PrimaryKeyConstraint("plan_id", "sequence", name="pk_instalment"),
        sa.ForeignKeyConstraint(
            ["plan_id", "subject_id"],
            ["plan.plan_id", "plan.subject_id"],
            name="fk_instalment_plan_id",
        ),
        sa.CheckConstraint(
            words("state", "planned", "due", "paid", "missed", "skipped", "cancelled"),
            name="ck_instalment_state",
        ),
        sa.CheckConstraint("sequence >= 1", name="ck_instalment_sequence"),
    )
    op.create_index(
        "uq_instalment_one_ahead",
        "instalment",
        ["plan_id"],
        unique=True,
        postgresql_where=sa.text("state = 'planned'"),
    )
    op.create_index(
        "ix_instalment_due_on",
        "instalment",
        ["due_on"],
        postgresql_where=sa.text("state = 'planned'"),
    )
    op.create_table(
        "plan_event",
        sa.Column("event_id", sa.Uuid, nullable=False),
        sa.Column("position", sa.BigInteger, sa.Identity(always=True), nullable=False),
        sa.Column("at", MOMENT, nullable=False),
        sa.Column("subject_id", sa.Uuid, nullable=False),
        sa.Column("plan_id", sa.Uuid, nullable=False),
        sa.Column("share_id", sa.Uuid),
        sa.Column("department", sa.String(12), nullable=False, server_default=sa.text("''")),
        sa.Column("kind", sa.String(20), nullable=False),
        sa.Column("by_kind", sa.String(12), nullable=False),
        sa.PrimaryKeyConstraint("event_id", name="pk_plan_event"),
        sa.UniqueConstraint("position", name="uq_plan_event_position"),
        sa.ForeignKeyConstraint(
            ["plan_id", "subject_id"],
            ["plan.plan_id", "plan.subject_id"],
            name="fk_plan_event_plan_id",
        ),
    )
    op.create_index("ix_plan_event_history", "plan_event", ["subject_id", "position"])
    op.create_table(
        "worker_slot",
        sa.Column("job", sa.String(24), nullable=False),
        sa.Column("slot", MOMENT, nullable=False),
        sa.PrimaryKeyConstraint("job", "slot", name="pk_worker_slot"),
    )
    _adds_up()
    _close()


def _adds_up() -> None:
    """At commit the live lines of a live plan are its payment, to the penny (SEC-78)."""
    op.execute(
        f"""
        create function plan_adds_up() returns trigger language plpgsql as $$
        begin
            if exists (
                select from plan
                where plan.plan_id = new.plan_id and plan.state in {LIVE_PLAN}
                and plan.payment_pence <> (
                    select coalesce(sum(current_pence), 0) from plan_share
                    where plan_share.plan_id = plan.plan_id and plan_share.state in {LIVE_SHARE}
                )
            ) then
                raise check_violation using message = 'the lines of a plan are not its payment';
            end if;
            return null;
        end $$
        """
    )
    for table in ("plan", "plan_share"):
        op.execute(
            f"create constraint trigger adds_up after insert or update on {table}"
            " deferrable initially deferred for each row execute function plan_adds_up()"
        )


def _close() -> None:
    """Each role sees and changes only what its errands need; forced for the owner too."""
    changes = {
        "plan": "state, payment_pence, starts_on, ended_at, ended_reason",
        "plan_share": "state, answered_at, reason_code",
        "instalment": "state, due_on",
    }
    for table in TABLES:
        op.execute(f"alter table {table} enable row level security")
        op.execute(f"alter table {table} force row level security")
        op.execute(f"create policy portal on {table} to svd_portal using (subject_id = {SUBJECT})")
        op.execute(f"create policy worker on {table} to svd_worker using (true)")
        op.execute(f"grant select, insert on {table} to svd_portal")
        op.execute(f"grant select on {table} to svd_worker")
    for table, columns in changes.items():
        op.execute(f"grant update ({columns}) on {table} to svd_portal, svd_worker")
    op.execute("grant insert on instalment, plan_event to svd_worker")
    op.execute("grant select, insert, delete on worker_slot to svd_worker")


def downgrade() -> None:
    for table in ("worker_slot", "plan_event", "instalment", "plan_share", "plan"):
        op.drop_table(table)
    op.execute("drop function plan_adds_up()")
