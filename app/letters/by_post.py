"""Letters about plans for people who get theirs by post (M06): made for staff to print, never kept.

    svd letter --due                                     references whose letter has not been made
    svd letter --reference "PL8U V4PB JEAX" --into one.pdf [--print 16]

Only who chose letters as their safe way to be reached gets one. The address is opened in this
moment (decision 41). It is a letter like that on the page, from what is kept: no debt, no balance,
no list of payments. The file is for the printer: post it, then delete it.
"""

from __future__ import annotations

import os
import secrets
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from flask import Flask
from flask_babel import Babel

from adapters.messages.sealed_contact import ContactKeeper
from app.citizen import plan_letter_words
from app.citizen.plan_letter_words import Till
from app.letters.paper import Paper
from app.letters.press import to_pdf
from app.local.keys import secret
from app.paying_account import paying_account
from app.settings import cash_prefix, read_place
from consent import register
from consent.clock import Chance, Clock, SystemClock, london_date
from consent.errors import NotFound
from consent.store import WORKER, Store, open_store
from plan import check_code
from plan.posted import Posted, letters_due, made_letter, to_post

KIND: Final = "M06"
NOBODY: Final = (
    "No letter was made. No plan that runs has this reference, or its owner did not ask for"
    " letters.\n"
)
PRINT_IT: Final = "Made. Print it, post it, and delete the file.\n"


@dataclass(frozen=True, slots=True, repr=False)
class Desk:
    """One errand: the store is the worker's, the keys those of messages."""

    store: Store
    clock: Clock
    chance: Chance
    contacts: ContactKeeper
    check_code_key: bytes
    portal_url: str
    till: Till


def main(*, due: bool, reference: str, into: Path | None, points: int) -> int:
    """0 when it is done, 1 when there is nobody to write to, 2 when it cannot be begun."""
    if due == bool(reference) or bool(reference) != (into is not None):
        sys.stderr.write("Say --due, or a --reference and the file that the letter goes --into.\n")
        return 2
    place, url = read_place(os.environ), os.environ.get("DATABASE_URL_WORKER", "")
    if not url.startswith("postgresql+psycopg://"):
        sys.stderr.write("Set DATABASE_URL_WORKER (postgresql+psycopg://…).\n")
        return 2
    demonstration = place.mode == "demonstration"
    keys = Path(os.environ.get("SVD_KEYS_DIR", place.state_dir / "keys"))
    desk = Desk(
        open_store(url, role=WORKER, pool_size=1),
        SystemClock(),
        secrets.token_bytes,
        ContactKeeper(secret(keys, "contact_key"), secrets.token_bytes),
        secret(keys, "check_code"),
        place.portal_url,
        Till(
            paying_account(os.environ, demonstration=demonstration),
            cash_prefix(os.environ, demonstration=demonstration),
        ),
    )
    try:
        return _act(desk, reference, into, points)
    finally:
        desk.store.close()


def _act(desk: Desk, reference: str, into: Path | None, points: int) -> int:
    if into is None:
        sys.stdout.writelines(f"{one}\n" for one in letters_due(desk.store))
        return 0
    try:
        pdf = letter(desk, reference, points=points)
    except NotFound:
        sys.stderr.write(NOBODY)
        return 1
    with os.fdopen(os.open(into, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as file:
        file.write(pdf)
    sys.stdout.write(PRINT_IT)
    return 0


def letter(desk: Desk, reference: str, *, points: int) -> bytes:
    """The letter as a PDF; that one was made is noted, and nothing of it. Raises NotFound."""
    found = to_post(desk.store, reference=reference)
    pdf = to_pdf(_paper(desk, found), points=points)
    made_letter(desk.store, desk.clock, desk.chance, found)
    return pdf


def _paper(desk: Desk, found: Posted) -> Paper:
    today, departments = london_date(desk.clock.now()), register.load()

    def named(code: str) -> str:
        entry = departments.find(code)
        return entry.name if entry else ""

    app = Flask("letter")
    Babel(app)
    with app.app_context():
        return plan_letter_words.paper(
            found.plan,
            None,
            to=tuple(desk.contacts.open(found.sealed_address, found.subject).splitlines()),
            lang="en",
            names=named,
            today=today,
            code=check_code.made(desk.check_code_key, KIND, today),
            at=desk.portal_url,
            till=desk.till,
        )
