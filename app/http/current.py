"""The services and settings of the application that answers this request."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING, cast

from flask import current_app

if TYPE_CHECKING:
    from app.services import Services
    from app.settings import Settings


@dataclass(frozen=True, slots=True)
class Portal:
    """What create_app was given."""

    settings: Settings
    services: Services


def _portal() -> Portal:
    return cast(Portal, current_app.extensions["svd"])


def services() -> Services:
    """The use cases and stores that pages call."""
    return _portal().services


def settings() -> Settings:
    return _portal().settings


def now() -> datetime:
    """This moment by the portal's clock: aware UTC."""
    return services().clock.now()
