"""Fields of forms: each reads what a person typed and has its own exact words for what is wrong.

Every field answers to the empty text too, so nothing depends on what a browser leaves out. A field
that may stay empty is `optional=True` and gives None (or an empty tuple).
"""

from __future__ import annotations

import re
from collections.abc import Collection, Mapping
from typing import Any, Final, TypeVar

from marshmallow import ValidationError, fields

from app.http.text import lazy_gettext as _l
from debts.money import MoneyFault, NotMoney, Pence, format_pounds, parse_pounds

T = TypeVar("T")
Words = Any
"""A text, or a lazily translated one."""
LONGEST_TEXT: Final = 500


class Typed(fields.Field[T]):
    """One box. `empty` is said when nothing was typed and something is needed."""

    many = False

    def __init__(self, *, empty: Words = "", optional: bool = False) -> None:
        super().__init__(required=not optional)
        self.empty = empty
        self.optional = optional

    def _deserialize(
        self, value: Any, attr: str | None, data: Mapping[str, Any] | None, **_: Any
    ) -> Any:
        typed = " ".join(value.split())
        if typed:
            return self.read(typed)
        if self.optional:
            return None
        return refuse(self.empty)

    def read(self, typed: str) -> T:
        """The value of what was typed, its white space evened out. Raises through `refuse`."""
        raise NotImplementedError


def refuse(words: Words) -> Any:
    raise ValidationError(str(words))


class Text(Typed[str]):
    """Free words, at most `longest` characters."""

    def __init__(
        self,
        *,
        empty: Words = "",
        optional: bool = False,
        longest: int = LONGEST_TEXT,
        too_long: Words = "",
    ) -> None:
        super().__init__(empty=empty, optional=optional)
        self.longest = longest
        self.too_long = too_long

    def read(self, typed: str) -> str:
        return typed if len(typed) <= self.longest else str(refuse(self.too_long or self.empty))


class Choice(Typed[str]):
    """Radios or a select: one of `values`."""

    def __init__(
        self, values: Collection[str], *, empty: Words = "", optional: bool = False
    ) -> None:
        super().__init__(empty=empty, optional=optional)
        self.values = frozenset(values)

    def read(self, typed: str) -> str:
        return typed if typed in self.values else str(refuse(self.empty))


class Choices(fields.Field[tuple[str, ...]]):
    """Checkboxes. `exclusive` is the value of "none of these"; `both` is said when it comes with
    others. The answer keeps the order of `values`."""

    many = True

    def __init__(
        self,
        values: Collection[str],
        *,
        empty: Words = "",
        exclusive: str = "",
        both: Words = "",
        optional: bool = False,
    ) -> None:
        super().__init__(required=not optional)
        self.values = tuple(values)
        self.empty = empty
        self.exclusive = exclusive
        self.both = both
        self.optional = optional

    def _deserialize(
        self, value: Any, attr: str | None, data: Mapping[str, Any] | None, **_: Any
    ) -> tuple[str, ...]:
        ticked = frozenset(value)
        known = {*self.values, self.exclusive} - {""}
        if not ticked <= known or not (ticked or self.optional):
            refuse(self.empty)
        if self.exclusive in ticked and len(ticked) > 1:
            refuse(self.both or self.empty)
        if self.exclusive in ticked:
            return (self.exclusive,)
        return tuple(one for one in self.values if one in ticked)


class Money(Typed[Pence]):
    """An amount in pounds as people type it; pence come out. Limits are in pence."""

    def __init__(
        self,
        *,
        empty: Words = "",
        not_money: Words = "",
        negative: Words = "",
        least: int = 0,
        most: int = 10_000_000,
        outside: Words = "",
        optional: bool = False,
    ) -> None:
        super().__init__(empty=empty, optional=optional)
        self.words: dict[MoneyFault, Words] = {
            "empty": empty,
            "not_money": not_money,
            "negative": negative or outside or not_money,
        }
        self.least, self.most, self.outside = least, most, outside or not_money

    @classmethod
    def between(cls, label: Words, least: int, most: int, *, empty: Words) -> Money:
        """With the usual words: "<label> must be between £5 and £220"."""
        return cls(
            empty=empty,
            not_money=_l("%(label)s must be an amount of money, like 70 or 70.50", label=label),
            outside=_l(
                "%(label)s must be between %(least)s and %(most)s",
                label=label,
                least=format_pounds(least),
                most=format_pounds(most),
            ),
            least=least,
            most=most,
        )

    def read(self, typed: str) -> Pence:
        try:
            pence = parse_pounds(typed)
        except NotMoney as fault:
            refuse(self.words[fault.kind])
            raise AssertionError from fault
        if not self.least <= pence <= self.most:
            refuse(self.outside)
        return pence


