"""A budget lives in the visit, sealed, and refuses every other way of being kept."""

from __future__ import annotations

import copy
import json
import secrets
from datetime import UTC, datetime, timedelta

import pytest

from app.citizen.budget_draft import OTHER, Budget
from app.citizen.slots import BUDGET, CLASSES
from consent.clock import SetClock
from consent.errors import EphemeralLeak
from debts.money import Pence
from debts.vault import MemoryVault
from debts.visit import Visits
from plan.rules.claim import Nation
from plan.rules.frequencies import Frequency
from plan.rules.statement import Household, Line

MARKED = Pence(7_654_321)
WHOLE = Budget(
    nation=Nation.SCOTLAND,
    household=Household(2, 1, 0, 1, 3),
    home="other",
    joint=True,
    income=("child-benefit",),
    outgoings=("rent", "gas"),
    amounts={"rent": Line("rent", MARKED, Frequency.FOUR_WEEKS)},
    taken_asked="yes",
    taken=Line("taken", Pence(6002)),
    reasons={"food-housekeeping": ("diet", "rural")},
    other_debts=Pence(0),
    savings=OTHER,
    savings_pence=Pence(1500),
    changes=("job",),
    checked=True,
)


def test_a_budget_comes_out_of_the_visit_as_it_went_in() -> None:
    clock = SetClock(datetime(2026, 11, 22, tzinfo=UTC))
    vault = MemoryVault(clock)
    visits = Visits(vault, clock, secrets.token_bytes, pepper=bytes(32), classes=CLASSES)
    visit = visits.open(visits.new_secret())
    visit.put(BUDGET, WHOLE)
    assert visit.get(BUDGET, Budget) == WHOLE
    assert str(MARKED).encode() not in (vault.get(visit.id, BUDGET) or b"")
    clock.move(timedelta(minutes=31))
    assert visit.get(BUDGET, Budget) is None


def test_a_budget_says_nothing_of_itself() -> None:
    assert str(MARKED) not in repr(WHOLE)
    assert str(MARKED) not in str(WHOLE)
    with pytest.raises(EphemeralLeak):
        f"{WHOLE}"
    with pytest.raises(EphemeralLeak):
        copy.copy(WHOLE)
    with pytest.raises(EphemeralLeak):
        copy.deepcopy(WHOLE)
    with pytest.raises(TypeError):
        json.dumps(WHOLE)
