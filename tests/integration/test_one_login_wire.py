"""What the simulated One Login itself refuses, and its notices of a sign-out."""

from __future__ import annotations

import http.client
import http.server
import os
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, urlencode, urlsplit

import pytest
import requests
from joserfc import jwt
from joserfc.jwk import ECKey, RSAKey

from adapters.identity.refusal import SignInRefused
from adapters.identity.tokens import LOGOUT_EVENT, TokenInvalid, logout_claims
from adapters.simulators.cast import Cast
from tests.integration.one_login_peer import (
    CLIENT_ID,
    RETURN,
    ROOT,
    Browser,
    Peer,
    chance,
    client_key,
    now,
    public_keys,
    simulator,
)

CAST = Cast.load()
CHALLENGE = "c" * 43


class Portal(http.server.BaseHTTPRequestHandler):
    """A portal that only takes notices of a sign-out."""

    notices: list[str]

    def do_POST(self) -> None:
        body = self.rfile.read(int(self.headers["Content-Length"])).decode()
        type(self).notices.append(parse_qs(body)["logout_token"][0])
        self.send_response(200)
        self.end_headers()


Portal.notices = []


@pytest.fixture(scope="module")
def peer(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Peer]:
    state = tmp_path_factory.mktemp("state")
    key = client_key()
    (state / "keys").mkdir()
    (state / "keys" / "one_login_client.jwks.json").write_text(public_keys(key))
    with http.server.ThreadingHTTPServer(("127.0.0.1", 0), Portal) as portal:
        threading.Thread(target=portal.serve_forever, daemon=True).start()
        back = f"http://127.0.0.1:{portal.server_port}/sign-in/back-channel-logout"
        with simulator(state, environ={"SVD_ONE_LOGIN_BACK_CHANNEL_URI": back}) as url:
            yield Peer(url, key)
        portal.shutdown()


def plain(**changes: str) -> dict[str, str]:
    """A right request to /authorize in the open, with some parts changed ("" leaves one out)."""
    params = {
        "client_id": CLIENT_ID,
        "redirect_uri": RETURN,
        "response_type": "code",
        "scope": "openid",
        "state": "state-1",
        "nonce": "nonce-1",
        "vtr": '["Cl.Cm"]',
        "code_challenge": CHALLENGE,
        "code_challenge_method": "S256",
    } | changes
    return {name: value for name, value in params.items() if value}


def authorize(peer: Peer, params: dict[str, str]) -> requests.Response:
    return Browser().open(f"{peer.url}/authorize?{urlencode(params)}")


def test_a_request_in_the_open_is_shown_the_choice_of_people(peer: Peer) -> None:
    reply = authorize(peer, plain())
    assert reply.status_code == 200
    assert reply.text.count('type="radio"') == 10
    assert "<script" not in reply.text
    assert " style=" not in reply.text
    assert "http://localhost:8000" in reply.headers["Content-Security-Policy"]


@pytest.mark.parametrize(
    "changes",
    [
        {"client_id": "somebody"},
        {"redirect_uri": "http://localhost:8000/elsewhere"},
        {"redirect_uri": ""},
        {"nonce": "n" * 4100},
    ],
)
def test_a_request_that_cannot_be_trusted_is_not_redirected(
    peer: Peer, changes: dict[str, str]
) -> None:
    reply = authorize(peer, plain(**changes))
    assert reply.status_code == 400
    assert "Location" not in reply.headers


@pytest.mark.parametrize(
    ("changes", "error"),
    [
        ({"response_type": "token"}, "unsupported_response_type"),
        ({"scope": "openid passport"}, "invalid_scope"),
        ({"state": ""}, "invalid_request"),
        ({"nonce": ""}, "invalid_request"),
        ({"code_challenge": ""}, "invalid_request"),
        ({"code_challenge_method": "plain"}, "invalid_request"),
        ({"vtr": '["P9"]'}, "invalid_request"),
        ({"prompt": "consent"}, "invalid_request"),
        ({"claims": "not json"}, "invalid_request"),
        ({"claims": '{"userinfo":{"https://vocab.account.gov.uk/v1/address":null}}'},
         "invalid_request"),
    ],
)  # fmt: skip
def test_a_faulty_request_goes_back_with_an_error(
    peer: Peer, changes: dict[str, str], error: str
) -> None:
    reply = authorize(peer, plain(**changes))
    assert reply.status_code == 303
    assert parse_qs(urlsplit(reply.headers["Location"]).query)["error"] == [error]


