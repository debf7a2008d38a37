"""What the rules answer to the ten invented people (decision 39), reviewed to the penny.

`cast_outcomes.toml` is the reviewed answer. After a change of the rules or of the cast,
`python -m tests.examples.test_cast_outcomes` prints what the engine says now; read the difference
before you keep it.
"""

from __future__ import annotations

import json
import textwrap
import tomllib
from collections.abc import Iterator
from datetime import date
from pathlib import Path
from typing import Any

import pytest

from adapters.simulators.cast import Cast, CastDebt, MoneyLine, Person
from debts.money import Pence
from plan.rules.affordability import Part, part_of, work_out
from plan.rules.case import Case
from plan.rules.claim import Claim, Nation
from plan.rules.guidelines import guideline_excesses
from plan.rules.policy import load
from plan.rules.proposal import Proposal, propose
from plan.rules.statement import Household, Line, Statement

ON = date(2026, 12, 1)
REVIEWED = Path(__file__).with_name("cast_outcomes.toml")
PUBLISHED = Path(__file__).resolve().parents[3] / "shared" / "data" / "cast.json"
UNSEEN = ("none", "down", "closed", "timeout", "mismatch", "not_connected", "late")
HEAD = """\
# What the rules answer to the ten invented people on 1 December 2026, read and agreed
# (decision 39). Pence, and pence a month. `outside` was added to the outgoings for debts outside
# the plan (ELIG-06); `first` is each debt's share of the first payment, `paid_off_in` the month of
# its last; `options` are the months at half, three quarters and all of what is available.
"""
TAKES = {"sampleford": Part.THREE_QUARTERS}
"""Winston takes three quarters, so that his plan stays under 120 months (decision 39)."""


def the_household(person: Person) -> Household:
    home = person.household
    return Household(
        adults=home.adults,
        children_under_16=home.children_under_16,
        children_16_to_18=home.children_16_to_18,
        vehicles=home.vehicles,
    )


def the_statement(person: Person, *, changed: bool) -> Statement:
    income, outgoings = person.income, person.outgoings
    if changed and person.change:
        income = _replaced(income, person.change.income)
        outgoings = _replaced(outgoings, person.change.outgoings)
    return Statement(_lines(income), _lines(outgoings), household=the_household(person))


def _replaced(before: tuple[MoneyLine, ...], new: tuple[MoneyLine, ...]) -> tuple[MoneyLine, ...]:
    groups = {line.group for line in new}
    return (*(line for line in before if line.group not in groups), *new)


def _lines(lines: tuple[MoneyLine, ...]) -> tuple[Line, ...]:
    return tuple(Line(line.line, Pence(line.pence)) for line in lines)


def the_claims(person: Person) -> Iterator[Claim]:
    """The debts that the departments show; a department that did not answer shows none."""
    for debt in person.debts:
        if not person.answer(debt.dept).startswith(UNSEEN):
            yield the_claim(debt)


def the_claim(debt: CastDebt) -> Claim:
    return Claim(
        id=debt.id,
        department=debt.dept,
        type=debt.type,
        balance_pence=Pence(debt.balance),
        minimum_pence=Pence(debt.minimum) if debt.minimum else None,
        arrangement_pence=Pence(debt.arrangement),
        deducted_at_source_pence=Pence(debt.taken),
        adds_interest=bool(debt.rate),
        disputed=debt.state == "disputed",
        in_breathing_space=debt.state == "breathing_space",
    )


def outcome(person: Person, *, changed: bool = False) -> dict[str, Any]:
    """What is reviewed of a person's proposal, in plain values. Money is pence."""
    policy = load().on(ON, person.nation)
    statement = the_statement(person, changed=changed)
    case = Case(ON, Nation(person.nation), tuple(the_claims(person)), statement)
    found = propose(case, policy)
    if person.key in TAKES and found.affordable:
        payment = part_of(found.affordable.available, TAKES[person.key])
        case = Case(ON, case.nation, case.claims, statement, payment)
        found = propose(case, policy)
    over = guideline_excesses(statement, the_household(person), policy.guidelines)
    return {**_told(found), "over_guideline": [excess.group for excess in over]}


def _told(found: Proposal) -> dict[str, Any]:
    assert found.affordable
    told: dict[str, Any] = {
        "outcome": found.outcome.value,
        "income": found.affordable.income,
        "outgoings": found.affordable.outgoings,
        "outside": {payment.claim.id: payment.pence for payment in found.outside},
        "surplus": found.affordable.surplus,
        "savings": found.affordable.savings,
        "available": found.affordable.available,
        "excluded": {out.claim.id: out.reason.value for out in found.excluded},
        "notices": [notice.value for notice in found.notices],
    }
    if found.schedule and found.strategy:
        told |= {
            "strategy": found.strategy.value,
            "payment": found.payment,
            "months": found.payments,
            "last": found.last_payment,
            "first": {share.claim.id: share.first for share in found.shares},
            "paid_off_in": {share.claim.id: share.paid_off_in for share in found.shares},
            "options": {option.part.value: option.payments for option in found.options},
        }
    return told


def cases() -> Iterator[tuple[str, Person, bool]]:
    for person in Cast.load():
        yield person.key, person, False
        if person.change:
            yield f"{person.key}-after-change", person, True


def as_toml() -> str:
    lines = [HEAD]
    for name, person, changed in cases():
        note = person.change.note if changed and person.change else person.persona
        about = f"{person.display_name}. {note}"
        lines += [*(f"# {line}" for line in textwrap.wrap(about, 96)), f"[{name}]"]
        for key, value in outcome(person, changed=changed).items():
            if isinstance(value, dict):
                inner = ", ".join(f"{k} = {json.dumps(v)}" for k, v in value.items())
                lines.append(f"{key} = {{ {inner} }}" if inner else f"{key} = {{}}")
            else:
                lines.append(f"{key} = {json.dumps(value)}")
        lines.append("")
    return "\n".join(lines)


@pytest.mark.parametrize(
    ("name", "person", "changed"), [pytest.param(*case, id=case[0]) for case in cases()]
)
def test_each_person_of_the_cast_has_the_reviewed_outcome(
    name: str, person: Person, changed: bool
) -> None:
    reviewed = tomllib.loads(REVIEWED.read_text(encoding="utf-8"))
    assert outcome(person, changed=changed) == reviewed[name]


def test_nobody_is_reviewed_who_is_not_in_the_cast() -> None:
    reviewed = tomllib.loads(REVIEWED.read_text(encoding="utf-8"))
    assert set(reviewed) == {name for name, _, _ in cases()}


@pytest.mark.skipif(not PUBLISHED.exists(), reason="cast.json is not beside the repository")
def test_budgets_are_those_of_the_published_cast() -> None:
    published = {row["key"]: row for row in json.loads(PUBLISHED.read_text("utf-8"))["cast"]}
    for _, person, changed in cases():
        expected = published[person.key]["expected_after_change" if changed else "expected"]
        found = work_out(the_statement(person, changed=changed), load().on(ON, person.nation))
        assert (found.income, found.outgoings, found.surplus) == (
            expected["income"],
            expected["outgoings"],
            expected["surplus"],
        )


if __name__ == "__main__":
    print(as_toml())
