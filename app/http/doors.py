"""A door is a package whose modules each hold a few pages: every `blueprint` in it is opened."""

from __future__ import annotations

import pkgutil
from importlib import import_module

from flask import Blueprint, Flask


def open_door(app: Flask, package: str) -> None:
    """Register the blueprints of all modules of a package, in the order of their names."""
    door = import_module(package)
    for found in pkgutil.iter_modules(door.__path__, f"{package}."):
        blueprint = getattr(import_module(found.name), "blueprint", None)
        if isinstance(blueprint, Blueprint):
            app.register_blueprint(blueprint)
