"""One JSON line for each request, with known keys only: no address with an id, no text of an error.

Values reach a log by accident, so everything that is not on the list is dropped, and what other
libraries say is reduced to who said it.
"""

from __future__ import annotations

import logging
import sys
import threading
from collections.abc import MutableMapping
from datetime import UTC, datetime
from time import perf_counter
from types import TracebackType
from typing import Any, Final, TextIO

import structlog
from flask import Flask, g, request
from werkzeug.wrappers import Response

ALLOWED: Final = frozenset(
    {
        "at", "level", "event", "method", "route", "status", "ms", "code", "kind", "where",
        "department", "outcome", "count", "logger", "job", "version", "port",
    }
)  # fmt: skip
"""Every key that may stand in a line. None can hold a name, an amount or a reference."""
QUIET: Final = ("_granian", "granian")

log = structlog.get_logger()


def only_allowed(_: Any, __: str, line: MutableMapping[str, Any]) -> MutableMapping[str, Any]:
    """Drop what is not on the list, and values that are not a short text or a number."""
    return {key: value for key, value in line.items() if key in ALLOWED and _plain(value)}


def _plain(value: object) -> bool:
    return type(value) in (int, float, bool) or (type(value) is str and len(value) <= 200)


def configure(stream: TextIO | None = None) -> None:
    """Once in each process, before anything speaks."""
    out = stream or sys.stdout
    structlog.configure(
        processors=[
            structlog.processors.add_log_level,
            only_allowed,
            structlog.processors.TimeStamper(fmt="iso", utc=True, key="at"),
            structlog.processors.JSONRenderer(sort_keys=True),
        ],
        logger_factory=structlog.PrintLoggerFactory(out),
        cache_logger_on_first_use=False,
    )
    handler = logging.StreamHandler(out)
    handler.setFormatter(NameOnly())
    root = logging.getLogger()
    root.handlers[:] = [handler]
    root.setLevel(logging.WARNING)
    sys.excepthook = _last_words
    threading.excepthook = lambda fault: _unhandled(fault.exc_type, fault.exc_traceback)


class NameOnly(logging.Formatter):
    """Another library's message may hold anything: only who said it, and how loud."""

    def format(self, record: logging.LogRecord) -> str:
        said = '{"at": "%s", "event": "library", "level": "%s", "logger": "%s"}'
        now = datetime.now(UTC).isoformat(timespec="milliseconds")
        return said % (now, record.levelname.lower(), record.name)


def where(trace: TracebackType | None) -> str:
    """The place in the code where an error began, `module:line`; never a value."""
    place = ""
    while trace is not None:
        name = trace.tb_frame.f_globals.get("__name__", "?")
        place, trace = f"{name}:{trace.tb_lineno}", trace.tb_next
    return place


def _unhandled(kind: type[BaseException], trace: TracebackType | None) -> None:
    log.error("unhandled", kind=kind.__name__, where=where(trace))


def _last_words(kind: type[BaseException], _: BaseException, trace: TracebackType | None) -> None:
    if not issubclass(kind, KeyboardInterrupt):
        _unhandled(kind, trace)


def prepare(app: Flask) -> None:
    app.before_request(_begin)
    app.after_request(_end)
    app.logger.handlers[:] = []
    app.logger.propagate = True


def _begin() -> None:
    g.began = perf_counter()


def _end(response: Response) -> Response:
    if request.endpoint not in {"static", "health.healthz"}:
        spent = (perf_counter() - g.get("began", perf_counter())) * 1000
        log.info(
            "request",
            method=request.method,
            route=str(request.url_rule or "-"),
            status=response.status_code,
            ms=round(spent, 1),
            code=g.get("code", ""),
        )
    return response
