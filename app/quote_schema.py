"""How a case for `svd quote` is written, as strict schemas. Amounts are whole pence."""

from __future__ import annotations

from collections.abc import Mapping
from decimal import Decimal
from typing import Any, Final

from marshmallow import Schema, ValidationError, fields, post_load, validate, validates_schema

from debts.money import NOTHING, Pence
from plan.rules.case import Case
from plan.rules.claim import Claim, Nation
from plan.rules.frequencies import Frequency
from plan.rules.statement import Line, Statement
from plan.rules.statement_lines import INCOME_LINES, OUTGOING_LINES
from plan.rules.strategies import StrategyName

MOST_PENCE: Final = 100_000_000_000
"""A thousand million pounds: whatever is above is a slip of the hand."""

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


class StatementSchema(Strict):
    income = _many(IncomeLineSchema)
    outgoings = _many(OutgoingLineSchema)
    savings = YesNo(load_default=True)

    @post_load
    def make(self, data: dict[str, Any], **_: Any) -> Statement:
        return Statement(tuple(data["income"]), tuple(data["outgoings"]), data["savings"])


class DebtSchema(Strict):
    id = _text()
    department = _text()
    type = _text()
    balance = Amount(required=True)
    minimum = Amount()
    disputed = YesNo(load_default=False)
    deducted_at_source = Amount(load_default=NOTHING)
    in_breathing_space = YesNo(load_default=False)
    warrant = YesNo(load_default=False)
    priority = YesNo()
    rate = Rate()

    @post_load
    def make(self, data: dict[str, Any], **_: Any) -> Claim:
        return Claim(
            id=data["id"],
            department=data["department"],
            type=data["type"],
            balance_pence=data["balance"],
            minimum_pence=data.get("minimum"),
            deducted_at_source_pence=data["deducted_at_source"],
            priority=data.get("priority"),
            rate=data.get("rate"),
            disputed=data["disputed"],
            in_breathing_space=data["in_breathing_space"],
            warrant=data["warrant"],
        )


class CaseSchema(Strict):
    on = fields.Date(
        required=True,
        format="iso",
        error_messages={**_REQUIRED, "invalid": "must be a date like 2026-03-01"},
    )
    nation = _one_of([nation.value for nation in Nation])
    strategy = _one_of([name.value for name in StrategyName], required=False)
    payment = Amount()
    minimum = Amount(load_default=NOTHING)
    statement = fields.Nested(StatementSchema, error_messages=_REQUIRED)
    debts = _many(DebtSchema)

    @validates_schema
    def ids_belong_to_one_department(self, data: dict[str, Any], **_: Any) -> None:
        """A schedule names its debts by id. The same debt twice is for the rules (DUPLICATE)."""
        departments: dict[str, str] = {}
        for place, claim in enumerate(data.get("debts", [])):
            if departments.setdefault(claim.id, claim.department) != claim.department:
                raise ValidationError({place: {"id": ["is another department's id too"]}}, "debts")

    @post_load
    def make(self, data: dict[str, Any], **_: Any) -> Case:
        strategy = data.get("strategy")
        return Case(
            on=data["on"],
            nation=Nation(data["nation"]),
            claims=tuple(data["debts"]),
            statement=data.get("statement"),
            payment=data.get("payment"),
            minimum=data["minimum"],
            strategy=StrategyName(strategy) if strategy else None,
            statement_is_whole=True,
        )
