"""What a department's check of a permission costs, beside token introspection. Prints JSON.

`python -m tests.bench.bench_consent --count 10000 --count 1000000 --count 10000000` after the
loader has made these databases in the same folder. In each round, one after the other on the same
PostgreSQL: our live status over HTTP (`svd serve` with one process and `svd sign`; token, DPoP
proof, signed answer), its list form, and django-oauth-toolkit's introspection (a virtualenv with
`django django-oauth-toolkit psycopg[binary] granian`; one process of the same server). Figures are
medians of the rounds. Requests are made beforehand, so the client costs both sides the same.

Then in this process: what the check, a pull, and the person's dashboard cost somebody with 10,000
permissions that have ended against people with 40 (a page) and with one.
"""

from __future__ import annotations

import argparse
import json
import os
import secrets
import socket
import subprocess
import sys
import time
import urllib.request
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from hashlib import sha256
from pathlib import Path
from statistics import median, quantiles
from typing import Any, Final
from urllib.parse import urlencode
from uuid import uuid4

import psycopg
from sqlalchemy.engine import make_url

from app.local import keys as key_files
from app.local.migrate import upgrade
from app.local.postgres import DEPARTMENT, OWNER, PORTAL, SIGNER, SUPERUSER, Cluster
from consent import notices as notice_files
from consent.clock import SystemClock
from consent.events import Kind
from consent.ids import SubjectId, random_text
from consent.jose import sign
from consent.keys import Key, load_keys, new_key, public_jwk
from consent.people import Person
from consent.permit import SignInEvidence
from consent.permits import note_outcome, permits_for
from consent.purposes import Purpose
from consent.store import Store, grants, open_store, requests
from consent.store.checks import Checks
from tests.bench.bench_view import cpu_of
from tests.bench.load import Figures, drive
from tests.bench.loader import LONG, PAGE, SHORT, a_cluster, connect, database_of
from tests.builders import WITHOUT_LIMITS

ROOT: Final = Path(__file__).resolve().parents[2]
PEER: Final = Path(__file__).parent / "peers"
ROUNDS: Final = 3
CLIENTS: Final = (1, 4, 8)
SECONDS: Final = 4.0
A_LIST: Final = 500
TARGET_RATIO, TARGET_P95_MS = 5.0, 20.0
LOOKS: Final = 300
PEOPLE: Final = {"10,000 ended": LONG, "40 ended": PAGE, "1 ended": SHORT}


def free_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as free:
        port: int = free.getsockname()[1]
    return port


def answers(port: int, path: str) -> None:
    opener = urllib.request.build_opener(urllib.request.ProxyHandler({}))
    for _ in range(300):
        try:
            opener.open(f"http://127.0.0.1:{port}{path}", timeout=2).close()
            return
        except urllib.error.HTTPError:
            return
        except OSError:
            time.sleep(0.1)
    raise TimeoutError(path)


@contextmanager
def running(
    command: list[str], environment: dict[str, str], place: Path = ROOT
) -> Iterator[subprocess.Popen[bytes]]:
    process = subprocess.Popen(
        command, env={**os.environ, **environment}, cwd=place, stdout=subprocess.DEVNULL
    )
    try:
        yield process
    finally:
        process.terminate()
        process.wait(40)


@contextmanager
def the_service(cluster: Cluster, count: int, folder: Path) -> Iterator[Ours]:
    """`svd serve` and `svd sign` on this database, and DWP's published keys."""
    name, port, theirs = database_of(count), free_port(), free_port()
    key_files.ensure(folder / "keys")
    key_files.ensure_signer(folder / "signer", publish_to=folder / "keys")
    url = f"http://127.0.0.1:{port}"
    told = {
        "SVD_DEMONSTRATION": "1",
        "SVD_STATE_DIR": str(folder),
        "SVD_PORTAL_URL": url,
        "SVD_PORT": str(port),
        "SVD_ADDRESS_DWP": f"http://127.0.0.1:{theirs}",
        "DATABASE_URL": cluster.url(PORTAL, name),
        "DATABASE_URL_SIGNER": cluster.url(SIGNER, name),
        "DATABASE_URL_DEPARTMENT": cluster.url(DEPARTMENT, name),
    }
    simulator = [sys.executable, "-m", "adapters.simulators.serve", "dwp", "--port", str(theirs)]
    with (
        running(simulator, {**told, "SVD_STATUS_CHECK": "0"}),
        running([sys.executable, "-m", "app.sign"], told) as signer,
        running([sys.executable, "-m", "app.serve"], told) as portal,
    ):
        answers(theirs, "/.well-known/jwks.json")
        answers(port, "/healthz")
        key = load_keys(folder / "keys" / "dwp_sign.jwk.json").first("sig")
        yield Ours(port, url, key, {"portal": portal.pid, "signer": signer.pid})


