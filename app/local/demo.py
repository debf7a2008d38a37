"""The demonstration's other side: the simulators and the invented people they know.

The only place outside `adapters.simulators` that knows of them; a production build has neither.
"""

from __future__ import annotations

import sys
import textwrap

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
