"""How a case for `svd quote` is written, as strict schemas. Amounts are whole pence.

It can say everything that the rules look at: what is left out is left to them.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import Any, Final

from marshmallow import Schema, ValidationError, fields, post_load, validate, validates_schema

from debts.ephemeral import Ephemeral
from debts.money import NOTHING, Pence
from plan.rules.case import Case
from plan.rules.claim import Claim, Nation
from plan.rules.eligibility import FACTS
from plan.rules.frequencies import PAYMENTS, Frequency
from plan.rules.statement import Household, Line, Statement
from plan.rules.statement_lines import INCOME_LINES, OUTGOING_LINES
from plan.rules.strategies import StrategyName

MOST_PENCE: Final = 100_000_000_000
"""A thousand million pounds: whatever is above is a slip of the hand."""

MOST_PEOPLE: Final = 50

_REQUIRED: Final[dict[str, Any]] = {"required": "is missing", "null": "must not be null"}


class Amount(fields.Field[Pence]):
    """Whole pence, 0 or more: no decimals, no text, no true or false."""

    default_error_messages = {  # noqa: RUF012 - the library's own way to set messages
        **_REQUIRED,
        "pence": "must be a whole number of pence, 0 or more",
        "large": "is too large",
    }

    def _deserialize(
        self, value: Any, attr: str | None, data: Mapping[str, Any] | None, **kwargs: Any
    ) -> Pence:
        if type(value) is not int or value < 0:
            raise self.make_error("pence")
        if value > MOST_PENCE:
            raise self.make_error("large")
        return Pence(value)


class People(fields.Field[int]):
    """How many, from 0 to 50."""

    default_error_messages = {**_REQUIRED, "people": "must be a number from 0 to 50"}  # noqa: RUF012

    def _deserialize(
        self, value: Any, attr: str | None, data: Mapping[str, Any] | None, **kwargs: Any
    ) -> int:
        if type(value) is not int or not 0 <= value <= MOST_PEOPLE:
            raise self.make_error("people")
        return value


class Rate(fields.Field[Decimal]):
    """Per cent a year, from 0 to 100, such as 7.75."""

    default_error_messages = {  # noqa: RUF012
        **_REQUIRED,
        "rate": "must be a number of per cent from 0 to 100",
    }

    def _deserialize(
        self, value: Any, attr: str | None, data: Mapping[str, Any] | None, **kwargs: Any
    ) -> Decimal:
        if type(value) not in (int, Decimal) or not 0 <= value <= 100:
            raise self.make_error("rate")
        return Decimal(value)


class YesNo(fields.Field[bool]):
    """true or false, nothing that merely looks like it."""

    default_error_messages = {**_REQUIRED, "yes_no": "must be true or false"}  # noqa: RUF012

    def _deserialize(
        self, value: Any, attr: str | None, data: Mapping[str, Any] | None, **kwargs: Any
    ) -> bool:
        if type(value) is not bool:
            raise self.make_error("yes_no")
        return value


def _text(*, required: bool = True) -> fields.String:
    return fields.String(
        required=required,
        validate=validate.Length(1, 80, error="must have 1 to 80 characters"),
        error_messages={**_REQUIRED, "invalid": "must be text"},
    )


def _date(*, required: bool = True) -> fields.Date:
    return fields.Date(
        required=required,
        format="iso",
        error_messages={**_REQUIRED, "invalid": "must be a date like 2026-03-01"},
    )


def _one_of(names: list[str], *, required: bool = True) -> fields.String:
    return fields.String(
        required=required,
        validate=validate.OneOf(names, error="must be one of " + ", ".join(names)),
        error_messages={**_REQUIRED, "invalid": "must be text"},
    )


class Strict(Schema):
    """Unknown fields are faults."""

    error_messages = {  # noqa: RUF012
        "unknown": "is not a field of a case",
        "type": "must be an object in curly brackets",
    }


def _many(schema: type[Schema], *, required: bool = True) -> fields.List[Any]:
    nested = fields.Nested(schema, error_messages=_REQUIRED)
    return fields.List(
        nested, required=required, error_messages={**_REQUIRED, "invalid": "must be a list"}
    )


class _LineSchema(Strict):
    pence = Amount(required=True)
    every = _one_of([every.value for every in Frequency])

    @post_load
    def make(self, data: dict[str, Any], **_: Any) -> Line:
        return Line(data["line"], data["pence"], Frequency(data["every"]))


def _line_of(kinds: Mapping[str, Any], where: str) -> fields.String:
    return fields.String(
        required=True,
        validate=validate.OneOf(list(kinds), error=f"is not a line of {where}"),
        error_messages={**_REQUIRED, "invalid": "must be text"},
    )


class IncomeLineSchema(_LineSchema):
    line = _line_of(INCOME_LINES, "income")


class OutgoingLineSchema(_LineSchema):
    line = _line_of(OUTGOING_LINES, "outgoings")


class HouseholdSchema(Strict):
    adults = People(
        load_default=1, validate=validate.Range(1, error="must be a number from 1 to 50")
    )
    children_under_16 = People(load_default=0)
    children_16_to_18 = People(load_default=0)
    other_dependants = People(load_default=0)
    vehicles = People(load_default=0)

    @post_load
    def make(self, data: dict[str, Any], **_: Any) -> Household:
        return Household(**data)


class StatementSchema(Strict):
    """`whole` says that payments on debts outside the plan are among the outgoings (ELIG-06);
    where it is false, the rules add them."""

    income = _many(IncomeLineSchema)
    outgoings = _many(OutgoingLineSchema)
    savings = YesNo(load_default=True)
    savings_pence = Amount()
    household = fields.Nested(HouseholdSchema, error_messages=_REQUIRED)
    whole = YesNo(load_default=True)


class DebtSchema(Strict):
    id = _text()
    department = _text()
    type = _text()
    balance = Amount(required=True)
    minimum = Amount()
    arrangement = Amount(load_default=NOTHING)
    deducted_at_source = Amount(load_default=NOTHING)
    contractual = Amount(load_default=NOTHING)
    fixed = Amount(load_default=NOTHING)
    priority = YesNo()
    rate = Rate()
    adds_interest = YesNo(load_default=False)
    charges_stop = YesNo(load_default=False)
    nation = _one_of([nation.value for nation in Nation], required=False)
    reference_tail = _text(required=False)
    time_bar_from = _date(required=False)
    appeal_by = _date(required=False)
    pay_anyway = YesNo()

    @post_load
    def make(self, data: dict[str, Any], **_: Any) -> Claim:
        return Claim(
            id=data["id"],
            department=data["department"],
            type=data["type"],
            balance_pence=data["balance"],
            minimum_pence=data.get("minimum"),
            arrangement_pence=data["arrangement"],
            deducted_at_source_pence=data["deducted_at_source"],
            contractual_pence=data["contractual"],
            fixed_pence=data["fixed"],
            priority=data.get("priority"),
            rate=data.get("rate"),
            adds_interest=data["adds_interest"],
            charges_stop=data["charges_stop"],
            nation=Nation(data["nation"]) if "nation" in data else None,
            reference_tail=data.get("reference_tail", ""),
            time_bar_from=data.get("time_bar_from"),
            appeal_by=data.get("appeal_by"),
            pay_anyway=data.get("pay_anyway"),
            **{fact: data[fact] for fact in YES_NO_FACTS},
        )


YES_NO_FACTS: Final = tuple(fact for fact in FACTS if not fact.endswith("_pence"))
"""Each fact that keeps a debt out has its field, under the name that the rules have for it."""

WholeDebtSchema: Final = DebtSchema.from_dict(
    {fact: YesNo(load_default=False) for fact in YES_NO_FACTS}, name="WholeDebtSchema"
)


@dataclass(frozen=True, slots=True, repr=False)
class Asked(Ephemeral):
    """A case, and whether the other ways to share shall be answered beside it (F97)."""

    case: Case
    compare: bool


class CaseSchema(Strict):
    on = _date()
    nation = _one_of([nation.value for nation in Nation])
    strategy = _one_of([name.value for name in StrategyName], required=False)
    payment = Amount()
    every = _one_of([every.value for every in PAYMENTS], required=False)
    minimum = Amount(load_default=NOTHING)
    statement = fields.Nested(StatementSchema, error_messages=_REQUIRED)
    standard_allowance = Amount()
    compare = YesNo(load_default=False)
    debts = _many(WholeDebtSchema)

    @validates_schema
    def ids_belong_to_one_department(self, data: dict[str, Any], **_: Any) -> None:
        """A schedule names its debts by id. The same debt twice is for the rules (DUPLICATE)."""
        departments: dict[str, str] = {}
        for place, claim in enumerate(data.get("debts", [])):
            if departments.setdefault(claim.id, claim.department) != claim.department:
                raise ValidationError({place: {"id": ["is another department's id too"]}}, "debts")

    @post_load
    def make(self, data: dict[str, Any], **_: Any) -> Asked:
        strategy, said = data.get("strategy"), data.get("statement")
        case = Case(
            on=data["on"],
            nation=Nation(data["nation"]),
            claims=tuple(data["debts"]),
            statement=_statement(said) if said else None,
            payment=data.get("payment"),
            every=Frequency(data.get("every", Frequency.MONTH)),
            minimum=data["minimum"],
            strategy=StrategyName(strategy) if strategy else None,
            statement_is_whole=not said or said["whole"],
            standard_allowance=data.get("standard_allowance"),
        )
        return Asked(case, data["compare"])


def _statement(said: Mapping[str, Any]) -> Statement:
    return Statement(
        income=tuple(said["income"]),
        outgoings=tuple(said["outgoings"]),
        savings=said["savings"],
        savings_pence=said.get("savings_pence"),
        household=said.get("household"),
    )
