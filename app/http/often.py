"""How often a plan is paid, in words (D63). A payment by the month is worded as it always was."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Final

from flask import Flask
from flask_babel import format_date

from app.http.text import gettext as _
from debts.money import Pence, format_pounds
from plan.terms import Every

_A_MONDAY: Final = date(2024, 1, 1)


def prepare(app: Flask) -> None:
    app.jinja_env.filters.update(
        each_time=each_time,
        often=often,
        often_head=often_head,
        often_choice=choice,
        pay_day=pay_day,
    )
    app.jinja_env.globals.update(day_head=day_head)


def each_time(pence: int, every: Every | str) -> str:
    """An amount with how often it is paid: `£30 a week`."""
    amount = format_pounds(Pence(pence))
    match Every(every):
        case Every.WEEK:
            return _("%(amount)s a week", amount=amount)
        case Every.FORTNIGHT:
            return _("%(amount)s every 2 weeks", amount=amount)
        case Every.FOUR_WEEKS:
            return _("%(amount)s every 4 weeks", amount=amount)
        case Every.MONTH:
            return _("%(amount)s a month", amount=amount)


def often(every: Every | str) -> str:
    """In a sentence: `each week`, `every 2 weeks`."""
    match Every(every):
        case Every.WEEK:
            return _("each week")
        case Every.FORTNIGHT:
            return _("every 2 weeks")
        case Every.FOUR_WEEKS:
            return _("every 4 weeks")
        case Every.MONTH:
            return _("each month")


def often_head(every: Every | str) -> str:
    """By itself, over a column: `Each week`, `Every 2 weeks`."""
    words = often(every)
    return words[:1].upper() + words[1:]


def choice(every: Every | str) -> str:
    """As an answer: `Every week`, `Every 2 weeks`."""
    match Every(every):
        case Every.WEEK:
            return _("Every week")
        case Every.MONTH:
            return _("Every month")
        case other:
            return often_head(other)


def pay_day(day: int, every: Every | str) -> str:
    """The day on which it is paid: `15` of a month, or `Friday`."""
    return str(day) if Every(every) is Every.MONTH else weekday(day)


def day_head(every: Every | str) -> str:
    """What `pay_day` is the answer to."""
    return _("Day of the month") if Every(every) is Every.MONTH else _("Day of the week")


def weekday(day: int) -> str:
    """1 is Monday."""
    return str(format_date(_A_MONDAY + timedelta(days=day - 1), "EEEE"))
