"""T04 and T05: the register of data shares, one for each department and purpose.

Made from the registers that the service runs by: `register/departments.toml` says to whom and what,
the newest notice of the purpose says the rest in the words that people agree to. So a share that is
not listed here cannot happen, and one that is listed is worded as it was allowed.
"""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Final

from flask import Blueprint, request
from werkzeug.wrappers import Response

from app.http import words
from app.http.access import anyone
from app.http.current import now, services
from app.http.pages import page
from app.http.text import gettext
from app.http.text import lazy_gettext as _l
from consent.errors import NotFound
from consent.notices import Field, Notice
from consent.purposes import Purpose
from consent.register import DepartmentEntry

blueprint = Blueprint("data_shares", __name__)
REGISTER: Final = "/about/data-shares"
Takes = Callable[[DepartmentEntry], bool]
PURPOSES: Final[Mapping[Purpose, Takes]] = MappingProxyType(
    {
        Purpose.VIEW_DEBTS: lambda entry: entry.connected,
        Purpose.RUN_PLAN: lambda entry: entry.connected,
        Purpose.SHARE_BUDGET_TOTALS: lambda entry: entry.connected and entry.budget_totals,
        Purpose.HOLD_OR_QUERY: lambda entry: entry.connected and entry.takes_holds,
    }
)
"""Which departments each purpose is for."""
WHAT_FOR: Final = {
    Purpose.VIEW_DEBTS: _l("To show a person what they owe"),
    Purpose.RUN_PLAN: _l("To run a person’s plan"),
    Purpose.SHARE_BUDGET_TOTALS: _l("To show that a plan is what a person can afford"),
    Purpose.HOLD_OR_QUERY: _l("To ask for a pause or say a debt is wrong"),
}


@dataclass(frozen=True, slots=True)
class DataShare:
    """One row of the register, in the words of its notice as they read today."""

    entry: DepartmentEntry
    notice: Notice
    rows: Mapping[str, tuple[str, str]]
    """Heading and words by the key of the row."""

    @property
    def id(self) -> str:
        return f"{self.entry.code}-{self.notice.purpose.replace('_', '-')}"

    @property
    def what_for(self) -> str:
        return str(WHAT_FOR[self.notice.purpose])

    @property
    def fields(self) -> tuple[Field, ...]:
        return self.notice.fields

    def said(self, key: str) -> str:
        return self.rows[key][1]


@blueprint.get(REGISTER)
@anyone
def register() -> Response:
    wanted, found = request.args.get("department", ""), tuple(_shares())
    return page(
        "public/data_shares.html",
        shares=[share for share in found if wanted in ("", share.entry.code)],
        department=wanted,
        departments=list({share.entry.code: share.entry for share in found}.values()),
        version=services().register.version,
    )


@blueprint.get(f"{REGISTER}/<share>")
@anyone
def one(share: str) -> Response:
    found = next((each for each in _shares() if each.id == share), None)
    if found is None:
        raise NotFound("no such data share")
    return page("public/data_share.html", share=found, version=services().register.version)


@blueprint.get(f"{REGISTER}.csv")
@anyone
def as_csv() -> Response:
    out = io.StringIO()
    lines = csv.writer(out)
    table = [_line(share) for share in _shares()]
    lines.writerow(table[0])
    lines.writerows(line.values() for line in table)
    return _file(out.getvalue(), "text/csv", "data-shares.csv")


@blueprint.get(f"{REGISTER}.json")
@anyone
def as_json() -> Response:
    found = {
        "version": services().register.version,
        "shares": [
            {**_line(share), "fields": {field.code: field.words for field in share.fields}}
            for share in _shares()
        ],
    }
    text = json.dumps(found, indent=1, ensure_ascii=False)
    return _file(text, "application/json", "data-shares.json")


def _shares() -> Iterator[DataShare]:
    part = services()
    for entry in part.register.connected():
        for purpose, takes in PURPOSES.items():
            if takes(entry):
                notice = part.notices.newest(purpose, words.language())
                card = notice.card(entry, until=notice.until(entry, now()))
                rows = {row.key: (row.heading, row.words) for row in card}
                yield DataShare(entry, notice, MappingProxyType(rows))


def _line(share: DataShare) -> dict[str, str]:
    return {
        "id": share.id,
        "department": share.entry.name,
        "what_for": share.what_for,
        "sent": share.said("sent"),
        "comes_back": share.said("back"),
        "why": share.said("why"),
        "how_often": share.said("often"),
        "kept": share.said("kept"),
        "legal_basis": gettext("The person’s own permission"),
        "words": f"/notices/{share.notice.id}/{share.notice.language}",
        "words_sha256": share.notice.sha256,
    }


def _file(text: str, kind: str, name: str) -> Response:
    headers = {"Content-Disposition": f'attachment; filename="{name}"'}
    return Response(text, mimetype=kind, headers=headers)
