"""A department's word that it stopped counts only as what it is (F92)."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import pytest

from adapters.departments.native.stop_word import LARGEST, STOP_TYPE, check_stop_word
from consent.ids import GrantId
from consent.jose import TokenRefused, sign
from consent.keys import Keys, key_set, new_key
from tests.unit.protocol.test_document import faults

NOON = datetime(2026, 11, 23, 12, 0, tzinfo=UTC)
GRANT = GrantId("g_" + "B" * 22)
SIGNS, OTHER, SEALS = new_key("sig", "dwp-1"), new_key("sig", "dwp-1"), new_key("enc", "dwp-2")
KEYS = key_set(SIGNS, SEALS)
WORD: dict[str, Any] = {
    "iss": "urn:svd:org:dwp",
    "aud": "https://portal.example",
    "iat": int(NOON.timestamp()),
    "jti": "w-1",
    "event_jti": "e-1",
    "grant_id": GRANT,
    "said": "stopped",
}


def check(token: str, keys: Keys = KEYS) -> None:
    check_stop_word(
        token,
        keys,
        department="urn:svd:org:dwp",
        portal="https://portal.example",
        event_jti="e-1",
        grant_id=GRANT,
        now=NOON,
    )


def test_a_right_word_is_taken_and_is_as_published() -> None:
    check(sign(WORD, SIGNS, typ=STOP_TYPE))
    assert faults("StopReceiptClaims", WORD) == []


DAY = 24 * 3600


@pytest.mark.parametrize(
    "change",
    [
        {"iss": "urn:svd:org:dvla"},
        {"aud": ["https://portal.example"]},
        {"event_jti": "e-2"},
        {"grant_id": "g_" + "C" * 22},
        {"said": "stopping"},
        {"iat": int(NOON.timestamp()) + 11},
        {"iat": int(NOON.timestamp()) - 31 * DAY},
        {"iat": str(int(NOON.timestamp()))},
        {"jti": ""},
        {"more": "than was agreed"},
        {"jti": "x" * 1000},
    ],
)
def test_a_word_that_says_something_else_is_refused(change: dict[str, Any]) -> None:
    with pytest.raises(TokenRefused):
        check(sign(WORD | change, SIGNS, typ=STOP_TYPE))


def test_a_word_of_another_key_type_or_size_is_refused() -> None:
    for token in (
        sign(WORD, OTHER, typ=STOP_TYPE),
        sign(WORD, SIGNS, typ="debt-view+jwt"),
        sign(WORD | {"iss": "x" * LARGEST}, SIGNS, typ=STOP_TYPE),
        "stopped",
    ):
        with pytest.raises(TokenRefused):
            check(token)
