"""`svd quote`: the plan engine as a tool, for policy staff, advisers and tests.

Reads a case, prints the proposal, and touches no database and no network. With `--lines` it reads
one case a line and answers one line each. A case with faults is not answered: each fault names its
place and what is wrong there, and never repeats an amount. What a case may say is in
`quote_schema`, what an answer says in `quote_answer`.
"""

from __future__ import annotations

import json
import sys
from collections.abc import Iterator, Mapping
from decimal import Decimal
from typing import IO, Any, Final, NoReturn

from marshmallow import ValidationError

from app.quote_answer import answer_of, comparison_of
from app.quote_schema import Asked, CaseSchema
from plan.rules.case import PaymentNotPossible, StrategyNotPossible
from plan.rules.comparison import compare
from plan.rules.dated import PolicyFault
from plan.rules.policy import load
from plan.rules.proposal import propose

EXIT_FAULT: Final = 2


class Faulty(Exception):
    """The case cannot be answered; `faults` says why, one sentence for each place."""

    def __init__(self, *faults: str) -> None:
        super().__init__(*faults)
        self.faults = faults


def main(
    lines: bool = False,
    stdin: IO[str] | None = None,
    stdout: IO[str] | None = None,
    stderr: IO[str] | None = None,
) -> int:
    """Answer one case, or one a line. 0, or 2 when any case had a fault."""
    stdin, stdout, stderr = stdin or sys.stdin, stdout or sys.stdout, stderr or sys.stderr
    source: IO[Any] = getattr(stdin, "buffer", stdin)
    if lines:
        return _each_line(source, stdout)
    try:
        answer = quote(source.read())
    except Faulty as fault:
        for sentence in fault.faults:
            print(sentence, file=stderr)
        return EXIT_FAULT
    print(_text(answer), file=stdout)
    return 0


def _each_line(source: IO[Any], stdout: IO[str]) -> int:
    code = 0
    for line in source:
        if not line.strip():
            continue
        try:
            answer = quote(line.strip())
        except Faulty as fault:
            code = EXIT_FAULT
            answer = {"outcome": "fault", "faults": list(fault.faults)}
        print(_text(answer), file=stdout, flush=True)
    return code


def quote(text: str | bytes) -> dict[str, Any]:
    """The answer to one case, ready for JSON. Raises Faulty."""
    asked = read_case(text)
    case = asked.case
    try:
        policy = load().on(case.on, case.nation)
        answer = answer_of(case, propose(case, policy), policy)
        if asked.compare:
            answer["comparison"] = comparison_of(compare(case, policy), case.every)
    except PaymentNotPossible as why:
        raise Faulty(f"payment: {why}") from None
    except StrategyNotPossible as why:
        raise Faulty(f"strategy: {why}") from None
    except PolicyFault as why:
        raise Faulty(f"on: {why}") from None
    return answer


def read_case(text: str | bytes) -> Asked:
    """A case from JSON, read strictly: an unknown or repeated field is a fault."""
    try:
        found = json.loads(
            text,
            parse_float=Decimal,
            parse_constant=_not_a_number,
            object_pairs_hook=_without_repeats,
        )
    except (ValueError, RecursionError) as why:
        raise Faulty(f"case: cannot be read as JSON{_where(why)}") from None
    if not isinstance(found, dict):
        raise Faulty("case: must be an object in curly brackets")
    try:
        asked: Asked = CaseSchema().load(found)
    except ValidationError as wrong:
        raise Faulty(*_sentences(wrong.messages_dict)) from None
    return asked


def _not_a_number(constant: str) -> NoReturn:
    raise ValueError(constant)


def _without_repeats(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found = dict(pairs)
    if len(found) < len(pairs):
        raise ValueError("a field is given twice")
    return found


def _where(why: Exception) -> str:
    if isinstance(why, json.JSONDecodeError):
        return f": line {why.lineno}, column {why.colno}"
    return f": {why}" if str(why) == "a field is given twice" else ""


def _sentences(messages: Mapping[Any, Any], place: str = "") -> Iterator[str]:
    """`debts[0].balance: ...` for each fault, in the order of the schema."""
    for key, found in messages.items():
        here = f"{place}[{key}]" if isinstance(key, int) else f"{place}.{_name(key)}".lstrip(".")
        if key == "_schema":
            here = place or "case"
        if isinstance(found, Mapping):
            yield from _sentences(found, here)
        else:
            yield from (f"{here}: {sentence}" for sentence in found)


def _name(key: str) -> str:
    """A field's name on one line, whatever was typed for it."""
    return json.dumps(key)[1:-1]


def _text(answer: Mapping[str, Any]) -> str:
    return json.dumps(answer)
