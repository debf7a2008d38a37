"""Rows of an amount and how often: one for each ticked line (D44, D46).

A nought needs no how often. What is less than £10,000 is judged by the month, so that a bill for a
year is not refused for being for a year.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

from marshmallow import fields

from app.citizen.budget_words import as_heading, how_often, in_words
from app.http.fields import Choice, Money
from app.http.forms import Form, FormSchema, blank, read_form
from app.http.text import gettext
from debts.money import Pence, format_pounds
from plan.rules.frequencies import TIMES_A_YEAR, Frequency
from plan.rules.statement import Line
from plan.rules.statement_lines import LineKind

TOO_MUCH: Final = 1_000_000
"""Pence a month that no line reaches: £10,000."""
ANY_AMOUNT: Final = 10**14


@dataclass(frozen=True, slots=True)
class Rows:
    """The rows of a page. `coming_in` chooses between the words of money in and money out."""

    kinds: Sequence[LineKind]
    choices: Sequence[Frequency]
    coming_in: bool

    def read(self, extra: Mapping[str, fields.Field[Any]] | None = None) -> Form:
        """The posted form; `extra` are fields after the rows. Errors in the order of the page."""
        schema = FormSchema.from_dict({**self._fields(), **(extra or {})})()
        form = read_form(schema)
        errors = {**form.errors, **self._errors_together(form)}
        in_order = {name: errors[name] for name in schema.fields if name in errors}
        return Form(form.typed, form.data, in_order)

    def lines(self, form: Form) -> list[Line]:
        """What a form without errors says."""
        return [
            line_of(kind.id, form.data[kind.id], form.data[every_of(kind.id)])
            for kind in self.kinds
        ]

    def filled(self, amounts: Mapping[str, Line], **others: str | list[str] | None) -> Form:
        """The form as the person left it."""
        known = [amounts[kind.id] for kind in self.kinds if kind.id in amounts]
        boxes = {line.line: in_box(line.pence) for line in known}
        chosen = {every_of(line.line): str(line.every) for line in known}
        return blank(None, **boxes, **chosen, **others)

    def shown(self, hints: Mapping[str, str]) -> list[dict[str, Any]]:
        """What the macro `amount_row` takes."""
        words = gettext("you get") if self.coming_in else gettext("you pay")
        return [
            {
                "name": kind.id,
                "every": every_of(kind.id),
                "label": as_heading(kind.label),
                "more": f"{words} {in_words(kind)}",
                "hint": gettext(hints[kind.id]) if kind.id in hints else "",
                "choices": how_often(self.choices),
            }
            for kind in self.kinds
        ]

    def _fields(self) -> dict[str, fields.Field[Any]]:
        found: dict[str, fields.Field[Any]] = {}
        for kind in self.kinds:
            found[kind.id] = self._amount(kind)
            found[every_of(kind.id)] = Choice(
                [str(one) for one in self.choices], empty=self._when(kind), optional=True
            )
        return found

    def _amount(self, kind: LineKind) -> Money:
        label = as_heading(kind.label)
        not_money = gettext("%(line)s must be an amount of money, like 250 or 250.75", line=label)
        at_least = gettext("%(line)s must be £0 or more", line=label)
        return Money(
            empty=self._enter(kind),
            not_money=not_money,
            negative=at_least if self.coming_in else not_money,
            most=ANY_AMOUNT,
        )

    def _enter(self, kind: LineKind) -> str:
        if not self.coming_in:
            return gettext("Enter how much you spend on %(line)s", line=in_words(kind))
        if kind.id == "client-salary-or-wages":
            return gettext("Enter how much pay you get")
        if kind.id == "partner-salary-or-wages":
            return gettext("Enter how much pay your partner gets")
        return gettext("Enter how much %(line)s you get", line=in_words(kind))

    def _when(self, kind: LineKind) -> str:
        if self.coming_in:
            return gettext("Select how often you get %(line)s", line=in_words(kind))
        return gettext("Select how often you pay %(line)s", line=in_words(kind))

    def _errors_together(self, form: Form) -> dict[str, str]:
        """What is wrong with an amount and its how often together."""
        found = {}
        for kind in self.kinds:
            amount, every = form.data.get(kind.id), form.data.get(every_of(kind.id))
            if every is None and amount != 0:
                found[every_of(kind.id)] = self._when(kind)
            if amount is not None and (words := too_much(as_heading(kind.label), amount, every)):
                found[kind.id] = words
        return found


def too_much(label: str, pence: int, every: str | None) -> str:
    """Words for an amount that comes to £10,000 a month or more; empty for any other."""
    times = TIMES_A_YEAR[Frequency(every or Frequency.MONTH)]
    if times >= TIMES_A_YEAR[Frequency.MONTH]:
        limit = gettext("%(line)s must be less than £10,000", line=label)
        return limit if pence >= TOO_MUCH else ""
    limit = gettext("%(line)s must be less than £10,000 a month", line=label)
    return limit if pence * times >= TOO_MUCH * 12 else ""


def line_of(line: str, pence: Pence, every: str | None) -> Line:
    return Line(line, pence, Frequency(every or Frequency.MONTH))


def every_of(line: str) -> str:
    return f"{line}-every"


def in_box(pence: int | None) -> str:
    """An amount as it stands in a box that has its £ already: `1234.50`."""
    return "" if pence is None else format_pounds(pence).replace("£", "").replace(",", "")


def kinds_of(lines: Iterable[str], known: Mapping[str, LineKind]) -> list[LineKind]:
    """The kinds of these lines, in the order of the Statement."""
    ticked = set(lines)
    return [kind for kind in known.values() if kind.id in ticked]
