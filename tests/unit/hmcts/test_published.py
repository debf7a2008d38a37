"""Everything HMCTS has published, sent to our adapter as an answer: it maps or is a clean gap."""

from __future__ import annotations

import csv
import json
import warnings
from collections import Counter
from collections.abc import Callable, Iterator
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any, Final
from xml.etree.ElementTree import Element

from defusedxml.ElementTree import fromstring

from consent.clock import SetClock
from debts.debt import Debts, Flag, NoDebts, Unavailable
from debts.facts import Address, Facts
from tests.hmcts_lab import hmcts
from tests.upstream_lab import Say, Sent, TwinWire, asked_of, published, the_debts

NOW = datetime(2026, 7, 1, 12, 0, tzinfo=UTC)
FOLDERS: Final = (
    "hmcts__opal-fines-service",
    "hmcts__opal-legacy-db-stub",
    "hmcts__opal-file-handler-service",
    "_derived/hmcts",
)
HOME: Final = Address(("1 Specimen Street",), "ZZ99 1AA")
ANNA: Final = Facts("Anna", "Graham", date(1999, 5, 6), HOME)


def files() -> list[Path]:
    found = [
        file
        for name in FOLDERS
        for file in sorted(published(name).rglob("*"))
        if file.suffix in (".json", ".xml")
    ]
    assert len(found) > 400
    return found


def ask(script: Callable[[Sent], Say], who: Facts) -> Any:
    department = hmcts(SetClock(NOW))("https://hmcts.example", TwinWire(script))
    return asked_of(department, who, code="hmcts")


def always(say: Say) -> Callable[[Sent], Say]:
    return lambda _: say


def tell(what: str, counts: Counter[str]) -> None:
    """Shown in the summary of the test run: how many payloads, and what became of them."""
    line = ", ".join(f"{count} {name}" for name, count in sorted(counts.items()))
    warnings.warn(f"{what}: {sum(counts.values())} payloads: {line}", stacklevel=2)


def test_every_published_file_as_a_search_answer_is_a_gap_and_never_no_debts() -> None:
    counts: Counter[str] = Counter()
    for file in files():
        answer = ask(always(Say(file.read_bytes())), ANNA)
        assert isinstance(answer, Unavailable), file
        counts[type(answer).__name__] += 1
    tell("opal search", counts)


def test_every_published_file_as_an_accounts_details_maps_or_is_a_gap() -> None:
    """The search finds her account; each file then stands for header, terms and impositions."""
    counts: Counter[str] = Counter()
    found = {
        "count": 1,
        "defendant_accounts": [
            {
                "defendant_account_id": "77",
                "account_number": "177A",
                "defendant_firstnames": "Anna",
                "defendant_surname": "Graham",
                "birth_date": "1999-05-06",
            }
        ],
    }
    for file in files():
        details = Say(file.read_bytes())

        def script(sent: Sent, details: Say = details) -> Say:
            return Say(found) if sent.path.endswith("/search") else details

        answer = ask(script, ANNA)
        assert isinstance(answer, Debts | Unavailable), file
        counts[type(answer).__name__] += 1
    tell("opal accounts", counts)


def accounts_of_the_search_view() -> Iterator[dict[str, str]]:
    path = published(
        "hmcts__opal-fines-service/src/dbUnitTest/viewSearchDefendantAccountsTest",
        "v_search_defendant_accounts_query_output_unit_tests_202509261148.csv",
    )
    with path.open(encoding="utf-8") as file:
        for row in csv.DictReader(file):
            yield {name: "" if value.strip('"') == "NULL" else value for name, value in row.items()}


