"""A door is a package whose modules each hold a few pages: every `blueprint` in it is opened."""

from __future__ import annotations

import pkgutil
from collections.abc import Callable, Collection, Iterable
from importlib import import_module
from typing import Any

from flask import Blueprint, Flask


def open_door(app: Flask, package: str) -> None:
    """Register the blueprints of all modules of a package, in the order of their names."""
    door = import_module(package)
    for found in pkgutil.iter_modules(door.__path__, f"{package}."):
        blueprint = getattr(import_module(found.name), "blueprint", None)
        if isinstance(blueprint, Blueprint):
            app.register_blueprint(blueprint)


def serve_beside(
    portal: Flask, other: Flask, *, exact: Collection[str], below: tuple[str, ...]
) -> None:
    """Let one process answer for both: the other's own addresses go to it, all others to who had
    them. Neither sees the other's cookies, headers or errors."""
    pages, others = portal.wsgi_app, other.wsgi_app

    def either(environ: dict[str, Any], start_response: Callable[..., Any]) -> Iterable[bytes]:
        path = environ.get("PATH_INFO", "")
        ours = path in exact or path.startswith(below)
        return (others if ours else pages)(environ, start_response)

    portal.wsgi_app = either  # type: ignore[method-assign]  # as Flask's documentation has it
