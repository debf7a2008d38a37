"""What people type, what it means, and what they are told when it cannot be read."""

from __future__ import annotations

from typing import Any

import pytest
from flask import Flask, render_template_string
from marshmallow import ValidationError, fields
from werkzeug.datastructures import MultiDict
from werkzeug.exceptions import BadRequest

from app.http import fields as ours
from app.http.forms import Form, FormSchema, blank, read_form


class Payment(FormSchema):
    amount = ours.Money(
        empty="Enter how much you want to pay",
        not_money="Amount must be an amount of money, like 70 or 70.50",
        outside="Amount must be between £5 and £220",
        least=500,
        most=22_000,
    )
    every = ours.Choice(("week", "month"), empty="Select how often you pay")
    help = ours.Choices(
        ("time", "phone"),
        exclusive="none",
        empty="Select what would help, or select ‘No, not now’",
        both="Select what would help or select ‘No, not now’",
    )
    note = ours.Text(optional=True, longest=20, too_long="Note must be 20 characters or less")


def typed(*pairs: tuple[str, str]) -> MultiDict[str, str]:
    return MultiDict(pairs)


GOOD = (("amount", "£70.50"), ("every", "month"), ("help", "phone"), ("help", "time"))


def test_a_form_that_is_right_gives_values() -> None:
    form = read_form(Payment(), typed(*GOOD, ("csrf_token", "x")))
    assert form.ok
    assert form.data == {"amount": 7050, "every": "month", "help": ("time", "phone"), "note": None}


def test_a_form_that_is_empty_says_all_of_it_in_the_order_of_the_page() -> None:
    form = read_form(Payment(), typed())
    assert list(form.errors.items()) == [
        ("amount", "Enter how much you want to pay"),
        ("every", "Select how often you pay"),
        ("help", "Select what would help, or select ‘No, not now’"),
    ]


def test_every_typed_value_is_kept() -> None:
    sent = typed(("amount", " £1,2x "), ("help", "time"), ("help", "none"))
    form = read_form(Payment(), sent)
    assert form.value("amount") == " £1,2x "
    assert form.values("help") == ["time", "none"]
    assert form.errors["help"] == "Select what would help or select ‘No, not now’"


def test_a_box_that_the_page_does_not_have_is_refused() -> None:
    with pytest.raises(BadRequest):
        read_form(Payment(), typed(*GOOD, ("admin", "1")))


def test_what_is_found_later_joins_the_rest() -> None:
    form = read_form(Payment(), typed(*GOOD)).with_error("amount", "Amount is gone")
    assert not form.ok
    assert form.value("amount") == "£70.50"


def test_a_first_visit_shows_what_is_known_and_no_error() -> None:
    form = blank(Payment(), amount="70", help=["time"], note=None)
    assert form.ok
    assert (form.value("amount"), form.values("help"), form.value("note")) == ("70", ["time"], "")
    with pytest.raises(KeyError):
        blank(Payment(), amonut="70")


def test_a_form_shows_no_value_in_its_repr() -> None:
    assert "7050" not in repr(read_form(Payment(), typed(("amount", "70.50"), *GOOD[1:])))


def read(field: fields.Field[Any], text: str) -> Any:
    return field.deserialize(text)


@pytest.mark.parametrize(
    ("text", "pence"),
    [("45", 4500), ("45.5", 4550), ("£45.50", 4550), (" 1,234 ", 123400), ("0", 0)],
)
def test_money_as_people_type_it(text: str, pence: int) -> None:
    assert read(ours.Money(empty="e", not_money="n"), text) == pence


@pytest.mark.parametrize(
    ("text", "said"),
    [("", "e"), ("  ", "e"), ("45.505", "n"), ("ten", "n"), ("-1", "minus"), ("100001", "o")],
)
def test_each_fault_of_an_amount_has_its_own_words(text: str, said: str) -> None:
    box = ours.Money(empty="e", not_money="n", negative="minus", outside="o")
    with pytest.raises(ValidationError) as wrong:
        read(box, text)
    assert wrong.value.messages == [said]


def test_limits_are_said_in_pounds(app: Flask) -> None:
    box = ours.Money.between("Amount each month", 500, 22_000, empty="Enter how much")
    with app.test_request_context(), pytest.raises(ValidationError) as wrong:
        read(box, "4.99")
    assert wrong.value.messages == ["Amount each month must be between £5 and £220"]


