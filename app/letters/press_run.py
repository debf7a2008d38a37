"""The press itself, run as a program: reads one letter as JSON, writes its PDF, and ends.

Before it reads a word it gives up what could leave a trace: it can write no byte to a file, and
leaves no memory image if it falls. Needs the Python it runs in and `typst`, nothing of ours.
"""

from __future__ import annotations

import resource
import sys
from pathlib import Path
from typing import Literal

import typst

HERE = Path(__file__).parent


def pdf_of(letter: str) -> bytes:
    """PDF/UA-1. Where a name has a sign that no font here can draw, the standard would refuse the
    whole letter; then it is made without the promise, still tagged, with a box for that sign."""
    try:
        return _compiled(letter, "ua-1")
    except typst.TypstError:
        return _compiled(letter, None)


def _compiled(letter: str, standard: Literal["ua-1"] | None) -> bytes:
    made = typst.compile(
        HERE / "plan.typ",
        root=HERE,
        font_paths=[HERE / "fonts"],
        ignore_system_fonts=True,
        format="pdf",
        pdf_standards=standard,
        sys_inputs={"letter": letter},
    )
    if not isinstance(made, bytes):
        raise TypeError("one letter is one file")
    return made


def leave_no_trace() -> None:
    """From here on the system refuses each byte that this process would write to a file."""
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    resource.setrlimit(resource.RLIMIT_FSIZE, (0, 0))


def main() -> None:
    leave_no_trace()
    sys.stdout.buffer.write(pdf_of(sys.stdin.buffer.read().decode()))


if __name__ == "__main__":
    main()