class Ours:
    """DWP's machine: makes tokens, proofs and whole requests."""

    def __init__(self, port: int, url: str, key: Key, pids: Mapping[str, int]) -> None:
        self.port, self._url, self._key, self.pids = port, url, key, pids
        self._proof_key = new_key("sig", "dpop")
        jwk = public_jwk(self._proof_key)
        self._jwk = {name: jwk[name] for name in ("kty", "crv", "x", "y")}
        self._token = ""

    def get_token(self) -> None:
        now, client = int(time.time()), "urn:svd:org:dwp"
        claims = {"iss": client, "sub": client, "aud": self._url, "iat": now, "exp": now + 60}
        claims["jti"] = random_text(secrets.token_bytes, 16)
        form = {
            "grant_type": "client_credentials",
            "client_assertion_type": "urn:ietf:params:oauth:client-assertion-type:jwt-bearer",
            "client_assertion": sign(claims, self._key, typ="JWT"),
        }
        asked = urllib.request.Request(  # noqa: S310  # our own address
            f"{self._url}/oauth/token",
            data=urlencode(form).encode(),
            headers={"DPoP": self._proof("POST", "/oauth/token", "")},
        )
        opener = urllib.request.build_opener(urllib.request.ProxyHandler({}))
        with opener.open(asked, timeout=10) as answer:
            self._token = json.loads(answer.read())["access_token"]

    def check(self, grant_id: str) -> bytes:
        return self._request("GET", f"/v1/grants/{grant_id}/status")

    def check_list(self, grant_ids: list[str]) -> bytes:
        return self._request(
            "POST", "/v1/grants/status", json.dumps({"grant_ids": grant_ids}).encode()
        )

    def _request(self, method: str, path: str, body: bytes = b"") -> bytes:
        head = [
            f"{method} {path} HTTP/1.1",
            f"Host: 127.0.0.1:{self.port}",
            f"Authorization: DPoP {self._token}",
            f"DPoP: {self._proof(method, path, self._token)}",
            f"x-svd-interaction-id: {uuid4()}",
        ]
        if body:
            head += ["Content-Type: application/json", f"Content-Length: {len(body)}"]
        return "\r\n".join(head).encode() + b"\r\n\r\n" + body

    def _proof(self, method: str, path: str, token: str) -> str:
        claims: dict[str, Any] = {
            "jti": random_text(secrets.token_bytes, 16),
            "htm": method,
            "htu": self._url + path,
            "iat": int(time.time()),
        }
        if token:
            claims["ath"] = _base64(sha256(token.encode()).digest())
        return _proof_of(claims, self._jwk, self._proof_key)


def _proof_of(claims: dict[str, Any], jwk: dict[str, str], key: Key) -> str:
    from joserfc import jws

    header = {"typ": "dpop+jwt", "alg": "ES256", "jwk": jwk}
    first = ".".join(_base64(json.dumps(part).encode()) for part in (header, claims))
    model: Any = jws.JWSRegistry.algorithms["ES256"]
    return first + "." + _base64(model.sign(first.encode(), key))


def _base64(raw: bytes) -> str:
    from base64 import urlsafe_b64encode

    return urlsafe_b64encode(raw).rstrip(b"=").decode("ascii")


@contextmanager
def the_peer(cluster: Cluster, count: int, python: Path) -> Iterator[tuple[int, int]]:
    """django-oauth-toolkit with as many tokens, on the same PostgreSQL; its tables are kept."""
    name, port = f"peer_{count}", free_port()
    url = make_url(cluster.url(SUPERUSER, name))
    told = {
        "PEER_DATABASE": name,
        "PEER_USER": str(url.username),
        "PEER_PASSWORD": str(url.password),
        "PEER_HOST": str(url.query["host"]),
    }
    with connect(cluster, "postgres") as connection:
        there = connection.execute("select from pg_database where datname = %s", (name,))
        if there.fetchone() is None:
            connection.execute(f'create database "{name}"')
        if not _is_full(cluster, name):
            subprocess.run(
                [python, "toolkit.py", "prepare", str(count)],
                env={**os.environ, **told}, cwd=PEER, check=True,
            )  # fmt: skip
    command = [
        str(python.parent / "granian"),
        *("--interface", "wsgi", "--host", "127.0.0.1", "--port", str(port), "--workers", "1"),
        *("--blocking-threads", "8", "--http", "1", "--no-ws", "toolkit:application"),
    ]
    with running(command, told, PEER) as process:
        answers(port, "/o/introspect/")
        yield port, process.pid


