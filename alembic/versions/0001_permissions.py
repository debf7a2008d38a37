"""Permissions, sessions, safe contacts, events and the outbox; roles and row-level security.

Revision ID: 0001
Revises:
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None

MOMENT = sa.DateTime(timezone=True)
STATES = (
    "requested",
    "deferred",
    "refused",
    "lapsed",
    "given",
    "renewed",
    "suspended",
    "withdrawn",
    "expired",
    "consumed",
    "revoked",
    "invalidated",
)
PURPOSES = (
    "view_debts",
    "run_plan",
    "share_budget_totals",
    "hold_or_query",
    "share_support_needs",
    "adviser_access",
    "research",
)
SUBJECT = "nullif(current_setting('svd.subject', true), '')::uuid"
PERSON_KEY = "nullif(current_setting('svd.person_key', true), '')"
GRANT = "nullif(current_setting('svd.grant', true), '')"
SESSION = "nullif(current_setting('svd.session', true), '')"


def words(column: str, values: tuple[str, ...]) -> str:
    return f"{column} in ({', '.join(repr(value) for value in values)})"


def upgrade() -> None:
    for role in ("svd_portal", "svd_worker"):
        op.execute(
            f"do $$ begin if not exists (select from pg_roles where rolname = '{role}') then"
            f" create role {role} nologin nosuperuser nobypassrls; end if; end $$"
        )
        op.execute(
            f"do $$ begin if not pg_has_role(current_user, '{role}', 'member') then"
            # The owner may step down to the role; it inherits none of its policies.
            " if current_setting('server_version_num')::int >= 160000 then"
            f" execute 'grant {role} to current_user with inherit false';"
            f" else grant {role} to current_user; end if; end if;"
            " exception when insufficient_privilege then null; end $$"
        )
        op.execute(f"grant usage on schema public to {role}")

    op.create_table(
        "person",
        sa.Column("subject_id", sa.Uuid, nullable=False),
        sa.Column("person_key", sa.CHAR(64), nullable=False),
        sa.Column("pepper_version", sa.SmallInteger, nullable=False),
        sa.Column("first_seen", MOMENT, nullable=False),
        sa.Column("closed_at", MOMENT),
        sa.PrimaryKeyConstraint("subject_id", name="pk_person"),
        sa.UniqueConstraint("person_key", name="uq_person_person_key"),
    )
    op.create_table(
        "session",
        sa.Column("session_hash", sa.CHAR(64), nullable=False),
        sa.Column("subject_id", sa.Uuid, nullable=False),
        sa.Column("door", sa.String(12), nullable=False),
        sa.Column("started_at", MOMENT, nullable=False),
        sa.Column("signed_in_at", MOMENT, nullable=False),
        sa.Column("idle_until", MOMENT, nullable=False),
        sa.Column("ends_at", MOMENT, nullable=False),
        sa.PrimaryKeyConstraint("session_hash", name="pk_session"),
        sa.ForeignKeyConstraint(
            ["subject_id"], ["person.subject_id"], name="fk_session_subject_id"
        ),
    )
    op.create_index("ix_session_subject_id", "session", ["subject_id"])
    op.create_index("ix_session_ends_at", "session", ["ends_at"])
    op.create_table(
        "contact",
        sa.Column("subject_id", sa.Uuid, nullable=False),
        sa.Column("channel", sa.String(8), nullable=False),
        sa.Column("sealed_address", sa.String(1200), nullable=False, server_default=sa.text("''")),
        sa.Column("language", sa.CHAR(2), nullable=False),
        sa.Column("changed_at", MOMENT, nullable=False),
        sa.PrimaryKeyConstraint("subject_id", name="pk_contact"),
        sa.ForeignKeyConstraint(
            ["subject_id"], ["person.subject_id"], name="fk_contact_subject_id"
        ),
        sa.CheckConstraint(
            words("channel", ("email", "text", "letter", "none")), name="ck_contact_channel"
        ),
    )
    op.create_table(
        "consent_grant",
        sa.Column("grant_id", sa.CHAR(24), nullable=False),
        sa.Column("lineage_id", sa.Uuid, nullable=False),
        sa.Column("version", sa.SmallInteger, nullable=False),
        sa.Column("subject_id", sa.Uuid, nullable=False),
        sa.Column("department", sa.String(12), nullable=False),
        sa.Column("purpose", sa.String(24), nullable=False),
        sa.Column("state", sa.String(12), nullable=False),
        sa.Column("receipt", sa.CHAR(14), nullable=False),
        sa.Column("notice", sa.String(40), nullable=False),
        sa.Column("notice_sha256", sa.CHAR(64), nullable=False),
        sa.Column("presented_sha256", sa.CHAR(64), nullable=False),
        sa.Column("post_hash", sa.CHAR(64), nullable=False),
        sa.Column("language", sa.CHAR(2), nullable=False),
        sa.Column("lawful_basis", sa.String(32), nullable=False),
        sa.Column("requested_at", MOMENT, nullable=False),
        sa.Column("given_at", MOMENT, nullable=False),
        sa.Column("expires_at", MOMENT, nullable=False),
        sa.Column("ended_at", MOMENT),
        sa.Column("ended_by", sa.String(12)),
        sa.Column("told_at", MOMENT),
        sa.Column("one_time", sa.Boolean, nullable=False),
        sa.Column("uses", sa.Integer, nullable=False, server_default=sa.text("0")),
        sa.Column("last_used_at", MOMENT),
        sa.Column("pairwise_id", sa.CHAR(24), nullable=False),
        sa.Column("subject_handle", sa.String(64), nullable=False, server_default=sa.text("''")),
        sa.Column("channel", sa.String(12), nullable=False),
        sa.Column("idp", sa.String(16), nullable=False),
        sa.Column("signed_in_at", MOMENT, nullable=False),
        sa.Column("vot", sa.String(8), nullable=False),
        sa.Column("ial", sa.CHAR(2), nullable=False),
        sa.Column("nonce_commitment", sa.CHAR(64)),
        sa.Column("salt", sa.CHAR(22), nullable=False),
        sa.Column("record_hash", sa.CHAR(64), nullable=False),
        sa.Column("prev_record_hash", sa.CHAR(64)),
        sa.PrimaryKeyConstraint("grant_id", name="pk_consent_grant"),
        sa.UniqueConstraint(
            "subject_id",
            "post_hash",
            "department",
            "purpose",
            name="uq_consent_grant_subject_id_post_hash_department_purpose",
        ),
        sa.CheckConstraint(words("state", STATES), name="ck_consent_grant_state"),
        sa.CheckConstraint(words("purpose", PURPOSES), name="ck_consent_grant_purpose"),
        sa.CheckConstraint(
            "(state in ('given', 'renewed', 'suspended', 'requested', 'deferred'))"
            " = (ended_at is null)",
            name="ck_consent_grant_ended",
        ),
    )
    op.create_index("ix_consent_grant_receipt", "consent_grant", ["receipt"])
    op.create_index(
        "ix_consent_grant_live", "consent_grant", ["subject_id", "department", "purpose", "state"]
    )
    op.create_index(
        "ix_consent_grant_to_expire",
        "consent_grant",
        ["expires_at"],
        postgresql_where=sa.text("state in ('given', 'renewed', 'suspended')"),
    )
    op.create_table(
        "consent_event",
        sa.Column("event_id", sa.Uuid, nullable=False),
        sa.Column("position", sa.BigInteger, sa.Identity(always=True), nullable=False),
        sa.Column("at", MOMENT, nullable=False),
        sa.Column("subject_id", sa.Uuid, nullable=False),
        sa.Column("grant_id", sa.CHAR(24)),
        sa.Column("department", sa.String(12), nullable=False),
        sa.Column("purpose", sa.String(24), nullable=False),
        sa.Column("kind", sa.String(16), nullable=False),
        sa.Column("by_kind", sa.String(12), nullable=False),
        sa.Column("outcome", sa.String(16), nullable=False, server_default=sa.text("''")),
        sa.Column("salt", sa.CHAR(22), nullable=False),
        sa.Column("leaf_hash", sa.CHAR(64), nullable=False),
        sa.PrimaryKeyConstraint("event_id", name="pk_consent_event"),
        sa.UniqueConstraint("position", name="uq_consent_event_position"),
    )
    op.create_index("ix_consent_event_history", "consent_event", ["subject_id", "position"])
    op.create_table(
        "outbox",
        sa.Column("outbox_id", sa.BigInteger, sa.Identity(always=True), nullable=False),
        sa.Column("topic", sa.String(24), nullable=False),
        sa.Column("department", sa.String(12), nullable=False),
        sa.Column("ref", sa.String(40), nullable=False),
        sa.Column("created_at", MOMENT, nullable=False),
        sa.Column("due_at", MOMENT, nullable=False),
        sa.Column("attempts", sa.SmallInteger, nullable=False, server_default=sa.text("0")),
        sa.Column("delivered_at", MOMENT),
        sa.Column("last_fault", sa.String(24), nullable=False, server_default=sa.text("''")),
        sa.PrimaryKeyConstraint("outbox_id", name="pk_outbox"),
    )
    op.create_index(
        "ix_outbox_due", "outbox", ["due_at"], postgresql_where=sa.text("delivered_at is null")
    )
    _close()


def _close() -> None:
    """Each role sees and changes only what its errands need; forced for the owner too."""
    for table in ("person", "session", "contact", "consent_grant", "consent_event", "outbox"):
        op.execute(f"alter table {table} enable row level security")
        op.execute(f"alter table {table} force row level security")
    op.execute("grant select, insert, update (closed_at) on person to svd_portal")
    op.execute(
        f"create policy portal on person to svd_portal using"
        f" (subject_id = {SUBJECT} or person_key = {PERSON_KEY})"
        f" with check (person_key = {PERSON_KEY} or subject_id = {SUBJECT})"
    )
    op.execute("grant select, insert, delete, update (idle_until) on session to svd_portal")
    op.execute(
        f"create policy portal on session to svd_portal using"
        f" (subject_id = {SUBJECT} or session_hash = {SESSION})"
    )
    op.execute("grant select, insert, update, delete on contact to svd_portal")
    op.execute(f"create policy portal on contact to svd_portal using (subject_id = {SUBJECT})")
    op.execute(
        "grant select, insert, update (state, ended_at, ended_by, uses, last_used_at,"
        " subject_handle) on consent_grant to svd_portal"
    )
    op.execute(
        f"create policy portal on consent_grant to svd_portal using (subject_id = {SUBJECT})"
    )
    op.execute(
        f"create policy signer on consent_grant for select to svd_portal using (grant_id = {GRANT})"
    )
    op.execute("grant select, insert on consent_event to svd_portal")
    op.execute(
        f"create policy portal on consent_event to svd_portal using (subject_id = {SUBJECT})"
    )
    op.execute("grant insert on outbox to svd_portal")
    op.execute("create policy portal on outbox for insert to svd_portal with check (true)")

    op.execute("grant select, delete on session to svd_worker")
    op.execute("create policy worker on session to svd_worker using (true)")
    op.execute(
        "grant select, update (state, ended_at, ended_by, told_at) on consent_grant to svd_worker"
    )
    op.execute("create policy worker on consent_grant to svd_worker using (true)")
    op.execute("grant select, insert on consent_event to svd_worker")
    op.execute("create policy worker on consent_event to svd_worker using (true)")
    op.execute("grant select, insert, update, delete on outbox to svd_worker")
    op.execute("create policy worker on outbox to svd_worker using (true)")


def downgrade() -> None:
    for table in ("outbox", "consent_event", "consent_grant", "contact", "session", "person"):
        op.drop_table(table)
