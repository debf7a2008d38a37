"""The invented people: complete, invented, and adding up."""

from __future__ import annotations

import dataclasses

import pytest

from adapters.simulators.cast import DEPARTMENTS, Cast

CAST = Cast.load()

# key: (income, outgoings, what all departments are owed), pence a month and pence
TOTALS = {
    "testwell": (196000, 174000, 231290),
    "exampleton": (231000, 193100, 528075),
    "enghraifft": (178100, 139400, 93620),
    "placeholder": (134200, 143000, 351410),
    "mockridge": (288200, 261100, 404020),
    "specimen": (112600, 102300, 175000),
    "fictionby": (150500, 134500, 193650),
    "sampleford": (132800, 125800, 391500),
    "prototipi": (149000, 71000, 0),
    "demoska": (287400, 276900, 380860),
}


@pytest.mark.parametrize("key", TOTALS)
def test_money_in_money_out_and_debts_add_up_for_each_person(key: str) -> None:
    person = CAST.person(key)
    assert (
        sum(line.pence for line in person.income),
        sum(line.pence for line in person.outgoings),
        sum(debt.balance for debt in person.debts),
    ) == TOTALS[key]


def test_the_cast_is_ten_people() -> None:
    assert [person.key for person in CAST] == list(TOTALS)


def test_everybody_is_visibly_invented() -> None:
    for person in CAST:
        assert person.nino.startswith("QQ")
        assert person.address.postcode.startswith("ZZ99 ")
        assert person.previous_address.postcode.startswith("ZZ99 ")
        assert person.email.endswith("@example.com")
        assert person.phone.startswith("07700 900")


def test_the_couple_signs_in_as_morag() -> None:
    morag = CAST.person("mockridge")
    assert morag.display_name == "Morag and Fergus Mockridge"
    assert (morag.given_names[0], morag.family_name) == ("Morag", "Mockridge")
    assert morag.nation == "SCT"


def test_a_person_is_found_by_number_however_it_is_typed() -> None:
    tamsin = CAST.person("testwell")
    assert CAST.by_nino("qq 10 00 01 a") is tamsin
    assert CAST.by_nino("QQ100001") is tamsin
    assert CAST.by_nino("QQ999999A") is None


def test_whoever_hmrc_has_a_debt_for_has_a_taxpayer_reference() -> None:
    for person in CAST:
        if any(debt.dept == "hmrc" for debt in person.debts):
            assert CAST.by_utr(person.utr) is person


def test_a_debt_of_a_former_partner_is_never_shown() -> None:
    assert CAST.person("mockridge").debts_at("council") == ()


def test_a_department_that_the_story_does_not_name_has_no_debts() -> None:
    assert CAST.person("prototipi").behaviour("hmcts").kind == "none"


def test_a_present_address_has_no_end_and_a_former_one_has() -> None:
    for person in CAST:
        assert person.address.until is None
        assert person.previous_address.until is not None


def test_people_cannot_be_changed_by_accident() -> None:
    with pytest.raises(dataclasses.FrozenInstanceError):
        CAST.person("testwell").key = "other"  # type: ignore[misc]


def test_every_department_has_a_name() -> None:
    assert set(DEPARTMENTS) == {"dwp", "hmrc", "hmcts", "dvla", "slc", "nhsbsa", "council"}
