"""D58: a saved budget comes back into this visit, and goes to the check.

The file is read in memory: it is smaller than what the upload reader would put on a disk, and
anything bigger is refused before it is read.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, Final

from flask import Blueprint, redirect, request
from werkzeug.exceptions import RequestEntityTooLarge
from werkzeug.wrappers import Response

from app.citizen.budget_draft import Budget
from app.citizen.budget_file import BroughtBack, NotOurs, read_file, without_savings_above
from app.citizen.budget_steps import START, next_path
from app.citizen.budget_visit import budget, keep_whole, walk
from app.citizen.budget_words import as_heading
from app.http.access import signed_in
from app.http.current import now, services
from app.http.forms import Form, FormSchema, blank, read_form
from app.http.pages import page
from app.http.text import gettext
from consent.clock import london_date
from debts.money import format_pounds
from plan.rules.sfs import MOST_BYTES, Difference, SfsRefused
from plan.rules.statement_lines import INCOME_GROUPS, OUTGOING_GROUPS

blueprint = Blueprint("budget_bring_back", __name__, url_prefix="/budget/bring-back")
LARGEST_BODY: Final = MOST_BYTES + 56 * 1024
"""Bytes of the whole request: the file, the token, and room to say kindly that it is too big."""
MOST_SHOWN: Final = 8
GROUPS: Final = {f"total-{group.id}": group.label for group in (*INCOME_GROUPS, *OUTGOING_GROUPS)}


@blueprint.url_value_preprocessor
def _room_for_a_file(endpoint: str | None, values: dict[str, Any] | None) -> None:
    """Other forms are small: this runs before the form's token is looked for."""
    request.max_content_length = LARGEST_BODY


@blueprint.errorhandler(RequestEntityTooLarge)
def too_large(fault: RequestEntityTooLarge) -> Response:
    return _again(blank(FormSchema()).with_error("file", _too_big()))


@blueprint.get("")
@signed_in
def ask() -> Response:
    return _again(blank(FormSchema()))


@blueprint.post("")
@signed_in
def sent() -> Response:
    form = read_form(FormSchema())
    file = request.files.get("file")
    raw = file.stream.read(MOST_BYTES + 1) if file and file.filename else None
    if raw is None:
        return _again(form.with_error("file", gettext("Select a budget file")))
    if len(raw) >= MOST_BYTES:
        return _again(form.with_error("file", _too_big()))
    try:
        back = read_file(raw, budget())
    except NotOurs:
        return _again(form.with_error("file", _not_ours()))
    except SfsRefused as refused:
        return _again(form.with_error("file", _refusal(refused, raw)))
    keep_whole(without_savings_above(back.budget, _savings_cap(back.budget)))
    ahead = next_path(walk(), START, changing=True)
    look = list(_to_look_at(back))
    if look:
        return page("citizen/budget/bring_back_look.html", look=look, onward=ahead)
    return redirect(ahead, 303)


def _again(form: Form) -> Response:
    return page(
        "citizen/budget/bring_back.html", form=form, back=START, replaces=budget() != Budget()
    )


def _savings_cap(known: Budget) -> Any:
    if known.nation is None:
        return None
    figures = services().policies.on(london_date(now()), known.nation)
    return figures.affordability.savings_cap


def _too_big() -> str:
    return gettext("The selected file must be smaller than 200KB")


def _not_ours() -> str:
    return gettext(
        "The selected file is not a budget from this service. "
        "Choose another file or type your figures"
    )


def _refusal(refused: SfsRefused, raw: bytes) -> str:
    """The lines by their names in the file; never a value."""
    codes = {fault.code for fault in refused.faults}
    unknown = [fault.place for fault in refused.faults if fault.code == "unknown_line"]
    if "not_readable" in codes:
        if raw.lstrip(b"\xef\xbb\xbf \t\r\n").startswith(b"<"):
            return gettext("The selected file must be an SFS JSON or XML file")
        return gettext("The selected file must be a JSON file")
    if codes & {"not_sfs", "too_big"}:
        return _not_ours()
    if unknown:
        return gettext(
            "The file has lines we do not know: %(lines)s. We took nothing from it",
            lines=_listed(unknown),
        )
    return gettext(
        "The file has figures we cannot read: %(lines)s. We took nothing from it",
        lines=_listed([fault.place for fault in refused.faults]),
    )


def _listed(places: list[str]) -> str:
    names = [place.removesuffix("/monthly-amount").rpartition("/")[2] for place in places]
    return ", ".join(dict.fromkeys(names[:MOST_SHOWN]))


def _to_look_at(back: BroughtBack) -> Iterator[str]:
    if back.older:
        yield gettext("The file is from an older version. Check how much you put aside.")
    if back.summary:
        yield gettext("The file has totals for some groups. We put each on one line of its group.")
    for one in back.differences[:MOST_SHOWN]:
        yield _told(one)
    if (more := len(back.differences) - MOST_SHOWN) > 0:
        yield gettext("%(count)s more totals do not add up.", count=more)
    for words in back.too_much:
        yield gettext("%(words)s. We left it empty.", words=words)
    if back.too_many_people:
        yield gettext("We can only count up to 20 people of each kind. Enter who lives with you.")
    if back.from_elsewhere:
        yield gettext("We did not take debts, names or notes from the file.")


def _told(one: Difference) -> str:
    name = one.place.rpartition("/")[2]
    if name == "total-number-in-household":
        return gettext(
            "People in your household: the file says %(stated)s, and counts %(found)s.",
            stated=one.stated,
            found=one.found,
        )
    return gettext(
        "%(total)s: the file says %(stated)s. Its lines come to %(found)s. We used the lines.",
        total=_total_name(name, one.place),
        stated=_amount(one.stated),
        found=_amount(one.found),
    )


def _total_name(name: str, place: str) -> str:
    if name in GROUPS:
        return as_heading(GROUPS[name])
    names = {
        "total-monthly-income": gettext("Total coming in"),
        "total-monthly-outgoings": gettext("Total going out"),
        "total-fixed-costs": gettext("Costs that stay the same"),
        "total-flexible-costs": gettext("Costs that change"),
        "income-minus-outgoings": gettext("Left over"),
        "savings-contribution": gettext("Put aside"),
    }
    said = names.get(name, gettext("Left for debts"))
    return gettext("%(total)s (overview)", total=said) if place.startswith("overview/") else said


def _amount(pence: int) -> str:
    return f"-{format_pounds(-pence)}" if pence < 0 else format_pounds(pence)
