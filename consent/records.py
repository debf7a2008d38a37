"""What is kept about permissions: the tables of this package. `plan.records` adds its own.

No column can hold a debt: there is no JSON and no binary type, every text has a length, and
docs/data-inventory.md lists each column with its purpose and how long it stays (SEC-63).
"""

from __future__ import annotations

from sqlalchemy import (
    CHAR,
    BigInteger,
    Boolean,
    CheckConstraint,
    Column,
    DateTime,
    ForeignKey,
    Identity,
    Index,
    Integer,
    MetaData,
    SmallInteger,
    String,
    Table,
    UniqueConstraint,
    Uuid,
    text,
)

from consent.lifecycle import State
from consent.purposes import Purpose

metadata = MetaData(
    naming_convention={
        "ix": "ix_%(table_name)s_%(column_0_N_name)s",
        "uq": "uq_%(table_name)s_%(column_0_N_name)s",
        "ck": "ck_%(table_name)s_%(constraint_name)s",
        "fk": "fk_%(table_name)s_%(column_0_name)s",
        "pk": "pk_%(table_name)s",
    }
)

MOMENT = DateTime(timezone=True)
HASH = CHAR(64)
SALT = CHAR(22)


def one_of(column: str, values: type[State] | type[Purpose] | tuple[str, ...]) -> CheckConstraint:
    """A closed list of words for a column, kept by the database as well."""
    words = ", ".join(f"'{value}'" for value in values)
    return CheckConstraint(f"{column} in ({words})", name=column)


person = Table(
    "person",
    metadata,
    Column("subject_id", Uuid, primary_key=True),
    Column("person_key", HASH, nullable=False, unique=True),
    Column("pepper_version", SmallInteger, nullable=False),
    Column("first_seen", MOMENT, nullable=False),
    Column("closed_at", MOMENT),
)

session = Table(
    "session",
    metadata,
    Column("session_hash", HASH, primary_key=True),
    Column("subject_id", Uuid, ForeignKey("person.subject_id"), nullable=False, index=True),
    Column("door", String(12), nullable=False),
    Column("started_at", MOMENT, nullable=False),
    Column("signed_in_at", MOMENT, nullable=False),
    Column("idle_until", MOMENT, nullable=False),
    Column("ends_at", MOMENT, nullable=False, index=True),
)

contact = Table(
    "contact",
    metadata,
    Column("subject_id", Uuid, ForeignKey("person.subject_id"), primary_key=True),
    Column("channel", String(8), nullable=False),
    Column("sealed_address", String(1200), nullable=False, server_default=text("''")),
    Column("language", CHAR(2), nullable=False),
    Column("changed_at", MOMENT, nullable=False),
    one_of("channel", ("email", "text", "letter", "none")),
)

consent_grant = Table(
    "consent_grant",
    metadata,
    Column("grant_id", CHAR(24), primary_key=True),
    Column("lineage_id", Uuid, nullable=False),
    Column("version", SmallInteger, nullable=False),
    Column("subject_id", Uuid, nullable=False),
    Column("department", String(12), nullable=False),
    Column("purpose", String(24), nullable=False),
    Column("state", String(12), nullable=False),
    Column("receipt", CHAR(14), nullable=False),
    Column("notice", String(40), nullable=False),
    Column("notice_sha256", HASH, nullable=False),
    Column("presented_sha256", HASH, nullable=False),
    Column("post_hash", HASH, nullable=False),
    Column("language", CHAR(2), nullable=False),
    Column("lawful_basis", String(32), nullable=False),
    Column("requested_at", MOMENT, nullable=False),
    Column("given_at", MOMENT, nullable=False),
    Column("expires_at", MOMENT, nullable=False),
    Column("ended_at", MOMENT),
    Column("ended_by", String(12)),
    Column("told_at", MOMENT),
    Column("one_time", Boolean, nullable=False),
    Column("uses", Integer, nullable=False, server_default=text("0")),
    Column("last_used_at", MOMENT),
    Column("pairwise_id", CHAR(24), nullable=False),
    Column("subject_handle", String(64), nullable=False, server_default=text("''")),
    Column("channel", String(12), nullable=False),
    Column("idp", String(16), nullable=False),
    Column("signed_in_at", MOMENT, nullable=False),
    Column("vot", String(8), nullable=False),
    Column("ial", CHAR(2), nullable=False),
    Column("nonce_commitment", HASH),
    Column("salt", SALT, nullable=False),
    Column("record_hash", HASH, nullable=False),
    Column("prev_record_hash", HASH),
    one_of("state", State),
    one_of("purpose", Purpose),
    CheckConstraint(
        "(state in ('given', 'renewed', 'suspended', 'requested', 'deferred'))"
        " = (ended_at is null)",
        name="ended",
    ),
    UniqueConstraint("subject_id", "post_hash", "department", "purpose"),
    Index("ix_consent_grant_receipt", "receipt"),
    Index("ix_consent_grant_live", "subject_id", "department", "purpose", "state"),
    Index(
        "ix_consent_grant_to_expire",
        "expires_at",
        postgresql_where=text("state in ('given', 'renewed', 'suspended')"),
    ),
)

consent_event = Table(
    "consent_event",
    metadata,
    Column("event_id", Uuid, primary_key=True),
    Column("position", BigInteger, Identity(always=True), nullable=False, unique=True),
    Column("at", MOMENT, nullable=False),
    Column("subject_id", Uuid, nullable=False),
    Column("grant_id", CHAR(24)),
    Column("department", String(12), nullable=False),
    Column("purpose", String(24), nullable=False),
    Column("kind", String(16), nullable=False),
    Column("by_kind", String(12), nullable=False),
    Column("outcome", String(16), nullable=False, server_default=text("''")),
    Column("salt", SALT, nullable=False),
    Column("leaf_hash", HASH, nullable=False),
    Index("ix_consent_event_history", "subject_id", "position"),
)

outbox = Table(
    "outbox",
    metadata,
    Column("outbox_id", BigInteger, Identity(always=True), primary_key=True),
    Column("topic", String(24), nullable=False),
    Column("department", String(12), nullable=False),
    Column("ref", String(40), nullable=False),
    Column("created_at", MOMENT, nullable=False),
    Column("due_at", MOMENT, nullable=False),
    Column("attempts", SmallInteger, nullable=False, server_default=text("0")),
    Column("delivered_at", MOMENT),
    Column("last_fault", String(24), nullable=False, server_default=text("''")),
    Index("ix_outbox_due", "due_at", postgresql_where=text("delivered_at is null")),
)

hold_request = Table(
    "hold_request",
    metadata,
    Column("hold_id", Uuid, primary_key=True),
    Column("subject_id", Uuid, nullable=False),
    Column("department", String(12), nullable=False),
    Column("grant_id", CHAR(24)),
    Column("debt_token", String(160), nullable=False),
    Column("debt_tag", HASH, nullable=False),
    Column("reason_code", String(16), nullable=False),
    Column("state", String(12), nullable=False),
    Column("reference", CHAR(14), nullable=False),
    Column("asked_at", MOMENT, nullable=False),
    Column("changed_at", MOMENT, nullable=False),
    one_of(
        "reason_code",
        ("not_mine", "amount", "paid", "appeal", "coerced", "someone_else", "other"),
    ),
    one_of("state", ("sent", "not_sent", "letter", "kept_back", "closed")),
    Index(
        "uq_hold_request_open",
        "subject_id",
        "debt_tag",
        unique=True,
        postgresql_where=text("state <> 'closed'"),
    ),
)
