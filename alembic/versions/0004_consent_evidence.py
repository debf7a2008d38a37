"""Consent as evidence: requests, superseded versions, the log's tree, disposals; steps kept by the
database; a role for each process.

Revision ID: 0004
Revises: 0003
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None

MOMENT = sa.DateTime(timezone=True)
SUBJECT = "nullif(current_setting('svd.subject', true), '')::uuid"
GRANT = "nullif(current_setting('svd.grant', true), '')"
SESSION = "nullif(current_setting('svd.session', true), '')"
DEPARTMENT = "nullif(current_setting('svd.department', true), '')"
RECEIPT = "nullif(current_setting('svd.receipt', true), '')"
ROLES = ("svd_signer", "svd_department", "svd_auditor", "svd_helpdesk")
PURPOSES = (
    "view_debts",
    "run_plan",
    "share_budget_totals",
    "hold_or_query",
    "share_support_needs",
    "adviser_access",
    "research",
)
ASKED = ("requested", "deferred", "refused", "lapsed")
GRANTED = (
    "given",
    "renewed",
    "suspended",
    "withdrawn",
    "expired",
    "consumed",
    "revoked",
    "invalidated",
)
KINDS = (
    *("requested", "deferred", "refused", "lapsed", "given", "renewed", "suspended", "resumed"),
    *("withdrawn", "expired", "consumed", "revoked", "invalidated"),
    *("asked", "answered", "not_answered", "dropped", "plan_shared", "hold_asked"),
    *("disposed", "told", "anchored", "looked_up"),
)
STEPS = (
    ("", "requested", "system"),
    ("requested", "given", "person"),
    ("requested", "given", "assisted"),
    ("requested", "refused", "person"),
    ("requested", "deferred", "person"),
    ("deferred", "requested", "system"),
    ("requested", "lapsed", "clock"),
    ("deferred", "lapsed", "clock"),
    ("given", "renewed", "person"),
    ("renewed", "renewed", "person"),
    ("given", "suspended", "person"),
    ("given", "suspended", "system"),
    ("renewed", "suspended", "person"),
    ("renewed", "suspended", "system"),
    ("suspended", "given", "person"),
    ("given", "withdrawn", "person"),
    ("given", "withdrawn", "assisted"),
    ("renewed", "withdrawn", "person"),
    ("renewed", "withdrawn", "assisted"),
    ("suspended", "withdrawn", "person"),
    ("suspended", "withdrawn", "assisted"),
    ("given", "expired", "clock"),
    ("renewed", "expired", "clock"),
    ("suspended", "expired", "clock"),
    ("given", "consumed", "system"),
    *(
        (before, "revoked", by)
        for before in ("given", "renewed", "suspended")
        for by in ("portal", "department", "accreditor")
    ),
    *(
        (before, "invalidated", "dpo")
        for before in (
            *("given", "renewed", "suspended"),
            *("withdrawn", "expired", "consumed", "revoked"),
        )
    ),
)
"""The steps of consent.lifecycle as they stood; a test compares the function with that table."""

MAY_ACT = {
    "svd_portal": ("person", "system", "assisted"),
    "svd_worker": ("clock", "system", "portal", "department", "accreditor", "dpo"),
    "svd_helpdesk": ("assisted",),
}
"""As whom each process may take a step: so only the portal, where people are, gives or renews."""

RECORD = (
    "version",
    "receipt",
    "notice",
    "notice_sha256",
    "presented_sha256",
    "post_hash",
    "language",
    "lawful_basis",
    "requested_at",
    "given_at",
    "expires_at",
    "channel",
    "assisted_by",
    "idp",
    "signed_in_at",
    "vot",
    "ial",
    "nonce_commitment",
    "salt",
    "record_hash",
    "prev_record_hash",
)
"""Columns that a record is rebuilt from: a renewal alone replaces them, all together."""
IDENTITY = ("grant_id", "lineage_id", "subject_id", "department", "purpose", "one_time")
STATE = ("state", "ended_at", "ended_by", "changed_by", "changed_at", "reason")


def words(column: str, values: tuple[str, ...]) -> str:
    return f"{column} in ({', '.join(repr(value) for value in values)})"


def upgrade() -> None:
    _roles()
    _grants()
    _tables()
    _steps()
    _close()


def _roles() -> None:
    for role in ROLES:
        op.execute(
            f"do $$ begin if not exists (select from pg_roles where rolname = '{role}') then"
            f" create role {role} nologin nosuperuser nobypassrls; end if; end $$"
        )
        op.execute(
            f"do $$ begin if not pg_has_role(current_user, '{role}', 'member') then"
            " if current_setting('server_version_num')::int >= 160000 then"
            f" execute 'grant {role} to current_user with inherit false';"
            f" else grant {role} to current_user; end if; end if;"
            " exception when insufficient_privilege then null; end $$"
        )
        op.execute(f"grant usage on schema public to {role}")


def _grants() -> None:
    op.add_column(
        "person",
        sa.Column("evidence_key", sa.String(200), nullable=False, server_default=sa.text("''")),
    )
    op.execute("alter table consent_grant no force row level security")  # to see rows of before
    op.add_column("consent_grant", sa.Column("changed_by", sa.String(12)))
    op.add_column("consent_grant", sa.Column("changed_at", MOMENT))
    op.add_column(
        "consent_grant",
        sa.Column("reason", sa.String(16), nullable=False, server_default=sa.text("''")),
    )
    op.add_column("consent_grant", sa.Column("assisted_by", sa.String(40)))
    op.add_column("consent_grant", sa.Column("id_token_sha256", sa.CHAR(64)))
    op.add_column(
        "consent_grant",
        sa.Column("stop_proof", sa.String(1200), nullable=False, server_default=sa.text("''")),
    )
    op.execute(
        "update consent_grant set changed_by = coalesce(ended_by, 'person'),"
        " changed_at = coalesce(ended_at, given_at)"
    )
    op.alter_column("consent_grant", "changed_by", nullable=False)
    op.alter_column("consent_grant", "changed_at", nullable=False)
    op.execute("alter table consent_grant force row level security")
    op.drop_constraint("ck_consent_grant_state", "consent_grant")
    op.create_check_constraint("ck_consent_grant_state", "consent_grant", words("state", GRANTED))
    op.drop_constraint("ck_consent_grant_ended", "consent_grant")
    op.create_check_constraint(
        "ck_consent_grant_ended",
        "consent_grant",
        "(state in ('given', 'renewed', 'suspended')) = (ended_at is null)",
    )
    op.drop_index("ix_consent_grant_live", "consent_grant")
    op.create_index(
        "ix_consent_grant_live",
        "consent_grant",
        ["subject_id", "department", "purpose"],
        postgresql_where=sa.text("state in ('given', 'renewed', 'suspended')"),
    )
    op.create_index(
        "ix_consent_grant_newest",
        "consent_grant",
        ["subject_id", sa.text("given_at desc"), "grant_id"],
    )
    op.create_index(
        "ix_consent_grant_latest",
        "consent_grant",
        ["subject_id", "department", "purpose", sa.text("given_at desc")],
    )
    op.add_column("consent_event", sa.Column("interaction_id", sa.Uuid))
    op.add_column("consent_event", sa.Column("digest", sa.CHAR(64)))
    op.add_column("consent_event", sa.Column("leaf_index", sa.BigInteger))
    op.create_unique_constraint("uq_consent_event_leaf_index", "consent_event", ["leaf_index"])
    op.create_check_constraint("ck_consent_event_kind", "consent_event", words("kind", KINDS))
    op.create_index("ix_consent_event_grant_id", "consent_event", ["grant_id", "position"])
    op.create_index(
        "ix_consent_event_to_append",
        "consent_event",
        ["position"],
        postgresql_where=sa.text("leaf_index is null"),
    )


def _tables() -> None:
    op.create_table(
        "consent_request",
        sa.Column("grant_id", sa.CHAR(24), nullable=False),
        sa.Column("subject_id", sa.Uuid, nullable=False),
        sa.Column("department", sa.String(12), nullable=False),
        sa.Column("purpose", sa.String(24), nullable=False),
        sa.Column("state", sa.String(12), nullable=False),
        sa.Column("notice", sa.String(40), nullable=False),
        sa.Column("notice_sha256", sa.CHAR(64), nullable=False),
        sa.Column("language", sa.CHAR(2), nullable=False),
        sa.Column("channel", sa.String(12), nullable=False),
        sa.Column("post_hash", sa.CHAR(64), nullable=False),
        sa.Column("requested_at", MOMENT, nullable=False),
        sa.Column("decide_by", MOMENT, nullable=False),
        sa.Column("decided_at", MOMENT),
        sa.Column("changed_by", sa.String(12), nullable=False),
        sa.Column("changed_at", MOMENT, nullable=False),
        sa.PrimaryKeyConstraint("grant_id", name="pk_consent_request"),
        sa.UniqueConstraint(
            "subject_id",
            "post_hash",
            "department",
            "purpose",
            name="uq_consent_request_subject_id_post_hash_department_purpose",
        ),
        sa.CheckConstraint(words("state", ASKED), name="ck_consent_request_state"),
        sa.CheckConstraint(words("purpose", PURPOSES), name="ck_consent_request_purpose"),
        sa.CheckConstraint(
            "(state in ('requested', 'deferred')) = (decided_at is null)",
            name="ck_consent_request_decided",
        ),
    )
    op.create_index(
        "ix_consent_request_to_lapse",
        "consent_request",
        ["decide_by"],
        postgresql_where=sa.text("state in ('requested', 'deferred')"),
    )
    op.create_table(
        "consent_version",
        sa.Column("grant_id", sa.CHAR(24), nullable=False),
        sa.Column("version", sa.SmallInteger, nullable=False),
        sa.Column("subject_id", sa.Uuid, nullable=False),
        sa.Column("receipt", sa.CHAR(14), nullable=False),
        sa.Column("notice", sa.String(40), nullable=False),
        sa.Column("notice_sha256", sa.CHAR(64), nullable=False),
        sa.Column("presented_sha256", sa.CHAR(64), nullable=False),
        sa.Column("post_hash", sa.CHAR(64), nullable=False),
        sa.Column("language", sa.CHAR(2), nullable=False),
        sa.Column("requested_at", MOMENT, nullable=False),
        sa.Column("given_at", MOMENT, nullable=False),
        sa.Column("expires_at", MOMENT, nullable=False),
        sa.Column("channel", sa.String(12), nullable=False),
        sa.Column("assisted_by", sa.String(40)),
        sa.Column("idp", sa.String(16), nullable=False),
        sa.Column("signed_in_at", MOMENT, nullable=False),
        sa.Column("vot", sa.String(8), nullable=False),
        sa.Column("ial", sa.CHAR(2), nullable=False),
        sa.Column("nonce_commitment", sa.CHAR(64)),
        sa.Column("id_token_sha256", sa.CHAR(64)),
        sa.Column("salt", sa.CHAR(22), nullable=False),
        sa.Column("record_hash", sa.CHAR(64), nullable=False),
        sa.Column("prev_record_hash", sa.CHAR(64)),
        sa.PrimaryKeyConstraint("grant_id", "version", name="pk_consent_version"),
    )
    op.create_index("ix_consent_version_subject_id", "consent_version", ["subject_id"])
    op.create_index("ix_consent_version_receipt", "consent_version", ["receipt"])
    op.create_table(
        "disposal",
        sa.Column("interaction_id", sa.Uuid, nullable=False),
        sa.Column("grant_id", sa.CHAR(24), nullable=False),
        sa.Column("subject_id", sa.Uuid, nullable=False),
        sa.Column("department", sa.String(12), nullable=False),
        sa.Column("asked_at", MOMENT, nullable=False),
        sa.Column("answer_sha256", sa.CHAR(64), nullable=False),
        sa.Column("held_until", MOMENT, nullable=False),
        sa.Column("disposed_at", MOMENT),
        sa.Column("how", sa.String(12)),
        sa.PrimaryKeyConstraint("interaction_id", name="pk_disposal"),
        sa.CheckConstraint(
            words("how", ("signed_out", "withdrawn", "timed_out", "replaced", "read_once")),
            name="ck_disposal_how",
        ),
        sa.CheckConstraint("(disposed_at is null) = (how is null)", name="ck_disposal_disposed"),
    )
    op.create_index("ix_disposal_subject_id", "disposal", ["subject_id", sa.text("asked_at desc")])
    op.create_index(
        "ix_disposal_due",
        "disposal",
        ["held_until"],
        postgresql_where=sa.text("disposed_at is null"),
    )
    op.create_table(
        "sign_in_evidence",
        sa.Column("evidence_id", sa.Uuid, nullable=False),
        sa.Column("subject_id", sa.Uuid, nullable=False),
        sa.Column("receipt", sa.CHAR(14), nullable=False),
        sa.Column("id_token_sha256", sa.CHAR(64), nullable=False),
        sa.Column("sealed", sa.String(6000), nullable=False),
        sa.Column("kept_at", MOMENT, nullable=False),
        sa.PrimaryKeyConstraint("evidence_id", name="pk_sign_in_evidence"),
    )
    op.create_index("ix_sign_in_evidence_subject_id", "sign_in_evidence", ["subject_id"])
    op.create_table(
        "log_node",
        sa.Column("level", sa.SmallInteger, nullable=False),
        sa.Column("position", sa.BigInteger, nullable=False),
        sa.Column("hash", sa.CHAR(64), nullable=False),
        sa.PrimaryKeyConstraint("level", "position", name="pk_log_node"),
    )
    op.create_table(
        "log_checkpoint",
        sa.Column("tree_size", sa.BigInteger, nullable=False, autoincrement=False),
        sa.Column("root_hash", sa.CHAR(64), nullable=False),
        sa.Column("at", MOMENT, nullable=False),
        sa.Column("note", sa.String(4000), nullable=False),
        sa.PrimaryKeyConstraint("tree_size", name="pk_log_checkpoint"),
    )
    op.create_table(
        "log_cosignature",
        sa.Column("tree_size", sa.BigInteger, nullable=False, autoincrement=False),
        sa.Column("witness", sa.String(64), nullable=False),
        sa.Column("at", MOMENT, nullable=False),
        sa.Column("line", sa.String(400), nullable=False),
        sa.PrimaryKeyConstraint("tree_size", "witness", name="pk_log_cosignature"),
    )
    op.create_table(
        "used_proof",
        sa.Column("party", sa.String(40), nullable=False),
        sa.Column("proof_hash", sa.CHAR(64), nullable=False),
        sa.Column("until", MOMENT, nullable=False),
        sa.PrimaryKeyConstraint("party", "proof_hash", name="pk_used_proof"),
    )
    op.create_index("ix_used_proof_until", "used_proof", ["until"])


def _steps() -> None:
    """The database refuses what the code refuses (SEC-4), whoever asks it."""
    listed = ", ".join(str(step) for step in STEPS)
    same = " or ".join(f"new.{name} is distinct from old.{name}" for name in RECORD)
    identity = " or ".join(f"new.{name} is distinct from old.{name}" for name in IDENTITY)
    state = " or ".join(f"new.{name} is distinct from old.{name}" for name in STATE)
    op.execute(
        f"""
        create function consent_step(before text, after text, by_kind text) returns boolean
        language sql immutable parallel safe as
        $$ select (before, after, by_kind) in ({listed}) $$
        """
    )
    cases = " ".join(
        f"when '{role}' then by_kind in ({', '.join(repr(kind) for kind in kinds)})"
        for role, kinds in MAY_ACT.items()
    )
    op.execute(
        f"""
        create function consent_may_act(role text, by_kind text) returns boolean
        language sql immutable parallel safe as
        $$ select case role {cases} else true end $$
        """
    )
    op.execute(
        """
        create function refuse_step() returns trigger language plpgsql as $$
        begin
            raise exception 'consent: % may not be done', tg_argv[0] using errcode = '23514';
        end $$
        """
    )
    op.execute(
        """
        create function consent_request_step() returns trigger language plpgsql as $$
        begin
            if tg_op = 'INSERT' then
                if not consent_step('', new.state, new.changed_by)
                   or not consent_may_act(current_user, new.changed_by)
                   or exists (select from consent_grant g where g.grant_id = new.grant_id) then
                    raise exception 'consent: no such step' using errcode = '23514';
                end if;
            elsif (new.grant_id, new.subject_id, new.department, new.purpose)
                  is distinct from (old.grant_id, old.subject_id, old.department, old.purpose)
                  or (new.state <> old.state
                      and not (consent_step(old.state, new.state, new.changed_by)
                               and consent_may_act(current_user, new.changed_by)))
                  or (new.state = old.state and new.* is distinct from old.*) then
                raise exception 'consent: no such step' using errcode = '23514';
            end if;
            return new;
        end $$
        """
    )
    op.execute(
        """
        create function consent_grant_start() returns trigger language plpgsql as $$
        begin
            if new.state <> 'given' or new.version <> 1
               or not consent_step('requested', new.state, new.changed_by)
               or not consent_may_act(current_user, new.changed_by)
               or not exists (
                    select from consent_request r
                    where (r.grant_id, r.subject_id, r.department, r.purpose, r.state)
                        = (new.grant_id, new.subject_id, new.department, new.purpose, 'requested'))
            then
                raise exception 'consent: no such step' using errcode = '23514';
            end if;
            delete from consent_request where grant_id = new.grant_id;
            return new;
        end $$
        """
    )
    op.execute(
        f"""
        create function consent_grant_step() returns trigger language plpgsql as $$
        begin
            if {identity} then
                raise exception 'consent: a grant is what it is' using errcode = '23514';
            end if;
            if new.state = old.state and new.version = old.version then
                if {same} or {state} then
                    raise exception 'consent: a record is not edited' using errcode = '23514';
                end if;
                return new;
            end if;
            if not (consent_step(old.state, new.state, new.changed_by)
                    and consent_may_act(current_user, new.changed_by)) then
                raise exception 'consent: no such step' using errcode = '23514';
            end if;
            if new.state = 'renewed' then
                if new.version <> old.version + 1
                   or new.prev_record_hash is distinct from old.record_hash
                   or not exists (
                        select from consent_version v
                        where (v.grant_id, v.version, v.record_hash)
                            = (old.grant_id, old.version, old.record_hash)) then
                    raise exception 'consent: a renewal keeps what it replaces'
                        using errcode = '23514';
                end if;
            elsif {same} then
                raise exception 'consent: a record is not edited' using errcode = '23514';
            end if;
            return new;
        end $$
        """
    )
    op.execute(
        """
        create function consent_step_has_event() returns trigger language plpgsql as $$
        declare
            wanted text := case when tg_op = 'UPDATE' and old.state = 'suspended'
                                     and new.state = 'given' then 'resumed' else new.state end;
            commits_to text;
        begin
            if tg_op = 'UPDATE' and new.state = old.state and new.changed_at = old.changed_at then
                return null;
            end if;
            if tg_table_name = 'consent_grant' and wanted in ('given', 'renewed') then
                commits_to := new.record_hash;
            end if;
            if not exists (
                select from consent_event e
                where e.grant_id = new.grant_id and e.kind = wanted and e.at = new.changed_at
                  and e.subject_id = new.subject_id and e.by_kind = new.changed_by
                  and (commits_to is null or e.digest = commits_to)) then
                raise exception 'consent: a step without its event' using errcode = '23514';
            end if;
            return null;
        end $$
        """
    )
    op.execute(
        """
        create function consent_row_may_go() returns trigger language plpgsql as $$
        begin
            if old.state in ('given', 'renewed', 'suspended')
               or (old.state in ('requested', 'deferred') and pg_trigger_depth() = 1) then
                raise exception 'consent: what is open does not vanish' using errcode = '23514';
            end if;
            return old;
        end $$
        """
    )
    op.execute(
        """
        create function consent_event_append() returns trigger language plpgsql as $$
        begin
            if old.leaf_index is not null or new.leaf_index is null
               or (to_jsonb(new) - 'leaf_index') <> (to_jsonb(old) - 'leaf_index') then
                raise exception 'consent: the log is not rewritten' using errcode = '23514';
            end if;
            return new;
        end $$
        """
    )
    for table in ("consent_request", "consent_grant"):
        for made in ("insert", "update"):
            name = "start" if (table, made) == ("consent_grant", "insert") else "step"
            op.execute(
                f"create trigger {made}_step before {made} on {table}"
                f" for each row execute function {table}_{name}()"
            )
        op.execute(
            "create constraint trigger has_event after insert or update of state, changed_at"
            f" on {table} deferrable initially deferred"
            " for each row execute function consent_step_has_event()"
        )
        op.execute(
            f"create trigger may_go before delete on {table}"
            " for each row execute function consent_row_may_go()"
        )
    op.execute(
        "create trigger append_only before update on consent_event"
        " for each row execute function consent_event_append()"
    )
    for table, verbs in (
        ("consent_event", "delete"),
        ("consent_version", "update"),
        ("log_node", "update or delete"),
        ("log_checkpoint", "update or delete"),
    ):
        op.execute(
            f"create trigger fixed before {verbs} on {table}"
            f" for each row execute function refuse_step('this change of {table}')"
        )


def _close() -> None:
    """Least grants for each process, and row-level security forced on every table."""
    for table in (
        *("consent_request", "consent_version", "disposal", "sign_in_evidence"),
        *("log_node", "log_checkpoint", "log_cosignature", "used_proof"),
    ):
        op.execute(f"alter table {table} enable row level security")
        op.execute(f"alter table {table} force row level security")
    _portal()
    _worker()
    _others()


def _portal() -> None:
    own = f"using (subject_id = {SUBJECT})"
    op.execute("grant update (evidence_key) on person to svd_portal")
    op.execute(
        "grant update (changed_by, changed_at, reason, id_token_sha256,"
        f" {', '.join(RECORD)}) on consent_grant to svd_portal"
    )
    op.execute("revoke insert on consent_event from svd_portal, svd_worker")
    columns = (
        "event_id, at, subject_id, grant_id, department, purpose, kind, by_kind, outcome, salt,"
        " interaction_id, digest, leaf_hash"
    )
    op.execute(f"grant insert ({columns}) on consent_event to svd_portal, svd_worker, svd_helpdesk")
    op.execute("grant select, insert, update, delete on consent_request to svd_portal")
    op.execute("grant select, insert on consent_version to svd_portal")
    op.execute("grant select, insert, update (disposed_at, how) on disposal to svd_portal")
    op.execute("grant select, insert on sign_in_evidence to svd_portal")
    for table in ("consent_request", "consent_version", "disposal", "sign_in_evidence"):
        op.execute(f"create policy portal on {table} to svd_portal {own}")
    for table in ("log_node", "log_checkpoint", "log_cosignature"):
        op.execute(f"grant select on {table} to svd_portal, svd_worker, svd_signer, svd_auditor")
        op.execute(
            f"create policy reading on {table} for select"
            " to svd_portal, svd_worker, svd_signer, svd_auditor using (true)"
        )


def _worker() -> None:
    op.execute(
        "grant update (changed_by, changed_at, reason, stop_proof) on consent_grant to svd_worker"
    )
    op.execute("grant update (leaf_index) on consent_event to svd_worker")
    op.execute("revoke select on session from svd_worker")
    op.execute("grant select (subject_id, idle_until, ends_at) on session to svd_worker")
    op.execute(
        "grant select, update (state, changed_by, changed_at, decided_at), delete"
        " on consent_request to svd_worker"
    )
    op.execute("grant delete on consent_grant to svd_worker")
    op.execute("grant select, delete on consent_version, hold_request to svd_worker")
    op.execute("grant select, update (disposed_at, how), delete on disposal to svd_worker")
    op.execute(
        "grant select (subject_id, receipt, kept_at), delete on sign_in_evidence to svd_worker"
    )
    op.execute("grant select, delete on used_proof to svd_worker")
    op.execute("grant select (subject_id, first_seen, closed_at), delete on person to svd_worker")
    op.execute("grant select (subject_id), delete on contact to svd_worker")
    for table in (
        *("consent_request", "consent_version", "disposal", "sign_in_evidence", "used_proof"),
        *("person", "contact", "hold_request"),
    ):
        op.execute(f"create policy worker on {table} to svd_worker using (true)")
    for table in ("log_node", "log_checkpoint", "log_cosignature"):
        op.execute(f"grant insert on {table} to svd_worker")
        op.execute(f"create policy adding on {table} for insert to svd_worker with check (true)")


def _others() -> None:
    # The signer sees the one grant and the one session that it is asked about.
    op.execute("grant select on consent_grant, consent_version to svd_signer")
    op.execute(
        "grant select (session_hash, subject_id, signed_in_at, idle_until, ends_at)"
        " on session to svd_signer"
    )
    for table in ("consent_grant", "consent_version"):
        op.execute(
            f"create policy signing on {table} for select to svd_signer using (grant_id = {GRANT})"
        )
    op.execute(
        "create policy signing on session for select to svd_signer"
        f" using (session_hash = {SESSION})"
    )
    # A department's door sees that department's permissions, and no id that others share.
    alone = [name for name in RECORD if name not in ("receipt", "post_hash")]
    op.execute(
        "grant select (grant_id, lineage_id, department, purpose, state, one_time, uses,"
        f" last_used_at, pairwise_id, changed_at, ended_at, told_at, {', '.join(alone)})"
        " on consent_grant to svd_department"
    )
    op.execute(
        "create policy department on consent_grant for select to svd_department"
        f" using (department = {DEPARTMENT})"
    )
    op.execute("grant select, insert, delete on used_proof to svd_department")
    op.execute("create policy department on used_proof to svd_department using (true)")
    # The auditor reads everything that the log speaks of, and nobody's sign-in.
    for table in (
        *("consent_request", "consent_grant", "consent_version", "consent_event", "disposal"),
    ):
        op.execute(f"grant select on {table} to svd_auditor")
        op.execute(f"create policy auditor on {table} for select to svd_auditor using (true)")
    # The helpline opens what a person's own reference names.
    op.execute("grant select (grant_id, receipt) on consent_version to svd_helpdesk")
    op.execute(
        "create policy helpdesk on consent_version for select to svd_helpdesk"
        f" using (receipt = {RECEIPT})"
    )
    renewed = "select v.grant_id from consent_version v"
    under = "exists (select from consent_grant g where g.grant_id = consent_event.grant_id)"
    op.execute("grant select on consent_grant to svd_helpdesk")
    op.execute(
        "grant update (state, ended_at, ended_by, changed_by, changed_at, reason)"
        " on consent_grant to svd_helpdesk"
    )
    op.execute(
        "create policy helpdesk on consent_grant to svd_helpdesk"
        f" using (receipt = {RECEIPT} or grant_id in ({renewed}))"
    )
    op.execute("grant select on consent_event to svd_helpdesk")
    op.execute(f"create policy helpdesk on consent_event to svd_helpdesk using ({under})")
    op.execute("grant insert on outbox to svd_helpdesk")
    op.execute("create policy helpdesk on outbox for insert to svd_helpdesk with check (true)")


def downgrade() -> None:
    op.execute("alter table consent_event no force row level security")
    op.execute("drop policy helpdesk on consent_event")
    op.execute("drop policy helpdesk on consent_grant")
    for table in (
        *("used_proof", "log_cosignature", "log_checkpoint", "log_node", "sign_in_evidence"),
        *("disposal", "consent_version"),
    ):
        op.drop_table(table)
    op.execute("drop trigger append_only on consent_event")
    op.execute("drop trigger fixed on consent_event")
    for name in ("insert_step", "update_step", "has_event", "may_go"):
        op.execute(f"drop trigger {name} on consent_grant")
    op.drop_table("consent_request")
    for function in (
        *("consent_event_append()", "consent_step_has_event()", "consent_grant_step()"),
        *("consent_grant_start()", "consent_request_step()", "refuse_step()"),
        *("consent_row_may_go()", "consent_may_act(text, text)"),
        "consent_step(text, text, text)",
    ):
        op.execute(f"drop function {function}")
    for table, policies in (
        ("consent_grant", ("signing", "department", "auditor")),
        ("consent_event", ("auditor",)),
        ("session", ("signing",)),
        ("person", ("worker",)),
        ("contact", ("worker",)),
        ("hold_request", ("worker",)),
        ("outbox", ("helpdesk",)),
    ):
        for policy in policies:
            op.execute(f"drop policy {policy} on {table}")
    for role in ROLES:
        op.execute(
            "revoke all on consent_grant, consent_event, session, outbox, person, contact"
            f" from {role}"
        )
        op.execute(f"revoke usage on schema public from {role}")
    op.execute("revoke select, delete on person, contact, hold_request from svd_worker")
    op.execute("revoke delete on consent_grant from svd_worker")
    op.execute("grant select on session to svd_worker")
    op.drop_index("ix_consent_event_to_append", "consent_event")
    op.drop_index("ix_consent_event_grant_id", "consent_event")
    op.drop_constraint("ck_consent_event_kind", "consent_event")
    for column in ("leaf_index", "digest", "interaction_id"):
        op.drop_column("consent_event", column)
    op.execute("grant insert on consent_event to svd_portal, svd_worker")
    op.execute("alter table consent_event force row level security")
    op.drop_index("ix_consent_grant_latest", "consent_grant")
    op.drop_index("ix_consent_grant_newest", "consent_grant")
    op.drop_index("ix_consent_grant_live", "consent_grant")
    op.create_index(
        "ix_consent_grant_live", "consent_grant", ["subject_id", "department", "purpose", "state"]
    )
    for column in (
        *("stop_proof", "id_token_sha256", "assisted_by", "reason", "changed_at", "changed_by"),
    ):
        op.drop_column("consent_grant", column)
    op.drop_column("person", "evidence_key")
