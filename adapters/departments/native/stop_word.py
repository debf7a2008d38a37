"""A department's own signed word that it stopped, which the person can keep (protocol 0.3, F92)."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Final

from consent.ids import GrantId
from consent.jose import LEEWAY, TokenRefused, verify
from consent.keys import Keys

STOP_TYPE: Final = "stop-receipt+jwt"
LARGEST: Final = 1200
"""Characters: as long as the column that keeps it."""
LONGEST_AGO: Final = timedelta(days=30)
"""A repeat of an event may be answered with the word that was given at first."""
_CLAIMS: Final = frozenset({"iss", "aud", "iat", "jti", "event_jti", "grant_id", "said"})


def check_stop_word(
    token: str,
    keys: Keys,
    *,
    department: str,
    portal: str,
    event_jti: str,
    grant_id: GrantId,
    now: datetime,
) -> None:
    """TokenRefused unless this department says, of this event and permission, that it stopped."""
    said = verify(token, keys, typ=STOP_TYPE, max_size=LARGEST)
    expected = {
        "iss": department,
        "aud": portal,
        "event_jti": event_jti,
        "grant_id": grant_id,
        "said": "stopped",
    }
    if set(said) != _CLAIMS or any(said[name] != value for name, value in expected.items()):
        raise TokenRefused("claims")
    issued, number = said["iat"], said["jti"]
    if type(issued) is not int or not isinstance(number, str) or not 0 < len(number) <= 64:
        raise TokenRefused("claims")
    if issued > (now + LEEWAY).timestamp():
        raise TokenRefused("not_yet")
    if issued < (now - LONGEST_AGO).timestamp():
        raise TokenRefused("expired")
