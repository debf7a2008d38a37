"""HMRC as a person meets it: charges from Time To Pay, and the moratorium gate beside them."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta

import pytest

from consent.clock import london_date
from debts.debt import (
    Closed,
    Debts,
    Hold,
    NeedsFact,
    NoDebts,
    NotMatched,
    Unanswered,
    Unavailable,
)
from tests.hmrc_lab import hmrc
from tests.native_lab import CAST, a_permit, a_stranger, facts_of
from tests.upstream_lab import Upstream, an_upstream, the_debts

TAMSIN = CAST.person("testwell")
BARTHOLOMEW = CAST.person("exampleton")
JOLYON = CAST.person("specimen")


@pytest.fixture
def there() -> Iterator[Upstream]:
    with an_upstream("hmrc", hmrc()) as upstream:
        upstream.behave(BARTHOLOMEW, "0.01")
        yield upstream


def test_hmrc_answers_with_the_persons_charges(there: Upstream) -> None:
    (debt,) = the_debts(there.ask(BARTHOLOMEW))
    assert (debt.type_code, debt.balance) == ("HMRC_SA", 486075)
    assert debt.label == "Self Assessment 2022 to 2023"
    assert debt.token == "9900000024K"
    assert debt.reference_tail == "024K"
    assert debt.due is not None
    assert debt.due.isoformat() == "2024-01-31"
    assert abs(debt.as_at - datetime.now(UTC)) < timedelta(minutes=1)


@pytest.mark.parametrize("person", [p for p in CAST if p.debts_at("hmrc")], ids=lambda p: p.key)
def test_every_story_is_told_as_it_was_written(there: Upstream, person: object) -> None:
    who = CAST.person(getattr(person, "key"))  # noqa: B009
    there.behave(who, "0.01")
    shown = {(d.type_code, d.balance, d.label) for d in the_debts(there.ask(who))}
    assert shown == {(d.type, d.balance, d.label) for d in who.debts_at("hmrc")}


def test_nobody_with_nothing_here_is_told_anything_but_no_debts(there: Upstream) -> None:
    there.behave(TAMSIN, "none:0.01")
    assert isinstance(there.ask(TAMSIN), NoDebts)


def test_without_a_number_hmrc_is_not_asked(there: Upstream) -> None:
    answer = there.ask(facts_of(BARTHOLOMEW, nino=""))
    assert isinstance(answer, NeedsFact)
    assert answer.fact == "nino"
    assert there.log()["asked"] == {}


def test_a_taxpayer_reference_alone_finds_the_person(there: Upstream) -> None:
    facts = facts_of(BARTHOLOMEW, nino="", extras={"hmrc.utr": BARTHOLOMEW.utr})
    assert len(the_debts(there.ask(facts))) == 1


def test_another_persons_number_shows_nobodys_debts(there: Upstream) -> None:
    """The number is somebody's, so HMRC answers; the birth date says that it is not hers."""
    assert isinstance(there.ask(facts_of(TAMSIN, nino=BARTHOLOMEW.nino)), NotMatched)


def test_a_number_that_nobody_has_is_not_matched(there: Upstream) -> None:
    stranger = a_stranger()
    answer = there.ask(facts_of(TAMSIN, nino="QQ999999A", birth_date=stranger.birth_date))
    assert isinstance(answer, NotMatched)
    assert there.log()["unmatched"] == 1


def test_an_answer_about_somebody_else_is_not_used(there: Upstream) -> None:
    there.behave(BARTHOLOMEW, "swap")
    answer = there.ask(BARTHOLOMEW)
    assert isinstance(answer, Unavailable)
    assert answer.reason is Unanswered.ERROR


def test_a_moratorium_pauses_and_says_only_when_we_look_again(there: Upstream) -> None:
    """Jolyon owes HMRC nothing; the gate still speaks for all his debts."""
    answer = there.ask(JOLYON)
    assert isinstance(answer, Debts)
    assert answer.items == ()
    assert answer.moratorium_look_again == london_date(datetime.now(UTC)) + timedelta(days=30)


