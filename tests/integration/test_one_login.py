"""Signing in against the simulated One Login: what works, and everything that must not."""

from __future__ import annotations

import dataclasses
import http.server
import threading
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest
from joserfc.jwk import RSAKey

from adapters.identity.refusal import SignInRefused
from adapters.identity.settings import OneLoginSettings
from adapters.simulators.cast import Cast
from adapters.simulators.one_login.faults import AUTHORISE, CORE_IDENTITY, ID_TOKEN
from consent.clock import SetClock
from consent.errors import EphemeralLeak
from tests.integration.one_login_peer import (
    RETURN,
    SIGNED_OUT,
    Browser,
    Peer,
    brought_back,
    chance,
    client_key,
    now,
    public_keys,
    simulator,
)

CAST = Cast.load()


@pytest.fixture(scope="module")
def running(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Peer]:
    state = tmp_path_factory.mktemp("state")
    key = client_key()
    (state / "keys").mkdir()
    (state / "keys" / "one_login_client.jwks.json").write_text(public_keys(key))
    with simulator(state) as url:
        yield Peer(url, key)


@pytest.fixture
def peer(running: Peer) -> Iterator[Peer]:
    running.asked.clear()
    yield running
    running.switch()


def refusal(peer: Peer, how: str = "continue") -> str:
    """Go through a whole sign-in and say why it was refused."""
    service = peer.one_login()
    start = service.begin(chance=chance)
    params = Browser().sign_in(start, how=how)
    with pytest.raises(SignInRefused) as refused:
        service.finish(start=start, callback_params=params, now=now())
    return refused.value.kind


@pytest.mark.parametrize("key", [person.key for person in CAST])
def test_each_person_of_the_cast_signs_in_with_a_proven_identity(peer: Peer, key: str) -> None:
    person = CAST.person(key)
    service = peer.one_login()
    start = service.begin(chance=chance)
    identity = service.finish(start=start, callback_params=Browser().sign_in(start, key), now=now())
    assert (identity.subject, identity.issuer) == (person.subject, f"{peer.url}/")
    assert (identity.given_names, identity.family_name) == (
        " ".join(person.given_names),
        person.family_name,
    )
    assert identity.birth_date == person.birth_date
    assert identity.address.postcode == person.address.postcode
    assert identity.address.uprn == str(person.address.uprn)
    assert identity.previous_addresses[0].postcode == person.previous_address.postcode
    assert (identity.vot, identity.ial) == ("Cl.Cm", "P2")
    assert abs(identity.auth_time - now()) < timedelta(seconds=20)


def test_names_and_addresses_come_with_their_history(peer: Peer) -> None:
    service = peer.one_login()
    start = service.begin(chance=chance)
    params = Browser().sign_in(start, "mockridge")
    morag = service.finish(start=start, callback_params=params, now=now())
    assert morag.full_name == "Morag Ailsa Mockridge"
    assert morag.previous_names == ("Morag Ailsa Trialson",)
    assert morag.address.lines == ("12 Prototype Brae", "Invermock")
    assert morag.facts(nino="QQ100005A").nino == "QQ100005A"


def test_sec30_an_identity_cannot_be_printed_or_kept(peer: Peer) -> None:
    service = peer.one_login()
    start = service.begin(chance=chance)
    person = service.finish(start=start, callback_params=Browser().sign_in(start), now=now())
    assert "Testwell" not in repr(person)
    with pytest.raises(EphemeralLeak):
        person.__json__()


@pytest.mark.parametrize("error", AUTHORISE)
def test_sec21_an_error_of_the_authorisation_ends_without_a_session(peer: Peer, error: str) -> None:
    peer.switch({"authoriseErrors": [error]})
    expected = {"ACCESS_DENIED": "cancelled", "TEMPORARILY_UNAVAILABLE": "unavailable"}
    assert refusal(peer) == expected[error]


