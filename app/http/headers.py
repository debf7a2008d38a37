"""What every answer carries (SEC-85): no browser keeps it, nothing comes from elsewhere."""

from __future__ import annotations

from secrets import token_urlsafe
from typing import Final

from flask import Flask, g, request
from werkzeug.wrappers import Response

from app.settings import Settings

FEATURES: Final = (
    "accelerometer",
    "camera",
    "display-capture",
    "fullscreen",
    "geolocation",
    "gyroscope",
    "magnetometer",
    "microphone",
    "midi",
    "payment",
    "publickey-credentials-get",
    "usb",
)
FIXED: Final = {
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "no-referrer",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Permissions-Policy": ", ".join(f"{feature}=()" for feature in FEATURES),
}
HSTS: Final = "max-age=31536000; includeSubDomains"


def nonce() -> str:
    """The word of this answer that lets its own inline script and style run."""
    if "nonce" not in g:
        g.nonce = token_urlsafe(16)
    word: str = g.nonce
    return word


def policy(word: str, form_action_origins: tuple[str, ...]) -> str:
    """The content security policy of one answer."""
    return "; ".join(
        (
            "default-src 'none'",
            f"script-src 'self' 'nonce-{word}'",
            f"style-src 'self' 'nonce-{word}'",
            "img-src 'self'",
            "font-src 'self'",
            "manifest-src 'self'",
            "connect-src 'self'",
            " ".join(("form-action 'self'", *form_action_origins)),
            "frame-ancestors 'none'",
            "base-uri 'none'",
            "require-trusted-types-for 'script'",
            "trusted-types 'none'",
        )
    )


def prepare(
    app: Flask, settings: Settings, *, form_action_origins: tuple[str, ...] | None = None
) -> None:
    """`form_action_origins` are the portal's unless an application has its own."""
    origins = settings.form_action_origins if form_action_origins is None else form_action_origins

    @app.after_request
    def protect(response: Response) -> Response:
        for name, value in FIXED.items():
            response.headers[name] = value
        response.headers["Content-Security-Policy"] = policy(nonce(), origins)
        if settings.secure:
            response.headers["Strict-Transport-Security"] = HSTS
        if request.endpoint != "static":
            response.headers["Cache-Control"] = "no-store"
        return response
