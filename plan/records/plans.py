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
from plan.events import TOLD
from plan.lifecycle import LIVE_PLAN, InstalmentState, PlanState, ShareState
from plan.rules.breaks import BreakKind
from plan.terms import FINISHED, EndedReason, Every, Method, Tier, VaryReason

TOKEN_LENGTH = 160


def listed(values: object) -> str:
    """The values as SQL writes them in a list."""
    return ", ".join(sorted(f"'{value}'" for value in values))  # type: ignore[attr-defined]


def one_of(column: str, values: object) -> CheckConstraint:
    """A column that takes words of a closed list only."""
    return CheckConstraint(f"{column} in ({listed(values)})", name=column)


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
    Column("version", SmallInteger, nullable=False, server_default=text("1")),
    Column("look_again_on", Date),
    Column("review_by", Date),
    Column("post_hash", HASH, nullable=False),
    one_of("state", PlanState),
    one_of("frequency", Every),
    one_of("method", Method),
    one_of("ended_reason", EndedReason),
    CheckConstraint("payment_pence between 0 and 100000000", name="payment_pence"),
    CheckConstraint(
        "pay_day between 1 and case when frequency = 'month' then 28 else 7 end", name="pay_day"
    ),
    CheckConstraint(
        "(state in ('ended', 'finished')) = (ended_at is not null)"
        " and (ended_at is null) = (ended_reason is null)"
        f" and (state = 'finished') = (coalesce(ended_reason, '') in ({listed(FINISHED)}))",
        name="ended",
    ),
    CheckConstraint("(state = 'paused') = (look_again_on is not null)", name="look_again_on"),
    CheckConstraint("version >= 1", name="version"),
    CheckConstraint("extract(day from review_month) = 1", name="review_month"),
    UniqueConstraint("subject_id", "post_hash"),
    UniqueConstraint("plan_id", "subject_id"),
    Index(
        "uq_plan_live",
        "subject_id",
        unique=True,
        postgresql_where=text(f"state in ({listed(LIVE_PLAN)})"),
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
    Column("asked_pence", Integer),
    Column("closing_pence", Integer),
    Column("charges_stop", Boolean, nullable=False, server_default=text("false")),
    Column("part_reference", CHAR(14), nullable=False),
    one_of("tier", Tier),
    one_of("state", ShareState),
    CheckConstraint("current_pence between 0 and 100000000", name="current_pence"),
    CheckConstraint("asked_pence between 0 and 100000000", name="asked_pence"),
    CheckConstraint("closing_pence between 0 and 100000000", name="closing_pence"),
    CheckConstraint("weight_ppm between 0 and 1000000", name="weight_ppm"),
    CheckConstraint("rank between 1 and 999", name="rank"),
    UniqueConstraint("plan_id", "department", "debt_tag"),
    ForeignKeyConstraint(["plan_id", "subject_id"], ["plan.plan_id", "plan.subject_id"]),
    Index("ix_plan_share_grant_id", "grant_id"),
    Index("ix_plan_share_department", "department", "plan_id"),
    Index("ix_plan_share_part", "part_reference", "department"),
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
    Column("amount_pence", Integer),
    Column("paid_pence", Integer, nullable=False, server_default=text("0")),
    Column("settled_at", MOMENT),
    PrimaryKeyConstraint("plan_id", "sequence"),
    one_of("state", InstalmentState),
    CheckConstraint("sequence >= 1", name="sequence"),
    CheckConstraint("amount_pence between 0 and 100000000", name="amount_pence"),
    CheckConstraint("paid_pence between 0 and 100000000", name="paid_pence"),
    ForeignKeyConstraint(["plan_id", "subject_id"], ["plan.plan_id", "plan.subject_id"]),
    Index(
        "uq_instalment_one_ahead",
        "plan_id",
        unique=True,
        postgresql_where=text("state = 'planned'"),
    ),
    Index("ix_instalment_due_on", "due_on", postgresql_where=text("state = 'planned'")),
    Index("ix_instalment_open", "due_on", postgresql_where=text("state in ('due', 'part_paid')")),
)

plan_version = Table(
    "plan_version",
    metadata,
    Column("plan_id", Uuid, nullable=False),
    Column("version", SmallInteger, nullable=False),
    Column("subject_id", Uuid, nullable=False),
    Column("payment_pence", Integer, nullable=False),
    Column("frequency", String(12), nullable=False),
    Column("pay_day", SmallInteger, nullable=False),
    Column("strategy", String(16), nullable=False),
    Column("policy_version", String(16), nullable=False),
    Column("until_at", MOMENT, nullable=False),
    Column("reason", String(16), nullable=False),
    PrimaryKeyConstraint("plan_id", "version"),
    ForeignKeyConstraint(["plan_id", "subject_id"], ["plan.plan_id", "plan.subject_id"]),
    one_of("reason", VaryReason),
    Index("ix_plan_version_subject_id", "subject_id"),
)

plan_break = Table(
    "plan_break",
    metadata,
    Column("break_id", Uuid, primary_key=True),
    Column("plan_id", Uuid, nullable=False),
    Column("subject_id", Uuid, nullable=False),
    Column("kind", String(12), nullable=False),
    Column("first_on", Date, nullable=False),
    Column("payments", SmallInteger, nullable=False),
    Column("asked_at", MOMENT, nullable=False),
    one_of("kind", BreakKind),
    CheckConstraint("payments between 1 and 26", name="payments"),
    ForeignKeyConstraint(["plan_id", "subject_id"], ["plan.plan_id", "plan.subject_id"]),
    Index("ix_plan_break_plan_id", "plan_id", "first_on"),
    Index("ix_plan_break_subject_id", "subject_id"),
)

message = Table(
    "message",
    metadata,
    Column("message_id", Uuid, primary_key=True),
    Column("subject_id", Uuid, nullable=False),
    Column("kind", CHAR(3), nullable=False),
    Column("channel", String(8), nullable=False),
    Column("language", CHAR(2), nullable=False),
    Column("about", Uuid, nullable=False),
    Column("day", Date, nullable=False),
    Column("made_at", MOMENT, nullable=False),
    Column("try_at", MOMENT),
    Column("tries", SmallInteger, nullable=False, server_default=text("0")),
    Column("sent_at", MOMENT),
    Column("status", String(12), nullable=False),
    Column("provider_ref", String(40), nullable=False, server_default=text("''")),
    one_of("status", ("waiting", "sent", "delivered", "failed", "not_sent")),
    UniqueConstraint("kind", "about"),
    Index("ix_message_subject_id", "subject_id", text("made_at desc")),
    Index("ix_message_due", "status", "try_at", postgresql_where=text("try_at is not null")),
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
    Index("ix_plan_event_deaths", "plan_id", postgresql_where=text("kind = 'death_told'")),
    Index("ix_plan_event_to_tell", "at", postgresql_where=text(f"kind in ({listed(TOLD)})")),
)

worker_slot = Table(
    "worker_slot",
    metadata,
    Column("job", String(24), nullable=False),
    Column("slot", MOMENT, nullable=False),
    PrimaryKeyConstraint("job", "slot"),
)
