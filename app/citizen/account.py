"""D86, D87: settings, and every row that we hold about the person who is here."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from functools import cache
from types import MappingProxyType
from typing import Any, Final

from flask import Blueprint
from werkzeug.wrappers import Response

from app import inventory
from app.citizen import who
from app.citizen.permission_words import department_name
from app.http import session
from app.http.access import signed_in
from app.http.current import now, services
from app.http.pages import page
from app.http.text import gettext
from app.http.text import lazy_gettext as _l
from app.http.words import day_and_time, long_date
from consent.store import kept as consent_kept
from consent.store.kept import KeptTable
from plan import progress
from plan.store.kept import KeptTable as PlanTable

blueprint = Blueprint("account", __name__, url_prefix="/account")
TITLES: Final[Mapping[str, Any]] = {
    "person": _l("You"),
    "session": _l("Where you are signed in"),
    "contact": _l("How we contact you"),
    "consent_request": _l("What we asked you and you did not say yes to"),
    "consent_grant": _l("Permissions"),
    "consent_version": _l("Permissions before you renewed them"),
    "consent_event": _l("What happened to permissions"),
    "disposal": _l("Answers we threw away"),
    "sign_in_evidence": _l("Proof that it was you who signed in"),
    "hold_request": _l("What you said is wrong"),
    "hold_answer": _l("What departments decided about that"),
    "plan": _l("Plans"),
    "plan_share": _l("Parts of plans"),
    "instalment": _l("Payment days"),
    "plan_version": _l("Plans before you changed them"),
    "plan_break": _l("Breaks from paying"),
    "plan_event": _l("What happened to plans"),
    "message": _l("Messages"),
    "payment": _l("Payments"),
    "agreement": _l("Standing permissions that you gave the payment service"),
    "allocation": _l("What each department got of your payments"),
    "refund": _l("What went back to you"),
    "allocation_receipt": _l("What departments said about payments"),
    "share_answer": _l("What departments said about your plan"),
    "enforcement_word": _l("If departments hold off other ways to collect"),
    "bank_entry": _l("What our bank said about your payments"),
}
SHOWN: Final = 20
"""Rows of one table on the page; the file has all."""


@dataclass(frozen=True, slots=True)
class Shown:
    """One table as the page shows it: each row is a title and pairs of what and value."""

    title: str
    says: str
    count: int
    rows: tuple[tuple[str, tuple[tuple[str, str], ...]], ...]


@blueprint.get("")
@signed_in
def account() -> Response:
    """D86."""
    return page(
        "citizen/account/account.html",
        contact=who.contact(),
        permissions=len(who.live_grants()),
    )


@blueprint.get("/your-data")
@signed_in
def your_data() -> Response:
    """D87."""
    tables = [_shown(table) for table in _everything()]
    return page(
        "citizen/account/your_data.html",
        tables=[table for table in tables if table.count],
        empty=[table for table in tables if not table.count],
        shown=SHOWN,
    )


@blueprint.get("/your-data.json")
@signed_in
def your_data_as_json() -> Response:
    """The same rows, all of them, with the names of the columns."""
    body = {
        "made_at": now().isoformat(),
        "debts": gettext("We do not keep any."),
        "tables": {
            table.name: [
                dict(zip(table.columns, map(_plain, row), strict=True)) for row in table.rows
            ]
            for table in _everything()
        },
    }
    headers = {"Content-Disposition": 'attachment; filename="what-we-hold.json"'}
    text = json.dumps(body, indent=1, ensure_ascii=False)
    return Response(text, mimetype="application/json", headers=headers)


def _everything() -> tuple[KeptTable | PlanTable, ...]:
    store, actor = services().store, session.person()
    permissions = consent_kept.everything_kept(store, actor=actor)
    return (*permissions, *progress.everything_kept(store, actor=actor))


@cache
def _words() -> Mapping[str, tuple[str, Mapping[str, str]]]:
    """By table: what it is, and what each column holds, as the public list says it."""
    return MappingProxyType(
        {
            one.table: (one.says, MappingProxyType({c.name: c.holds for c in one.columns}))
            for one in inventory.load()
        }
    )


def _shown(table: KeptTable | PlanTable) -> Shown:
    says, holds = _words().get(table.name, ("", {}))
    rows = []
    for number, row in enumerate(table.rows[:SHOWN], start=1):
        named = dict(zip(table.columns, row, strict=True))
        title = gettext("Row %(number)s of %(count)s", number=number, count=len(table.rows))
        if named.get("department"):
            title = f"{title}: {department_name(str(named['department']))}"
        pairs = tuple(
            (holds.get(name) or name.replace("_", " "), _text(value))
            for name, value in named.items()
        )
        rows.append((title, pairs))
    name = str(TITLES.get(table.name, table.name.replace("_", " ").capitalize()))
    return Shown(name, says, len(table.rows), tuple(rows))


def _plain(value: object) -> Any:
    """As JSON has it: numbers, yes and no, nothing; all else as text."""
    if value is None or isinstance(value, bool | int):
        return value
    return value.isoformat() if isinstance(value, datetime | date) else str(value)


def _text(value: object) -> str:
    """As people read it."""
    if value is None or value == "":
        return gettext("Nothing")
    if isinstance(value, bool):
        return gettext("Yes") if value else gettext("No")
    if isinstance(value, datetime):
        return day_and_time(value)
    return long_date(value) if isinstance(value, date) else str(value)
