"""HMRC has no charges for somebody whose debts elsewhere are in a moratorium."""

from __future__ import annotations

from datetime import UTC, date, datetime

from consent.clock import SetClock
from debts.debt import Debts, NoDebts
from debts.facts import Address, Facts
from tests.hmrc_lab import hmrc
from tests.upstream_lab import Say, Sent, TwinWire, asked_of

NOW = datetime(2026, 7, 1, 12, 0, tzinfo=UTC)
JOLYON = Facts(
    "Jolyon",
    "Specimen",
    date(1991, 4, 17),
    Address(("14 Specimen Street",), "ZZ99 1AA"),
    nino="QQ100001A",
)
NOTHING = Say({"code": "NO_DATA_FOUND", "reason": "-"}, 404)


def asked(periods: Say) -> object:
    def script(sent: Sent) -> Say:
        return periods if sent.path.endswith("/periods") else NOTHING

    return asked_of(hmrc(SetClock(NOW))("https://hmrc.example", TwinWire(script)), JOLYON)


def test_no_charges_as_a_404_still_tells_of_the_moratorium() -> None:
    answer = asked(Say({"periods": [{"startDate": "2026-06-28", "endDate": "2026-08-27"}]}))
    assert isinstance(answer, Debts)
    assert answer.items == ()
    assert answer.moratorium_look_again == date(2026, 7, 31)


def test_no_charges_and_no_moratorium_is_no_debts() -> None:
    assert isinstance(asked(Say({"periods": []})), NoDebts)
