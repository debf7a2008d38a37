"""The words of messages: they tell a stranger nothing (VUL-08, SEC-93), in English and Welsh.

    written("M03", "en", day=date(2026, 2, 15), code="4K7P 2MXD")

No debt, no amount, no department. Texts are made from here when they are sent and when a person
reads them again; none is kept.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from types import MappingProxyType
from typing import Final

from plan.rules.words import N_

SUBJECT: Final = N_("Update from GOV.UK")
CODE: Final = N_("Check code %(code)s.")


@dataclass(frozen=True, slots=True)
class Written:
    """One message as a person reads it; in the tables below with a place for its day."""

    subject: str
    text: str


_ENGLISH: Final[Mapping[str, Written]] = MappingProxyType(
    {
        "M01": Written(SUBJECT, N_("You changed who we can ask. Sign in to see what changed.")),
        "M02": Written(
            N_("Your agreement is saved"),
            N_("What you agreed on %(day)s is saved. Sign in to see the dates."),
        ),
        "M03": Written(SUBJECT, N_("Reminder for %(day)s. Sign in to see it or change it.")),
        "M04": Written(SUBJECT, N_("Thank you. We have what you sent by %(day)s.")),
        "M05": Written(
            SUBJECT,
            N_(
                "We have not had the one for %(day)s yet. If things have changed, you can move the"
                " date or pause. Sign in or call 0161 496 0000."
            ),
        ),
        "M07": Written(
            SUBJECT,
            N_(
                "Something you set up ends on %(day)s. It will end by itself. Sign in if you want"
                " to keep it."
            ),
        ),
        "M08": Written(SUBJECT, N_("There is an answer for you. Sign in to read it.")),
        "M10": Written(
            SUBJECT,
            N_("A year has passed. Is everything still right? Sign in to check it or change it."),
        ),
        "M11": Written(SUBJECT, N_("You asked us to remind you. Sign in to see what is new.")),
    }
)
_WELSH_CODE: Final = "Cod gwirio %(code)s."
_WELSH_SUBJECT: Final = "Diweddariad gan GOV.UK"
_WELSH: Final[Mapping[str, Written]] = MappingProxyType(
    {
        "M01": Written(
            _WELSH_SUBJECT,
            "Rydych wedi newid pwy y gallwn ofyn iddynt. Mewngofnodwch i weld beth sydd wedi"
            " newid.",
        ),
        "M02": Written(
            "Mae eich cytundeb wedi’i gadw",
            "Mae’r hyn y gwnaethoch gytuno arno ar %(day)s wedi’i gadw. Mewngofnodwch i weld y"
            " dyddiadau.",
        ),
        "M03": Written(
            _WELSH_SUBJECT, "Nodyn atgoffa ar gyfer %(day)s. Mewngofnodwch i’w weld neu i’w newid."
        ),
        "M04": Written(
            _WELSH_SUBJECT, "Diolch. Mae’r hyn a anfonoch erbyn %(day)s wedi ein cyrraedd."
        ),
        "M05": Written(
            _WELSH_SUBJECT,
            "Nid ydym wedi cael yr un ar gyfer %(day)s eto. Os yw pethau wedi newid, gallwch symud"
            " y dyddiad neu oedi. Mewngofnodwch neu ffoniwch 0161 496 0000.",
        ),
        "M07": Written(
            _WELSH_SUBJECT,
            "Mae rhywbeth a drefnwyd gennych yn dod i ben ar %(day)s. Bydd yn dod i ben ar ei ben"
            " ei hun. Mewngofnodwch os ydych am ei gadw.",
        ),
        "M08": Written(_WELSH_SUBJECT, "Mae ateb i chi. Mewngofnodwch i’w ddarllen."),
        "M10": Written(
            _WELSH_SUBJECT,
            "Mae blwyddyn wedi mynd heibio. A yw popeth yn dal yn iawn? Mewngofnodwch i’w wirio"
            " neu i’w newid.",
        ),
        "M11": Written(
            _WELSH_SUBJECT,
            "Gofynnoch i ni eich atgoffa. Mewngofnodwch i weld beth sy’n newydd.",
        ),
    }
)
KINDS: Final = tuple(_ENGLISH)
_MONTHS: Final[Mapping[str, tuple[str, ...]]] = MappingProxyType(
    {
        "en": (
            *("January", "February", "March", "April", "May", "June", "July", "August"),
            *("September", "October", "November", "December"),
        ),
        "cy": (
            *("Ionawr", "Chwefror", "Mawrth", "Ebrill", "Mai", "Mehefin", "Gorffennaf", "Awst"),
            *("Medi", "Hydref", "Tachwedd", "Rhagfyr"),
        ),
    }
)


def written(kind: str, language: str, *, day: date, code: str) -> Written:
    """The message, in English where the language is neither English nor Welsh."""
    welsh = language == "cy"
    words = (_WELSH if welsh else _ENGLISH)[kind]
    months = _MONTHS["cy" if welsh else "en"]
    text = words.text % {"day": f"{day.day} {months[day.month - 1]}"}
    proof = (_WELSH_CODE if welsh else CODE) % {"code": code}
    return Written(words.subject, f"{text} {proof}")
