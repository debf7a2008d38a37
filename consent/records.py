"""What is kept about permissions: the tables of this package. `plan.records` adds its own.

No column can hold a debt: there is no JSON and no binary type, every text has a length, and
docs/data-inventory.md lists each column with its purpose and how long it stays (SEC-63).
"""

from __future__ import annotations

from collections.abc import Iterable

from sqlalchemy import (
    CHAR,
    BigInteger,
    Boolean,
    CheckConstraint,
    Column,
    Date,
    DateTime,
    ForeignKey,
    ForeignKeyConstraint,
    Identity,
    Index,
    Integer,
    MetaData,
    PrimaryKeyConstraint,
    SmallInteger,
    String,
    Table,
    UniqueConstraint,
    Uuid,
    text,
)

from consent.events import WHO_MAY_ASK, Kind
from consent.lifecycle import ASKED, State
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


def one_of(column: str, values: Iterable[str]) -> CheckConstraint:
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
    Column("evidence_key", String(200), nullable=False, server_default=text("''")),
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

staff_account = Table(
    "staff_account",
    metadata,
    Column("staff_id", Uuid, primary_key=True),
    Column("department", String(12), nullable=False),
    Column("account_key", HASH, unique=True),
    Column("email", String(254), nullable=False),
    Column("answers", Boolean, nullable=False),
    Column("reconciles", Boolean, nullable=False),
    Column("administers", Boolean, nullable=False),
    Column("state", String(8), nullable=False),
    Column("made_at", MOMENT, nullable=False),
    Column("changed_at", MOMENT, nullable=False),
    one_of("state", ("invited", "active", "removed")),
    CheckConstraint("state <> 'active' or account_key is not null", name="known"),
    UniqueConstraint("department", "email", name="uq_staff_account_department_email"),
)

staff_session = Table(
    "staff_session",
    metadata,
    Column("session_hash", HASH, primary_key=True),
    Column("staff_id", Uuid, ForeignKey("staff_account.staff_id"), nullable=False, index=True),
    Column("department", String(12), nullable=False),
    Column("started_at", MOMENT, nullable=False),
    Column("signed_in_at", MOMENT, nullable=False),
    Column("idle_until", MOMENT, nullable=False),
    Column("ends_at", MOMENT, nullable=False, index=True),
)

staff_event = Table(
    "staff_event",
    metadata,
    Column("event_id", Uuid, primary_key=True),
    Column("at", MOMENT, nullable=False, index=True),
    Column("department", String(12), nullable=False),
    Column("staff_id", Uuid, nullable=False),
    Column("kind", String(16), nullable=False),
    Column("about", String(36), nullable=False),
    Index("ix_staff_event_department", "department", "at"),
)

consent_request = Table(
    "consent_request",
    metadata,
    Column("grant_id", CHAR(24), primary_key=True),
    Column("subject_id", Uuid, nullable=False),
    Column("department", String(12), nullable=False),
    Column("purpose", String(24), nullable=False),
    Column("state", String(12), nullable=False),
    Column("notice", String(40), nullable=False),
    Column("notice_sha256", HASH, nullable=False),
    Column("language", CHAR(2), nullable=False),
    Column("channel", String(12), nullable=False),
    Column("post_hash", HASH, nullable=False),
    Column("requested_at", MOMENT, nullable=False),
    Column("decide_by", MOMENT, nullable=False),
    Column("decided_at", MOMENT),
    Column("changed_by", String(12), nullable=False),
    Column("changed_at", MOMENT, nullable=False),
    one_of("state", ASKED),
    one_of("purpose", Purpose),
    CheckConstraint("(state in ('requested', 'deferred')) = (decided_at is null)", name="decided"),
    UniqueConstraint("subject_id", "post_hash", "department", "purpose"),
    Index(
        "ix_consent_request_to_lapse",
        "decide_by",
        postgresql_where=text("state in ('requested', 'deferred')"),
    ),
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
    Column("changed_by", String(12), nullable=False),
    Column("changed_at", MOMENT, nullable=False),
    Column("reason", String(16), nullable=False, server_default=text("''")),
    Column("assisted_by", String(40)),
    Column("id_token_sha256", HASH),
    Column("stop_proof", String(1200), nullable=False, server_default=text("''")),
    one_of("state", [state for state in State if state not in ASKED]),
    one_of("purpose", Purpose),
    CheckConstraint(
        "(state in ('given', 'renewed', 'suspended')) = (ended_at is null)",
        name="ended",
    ),
    UniqueConstraint("subject_id", "post_hash", "department", "purpose"),
    Index("ix_consent_grant_receipt", "receipt"),
    Index(
        "ix_consent_grant_live",
        "subject_id",
        "department",
        "purpose",
        postgresql_where=text("state in ('given', 'renewed', 'suspended')"),
    ),
    Index("ix_consent_grant_newest", "subject_id", text("given_at desc"), "grant_id"),
    Index("ix_consent_grant_latest", "subject_id", "department", "purpose", text("given_at desc")),
    Index(
        "ix_consent_grant_to_expire",
        "expires_at",
        postgresql_where=text("state in ('given', 'renewed', 'suspended')"),
    ),
)

