"""`python -m adapters.gateway.conformance`: try a department's implementation of Part A.

    python -m adapters.gateway.conformance --target https://debts.example --department dwp \\
        --issuer http://127.0.0.1:8700 --person person.json --report report.json

Start the department with `--issuer` as the portal that it trusts: this program answers there with
the portal's keys while it runs. `person.json` has the facts of somebody whom the department knows
and who owes something, as `match` brings them; a person of the test, never a real one. Exit 0 when
nothing failed, 1 when something did, 2 when it could not begin.
"""

from __future__ import annotations

import argparse
import json
import sys
from collections.abc import Sequence
from pathlib import Path

from adapters.gateway.conformance import report
from adapters.gateway.conformance.portal import StandIn
from adapters.gateway.conformance.suite import in_order, try_department


def main(arguments: Sequence[str] | None = None) -> int:
    parser = argparse.ArgumentParser(prog="conformance", description="Try a department.")
    parser.add_argument("--target", default="", help="the department's address")
    parser.add_argument("--department", default="", help="its code in the register")
    parser.add_argument(
        "--issuer", default="http://127.0.0.1:8700", help="where to play the portal"
    )
    parser.add_argument("--person", type=Path, default=None, help="facts of a person of the test")
    parser.add_argument("--report", type=Path, default=None, help="write the report as JSON here")
    parser.add_argument("--only", nargs="*", default=(), help="names of checks, or how they begin")
    parser.add_argument("--list", action="store_true", help="say what would be checked")
    given = parser.parse_args(arguments)
    if given.list:
        sys.stdout.write("".join(f"{one.name:50} {one.says}\n" for one in in_order()))
        return 0
    if not (given.target and given.department and given.person):
        parser.error("--target, --department and --person are needed")
    try:
        match = json.loads(given.person.read_text())
        portal = StandIn(given.issuer, given.department)
    except (OSError, ValueError) as fault:
        sys.stderr.write(f"It could not begin: {fault}\n")
        return 2
    try:
        results = try_department(given.target, given.department, portal, match, names=given.only)
    finally:
        portal.close()
    sys.stdout.write(report.as_text(given.target, results))
    if given.report:
        given.report.write_text(report.as_json(given.target, results))
    return 0 if report.passed(results) else 1


if __name__ == "__main__":
    raise SystemExit(main())
