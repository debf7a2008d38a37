"""A portal in memory, with one page of each kind of access."""

from __future__ import annotations

from pathlib import Path

import pytest
from flask import Blueprint, Flask
from werkzeug.wrappers import Response

from app.http import session
from app.http.access import anyone, signed_in, signed_in_recently
from app.http.current import now
from app.http.pages import page
from tests.pages import PageClient
from tests.unit.http.fakes import Bag, a_bag, a_portal, a_subject

trial = Blueprint("trial", __name__)
TAMSIN = a_subject()


@trial.get("/trial/undeclared")
def undeclared() -> str:
    return "nobody should read this"


@trial.get("/trial/own")
@signed_in
def own() -> Response:
    return page("errors/404.html", heading="Your own page")


@trial.route("/trial/decide", methods=["GET", "POST"])
@signed_in_recently
def decide() -> Response:
    return page("public/signed_out.html")


@trial.get("/trial/sign-in")
@anyone
def sign_in() -> Response:
    session.start_visit()
    session.sign_in(TAMSIN, now())
    return Response("signed in")


@trial.get("/trial/keep/<word>")
@signed_in
def keep(word: str) -> Response:
    session.visit().put("word", word)
    return Response("kept")


@trial.get("/trial/kept")
@signed_in
def kept() -> Response:
    return Response(session.visit().get("word", str) or "nothing")


@trial.get("/trial/break")
@anyone
def broken() -> Response:
    raise RuntimeError("the balance is 123456 for Tamsin")


@pytest.fixture
def bag() -> Bag:
    return a_bag()


@pytest.fixture
def portal(tmp_path: Path, bag: Bag) -> Flask:
    app = a_portal(tmp_path, bag)
    app.register_blueprint(trial)
    return app


@pytest.fixture
def client(portal: Flask) -> PageClient:
    return PageClient(portal)
