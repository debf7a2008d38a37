"""The SQL of this package: one short transaction, an actor in each, closed by row-level security.

Policies read `svd.subject` (and, where nobody is known, the one key that opens one row), set
for the transaction only, so a pooled connection never remembers the last person (SEC-64).
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass

from sqlalchemy import Connection, Engine, create_engine, event, text
from sqlalchemy.engine import make_url

from consent.people import Actor, Department, Person
from consent.transactions import one_at_a_time

PORTAL, WORKER, SIGNER = "svd_portal", "svd_worker", "svd_signer"
DEPARTMENT, AUDITOR, HELPDESK = "svd_department", "svd_auditor", "svd_helpdesk"


@dataclass(frozen=True, slots=True)
class Tx:
    """An open transaction and who acts in it. It ends with the `with` that opened it."""

    connection: Connection
    actor: Actor


class Store:
    """Opens transactions on one database as one role."""

    def __init__(self, engine: Engine) -> None:
        self.engine = engine

    @contextmanager
    def transaction(
        self,
        actor: Actor,
        *,
        person_key: str = "",
        session_hash: str = "",
        grant_id: str = "",
        receipt: str = "",
        provider_id: str = "",
    ) -> Iterator[Tx]:
        """Commit when the block ends, roll back when it raises. Never nested, no network inside.

        `person_key`, `session_hash`, `grant_id`, `receipt` and `provider_id` open the one row they
        name where no person is known: at sign-in, when a session cookie is read, when the signer
        looks for itself, when somebody reads their reference out to the helpline, and when the
        payment service hints that a payment changed.
        """
        subject = str(actor.subject) if isinstance(actor, Person) else ""
        department = actor.code if isinstance(actor, Department) else ""
        with one_at_a_time(), self.engine.begin() as connection:
            connection.execute(
                text(
                    "select set_config('svd.subject', :subject, true),"
                    " set_config('svd.person_key', :person_key, true),"
                    " set_config('svd.session', :session, true),"
                    " set_config('svd.grant', :grant, true),"
                    " set_config('svd.department', :department, true),"
                    " set_config('svd.receipt', :receipt, true),"
                    " set_config('svd.provider_id', :provider_id, true)"
                ),
                {
                    "subject": subject,
                    "person_key": person_key,
                    "session": session_hash,
                    "grant": grant_id,
                    "department": department,
                    "receipt": receipt,
                    "provider_id": provider_id,
                },
            )
            yield Tx(connection, actor)

    def close(self) -> None:
        self.engine.dispose()


def open_store(url: str, *, role: str = PORTAL, pool_size: int = 8) -> Store:
    """A store on `postgresql+psycopg://…`. A login that is not the role itself steps down to it.

    Bound values never reach an error text (`hide_parameters`).
    """
    engine = create_engine(
        url, pool_size=pool_size, max_overflow=24, pool_pre_ping=True, hide_parameters=True
    )
    if make_url(url).username != role:

        @event.listens_for(engine, "connect")
        def step_down(raw: object, _record: object) -> None:
            with raw.cursor() as cursor:  # type: ignore[attr-defined]  # a psycopg connection
                cursor.execute(f"set session role {role}")
            raw.commit()  # type: ignore[attr-defined]

    return Store(engine)
