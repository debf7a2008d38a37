"""Everything a page may call, made once by `app.wiring` and handed to `create_app`."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from adapters.departments.native import NativeMessages
from adapters.identity.one_login import OneLogin
from adapters.messages.sealed_contact import ContactKeeper
from adapters.wire_loop import WireLoop
from app.department_api.door import Door
from app.department_console.desk import Desk
from consent.clock import Chance, Clock
from consent.evidence import EvidenceKeeper
from consent.ids import DepartmentCode
from consent.log.note import NoteKey
from consent.notices import Notices
from consent.register import Register
from consent.sessions import Sessions
from consent.store import Store
from debts.pull import Pulls
from debts.visit import Visits
from plan.ports import Payments
from plan.rules.policy import Policies
from plan.tokens import TokenKeeper


@dataclass(frozen=True, slots=True, repr=False)
class Services:
    """Stores, use-case helpers and keys. Pages call verbs with these; they hold no state."""

    clock: Clock
    chance: Chance
    register: Register
    notices: Notices
    policies: Policies
    store: Store
    sessions: Sessions
    visits: Visits
    pulls: Pulls
    one_login: OneLogin
    contacts: ContactKeeper
    evidence: EvidenceKeeper
    tokens: TokenKeeper
    messages: Mapping[DepartmentCode, NativeMessages]
    """What tells a department of holds and plans; only those that take it electronically."""
    payments: Payments
    """Takes and returns money; a payment's state is read here and nowhere else."""
    pay_webhook_secret: str
    """What the payment provider signs its messages with."""
    sign_receipt: Callable[[Mapping[str, Any]], str]
    """Dates and signs what `consent.receipts` says: a compact `consent-receipt+jwt`."""
    public_keys: Mapping[str, Any]
    """The portal's public signing keys, as a JWKS."""
    one_login_client_jwks: Mapping[str, Any]
    check_code_key: bytes
    """With this, `plan.check_code` makes and reads what stands on every message and letter."""
    log_key: NoteKey
    """With this, anybody can check what the log of permissions says of itself."""
    door: Door
    """What the departments' door works with; people's pages do not touch it."""
    console: Desk
    """What the departments' console works with; people's pages do not touch it."""
    wire_loop: WireLoop
    """Runs an errand that is sent while the person waits for its outcome."""
