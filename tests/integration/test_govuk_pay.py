"""Money through GOV.UK Pay, over real HTTP, against the provider's process and its own ledger."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
import requests

from adapters.payments.govuk_pay import GovukPay
from adapters.wire import Wire
from consent.errors import OutsideFailed
from debts.money import Pence
from plan.ports import (
    NEEDS_A_PERSON,
    AgreementStatus,
    NotDone,
    PaymentFailure,
    PaymentStatus,
    ProviderPayment,
    ProviderRefund,
    RefundStatus,
)
from tests.pay_lab import (
    BACK,
    BROKEN,
    DECLINED,
    LATER_DECLINED,
    LATER_LOST,
    PayLab,
    a_provider,
    facts,
    new_id,
    the_button,
)


@pytest.fixture(scope="module")
def provider(tmp_path_factory: pytest.TempPathFactory) -> Iterator[PayLab]:
    with a_provider(tmp_path_factory.mktemp("pay")) as lab:
        yield lab


@pytest.fixture
def lab(provider: PayLab) -> PayLab:
    provider.control(reset=True)
    return provider


def fails(lab: PayLab, errand: Any) -> str:
    """The kind of the fault that it ends in."""
    with pytest.raises(OutsideFailed) as caught:
        lab.do(errand)
    assert caught.value.party == "govuk_pay"
    return caught.value.kind


def test_somebody_pays_on_the_card_page_and_it_is_paid_into_the_account(lab: PayLab) -> None:
    payment = lab.start(4999)
    assert payment.status is PaymentStatus.CREATED
    assert payment.pay_url.startswith(f"{lab.process.url}/secure/")
    assert payment.refundable == 0
    lab.pay(payment)
    paid = lab.do(lab.payments.payment(payment.id))
    assert (paid.status, paid.pence, paid.pay_url) == (PaymentStatus.SUCCESS, 4999, "")
    assert (paid.captured_on, paid.settled_on, paid.refundable) == (None, None, 0)
    lab.control(advance=120)
    taken = lab.do(lab.payments.payment(payment.id))
    assert taken.captured_on is not None
    assert (taken.settled_on, taken.refundable) == (None, 4999)
    lab.control(advance=86400)
    settled = lab.do(lab.payments.payment(payment.id))
    assert settled.settled_on == taken.captured_on + timedelta(days=1)
    assert lab.ledger()["settled"] == 4999


def test_a_payment_tells_its_history(lab: PayLab) -> None:
    payment = lab.start()
    lab.pay(payment)
    events = lab.do(lab.payments.events(payment.id))
    assert [event.status for event in events] == [
        PaymentStatus.CREATED,
        PaymentStatus.STARTED,
        PaymentStatus.SUBMITTED,
        PaymentStatus.SUCCESS,
    ]
    assert abs(events[0].at - datetime.now(UTC)) < timedelta(minutes=1)


@pytest.mark.parametrize(
    ("card", "failure"), [(DECLINED, PaymentFailure.REFUSED), (BROKEN, PaymentFailure.PROVIDER)]
)
def test_a_card_that_is_refused_takes_nothing(
    lab: PayLab, card: str, failure: PaymentFailure
) -> None:
    payment = lab.start()
    lab.pay(payment, card=card)
    now = lab.do(lab.payments.payment(payment.id))
    assert (now.status, now.failure, now.pay_url) == (PaymentStatus.FAILED, failure, "")
    assert lab.ledger()["taken"] == 0


def test_somebody_gives_up_and_somebody_takes_too_long(lab: PayLab) -> None:
    given_up, slow = lab.start(), lab.start()
    lab.pay(given_up, then="cancel")
    lab.control(advance=91 * 60)
    one, other = (lab.do(lab.payments.payment(each.id)) for each in (given_up, slow))
    assert (one.status, one.failure) == (PaymentStatus.FAILED, PaymentFailure.GIVEN_UP)
    assert (other.status, other.failure) == (PaymentStatus.FAILED, PaymentFailure.EXPIRED)


def test_calling_off_is_harmless_to_repeat_and_never_hides_that_somebody_paid(lab: PayLab) -> None:
    payment, paid = lab.start(), lab.start()
    for _ in range(2):
        assert lab.do(lab.payments.cancel(payment.id)).status is PaymentStatus.CANCELLED
    lab.pay(paid)
    assert lab.do(lab.payments.cancel(paid.id)).status is PaymentStatus.SUCCESS
    assert fails(lab, lab.payments.cancel("nosuchpayment")) == "not_found"


def loses(lab: PayLab, kind: str) -> GovukPay:
    """Who asks and loses the answer in this way."""
    return lab.hasty if kind == "after_timeout" else lab.payments


@pytest.mark.parametrize("kind", ["after_timeout", "after_close", "after_500", "garbage"])
def test_a_start_whose_answer_is_lost_is_found_by_its_reference(lab: PayLab, kind: str) -> None:
    reference = new_id()
    lab.fail("create_payment", kind, seconds=30)
    asked = loses(lab, kind).start(**facts(700, reference), return_url=BACK)
    said = fails(lab, asked)
    assert said not in NEEDS_A_PERSON
    (lost,) = lab.do(lab.payments.with_reference(reference))
    again = lab.start(700, reference)
    assert again.id != lost.id, "the provider heeds no key here, so another one is made"
    assert lab.do(lab.payments.cancel(lost.id)).status is PaymentStatus.CANCELLED
    lab.pay(again)
    assert lab.ledger()["taken"] == 700


@pytest.mark.parametrize("kind", ["after_timeout", "after_close", "after_500", "garbage"])
def test_a_charge_whose_answer_is_lost_is_made_once(lab: PayLab, kind: str) -> None:
    agreement = lab.agreement()
    asked = {**facts(1234), "agreement_id": agreement.id}
    lab.fail("create_payment", kind, seconds=30)
    assert fails(lab, loses(lab, kind).charge(**asked)) not in NEEDS_A_PERSON
    first, second = (lab.do(lab.payments.charge(**asked)) for _ in range(2))
    assert isinstance(first, ProviderPayment)
    assert isinstance(second, ProviderPayment)
    assert first.id == second.id
    lab.control(advance=5)
    assert lab.do(lab.payments.payment(first.id)).status is PaymentStatus.SUCCESS
    assert lab.ledger()["taken"] == 5000 + 1234


def test_a_key_that_stands_for_another_payment_takes_nothing(lab: PayLab) -> None:
    agreement = lab.agreement()
    asked = {**facts(1000), "agreement_id": agreement.id}
    lab.do(lab.payments.charge(**asked))
    assert fails(lab, lab.payments.charge(**{**asked, "pence": Pence(2000)})) == "key_reused"
    assert len(lab.ledger()["payments"]) == 2


def test_an_agreement_is_active_when_its_first_payment_is(lab: PayLab) -> None:
    made = lab.do(lab.payments.make_agreement(reference="r-1", description="Monthly", person="p-1"))
    assert (made.status, made.reference) == (AgreementStatus.CREATED, "r-1")
    charge = {**facts(), "agreement_id": made.id}
    assert lab.do(lab.payments.charge(**charge)) is NotDone.AGREEMENT_OVER
    first = lab.start(agreement_id=made.id)
    lab.pay(first, card=DECLINED)
    assert lab.do(lab.payments.agreement(made.id)).status is AgreementStatus.CREATED
    second = lab.start(agreement_id=made.id)
    lab.pay(second)
    assert lab.do(lab.payments.agreement(made.id)).status is AgreementStatus.ACTIVE
    taken = lab.do(lab.payments.charge(**charge))
    assert isinstance(taken, ProviderPayment)
    assert taken.status is PaymentStatus.CREATED, "it is decided later"
    assert (taken.agreement_id, taken.pay_url) == (made.id, "")


def test_an_agreement_that_was_ended_is_never_charged(lab: PayLab) -> None:
    agreement = lab.agreement()
    for _ in range(2):
        ended = lab.do(lab.payments.cancel_agreement(agreement.id))
        assert ended.status is AgreementStatus.CANCELLED
    charge = lab.payments.charge(**facts(), agreement_id=agreement.id)
    assert lab.do(charge) is NotDone.AGREEMENT_OVER
    nobodys = lab.payments.charge(**facts(), agreement_id="a" * 26)
    assert lab.do(nobodys) is NotDone.AGREEMENT_OVER
    assert fails(lab, lab.payments.agreement("a" * 26)) == "not_found"
    assert lab.ledger()["taken"] == 5000


@pytest.mark.parametrize(
    ("card", "may_retry", "then"),
    [(LATER_DECLINED, True, AgreementStatus.ACTIVE), (LATER_LOST, False, AgreementStatus.INACTIVE)],
)
def test_a_charge_that_is_refused_says_whether_to_try_again(
    lab: PayLab, card: str, may_retry: bool, then: AgreementStatus
) -> None:
    agreement = lab.agreement(card)
    made = lab.do(lab.payments.charge(**facts(), agreement_id=agreement.id))
    assert isinstance(made, ProviderPayment)
    lab.control(advance=5)
    now = lab.do(lab.payments.payment(made.id))
    assert (now.status, now.failure) == (PaymentStatus.FAILED, PaymentFailure.REFUSED)
    assert now.may_retry is may_retry
    assert lab.do(lab.payments.agreement(agreement.id)).status is then


def refund(lab: PayLab, payment: str, pence: int, of: int, *known: str) -> ProviderRefund | NotDone:
    errand = lab.payments.refund(payment, Pence(pence), refundable=Pence(of), known=known)
    return lab.do(errand)


def test_a_refund_goes_back_once_however_often_it_is_asked_for(lab: PayLab) -> None:
    paid = lab.paid(5000)
    made = refund(lab, paid.id, 2000, 5000)
    assert isinstance(made, ProviderRefund)
    assert (made.status, made.pence) == (RefundStatus.SUBMITTED, 2000)
    assert refund(lab, paid.id, 2000, 5000) == made, "the answer was lost, the refund was not"
    assert refund(lab, paid.id, 2000, 5000, made.id) is NotDone.REFUNDABLE_CHANGED
    lab.control(advance=5)
    assert lab.do(lab.payments.refund_made(paid.id, made.id)).status is RefundStatus.SUCCESS
    now = lab.do(lab.payments.payment(paid.id))
    assert (now.refundable, now.refunded) == (3000, 2000)
    second = refund(lab, paid.id, 3000, 3000, made.id)
    assert isinstance(second, ProviderRefund)
    assert refund(lab, paid.id, 3000, 3000, made.id) == second, "nothing is left, and it is found"
    assert refund(lab, paid.id, 3000, 3000, made.id, second.id) is NotDone.NOT_REFUNDABLE
    lab.control(advance=5)
    assert lab.ledger()["refunded"] == 5000
    assert len(lab.do(lab.payments.refunds(paid.id))) == 2


@pytest.mark.parametrize("kind", ["after_timeout", "after_close", "after_500", "garbage"])
def test_a_refund_whose_answer_is_lost_is_made_once(lab: PayLab, kind: str) -> None:
    paid = lab.paid(5000)
    lab.fail("create_refund", kind, seconds=30)
    asked = loses(lab, kind).refund(paid.id, Pence(2000), refundable=Pence(5000))
    assert fails(lab, asked) not in NEEDS_A_PERSON
    again = refund(lab, paid.id, 2000, 5000)
    assert isinstance(again, ProviderRefund)
    lab.control(advance=5)
    assert lab.ledger()["refunded"] == 2000
    assert lab.do(lab.payments.refund_made(paid.id, again.id)).status is RefundStatus.SUCCESS


def test_a_list_that_is_behind_is_asked_again_later(lab: PayLab) -> None:
    paid = lab.paid(5000)
    lab.control(timings={"lag": 60})
    refund(lab, paid.id, 2000, 5000)
    assert refund(lab, paid.id, 2000, 5000) is NotDone.REFUNDABLE_CHANGED
    lab.control(advance=61)
    assert isinstance(refund(lab, paid.id, 2000, 5000), ProviderRefund)
    assert lab.ledger()["refunded"] == 2000


def test_a_refund_that_the_bank_refuses_leaves_the_money_to_be_returned(lab: PayLab) -> None:
    paid = lab.paid(5000)
    lab.control(refunds_fail=True)
    made = refund(lab, paid.id, 5000, 5000)
    assert isinstance(made, ProviderRefund)
    lab.control(advance=5)
    assert lab.do(lab.payments.refund_made(paid.id, made.id)).status is RefundStatus.ERROR
    assert lab.do(lab.payments.payment(paid.id)).refundable == 5000
    lab.control(refunds_fail=False)
    again = refund(lab, paid.id, 5000, 5000, made.id)
    assert isinstance(again, ProviderRefund)
    assert again.id != made.id


def test_nothing_is_returned_before_the_money_was_taken(lab: PayLab) -> None:
    payment = lab.start()
    assert refund(lab, payment.id, 100, 5000) is NotDone.NOT_REFUNDABLE
    lab.pay(payment)
    assert refund(lab, payment.id, 100, 5000) is NotDone.NOT_REFUNDABLE
    assert fails(lab, lab.payments.refunds("nosuchpayment")) == "not_found"
    assert fails(lab, lab.payments.refund_made(payment.id, "nosuchrefund")) == "not_found"


@pytest.mark.parametrize(
    ("kind", "told"),
    [
        ("before_500", "provider_error"),
        ("too_many", "too_many"),
        ("wrong_amount", "not_as_asked"),
        ("other_page", "not_as_asked"),
    ],
)
def test_each_wrong_answer_to_a_start_has_its_word(lab: PayLab, kind: str, told: str) -> None:
    lab.fail("create_payment", kind)
    assert fails(lab, lab.payments.start(**facts(), return_url=BACK)) == told
    assert len(lab.ledger()["payments"]) == (told == "not_as_asked")


def test_an_answer_about_another_payment_is_no_answer(lab: PayLab) -> None:
    payment = lab.start()
    lab.fail("get_payment", "moved")
    assert fails(lab, lab.payments.payment(payment.id)) == "unreadable"


def test_a_word_that_we_do_not_know_is_never_guessed(lab: PayLab) -> None:
    payment, agreement = lab.paid(), lab.agreement()
    lab.fail("*", "odd_status", times=2)
    assert lab.do(lab.payments.payment(payment.id)).status is PaymentStatus.UNKNOWN
    assert lab.do(lab.payments.agreement(agreement.id)).status is AgreementStatus.UNKNOWN
    made = refund(lab, payment.id, 1, 5000)
    assert isinstance(made, ProviderRefund)
    lab.fail("get_refund", "odd_status")
    told = lab.do(lab.payments.refund_made(payment.id, made.id))
    assert told.status is RefundStatus.UNKNOWN


def test_another_key_is_refused_and_opens_nothing(lab: PayLab) -> None:
    wire = Wire([lab.process.url], demonstration=True)
    other = GovukPay(wire, lab.process.url, "not-the-key", pages=lab.process.url)
    assert fails(lab, other.start(**facts(), return_url=BACK)) == "refused"
    lab.do(wire.close())
    assert lab.ledger()["payments"] == []


@pytest.mark.parametrize(
    "wrong",
    [
        {"pence": Pence(0)},
        {"pence": Pence(10_000_001)},
        {"key": "a key"},
        {"reference": ""},
        {"description": "a<b"},
        {"description": "x" * 256},
    ],
)
def test_what_the_provider_would_refuse_is_not_sent(lab: PayLab, wrong: dict[str, Any]) -> None:
    with pytest.raises(ValueError):
        lab.do(lab.payments.start(**{**facts(), **wrong}, return_url=BACK))
    assert lab.control()["asked"] == []


def test_a_page_that_is_over_lets_nobody_pay_twice(lab: PayLab) -> None:
    payment = lab.start(800)
    first = requests.get(payment.pay_url, timeout=60)
    assert the_button(first.text) == ["card", "cancel"]
    for _ in range(3):
        lab.pay(payment)
    assert the_button(requests.get(payment.pay_url, timeout=60).text) == []
    assert lab.ledger()["taken"] == 800
    assert requests.get(f"{lab.process.url}/secure/guessed", timeout=60).status_code == 404
