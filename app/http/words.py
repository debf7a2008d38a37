"""Words on pages: the language, and how amounts, dates and times are written."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any, Final
from urllib.parse import urlencode

from flask import Flask, g, request
from flask_babel import Babel, format_date, get_translations
from werkzeug.wrappers import Response

from app.http import often
from app.http.access import page_asked_for
from app.http.text import gettext
from consent.clock import LONDON, london_date
from debts.money import format_pounds

LANGUAGES: Final = ("en", "cy")
READY: Final = frozenset({"en"})
"""Languages in which every page exists. Welsh joins when every page has its words."""
COOKIE: Final = "lang"
A_YEAR: Final = 365 * 24 * 60 * 60
_LOCALES: Final = {"en": "en_GB", "cy": "cy"}


def prepare(app: Flask) -> None:
    app.config.update(BABEL_DEFAULT_LOCALE="en_GB", BABEL_DEFAULT_TIMEZONE="Europe/London")
    Babel(app, locale_selector=lambda: _LOCALES[language()])
    app.jinja_env.install_gettext_callables(  # type: ignore[attr-defined]  # Babel added it
        lambda text: _translations().ugettext(text),
        lambda one, many, num: _translations().ungettext(one, many, num),
        newstyle=True,
    )
    app.jinja_env.filters.update(
        pounds=format_pounds, long_date=long_date, time=clock_time, day_and_time=day_and_time
    )
    often.prepare(app)
    app.after_request(_keep_choice)


def _translations() -> Any:
    """Found once for a page: a page has a hundred texts, and looking it up costs more than they."""
    if "translations" not in g:
        g.translations = get_translations()
    return g.translations


def chosen() -> str:
    """The language the person asked for: on this page, or before."""
    asked = request.args.get("lang", "")
    wanted = asked if asked in LANGUAGES else request.cookies.get(COOKIE, "")
    return wanted if wanted in LANGUAGES else "en"


def language() -> str:
    """The language the page is in: the chosen one where it is ready."""
    return chosen() if chosen() in READY else "en"


def switch_to(wanted: str) -> str:
    """This page's address in another language, with the rest of its question kept."""
    kept = [(key, value) for key, value in request.args.items(multi=True) if key != "lang"]
    return f"{page_asked_for()}?{urlencode([*kept, ('lang', wanted)])}"


def long_date(day: date | datetime) -> str:
    """`12 January 2026`, as it is in the United Kingdom."""
    if isinstance(day, datetime):
        day = london_date(day)
    return str(format_date(day, "d MMMM y"))


def clock_time(moment: datetime, *, seconds: bool = False) -> str:
    """`3:12pm`, `6am`, `midday`; with seconds `3:12:25pm`. The clock is London's."""
    local = moment.astimezone(LONDON)
    if (local.minute, local.second if seconds else 0) == (0, 0) and local.hour in (0, 12):
        return gettext("midday") if local.hour else gettext("midnight")
    half = gettext("am") if local.hour < 12 else gettext("pm")
    hour = local.hour % 12 or 12
    if seconds:
        return f"{hour}:{local.minute:02d}:{local.second:02d}{half}"
    return f"{hour}:{local.minute:02d}{half}" if local.minute else f"{hour}{half}"


def day_and_time(moment: datetime) -> str:
    """`6am on 14 January 2026`."""
    return gettext("%(time)s on %(day)s", time=clock_time(moment), day=long_date(moment))


def _keep_choice(response: Response) -> Response:
    asked = request.args.get("lang", "")
    if asked in LANGUAGES and asked != request.cookies.get(COOKIE):
        response.set_cookie(COOKIE, asked, max_age=A_YEAR, secure=True, samesite="Lax", path="/")
    return response
