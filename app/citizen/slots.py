"""The slots of a visit and the classes that may lie in them: everything that passes through.

`ask.<department>` and `answer.<department>` belong to `debts.pull`; the rest is listed here.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Final

from adapters.identity.identity import Identity
from adapters.identity.one_login import SignInStart
from app.citizen.budget_draft import Budget
from app.citizen.debts_draft import DebtQuery
from app.citizen.plan_draft import (
    LetterLine,
    LetterRun,
    OtherTerms,
    PauseAsked,
    PlanDraft,
    PlanLetter,
    ShownLine,
    ShownPlan,
)
from debts.asking import Asked, Held
from debts.debt import (
    Arrangement,
    Closed,
    Debt,
    Debts,
    Flag,
    Hold,
    NeedsFact,
    NoDebts,
    NotAsked,
    NotMatched,
    Unanswered,
    Unavailable,
)
from debts.ephemeral import Ephemeral
from debts.facts import Address, Facts
from plan.rules.claim import Nation
from plan.rules.frequencies import Frequency
from plan.rules.statement import Household, Line

SIGN_IN: Final = "signin"
"""`signin.<state>`: what must come back from the sign-in service, once."""
ANCHOR: Final = "anchor"
"""`anchor.<state>`: a silent trip after a yes, and what must come back, once."""
ANCHOR_OPENING: Final = "anchor-opening"
ANCHOR_DONE: Final = "anchor-done"
IDENTITY: Final = "identity"
TYPED: Final = "typed"
CHOSEN: Final = "chosen"
RENEWAL: Final = "renewal"
BUDGET: Final = "budget"
PLAN_DRAFT: Final = "plan.draft"
PLAN_SHOWN: Final = "plan.shown"
PLAN_LETTER: Final = "plan.letter"
PLAN_PAUSE: Final = "plan.pause"
PLAN_OTHER: Final = "plan.other"
QUERY: Final = "query"


@dataclass(frozen=True, slots=True, repr=False)
class SignInTrip(Ephemeral):
    """A sign-in under way, and the page of ours that it will end on."""

    start: SignInStart
    next_page: str


@dataclass(frozen=True, slots=True, repr=False)
class AnchorOpening(Ephemeral):
    """The 32 random bytes (hex) behind the commitment of one form, named by its hash."""

    form: str
    opening: str


@dataclass(frozen=True, slots=True, repr=False)
class AnchorTrip(Ephemeral):
    """A silent trip under way: for whose receipt, and what its nonce commits to (hex)."""

    start: SignInStart
    subject: str
    receipt: str
    committed: str
    opening: str
    next_page: str


@dataclass(frozen=True, slots=True, repr=False)
class BackFromAnchor(Ephemeral):
    """The last trip that came back, and where it led."""

    state: str
    next_page: str


@dataclass(frozen=True, slots=True, repr=False)
class Typed(Ephemeral):
    """What the person typed about themself in this visit; never stored (SEC-60).

    `extras` are facts for one department alone (`"dvla.vrm"`). `details_right` is their answer on
    the details page, empty before it.
    """

    details_right: str = ""
    nino: str = ""
    nino_asked: bool = False
    council_postcode: str = ""
    extras: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, repr=False)
class Chosen(Ephemeral):
    """Departments ticked and not yet agreed to, when their cards were shown, and (by its hash)
    under which notice; empty before they were. `seen` is by department what was shown before it
    was put off: the notice, its language and the day."""

    departments: tuple[str, ...]
    post_key: str
    shown_at: datetime
    notice_sha256: str = ""
    seen: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, repr=False)
class Renewal(Ephemeral):
    """The card of one permission to renew, as it was shown and not yet agreed to."""

    grant_id: str
    version: int
    post_key: str
    shown_at: datetime
    notice_sha256: str


@dataclass(frozen=True, slots=True, repr=False)
class Seen(Ephemeral):
    """Something that may come once has come."""

    at: datetime


CLASSES: Final[tuple[type, ...]] = (
    SignInStart,
    SignInTrip,
    AnchorOpening,
    AnchorTrip,
    BackFromAnchor,
    Identity,
    Address,
    Facts,
    Typed,
    Chosen,
    Renewal,
    Seen,
    DebtQuery,
    Asked,
    Held,
    Debt,
    Debts,
    NoDebts,
    NotMatched,
    NeedsFact,
    Closed,
    Unavailable,
    NotAsked,
    Unanswered,
    Arrangement,
    Hold,
    Flag,
    Budget,
    Household,
    Line,
    Frequency,
    Nation,
    PlanDraft,
    ShownLine,
    ShownPlan,
    LetterLine,
    LetterRun,
    PlanLetter,
    PauseAsked,
    OtherTerms,
)
