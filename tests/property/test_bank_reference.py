"""References on bank transfers: whatever slips, money goes to the right plan or waits."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from consent.ids import REFERENCE_ALPHABET, new_reference
from plan.bank_reference import (
    MOST,
    bank_reference,
    found_in,
    near,
    plan_reference,
    what_to_keep,
)

PLANS = st.binary(min_size=10, max_size=10).map(lambda it: new_reference(lambda _: it, "PL"))
AT = st.integers(0, 13)
LETTERS = st.sampled_from(REFERENCE_ALPHABET)
AROUND = st.text(st.sampled_from("abc xyz-/.,éß"), max_size=12)
MISREAD = str.maketrans({"Q": "0", "L": "1", "5": "S"})


def written(plan: str) -> list[str]:
    return list(bank_reference(plan).replace(" ", ""))


@given(PLANS)
def test_it_leads_back_to_its_plan_and_fits_on_a_payment(plan: str) -> None:
    assert plan_reference(bank_reference(plan)) == plan
    assert len(bank_reference(plan)) <= MOST


@given(PLANS, AROUND, AROUND)
def test_spaces_case_and_look_alikes_do_not_matter(plan: str, before: str, after: str) -> None:
    typed = "".join(written(plan)).lower().upper().translate(MISREAD)
    assert plan_reference(typed.lower()) == plan
    assert plan_reference(" - ".join(typed)) == plan
    assert found_in([f"{before} {typed} {after}"]) == {plan}


@given(PLANS, AT, AT, LETTERS, LETTERS)
def test_one_or_two_wrong_characters_never_pay(
    plan: str, one: int, two: int, this: str, that: str
) -> None:
    typed = written(plan)
    typed[one] = this
    typed[two] = that
    said = "".join(typed)
    meant = plan if said == "".join(written(plan)) else None
    assert plan_reference(said) == meant


@given(PLANS, AT, AT)
def test_two_that_changed_places_never_pay(plan: str, one: int, two: int) -> None:
    typed = written(plan)
    typed[one], typed[two] = typed[two], typed[one]
    said = "".join(typed)
    assert plan_reference(said) == (plan if typed == written(plan) else None)


@given(PLANS, AT, LETTERS, st.sampled_from(["wrong", "missing", "more", "swapped", "no prefix"]))
def test_one_slip_is_told_to_whoever_looks(plan: str, at: int, other: str, slip: str) -> None:
    typed = written(plan)
    match slip:
        case "wrong":
            typed[at] = other
        case "missing":
            del typed[at]
        case "more":
            typed.insert(at, other)
        case "swapped":
            at = min(at, 12)
            typed[at], typed[at + 1] = typed[at + 1], typed[at]
        case _:
            del typed[:2]
    said = "".join(typed)
    kept = what_to_keep([f"rent {said}"])
    assert len(kept) <= MOST
    assert plan in near(said) | found_in([said])
    assert plan in near(kept) | found_in([kept])


@given(st.text(st.characters(categories=["L", "Zs", "Pd"]), max_size=60))
def test_a_name_or_a_message_is_not_kept(said: str) -> None:
    kept = what_to_keep([said])
    assert kept == "" or near(kept)
