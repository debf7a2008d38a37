"""The Standard Financial Statement as a file, version 1.1: out, and in again (AFF-01 to AFF-06)."""

from __future__ import annotations

import json
import os
import re
from collections.abc import Iterator
from contextlib import suppress
from datetime import date
from pathlib import Path
from typing import Any, Final

import jsonschema_rs
import pytest
from defusedxml.ElementTree import fromstring, parse
from hypothesis import given, settings
from hypothesis import strategies as st

from debts.money import Pence
from plan.rules.frequencies import Frequency
from plan.rules.sfs import MOST_BYTES, TENURES, Form, Found, SfsRefused
from plan.rules.sfs_read import read_sfs
from plan.rules.sfs_write import to_json, to_xml
from plan.rules.statement import Household, Line, Statement
from plan.rules.statement_lines import INCOME_LINES, OUTGOING_LINES
from tests.plan_cases import a_line, a_statement

ROOT: Final = Path(__file__).resolve().parents[3]
SHARED: Final = Path(os.environ.get("SVD_SHARED", ROOT.parent / "shared"))
PUBLISHED: Final = SHARED / "wire/moneyadviceservice__sfs-developer-toolkit/dds/v1.1"
published = pytest.mark.skipif(
    not PUBLISHED.is_dir(), reason="the published toolkit is not on this machine"
)
BORN: Final = date(1979, 4, 15)
WRITERS: Final = (to_json, to_xml)

pence = st.integers(0, 10**8).map(Pence)
count = st.integers(0, 20)


def lines(kinds: tuple[str, ...]) -> st.SearchStrategy[tuple[Line, ...]]:
    """Any lines, as often as you like, in the order of the form. One number each: it is quicker."""
    every = tuple(Frequency)

    def line(number: int) -> Line:
        number, kind = divmod(number, len(kinds))
        amount, often = divmod(number, len(every))
        return Line(kinds[kind], Pence(amount), every[often])

    some = st.lists(st.integers(0, 10**8 * len(kinds) * len(every)), max_size=8)
    return some.map(
        lambda found: tuple(sorted(map(line, found), key=lambda one: kinds.index(one.line)))
    )


@st.composite
def forms(draw: st.DrawFn) -> Form:
    joint, savings = draw(st.booleans()), draw(st.booleans())
    home = st.builds(Household, st.integers(1 + joint, 20), count, count, count, count)
    own = draw(st.none() | st.integers(1, 10**6).map(Pence)) if savings else None
    said = Statement(
        draw(lines(tuple(INCOME_LINES))),
        draw(lines(tuple(OUTGOING_LINES))),
        savings,
        own,
        draw(st.none() | home),
    )
    shown = draw(pence) if savings and own is None else Pence(0)
    return Form(
        said, joint, draw(st.sampled_from(TENURES)), draw(st.none() | pence), shown, born=None
    )


def refusal(raw: bytes) -> set[tuple[str, str]]:
    with pytest.raises(SfsRefused) as refused:
        read_sfs(raw)
    return {(fault.code, fault.place) for fault in refused.value.faults}


def a_file(**changed: Any) -> dict[str, Any]:
    """A small one that is right, as a case system may write it, with these parts changed."""
    said = a_statement(income=120000, outgoings=60000)
    whole: dict[str, Any] = json.loads(to_json(Form(said)))
    return {**whole, **changed}


def raw(file: dict[str, Any]) -> bytes:
    return json.dumps(file).encode()


@settings(max_examples=300, deadline=None)
@given(forms(), st.sampled_from(WRITERS))
def test_what_goes_out_comes_in_again_as_the_same_statement(form: Form, write: Any) -> None:
    assert read_sfs(write(form)) == Found(form)


@pytest.mark.parametrize("every", Frequency)
@pytest.mark.parametrize("write", WRITERS)
def test_each_of_the_seven_frequencies_keeps_its_amount(every: Frequency, write: Any) -> None:
    """AFF-20 to AFF-25: the file has the month's pence, and the note says how they came about."""
    line = Line("client-salary-or-wages", Pence(31240), every)
    form = Form(Statement((line,), ()))
    assert read_sfs(write(form)).form.statement.income == (line,)
    assert f"{line.monthly // 100}.{line.monthly % 100:02d}".encode() in write(form)


