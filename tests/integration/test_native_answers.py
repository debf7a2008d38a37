"""What a department of our own protocol answers, and what we make of it."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from debts.debt import (
    Debts,
)
from tests.native_lab import CAST, Lab, a_lab

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
