"""The words that people read go through here, so that each language can have its own."""

from __future__ import annotations

from typing import Any

import flask_babel


def gettext(text: str, **values: Any) -> str:
    """The text in the language of this request, with `%(name)s` filled in."""
    return str(flask_babel.gettext(text, **values))


def ngettext(one: str, many: str, num: int, **values: Any) -> str:
    """The form that goes with a number, which is `%(num)s` in the text."""
    return str(flask_babel.ngettext(one, many, num, **values))


def lazy_gettext(text: str, **values: Any) -> Any:
    """A text that finds its language when it is written out: for what is made at import."""
    return flask_babel.lazy_gettext(text, **values)