def test_a_note_that_does_not_make_the_amount_is_not_believed() -> None:
    file = a_file()
    pay = file["monthly-income"]["earnings"]["client-salary-or-wages"]
    for note in ("£312.40 every week", "£1200.00 every blue moon", "about £1200.00", "£x"):
        pay["notes"] = note
        assert read_sfs(raw(file)).form.statement.income == (
            Line("client-salary-or-wages", Pence(120000)),
        )


def test_payments_on_other_debts_are_counted_once_and_stay_apart() -> None:
    rent = a_line("rent", "600")
    form = Form(Statement((), (rent,)), other_debts=Pence(4500))
    found = json.loads(to_json(form))
    assert found["overview"]["total-monthly-outgoings"] == 645
    assert read_sfs(to_json(form)).form.other_debts == 4500
    assert read_sfs(to_json(form)).form.statement.outgoings == (rent,)


def test_no_name_no_address_and_no_debt_goes_out() -> None:
    out = json.loads(to_json(Form(a_statement(), born=BORN)))
    assert (out["client-name"], out["client-address"]) == ("", "")
    assert out["client-date-of-birth"] == "1979-04-15T00:00:00+00:00"
    assert not {"priority-debts", "non-priority-debts", "partner-name"} & out.keys()
    assert not {"priority-debts", "non-priority-debts"} & out["debts"].keys()


class TestWhatIsRefused:
    def test_a_line_that_the_standard_does_not_have_is_named(self) -> None:
        file = a_file(gym="30.00")
        file["monthly-income"]["earnings"]["tips"] = {"monthly-amount": 5}
        file["monthly-outgoings"]["flexible-costs"]["personal"]["<b>"] = 1
        assert refusal(raw(file)) == {
            ("unknown_line", "gym"),
            ("unknown_line", "monthly-income/earnings/tips"),
            ("unknown_line", "monthly-outgoings/flexible-costs/personal/?"),
        }

    @pytest.mark.parametrize(
        "amount", [-1, 12.345, "12.00", True, None, 1e30, [[1]], {"pounds": 3}, [1, 2]]
    )
    def test_an_amount_that_is_not_pounds_and_pence(self, amount: Any) -> None:
        """AFF-01: nothing is rounded, and a text is no number."""
        file = a_file()
        file["monthly-outgoings"]["fixed-costs"]["utilities"]["gas"] = {"monthly-amount": amount}
        place = "monthly-outgoings/fixed-costs/utilities/gas/monthly-amount"
        found = {(code, at.removesuffix("/pounds")) for code, at in refusal(raw(file))}
        assert found <= {("not_money", place), ("twice", place)}
        assert found

    def test_people_yes_and_no_and_kinds_of_home(self) -> None:
        file = a_file(vehicles=-1, **{"is-joint-application": "yes", "housing-tenure": "Yurt"})
        del file["non-dependents"]
        assert refusal(raw(file)) == {
            ("not_a_number", "vehicles"),
            ("not_yes_or_no", "is-joint-application"),
            ("not_a_choice", "housing-tenure"),
            ("missing", "non-dependents"),
        }

    def test_xml_amounts_have_two_decimals(self) -> None:
        good = to_xml(Form(Statement((a_line("child-benefit", "12"),), ())))
        for wrong in (b"12", b"12.0", b"1e1", b"12.00 pounds", b"", b"-12.00"):
            found = refusal(good.replace(b"<monthly-amount>12.00", b"<monthly-amount>" + wrong))
            place = "monthly-income/benefits/child-benefit/monthly-amount"
            assert found == {("not_money", place)}

    def test_a_line_that_stands_twice(self) -> None:
        good = to_xml(Form(a_statement()))
        rent = b"<rent><monthly-amount>1.00</monthly-amount><notes/></rent>"
        found = refusal(good.replace(b"</rent>", b"</rent>" + rent, 1))
        assert found == {("twice", "monthly-outgoings/fixed-costs/home-contents/rent")}

    @pytest.mark.parametrize(
        "head",
        [
            b'<!DOCTYPE root [<!ENTITY a "aaaaaaaaaa"><!ENTITY b "&a;&a;&a;">]>',
            b'<!DOCTYPE root SYSTEM "http://127.0.0.1:9/sfs.dtd">',
            b'<!DOCTYPE root [<!ENTITY x SYSTEM "file:///etc/passwd">]>',
            b"<!DOCTYPE root>",
        ],
    )
    def test_xml_with_a_document_type_is_not_read_at_all(self, head: bytes) -> None:
        good = to_xml(Form(a_statement()))
        assert read_sfs(good).form.statement == a_statement()
        assert refusal(good.replace(b"<root>", head + b"<root>", 1)) == {("not_readable", "")}

    @pytest.mark.parametrize(
        "file",
        [
            *(b"", b"\x00", b"PK\x03\x04", b"%PDF-1.7", b"[1]", b"{", b"<root>", b"\xff\xfe<\x00"),
            *(b'{"a":' * 5000, b'{"vehicles": NaN}', b'{"vehicles": 1, "vehicles": 2}'),
            b'<?xml version="1.0" encoding="utf-7"?><root/>',
        ],
    )
    def test_what_is_neither_json_nor_xml(self, file: bytes) -> None:
        assert refusal(file) == {("not_readable", "")}

    @pytest.mark.parametrize("file", [b"{}", b"<root/>", b"<a><b/></a>", b'{"format": "x"}'])
    def test_what_is_something_else(self, file: bytes) -> None:
        assert refusal(file) == {("not_sfs", "")}

    def test_deep_xml_and_a_file_that_is_too_big(self) -> None:
        deep = b"<root>" + b"<a>" * 3000 + b"</a>" * 3000 + b"</root>"
        assert refusal(deep) == {("not_sfs", "")}
        assert refusal(b" " * (MOST_BYTES + 1)) == {("too_big", "")}

    @settings(max_examples=150, deadline=None)
    @given(st.data())
    def test_a_damaged_file_is_read_or_refused_and_nothing_else(self, data: st.DataObject) -> None:
        good = bytearray(data.draw(st.sampled_from([to_json, to_xml]))(Form(a_statement())))
        for _ in range(data.draw(st.integers(1, 4))):
            good[data.draw(st.integers(0, len(good) - 1))] = data.draw(st.integers(0, 255))
        with suppress(SfsRefused):
            assert read_sfs(bytes(good)).form.statement.total_income >= 0


