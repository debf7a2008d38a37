"""Money on its way from people to departments: what they pay, never what they owe (decision 1).

A payment and its allocations are written together and always add up (SEC-78). An allocation never
changes its pence; what goes back is another row below 0. Each department's settled allocations get
numbers without gaps and a hash chain (SEC-81). Money is whole pence.
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
from plan.paying import (
    OPEN_PAYMENT,
    AgreementState,
    AllocationKind,
    AllocationState,
    CheckState,
    EntryKind,
    EntryState,
    LineSays,
    Outcome,
    PaymentState,
    ReceiptReason,
    RefundReason,
    RefundState,
    RemittanceState,
    Route,
)
from plan.records.plans import listed, one_of

_EMPTY = text("''")
_ZERO = text("0")


def _of_plan() -> ForeignKeyConstraint:
    return ForeignKeyConstraint(["plan_id", "subject_id"], ["plan.plan_id", "plan.subject_id"])


payment = Table(
    "payment",
    metadata,
    Column("payment_id", Uuid, primary_key=True),
    Column("plan_id", Uuid, nullable=False),
    Column("subject_id", Uuid, nullable=False),
    Column("state", String(12), nullable=False),
    Column("route", String(12), nullable=False),
    Column("provider_id", String(64), nullable=False, server_default=_EMPTY),
    Column("agreement_id", Uuid),
    Column("instalment", Integer),
    Column("amount_pence", Integer, nullable=False),
    Column("over_pence", Integer, nullable=False, server_default=_ZERO),
    Column("reversed_pence", Integer, nullable=False, server_default=_ZERO),
    Column("made_at", MOMENT, nullable=False),
    Column("check_at", MOMENT),
    Column("tries", SmallInteger, nullable=False, server_default=_ZERO),
    Column("settled_at", MOMENT),
    Column("value_date", Date),
    Column("post_hash", HASH),
    one_of("state", PaymentState),
    one_of("route", Route),
    CheckConstraint("amount_pence between 1 and 100000000", name="amount_pence"),
    CheckConstraint("over_pence between 0 and amount_pence", name="over_pence"),
    CheckConstraint(
        "reversed_pence between 0 and amount_pence - over_pence", name="reversed_pence"
    ),
    CheckConstraint(
        "(state = 'settled') = (settled_at is not null)"
        " and (settled_at is null) = (value_date is null)",
        name="settled",
    ),
    _of_plan(),
    UniqueConstraint("subject_id", "post_hash"),
    Index("ix_payment_plan_id", "plan_id", "made_at"),
    Index(
        "uq_payment_provider_id",
        "route",
        "provider_id",
        unique=True,
        postgresql_where=text("provider_id <> ''"),
    ),
    Index(
        "uq_payment_one_collection",
        "plan_id",
        "instalment",
        unique=True,
        postgresql_where=text(f"instalment is not null and state in ({listed(OPEN_PAYMENT)})"),
    ),
    Index("ix_payment_check_at", "check_at", postgresql_where=text("check_at is not null")),
)

agreement = Table(
    "agreement",
    metadata,
    Column("agreement_id", Uuid, primary_key=True),
    Column("plan_id", Uuid, nullable=False),
    Column("subject_id", Uuid, nullable=False),
    Column("provider_id", String(64), nullable=False, server_default=_EMPTY),
    Column("state", String(12), nullable=False),
    Column("made_at", MOMENT, nullable=False),
    Column("changed_at", MOMENT, nullable=False),
    one_of("state", AgreementState),
    _of_plan(),
    Index("uq_agreement_active", "plan_id", unique=True, postgresql_where=text("state = 'active'")),
    Index("ix_agreement_subject_id", "subject_id"),
)

allocation = Table(
    "allocation",
    metadata,
    Column("allocation_id", Uuid, primary_key=True),
    Column("payment_id", Uuid, nullable=False),
    Column("plan_id", Uuid, nullable=False),
    Column("subject_id", Uuid, nullable=False),
    Column("share_id", Uuid, nullable=False),
    Column("department", String(12), nullable=False),
    Column("kind", String(8), nullable=False),
    Column("state", String(8), nullable=False),
    Column("pence", Integer, nullable=False),
    Column("most_next_pence", Integer, nullable=False, server_default=_ZERO),
    Column("made_at", MOMENT, nullable=False),
    Column("value_date", Date),
    Column("sequence", BigInteger),
    Column("chain_hash", HASH),
    one_of("kind", AllocationKind),
    one_of("state", AllocationState),
    CheckConstraint("(kind = 'paid') = (pence > 0) and pence <> 0", name="pence"),
    CheckConstraint("most_next_pence >= 0", name="most_next_pence"),
    CheckConstraint(
        "(sequence is null) = (chain_hash is null)"
        " and (sequence is null or (state = 'settled' and value_date is not null))",
        name="numbered",
    ),
    ForeignKeyConstraint(["payment_id"], ["payment.payment_id"]),
    UniqueConstraint("department", "sequence"),
    Index("ix_allocation_payment_id", "payment_id"),
    Index("ix_allocation_plan_id", "plan_id"),
    Index("ix_allocation_share_id", "share_id"),
    Index(
        "ix_allocation_waiting",
        "department",
        "made_at",
        postgresql_where=text("state = 'settled' and sequence is null"),
    ),
)

department_book = Table(
    "department_book",
    metadata,
    Column("department", String(12), primary_key=True),
    Column("last_sequence", BigInteger, nullable=False, server_default=_ZERO),
    Column("head", HASH, nullable=False),
    Column("pushed_sequence", BigInteger, nullable=False, server_default=_ZERO),
    CheckConstraint("pushed_sequence between 0 and last_sequence", name="pushed_sequence"),
)

allocation_receipt = Table(
    "allocation_receipt",
    metadata,
    Column("allocation_id", Uuid, primary_key=True),
    Column("department", String(12), nullable=False),
    Column("outcome", String(12), nullable=False),
    Column("reason", String(20), nullable=False, server_default=_EMPTY),
    Column("line", String(8), nullable=False),
    Column("needed_pence", Integer),
    Column("returned_pence", Integer, nullable=False, server_default=_ZERO),
    Column("received_at", MOMENT, nullable=False),
    Column("by_kind", String(12), nullable=False),
    Column("said_hash", HASH, nullable=False),
    Column("applied_at", MOMENT),
    one_of("outcome", Outcome),
    one_of("reason", ReceiptReason),
    one_of("line", LineSays),
    CheckConstraint("needed_pence between 0 and 100000000", name="needed_pence"),
    CheckConstraint("returned_pence between 0 and 100000000", name="returned_pence"),
    ForeignKeyConstraint(["allocation_id"], ["allocation.allocation_id"]),
    Index("ix_allocation_receipt_department", "department", "outcome"),
    Index(
        "ix_allocation_receipt_waiting",
        "received_at",
        postgresql_where=text("applied_at is null"),
    ),
)

return_check = Table(
    "return_check",
    metadata,
    Column("check_id", Uuid, primary_key=True),
    Column("allocation_id", Uuid, nullable=False),
    Column("department", String(12), nullable=False),
    Column("outcome", String(12), nullable=False),
    Column("reason", String(20), nullable=False),
    Column("line", String(8), nullable=False),
    Column("returned_pence", Integer, nullable=False),
    Column("asked_by", Uuid, nullable=False),
    Column("asked_at", MOMENT, nullable=False),
    Column("state", String(8), nullable=False),
    Column("decided_by", Uuid),
    Column("decided_at", MOMENT),
    one_of("outcome", (Outcome.POSTED, Outcome.REJECTED, Outcome.RETURNED)),
    one_of("line", (LineSays.OPEN, LineSays.CLEARED)),
    CheckConstraint(
        "returned_pence between 0 and 100000000 and (outcome <> 'posted' or returned_pence > 0)",
        name="returned_pence",
    ),
    one_of("state", CheckState),
    CheckConstraint(
        "(state = 'waiting') = (decided_by is null)"
        " and (decided_by is null) = (decided_at is null)",
        name="decided",
    ),
    CheckConstraint("state <> 'approved' or decided_by <> asked_by", name="two"),
    ForeignKeyConstraint(["allocation_id"], ["allocation.allocation_id"]),
    Index("ix_return_check_allocation_id", "allocation_id"),
    Index(
        "uq_return_check_one_waits",
        "allocation_id",
        unique=True,
        postgresql_where=text("state = 'waiting'"),
    ),
)

remittance = Table(
    "remittance",
    metadata,
    Column("remittance_id", Uuid, primary_key=True),
    Column("department", String(12), nullable=False),
    Column("reference", CHAR(14), nullable=False, unique=True),
    Column("value_date", Date, nullable=False),
    Column("first_sequence", BigInteger, nullable=False),
    Column("last_sequence", BigInteger, nullable=False),
    Column("total_pence", BigInteger, nullable=False),
    Column("state", String(12), nullable=False),
    Column("made_at", MOMENT, nullable=False),
    Column("answered_at", MOMENT),
    Column("instruction", String(35), nullable=False, server_default=_EMPTY),
    one_of("state", RemittanceState),
    CheckConstraint("total_pence > 0", name="total_pence"),
    CheckConstraint("first_sequence between 1 and last_sequence", name="sequences"),
    UniqueConstraint("department", "first_sequence"),
    UniqueConstraint("department", "value_date"),
)

refund = Table(
    "refund",
    metadata,
    Column("refund_id", Uuid, primary_key=True),
    Column("payment_id", Uuid, nullable=False),
    Column("plan_id", Uuid, nullable=False),
    Column("subject_id", Uuid, nullable=False),
    Column("pence", Integer, nullable=False),
    Column("reason", String(12), nullable=False),
    Column("state", String(8), nullable=False),
    Column("provider_id", String(64), nullable=False, server_default=_EMPTY),
    Column("made_at", MOMENT, nullable=False),
    Column("check_at", MOMENT),
    Column("tries", SmallInteger, nullable=False, server_default=_ZERO),
    Column("done_at", MOMENT),
    one_of("reason", RefundReason),
    one_of("state", RefundState),
    CheckConstraint("pence between 1 and 100000000", name="pence"),
    ForeignKeyConstraint(["payment_id"], ["payment.payment_id"]),
    Index("ix_refund_payment_id", "payment_id"),
    Index("ix_refund_subject_id", "subject_id"),
    Index("ix_refund_check_at", "check_at", postgresql_where=text("check_at is not null")),
)

share_answer = Table(
    "share_answer",
    metadata,
    Column("answer_id", Uuid, primary_key=True),
    Column("share_id", Uuid, nullable=False),
    Column("department", String(12), nullable=False),
    Column("said", String(12), nullable=False),
    Column("reason_code", String(24), nullable=False, server_default=_EMPTY),
    Column("asked_pence", Integer),
    Column("words", String(500), nullable=False, server_default=_EMPTY),
    Column("by_kind", String(12), nullable=False),
    Column("answered_at", MOMENT, nullable=False),
    Column("applied_at", MOMENT),
    Column("applied", String(12), nullable=False, server_default=_EMPTY),
    Column("seen_pence", Integer, nullable=False, server_default=_ZERO),
    Column("charges_stop", Boolean),
    CheckConstraint("said in ('agreed', 'change_asked', 'refused')", name="said"),
    CheckConstraint("applied in ('', 'taken', 'too_late')", name="applied"),
    CheckConstraint("asked_pence between 0 and 100000000", name="asked_pence"),
    CheckConstraint("seen_pence between 0 and 100000000", name="seen_pence"),
    CheckConstraint(
        "(said = 'agreed') = (reason_code = '') and (said = 'change_asked') = (asked_pence is not"
        " null) and (said <> 'agreed' or words = '')",
        name="whole",
    ),
    CheckConstraint("charges_stop is null or said = 'agreed'", name="charges_stop"),
    ForeignKeyConstraint(["share_id"], ["plan_share.share_id"]),
    Index(
        "uq_share_answer_one_waits",
        "share_id",
        unique=True,
        postgresql_where=text("applied_at is null"),
    ),
    Index("ix_share_answer_share_id", "share_id", "answered_at"),
    Index("ix_share_answer_waiting", "answered_at", postgresql_where=text("applied_at is null")),
)

enforcement_word = Table(
    "enforcement_word",
    metadata,
    Column("word_id", Uuid, primary_key=True),
    Column("share_id", Uuid, nullable=False),
    Column("department", String(12), nullable=False),
    Column("waits", Boolean, nullable=False),
    Column("until", Date),
    Column("reason_code", String(16), nullable=False, server_default=_EMPTY),
    Column("by_kind", String(12), nullable=False),
    Column("said_at", MOMENT, nullable=False),
    CheckConstraint("waits = (reason_code = '') and (waits or until is null)", name="whole"),
    ForeignKeyConstraint(["share_id"], ["plan_share.share_id"]),
    Index("ix_enforcement_word_share_id", "share_id", "said_at"),
)

bank_statement = Table(
    "bank_statement",
    metadata,
    Column("statement_id", Uuid, primary_key=True),
    Column("identity", HASH, nullable=False, unique=True),
    Column("account", String(12), nullable=False),
    Column("closing_on", Date, nullable=False),
    Column("opening_pence", BigInteger),
    Column("closing_pence", BigInteger),
    Column("credits_pence", BigInteger, nullable=False),
    Column("reversals_pence", BigInteger, nullable=False),
    Column("debits_pence", BigInteger, nullable=False),
    Column("entries", Integer, nullable=False),
    Column("imported_at", MOMENT, nullable=False),
    CheckConstraint(
        "credits_pence >= 0 and reversals_pence >= 0 and debits_pence >= 0 and entries >= 0",
        name="sums",
    ),
    Index("ix_bank_statement_closing_on", "account", "closing_on"),
)

bank_entry = Table(
    "bank_entry",
    metadata,
    Column("entry_id", Uuid, nullable=False),
    Column("statement_id", Uuid, nullable=False),
    Column("identity", HASH, nullable=False),
    Column("account", String(12), nullable=False),
    Column("kind", String(8), nullable=False),
    Column("servicer_ref", String(35), nullable=False, server_default=_EMPTY),
    Column("said", String(18), nullable=False, server_default=_EMPTY),
    Column("value_date", Date, nullable=False),
    Column("pence", Integer, nullable=False),
    Column("state", String(12), nullable=False),
    Column("payment_id", Uuid),
    Column("undoes", Uuid),
    Column("imported_at", MOMENT, nullable=False),
    Column("decided_at", MOMENT),
    PrimaryKeyConstraint("entry_id"),
    UniqueConstraint("identity"),
    ForeignKeyConstraint(["statement_id"], ["bank_statement.statement_id"]),
    one_of("kind", EntryKind),
    one_of("state", EntryState),
    CheckConstraint("pence between 1 and 2000000000", name="pence"),
    CheckConstraint("(state = 'matched') = (payment_id is not null)", name="matched"),
    CheckConstraint("undoes is null or kind = 'reversal'", name="undoes"),
    Index("ix_bank_entry_statement_id", "statement_id"),
    Index("uq_bank_entry_undoes", "undoes", unique=True),
    Index("ix_bank_entry_payment_id", "payment_id"),
    Index("ix_bank_entry_alike", "account", "value_date", "pence"),
    Index(
        "ix_bank_entry_worklist",
        "value_date",
        postgresql_where=text("state in ('held', 'unmatched')"),
    ),
)