class WholeNumber(Typed[int]):
    """Digits; `wrong` when it is not a whole number, `outside` when it is too small or large."""

    def __init__(
        self,
        *,
        least: int = 0,
        most: int = 999,
        empty: Words = "",
        wrong: Words = "",
        outside: Words = "",
        optional: bool = False,
    ) -> None:
        super().__init__(empty=empty, optional=optional)
        self.least, self.most = least, most
        self.wrong = wrong or empty
        self.outside = outside or self.wrong

    def read(self, typed: str) -> int:
        if not re.fullmatch(r"[0-9]{1,9}", typed):
            refuse(self.wrong)
        number = int(typed)
        return number if self.least <= number <= self.most else int(refuse(self.outside))


class DayOfMonth(WholeNumber):
    """1 to 28, so that every month has it."""

    def __init__(self, *, empty: Words = "") -> None:
        super().__init__(
            least=1,
            most=28,
            empty=empty or _l("Select which day you want to pay each month"),
            wrong=_l("Day of the month must be between 1 and 28"),
        )


class Pattern(Typed[str]):
    """What a regular expression accepts after `tidy`; `wrong` otherwise."""

    shape: re.Pattern[str]
    wrong: Words

    def __init__(self, *, empty: Words = "", wrong: Words = "", optional: bool = False) -> None:
        self.wrong = wrong or self.wrong
        super().__init__(empty=empty or self.wrong, optional=optional)

    def tidy(self, typed: str) -> str:
        return typed

    def read(self, typed: str) -> str:
        tidied = self.tidy(typed)
        return tidied if self.shape.fullmatch(tidied) else str(refuse(self.wrong))


class Nino(Pattern):
    """`AB 12 34 56 C` in any spacing and case; `AB123456C` comes out. QQ is never given to
    anybody, so invented people have it."""

    shape = re.compile(
        r"(?!BG|GB|KN|NK|NT|TN|ZZ)(?:QQ|[A-CEGHJ-PRSTW-Z][A-CEGHJ-NPRSTW-Z])[0-9]{6}[A-D]"
    )
    wrong = _l("Enter a National Insurance number in the correct format")

    def tidy(self, typed: str) -> str:
        return re.sub(r"[\s.-]", "", typed).upper()


class Postcode(Pattern):
    """`sw1a1aa` becomes `SW1A 1AA`. ZZ99 stands for nowhere, and invented people live there."""

    shape = re.compile(r"[A-Z]{1,2}[0-9][A-Z0-9]? [0-9][ABD-HJLNP-UW-Z]{2}")
    wrong = _l("Enter a full UK postcode")

    def tidy(self, typed: str) -> str:
        bare = re.sub(r"[^A-Z0-9]", "", typed.upper())
        return f"{bare[:-3]} {bare[-3:]}"


class Email(Pattern):
    """An address that a message could reach; the sending shows whether it does."""

    shape = re.compile(
        r"(?=.{3,254}$)[^\s@<>(),;:\"\\]{1,64}@(?:[^\W_](?:[\w-]{0,61}[^\W_])?\.)+[^\W\d_]{2,63}"
    )
    wrong = _l("Enter an email address in the correct format")


class PhoneUK(Pattern):
    """A United Kingdom number as people write it; `07700900123` comes out."""

    shape = re.compile(r"0[1-9][0-9]{8,9}")
    wrong = _l("Enter a phone number in the correct format")

    def tidy(self, typed: str) -> str:
        bare = re.sub(r"[\s().-]", "", typed)
        return re.sub(r"^(?:\+|00)440?", "0", bare)