def test_a_wrong_total_is_told_and_the_lines_are_used() -> None:
    file = a_file()
    file["monthly-outgoings"]["fixed-costs"]["home-contents"]["total-home-contents"] = 1
    file["total-number-in-household"] = 9
    file["vehicles"] = 1
    found = read_sfs(raw(file))
    assert found.form.statement.total_outgoings == 60000
    assert [(one.place, one.stated, one.found) for one in found.differences] == [
        ("total-number-in-household", 9, 1),
        ("monthly-outgoings/fixed-costs/home-contents/total-home-contents", 100, 60000),
    ]


def test_debts_are_not_even_looked_at() -> None:
    """What would be refused anywhere else stands under debts, and is read past."""
    file = a_file(debts={"priority-debts": [{"creditor": "Testwell Bank", "amount-owed": "x"}]})
    assert read_sfs(raw(file)) == read_sfs(raw(a_file()))


@published
class TestThePublishedToolkit:
    """Read where it lies; none of it is in this repository."""

    @pytest.mark.parametrize("name", ["json/sfs-summary-example-data.json",
                                      "xsd/sfs-summary-example-data.xml"])  # fmt: skip
    def test_the_summary_example_does_not_add_up_and_we_say_where(self, name: str) -> None:
        """P8 and trap 3: lines of £1,654.85 under a total of £2,009.59."""
        found = read_sfs((PUBLISHED / name).read_bytes())
        assert found.summary
        assert found.form.statement.total_income == 315767
        assert found.form.statement.savings_pence == 1800
        assert found.form.statement.household == Household(2, 1, 1, 3, 1)
        assert [(one.place, one.stated, one.found) for one in found.differences] == [
            ("monthly-outgoings/fixed-costs/total-fixed-costs", 200959, 165485),
            ("monthly-outgoings/total-monthly-outgoings", 297208, 261734),
            ("overview/total-monthly-outgoings", 297208, 261734),
            ("overview/total-available-for-priority-debts", 16759, 52233),
        ]

    def test_the_data_entry_example_has_every_line_and_no_total_that_is_right_by_design(
        self,
    ) -> None:
        found = read_sfs((PUBLISHED / "xsd/sfs-data-entry-example-data.xml").read_bytes())
        assert {line.line for line in found.form.statement.income} == set(INCOME_LINES)
        assert {line.line for line in found.form.statement.outgoings} == set(OUTGOING_LINES)
        assert len(found.differences) == 24

    def test_what_we_write_is_right_by_the_published_json_schema(self) -> None:
        """Shape and kinds. Its `multipleOf: 0.01` is checked here in whole pence: as the schema
        has it, a validator that counts in binary fractions refuses amounts that are right."""
        schema = json.loads((PUBLISHED / "json/sfs-data-entry-schema.json").read_text("utf-8-sig"))
        del schema["definitions"]["currency-value-type"]["multipleOf"]
        check = jsonschema_rs.Draft4Validator(schema, validate_formats=True)
        for form in some_forms():
            check.validate(json.loads(to_json(form)))
            assert not re.search(rb"\d\.\d(\d\d+)?\b(?!Z)", to_json(form))

    def test_what_we_write_is_right_by_the_published_xml_schema(self) -> None:
        schema = parse(PUBLISHED / "xsd/sfs-data-entry-schema.xsd").getroot()
        for form in some_forms():
            assert list(Xsd(schema).faults(fromstring(to_xml(form)))) == []

    def test_a_deficit_is_what_the_published_xml_schema_has_no_way_to_say(self) -> None:
        """Its amounts have no minus. The true figure is written all the same."""
        form = Form(a_statement(outgoings=60000), born=BORN)
        schema = parse(PUBLISHED / "xsd/sfs-data-entry-schema.xsd").getroot()
        assert {place.split("/")[-1] for place in Xsd(schema).faults(fromstring(to_xml(form)))} == {
            "income-minus-outgoings",
            "total-available-for-priority-debts",
            "total-available-for-non-priority-debts",
        }