def test_something_outside_a_signed_request_is_refused(peer: Peer) -> None:
    start = peer.one_login().begin(chance=chance)
    assert Browser().open(f"{start.url}&prompt=none").status_code == 400


def test_choosing_nobody_shows_the_page_again(peer: Peer) -> None:
    browser = Browser()
    start = peer.one_login().begin(chance=chance)
    browser.open(start.url)
    reply = browser.choose(start.url, "")
    assert reply.status_code == 400
    assert "There is a problem" in reply.text


@pytest.mark.parametrize(
    "path",
    ["/token", "/userinfo", "/.well-known/openid-configuration", "/.well-known/jwks.json",
     "/.well-known/did.json"],
)  # fmt: skip
def test_a_machine_that_does_not_say_who_it_is_gets_403(peer: Peer, path: str) -> None:
    where = urlsplit(peer.url)
    connection = http.client.HTTPConnection(where.hostname or "", where.port or 0, timeout=60)
    connection.request("POST" if path == "/token" else "GET", path)
    assert connection.getresponse().status == 403
    connection.close()


def code_for(peer: Peer) -> tuple[str, str]:
    start = peer.one_login().begin(chance=chance)
    return Browser().sign_in(start)["code"], start.code_verifier


def assertion(peer: Peer, key: RSAKey | None = None, alg: str = "PS256", **changes: Any) -> str:
    at = int(time.time())
    claims = {
        "iss": CLIENT_ID,
        "sub": CLIENT_ID,
        "aud": f"{peer.url}/token",
        "iat": at,
        "exp": at + 240,
        "jti": str(time.monotonic_ns()),
    } | changes
    return jwt.encode({"alg": alg}, claims, key or peer.key, algorithms=[alg])


def redeem(peer: Peer, proof: str, **changes: str) -> requests.Response:
    code, verifier = code_for(peer)
    form = {
        "grant_type": "authorization_code",
        "code": code,
        "code_verifier": verifier,
        "redirect_uri": RETURN,
        "client_assertion_type": "urn:ietf:params:oauth:client-assertion-type:jwt-bearer",
        "client_assertion": proof,
    } | changes
    return requests.post(f"{peer.url}/token", data=form, timeout=60)


def test_a_client_that_proves_itself_gets_tokens_for_three_minutes(peer: Peer) -> None:
    reply = redeem(peer, assertion(peer))
    assert (reply.status_code, reply.json()["expires_in"]) == (200, 180)
    assert reply.headers["Cache-Control"] == "no-store"


def test_a_client_assertion_is_good_once(peer: Peer) -> None:
    proof = assertion(peer)
    assert redeem(peer, proof).status_code == 200
    assert redeem(peer, proof).json()["error"] == "invalid_client"


@pytest.mark.parametrize(
    "changes",
    [
        {"aud": "https://elsewhere.example/token"},
        {"iss": "somebody"},
        {"sub": "somebody"},
        {"exp": int(time.time()) - 5},
        {"exp": int(time.time()) + 4000},
        {"jti": ""},
    ],
)
def test_a_faulty_client_assertion_is_refused(peer: Peer, changes: dict[str, Any]) -> None:
    reply = redeem(peer, assertion(peer, **changes))
    assert (reply.status_code, reply.json()["error"]) == (401, "invalid_client")


def test_a_client_assertion_with_another_algorithm_is_refused(peer: Peer) -> None:
    same_key = RSAKey.import_key(peer.key.as_pem(private=True))
    assert redeem(peer, assertion(peer, same_key, alg="RS256")).status_code == 401


@pytest.mark.parametrize(
    "changes",
    [
        {"code_verifier": "w" * 43},
        {"redirect_uri": "http://localhost:8000/elsewhere"},
        {"code": "unknown"},
    ],
)
def test_sec24_a_code_with_something_else_wrong_is_refused(
    peer: Peer, changes: dict[str, str]
) -> None:
    assert redeem(peer, assertion(peer), **changes).json()["error"] == "invalid_grant"


