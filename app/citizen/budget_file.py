"""A saved file into a budget: our own, or a Standard Financial Statement. Nothing is kept of it.

Our own must be as we wrote it, to the last name. What the pages would not take either (too much a
month, too many people) is left open, so that it is asked again.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any, Final

from app.citizen.budget_amounts import too_much
from app.citizen.budget_copy import FORMAT, OLDER
from app.citizen.budget_draft import NONE, OTHER, SUGGESTED, Budget
from app.citizen.budget_household import COUNTS, MOST
from app.citizen.budget_words import CHANGES, HOMES, NOT_SAID, REASONS, as_heading
from consent.strict_json import NotStrictJson, read_json
from debts.ephemeral import Ephemeral
from debts.money import NOTHING, Pence
from plan.rules.claim import Nation
from plan.rules.frequencies import Frequency
from plan.rules.sfs import MOST_BYTES, Difference, Found
from plan.rules.sfs_read import read_sfs
from plan.rules.statement import Household, Line, total
from plan.rules.statement_lines import GROUP_OF, INCOME_LINES, OUTGOING_LINES

MONEY: Final = re.compile(r"([0-9]{1,12})\.([0-9]{2})")
ADULTS: Final = ("adults", *COUNTS[1:])
NAMES: Final = (
    "adults",
    "dependent-children-under-16",
    "dependent-children-16-18",
    "other-dependents",
    "vehicles",
)


class NotOurs(ValueError):
    """The file says it is ours, or is JSON of some other kind, and cannot be read as a budget."""


@dataclass(frozen=True, slots=True, repr=False)
class BroughtBack(Ephemeral):
    """The budget of a file, and what the person should look at.

    `too_much` are the words of the pages for amounts that they would not take.
    """

    budget: Budget
    older: bool = False
    summary: bool = False
    from_elsewhere: bool = False
    differences: tuple[Difference, ...] = ()
    too_much: tuple[str, ...] = ()
    too_many_people: bool = False


def read_file(raw: bytes, before: Budget) -> BroughtBack:
    """Raises SfsRefused or NotOurs. `before` gives the nation, which a Statement does not have."""
    own = _own(raw)
    if own is None:
        return _within_limits(_of_statement(read_sfs(raw), before))
    try:
        return _within_limits(_of_ours(own))
    except (KeyError, TypeError, ValueError, AttributeError):
        raise NotOurs("not as we wrote it") from None


def _own(raw: bytes) -> Mapping[str, Any] | None:
    """The file when it says that it is ours."""
    try:
        value = read_json(raw, max_bytes=MOST_BYTES)
    except NotStrictJson:
        return None
    return value if isinstance(value, dict) and "format" in value else None


def _of_ours(file: Mapping[str, Any]) -> BroughtBack:
    older = file["format"] == OLDER
    if not older and file["format"] != FORMAT:
        raise NotOurs("another version")
    income, outgoings = list(_lines(file["income"])), list(_lines(file["outgoings"]))
    _all_in((line.line for line in income), INCOME_LINES)
    _all_in((line.line for line in outgoings), OUTGOING_LINES)
    _all_in(file["changes"], CHANGES)
    for codes in file["reasons"].values():
        _all_in(codes, {*REASONS, NOT_SAID})
    counts = {ours: _count(file[name]) for ours, name in zip(ADULTS, NAMES, strict=True)}
    if older:
        savings = SUGGESTED if _yes(file["savings-wanted"]) else NONE
    else:
        savings = file["savings-choice"]
    _all_in([savings], {SUGGESTED, OTHER, NONE})
    taken = file.get("taken")
    _all_in([file.get("taken-asked", "")], {"", "yes", "no"})
    return BroughtBack(
        Budget(
            nation=Nation(file["nation"]),
            household=Household(**counts),
            home={said: code for code, said in HOMES.items()}[file["housing-tenure"]],
            joint=_yes(file["is-joint-application"]),
            income=tuple(line.line for line in income),
            outgoings=tuple(line.line for line in outgoings),
            amounts={line.line: line for line in (*income, *outgoings)},
            taken_asked=file.get("taken-asked", ""),
            taken=_line("taken", taken) if taken else None,
            reasons={str(group): tuple(codes) for group, codes in file["reasons"].items()},
            other_debts=_money(file["other-debt-payments"]),
            savings=savings,
            savings_pence=_money(file["savings-contribution"]) if savings == OTHER else None,
            changes=tuple(file["changes"]),
        ),
        older=older,
        differences=tuple(
            one for side in ("income", "outgoings") for one in _differences(file[side], side)
        ),
    )


def _differences(groups: Mapping[str, Any], side: str) -> Iterable[Difference]:
    """Totals of groups that somebody changed, or forgot to change with a line."""
    for group, inside in groups.items():
        name = f"total-{group}"
        stated = _money(inside[name])
        found = total(_line(one, said) for one, said in inside.items() if one != name)
        if stated != found:
            yield Difference(f"{side}/{name}", stated, found)


def _lines(groups: Mapping[str, Any]) -> Iterable[Line]:
    for group, inside in groups.items():
        for name, said in inside.items():
            if name != f"total-{group}":
                if GROUP_OF[name].id != group:
                    raise NotOurs("a line in another group")
                yield _line(name, said)


def _line(name: str, said: Mapping[str, Any]) -> Line:
    return Line(name, _money(said["amount"]), Frequency(said["every"]))


def _money(text: str) -> Pence:
    found = MONEY.fullmatch(text)
    if found is None:
        raise NotOurs("not an amount")
    return Pence(int(found[1] + found[2]))


def _count(said: Any) -> int:
    if type(said) is not int or said < 0:
        raise NotOurs("not a number")
    return said


def _yes(said: Any) -> bool:
    if type(said) is not bool:
        raise NotOurs("not yes or no")
    return said


def _all_in(codes: Iterable[str], known: Iterable[str]) -> None:
    if not set(codes) <= set(known):
        raise NotOurs("a word we do not have")


def _of_statement(found: Found, before: Budget) -> BroughtBack:
    form, said = found.form, found.form.statement
    savings = OTHER if said.savings_pence is not None else SUGGESTED if said.savings else NONE
    income, outgoings = _once(said.income, INCOME_LINES), _once(said.outgoings, OUTGOING_LINES)
    tenures = {words.lower(): code for code, words in HOMES.items()}
    budget = Budget(
        nation=before.nation,
        household=said.household,
        home=tenures.get(form.tenure.lower(), ""),
        joint=form.joint,
        income=tuple(income),
        outgoings=tuple(outgoings) or None,
        amounts={**income, **outgoings},
        other_debts=form.other_debts,
        savings=savings,
        savings_pence=said.savings_pence,
    )
    return BroughtBack(
        budget, summary=found.summary, from_elsewhere=True, differences=found.differences
    )


def _once(lines: Sequence[Line], known: Iterable[str]) -> dict[str, Line]:
    """One amount for a line, as our pages have it; several become their month."""
    found: dict[str, Line] = {}
    for kind in known:
        ours = [line for line in lines if line.line == kind]
        if ours:
            found[kind] = ours[0] if len(ours) == 1 else Line(kind, total(ours))
    return found


def _within_limits(back: BroughtBack) -> BroughtBack:
    known = back.budget
    labels = {**INCOME_LINES, **OUTGOING_LINES}
    words = {
        line.line: found
        for line in known.amounts.values()
        if (found := too_much(as_heading(labels[line.line].label), line.pence, str(line.every)))
    }
    fewer = {name: line for name, line in known.amounts.items() if name not in words}
    others = "" if known.other_debts is None else too_much("", known.other_debts, None)
    taken = too_much("", known.taken.pence, str(known.taken.every)) if known.taken else ""
    home = known.household
    many = home is not None and max(getattr(home, name) for name in COUNTS) > MOST
    limited = replace(
        known,
        amounts=fewer,
        household=None if many or (home and not home.adults) else home,
        other_debts=None if others else known.other_debts,
        taken_asked="" if taken else known.taken_asked,
        taken=None if taken else known.taken,
    )
    return replace(back, budget=limited, too_much=tuple(words.values()), too_many_people=many)


def without_savings_above(budget: Budget, cap: Pence | None) -> Budget:
    """An own amount above the cap, or with no cap known yet, is asked again."""
    if budget.savings == OTHER and (cap is None or (budget.savings_pence or NOTHING) > cap):
        return replace(budget, savings="", savings_pence=None)
    return budget