def some_forms() -> Iterator[Form]:
    every = tuple(Line(line, Pence(29013), Frequency.WEEK) for line in INCOME_LINES)
    spent = tuple(Line(line, Pence(1999)) for line in OUTGOING_LINES)
    home = Household(3, 1, 0, 1, 2)
    yield Form(Statement(every, (), household=home), born=BORN)
    yield Form(Statement(every, spent, savings=False, household=home), joint=True, born=BORN)
    yield Form(Statement(every, spent, True, Pence(5)), False, "Owner", Pence(500), born=BORN)


class Xsd:
    """As much of XML Schema as the toolkit uses: sequences, how often, patterns and lists."""

    NS: Final = "{http://www.w3.org/2001/XMLSchema}"
    PLAIN: Final = {
        "xsd:string": ".*",
        "xsd:date": r"\d{4}-\d\d-\d\d",
        "xsd:boolean": "true|false",
        "xsd:integer": r"-?\d+",
    }

    def __init__(self, schema: Any) -> None:
        self.named = {one.get("name"): one for one in schema if one.get("name")}

    def faults(self, root: Any) -> Iterator[str]:
        yield from self._element(self.named[root.tag], root, root.tag)

    def _element(self, declared: Any, found: Any, place: str) -> Iterator[str]:
        kind = declared.get("type", "")
        if kind in self.PLAIN:
            shape: str = self.PLAIN[kind]
        else:
            whole = self.named.get(kind, declared.find(f"{self.NS}complexType"))
            sequence = whole.find(f"{self.NS}sequence")
            if sequence is not None:
                yield from self._sequence(sequence, found, place)
                return
            shape = self._shape(whole.find(f"{self.NS}restriction"))
        if len(found) or not re.fullmatch(shape, found.text or ""):
            yield place

    def _shape(self, rule: Any) -> str:
        patterns = [one.get("value") for one in rule.findall(f"{self.NS}pattern")]
        choices = [re.escape(one.get("value")) for one in rule.findall(f"{self.NS}enumeration")]
        return "|".join(patterns or choices)

    def _sequence(self, sequence: Any, found: Any, place: str) -> Iterator[str]:
        left = list(found)
        for declared in sequence:
            name, most = declared.get("name"), declared.get("maxOccurs", "1")
            least, times = int(declared.get("minOccurs", "1")), 0
            while left and left[0].tag == name and (most == "unbounded" or times < int(most)):
                yield from self._element(declared, left.pop(0), f"{place}/{name}")
                times += 1
            if times < least:
                yield f"{place}/{name} is missing"
        yield from (f"{place}/{one.tag} is not expected" for one in left)
