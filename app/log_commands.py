"""`svd log verify | witness | checkpoint`: what an auditor and an outsider run.

Exit 0: all is as it must be. 1: it is not, and each line says what. 2: it could not be looked at.
"""

from __future__ import annotations

import argparse
from pathlib import Path
from typing import Any


def add_to(commands: Any) -> None:
    """The command `log` with its three errands."""
    log = commands.add_parser("log", help="the log of permissions: check it, or witness it")
    errands = log.add_subparsers(required=True, metavar="errand")

    verify = errands.add_parser("verify", help="check a whole database against its log")
    verify.add_argument("--key", default="", help="the log's key: a vkey, or a file (JWKS or vkey)")
    verify.add_argument("--origin", default="", help="public address of the portal")
    verify.add_argument("--seen", type=Path, help="a witness's state file: its heads must be there")
    verify.add_argument("--witness", action="append", default=[], help="vkey of a witness")
    verify.add_argument("--now", default="", help="the moment of a copy (ISO 8601); else now")
    verify.set_defaults(act=_verify)

    watch = errands.add_parser("witness", help="remember the log's head, notice a rewritten past")
    watch.add_argument("--portal", required=True, help="public address of the portal")
    watch.add_argument("--state", type=Path, required=True, help="file that keeps the last head")
    watch.add_argument("--log-key", default="", help="the log's vkey; else taken at first visit")
    watch.add_argument("--key", type=Path, help="our own key: a line signed with it is printed")
    watch.add_argument("--name", default="", help="our own name on that line")
    watch.set_defaults(act=_witness)

    head = errands.add_parser("checkpoint", help="fetch the newest head and check its signature")
    head.add_argument("--portal", required=True, help="public address of the portal")
    head.add_argument("--log-key", default="", help="the log's vkey; else the portal's own word")
    head.set_defaults(act=_checkpoint)


def _verify(given: argparse.Namespace) -> int:
    from app import log_verify

    return log_verify.main(given)


def _witness(given: argparse.Namespace) -> int:
    from app import log_witness

    return log_witness.main(given)


def _checkpoint(given: argparse.Namespace) -> int:
    from app import log_witness

    return log_witness.checkpoint(given)
