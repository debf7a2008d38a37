"""Keys are made once, are nobody else's to read, and their public halves hold nothing private."""

from __future__ import annotations

import json
import stat
from pathlib import Path

import pytest
from joserfc import jwe, jws
from joserfc.jwk import ECKey, RSAKey

from app.local.keys import DEPARTMENTS, SECRETS, ensure, ensure_signer, secret
from app.settings import SIGNERS_KEYS


@pytest.fixture(scope="module")
def keys(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("keys")
    ensure(folder)
    return folder


def test_a_second_start_keeps_every_key(keys: Path) -> None:
    before = {path.name: path.read_bytes() for path in keys.iterdir()}
    ensure(keys)
    assert {path.name: path.read_bytes() for path in keys.iterdir()} == before


def test_private_files_are_for_the_owner_only(keys: Path) -> None:
    assert stat.S_IMODE(keys.stat().st_mode) == 0o700
    private = [*keys.glob("*.jwk.json"), *(keys / name for name in SECRETS)]
    assert len(private) == 3 + 2 * len(DEPARTMENTS) + len(SECRETS)
    for path in private:
        assert stat.S_IMODE(path.stat().st_mode) == 0o600, path.name


def test_published_sets_hold_no_private_member(keys: Path) -> None:
    for path in keys.glob("*.jwks.json"):
        for key in json.loads(path.read_text())["keys"]:
            assert not {"d", "p", "q", "dp", "dq", "qi", "k"} & key.keys(), path.name
            assert {"kid", "use", "alg"} <= key.keys(), path.name


def test_secrets_are_different_32_bytes(keys: Path) -> None:
    values = {secret(keys, name) for name in SECRETS}
    assert len(values) == len(SECRETS)
    assert {len(value) for value in values} == {32}


def test_sec_19_the_signers_keys_lie_in_its_own_folder_and_only_their_public_halves_elsewhere(
    keys: Path, tmp_path: Path
) -> None:
    own = tmp_path / "signer"
    ensure_signer(own, publish_to=keys)
    assert stat.S_IMODE(own.stat().st_mode) == 0o700
    assert sorted(path.name for path in own.iterdir()) == ["log.jwk.json", "portal.jwk.json"]
    assert {stat.S_IMODE(path.stat().st_mode) for path in own.iterdir()} == {0o600}
    assert not [name for name in SIGNERS_KEYS if (keys / name).exists()]
    private = ECKey.import_key(json.loads((own / "portal.jwk.json").read_text()))
    public = ECKey.import_key(json.loads((keys / "portal.jwks.json").read_text())["keys"][0])
    signed = jws.serialize_compact({"alg": "ES256"}, b"words", private)
    assert jws.deserialize_compact(signed, public, ["ES256"]).payload == b"words"


def test_sec_19_a_key_that_an_older_release_left_with_the_portal_is_moved_away(
    keys: Path, tmp_path: Path
) -> None:
    own = tmp_path / "signer"
    ensure_signer(own, publish_to=keys)
    kept, published = (own / "portal.jwk.json").read_bytes(), keys / "portal.jwks.json"
    said = published.read_bytes()
    (own / "portal.jwk.json").rename(keys / "portal.jwk.json")
    ensure_signer(own, publish_to=keys)
    assert (own / "portal.jwk.json").read_bytes() == kept
    assert not (keys / "portal.jwk.json").exists()
    assert published.read_bytes() == said


def test_what_is_sealed_to_a_department_only_it_can_open(keys: Path) -> None:
    published = json.loads((keys / "dwp.jwks.json").read_text())["keys"]
    public = ECKey.import_key(next(key for key in published if key["use"] == "enc"))
    private = ECKey.import_key(json.loads((keys / "dwp_seal.jwk.json").read_text()))
    sealed = jwe.encrypt_compact({"alg": "ECDH-ES", "enc": "A256GCM"}, b"words", public)
    assert jwe.decrypt_compact(sealed, private).plaintext == b"words"


def test_the_sign_in_client_key_is_rsa_for_ps256(keys: Path) -> None:
    key = RSAKey.import_key(json.loads((keys / "one_login_client.jwk.json").read_text()))
    assert key.as_dict(private=False)["alg"] == "PS256"
    assert key.public_key.key_size == 3072
