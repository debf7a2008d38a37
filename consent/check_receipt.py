#!/usr/bin/env python3
"""Check a receipt of your permissions yourself. Needs Python 3.9 and nothing else.

    python3 check_receipt.py permission-PM7K3XQ29TVA.jws

It fetches the public keys and the notices from the service that the receipt names, and says in
plain sentences what it finds. To check without the internet, give it what it would fetch:

    python3 check_receipt.py receipt.jws --keys jwks.json --log-key log.key --notice words.toml

What it checks: the signature (ES256); the hash of each record (RFC 8785); that the words of the
notice, and what was filled into them, are those of the record; that the record is in the log: the
event with its salt gives the leaf, the leaf and the proof give the root (RFC 9162), and the root
stands under the log's signature (Ed25519, C2SP signed note).

The two signature methods are written out below in plain numbers. They are slow and not for making
signatures; for checking them, nothing secret is needed. Ends with 0 when all is well, 1 when
something is wrong, 2 when the receipt cannot be read.
"""

# ruff: noqa: T201 - it is a program of its own, and printing is what it is for
from __future__ import annotations

import argparse
import hashlib
import json
import sys
from base64 import b64decode, urlsafe_b64decode
from pathlib import Path
from typing import Any
from urllib.parse import urljoin, urlsplit
from urllib.request import Request, urlopen

LARGEST = 8 * 1024 * 1024
SECONDS = 20


class Bad(Exception):
    """Something is not as it must be; the text is for people."""


# --- JSON in the one way it can be written (RFC 8785) ------------------------------------------


def canonical(value: Any) -> bytes:
    """The bytes that are hashed. Receipts have no fractions, so none are written here."""
    return _write(value).encode("utf-8")


def _write(value: Any) -> str:
    if value is None or isinstance(value, (bool, str)):
        return json.dumps(value, ensure_ascii=False)
    if isinstance(value, int) and abs(value) < 2**53:
        return str(value)
    if isinstance(value, list):
        return "[" + ",".join(_write(one) for one in value) + "]"
    if isinstance(value, dict):
        names = sorted(value, key=lambda name: name.encode("utf-16-be"))
        return "{" + ",".join(_write(name) + ":" + _write(value[name]) for name in names) + "}"
    raise Bad("it holds a number or a value that no receipt has")


def digest(raw: bytes) -> str:
    return hashlib.sha256(raw).hexdigest()


# --- ES256: ECDSA on the curve P-256 (FIPS 186-5) ----------------------------------------------

P = 2**256 - 2**224 + 2**192 + 2**96 - 1
N = 0xFFFFFFFF00000000FFFFFFFFFFFFFFFFBCE6FAADA7179E84F3B9CAC2FC632551
B = 0x5AC635D8AA3A93E7B3EBBD55769886BC651D06B0CC53B0F63BCE3C3E27D2604B
G = (
    0x6B17D1F2E12C4247F8BCE6E563A440F277037D812DEB33A0F4A13945D898C296,
    0x4FE342E2FE1A7F9B8EE7EB4A7C0F9E162BCE33576B315ECECBB6406837BF51F5,
)


def _add(one: Any, two: Any) -> Any:
    """The sum of two points of P-256; None is the point at infinity."""
    if one is None or two is None:
        return two if one is None else one
    if one[0] == two[0]:
        if (one[1] + two[1]) % P == 0:
            return None
        slope = (3 * one[0] * one[0] - 3) * pow(2 * one[1], -1, P) % P
    else:
        slope = (two[1] - one[1]) * pow(two[0] - one[0], -1, P) % P
    x = (slope * slope - one[0] - two[0]) % P
    return x, (slope * (one[0] - x) - one[1]) % P


def _times(count: int, point: Any) -> Any:
    total = None
    while count:
        if count & 1:
            total = _add(total, point)
        point = _add(point, point)
        count >>= 1
    return total


def es256(x: int, y: int, message: bytes, signature: bytes) -> bool:
    """Is this the signature (64 bytes) of the holder of the key (x, y) under this message?"""
    if len(signature) != 64 or not (0 <= x < P and 0 <= y < P):
        return False
    if (y * y - (x * x * x - 3 * x + B)) % P:
        return False
    r, s = int.from_bytes(signature[:32], "big"), int.from_bytes(signature[32:], "big")
    if not (0 < r < N and 0 < s < N):
        return False
    said = int.from_bytes(hashlib.sha256(message).digest(), "big")
    inverse = pow(s, -1, N)
    point = _add(_times(said * inverse % N, G), _times(r * inverse % N, (x, y)))
    return point is not None and bool(point[0] % N == r)