@pytest.mark.parametrize("error", ID_TOKEN)
def test_sec21_a_faulty_id_token_ends_without_a_session(peer: Peer, error: str) -> None:
    peer.switch({"idTokenErrors": [error]})
    assert refusal(peer) == "token_invalid"


@pytest.mark.parametrize("error", CORE_IDENTITY)
def test_sec21_a_faulty_core_identity_ends_without_a_session(peer: Peer, error: str) -> None:
    peer.switch({"coreIdentityErrors": [error]})
    assert refusal(peer) == "identity_invalid"


@pytest.mark.parametrize(
    ("error", "kind"),
    [
        ("ID_TOKEN_UNKNOWN_KID", "token_invalid"),
        ("ID_TOKEN_WRONG_AT_HASH", "token_invalid"),
        ("ID_TOKEN_NO_AT_HASH", "token_invalid"),
        ("CORE_IDENTITY_UNKNOWN_KID", "identity_invalid"),
        ("CORE_IDENTITY_VOT_P1", "identity_invalid"),
        ("CORE_IDENTITY_ABSENT", "not_proven"),
        ("USERINFO_WRONG_SUB", "token_invalid"),
        ("USERINFO_HUGE", "unavailable"),
        ("DID_WRONG_CONTROLLER", "unavailable"),
        ("TOKEN_DOWN", "unavailable"),
    ],
)
def test_sec21_further_faults_end_without_a_session(peer: Peer, error: str, kind: str) -> None:
    peer.switch({"furtherErrors": [error]})
    assert refusal(peer) == kind


def test_sec21_return_codes_beside_an_identity_do_not_stop_a_sign_in(peer: Peer) -> None:
    peer.switch(answer={"returnCodes": [{"code": "B"}]})
    service = peer.one_login()
    start = service.begin(chance=chance)
    params = Browser().sign_in(start)
    assert service.finish(start=start, callback_params=params, now=now()).ial == "P2"


def test_sec21_a_core_identity_of_another_shape_is_refused(peer: Peer) -> None:
    peer.switch(answer={"coreIdentityVerifiableCredentials": {"type": ["VerifiableCredential"]}})
    assert refusal(peer) == "identity_invalid"


def test_somebody_who_cancels_is_not_signed_in(peer: Peer) -> None:
    assert refusal(peer, how="cancel") == "cancelled"


def test_sec31_somebody_without_a_proven_identity_is_not_signed_in(peer: Peer) -> None:
    assert refusal(peer, how="unproven") == "not_proven"


def test_sec24_a_code_is_good_once(peer: Peer) -> None:
    service = peer.one_login()
    start = service.begin(chance=chance)
    params = Browser().sign_in(start)
    service.finish(start=start, callback_params=params, now=now())
    with pytest.raises(SignInRefused) as refused:
        service.finish(start=start, callback_params=params, now=now())
    assert refused.value.kind == "code_refused"


def test_sec24_an_answer_to_another_browsers_question_is_refused_before_anything_is_asked(
    peer: Peer,
) -> None:
    service = peer.one_login()
    mine, theirs = service.begin(chance=chance), service.begin(chance=chance)
    params = Browser().sign_in(theirs)
    peer.asked.clear()
    with pytest.raises(SignInRefused) as refused:
        service.finish(start=mine, callback_params=params, now=now())
    assert refused.value.kind == "state_mismatch"
    assert peer.asked == []


@pytest.mark.parametrize("params", [{}, {"code": "x"}, {"code": "x", "state": ""}])
def test_sec24_a_callback_without_a_state_is_refused(peer: Peer, params: dict[str, str]) -> None:
    service = peer.one_login()
    start = service.begin(chance=chance)
    with pytest.raises(SignInRefused) as refused:
        service.finish(start=start, callback_params=params, now=now())
    assert refused.value.kind == "state_mismatch"