consent_version = Table(
    "consent_version",
    metadata,
    Column("grant_id", CHAR(24), primary_key=True),
    Column("version", SmallInteger, primary_key=True),
    Column("subject_id", Uuid, nullable=False),
    Column("receipt", CHAR(14), nullable=False),
    Column("notice", String(40), nullable=False),
    Column("notice_sha256", HASH, nullable=False),
    Column("presented_sha256", HASH, nullable=False),
    Column("post_hash", HASH, nullable=False),
    Column("language", CHAR(2), nullable=False),
    Column("requested_at", MOMENT, nullable=False),
    Column("given_at", MOMENT, nullable=False),
    Column("expires_at", MOMENT, nullable=False),
    Column("channel", String(12), nullable=False),
    Column("assisted_by", String(40)),
    Column("idp", String(16), nullable=False),
    Column("signed_in_at", MOMENT, nullable=False),
    Column("vot", String(8), nullable=False),
    Column("ial", CHAR(2), nullable=False),
    Column("nonce_commitment", HASH),
    Column("id_token_sha256", HASH),
    Column("salt", SALT, nullable=False),
    Column("record_hash", HASH, nullable=False),
    Column("prev_record_hash", HASH),
    Index("ix_consent_version_subject_id", "subject_id"),
    Index("ix_consent_version_receipt", "receipt"),
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
    Column("interaction_id", Uuid),
    Column("digest", HASH),
    Column("leaf_hash", HASH, nullable=False),
    Column("leaf_index", BigInteger, unique=True),
    one_of("kind", Kind),
    Index("ix_consent_event_history", "subject_id", "position"),
    Index("ix_consent_event_grant_id", "grant_id", "position"),
    Index("ix_consent_event_at", "at", postgresql_using="brin"),
    Index(
        "ix_consent_event_to_tell",
        "at",
        postgresql_where=text(f"kind in ({', '.join(sorted(map(repr, map(str, WHO_MAY_ASK))))})"),
    ),
    Index("ix_consent_event_to_append", "position", postgresql_where=text("leaf_index is null")),
)

disposal = Table(
    "disposal",
    metadata,
    Column("interaction_id", Uuid, primary_key=True),
    Column("grant_id", CHAR(24), nullable=False),
    Column("subject_id", Uuid, nullable=False),
    Column("department", String(12), nullable=False),
    Column("asked_at", MOMENT, nullable=False),
    Column("answer_sha256", HASH, nullable=False),
    Column("held_until", MOMENT, nullable=False),
    Column("disposed_at", MOMENT),
    Column("how", String(12)),
    one_of("how", ("signed_out", "withdrawn", "timed_out", "replaced", "read_once")),
    CheckConstraint("(disposed_at is null) = (how is null)", name="disposed"),
    Index("ix_disposal_subject_id", "subject_id", text("asked_at desc")),
    Index("ix_disposal_due", "held_until", postgresql_where=text("disposed_at is null")),
)

