"""Debt tokens at rest: sealed where a department has no handle, and always tagged."""

from __future__ import annotations

from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st

from consent.ids import SubjectId
from plan.records import TOKEN_LENGTH
from plan.tokens import MARK, NotAToken, TokenKeeper, public_half, seal, tag_key, unseal

PRIVATE = bytes(range(32))
KEEPER = TokenKeeper(public_half(PRIVATE), tag_key(b"p" * 32))
SHARE, OTHER = UUID(int=7, version=4), UUID(int=8, version=4)
TAMSIN, PRIYA = SubjectId(UUID(int=1, version=4)), SubjectId(UUID(int=2, version=4))


@given(st.text(min_size=1).filter(lambda text: len(text.encode()) < 64))
def test_the_delivery_role_reads_what_the_portal_sealed(reference: str) -> None:
    kept = seal(KEEPER.public, reference, department="hmrc", share_id=SHARE)
    assert unseal(PRIVATE, kept, department="hmrc", share_id=SHARE) == reference
    assert len(kept) == 153 <= TOKEN_LENGTH


def test_a_sealed_reference_tells_nothing_not_even_its_length_or_that_it_is_the_same() -> None:
    once = seal(KEEPER.public, "XM002610011594", department="hmrc", share_id=SHARE)
    again = seal(KEEPER.public, "XM002610011594", department="hmrc", share_id=SHARE)
    short = seal(KEEPER.public, "X", department="hmrc", share_id=SHARE)
    assert once != again
    assert len(once) == len(short)
    assert "XM002610011594" not in once


@pytest.mark.parametrize(
    ("department", "share_id", "private"),
    [
        ("hmcts", SHARE, PRIVATE),
        ("hmrc", OTHER, PRIVATE),
        ("hmrc", SHARE, b"k" * 32),
    ],
)
def test_it_opens_for_its_own_line_and_its_own_key_only(
    department: str, share_id: UUID, private: bytes
) -> None:
    kept = seal(KEEPER.public, "XM002610011594", department="hmrc", share_id=SHARE)
    with pytest.raises(NotAToken):
        unseal(private, kept, department=department, share_id=share_id)


def test_a_changed_sealed_value_does_not_open() -> None:
    kept = seal(KEEPER.public, "XM002610011594", department="hmrc", share_id=SHARE)
    changed = kept[:-2] + ("AA" if kept[-2:] != "AA" else "BB")
    for broken in (changed, MARK, MARK + "!", kept[:40]):
        with pytest.raises(NotAToken):
            unseal(PRIVATE, broken, department="hmrc", share_id=SHARE)


def test_a_departments_own_handle_is_kept_as_it_is() -> None:
    kept = KEEPER.keep("d_4f9A-x", opaque=True, department="dwp", share_id=SHARE)
    assert kept == "d_4f9A-x" == unseal(PRIVATE, kept, department="dwp", share_id=SHARE)


@pytest.mark.parametrize("handle", ["", "s1.pretends", "has space", "x" * 65, "QQ 12 34 56 C", "é"])
def test_what_is_no_opaque_handle_is_never_kept_open(handle: str) -> None:
    with pytest.raises(NotAToken):
        KEEPER.keep(handle, opaque=True, department="dwp", share_id=SHARE)


def test_a_reference_that_is_too_long_is_refused_without_being_repeated() -> None:
    with pytest.raises(NotAToken) as refused:
        KEEPER.keep("secret" * 11, opaque=False, department="hmrc", share_id=SHARE)
    assert "secret" not in str(refused.value)


def test_a_tag_finds_the_same_line_again_and_links_nobody_else() -> None:
    tag = KEEPER.tag("REF1", department="hmrc", subject=TAMSIN)
    assert tag == KEEPER.tag("REF1", department="hmrc", subject=TAMSIN)
    assert len(tag) == 64
    others = {
        KEEPER.tag("REF1", department="hmrc", subject=PRIYA),
        KEEPER.tag("REF1", department="hmcts", subject=TAMSIN),
        KEEPER.tag("REF2", department="hmrc", subject=TAMSIN),
        TokenKeeper(KEEPER.public, tag_key(b"q" * 32)).tag(
            "REF1", department="hmrc", subject=TAMSIN
        ),
    }
    assert tag not in others
    assert len(others) == 4


def test_keys_are_never_shown() -> None:
    assert repr(KEEPER.tag_key) not in repr(KEEPER)
    assert "tag_key" not in repr(KEEPER)