def test_sec24_another_code_verifier_is_refused(peer: Peer) -> None:
    service = peer.one_login()
    start = service.begin(chance=chance)
    params = Browser().sign_in(start)
    other = dataclasses.replace(start, code_verifier="v" * 43)
    with pytest.raises(SignInRefused) as refused:
        service.finish(start=other, callback_params=params, now=now())
    assert refused.value.kind == "code_refused"


def test_sec24_another_nonce_is_refused(peer: Peer) -> None:
    service = peer.one_login()
    start = service.begin(chance=chance)
    params = Browser().sign_in(start)
    other = dataclasses.replace(start, nonce="another")
    with pytest.raises(SignInRefused) as refused:
        service.finish(start=other, callback_params=params, now=now())
    assert refused.value.kind == "token_invalid"


def test_sec25_an_answer_that_names_another_issuer_is_refused(peer: Peer) -> None:
    service = peer.one_login()
    start = service.begin(chance=chance)
    params = Browser().sign_in(start) | {"iss": "https://issuer.example/"}
    with pytest.raises(SignInRefused) as refused:
        service.finish(start=start, callback_params=params, now=now())
    assert refused.value.kind == "state_mismatch"


def test_sec23_a_key_that_claims_to_lie_elsewhere_is_never_fetched(peer: Peer) -> None:
    visits: list[str] = []

    class Elsewhere(http.server.BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            visits.append(self.path)
            self.send_response(404)
            self.end_headers()

    with http.server.ThreadingHTTPServer(("127.0.0.1", 0), Elsewhere) as elsewhere:
        threading.Thread(target=elsewhere.serve_forever, daemon=True).start()
        peer.switch(
            answer={"coreIdentityKid": f"did:web:127.0.0.1%3A{elsewhere.server_port}#key-1"}
        )
        assert refusal(peer) == "identity_invalid"
        elsewhere.shutdown()
    assert visits == []
    assert all(url.startswith(peer.url) for url in peer.asked)


def test_sec23_an_unknown_key_makes_one_fresh_look_and_no_storm(peer: Peer) -> None:
    peer.switch({"furtherErrors": ["CORE_IDENTITY_UNKNOWN_KID"]})
    clock = SetClock(now())
    service = peer.one_login()
    for _ in range(4):
        start = service.begin(chance=chance)
        params = Browser().sign_in(start)
        with pytest.raises(SignInRefused):
            service.finish(start=start, callback_params=params, now=clock.now())
    assert sum(url.endswith("did.json") for url in peer.asked) == 1


def test_sec21_keys_are_taken_from_memory_and_a_new_key_is_found(peer: Peer) -> None:
    service = peer.one_login()

    def sign_in(after: timedelta) -> str:
        start = service.begin(chance=chance)
        params = Browser().sign_in(start)
        return service.finish(start=start, callback_params=params, now=now() + after).ial

    assert [sign_in(timedelta()), sign_in(timedelta())] == ["P2", "P2"]
    assert sum(url.endswith("jwks.json") for url in peer.asked) == 1
    peer.rotate_keys()
    assert sign_in(timedelta(seconds=61)) == "P2"
    assert sum(url.endswith("jwks.json") for url in peer.asked) == 2


def test_sec21_a_token_of_two_minutes_ago_is_refused(peer: Peer) -> None:
    service = peer.one_login()
    start = service.begin(chance=chance)
    params = Browser().sign_in(start)
    with pytest.raises(SignInRefused) as refused:
        service.finish(start=start, callback_params=params, now=now() + timedelta(seconds=140))
    assert refused.value.kind == "token_invalid"


def test_a_service_that_cannot_be_reached_is_said_to_be_unavailable(running: Peer) -> None:
    nowhere = Peer("http://127.0.0.1:9", running.key).one_login(seconds=1.0)
    with pytest.raises(SignInRefused) as refused:
        nowhere.begin(chance=chance)
    assert refused.value.kind == "unavailable"


def test_only_a_demonstration_may_be_reached_without_encryption(running: Peer) -> None:
    with pytest.raises(ValueError, match="not https"):
        OneLoginSettings.at(
            "http://oidc.example",
            client_id="x",
            client_key=running.key,
            redirect_uri=RETURN,
            user_agent="x",
        )


def test_a_small_client_key_is_refused() -> None:
    with pytest.raises(ValueError, match="2,048 bits"):
        OneLoginSettings.at(
            "https://oidc.example",
            client_id="x",
            client_key=RSAKey.generate_key(1024, {"kid": "k"}, private=True),
            redirect_uri=RETURN,
            user_agent="x",
        )


def test_a_client_with_another_key_is_not_served(peer: Peer) -> None:
    service = peer.one_login(client_key=client_key())
    start = service.begin(chance=chance)
    assert Browser().open(start.url).status_code == 400


def test_a_silent_look_finds_the_account_that_is_signed_in(peer: Peer) -> None:
    service, browser = peer.one_login(), Browser()
    browser.sign_in(service.begin(chance=chance), "demoska")
    silent = service.begin(chance=chance, levels="Cl.Cm", nonce="a-commitment", prompt="none")
    params = brought_back(browser.open(silent.url))
    found = service.confirm(start=silent, callback_params=params, now=now())
    assert found.subject == CAST.person("demoska").subject
    assert len(found.id_token_sha256) == 64


def test_a_silent_look_in_a_browser_where_nobody_is_signed_in_says_so(peer: Peer) -> None:
    service = peer.one_login()
    silent = service.begin(chance=chance, levels="Cl.Cm", prompt="none")
    params = brought_back(Browser().open(silent.url))
    with pytest.raises(SignInRefused) as refused:
        service.confirm(start=silent, callback_params=params, now=now())
    assert refused.value.kind == "login_required"


def test_sec31_a_silent_look_never_gives_an_identity(peer: Peer) -> None:
    service, browser = peer.one_login(), Browser()
    browser.sign_in(service.begin(chance=chance))
    silent = service.begin(chance=chance, levels="Cl.Cm", prompt="none")
    params = brought_back(browser.open(silent.url))
    with pytest.raises(SignInRefused) as refused:
        service.finish(start=silent, callback_params=params, now=now())
    assert refused.value.kind == "not_proven"


def test_signing_out_ends_the_session_there_too(peer: Peer) -> None:
    service, browser = peer.one_login(), Browser()
    start = service.begin(chance=chance)
    params = browser.sign_in(start)
    person = service.finish(start=start, callback_params=params, now=now())
    url = service.logout_url(person.id_token, SIGNED_OUT, "s1")
    assert len(url.partition("?")[2]) <= 2048
    reply = browser.open(url)
    assert reply.headers["Location"] == f"{SIGNED_OUT}?state=s1"
    silent = service.begin(chance=chance, levels="Cl.Cm", prompt="none")
    assert brought_back(browser.open(silent.url))["error"] == "login_required"


def test_the_clients_keys_are_read_from_the_portal_when_there_is_no_file(tmp_path: Path) -> None:
    key = client_key()
    body = public_keys(key).encode()

    class Portal(http.server.BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            self.send_response(200 if self.path == "/.well-known/jwks-onelogin.json" else 404)
            self.end_headers()
            self.wfile.write(body)

    with http.server.ThreadingHTTPServer(("127.0.0.1", 0), Portal) as portal:
        threading.Thread(target=portal.serve_forever, daemon=True).start()
        environ = {
            "SVD_PORTAL_URL": f"http://127.0.0.1:{portal.server_port}",
            "SVD_ONE_LOGIN_REDIRECT_URIS": RETURN,
        }
        with simulator(tmp_path, environ=environ) as url:
            peer = Peer(url, key)
            service = peer.one_login()
            start = service.begin(chance=chance)
            params = Browser().sign_in(start)
            assert service.finish(start=start, callback_params=params, now=now()).ial == "P2"
        portal.shutdown()