def test_sec24_a_second_use_of_a_code_ends_the_token_of_the_first(peer: Peer) -> None:
    code, verifier = code_for(peer)
    changes = {"code": code, "code_verifier": verifier}
    access = redeem(peer, assertion(peer), **changes).json()["access_token"]
    headers = {"Authorization": f"Bearer {access}"}
    assert requests.get(f"{peer.url}/userinfo", headers=headers, timeout=60).status_code == 200
    assert redeem(peer, assertion(peer), **changes).json()["error"] == "invalid_grant"
    assert requests.get(f"{peer.url}/userinfo", headers=headers, timeout=60).status_code == 401


def test_an_unknown_switch_is_refused(peer: Peer) -> None:
    body = {"errorConfiguration": {"idTokenErrors": ["NO_SUCH_ERROR"]}}
    assert requests.post(f"{peer.url}/config", json=body, timeout=60).status_code == 400


def notice(peer: Peer, token: str = "") -> str:
    Portal.notices.clear()
    reply = requests.post(
        f"{peer.url}/config/back-channel-logout",
        json={"person": "testwell", "token": token},
        timeout=60,
    )
    assert reply.json()["answered"] == 200
    return Portal.notices[0]


def test_a_sign_out_elsewhere_is_told_to_the_portal(peer: Peer) -> None:
    told = peer.one_login().verify_logout_token(notice(peer), now())
    assert told.subject == CAST.person("testwell").subject
    assert told.jti


def test_each_notice_has_an_id_of_its_own(peer: Peer) -> None:
    service = peer.one_login()
    first, second = (service.verify_logout_token(notice(peer), now()) for _ in range(2))
    assert first.jti != second.jti


def test_sec28_an_id_token_is_not_a_notice_of_a_sign_out(peer: Peer) -> None:
    service = peer.one_login()
    start = service.begin(chance=chance)
    params = Browser().sign_in(start)
    person = service.finish(start=start, callback_params=params, now=now())
    with pytest.raises(SignInRefused):
        service.verify_logout_token(person.id_token, now())


FAULTY: dict[str, dict[str, Any]] = {
    "iss": {"iss": "https://issuer.example/"},
    "aud": {"aud": "somebody-else"},
    "no event": {"events": {}},
    "wrong event": {"events": {"http://schemas.openid.net/event/other": {}}},
    "with nonce": {"nonce": "n"},
    "no jti": {"jti": None},
    "no sub": {"sub": None},
    "expired": {"iat": int(time.time()) - 900, "exp": int(time.time()) - 700},
    "old": {"iat": int(time.time()) - 900},
}


@pytest.mark.parametrize("fault", FAULTY)
def test_sec28_a_faulty_notice_is_refused(fault: str) -> None:
    key = ECKey.generate_key("P-256", private=True)
    at = int(time.time())
    claims: dict[str, Any] = {
        "iss": "https://oidc.example/",
        "aud": CLIENT_ID,
        "sub": "urn:fdc:gov.uk:2022:x",
        "jti": "j",
        "iat": at,
        "exp": at + 120,
        "events": {LOGOUT_EVENT: {}},
    }

    def told(said: dict[str, Any]) -> dict[str, Any]:
        present = {name: value for name, value in said.items() if value is not None}
        token = jwt.encode({"alg": "ES256", "kid": "k"}, present, key, algorithms=["ES256"])
        return logout_claims(
            token,
            lambda kid: key if kid == "k" else None,
            now(),
            issuer="https://oidc.example/",
            client_id=CLIENT_ID,
        )

    assert told(claims)["jti"] == "j"
    with pytest.raises(TokenInvalid):
        told(claims | FAULTY[fault])


def test_it_stops_at_once_when_told(tmp_path: Path) -> None:
    process = subprocess.Popen(
        [sys.executable, "-m", "adapters.simulators.serve", "one_login", "--port", "0"],
        cwd=ROOT,
        env={**os.environ, "SVD_STATE_DIR": str(tmp_path)},
        stdout=subprocess.PIPE,
        text=True,
    )
    assert process.stdout is not None
    url = process.stdout.readline().split()[1]
    with requests.Session() as kept_open:
        assert kept_open.get(f"{url}/healthz", timeout=60).json()["status"] == "ok"
        process.send_signal(signal.SIGTERM)
        assert process.wait(30) == 0, "half of the time that a kept connection could hold it"
    process.stdout.close()
