"""What passes through is sealed, bound to its visit, and refuses to be kept."""

from __future__ import annotations

import copy
import json
import pickle  # noqa: TID251 - to prove that it is refused
import time
from datetime import timedelta

import pytest

from consent.clock import SetClock
from consent.errors import EphemeralLeak
from debts.asking import Held
from debts.debt import Arrangement, Debt, Debts, Flag, Hold, NoDebts
from debts.money import Pence
from debts.vault import MemoryVault
from debts.visit import Visit, Visits
from tests.builders import NOON, a_clock, set_chance
from tests.until import until

CLASSES = (Debt, Debts, NoDebts, Arrangement, Held, Hold, Flag)


def a_debt(balance: int = 61240, **more: object) -> Debt:
    return Debt("tok", "LA_CTAX", "Council tax 2023 to 2024", Pence(balance), NOON, **more)  # type: ignore[arg-type]


def a_visit(clock: SetClock, vault: MemoryVault, seed: str = "one") -> Visit:
    visits = Visits(vault, clock, set_chance(seed), pepper=b"k" * 32, classes=CLASSES)
    return visits.open(visits.new_secret())


def test_a_debt_comes_back_from_the_vault_as_it_went_in() -> None:
    clock = a_clock()
    visit = a_visit(clock, MemoryVault(clock))
    debt = a_debt(
        hold=Hold.DISPUTE,
        flags=frozenset({Flag.WARRANT}),
        arrangement=Arrangement(Pence(500), "month"),
        due=NOON.date(),
    )
    visit.put("answer.council", Held(Debts((debt,), NOON), NOON))
    held = visit.get("answer.council", Held)
    assert held is not None
    assert held.answer == Debts((debt,), NOON)


def test_the_vault_holds_no_readable_byte_of_a_debt() -> None:
    clock = a_clock()
    vault = MemoryVault(clock)
    visit = a_visit(clock, vault)
    visit.put("answer.council", a_debt())
    sealed = vault.get(f"{visit.id}.answers", "answer.council")
    assert sealed is not None
    assert b"Council" not in sealed
    assert b"61240" not in sealed


def test_another_cookie_opens_nothing() -> None:
    clock = a_clock()
    vault = MemoryVault(clock)
    mine, other = a_visit(clock, vault, "mine"), a_visit(clock, vault, "other")
    mine.put("answer.council", a_debt())
    sealed = vault.get(f"{mine.id}.answers", "answer.council")
    assert sealed is not None
    vault.put(f"{other.id}.answers", "answer.council", sealed, expires_at=NOON + timedelta(hours=1))
    assert other.get("answer.council", Debt) is None


def test_an_entry_moved_to_another_slot_opens_to_nothing() -> None:
    clock = a_clock()
    vault = MemoryVault(clock)
    visit = a_visit(clock, vault)
    visit.put("answer.council", a_debt())
    sealed = vault.get(f"{visit.id}.answers", "answer.council")
    assert sealed is not None
    vault.put(f"{visit.id}.answers", "answer.dwp", sealed, expires_at=NOON + timedelta(hours=1))
    assert visit.get("answer.dwp", Debt) is None


def test_entries_end_after_thirty_minutes_and_a_touch_moves_the_end() -> None:
    clock = a_clock()
    visit = a_visit(clock, MemoryVault(clock))
    visit.put("statement", a_debt())
    clock.move(timedelta(minutes=29))
    visit.touch()
    clock.move(timedelta(minutes=29))
    assert visit.get("statement", Debt) is not None
    clock.move(timedelta(minutes=2))
    assert visit.get("statement", Debt) is None


def test_an_answer_ends_after_thirty_minutes_however_long_the_person_stays_sec_76() -> None:
    clock = a_clock()
    visit = a_visit(clock, MemoryVault(clock))
    visit.put("answer.council", a_debt())
    clock.move(timedelta(minutes=29))
    visit.touch()
    clock.move(timedelta(minutes=2))
    assert visit.get("answer.council", Debt) is None
    assert visit.slots() == []


def test_leaving_forgets_all_of_it() -> None:
    clock = a_clock()
    visit = a_visit(clock, MemoryVault(clock))
    visit.put("answer.council", a_debt())
    visit.destroy()
    assert visit.slots() == []


def test_what_is_taken_is_gone() -> None:
    clock = a_clock()
    visit = a_visit(clock, MemoryVault(clock))
    visit.put("once", a_debt())
    assert visit.take("once", Debt) is not None
    assert visit.take("once", Debt) is None


@pytest.mark.parametrize("leak", [pickle.dumps, copy.copy, copy.deepcopy, "{:>20}".format])
def test_a_debt_refuses_to_be_kept(leak: object) -> None:
    with pytest.raises(EphemeralLeak):
        leak(a_debt())  # type: ignore[operator]


def test_a_debt_is_not_shown_by_repr_str_or_json() -> None:
    assert "61240" not in repr(a_debt())
    assert "61240" not in f"{[a_debt()]}"
    with pytest.raises(TypeError):
        json.dumps(a_debt())


def test_an_unlisted_class_may_not_enter_the_vault() -> None:
    class Stranger:
        pass

    clock = a_clock()
    with pytest.raises(EphemeralLeak):
        a_visit(clock, MemoryVault(clock)).put("x", Stranger())


def test_what_is_past_its_time_leaves_memory_though_nobody_asks() -> None:
    clock = a_clock()
    vault = MemoryVault(clock, sweep_every=0.01)
    vault.put("v", "answer.dwp", b"sealed", expires_at=NOON + timedelta(minutes=30))
    clock.move(timedelta(minutes=29))
    time.sleep(0.05)
    assert entries_of(vault) == 1
    clock.move(timedelta(minutes=1))
    until_empty(vault)
    vault.put("v", "answer.dwp", b"again", expires_at=clock.now() - timedelta(seconds=1))
    until_empty(vault)


def entries_of(vault: MemoryVault) -> int:
    return sum(len(entries) for entries in vault._visits.values())


def until_empty(vault: MemoryVault) -> None:
    until(lambda: not entries_of(vault), "the sweep")
