"""Self Assessment Accounts in front of its simulator, with a token that the person got."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass

import pytest
import requests

from adapters.departments.hmrc_self_assessment import HmrcSelfAssessmentAccounts
from adapters.simulators.cast import Person
from adapters.wire import Wire
from consent.clock import SystemClock
from consent.permit import Permit
from debts.debt import Answer, NoDebts, NotMatched, Unanswered, Unavailable
from debts.facts import Facts
from tests.native_lab import CAST, an_entry
from tests.upstream_lab import Upstream, an_upstream, the_debts

BARTHOLOMEW = CAST.person("exampleton")


@dataclass
class WithToken:
    """The accounts as a port, for one person's visit."""

    accounts: HmrcSelfAssessmentAccounts
    token: str = ""

    async def debts(self, permit: Permit, facts: Facts) -> Answer:
        return await self.accounts.debts(permit, facts, user_token=self.token)


@contextmanager
def signed_in_at_hmrc(grant: str) -> Iterator[Upstream]:
    def build(address: str, wire: Wire) -> WithToken:
        return WithToken(HmrcSelfAssessmentAccounts(an_entry("hmrc", address), wire, SystemClock()))

    with an_upstream("hmrc", build) as upstream:
        form = {"grant_type": grant, "client_id": "c", "client_secret": "s", "code": "x"}
        said = requests.post(f"{upstream.url}/oauth/token", data=form, timeout=60).json()
        assert isinstance(upstream.department, WithToken)
        upstream.department.token = said["access_token"]
        yield upstream


@pytest.mark.parametrize("key", [person.key for person in CAST if person.debts_at("hmrc")])
def test_the_same_debts_come_by_the_other_wire_in_pounds(key: str) -> None:
    who: Person = CAST.person(key)
    with signed_in_at_hmrc("authorization_code") as there:
        there.behave(who, "0.01")
        shown = {(debt.balance, debt.token) for debt in the_debts(there.ask(who))}
    assert shown == {(debt.balance, debt.reference) for debt in who.debts_at("hmrc")}


def test_a_token_of_the_service_itself_is_not_enough() -> None:
    with signed_in_at_hmrc("client_credentials") as there:
        answer = there.ask(BARTHOLOMEW)
    assert isinstance(answer, Unavailable)
    assert answer.reason is Unanswered.REFUSED


def test_nothing_open_and_nobody_known_are_two_things() -> None:
    with signed_in_at_hmrc("authorization_code") as there:
        there.behave(BARTHOLOMEW, "none:0.01")
        assert isinstance(there.ask(BARTHOLOMEW), NoDebts)
        tamsin = CAST.person("testwell")
        there.behave(tamsin, "none:0.01")
        assert isinstance(there.ask(tamsin), NotMatched)


@pytest.mark.parametrize("fault", ["down", "error500", "rubbish", "huge", "close"])
def test_each_fault_is_a_gap(fault: str) -> None:
    with signed_in_at_hmrc("authorization_code") as there:
        there.behave(BARTHOLOMEW, fault)
        assert isinstance(there.ask(BARTHOLOMEW), Unavailable)