sign_in_evidence = Table(
    "sign_in_evidence",
    metadata,
    Column("evidence_id", Uuid, primary_key=True),
    Column("subject_id", Uuid, nullable=False, index=True),
    Column("receipt", CHAR(14), nullable=False),
    Column("id_token_sha256", HASH, nullable=False),
    Column("sealed", String(6000), nullable=False),
    Column("kept_at", MOMENT, nullable=False),
)

log_node = Table(
    "log_node",
    metadata,
    Column("level", SmallInteger, primary_key=True),
    Column("position", BigInteger, primary_key=True),
    Column("hash", HASH, nullable=False),
)

log_checkpoint = Table(
    "log_checkpoint",
    metadata,
    Column("tree_size", BigInteger, primary_key=True, autoincrement=False),
    Column("root_hash", HASH, nullable=False),
    Column("at", MOMENT, nullable=False),
    Column("note", String(4000), nullable=False),
)

log_cosignature = Table(
    "log_cosignature",
    metadata,
    Column("tree_size", BigInteger, primary_key=True, autoincrement=False),
    Column("witness", String(64), primary_key=True),
    Column("at", MOMENT, nullable=False),
    Column("line", String(400), nullable=False),
)

used_proof = Table(
    "used_proof",
    metadata,
    Column("party", String(40), primary_key=True),
    Column("proof_hash", HASH, primary_key=True),
    Column("until", MOMENT, nullable=False, index=True),
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
    Index("ix_hold_request_reference", "department", "reference"),
)

hold_answer = Table(
    "hold_answer",
    metadata,
    Column("hold_id", Uuid, primary_key=True),
    Column("department", String(12), nullable=False),
    Column("decision", String(20), nullable=False),
    Column("words", String(500), nullable=False, server_default=text("''")),
    Column("appeal_by", Date),
    Column("look_again_on", Date),
    Column("by_kind", String(12), nullable=False),
    Column("answered_at", MOMENT, nullable=False),
    one_of("decision", ("held", "changed", "not_upheld", "more_time_needed")),
    ForeignKeyConstraint(["hold_id"], ["hold_request.hold_id"], ondelete="CASCADE"),
)

debt_wording = Table(
    "debt_wording",
    metadata,
    Column("wording_id", Uuid, primary_key=True),
    Column("department", String(12), nullable=False),
    Column("debt_type", String(20), nullable=False),
    Column("name_en", String(60), nullable=False),
    Column("name_cy", String(60), nullable=False),
    Column("words_en", String(300), nullable=False),
    Column("words_cy", String(300), nullable=False),
    Column("state", String(9), nullable=False),
    Column("proposed_by", Uuid, nullable=False),
    Column("proposed_at", MOMENT, nullable=False),
    Column("decided_by", Uuid),
    Column("decided_at", MOMENT),
    one_of("state", ("proposed", "published", "replaced", "dropped")),
    CheckConstraint(
        "state not in ('published', 'replaced') or decided_by <> proposed_by", name="two_people"
    ),
    CheckConstraint(
        "state not in ('published', 'replaced') or decided_by is not null", name="decided"
    ),
    CheckConstraint("'' not in (name_en, name_cy, words_en, words_cy)", name="whole"),
    *(
        Index(
            f"uq_debt_wording_{state}",
            "department",
            "debt_type",
            unique=True,
            postgresql_where=text(f"state = '{state}'"),
        )
        for state in ("proposed", "published")
    ),
)

closure = Table(
    "closure",
    metadata,
    Column("department", String(12), nullable=False),
    Column("closure_id", Uuid, nullable=False),
    Column("kind", String(8), nullable=False),
    Column("from_at", MOMENT, nullable=False),
    Column("until_at", MOMENT),
    Column("by_kind", String(12), nullable=False),
    Column("made_at", MOMENT, nullable=False),
    PrimaryKeyConstraint("department", "closure_id"),
    one_of("kind", ("planned", "shut")),
    CheckConstraint("until_at >= from_at", name="until_at"),
    CheckConstraint("kind = 'shut' or until_at is not null", name="planned"),
    Index("ix_closure_until_at", "until_at"),
)
