"""What a person reads of a department's reason, marked for translation (D68).

The department's staff see the same words before they send an answer (X04).
"""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType
from typing import Final

from plan.terms import Reason


def N_(words: str) -> str:
    """Mark words for translation, under the name that message extraction looks for."""
    return words


REASON_WORDS: Final[Mapping[Reason, str]] = MappingProxyType(
    {
        Reason.BELOW_LEGAL_MINIMUM: N_("The law sets a larger least amount for this."),
        Reason.COURT_ORDER: N_("A court has set how this is paid."),
        Reason.ALREADY_COLLECTED: N_("It is collected in another way already."),
        Reason.NOT_OURS: N_("It says that this is not one of its debts."),
        Reason.TOO_LONG: N_("It says that the plan takes too long."),
        Reason.UNDER_REVIEW: N_("It is looking at this debt again."),
    }
)
"""Why a department asks for a change or says no."""