@pytest.mark.parametrize("text", ["QQ123456C", "qq 12 34 56 c", "AB 12 34 56 A", "QQ-123456-C"])
def test_a_national_insurance_number_in_any_spacing(text: str) -> None:
    assert read(ours.Nino(), text) in {"QQ123456C", "AB123456A"}


@pytest.mark.parametrize("text", ["QQ12345C", "DA123456A", "AO123456A", "GB123456A", "AB123456E"])
def test_what_is_no_national_insurance_number(app: Flask, text: str) -> None:
    with app.test_request_context(), pytest.raises(ValidationError) as wrong:
        read(ours.Nino(), text)
    assert wrong.value.messages == ["Enter a National Insurance number in the correct format"]


@pytest.mark.parametrize(
    ("text", "tidy"),
    [("sw1a1aa", "SW1A 1AA"), ("ZZ99 1AA", "ZZ99 1AA"), (" m1  1ae", "M1 1AE")],
)
def test_a_postcode_in_any_shape(text: str, tidy: str) -> None:
    assert read(ours.Postcode(empty="Enter a postcode"), text) == tidy


def test_no_postcode_and_half_a_postcode_have_different_words(app: Flask) -> None:
    box = ours.Postcode(empty="Enter a postcode")
    for text, said in (("", "Enter a postcode"), ("SW1A", "Enter a full UK postcode")):
        with app.test_request_context(), pytest.raises(ValidationError) as wrong:
            read(box, text)
        assert wrong.value.messages == [said]


@pytest.mark.parametrize(
    "text", ["tamsin@example.com", "t.o'neil+x@mail.example.co.uk", "名@example.com"]
)
def test_email_addresses(text: str) -> None:
    assert read(ours.Email(), text) == text


@pytest.mark.parametrize(
    "text", ["tamsin", "a@b", "a@b..com", "a b@example.com", "@example.com", "a@-x.com", "a@x.c"]
)
def test_what_is_no_email_address(app: Flask, text: str) -> None:
    with app.test_request_context(), pytest.raises(ValidationError):
        read(ours.Email(), text)


@pytest.mark.parametrize(
    "text",
    [
        "07700 900123",
        "+44 7700 900123",
        "0044 7700 900 123",
        "+44 (0)7700 900123",
        "(07700)900-123",
    ],
)
def test_a_phone_number_in_any_spacing(text: str) -> None:
    assert read(ours.PhoneUK(), text) == "07700900123"


@pytest.mark.parametrize("text", ["123", "+33 6 12 34 56 78", "0770090012x", "00000000000"])
def test_what_is_no_phone_number(app: Flask, text: str) -> None:
    with app.test_request_context(), pytest.raises(ValidationError):
        read(ours.PhoneUK(), text)


@pytest.mark.parametrize(("text", "day"), [("1", 1), ("28", 28), (" 5 ", 5)])
def test_days_that_every_month_has(text: str, day: int) -> None:
    assert read(ours.DayOfMonth(), text) == day


@pytest.mark.parametrize("text", ["0", "29", "x", "1.5", "-1"])
def test_days_that_some_month_has_not(app: Flask, text: str) -> None:
    with app.test_request_context(), pytest.raises(ValidationError) as wrong:
        read(ours.DayOfMonth(), text)
    assert wrong.value.messages == ["Day of the month must be between 1 and 28"]


@pytest.fixture
def app(portal: Flask) -> Flask:
    return portal


def shown(app: Flask, source: str, form: Form) -> str:
    with app.test_request_context():
        head = '{% from "base/forms.html" import checkboxes, money_row, radios, text %}'
        return render_template_string(head + source, form=form)


def test_a_money_row_keeps_amount_and_how_often(app: Flask) -> None:
    form = blank(amount="70", every="month")
    html = shown(
        app,
        "{{ money_row(form, 'amount', 'every', 'Wages', 'How often you get wages',"
        " [{'value': 'week', 'text': 'a week'}, {'value': 'month', 'text': 'a month'}]) }}",
        form,
    )
    assert 'value="70"' in html
    assert '<option value="month" selected>' in html
    assert 'inputmode="decimal"' in html


def test_what_a_person_types_is_never_markup(app: Flask) -> None:
    form = read_form(Payment(), typed(("amount", "<script>1</script>"), *GOOD[1:]))
    html = shown(app, "{{ text(form, 'amount', 'Amount') }}", form)
    assert "<script>" not in html
    assert "&lt;script&gt;" in html