# --- Ed25519 (RFC 8032) ------------------------------------------------------------------------

Q = 2**255 - 19
L = 2**252 + 27742317777372353535851937790883648493
D = -121665 * pow(121666, -1, Q) % Q
ROOT = pow(2, (Q - 1) // 4, Q)


def _recover(y: int, sign: int) -> Any:
    """The point with this y and the sign of its x; None where there is none."""
    square = (y * y - 1) * pow(D * y * y + 1, -1, Q) % Q
    x = pow(square, (Q + 3) // 8, Q)
    if (x * x - square) % Q:
        x = x * ROOT % Q
    if (x * x - square) % Q or (x == 0 and sign):
        return None
    return (Q - x if x & 1 != sign else x), y


def _plus(one: Any, two: Any) -> Any:
    (a, b), (c, d) = one, two
    both = D * a * c * b * d % Q
    return (
        (a * d + b * c) * pow(1 + both, -1, Q) % Q,
        (b * d + a * c) * pow(1 - both, -1, Q) % Q,
    )


def _many(count: int, point: Any) -> Any:
    total = (0, 1)
    while count:
        if count & 1:
            total = _plus(total, point)
        point = _plus(point, point)
        count >>= 1
    return total


BASE = _recover(4 * pow(5, -1, Q) % Q, 0)


def _unpack(raw: bytes) -> Any:
    number = int.from_bytes(raw, "little")
    y = number & (2**255 - 1)
    return _recover(y, number >> 255) if y < Q else None


def ed25519(public: bytes, message: bytes, signature: bytes) -> bool:
    """Is this the signature (64 bytes) of the holder of this key (32 bytes)?"""
    if len(public) != 32 or len(signature) != 64:
        return False
    key, commitment = _unpack(public), _unpack(signature[:32])
    s = int.from_bytes(signature[32:], "little")
    if key is None or commitment is None or s >= L:
        return False
    raw = hashlib.sha512(signature[:32] + public + message).digest()
    challenge = int.from_bytes(raw, "little") % L
    return bool(_many(s, BASE) == _plus(commitment, _many(challenge, key)))


# --- the log: a tree of RFC 9162 and its signed head -------------------------------------------


def root_of(leaf: bytes, index: int, size: int, proof: list[bytes]) -> bytes:
    """The root that this leaf, at this place of a tree of this size, and this proof lead to."""
    if not 0 <= index < size:
        raise Bad("its place is outside the log")
    last, whole = size - 1, leaf
    for sibling in proof:
        if last == 0 or len(sibling) != 32:
            raise Bad("its proof does not fit the log")
        if index & 1 or index == last:
            whole = hashlib.sha256(b"\x01" + sibling + whole).digest()
            while not index & 1 and index:
                index, last = index >> 1, last >> 1
        else:
            whole = hashlib.sha256(b"\x01" + whole + sibling).digest()
        index, last = index >> 1, last >> 1
    if last:
        raise Bad("its proof is too short")
    return whole


def signed_head(note: str, vkey: str) -> tuple[str, int, bytes]:
    """Origin, size and root of a checkpoint that the log's key has signed."""
    name, key_id, body = vkey.strip().split("+", 2)
    raw = b64decode(body, validate=True)
    if raw[:1] != b"\x01" or digest(name.encode() + b"\n" + raw)[:8] != key_id:
        raise Bad("the log's key is not written as it must be")
    text, gap, lines = note.rpartition("\n\n")
    text += "\n"
    for line in lines.splitlines() if gap else ():
        if not line.startswith(f"— {name} "):
            continue
        signature = b64decode(line.split(" ")[2], validate=True)
        if signature[:4].hex() == key_id and ed25519(raw[1:], text.encode(), signature[4:]):
            origin, size, root = text.split("\n")[:3]
            if origin != name:
                raise Bad("the head is of another log")
            return origin, int(size), b64decode(root, validate=True)
    raise Bad("the head of the log is not signed with the log's key")


# --- reading a receipt -------------------------------------------------------------------------


def from_base64url(text: str) -> bytes:
    return urlsafe_b64decode(text + "=" * (-len(text) % 4))


def tokens_in(text: str) -> list[str]:
    """The signed receipts of a file: one as it is, or in the JSON that the service gives."""
    if not text.lstrip().startswith("{"):
        return text.split()
    found = json.loads(text)
    listed = found.get("receipts", [found])
    return [one["jws"] for one in listed if one.get("jws")]


def opened(token: str) -> tuple[dict[str, Any], dict[str, Any], bytes, bytes]:
    """Header, claims, what is signed, and the signature."""
    header, body, signature = token.split(".")
    return (
        json.loads(from_base64url(header)),
        json.loads(from_base64url(body)),
        f"{header}.{body}".encode(),
        from_base64url(signature),
    )


def signed_with(key: dict[str, Any], signed: bytes, signature: bytes) -> bool:
    """Is it a key for signatures on P-256, and is this its signature?"""
    if (key.get("kty"), key.get("crv"), key.get("use", "sig")) != ("EC", "P-256", "sig"):
        return False
    if "verify" not in key.get("key_ops", ["verify"]):
        return False
    x, y = (int.from_bytes(from_base64url(key[name]), "big") for name in "xy")
    return es256(x, y, signed, signature)


class Source:
    """Where keys and notices come from: files that were given, or the service itself."""

    def __init__(self, given: argparse.Namespace) -> None:
        self._given = given
        self._fetched: dict[str, bytes] = {}
        notices = [Path(name).read_bytes() for name in given.notice]
        self._notices = {digest(raw): raw for raw in notices}

    def keys(self, service: str) -> list[dict[str, Any]]:
        raw = self._read(self._given.keys, urljoin(service, "/.well-known/jwks.json"))
        found: list[dict[str, Any]] = json.loads(raw)["keys"]
        return found

    def log_key(self, service: str) -> str:
        return self._read(self._given.log_key, urljoin(service, "/log/key")).decode().strip()

    def notice(self, address: str, expected: str) -> bytes:
        if expected in self._notices:
            return self._notices[expected]
        return self._read(None, f"{address}.toml")

    def _read(self, file: str | None, address: str) -> bytes:
        if file:
            return Path(file).read_bytes()
        if self._given.offline:
            raise FileNotFoundError(address)
        if address not in self._fetched:
            parts = urlsplit(address)
            local = parts.hostname in ("localhost", "127.0.0.1")
            if parts.scheme != "https" and not (parts.scheme == "http" and local):
                raise Bad(f"{address} is not a safe address")
            with urlopen(Request(address), timeout=SECONDS) as answer:  # noqa: S310 - checked
                self._fetched[address] = answer.read(LARGEST)
        return self._fetched[address]


class Report:
    """What was found, one sentence a line."""

    def __init__(self) -> None:
        self.wrong = 0

    def say(self, mark: str, words: str) -> None:
        print(f"{mark:5} {words}")

    def check(self, right: bool, good: str, bad: str) -> None:
        self.wrong += not right
        self.say("OK" if right else "WRONG", good if right else bad)


def check(token: str, source: Source, report: Report) -> dict[str, Any]:
    """All checks of one signed receipt; what it says."""
    header, claims, signed, signature = opened(token)
    service = claims["iss"]
    print(f"\nReceipt {claims.get('receipt', claims['jti'])}, given by {service}.")
    print("      Make sure that this is the address of the service you used.")
    _signature(header, service, signed, signature, source, report)
    heads: dict[str, Any] = {}
    for place, record in enumerate(claims["records"]):
        _record(place, record, claims, source, report)
        _logged(place, record, claims, source, report, heads)
    return claims


def _signature(
    header: dict[str, Any],
    service: str,
    signed: bytes,
    signature: bytes,
    source: Source,
    report: Report,
) -> None:
    right = False
    if (header.get("alg"), header.get("typ")) == ("ES256", "consent-receipt+jwt"):
        for key in source.keys(service):
            if key.get("kid") == header.get("kid"):
                right = right or signed_with(key, signed, signature)
    report.check(
        right,
        "The service has signed it, and nothing in it was changed.",
        "The signature is not the service's. Do not trust anything in this receipt.",
    )


def _record(
    place: int, record: dict[str, Any], claims: dict[str, Any], source: Source, report: Report
) -> None:
    process, party = record["pii_processing"][0], record["parties"][1]
    given, notice = record["events"][-1], record["privacy_notice"]
    print(
        f"  Record {place + 1}: {process['purpose_code']} with {party['party_name']},"
        f" given {given['event_time'][:10]}, until {given['validity_duration']['value'][:10]},"
        f" {claims['standing'][place]['state']} when the receipt was made."
    )
    report.check(
        digest(canonical(record)) == claims["record_hashes"][place],
        "The record has the hash that was written when you decided.",
        "The record is not the one that was hashed when you decided.",
    )
    try:
        words = source.notice(urljoin(claims["iss"], notice["@id"]), notice["notice_sha256"])
    except FileNotFoundError:
        report.say("-", "The words of the notice were not checked: give them with --notice.")
        return
    report.check(
        digest(words) == notice["notice_sha256"],
        f"The words of the notice {notice['notice_version']} are the ones you were shown.",
        f"The words of the notice {notice['notice_version']} have been changed since.",
    )
    if "template_params" in notice:
        report.check(
            notice["presented_sha256"] in _screens(notice),
            "The department and the date that were filled in are the ones you were shown.",
            "What was filled into the notice is not what you were shown.",
        )


def _screens(notice: dict[str, Any]) -> set[str]:
    """The hash of the screen for each way in which a person can say yes."""
    shown = {
        "notice_sha256": notice["notice_sha256"],
        "language": notice["language"],
        "parameters": json.loads(notice["template_params"]),
    }
    return {digest(canonical({**shown, "choices": {"agree": said}})) for said in ("yes", "once")}


def _logged(
    place: int,
    record: dict[str, Any],
    claims: dict[str, Any],
    source: Source,
    report: Report,
    heads: dict[str, Any],
) -> None:
    leaf, proof = claims.get("leaves", {}), claims["log"][place]
    leaf = leaf[place] if leaf else None
    if leaf is None:
        report.say("-", "This receipt does not say where the record is in the log.")
        return
    salted = b"\x00" + from_base64url(leaf["salt_b64u"]) + canonical(leaf["event"])
    event = leaf["event"]
    report.check(
        digest(salted) == leaf["leaf_hash"]
        and event["digest"] == claims["record_hashes"][place]
        and event["grant_id"] == record["grant_id"],
        "The event with its salt makes the leaf, and it names this record.",
        "The leaf of the log is not of this record.",
    )
    if proof is None:
        report.say("-", "It is not in the log yet. That takes a minute: get the receipt again.")
        return
    try:
        if "head" not in heads:
            heads["head"] = signed_head(claims["checkpoint"], source.log_key(claims["iss"]))
        origin, size, root = heads["head"]
        said = [b64decode(one, validate=True) for one in proof["inclusion_proof"]]
        found = root_of(bytes.fromhex(leaf["leaf_hash"]), proof["leaf_index"], size, said)
        right = (proof["origin"], proof["tree_size"]) == (origin, size) and found == root
        right = right and b64decode(proof["root"]) == root
    except FileNotFoundError:
        report.say("-", "The log was not checked: give its key with --log-key.")
        return
    except Bad as bad:
        report.check(False, "", f"The log: {bad}.")
        return
    report.check(
        right,
        f"It is entry {proof['leaf_index']} of {size} in the log, which the log has signed.",
        "It is not in the log that was signed.",
    )


def _renewals(read: list[dict[str, Any]], report: Report) -> None:
    """Where a record and the one before it are both in the file, one names the other."""
    found = {}
    for claims in read:
        for place, record in enumerate(claims["records"]):
            found[record["lineage_id"], record["version"]] = record, claims["record_hashes"][place]
    for (line, version), (record, _) in sorted(found.items(), key=lambda one: one[0]):
        before = found.get((line, version - 1))
        if before is not None:
            report.check(
                record["prev_record_hash"] == before[1],
                f"Version {version} of a permission follows the one before it.",
                f"Version {version} of a permission does not follow the one before it.",
            )


def main(words: list[str]) -> int:
    reader = argparse.ArgumentParser(description="Check a receipt of your permissions.")
    reader.add_argument("receipt", help="the file that you downloaded (.jws or .json)")
    reader.add_argument("--keys", help="the service's public keys: /.well-known/jwks.json")
    reader.add_argument("--log-key", help="the log's public key: /log/key")
    reader.add_argument("--notice", action="append", default=[], help="a notice, as a .toml file")
    reader.add_argument("--offline", action="store_true", help="fetch nothing")
    given = reader.parse_args(words)
    report = Report()
    try:
        source = Source(given)
        tokens = tokens_in(Path(given.receipt).read_text(encoding="utf-8"))
        if not tokens:
            raise Bad("there is no receipt in this file")
        _renewals([check(token, source, report) for token in tokens], report)
    except (OSError, ValueError, KeyError, IndexError, TypeError, Bad) as fault:
        print(f"\nThis receipt cannot be checked: {type(fault).__name__}: {fault}")
        return 2
    if report.wrong:
        print(f"\n{report.wrong} of the checks went wrong. Ask the service about this receipt.")
        return 1
    print("\nAll that was checked is right.")
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
