"""No permission depends on another: any set of them can be held, and stopping or refusing one
touches no other (SEC-5). Research is none that anybody is asked for (SEC-17)."""

from __future__ import annotations

import os
from collections.abc import Iterator

import pytest

from consent.lifecycle import State
from consent.permits import permits_for
from consent.purposes import Purpose
from consent.store import grants
from tests.builders import WITHOUT_LIMITS, a_sign_in
from tests.database import Database
from tests.lifecycle_lab import NOTICES, Lab, Made, lab_of

LONG = os.environ.get("SVD_LONG") == "1"
DEPARTMENTS = ("dwp", "hmrc", "slc")
PURPOSES = (
    *(Purpose.VIEW_DEBTS, Purpose.RUN_PLAN, Purpose.SHARE_BUDGET_TOTALS, Purpose.HOLD_OR_QUERY),
)
TOGETHER = (
    [[(d, p) for d in DEPARTMENTS for p in PURPOSES]]
    if LONG
    else [[(d, p) for p in PURPOSES] for d in DEPARTMENTS]
)
"""All 16 sets of purposes for each department, one department after the other while the others hold
what they hold; with SVD_LONG=1 all 4,096 sets of the twelve permissions."""


@pytest.fixture
def lab(database: Database) -> Iterator[Lab]:
    with lab_of(database) as made:
        yield made


def test_every_set_of_permissions_stands_by_itself_sec_5(lab: Lab) -> None:
    """From each set to the next by giving or stopping one (a Gray code): after each step exactly
    the set is held, and exactly its departments can be asked."""
    actor = lab.person()
    held: dict[tuple[str, Purpose], Made] = {}
    for department, purpose in _steps():
        lab.later(seconds=1)
        if (department, purpose) in held:
            lab.withdraw(held.pop((department, purpose)))
        else:
            [grant] = lab.give_yes(actor, lab.yes(department, purpose)).grants
            held[department, purpose] = Made(actor, "", grant.grant_id, grant.department)
        with lab.portal.transaction(actor) as tx:
            live = grants.live_of(tx, actor.subject, lab.clock.now())
        assert {(one.department, one.purpose) for one in live} == set(held)
        assert _asked(lab, actor) == {d for d, p in held if p is Purpose.VIEW_DEBTS}


def _steps() -> Iterator[tuple[str, Purpose]]:
    for each in TOGETHER:
        for number in range(1, 2 ** len(each)):
            yield each[(number & -number).bit_length() - 1]


def _asked(lab: Lab, actor: object) -> set[str]:
    made = permits_for(
        lab.portal,
        lab.clock,
        lab.chance,
        NOTICES,
        actor=actor,  # type: ignore[arg-type]
        purpose=Purpose.VIEW_DEBTS,
        sign_in=a_sign_in(lab.clock),
        terms=WITHOUT_LIMITS,
    )
    return {permit.department for permit in made}


@pytest.mark.parametrize("no", [Lab.refuse, Lab.defer], ids=["refused", "put off"])
def test_a_no_to_one_is_no_answer_to_the_others(lab: Lab, no: object) -> None:
    actor = lab.person()
    refused = lab.ask(actor, "dwp")
    lab.later(seconds=1)
    no(lab, refused)  # type: ignore[operator]
    given = lab.say_yes(actor, "hmrc", "slc")
    assert [grant.state for grant in given.grants] == [State.GIVEN, State.GIVEN]
    assert _asked(lab, actor) == {"hmrc", "slc"}


def test_nobody_is_asked_for_research_sec_17() -> None:
    """There are no words for it, so there is no card, no yes and nothing to extract from."""
    with pytest.raises(LookupError):
        NOTICES.newest(Purpose.RESEARCH, "en")
