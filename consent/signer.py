"""The consent signer, as its callers know it: what it signs, and what it is asked with.

It alone turns a live grant into a token that a department believes (SEC-19, SEC-48). It is a
process of its own (`svd sign`), looks into the database itself and writes what it signs from what
it saw there; a caller names a grant and is not believed. `consent.signing` is what it does,
`adapters.signer_socket` how other processes ask it.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import timedelta
from enum import StrEnum
from typing import Any, Final, Protocol

from consent.ids import GrantId
from consent.permit import Permit

PARTY: Final = "signer"
"""Its name in faults: `OutsideFailed("signer", kind)` when it cannot be reached or answer."""
ASSERTION_TYPE: Final = "consent-assertion+jwt"
EVENT_TYPE: Final = "secevent+jwt"
ASSERTION_LIFE: Final = timedelta(seconds=60)
EVENT_PREFIX: Final = "urn:uk:svd:event:"
SERIES_TYPE: Final = "allocation-head+jwt"
DEPARTMENT_PREFIX: Final = "urn:svd:org:"
"""How a department is named in tokens: this and its code in the register."""


class Errand(StrEnum):
    """What one assertion is for; each is one operation of the department protocol."""

    DEBT_QUERY = "urn:uk:svd:debt-query:v1"
    HOLD_REQUEST = "urn:uk:svd:hold-request:v1"
    SUPPORT_NEEDS = "urn:uk:svd:support-needs:v1"
    BUDGET_TOTALS = "urn:uk:svd:budget-totals:v1"


PURPOSE_OF: Final[Mapping[Errand, str]] = {
    Errand.DEBT_QUERY: "view_debts",
    Errand.HOLD_REQUEST: "hold_or_query",
    Errand.SUPPORT_NEEDS: "share_support_needs",
    Errand.BUDGET_TOTALS: "share_budget_totals",
}
"""One grant, one purpose: an assertion for another errand is not made (decision 4)."""

PATH_OF: Final[Mapping[Errand, str]] = {
    Errand.DEBT_QUERY: "/v1/debt-queries",
    Errand.HOLD_REQUEST: "/v1/hold-requests",
    Errand.SUPPORT_NEEDS: "/v1/support-needs",
    Errand.BUDGET_TOTALS: "/v1/budget-totals",
}
"""The only address at a department for which an assertion is made."""


class EventKind(StrEnum):
    """Security events that departments are told of (RFC 8417)."""

    CONSENT_WITHDRAWN = "consent-withdrawn"
    CONSENT_EXPIRED = "consent-expired"
    CONSENT_REVOKED = "consent-revoked"
    CONSENT_SUSPENDED = "consent-suspended"
    CONSENT_INVALIDATED = "consent-invalidated"
    CONSENT_RESUMED = "consent-resumed"
    PLAN_PROPOSED = "plan-proposed"
    PLAN_CHANGED = "plan-changed"
    PLAN_PAUSED = "plan-paused"
    PLAN_RESUMED = "plan-resumed"
    PLAN_ENDED = "plan-ended"


@dataclass(frozen=True, slots=True, repr=False)
class MintedAssertion:
    """A signed token and its number, which an answer must name."""

    token: str
    jti: str


@dataclass(frozen=True, slots=True, repr=False)
class MintedEvent:
    token: str
    jti: str


class Signer(Protocol):
    """What sends to departments needs of it. Blocking: callers on an event loop use a thread.

    Every errand raises ConsentEnded for what is not live, NotPermitted for what does not fit the
    grant, OutsideFailed("signer", kind) when the signer cannot be reached or cannot answer.
    """

    def mint_assertion(
        self,
        permit: Permit,
        *,
        audience: str,
        htu: str,
        htm: str = "POST",
        errand: Errand = Errand.DEBT_QUERY,
        fields: Sequence[str] = (),
        match_jwe: str | None = None,
        request_jwe: str | None = None,
        response_jwk: Mapping[str, Any] | None = None,
    ) -> MintedAssertion:
        """A single-use token of 60 seconds for this call only, or ConsentEnded."""
        ...

    def mint_event(
        self,
        kind: EventKind,
        *,
        audience: str,
        pairwise_id: str,
        grant_id: GrantId,
        event_id: str = "",
        details: Mapping[str, Any] | None = None,
    ) -> MintedEvent:
        """A Security Event Token. The same `event_id` makes a repeat harmless."""
        ...


class StatementSigner(Protocol):
    """What speaks about permissions and series without asking for anything under them."""

    def sign_status(self, grant_id: str, department: str) -> str | None:
        """A `grant-status+jwt` for 60 seconds; nothing for an id of nobody or of another
        department."""
        ...

    def sign_statuses(self, grant_ids: Sequence[str], department: str) -> str:
        """A `grant-status-list+jwt`: the state of each, `unknown` where it has none."""
        ...

    def sign_receipt(self, claims: Mapping[str, Any]) -> str:
        """A `consent-receipt+jwt` of what `consent.receipts` says, dated now."""
        ...

    def sign_checkpoint(self, tree_size: int) -> str:
        """The signed note of the log's first `tree_size` leaves, or LogBroken."""
        ...

    def sign_series_head(self, department: str, sequence: int) -> str:
        """An `allocation-head+jwt`: the hash over the first `sequence` entries of this
        department's series. Raises NotPermitted for a number that nothing has (SEC-81)."""
        ...