def test_each_account_of_the_published_search_view_is_found_for_its_own_person_only() -> None:
    """Several share a birth date; all are sent at once, as a search does that knows no better.
    One belongs to an organisation: without it nothing there has the name that was asked for."""
    rows = list(accounts_of_the_search_view())
    results = [
        {
            "defendant_account_id": row["defendant_account_id"],
            "account_number": row["account_number"],
            "organisation": row["organisation"] == "true",
            "business_unit_id": row["business_unit_id"],
            "last_enforcement_action": row["last_enforcement"] or None,
            "defendant_firstnames": row["forenames"],
            "defendant_surname": row["surname"],
            "birth_date": row["birth_date"][:10],
            "national_insurance_number": row["national_insurance_number"],
            "aliases": [{"alias_number": 1, "surname": row["alias1"].rpartition(" ")[2]}],
        }
        for row in rows
    ]
    counts: Counter[str] = Counter()
    for row in rows:
        who = Facts(
            row["forenames"], row["surname"], date.fromisoformat(row["birth_date"][:10]), HOME
        )
        answer = ask(_opened(results, row), who)
        counts[type(answer).__name__] += 1
        if row["account_status"] == "C":
            assert isinstance(answer, NoDebts)
            continue
        if row["organisation"] == "true":
            assert isinstance(answer, Unavailable)
            continue
        (debt,) = the_debts(answer)
        assert debt.token == row["account_number"]
        assert debt.balance == int(row["defendant_account_balance"].replace(".", ""))
        assert (Flag.WARRANT in debt.flags) is (row["last_enforcement"] == "DW")
    assert counts == {"Debts": 6, "NoDebts": 3, "Unavailable": 1}
    tell("accounts of the search view", counts)


def _opened(results: list[dict[str, Any]], row: dict[str, str]) -> Callable[[Sent], Say]:
    def script(sent: Sent) -> Say:
        if sent.path.endswith("/search"):
            return Say({"count": len(results), "defendant_accounts": results})
        if sent.path.endswith("/header-summary"):
            return Say(_header(row))
        if sent.path.endswith("/payment-terms/latest"):
            return Say({"payment_terms": None, "last_enforcement": row["last_enforcement"] or None})
        return Say({"impositions": []})

    return script


def _header(row: dict[str, str]) -> bytes:
    header = {
        "defendant_account_id": row["defendant_account_id"],
        "account_number": row["account_number"],
        "debtor_type": "Defendant",
        "account_status_reference": {"account_status_code": row["account_status"]},
        "account_type": "Fine",
        "payment_state_summary": {"account_balance": 0},
        "party_details": {"individual_details": {"surname": row["surname"]}},
    }
    balance = f'"account_balance": {row["defendant_account_balance"]}'
    return json.dumps(header).replace('"account_balance": 0', balance).encode()


def as_json(element: Element, numbers: frozenset[str]) -> Any:
    """The gateway's XML with the names it shares with Opal, as Opal writes it."""
    if not len(element):
        said = (element.text or "").strip()
        return (float(said) if element.tag in numbers else said) if said else None
    return {child.tag: as_json(child, numbers) for child in element}


AMOUNTS: Final = frozenset(
    {"imposed_amount", "arrears_amount", "paid_amount", "account_balance", "balance"}
    | {"lump_sum_amount", "instalment_amount", "installment_amount"}
)


def test_the_published_header_terms_and_impositions_make_one_debt() -> None:
    """Balance 5000.00 with 700.58 imposed and 200.00 paid: shown as it is. The version is 2^63,
    instalments are spelt the other way, and days are left empty."""
    folder = published("hmcts__opal-legacy-db-stub/wiremock/__files/legacy/DefendantAccount")
    header, terms, imposed = (
        as_json(fromstring((folder / name).read_bytes()), AMOUNTS)
        for name in (
            "getHeaderSummaryResponseIndividual_v2.xml",
            "getPaymentTermsResponse_v2.xml",
            "getImpositions_v2.xml",
        )
    )
    imposed["impositions"] = [imposed["impositions"]]
    details = header["party_details"]["individual_details"]
    details["individual_aliases"] = list(details["individual_aliases"].values())
    header["version"] = int(header["version"])
    row = {
        "defendant_account_id": header["defendant_account_id"],
        "account_number": header["account_number"],
        "defendant_firstnames": details["first_names"],
        "defendant_surname": details["surname"],
        "birth_date": "1999-05-06",
    }
    parts = {"header-summary": header, "latest": terms, "impositions": imposed}

    def script(sent: Sent) -> Say:
        if sent.path.endswith("/search"):
            return Say({"count": 1, "defendant_accounts": [row]})
        return Say(parts[sent.path.rpartition("/")[2]])

    (debt,) = the_debts(ask(script, ANNA))
    assert (debt.token, debt.label) == ("177A", "Court fine")
    assert (debt.balance, debt.original, debt.arrears) == (500000, 70058, 30000)
    assert (debt.arrangement, debt.minimum, debt.started) == (None, None, None)
    assert debt.due == date(2025, 10, 12)
    assert debt.how_worked_out == ("Application made for Benefit Deductions: £540",)
