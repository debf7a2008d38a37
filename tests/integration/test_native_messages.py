"""What a department is told besides being asked for debts (decision 26, SEC-61)."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import date
from pathlib import Path

import pytest
import requests

from adapters.departments.native import Delivery, PlanLine, PlanMessage
from adapters.departments.native.messages import Answered
from adapters.departments.native.stop_word import LARGEST, STOP_TYPE
from consent.errors import ConsentEnded
from consent.jose import verify
from consent.keys import read_keys
from consent.permit import Permit
from consent.signer import EventKind
from debts.debt import Debts, Hold, Unanswered, Unavailable
from tests.native_lab import CAST, Lab, a_lab, a_permit

TAMSIN = CAST.person("testwell")


@pytest.fixture
def dwp(tmp_path: Path) -> Iterator[Lab]:
    with a_lab(tmp_path) as lab:
        lab.behave(TAMSIN, "0.01")
        yield lab


def test_a_withdrawn_permission_is_told_and_never_answered_again(dwp: Lab) -> None:
    permit = a_permit()
    answer = dwp.ask(TAMSIN, permit)
    assert isinstance(answer, Debts)
    told = dwp.wire_loop.call(
        dwp.messages.send_consent_event(
            EventKind.CONSENT_WITHDRAWN,
            pairwise_id=permit.pairwise_id,
            grant_id=permit.grant_id,
        ),
        seconds=60,
    )
    assert told.delivery is Delivery.TAKEN
    for late in (permit, replace(permit, subject_handle=answer.subject_handle)):
        refused = dwp.ask(TAMSIN, late)
        assert isinstance(refused, Unavailable)
        assert refused.reason is Unanswered.REFUSED
    assert dwp.log()["refused"] == {"consent-not-live": 2}


def test_a_new_permission_after_a_withdrawal_is_answered(dwp: Lab) -> None:
    old = a_permit()
    dwp.wire_loop.call(
        dwp.messages.send_consent_event(
            EventKind.CONSENT_WITHDRAWN, pairwise_id=old.pairwise_id, grant_id=old.grant_id
        ),
        seconds=60,
    )
    assert isinstance(dwp.ask(TAMSIN, a_permit()), Debts)


def test_ending_one_of_two_permissions_leaves_the_other(dwp: Lab) -> None:
    """A plan's permission shares the department's id for the person with the view's."""
    view = a_permit()
    plan = replace(a_permit(), pairwise_id=view.pairwise_id)
    assert isinstance(dwp.ask(TAMSIN, view), Debts)
    assert isinstance(dwp.ask(TAMSIN, plan), Debts)
    dwp.wire_loop.call(
        dwp.messages.send_consent_event(
            EventKind.CONSENT_WITHDRAWN, pairwise_id=plan.pairwise_id, grant_id=plan.grant_id
        ),
        seconds=60,
    )
    assert isinstance(dwp.ask(TAMSIN, plan), Unavailable)
    assert isinstance(dwp.ask(TAMSIN, view), Debts)


def test_telling_twice_counts_once(dwp: Lab) -> None:
    permit = a_permit()
    for _ in range(2):
        errand = dwp.messages.send_plan_event(
            EventKind.PLAN_PROPOSED,
            PlanMessage(
                plan_reference="PM7K 3XQ2 9TVA",
                lines=(PlanLine("h_1", 2000),),
                frequency="month",
                pay_day=28,
                method="card",
                starts_on=date(2026, 12, 28),
                answer_by=date(2026, 12, 13),
            ),
            pairwise_id=permit.pairwise_id,
            grant_id=permit.grant_id,
            event_id="outbox-1",
        )
        assert dwp.wire_loop.call(errand, seconds=60) is Delivery.TAKEN
    (event,) = dwp.log()["plan_events"]
    assert event == {
        "kind": "plan-proposed",
        "grant_id": permit.grant_id,
        "plan_reference": "PM7K 3XQ2 9TVA",
        "lines": [{"debt_handle": "h_1", "share_pence": 2000}],
        "frequency": "month",
        "pay_day": 28,
        "method": "card",
        "starts_on": "2026-12-28",
        "answer_by": "2026-12-13",
        "enforcement": "wait",
    }


def test_a_hold_is_asked_for_in_the_persons_words_and_shows_in_the_next_answer(dwp: Lab) -> None:
    before = dwp.ask(TAMSIN)
    assert isinstance(before, Debts)
    debt = before.items[0]
    asked = dwp.wire_loop.call(
        dwp.messages.send_hold(
            a_permit(purpose="hold_or_query"),
            debt_token=debt.token,
            reason_code="amount",
            words="I paid half of this in May.",
            reference="QM7K 3XQ2 9TVA",
        ),
        seconds=60,
    )
    assert asked is Delivery.TAKEN
    after = dwp.ask(TAMSIN)
    assert isinstance(after, Debts)
    assert after.items[0].hold is Hold.DISPUTE


