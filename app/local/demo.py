"""The demonstration's other side: the simulators and the invented people they know.

The only place outside `adapters.simulators` that knows of them; a production build has neither.
"""

from __future__ import annotations

import re
import sys
import textwrap
from collections.abc import Sequence
from datetime import UTC, datetime

from app.paying_account import DEMONSTRATION
from consent.clock import london_date

SIMULATORS = (
    "one_login",
    "hmrc",
    "hmcts",
    "dwp",
    "council",
    "dvla",
    "slc",
    "nhsbsa",
    "govuk_pay",
    "notify",
    "staff_login",
)
_MISSING = "This build has no simulators: they are for development and demonstration only."


def simulate(name: str, host: str, port: int | None) -> int:
    """Serve one simulator until told to stop."""
    try:
        from adapters.simulators import serve
    except ModuleNotFoundError:
        print(_MISSING, file=sys.stderr)
        return 2
    serve.run(name, host, port)
    return 0


def people() -> str:
    """A line or two for each person: who they are and what their journey shows."""
    try:
        from adapters.simulators.cast import Cast
    except ModuleNotFoundError:
        return _MISSING
    lines = []
    for person in Cast.load():
        words = textwrap.wrap(person.persona, width=70)
        lines.append(f"  {person.display_name:26} {words[0] if words else ''}")
        lines += [f"  {'':26} {more}" for more in words[1:]]
    return "\n".join(lines)


def staff() -> str:
    """A line for each member of a department's staff: whose they are and what they may do."""
    try:
        from adapters.simulators.staff_login import people as staff_people
    except ModuleNotFoundError:
        return _MISSING
    return "\n".join(
        f"  {one.name:26} {one.department}: {one.about}" for one in staff_people.load()
    )


def bank_statement(transfers: Sequence[str]) -> int:
    """Print a statement of the demonstration's paying account, of today. Each transfer is what was
    written on it, `=` and its pence; below 0 it left the account."""
    try:
        from adapters.simulators.bank_statement import Line, statement
    except ModuleNotFoundError:
        print(_MISSING, file=sys.stderr)
        return 2
    lines = []
    for number, transfer in enumerate(transfers, 1):
        words, _, pence = transfer.rpartition("=")
        if not re.fullmatch("-?[0-9]{1,9}", pence):
            print(f"{transfer}: say what is written on it, = and whole pence", file=sys.stderr)
            return 2
        sent = words if int(pence) < 0 else ""
        lines.append(Line(int(pence), words, end_to_end=sent, servicer_ref=f"DEMO-{number}"))
    _, sort_code, number_ = DEMONSTRATION
    now = datetime.now(UTC)
    made = f"{now:%Y%m%d%H%M%S}"
    body = statement(
        lines,
        sort_code=sort_code,
        number=number_,
        day=london_date(now),
        statement_id=made,
        message_id=made,
    )
    sys.stdout.write(body.decode())
    return 0