def _is_full(cluster: Cluster, name: str) -> bool:
    with connect(cluster, name) as connection:
        try:
            row = connection.execute("select from oauth2_provider_accesstoken limit 1").fetchone()
        except psycopg.errors.UndefinedTable:
            return False
    return row is not None


class Cpu:
    """What answers cost the processor, by process with its children."""

    def __init__(self, pids: Mapping[str, int]) -> None:
        self._pids = pids
        self._spent = dict.fromkeys(pids, 0.0)
        self._answers = 0

    @contextmanager
    def counted(self, rounds: list[Figures]) -> Iterator[None]:
        before = {name: cpu_of(pid) for name, pid in self._pids.items()}
        yield
        for name, pid in self._pids.items():
            self._spent[name] += cpu_of(pid) - before[name]
        self._answers += len(rounds[-1].seconds)

    def shown(self) -> dict[str, float]:
        each = max(1, self._answers)
        return {name: round(1000 * spent / each, 3) for name, spent in self._spent.items()}


def introspection(port: int, token: str) -> bytes:
    body = urlencode({"token": token}).encode()
    head = [
        "POST /o/introspect/ HTTP/1.1",
        f"Host: 127.0.0.1:{port}",
        "Authorization: Bearer resource-server-token",
        "Content-Type: application/x-www-form-urlencoded",
        f"Content-Length: {len(body)}",
    ]
    return "\r\n".join(head).encode() + b"\r\n\r\n" + body


def compare(cluster: Cluster, count: int, folder: Path, python: Path) -> dict[str, Any]:
    """Interleaved rounds: ours, theirs, ours as a list, for each number of clients."""
    ids = grant_ids(cluster, count)
    tokens = peer_tokens(count)
    many = int(SECONDS * 3000)
    seen: dict[str, dict[int, list[Figures]]] = {
        name: {clients: [] for clients in CLIENTS} for name in ("status", "list", "peer")
    }
    with (
        the_service(cluster, count, folder) as ours,
        the_peer(cluster, count, python) as (port, peer),
    ):
        asks = [introspection(port, token) for token in tokens]
        ours.get_token()
        drive(ours.port, [ours.check(one) for one in ids[:200]], clients=4, seconds=5)
        drive(port, asks[:200], clients=4, seconds=5)
        database = cluster._process.pid
        cpu = {
            "status": Cpu({**ours.pids, "postgres": database}),
            "peer": Cpu({"peer": peer, "postgres": database}),
            "list": Cpu({**ours.pids, "postgres": database}),
        }
        for _ in range(ROUNDS):
            for clients in CLIENTS:
                ours.get_token()
                checks = [ours.check(secrets.choice(ids)) for _ in range(many)]
                with cpu["status"].counted(seen["status"][clients]):
                    seen["status"][clients].append(
                        drive(ours.port, checks, clients=clients, seconds=SECONDS)
                    )
                with cpu["peer"].counted(seen["peer"][clients]):
                    seen["peer"][clients].append(
                        drive(port, asks, clients=clients, seconds=SECONDS)
                    )
                lists = [ours.check_list(_sample(ids)) for _ in range(40)]
                with cpu["list"].counted(seen["list"][clients]):
                    seen["list"][clients].append(
                        drive(ours.port, lists, clients=clients, seconds=SECONDS)
                    )
    spent = {name: one.shown() for name, one in cpu.items()}
    return {**_compared(seen), "processor_ms_an_answer": spent}


def _sample(ids: list[str]) -> list[str]:
    first = secrets.randbelow(max(1, len(ids) - A_LIST))
    return ids[first : first + A_LIST]