def test_support_needs_and_budget_totals_are_sealed_and_taken(dwp: Lab) -> None:
    needs = dwp.messages.send_support_needs(
        a_permit(purpose="share_support_needs"), codes=["more_time"]
    )
    totals = dwp.messages.send_budget_totals(
        a_permit(purpose="share_budget_totals"),
        totals={"income": 196000, "outgoings": 176400, "surplus": 19600, "savings": 1960},
    )
    assert dwp.wire_loop.call(needs, seconds=60) is Delivery.TAKEN
    assert dwp.wire_loop.call(totals, seconds=60) is Delivery.TAKEN
    assert (dwp.log()["support_needs"], dwp.log()["budget_totals"]) == (1, 1)


def test_a_hold_needs_its_own_permission(dwp: Lab) -> None:
    permit = a_permit(purpose="hold_or_query")
    dwp.ended.add(permit.grant_id)
    errand = dwp.messages.send_hold(
        permit, debt_token="h", reason_code="amount", words="", reference="r"
    )
    with pytest.raises(ConsentEnded):
        dwp.wire_loop.call(errand, seconds=60)


def test_a_message_to_a_department_that_is_gone_may_be_sent_again(dwp: Lab) -> None:
    gone = replace(dwp, url="http://127.0.0.1:9")
    errand = gone.messages.send_consent_event(
        EventKind.CONSENT_EXPIRED, pairwise_id="p" * 24, grant_id=a_permit().grant_id
    )
    assert gone.wire_loop.call(errand, seconds=60) == Answered(Delivery.FAILED)


def tell(lab: Lab, kind: EventKind, permit: Permit, *, event_id: str = "") -> Answered:
    errand = lab.messages.send_consent_event(
        kind, pairwise_id=permit.pairwise_id, grant_id=permit.grant_id, event_id=event_id
    )
    return lab.wire_loop.call(errand, seconds=60)


def switch(lab: Lab, **how: object) -> None:
    assert requests.post(f"{lab.url}/_control/status-check", json=how, timeout=60).ok


def test_a_department_that_stops_says_so_in_its_own_signed_word(dwp: Lab) -> None:
    """F92: about this event and this permission, checked before it is believed."""
    permit = a_permit()
    answered = tell(dwp, EventKind.CONSENT_WITHDRAWN, permit, event_id="event-1")
    assert answered.delivery is Delivery.TAKEN
    keys = read_keys(requests.get(f"{dwp.url}/.well-known/jwks.json", timeout=60).content)
    said = verify(answered.word, keys, typ=STOP_TYPE)
    assert {name: said[name] for name in ("iss", "aud", "event_jti", "grant_id", "said")} == {
        "iss": "urn:svd:org:dwp",
        "aud": dwp.portal,
        "event_jti": "event-1",
        "grant_id": permit.grant_id,
        "said": "stopped",
    }
    assert len(answered.word) <= LARGEST


def test_told_again_it_says_it_again(dwp: Lab) -> None:
    permit = a_permit()
    words = [tell(dwp, EventKind.CONSENT_WITHDRAWN, permit, event_id="e").word for _ in range(2)]
    assert all(words)
    assert len(dwp.log()["consent_events"]) == 1


def test_a_department_that_gives_no_word_is_told_all_the_same(dwp: Lab) -> None:
    switch(dwp, stop_word="none")
    assert tell(dwp, EventKind.CONSENT_WITHDRAWN, a_permit()) == Answered(Delivery.TAKEN)


def test_a_word_about_something_else_is_no_word_and_is_asked_for_again(dwp: Lab) -> None:
    switch(dwp, stop_word="wrong")
    assert tell(dwp, EventKind.CONSENT_WITHDRAWN, a_permit()) == Answered(Delivery.BAD_WORD)


def test_a_paused_permission_is_not_answered_until_it_goes_on(dwp: Lab) -> None:
    permit = a_permit()
    assert tell(dwp, EventKind.CONSENT_SUSPENDED, permit).word
    assert isinstance(dwp.ask(TAMSIN, replace(permit)), Unavailable)
    assert tell(dwp, EventKind.CONSENT_RESUMED, permit) == Answered(Delivery.TAKEN)
    assert isinstance(dwp.ask(TAMSIN, permit), Debts)
    tell(dwp, EventKind.CONSENT_WITHDRAWN, permit)
    tell(dwp, EventKind.CONSENT_RESUMED, permit, event_id="a late one")
    assert isinstance(dwp.ask(TAMSIN, permit), Unavailable)
