"""Every address of the portal and who may open it, as tests/architecture/routes.txt lists them.

The departments' door and their console are applications of their own in the same process; their
addresses follow.

Run `python -m tests.architecture.routes` after adding a page, and read the difference.
"""

from __future__ import annotations

import tempfile
from pathlib import Path

from flask import Flask
from werkzeug.routing import Rule

from app.http.access import permission_of
from app.http.csrf import comes_from_machine
from tests.unit.http.fakes import a_portal

LIST = Path(__file__).with_name("routes.txt")
BY_ITSELF = frozenset({"HEAD", "OPTIONS"})


def methods(rule: Rule) -> list[str]:
    return sorted((rule.methods or set()) - BY_ITSELF)


def rules(app: Flask) -> list[Rule]:
    return sorted(app.url_map.iter_rules(), key=lambda rule: (rule.rule, methods(rule)))


def listed(app: Flask) -> str:
    """One line for each method of each address: method, rule, who, and `machine` without a form."""
    names = ("svd.department_api", "svd.department_console")
    doors = (app, *(app.extensions[name] for name in names))
    return "".join(_lines(door) for door in doors)


def _lines(app: Flask) -> str:
    lines = []
    for rule in rules(app):
        who = permission_of(app, rule.endpoint)
        machine = " machine" if comes_from_machine(app.view_functions[rule.endpoint]) else ""
        for method in methods(rule):
            lines.append(f"{method:6} {rule.rule:56} {who.value if who else 'NOBODY'}{machine}")
    return "\n".join(lines) + "\n"


if __name__ == "__main__":
    with tempfile.TemporaryDirectory() as folder:
        LIST.write_text(listed(a_portal(Path(folder))))