def _compared(seen: dict[str, dict[int, list[Figures]]]) -> dict[str, Any]:
    found: dict[str, Any] = {}
    for name, by_clients in seen.items():
        found[name] = {
            f"{clients} clients": sorted(rounds, key=lambda one: one.a_second)[ROUNDS // 2].shown()
            for clients, rounds in by_clients.items()
        }
    best = {
        name: max(median(one.a_second for one in rounds) for rounds in by_clients.values())
        for name, by_clients in seen.items()
    }
    found["checks_a_second_against_the_peer"] = round(best["status"] / best["peer"], 2)
    found["checks_in_lists_against_the_peer"] = round(A_LIST * best["list"] / best["peer"], 2)
    found["met"] = {
        "ratio": best["status"] / best["peer"] >= TARGET_RATIO,
        "p95": all(one["p95_ms"] < TARGET_P95_MS for one in found["status"].values()),
    }
    return found


def grant_ids(cluster: Cluster, count: int) -> list[str]:
    """Of DWP, from all over the table, the live and the ended."""
    with connect(cluster, database_of(count)) as connection:
        rows = connection.execute(
            "select grant_id from consent_grant tablesample system (%s)"
            " where department = 'dwp' limit 20000",
            (min(100.0, 12_000_000 / count),),
        ).fetchall()
    return [row[0] for row in rows]


def peer_tokens(count: int) -> list[str]:
    from hashlib import md5

    numbers = (1 + secrets.randbelow(count) for _ in range(int(SECONDS * 3000)))
    return ["token-" + md5(str(n).encode()).hexdigest() for n in numbers]  # noqa: S324 - no secret


def histories(cluster: Cluster, count: int) -> dict[str, Any]:
    """Milliseconds for people whose ended permissions are 10,000, as many as a page shows (40),
    and one."""
    name = database_of(count)
    store = open_store(cluster.url(PORTAL, name))
    checks = Checks(cluster.url(DEPARTMENT, name))
    try:
        errands: dict[str, Callable[[Person, str], object]] = {
            "status": lambda who, one: checks.look("dwp", spent=(), grant_ids=(one,)),
            "pull": lambda who, one: _pull(store, who),
            "dashboard": lambda who, one: _dashboard(store, who),
        }
        return {what: _each(store, errand) for what, errand in errands.items()}
    finally:
        checks.close()
        store.close()


def _each(store: Store, errand: Callable[[Person, str], object]) -> dict[str, float]:
    people = {name: Person(SubjectId(one)) for name, one in PEOPLE.items()}
    ids = {}
    for name, who in people.items():
        with store.transaction(who) as tx:
            live = grants.open_of(tx, who.subject, SystemClock().now())
        assert len(live) == 5, name
        ids[name] = next(one.grant_id for one in live if one.department == "dwp")
    taken: dict[str, list[float]] = {name: [] for name in people}
    for _ in range(LOOKS):
        for name, who in people.items():
            began = time.perf_counter()
            errand(who, ids[name])
            taken[name].append((time.perf_counter() - began) * 1000)
    middle = {name: median(times) for name, times in taken.items()}
    shown = {f"{name}: p50_ms": round(one, 3) for name, one in middle.items()}
    shown |= {
        f"{name}: p95_ms": round(quantiles(times, n=20)[-1], 3) for name, times in taken.items()
    }
    many, page, one = middle.values()
    return {**shown, "10,000 to 1": round(many / one, 3), "10,000 to 40": round(many / page, 3)}


NOTICES: Final = notice_files.load()


def _pull(store: Store, who: Person) -> None:
    clock = SystemClock()
    for permit in permits_for(
        store, clock, secrets.token_bytes, NOTICES, actor=who, purpose=Purpose.VIEW_DEBTS,
        sign_in=SignInEvidence(clock.now(), "Cl.Cm", "P2", "one_login"), terms=WITHOUT_LIMITS,
    ):  # fmt: skip
        note_outcome(
            store, clock, secrets.token_bytes, actor=who, permit=permit, kind=Kind.ANSWERED
        )


def _dashboard(store: Store, who: Person) -> None:
    """The questions of the page that lists a person's permissions."""
    now = SystemClock().now()
    with store.transaction(who) as tx:
        held = grants.open_of(tx, who.subject, now)
        grants.ended_of(tx, who.subject, now, limit=26 + len(held))
        requests.open_of(tx, who.subject)


def main() -> None:
    wanted = argparse.ArgumentParser(description=__doc__)
    wanted.add_argument("--folder", type=Path, default=Path("build/bench"))
    wanted.add_argument("--peer", type=Path, default=Path("build/peer/bin/python"))
    wanted.add_argument("--count", type=int, action="append")
    asked = wanted.parse_args()
    state = asked.folder / "state"
    cluster = a_cluster(asked.folder, durable=True)
    try:
        for count in asked.count or [10_000]:
            upgrade(cluster.url(OWNER, database_of(count)))
            with connect(cluster, database_of(count)) as connection:
                connection.execute("truncate used_proof")
            said = {
                "permissions": count,
                "load_of_the_machine": round(os.getloadavg()[0], 1),
                "against_the_peer": compare(cluster, count, state, asked.peer),
                "history": histories(cluster, count),
            }
            print(json.dumps(said, indent=2), flush=True)
    finally:
        cluster.stop()


if __name__ == "__main__":
    main()
