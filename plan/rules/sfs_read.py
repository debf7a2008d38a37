"""A Standard Financial Statement file into a statement, or the places where it cannot be read.

A line that the Standard does not have is refused (AFF-06), and nothing is guessed. A total that is
not the sum of its lines is told and not used: the published example has one itself.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, Final

from debts.money import NOTHING, Pence
from plan.rules.sfs import CATCH_ALL, TENURES, Difference, Fault, Form, Found, SfsRefused
from plan.rules.sfs_leaves import Leaves, path
from plan.rules.sfs_notes import OTHER_DEBTS, SUGGESTED, lines_of
from plan.rules.sfs_tree import Node, read_tree
from plan.rules.sfs_write import JSON_GROUP_NAMES
from plan.rules.statement import Household, Line, Statement, total
from plan.rules.statement_lines import INCOME_GROUPS, OUTGOING_GROUPS, Group

PEOPLE: Final = (
    "dependent-children-under-16",
    "dependent-children-16-18",
    "other-dependents",
    "non-dependents",
    "total-number-in-household",
    "vehicles",
)
READ_PAST: Final = frozenset(
    (
        *("client-name", "client-date-of-birth", "partner-name", "partner-date-of-birth"),
        *("client-address", "housing-tenure-other", "client-employment-status"),
        *("client-employment-status-other", "partner-employment-status"),
        *("partner-employment-status-other", "asset-use-considered", "notes"),
    )
)
"""Known, and not looked at."""
SECTIONS: Final = ("overview", "monthly-income", "monthly-outgoings", "savings", "confirmations")
OVERVIEW: Final = (
    "total-monthly-income",
    "total-monthly-outgoings",
    "income-minus-outgoings",
    "savings-contribution",
    "debt-admin-fee",
    "total-available-for-priority-debts",
    "total-available-for-non-priority-debts",
)
SUMMARY_LINES: Final[Mapping[str, Sequence[str]]] = {
    "home-contents": (
        "rent",
        "mortgage",
        "secured-loans",
        "council-tax-rates",
        "other-home-contents",
    ),
    "utilities": ("gas", "electricity", "other-utilities"),
}
"""The lines that a summary has; of any other group it has the total."""
NEEDED: Final = ("total-monthly-income", "total-monthly-outgoings")
_MOST_FAULTS: Final = 20


def read_sfs(raw: bytes) -> Found:
    """Raises SfsRefused with up to 20 faults."""
    return found_in(read_tree(raw))


def found_in(tree: Node) -> Found:
    """The same, of a file that is a tree already."""
    return _Reader().read(tree)


class _Reader(Leaves):
    """One file: goes on after a fault, so that a person hears of all at once."""

    def __init__(self) -> None:
        super().__init__()
        self.differences: list[Difference] = []
        self.other_debts: Pence | None = None

    def read(self, tree: Node) -> Found:
        if not {"monthly-income", "monthly-outgoings"} <= tree.keys():
            raise SfsRefused(Fault("not_sfs"))
        known = ("is-joint-application", "housing-tenure", *PEOPLE, "additional-notes", *SECTIONS)
        self.only(tree, "", {*known, *READ_PAST})
        joint = self.yes(tree, "is-joint-application")
        household = self.household(tree, joint=joint)
        money_in, money_out = (
            self.node(tree, "monthly-income"),
            self.node(tree, "monthly-outgoings"),
        )
        fixed = self.node(money_out, "fixed-costs", "monthly-outgoings")
        summary = self.is_summary(money_in, fixed)
        income = self.lines(INCOME_GROUPS, money_in, "monthly-income", "income", summary=summary)
        outgoings = self.outgoings(money_out, fixed, summary=summary)
        spent = Pence(total(outgoings) + (self.other_debts or 0))
        self.compare(money_out, "total-monthly-outgoings", "monthly-outgoings", spent)
        savings = self.savings(tree, summary=summary)
        suggested = SUGGESTED in tree.get("additional-notes", ())
        self.overview(tree, total(income), spent, savings)
        tenure = self.tenure(tree)
        if self.faults:
            raise SfsRefused(*self.faults[:_MOST_FAULTS])
        said = Statement(
            tuple(income),
            tuple(outgoings),
            savings=suggested or bool(savings),
            savings_pence=None if suggested or not savings else savings,
            household=household,
        )
        form = Form(said, joint, tenure, self.other_debts, savings if suggested else NOTHING)
        return Found(form, tuple(self.differences), summary)

    def tenure(self, tree: Node) -> str:
        said = self.one(tree, "housing-tenure")
        if said is None or said in TENURES:
            return str(said or "")
        self.fault("not_a_choice", "housing-tenure")
        return ""

    def household(self, tree: Node, *, joint: bool) -> Household | None:
        """People who depend on nobody count as adults: the size is the same (AFF-02)."""
        under_16, to_18, others, beside, size, vehicles = (
            self.count(tree, name) for name in PEOPLE
        )
        if size == 0:
            return None
        found = Household(1 + joint + beside, under_16, to_18, others, vehicles)
        self.differs("total-number-in-household", size, found.size)
        return found

    def is_summary(self, money_in: Node, fixed: Node) -> bool:
        groups = {group.id for group in (*INCOME_GROUPS, *OUTGOING_GROUPS)}
        given = money_in.keys() | fixed.keys()
        return not given & groups and bool(given & {"total-earnings", "rent"})

    def outgoings(self, money_out: Node, fixed: Node, *, summary: bool) -> list[Line]:
        place = "monthly-outgoings"
        self.only(money_out, place, ("fixed-costs", "flexible-costs", "total-monthly-outgoings"))
        found: list[Line] = []
        flexible = self.node(money_out, "flexible-costs", place)
        for name, node in (("fixed", fixed), ("flexible", flexible)):
            groups = [one for one in OUTGOING_GROUPS if one.flexible == (name == "flexible")]
            at = path(place, f"{name}-costs")
            found += self.lines(groups, node, at, f"{name}-costs", summary=summary)
        return found

    def lines(
        self, groups: Sequence[Group], node: Node, place: str, whole: str, *, summary: bool
    ) -> list[Line]:
        """All lines of some groups, and the total of them that stands below."""
        total_name = "total-monthly-income" if whole == "income" else f"total-{whole}"
        names = {group.id: JSON_GROUP_NAMES.get(group.id, group.id) for group in groups}
        before = self.other_debts
        found: list[Line] = []
        if summary:
            self.only(node, place, {total_name, *(n for g in groups for n in _summed(g))})
            found = [line for group in groups for line in self.summed(group, node, place)]
        else:
            self.only(node, place, {total_name, *names, *names.values()})
            for group in groups:
                name = names[group.id] if names[group.id] in node else group.id
                if name != group.id and group.id in node:
                    self.fault("twice", path(place, group.id))
                found += self.group(group, self.node(node, name, place), path(place, name))
        others = (self.other_debts or 0) - (before or 0)
        self.compare(node, total_name, place, Pence(total(found) + others))
        return found

    def group(self, group: Group, node: Node, place: str) -> list[Line]:
        total_name = f"total-{group.id}"
        self.only(node, place, {total_name, *(kind.id for kind in group.lines)})
        found: list[Line] = []
        others = 0
        for kind in group.lines:
            items = node.get(kind.id, [])
            if len(items) > 1 and group.id != "other-essential":
                self.fault("twice", path(place, kind.id))
            for item in items:
                pence, note = self.item(item, path(place, kind.id))
                if note == OTHER_DEBTS and group.id == "other-essential":
                    others += pence
                    self.other_debts = Pence((self.other_debts or 0) + pence)
                else:
                    found += lines_of(kind.id, pence, note)
        if node:
            self.compare(node, total_name, place, Pence(total(found) + others))
        return found

    def item(self, item: Any, place: str) -> tuple[Pence, str]:
        if not isinstance(item, dict):
            if item != "":
                self.fault("not_money", place)
            return NOTHING, ""
        self.only(item, place, ("monthly-amount", "notes"))
        note = self.one(item, "notes", place)
        pence = self.money(item, "monthly-amount", place) or NOTHING
        return pence, note if isinstance(note, str) else ""

    def summed(self, group: Group, node: Node, place: str) -> list[Line]:
        """A group of a summary: its few lines, or its total on the line for all else."""
        found: list[Line] = []
        for name in _summed(group):
            pence = self.money(node, name, place)
            if pence:
                found.append(Line(CATCH_ALL.get(group.id, name), pence))
        return found

    def savings(self, tree: Node, *, summary: bool) -> Pence:
        """The overview of a summary is the one place that says it."""
        node, place = self.node(tree, "savings"), "savings"
        self.only(node, place, ("savings-contribution", "savings-contribution-considered"))
        sure = self.node(tree, "confirmations")
        self.only(
            sure, "confirmations", ("asset-use-considered", "savings-contribution-considered")
        )
        if summary:
            node, place = self.node(tree, "overview"), "overview"
        return self.money(node, "savings-contribution", place) or NOTHING

    def overview(self, tree: Node, income: Pence, spent: Pence, savings: Pence) -> None:
        """AFF-03 and AFF-04. What is left for other debts (AFF-05) rests on debts: not compared."""
        node = self.node(tree, "overview")
        self.only(node, "overview", OVERVIEW)
        fee = self.money(node, "debt-admin-fee", "overview") or NOTHING
        left = income - spent
        sums = (income, spent, left, savings, fee, left - savings - fee)
        for name, found in zip(OVERVIEW, sums, strict=False):
            self.compare(node, name, "overview", Pence(found), needed=False)
        self.money(node, OVERVIEW[-1], "overview", below=True)

    def compare(
        self, node: Node, name: str, place: str, found: Pence, *, needed: bool = True
    ) -> None:
        stated = self.money(node, name, place, below=True)
        if stated is not None:
            self.differs(path(place, name), stated, found)
        elif needed and name in NEEDED and name not in node:
            self.fault("missing", path(place, name))

    def differs(self, place: str, stated: int, found: int) -> None:
        if stated != found:
            self.differences.append(Difference(place, stated, found))


def _summed(group: Group) -> Sequence[str]:
    return SUMMARY_LINES.get(group.id, (f"total-{group.id}",))
