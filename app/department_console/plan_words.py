"""How plans, their lines and answers are named to a department's own staff."""

from __future__ import annotations

from typing import Any, Final

from app.http.text import lazy_gettext as _l
from plan.lifecycle import PlanState, ShareState
from plan.own_plans import OwnLine
from plan.store.share_answers import Applied
from plan.terms import Method, Reason, Said

PLAN_STATES: Final[dict[PlanState, Any]] = {
    PlanState.PROPOSED: _l("Not started: no department has accepted yet"),
    PlanState.ACTIVE: _l("Running"),
    PlanState.PAUSED: _l("On a break"),
    PlanState.FINISHED: _l("Finished"),
    PlanState.ENDED: _l("Ended"),
}
LINE_STATES: Final[dict[ShareState, Any]] = {
    ShareState.PENDING: _l("Waits for your answer"),
    ShareState.AGREED: _l("Accepted"),
    ShareState.CHANGE_ASKED: _l("You asked for a change"),
    ShareState.REFUSED: _l("You objected"),
    ShareState.LEFT: _l("No longer in the plan"),
    ShareState.CLEARED: _l("Paid off"),
}
SILENCE: Final = _l("Counted as accepted: no answer came in time")
ANSWERS: Final[dict[Said, Any]] = {
    Said.AGREED: _l("Accept"),
    Said.CHANGE_ASKED: _l("Ask for a change"),
    Said.REFUSED: _l("Object"),
}
ANSWERED: Final[dict[Said, Any]] = {
    Said.AGREED: _l("You accepted"),
    Said.CHANGE_ASKED: _l("You asked for a change"),
    Said.REFUSED: _l("You objected"),
}
BECAME: Final[dict[Applied, Any]] = {
    Applied.WAITING: _l("The plan follows it in a moment."),
    Applied.TAKEN: _l("The plan followed it."),
    Applied.TOO_LATE: _l("It came too late: the plan had changed or ended."),
}
REASONS: Final[dict[Reason, Any]] = {
    Reason.BELOW_LEGAL_MINIMUM: _l("The law sets a larger least amount"),
    Reason.COURT_ORDER: _l("A court has set how this is paid"),
    Reason.ALREADY_COLLECTED: _l("We collect it in another way already"),
    Reason.NOT_OURS: _l("It is not one of our debts"),
    Reason.TOO_LONG: _l("The plan takes too long"),
    Reason.UNDER_REVIEW: _l("We are looking at this debt again"),
}
"""In the order of the page."""
METHODS: Final[dict[Method, Any]] = {
    Method.PAY_BY_BANK: _l("Bank payment"),
    Method.CARD: _l("Debit card"),
    Method.DIRECT_DEBIT: _l("Direct Debit"),
    Method.STANDING_ORDER: _l("Standing order"),
    Method.CASH: _l("Cash"),
    Method.FROM_BENEFIT: _l("Taken from a benefit"),
}


def state_of(line: OwnLine) -> str:
    """Where a line stands; one that was answered a moment ago does not wait any more."""
    if line.last is not None and line.last.applied is Applied.WAITING:
        return str(ANSWERED[line.last.said])
    silent = line.last is None or line.last.applied is Applied.TOO_LATE
    if line.state is ShareState.AGREED and silent:
        return str(SILENCE)
    return str(LINE_STATES[line.state])
