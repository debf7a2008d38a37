"""A letter as the plan pages make it: 24 payments, four debts."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from typing import Any

from app.letters.paper import Paper, Part
from plan import working_days
from plan.terms import Every

DEBTS = ("Council tax 2024", "Benefit overpayment", "Vehicle tax penalty", "Self Assessment tax")


def a_paper(*, payments: int = 24, **changes: Any) -> Paper:
    usual = working_days.load()
    days = [date(2026, 12, 15)]
    while len(days) < payments:
        days.append(usual.next_collection(days[-1], 15, Every.MONTH))
    written = [f"{day.day} {day:%B %Y}" for day in days]
    goes = "\n".join(f"{debt}: £{n}5" for n, debt in enumerate(DEBTS, 1))
    paper = Paper(
        language="en",
        title="Letter about your plan",
        day="24 November 2026",
        to=("Tamsin Testwell", "1 Sample Street", "Sampleshire", "ZZ99 1AA"),
        lead="You agreed on 24 November 2026 to pay £100 a month.",
        box=(
            ("Plan reference", "PL7K 3XQ2 9TVA"),
            ("Next payment", "£100 on 15 December 2026"),
            ("Day of the month", "15"),
            ("How you pay", "Debit card"),
            ("Last payment", "£32.90 in November 2028"),
        ),
        note="The first payment waits until at least one department has agreed.",
        parts=(
            Part(
                "Where each payment goes",
                items=tuple(f"{debt}, Sampleshire Council: £25" for debt in DEBTS),
                head=("When", "You pay", "Where it goes"),
                rows=tuple((f"{day} to {day}, 6 payments", "£100", goes) for day in written[::6]),
            ),
            Part("Not in this plan", items=("Fine, HM Courts. A court sets how it is paid.",)),
            Part(
                "Every payment",
                words=("These are the amounts of the day you agreed.",),
                head=("When", "You pay"),
                rows=tuple((day, f"£{100 + n}.90") for n, day in enumerate(written)),
                columns=2,
            ),
            Part("How to change or stop", ("Sign in, or call 0161 496 0000.",)),
            Part("Free advice", ("National Debtline: 0808 808 4000.",)),
            Part("Check that this is from us", ("Check code 4K7P 2MXD.",)),
        ),
        foot="Page {page} of {count}",
    )
    return replace(paper, **changes)
