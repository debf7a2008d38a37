"""What is kept about plans: what a person pays, never what they owe (decision 1).

No balance, no total, no end date, no kind of debt, no name of one. Shares keep a weight or a rank
for later sharing (decision 29). The only sealed value is a debt token of a department that has no
handle of its own (decisions 27 and 40). Money is whole pence.
"""

from __future__ import annotations

from sqlalchemy import (
    CHAR,
    BigInteger,
    Boolean,
    CheckConstraint,
    Column,
    Date,
    ForeignKeyConstraint,
    Identity,
    Index,
    Integer,
    PrimaryKeyConstraint,
    SmallInteger,
    String,
    Table,
    UniqueConstraint,
    Uuid,
    text,
)

from consent.records import HASH, MOMENT, metadata
from plan.lifecycle import LIVE_PLAN, InstalmentState, PlanState, ShareState
from plan.terms import EndedReason, Every, Method, Tier

TOKEN_LENGTH = 160


def _list(values: object) -> str:
    return ", ".join(sorted(f"'{value}'" for value in values))  # type: ignore[attr-defined]


def _one_of(column: str, values: object) -> CheckConstraint:
    return CheckConstraint(f"{column} in ({_list(values)})", name=column)


plan = Table(
    "plan",
    metadata,
    Column("plan_id", Uuid, primary_key=True),
    Column("subject_id", Uuid, nullable=False),
    Column("reference", CHAR(14), nullable=False, unique=True),
    Column("state", String(12), nullable=False),
    Column("payment_pence", Integer, nullable=False),
    Column("frequency", String(12), nullable=False),
    Column("pay_day", SmallInteger, nullable=False),
    Column("method", String(16), nullable=False),
    Column("strategy", String(16), nullable=False),
    Column("policy_version", String(16), nullable=False),
    Column("wording_version", String(24), nullable=False),
    Column("starts_on", Date, nullable=False),
    Column("review_month", Date, nullable=False),
    Column("agreed_at", MOMENT, nullable=False),
    Column("ended_at", MOMENT),
    Column("ended_reason", String(16)),
    Column("post_hash", HASH, nullable=False),
    _one_of("state", PlanState),
    _one_of("frequency", Every),
    _one_of("method", Method),
    _one_of("ended_reason", EndedReason),
    CheckConstraint("payment_pence between 0 and 100000000", name="payment_pence"),
    CheckConstraint(
        "pay_day between 1 and case when frequency = 'month' then 28 else 7 end", name="pay_day"
    ),
    CheckConstraint(
        "(state in ('ended', 'finished')) = (ended_at is not null)"
        " and (state = 'ended') = (ended_reason is not null)",
        name="ended",
    ),
    CheckConstraint("extract(day from review_month) = 1", name="review_month"),
    UniqueConstraint("subject_id", "post_hash"),
    UniqueConstraint("plan_id", "subject_id"),
    Index(
        "uq_plan_live",
        "subject_id",
        unique=True,
        postgresql_where=text(f"state in ({_list(LIVE_PLAN)})"),
    ),
)

plan_share = Table(
    "plan_share",
    metadata,
    Column("share_id", Uuid, primary_key=True),
    Column("plan_id", Uuid, nullable=False),
    Column("subject_id", Uuid, nullable=False),
    Column("department", String(12), nullable=False),
    Column("grant_id", CHAR(24), nullable=False),
    Column("debt_token", String(TOKEN_LENGTH), nullable=False),
    Column("debt_tag", HASH, nullable=False),
    Column("tier", String(8), nullable=False),
    Column("current_pence", Integer, nullable=False),
    Column("weight_ppm", Integer, nullable=False),
    Column("rank", SmallInteger),
    Column("at_minimum", Boolean, nullable=False),
    Column("state", String(12), nullable=False),
    Column("answer_by", Date),
    Column("answered_at", MOMENT),
    Column("reason_code", String(24), nullable=False, server_default=text("''")),
    _one_of("tier", Tier),
    _one_of("state", ShareState),
    CheckConstraint("current_pence between 0 and 100000000", name="current_pence"),
    CheckConstraint("weight_ppm between 0 and 1000000", name="weight_ppm"),
    CheckConstraint("rank between 1 and 999", name="rank"),
    UniqueConstraint("plan_id", "department", "debt_tag"),
    ForeignKeyConstraint(["plan_id", "subject_id"], ["plan.plan_id", "plan.subject_id"]),
    Index("ix_plan_share_grant_id", "grant_id"),
    Index(
        "ix_plan_share_silent",
        "answer_by",
        postgresql_where=text("state = 'pending' and answer_by is not null"),
    ),
)

instalment = Table(
    "instalment",
    metadata,
    Column("plan_id", Uuid, nullable=False),
    Column("sequence", Integer, nullable=False),
    Column("subject_id", Uuid, nullable=False),
    Column("due_on", Date, nullable=False),
    Column("state", String(12), nullable=False),
    PrimaryKeyConstraint("plan_id", "sequence"),
    _one_of("state", InstalmentState),
    CheckConstraint("sequence >= 1", name="sequence"),
    ForeignKeyConstraint(["plan_id", "subject_id"], ["plan.plan_id", "plan.subject_id"]),
    Index(
        "uq_instalment_one_ahead",
        "plan_id",
        unique=True,
        postgresql_where=text("state = 'planned'"),
    ),
    Index("ix_instalment_due_on", "due_on", postgresql_where=text("state = 'planned'")),
)

plan_event = Table(
    "plan_event",
    metadata,
    Column("event_id", Uuid, primary_key=True),
    Column("position", BigInteger, Identity(always=True), nullable=False, unique=True),
    Column("at", MOMENT, nullable=False),
    Column("subject_id", Uuid, nullable=False),
    Column("plan_id", Uuid, nullable=False),
    Column("share_id", Uuid),
    Column("department", String(12), nullable=False, server_default=text("''")),
    Column("kind", String(20), nullable=False),
    Column("by_kind", String(12), nullable=False),
    ForeignKeyConstraint(["plan_id", "subject_id"], ["plan.plan_id", "plan.subject_id"]),
    Index("ix_plan_event_history", "subject_id", "position"),
)

worker_slot = Table(
    "worker_slot",
    metadata,
    Column("job", String(24), nullable=False),
    Column("slot", MOMENT, nullable=False),
    PrimaryKeyConstraint("job", "slot"),
)
