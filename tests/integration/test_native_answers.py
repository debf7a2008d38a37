"""What a department of our own protocol answers, and what we make of it."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from debts.debt import (
    Closed,
    Debts,
    Hold,
    NeedsFact,
    NoDebts,
    NotAsked,
    NotMatched,
    Unanswered,
    Unavailable,
)
from tests.native_lab import CAST, Lab, a_lab, a_permit, a_stranger, facts_of

TAMSIN = CAST.person("testwell")


@pytest.fixture
def dwp(tmp_path: Path) -> Iterator[Lab]:
    with a_lab(tmp_path) as lab:
        lab.behave(TAMSIN, "0.01")
        yield lab


def test_a_department_answers_with_the_persons_debts(dwp: Lab) -> None:
    answer = dwp.ask(TAMSIN)
    assert isinstance(answer, Debts)
    assert [(debt.type_code, debt.balance) for debt in answer.items] == [
        ("DWP_ADVANCE", 38000),
        ("DWP_LEGACY_OP", 124050),
    ]
    second = answer.items[1]
    assert second.label == "Benefit overpayment (Carer’s Allowance)"
    assert second.reference_tail == "1184"
    assert second.original == 156450
    assert second.how_worked_out[0] == "First amount: £1,564.50"
    assert answer.stated_total == 162050
    assert answer.subject_handle
    assert not answer.partial


def test_an_answer_of_nothing_is_no_debts(dwp: Lab) -> None:
    dwp.behave(TAMSIN, "none:0.01")
    answer = dwp.ask(TAMSIN)
    assert isinstance(answer, NoDebts)
    assert answer.subject_handle


def test_somebody_unknown_is_not_matched(dwp: Lab) -> None:
    assert isinstance(dwp.ask(a_stranger()), NotMatched)
    assert dwp.log()["unmatched"] == 1


def test_a_number_with_another_persons_name_matches_nobody(dwp: Lab) -> None:
    assert isinstance(dwp.ask(facts_of(TAMSIN, nino="QQ100002B")), NotMatched)


def test_a_person_is_found_without_a_number_by_name_birth_date_and_postcode(dwp: Lab) -> None:
    assert isinstance(dwp.ask(facts_of(TAMSIN, nino="")), Debts)


def test_a_department_that_finds_nobody_says_no_match(dwp: Lab) -> None:
    dwp.behave(TAMSIN, "mismatch:0.01")
    assert isinstance(dwp.ask(TAMSIN), NotMatched)


def test_one_more_fact_is_asked_for_and_then_finds_the_person(dwp: Lab) -> None:
    dwp.behave(TAMSIN, "needs:vrm")
    asked = dwp.ask(TAMSIN)
    assert isinstance(asked, NeedsFact)
    assert asked.fact == "vrm"
    assert isinstance(dwp.ask(facts_of(TAMSIN, extras={"dwp.vrm": "zz 99 zzz"})), NotMatched)
    assert isinstance(dwp.ask(facts_of(TAMSIN, extras={"dwp.vrm": "aa00 aab"})), Debts)


def test_a_fact_that_was_typed_for_another_department_is_not_sent(dwp: Lab) -> None:
    dwp.behave(TAMSIN, "needs:vrm")
    assert isinstance(dwp.ask(facts_of(TAMSIN, extras={"dvla.vrm": "AA00 AAB"})), NeedsFact)


def test_a_department_may_show_some_of_the_debts_and_say_so(dwp: Lab) -> None:
    dwp.behave(TAMSIN, "partial:0.01")
    answer = dwp.ask(TAMSIN)
    assert isinstance(answer, Debts)
    assert answer.partial
    assert answer.partial_for == "Social Fund loans from before 2013"


def test_a_pause_for_breathing_space_gives_the_day_to_look_again(dwp: Lab) -> None:
    jolyon = CAST.person("specimen")
    dwp.behave(jolyon, "0.01")
    answer = dwp.ask(jolyon)
    assert isinstance(answer, Debts)
    assert answer.items[0].hold is Hold.BREATHING_SPACE
    assert answer.items[0].hold_look_again == answer.moratorium_look_again is not None


def test_money_taken_at_source_is_said(dwp: Lab) -> None:
    zofia = CAST.person("demoska")
    dwp.behave(zofia, "0.01")
    answer = dwp.ask(zofia)
    assert isinstance(answer, Debts)
    assert answer.items[0].taken_at_source == 6200


def test_only_the_fields_that_were_agreed_come_back(dwp: Lab) -> None:
    few = ("balance_pence", "type_code", "label")
    answer = dwp.ask(TAMSIN, a_permit(granted_fields=few))
    assert isinstance(answer, Debts)
    assert answer.items[0].started is None
    assert answer.items[0].reference_tail == ""


def test_after_the_first_contact_the_departments_own_handle_is_enough(dwp: Lab) -> None:
    first = a_permit()
    answer = dwp.ask(TAMSIN, first)
    assert isinstance(answer, Debts)
    known = replace(first, subject_handle=answer.subject_handle)
    again = dwp.ask(a_stranger(), known)  # the facts are not sent, so they cannot matter
    assert isinstance(again, Debts)
    assert [debt.token for debt in again.items] == [debt.token for debt in answer.items]


def test_a_handle_that_the_department_does_not_know_brings_the_details_again(dwp: Lab) -> None:
    answer = dwp.ask(TAMSIN, a_permit(subject_handle="forgotten"))
    assert isinstance(answer, Debts)
    assert dwp.log()["refused"] == {"handle-unknown": 1}


def test_another_permission_gets_another_handle_but_the_same_debts(dwp: Lab) -> None:
    one, two = dwp.ask(TAMSIN, a_permit()), dwp.ask(TAMSIN, a_permit())
    assert isinstance(one, Debts)
    assert isinstance(two, Debts)
    assert one.subject_handle != two.subject_handle
    assert [debt.token for debt in one.items] == [debt.token for debt in two.items]


def test_a_planned_closure_says_when_it_ends(dwp: Lab) -> None:
    dwp.behave(TAMSIN, "closed:06:00")
    answer = dwp.ask(TAMSIN)
    assert isinstance(answer, Closed)
    assert answer.until is not None
    assert 0 < (answer.until - answer.at).total_seconds() <= 25 * 3600


def test_a_department_that_is_not_connected_says_so(dwp: Lab) -> None:
    dwp.behave(TAMSIN, "not_connected")
    answer = dwp.ask(TAMSIN)
    assert isinstance(answer, NotAsked)
    assert answer.reason == "not_connected"


def test_a_department_that_is_down_may_be_asked_again_later(dwp: Lab) -> None:
    dwp.behave(TAMSIN, "down")
    answer = dwp.ask(TAMSIN)
    assert isinstance(answer, Unavailable)
    assert answer.reason is Unanswered.ERROR
    assert answer.ask_again_at is not None


@pytest.mark.parametrize(
    ("answer", "reason"),
    [
        ("error500", Unanswered.ERROR),
        ("rubbish", Unanswered.ERROR),
        ("huge", Unanswered.ERROR),
        ("swap", Unanswered.ERROR),
        ("close", Unanswered.ERROR),
        ("forbidden", Unanswered.REFUSED),
    ],
)
def test_a_fault_is_an_honest_gap_long_before_any_deadline(
    dwp: Lab, answer: str, reason: Unanswered
) -> None:
    dwp.behave(TAMSIN, answer)
    got = dwp.ask(TAMSIN, seconds=30)
    assert isinstance(got, Unavailable)
    assert got.reason is reason


def test_a_department_that_hangs_is_left_at_the_callers_deadline(dwp: Lab) -> None:
    dwp.behave(TAMSIN, "timeout:30")
    with pytest.raises(TimeoutError):
        dwp.ask(TAMSIN, seconds=0.3)


def test_a_department_that_hangs_holds_up_nobody_else(dwp: Lab) -> None:
    zofia = CAST.person("demoska")
    dwp.behave(zofia, "0.01")
    dwp.behave(TAMSIN, "timeout:300")
    waiting = [
        dwp.wire_loop.submit(dwp.department.debts(a_permit(), facts_of(TAMSIN)))
        for _ in range(20)
    ]  # fmt: skip
    assert isinstance(dwp.ask(zofia, seconds=60), Debts)
    for one in waiting:
        one.cancel()


def test_a_department_that_is_not_there_is_a_gap(dwp: Lab, tmp_path: Path) -> None:
    gone = replace(dwp, url="http://127.0.0.1:9")
    answer = gone.ask(TAMSIN)
    assert isinstance(answer, Unavailable)


def test_a_grant_that_ended_in_the_meantime_is_not_asked_with(dwp: Lab) -> None:
    permit = a_permit()
    dwp.ended.add(permit.grant_id)
    answer = dwp.ask(TAMSIN, permit)
    assert isinstance(answer, NotAsked)
    assert answer.reason == "ended"
    assert dwp.log()["asked"] == {}


def test_a_person_who_was_not_asked_about_leaves_no_trace(dwp: Lab) -> None:
    dwp.ask(TAMSIN)
    assert dwp.log()["asked"] == {"testwell": 1}
