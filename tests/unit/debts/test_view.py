"""The combined view: sixteen states, and a total that says what it leaves out."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from typing import Any

import pytest

from consent import register as register_files
from consent.ids import DepartmentCode
from debts.asking import Asked, Deadlines, Held
from debts.debt import (
    Answer,
    Closed,
    Debt,
    Debts,
    Hold,
    NeedsFact,
    NoDebts,
    NotAsked,
    NotMatched,
    Unanswered,
    Unavailable,
)
from debts.money import Pence
from debts.view import CardState, Permission, View, combine
from tests.builders import NOON

REGISTER = register_files.load()
DWP, COUNCIL, HMRC = DepartmentCode("dwp"), DepartmentCode("council"), DepartmentCode("hmrc")
S = CardState


def a_debt(balance: int = 61240, **more: Any) -> Debt:
    return Debt("tok", "LA_CTAX", "Council tax 2023 to 2024", Pence(balance), NOON, **more)


def seen(
    answers: dict[DepartmentCode, Answer | Held | None],
    *,
    now: datetime = NOON + timedelta(seconds=3),
    permissions: dict[DepartmentCode, Permission] | None = None,
    tries: tuple[datetime, ...] = (NOON,),
) -> View:
    """The view after these departments were asked at noon; None has not answered yet."""
    held = {
        code: answer if isinstance(answer, Held) else Held(answer, NOON + timedelta(seconds=1))
        for code, answer in answers.items()
        if answer is not None
    }
    return combine(
        REGISTER.departments.values(),
        now=now,
        permissions=permissions or {code: Permission(True) for code in answers},
        asked={code: Asked(NOON, tries) for code in answers},
        held=held,
        deadlines=Deadlines(),
    )


def state(view: View, code: str) -> CardState:
    card = view.card(code)
    assert card is not None
    return card.state


@pytest.mark.parametrize(
    ("answer", "expected"),
    [
        (Debts((a_debt(),), NOON), S.DEBTS),
        (NoDebts(NOON), S.NO_DEBTS),
        (Unavailable(NOON, Unanswered.TIMED_OUT), S.TIMED_OUT),
        (Closed(NOON, NOON + timedelta(hours=6)), S.CLOSED),
        (Unavailable(NOON, Unanswered.ERROR), S.ERROR),
        (Unavailable(NOON, Unanswered.BREAKER_OPEN, NOON + timedelta(seconds=30)), S.ERROR),
        (Unavailable(NOON, Unanswered.REFUSED), S.ERROR),
        (NotMatched(NOON), S.NOT_MATCHED),
        (NeedsFact(NOON, "vrm"), S.NEEDS_FACT),
        (Debts((a_debt(),), NOON, partial=True), S.PARTIAL),
        (Debts((a_debt(hold=Hold.OTHER),), NOON), S.PAUSED),
        (Held(Debts((a_debt(),), NOON), NOON + timedelta(seconds=2), late=True), S.LATE),
        (NotAsked("ended", NOON), S.STOPPED),
        (NotAsked("not_connected"), S.NOT_CONNECTED),
    ],
)
def test_each_answer_has_its_state(answer: Answer | Held, expected: CardState) -> None:
    assert state(seen({DWP: answer}), "dwp") is expected


@pytest.mark.parametrize(
    ("seconds", "expected"), [(3, S.WAITING), (9, S.SLOW), (21, S.TIMED_OUT), (1801, S.OUT_OF_DATE)]
)
def test_a_department_that_says_nothing_is_slow_then_late_then_out_of_date(
    seconds: int, expected: CardState
) -> None:
    assert state(seen({DWP: None}, now=NOON + timedelta(seconds=seconds)), "dwp") is expected


def test_a_missing_answer_is_never_counted_and_never_zero() -> None:
    view = seen({DWP: Debts((a_debt(1000),), NOON), COUNCIL: Unavailable(NOON, Unanswered.ERROR)})
    assert (view.total, view.asked, view.answered, view.complete) == (1000, 2, 1, False)
    assert [card.entry.code for card in view.unanswered] == ["council"]


def test_one_that_is_not_connected_after_all_is_still_missing_from_the_total() -> None:
    view = seen({DWP: NoDebts(NOON), COUNCIL: NotAsked("not_connected")})
    assert (view.asked, view.answered) == (2, 1)
    assert not view.none_found


def test_none_found_only_when_everybody_asked_has_nothing() -> None:
    assert seen({DWP: NoDebts(NOON), HMRC: NoDebts(NOON)}).none_found
    assert not seen({DWP: NoDebts(NOON), HMRC: None}).none_found
    assert not seen({}).none_found


def test_without_a_live_permission_nothing_of_an_answer_is_read() -> None:
    ended = {DWP: Permission(False, NOON)}
    view = seen({DWP: Debts((a_debt(),), NOON)}, permissions=ended)
    assert state(view, "dwp") is S.STOPPED
    assert (view.total, view.asked, view.debts) == (0, 0, ())


def test_departments_never_asked_and_not_connected_have_their_cards_too() -> None:
    view = seen({DWP: NoDebts(NOON)})
    assert state(view, "council") is S.NOT_ASKED
    assert state(view, "cms") is S.NOT_CONNECTED
    assert len(view.cards) == len(REGISTER.departments)


def test_cards_stand_in_the_order_of_names_and_debts_of_what_happens_next() -> None:
    later, sooner = a_debt(9, due=date(2026, 9, 1)), a_debt(1, due=date(2026, 4, 1))
    held = a_debt(5, hold=Hold.OTHER, due=date(2026, 3, 3))
    view = seen({DWP: Debts((held, later, sooner), NOON)})
    names = [card.entry.name for card in view.cards]
    assert names == sorted(names)
    assert [one.debt.balance for one in view.debts] == [1, 9, 5]
    assert view.find(view.debts[0].number) == view.debts[0]


def test_the_department_s_own_total_is_shown_and_a_difference_is_said() -> None:
    view = seen({DWP: Debts((a_debt(100), a_debt(50)), NOON, stated_total=Pence(160))})
    card = view.card("dwp")
    assert card is not None
    assert (card.total, card.differs, view.total) == (160, True, 160)


def test_a_debt_that_two_departments_show_is_counted_once() -> None:
    moved = a_debt(76000, reference_tail="7731")
    view = seen({DWP: Debts((moved,), NOON), HMRC: Debts((moved,), NOON)})
    assert view.total == 76000
    assert [one.also_at for one in view.debts] == [None, "dwp"]


def test_after_three_tries_the_card_says_when_to_ask_again() -> None:
    tries = (NOON - timedelta(minutes=4), NOON - timedelta(minutes=2), NOON)
    card = seen({DWP: Unavailable(NOON, Unanswered.ERROR)}, tries=tries).card("dwp")
    assert card is not None
    assert card.ask_again_at == NOON + timedelta(minutes=6)


def test_a_moratorium_that_one_department_knows_is_known_to_the_view() -> None:
    day = date(2026, 4, 30)
    view = seen({HMRC: Debts((), NOON, moratorium_look_again=day), DWP: NoDebts(NOON)})
    assert view.moratorium_look_again == day
