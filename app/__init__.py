"""DELIVERY: the portal for people. One process or many; each shares only database and vault."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from flask import Flask

    from app.services import Services
    from app.settings import Settings


def create_app(settings: Settings, services: Services) -> Flask:
    """The portal as a WSGI application. Imported only here, so that `svd quote` starts at once."""
    from app import portal

    return portal.create_app(settings, services)
