"""The style sheet and script that we ship are the ones that were built, with nobody's marks."""

from __future__ import annotations

import hashlib
import re
from pathlib import Path

import pytest

STATIC = Path(__file__).resolve().parents[2] / "app" / "static"
GOVUK = STATIC / "govuk"


def promised() -> dict[str, str]:
    lines = (GOVUK / "SHA256SUMS").read_text().splitlines()
    return {name: digest for digest, name in (line.split(maxsplit=1) for line in lines)}


def test_each_vendored_file_is_the_one_that_was_built() -> None:
    present = {
        str(path.relative_to(GOVUK)): hashlib.sha256(path.read_bytes()).hexdigest()
        for path in GOVUK.rglob("*")
        if path.is_file() and path.name != "SHA256SUMS"
    }
    assert present == promised()


@pytest.mark.parametrize(
    "mark", ["gds transport", "crest.svg", "@font-face", "@import", "url(http"]
)
def test_the_style_sheet_carries_no_mark_of_govuk_and_calls_nobody(mark: str) -> None:
    assert mark not in (GOVUK / "govuk-frontend.css").read_text().lower()


def test_every_file_that_the_style_sheets_name_is_there() -> None:
    for sheet in (GOVUK / "govuk-frontend.css", STATIC / "app.css"):
        for address in re.findall(r"url\(\"?(/static/[^\")]+)", sheet.read_text()):
            assert (STATIC / address.removeprefix("/static/")).is_file(), address


def test_the_licence_of_the_vendored_files_is_shipped_with_them() -> None:
    assert "Government Digital Service" in (GOVUK / "LICENSE").read_text()
    axe = (Path(__file__).parents[1] / "e2e" / "axe.min.js").read_text()
    assert "Mozilla Public" in axe[:400]
    assert "4.14.1" in axe[:400]
