"""`python -m adapters.gateway`: keep a department's book. Stops cleanly on SIGTERM and Ctrl-C.

    python -m adapters.gateway --issuer https://portal.example --client urn:svd:org:dwp \\
        --key dwp_sign.jwk.json --book dwp.sqlite3 --ledger yours.accounts:Accounts

`--ledger` names a class of the department's own with the method of `adapters.gateway.Ledger`;
without it every entry is posted and its line stays open. `--doorbell` takes the portal's word that
money is on its way, at that port of this machine or at host:port, for a place behind the
department's own TLS. Exit 1: a fault with `--once`.
"""

from __future__ import annotations

import argparse
import json
import random
import signal
import sys
from collections.abc import Sequence
from importlib import import_module
from pathlib import Path

from adapters.gateway.book import Book
from adapters.gateway.door import Door
from adapters.gateway.doorbell import KEYS_REST, Bell, Doorbell, Listener
from adapters.gateway.faults import GatewayFault
from adapters.gateway.identity import Identity, read_key
from adapters.gateway.keep_going import keep_going
from adapters.gateway.ledger import Ledger
from adapters.gateway.round import Gateway


def main(arguments: Sequence[str] | None = None) -> int:
    parser = argparse.ArgumentParser(prog="adapters.gateway", description="A department's gateway.")
    parser.add_argument("--issuer", required=True, help="the portal's address, as it signs with it")
    parser.add_argument("--client", required=True, help="urn:svd:org:<code>")
    parser.add_argument("--key", required=True, type=Path, help="private signing key, a JWK")
    parser.add_argument("--book", required=True, type=Path, help="the SQLite file of the book")
    parser.add_argument(
        "--ledger",
        default="adapters.gateway.ledger:PostAll",
        help="your accounts, as module:Class; without it every entry is posted",
    )
    parser.add_argument("--reached-at", default="", help="where the portal is, seen from here")
    parser.add_argument("--portal-keys", type=Path, default=None, help="its JWK set, as a file")
    parser.add_argument("--certificate", nargs=2, default=None, help="client certificate and key")
    parser.add_argument("--every", type=float, default=30.0, help="seconds between rounds (30)")
    parser.add_argument("--doorbell", default="", help="where to be told, as port or host:port")
    parser.add_argument("--once", action="store_true", help="one round, then the totals")
    given = parser.parse_args(arguments)
    try:
        identity = Identity(given.client, read_key(json.loads(given.key.read_text())))
        ledger = _ledger(given.ledger)
    except (OSError, ValueError, ImportError, AttributeError) as fault:
        _say(f"It could not begin: {fault}")
        return 2
    door = Door(
        identity,
        given.issuer,
        reached_at=given.reached_at,
        portal_keys=given.portal_keys,
        certificate=tuple(given.certificate) if given.certificate else None,
    )
    gateway = Gateway(door, Book(given.book), ledger)
    if given.once:
        return _once(gateway)
    bell = Bell()
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda *_: bell.stop())
    if given.doorbell:
        host, _, port = given.doorbell.rpartition(":")
        doorbell = Doorbell(door.heads(KEYS_REST), gateway.book, bell.ring)
        listener = Listener(doorbell, host or "127.0.0.1", int(port))
        _say(f"told at {host or '127.0.0.1'}:{listener.port}")
    keep_going(
        gateway.round,
        every=given.every,
        wait=bell.wait,
        say=_say,
        dice=random.Random(),  # noqa: S311 - spreads calls over time, guards nothing
    )
    return 0


def _once(gateway: Gateway) -> int:
    try:
        done = gateway.round()
    except GatewayFault as fault:
        _say(str(fault))
        return 1
    sys.stdout.write(
        json.dumps({**done._asdict(), **gateway.book.totals()._asdict()}, indent=1) + "\n"
    )
    return 1 if done.differ else 0


def _say(text: str) -> None:
    sys.stderr.write(f"{text}\n")
    sys.stderr.flush()


def _ledger(name: str) -> Ledger:
    module, _, attribute = name.partition(":")
    found: Ledger = getattr(import_module(module), attribute)()
    return found


if __name__ == "__main__":
    raise SystemExit(main())
