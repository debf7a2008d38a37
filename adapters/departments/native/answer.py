"""A sealed answer, opened, verified against the question, and put into our words (SEC-51, 52)."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Final

from joserfc.jwk import ECKey

from adapters.departments.native.schema import MOST_ITEMS, BadItem, day, handle, pence, read_debt
from adapters.plain_text import plain_text
from consent.jose import TokenRefused, check_times, unseal, verify
from consent.keys import Keys
from debts.debt import FACTS, Answer, Debts, NeedsFact, NoDebts, NotMatched, Unanswered, Unavailable
from debts.ephemeral import Ephemeral

ANSWER_TYPE: Final = "debt-view+jwt"
LONGEST_LIFE: Final = timedelta(minutes=5)
CLAIMS: Final = frozenset(
    {
        *("iss", "aud", "sub", "iat", "exp", "jti", "in_response_to", "request_hash"),
        *("result", "completeness", "not_shown", "needs_fact", "subject_handle"),
        *("items", "total_pence", "look_again_on"),
    }
)
"""Everything that an answer may say."""


@dataclass(frozen=True, slots=True, repr=False)
class Asked(Ephemeral):
    """What was asked, so that an answer to anything else is refused. `private` opens it once."""

    department: str
    portal: str
    pairwise_id: str
    jti: str
    request_hash: str
    fields: Sequence[str]
    private: ECKey


def open_answer(sealed: str, asked: Asked, keys: Keys, now: datetime) -> tuple[Answer, int]:
    """The answer, and how many things nobody asked for were dropped from it (SEC-53).

    TokenRefused when it is not this department's answer to this question.
    """
    body = unseal(sealed, asked.private)
    claims = verify(body.decode("ascii", "replace"), keys, typ=ANSWER_TYPE)
    check_times(claims, now, longest=LONGEST_LIFE)
    expected = {
        "iss": asked.department,
        "aud": asked.portal,
        "sub": asked.pairwise_id,
        "in_response_to": asked.jti,
        "request_hash": asked.request_hash,
    }
    if any(claims.get(name) != value for name, value in expected.items()):
        raise TokenRefused("claims")
    if not isinstance(claims.get("jti"), str):
        raise TokenRefused("claims")
    unasked = sum(1 for name in claims if name not in CLAIMS)
    try:
        answer, dropped = _answer(claims, asked, now)
    except BadItem:
        raise TokenRefused("claims") from None
    return answer, unasked + dropped


def _answer(claims: dict[str, Any], asked: Asked, now: datetime) -> tuple[Answer, int]:
    result = claims.get("result")
    if result in ("not_matched", "ambiguous"):
        return NotMatched(now), 0
    if result == "needs_fact":
        fact = claims.get("needs_fact")
        if fact not in FACTS:
            raise BadItem("needs_fact")
        return NeedsFact(now, fact), 0
    if result == "withheld":
        return Unavailable(now, Unanswered.REFUSED), 0
    if result != "matched":
        raise BadItem("result")
    return _matched(claims, asked, now)


def _matched(claims: dict[str, Any], asked: Asked, now: datetime) -> tuple[Answer, int]:
    items = claims.get("items")
    if not isinstance(items, list) or len(items) > MOST_ITEMS:
        raise BadItem("items")
    read = [read_debt(item, asked.fields) for item in items]
    debts = tuple(debt for debt, _ in read)
    dropped = sum(number for _, number in read)
    if len({debt.token for debt in debts}) != len(debts):
        raise BadItem("debt_handle")
    subject = handle(claims["subject_handle"]) if claims.get("subject_handle") else ""
    partial = claims.get("completeness", "complete") != "complete"
    if not debts and not partial:
        return NoDebts(now, subject), dropped
    missing = claims.get("not_shown")
    total, look_again = claims.get("total_pence"), claims.get("look_again_on")
    answer = Debts(
        items=debts,
        at=now,
        partial=partial,
        partial_for=plain_text(missing) if isinstance(missing, str) else "",
        stated_total=None if total is None else pence(total),
        subject_handle=subject,
        moratorium_look_again=None if look_again is None else day(look_again),
    )
    return answer, dropped
