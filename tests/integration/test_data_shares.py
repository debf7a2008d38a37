"""T04 and T05: the register of data shares is what the service runs by, and nothing else."""

from __future__ import annotations

import csv
import io
import json
from pathlib import Path

import pytest

from consent import notices, register
from consent.purposes import Purpose
from tests.pages import PageClient
from tests.unit.http.fakes import a_portal

ENTRIES = register.load().connected()


@pytest.fixture
def client(tmp_path: Path) -> PageClient:
    return PageClient(a_portal(tmp_path))


def test_one_line_for_each_department_and_purpose_that_it_takes(client: PageClient) -> None:
    listed = set(client.get("/about/data-shares").links().values())
    for entry in ENTRIES:
        taken = {
            "view-debts": True,
            "run-plan": True,
            "share-budget-totals": entry.budget_totals,
            "hold-or-query": entry.takes_holds,
        }
        for purpose, takes in taken.items():
            assert (f"/about/data-shares/{entry.code}-{purpose}" in listed) == takes


def test_a_share_says_the_words_that_people_agree_to_and_every_field(client: PageClient) -> None:
    page = client.get("/about/data-shares/hmrc-view-debts")
    notice = notices.load().newest(Purpose.VIEW_DEBTS, "en")
    assert page.says("Your name and National Insurance number, so it can find you")
    assert notice.fields
    for field in notice.fields:
        assert page.says(f"{field.words} {field.code}")
    assert page.heading.endswith("HM Revenue and Customs to this service")
    other = client.get("/about/data-shares/hmrc-run-plan")
    assert other.heading == "Data share: this service to HM Revenue and Customs"
    assert client.get("/about/data-shares/hmrc-share-nothing").status == 404


def test_the_register_can_be_narrowed_and_says_when_nothing_matches(client: PageClient) -> None:
    page = client.get("/about/data-shares?department=dvla")
    rows = [node.text for node in page.main.all("th", scope="row")]
    assert rows
    assert all(row.startswith("DVLA: ") for row in rows)
    none = client.get("/about/data-shares?department=nobody")
    assert none.says("No data shares match.")
    assert none.links()["Clear filters"] == "/about/data-shares"


def test_both_files_have_the_whole_register(client: PageClient) -> None:
    sheet = list(csv.DictReader(io.StringIO(client.get("/about/data-shares.csv").html)))
    whole = json.loads(client.get("/about/data-shares.json").html)
    assert [row["id"] for row in sheet] == [share["id"] for share in whole["shares"]]
    assert len(sheet) >= 2 * len(ENTRIES)
    assert all(share["fields"] and share["words_sha256"] for share in whole["shares"])
