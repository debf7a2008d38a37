"""Is this answer about the person who was asked for? (T13, wire rule 3)

`charge-info` is asked with numbers only, and a National Insurance number is what somebody typed.
So an answer counts only when something that the sign-in proved ties it to the person.
"""

from __future__ import annotations

from adapters.departments.hmrc_time_to_pay.schema import ChargeInfo
from adapters.reading import folded, same_nino
from debts.facts import Facts


def about_other_numbers(info: ChargeInfo, nino: str, utr: str) -> bool:
    """The answer names numbers of the kinds we asked with, and they are not those we sent."""
    for kind, value in info.ids:
        if kind == "NINO" and nino and not same_nino(value, nino):
            return True
        if kind == "UTR" and utr and not nino and folded(value) != folded(utr):
            return True
    return False


def about_this_person(info: ChargeInfo, facts: Facts) -> bool:
    """The birth date where HMRC gives one; else the family name, now or before; else a postcode
    of theirs. Where HMRC gives none of the three, nothing ties the answer to the person."""
    if info.birth_date is not None:
        return info.birth_date == facts.birth_date
    if info.surname:
        return folded(info.surname) in _family_names(facts)
    theirs = {folded(home.postcode) for home in (facts.address, *facts.previous_addresses)}
    return any(folded(postcode) in theirs for postcode in info.postcodes)


def _family_names(facts: Facts) -> set[str]:
    """Previous names come whole: their last words count, and so does all of one."""
    names = {folded(facts.family_name)}
    for name in facts.previous_names:
        words = name.split()
        names |= {folded(" ".join(words[start:])) for start in range(len(words))}
    return names - {""}
