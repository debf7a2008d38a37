"""HMCTS as a person meets it: court fines on the Opal wire."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Any

import pytest
import requests

from debts.debt import Closed, Debts, Flag, NoDebts, NotMatched, Unanswered, Unavailable
from tests.hmcts_lab import hmcts
from tests.native_lab import CAST, a_permit, a_stranger, facts_of
from tests.upstream_lab import Upstream, an_upstream, the_debts

TAMSIN = CAST.person("testwell")
ZOFIA = CAST.person("demoska")
JOLYON = CAST.person("specimen")


@pytest.fixture
def there() -> Iterator[Upstream]:
    with an_upstream("hmcts", hmcts()) as upstream:
        upstream.behave(ZOFIA, "0.01")
        upstream.behave(TAMSIN, "none:0.01")
        yield upstream


def test_a_fine_is_shown_with_what_the_court_takes(there: Upstream) -> None:
    (fine,) = the_debts(there.ask(ZOFIA))
    assert (fine.type_code, fine.label) == ("HMCTS_FINE", "Court fine")
    assert (fine.balance, fine.original) == (30000, 36000)
    assert fine.token == "26000010Z"
    assert fine.reference_tail == "010Z"
    assert fine.minimum == 1000
    assert fine.arrangement is not None
    assert (fine.arrangement.pence, fine.arrangement.every) == (1000, "month")
    assert fine.started is not None
    assert fine.due is not None
    assert (fine.started.isoformat(), fine.due.isoformat()) == ("2025-10-08", "2026-01-08")
    assert fine.how_worked_out == ("Fine: £228", "Victim surcharge: £72")


@pytest.mark.parametrize("key", [person.key for person in CAST if person.debts_at("hmcts")])
def test_every_story_is_told_as_it_was_written(there: Upstream, key: str) -> None:
    who = CAST.person(key)
    there.behave(who, "0.01")
    shown = {(d.type_code, d.balance, d.label, d.token) for d in the_debts(there.ask(who))}
    assert shown == {(d.type, d.balance, d.label, d.reference) for d in who.debts_at("hmcts")}


def test_namesakes_are_found_by_the_search_and_never_shown(there: Upstream) -> None:
    """Everybody of the cast has a namesake who owes more than £700."""
    assert isinstance(there.ask(TAMSIN), NoDebts)
    assert len(the_debts(there.ask(ZOFIA))) == 1


def test_somebody_nobody_knows_has_no_debts_here(there: Upstream) -> None:
    assert isinstance(there.ask(a_stranger()), NoDebts)
    assert there.log()["unmatched"] == 1


def test_the_right_name_with_another_birth_date_is_another_person(there: Upstream) -> None:
    born = TAMSIN.birth_date
    assert isinstance(there.ask(facts_of(ZOFIA, birth_date=born)), NoDebts)


def test_the_right_name_and_date_with_another_number_is_another_person(there: Upstream) -> None:
    assert isinstance(there.ask(facts_of(ZOFIA, nino=TAMSIN.nino)), NoDebts)


def test_a_number_is_not_needed(there: Upstream) -> None:
    assert len(the_debts(there.ask(facts_of(ZOFIA, nino="")))) == 1


def test_people_who_cannot_be_told_apart_are_not_matched(there: Upstream) -> None:
    there.behave(ZOFIA, "mismatch:0.01")
    assert isinstance(there.ask(ZOFIA), NotMatched)


def test_an_answer_about_somebody_else_is_not_used(there: Upstream) -> None:
    there.behave(ZOFIA, "swap")
    answer = there.ask(ZOFIA)
    assert isinstance(answer, Unavailable)
    assert answer.reason is Unanswered.ERROR


def test_a_fine_says_that_breathing_space_does_not_cover_it(there: Upstream) -> None:
    there.behave(JOLYON, "0.01")
    (fine,) = the_debts(there.ask(JOLYON))
    assert Flag.OUTSIDE_BREATHING_SPACE in fine.flags
    assert fine.hold is None


def test_an_account_number_that_was_typed_finds_only_its_own_person(there: Upstream) -> None:
    facts = facts_of(ZOFIA, extras={"hmcts.reference": "26000010 z"})
    assert len(the_debts(there.ask(facts))) == 1
    anothers = facts_of(ZOFIA, extras={"hmcts.reference": "26000006S"})
    assert isinstance(there.ask(anothers), NotMatched)


def test_only_the_fields_that_were_agreed_are_kept(there: Upstream) -> None:
    few = ("balance_pence", "type_code", "label")
    (fine,) = the_debts(there.ask(ZOFIA, a_permit("hmcts", granted_fields=few)))
    assert fine.balance == 30000
    assert (fine.minimum, fine.arrangement, fine.started, fine.due) == (None, None, None, None)
    assert (fine.reference_tail, fine.how_worked_out) == ("", ())


@pytest.mark.parametrize(
    ("fault", "reason"),
    [
        ("down", Unanswered.ERROR),
        ("error500", Unanswered.ERROR),
        ("rubbish", Unanswered.ERROR),
        ("huge", Unanswered.ERROR),
        ("close", Unanswered.ERROR),
        ("not_connected", Unanswered.ERROR),
        ("forbidden", Unanswered.REFUSED),
    ],
)
def test_each_fault_is_a_gap_and_never_no_debts(
    there: Upstream, fault: str, reason: Unanswered
) -> None:
    there.behave(ZOFIA, fault)
    answer = there.ask(ZOFIA)
    assert isinstance(answer, Unavailable)
    assert answer.reason is reason


def test_a_problem_that_may_pass_is_asked_again_once(there: Upstream) -> None:
    there.behave(ZOFIA, "down")
    there.ask(ZOFIA)
    assert there.log()["asked"] == {"demoska": 2}
    there.behave(ZOFIA, "error500")
    there.ask(ZOFIA)
    assert there.log()["asked"] == {"demoska": 3}


def test_a_planned_closure_says_until_when(there: Upstream) -> None:
    there.behave(ZOFIA, "closed:06:00")
    answer = there.ask(ZOFIA)
    assert isinstance(answer, Closed | Unavailable)
    until = answer.until if isinstance(answer, Closed) else answer.ask_again_at
    assert until is not None
    assert until > datetime.now(UTC)


def test_more_accounts_than_were_sent_make_the_answer_partial(there: Upstream) -> None:
    there.behave(ZOFIA, "partial:0.01")
    answer = there.ask(ZOFIA)
    assert isinstance(answer, Debts)
    assert (answer.partial, answer.partial_for) == (True, "some accounts")


def test_a_hanging_answer_can_be_given_up_at_any_time(there: Upstream) -> None:
    there.behave(ZOFIA, "timeout:30")
    with pytest.raises(TimeoutError):
        there.ask(ZOFIA, seconds=0.5)


def test_a_token_is_needed(there: Upstream) -> None:
    search: dict[str, Any] = {"active_accounts_only": True, "business_unit_ids": None}
    reply = requests.post(f"{there.url}/defendant-accounts/search", json=search, timeout=60)
    assert reply.status_code == 401
    assert reply.headers["Content-Type"].startswith("application/problem+json")
