"""No assertion without a live grant (SEC-48), and what an assertion says (section 3.2)."""

from __future__ import annotations

import os
from datetime import timedelta
from typing import Any

import pytest

from consent.clock import SetClock
from consent.errors import ConsentEnded, NotPermitted
from consent.ids import GrantId
from consent.jose import verify
from consent.keys import key_set, new_key, public_jwk
from consent.permit import Permit
from consent.signer import ASSERTION_TYPE, EVENT_TYPE, Errand, EventKind, LocalSigner
from tests.native_lab import PORTAL, a_permit

KEYS = key_set(new_key("sig", "k1"))
URL = "https://dwp.example/v1/debt-queries"


def a_signer(permit: Permit, *, live: bool = True, later: timedelta = timedelta()) -> LocalSigner:
    return LocalSigner(
        KEYS,
        issuer=PORTAL,
        clock=SetClock(permit.made_at + later),
        chance=os.urandom,
        is_live=lambda grant: live and grant == permit.grant_id,
    )


def minted(permit: Permit, **more: Any) -> dict[str, Any]:
    token = a_signer(permit).mint_assertion(permit, audience="urn:svd:org:dwp", htu=URL, **more)
    claims = verify(token.token, KEYS, typ=ASSERTION_TYPE)
    assert claims["jti"] == token.jti
    return claims


def test_an_assertion_is_for_one_department_one_call_and_one_minute() -> None:
    claims = minted(a_permit())
    assert claims["iss"] == PORTAL
    assert claims["aud"] == "urn:svd:org:dwp"
    assert (claims["htm"], claims["htu"]) == ("POST", URL)
    assert claims["exp"] - claims["iat"] == 60
    assert claims["nbf"] == claims["iat"]


def test_an_assertion_says_what_the_person_agreed_to() -> None:
    permit = a_permit()
    claims = minted(permit, fields=["balance_pence", "label"])
    assert claims["sub"] == permit.pairwise_id
    assert claims["grant_id"] == permit.grant_id
    assert claims["consent"]["state"] == "given"
    (details,) = claims["authorization_details"]
    assert details["purpose"] == "view_debts"
    assert details["datatypes"] == ["balance_pence", "label"]
    assert claims["auth"]["ial"] == "P2"


def test_an_assertion_names_nobody() -> None:
    """Who the person is stands only in the part that is sealed to the department."""
    claims = minted(a_permit(), match_jwe="a.b.c.d.e", response_jwk=public_jwk(new_key("enc", "e")))
    assert claims["match"] == "a.b.c.d.e"
    assert "d" not in claims["resp_enc"]["jwk"]
    assert not {"name", "nino", "email", "birth_date"} & set(claims)


def test_each_assertion_has_its_own_number_of_128_bits() -> None:
    permit = a_permit()
    numbers = {minted(permit)["jti"] for _ in range(50)}
    assert len(numbers) == 50
    assert {len(number) for number in numbers} == {22}


def test_a_grant_that_is_not_live_gets_no_assertion() -> None:
    permit = a_permit()
    with pytest.raises(ConsentEnded):
        a_signer(permit, live=False).mint_assertion(permit, audience="a", htu=URL)


def test_a_permit_of_another_grant_gets_no_assertion() -> None:
    live, other = a_permit(), a_permit(grant_id=GrantId("g_" + "x" * 22))
    with pytest.raises(ConsentEnded):
        a_signer(live).mint_assertion(other, audience="a", htu=URL)


@pytest.mark.parametrize("state", ["suspended", "withdrawn", "expired", "requested", ""])
def test_a_permit_in_a_state_that_is_not_valid_gets_no_assertion(state: str) -> None:
    permit = a_permit(grant_state=state)
    with pytest.raises(ConsentEnded):
        a_signer(permit).mint_assertion(permit, audience="a", htu=URL)


def test_a_permit_serves_one_pull_and_is_too_old_after_two_minutes() -> None:
    permit = a_permit()
    signer = a_signer(permit, later=timedelta(seconds=121))
    with pytest.raises(ConsentEnded):
        signer.mint_assertion(permit, audience="a", htu=URL)


def test_a_permit_from_tomorrow_gets_no_assertion() -> None:
    permit = a_permit()
    signer = a_signer(permit, later=timedelta(days=-1))
    with pytest.raises(ConsentEnded):
        signer.mint_assertion(permit, audience="a", htu=URL)


def test_a_grant_whose_end_has_passed_gets_no_assertion() -> None:
    permit = a_permit()
    ended = a_permit(grant_id=permit.grant_id, grant_expires_at=permit.made_at)
    with pytest.raises(ConsentEnded):
        a_signer(ended).mint_assertion(ended, audience="a", htu=URL)


@pytest.mark.parametrize("errand", [Errand.HOLD_REQUEST, Errand.SUPPORT_NEEDS])
def test_leave_to_look_is_no_leave_to_tell(errand: Errand) -> None:
    permit = a_permit()
    with pytest.raises(NotPermitted):
        a_signer(permit).mint_assertion(permit, audience="a", htu=URL, errand=errand)


def test_an_event_needs_no_live_grant_because_it_says_that_it_ended() -> None:
    permit = a_permit()
    event = a_signer(permit, live=False).mint_event(
        EventKind.CONSENT_WITHDRAWN,
        audience="urn:svd:org:dwp",
        pairwise_id=permit.pairwise_id,
        grant_id=permit.grant_id,
        event_id="outbox-17",
    )
    claims = verify(event.token, KEYS, typ=EVENT_TYPE)
    assert claims["jti"] == event.jti == "outbox-17"
    assert claims["sub_id"] == {"format": "opaque", "id": permit.pairwise_id}
    assert claims["events"] == {
        "urn:uk:svd:event:consent-withdrawn": {"grant_id": permit.grant_id}
    }  # fmt: skip
    assert "exp" not in claims


def test_one_kind_of_token_cannot_stand_for_another() -> None:
    permit = a_permit()
    signer = a_signer(permit)
    receipt = signer.sign_statement({"sub": "x"}, typ="consent-receipt+jwt")
    assert verify(receipt, KEYS, typ="consent-receipt+jwt")["iss"] == PORTAL
    with pytest.raises(NotPermitted):
        signer.sign_statement({"aud": "urn:svd:org:dwp"}, typ=ASSERTION_TYPE)
