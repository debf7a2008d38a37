"""Letters on paper: tagged, whole, in large print, and made without a trace (D80, K16, K17)."""

from __future__ import annotations

import re
import subprocess
import sys
from dataclasses import replace
from pathlib import Path

import pytest

from app import barcode
from app.letters import press, press_run
from app.letters.paper import Paper, Part, as_input
from app.letters.press import NotSet, to_pdf
from consent.errors import EphemeralLeak
from tests.paper_text import Sheets, read
from tests.unit.letters.sample import DEBTS, a_paper

ODD = 'Ŵyn #panic("x") \\ $1/0$ *b* #read("/etc/passwd") <x> @y {page} ]] "q" // z'


@pytest.fixture(scope="module")
def usual() -> Sheets:
    return read(to_pdf(a_paper()))


def test_a_plan_of_24_payments_takes_two_sides_with_every_payment(usual: Sheets) -> None:
    assert len(usual.pages) == 2
    for n in range(24):
        assert f"£{100 + n}.90" in usual.text
    for debt in DEBTS:
        assert debt in usual.text
    assert [page[-11:] for page in usual.pages] == ["Page 1 of 2", "Page 2 of 2"]
    assert len(usual.raw) < 150_000


def test_it_is_tagged_for_screen_readers_as_pdf_ua_1_asks(usual: Sheets) -> None:
    raw = usual.raw
    assert b"/MarkInfo<</Marked true" in raw
    assert b"/StructTreeRoot" in raw
    assert b"/Lang(en-GB)" in raw
    assert b"/Title(Letter about your plan)" in raw
    assert b"/DisplayDocTitle true" in raw
    assert b"<pdfuaid:part>1</pdfuaid:part>" in raw
    assert usual.tags.count("H1") == 1
    assert usual.tags.count("H2") == len(a_paper().parts)
    assert usual.tags.count("Table") == 3
    assert usual.tags.count("TH") == 3 + 2 + 2
    assert usual.tags.count("TD") == 4 * 3 + 24 * 2
    assert usual.tags.count("LI") == len(DEBTS) + 1
    assert b"/Outlines" in raw


def test_the_words_stand_in_the_order_in_which_they_are_read(usual: Sheets) -> None:
    paper = a_paper()
    wanted = [
        paper.day,
        *paper.to,
        paper.title,
        paper.lead,
        *(part.heading for part in paper.parts),
    ]
    places = [usual.text.index(words) for words in wanted]
    assert places == sorted(places)
    days = [row[0] for part in paper.parts if part.columns == 2 for row in part.rows]
    after = usual.text[usual.text.index("Every payment") :]
    assert sorted(days, key=after.index) == days


@pytest.mark.parametrize("points", [16, 20])
def test_in_large_print_nothing_is_smaller(points: int) -> None:
    large = read(to_pdf(a_paper(), points=points))
    assert min(large.sizes) == points
    assert "£123.90" in large.text
    assert "Check code 4K7P 2MXD" in large.text


def test_what_looks_like_the_language_of_the_press_is_only_words() -> None:
    odd = Part(ODD, (ODD,), (ODD,), ("a", "b", "c"), ((ODD, ODD, ODD),))
    sheets = read(to_pdf(a_paper(to=(ODD,), title=ODD, lead=ODD, box=((ODD, ODD),), parts=(odd,))))
    assert " ".join(sheets.pages[0].split()).count('#panic("x")') >= 10
    assert "root:" not in sheets.text
    assert sheets.text.count("{page}") >= 10


def test_a_sign_that_no_font_has_costs_the_promise_and_not_the_letter() -> None:
    sheets = read(to_pdf(a_paper(to=("Tamsin 漢", "1 Sample Street"))))
    assert "1 Sample Street" in sheets.text
    assert b"/StructTreeRoot" in sheets.raw
    assert b"pdfuaid" not in sheets.raw


def test_nothing_in_the_file_tells_when_it_was_made_or_by_whom(usual: Sheets) -> None:
    assert not re.search(rb"CreationDate|ModDate|/Author", usual.raw)


def test_the_press_can_write_no_byte_to_a_file(tmp_path: Path) -> None:
    program = (
        "import runpy, sys; run = runpy.run_path(sys.argv[1]); run['leave_no_trace']()\n"
        "try: open(sys.argv[2], 'w').write('x' * 10000)\n"
        "except OSError as fault: print(fault.errno)"
    )
    arguments = [sys.executable, "-I", "-B", "-c", program, press_run.__file__]
    arguments.append(str(tmp_path / "kept"))
    done = subprocess.run(arguments, capture_output=True, check=False, text=True)
    assert done.stdout.strip() == "27"
    assert (tmp_path / "kept").read_bytes() == b""


def test_a_letter_that_cannot_be_set_says_nothing_of_what_is_in_it(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(press, "_RUN", Path("/nowhere/press_run.py"))
    with pytest.raises(NotSet) as fault:
        to_pdf(a_paper())
    assert "Tamsin" not in str(fault.value)


def test_a_paper_cannot_be_kept_by_accident() -> None:
    paper = a_paper()
    assert "Tamsin" not in repr(paper)
    with pytest.raises(EphemeralLeak):
        replace(paper).__reduce_ex__(2)
    assert b"Tamsin" in as_input(paper, 11)


def test_a_long_plan_has_every_payment_too() -> None:
    long: Paper = a_paper(payments=124)
    sheets = read(to_pdf(long))
    assert "£223.90" in sheets.text
    assert len(sheets.pages) <= 6


def test_a_barcode_is_drawn_bar_by_bar_and_keeps_the_promise_to_screen_readers(
    usual: Sheets,
) -> None:
    bars = tuple(barcode.runs(barcode.modules("0000", "PL7K 3XQ2 9TVA")))
    part = Part("How to pay", ("Take this letter to a shop.",), bars=bars)
    sheets = read(to_pdf(a_paper(parts=(part, *a_paper().parts))))
    assert sheets.filled - usual.filled == len(bars)
    assert b"<pdfuaid:part>1</pdfuaid:part>" in sheets.raw
    assert len(sheets.pages) == 2