def test_a_moratorium_holds_every_charge_alike(there: Upstream) -> None:
    there.behave(BARTHOLOMEW, "0.01", "breathing_space")
    answer = there.ask(BARTHOLOMEW)
    assert isinstance(answer, Debts)
    assert {debt.hold for debt in answer.items} == {Hold.BREATHING_SPACE}
    assert {debt.hold_look_again for debt in answer.items} == {answer.moratorium_look_again}


@pytest.mark.parametrize("fault", ["down", "error500", "rubbish", "huge", "close", "forbidden"])
def test_a_gate_that_fails_leaves_the_charges_and_an_unknown_moratorium(
    there: Upstream, fault: str
) -> None:
    there.behave(BARTHOLOMEW, fault, "breathing_space")
    answer = there.ask(BARTHOLOMEW)
    assert isinstance(answer, Debts)
    assert not answer.partial
    assert answer.moratorium_look_again is None


def test_a_gate_that_hangs_keeps_the_charges_only_a_little(there: Upstream) -> None:
    there.behave(BARTHOLOMEW, "timeout:300", "breathing_space")
    assert isinstance(there.ask(BARTHOLOMEW, seconds=30), Debts)


def test_the_gate_is_not_asked_where_holds_were_not_agreed(there: Upstream) -> None:
    agreed = ("balance_pence", "type_code", "label", "due_date")
    (debt,) = the_debts(there.ask(BARTHOLOMEW, a_permit("hmrc", granted_fields=agreed)))
    assert debt.due is not None
    assert (debt.reference_tail, debt.interest, debt.how_worked_out) == ("", None, ())
    control = there.log()
    assert control["asked"] == {"exampleton": 1}


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
    there.behave(BARTHOLOMEW, fault)
    answer = there.ask(BARTHOLOMEW)
    assert isinstance(answer, Unavailable)
    assert answer.reason is reason


def test_a_planned_closure_says_until_when(there: Upstream) -> None:
    there.behave(BARTHOLOMEW, "closed:06:00")
    answer = there.ask(BARTHOLOMEW)
    assert isinstance(answer, Closed | Unavailable)
    until = answer.until if isinstance(answer, Closed) else answer.ask_again_at
    assert until is not None
    assert until > datetime.now(UTC)


def test_some_kinds_of_charge_may_be_missing_and_it_says_so(there: Upstream) -> None:
    there.behave(BARTHOLOMEW, "partial:0.01")
    answer = there.ask(BARTHOLOMEW)
    assert isinstance(answer, Debts)
    assert (answer.partial, answer.partial_for) == (True, "some kinds of charge")


def test_a_hanging_answer_can_be_given_up_at_any_time(there: Upstream) -> None:
    there.behave(BARTHOLOMEW, "timeout:30")
    with pytest.raises(TimeoutError):
        there.ask(BARTHOLOMEW, seconds=0.5)


def test_hmrc_finds_nobody(there: Upstream) -> None:
    there.behave(BARTHOLOMEW, "mismatch:0.01")
    assert isinstance(there.ask(BARTHOLOMEW), NotMatched)


def test_one_token_serves_many_questions(there: Upstream) -> None:
    for _ in range(3):
        there.ask(BARTHOLOMEW)
    assert there.log() == {"asked": {"exampleton": 3}, "unmatched": 0, "refused": {}}


def test_a_taxpayer_reference_may_be_what_finds_the_person(there: Upstream) -> None:
    """The wire has no word for "one more fact": it does not find the person until it is there."""
    there.behave(BARTHOLOMEW, "needs:utr")
    assert isinstance(there.ask(BARTHOLOMEW), NotMatched)
    facts = facts_of(BARTHOLOMEW, extras={"hmrc.utr": BARTHOLOMEW.utr})
    assert len(the_debts(there.ask(facts))) == 1
