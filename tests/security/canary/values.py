"""Planted values that occur nowhere else: a person, their debts and their money in and out.

Texts start with a marker; amounts are primes, so that no sum or share of others makes one.
"""

from __future__ import annotations

from dataclasses import dataclass

MARKER = "CNRYBIRD"
"""Long enough that random text (nonces, tokens, hashes) does not hold it by chance."""
KEY = "canary"
GIVEN, FAMILY = "Cnryanna", "Cnryssen"
NINO = "QQ987653C"
POSTCODE = "ZZ99 9XY"
STREET = "Cnryhill Street"
BIRTH_DATE = "1979-03-29"
EMAIL = "cnry.anna@example.com"


@dataclass(frozen=True, slots=True)
class Planted:
    """One debt of the planted person: pence are primes that occur nowhere else."""

    dept: str
    type: str
    label: str
    balance: int
    original: int
    reference: str
    minimum: int = 0
    taken: int = 0


DEBTS = (
    Planted(
        "dwp", "DWP_LEGACY_OP", "CNRYBIRD-5f0a overpayment", 1299709, 1399501, "CNRYBIRDDWP00417"
    ),
    Planted(
        "dwp",
        "DWP_UC_OP",
        "CNRYBIRD-71c9 benefit",
        1299721,
        1399513,
        "CNRYBIRDDWP00981",
        taken=612373,
    ),
    Planted(
        "council", "LA_CTAX", "CNRYBIRD-a83e council tax", 1299743, 1399541, "CNRYBIRDCT001774"
    ),
    Planted("dvla", "DVLA_PENALTY", "CNRYBIRD-0d62 penalty", 1299763, 1399547, "CNRYBIRDDV002291"),
    Planted("slc", "SLC_OVERPAY", "CNRYBIRD-e491 grant", 1299791, 1399561, "CNRYBIRDSL003315"),
    Planted("nhsbsa", "NHS_PCN", "CNRYBIRD-b7d0 charge", 1299811, 1399567, "CNRYBIRDNH004402"),
    Planted("hmrc", "HMRC_SA", "Self Assessment CNRYBIRD", 1299817, 1399571, "CNRYBIRDHM005530"),
    Planted("hmcts", "HMCTS_FINE", "Court fine CNRYBIRD", 1299821, 1399577, "CNRYBIRDHC006648"),
)

INCOME = {"client-salary-or-wages": 612377, "child-benefit": 612401}
"""Monthly money in, in pence: primes."""
OUTGOINGS = {"rent": 612413, "gas": 104723, "groceries": 104729, "mobile-phone": 104743}
"""Monthly money out, in pence: primes."""

AMOUNTS = (
    *(debt.balance for debt in DEBTS),
    *(debt.original for debt in DEBTS),
    *(debt.taken for debt in DEBTS if debt.taken),
    *INCOME.values(),
    *OUTGOINGS.values(),
    sum(debt.balance for debt in DEBTS),
    sum(INCOME.values()),
    sum(OUTGOINGS.values()),
    sum(INCOME.values()) - sum(OUTGOINGS.values()),
)
"""Every planted amount and the sums that the pages show, in pence."""

WORDS = "Quillfeather"
"""In what a department writes to the person, which is kept in its column for 90 days."""

TEXTS = (MARKER, GIVEN, FAMILY, NINO, POSTCODE, POSTCODE.replace(" ", ""), "Cnryhill", EMAIL)


def cast_toml() -> str:
    """The planted person as a cast file for the simulators."""
    debts = "".join(
        f"""
[[person.debt]]
id = "{debt.dept}{index}"
dept = "{debt.dept}"
type = "{debt.type}"
label = "{debt.label}"
balance = {debt.balance}
original = {debt.original}
started = 2024-05-01
due = 2024-09-01
reference = "{debt.reference}"
minimum = {debt.minimum}
taken = {debt.taken}
state = "{"deducted_at_source" if debt.taken else "open"}"
"""
        for index, debt in enumerate(DEBTS)
    )
    income = ", ".join(f"{line} = {pence}" for line, pence in INCOME.items())
    outgoings = ", ".join(f"{line} = {pence}" for line, pence in OUTGOINGS.items())
    address = (
        f'{{ number = "7", street = "{STREET}", town = "Sampleton", postcode = "{POSTCODE}",'
        " uprn = 990000009901, since = 2020-01-01"
    )
    tenure = 'tenure = "Tenant - social", employment = "Full-time"'
    more = 'hmrc = "0.1", hmcts = "0.1"'
    return f"""
[[person]]
key = "{KEY}"
name = "{GIVEN} {FAMILY}"
lang = "en"
nation = "ENG"
persona = "Planted values."
given_names = ["{GIVEN}"]
family_name = "{FAMILY}"
birth_date = {BIRTH_DATE}
nino = "{NINO}"
utr = "9876543219"
email = "{EMAIL}"
phone = "07700 900987"
facts = {{ vrm = "CN11 RYY" }}
address = {address} }}
previous_address = {address}, until = 2020-01-01 }}
household = {{ adults = 1, children_under_16 = 0, children_16_to_18 = 0, vehicles = 1, {tenure} }}
answers = {{ dwp = "0.2", council = "0.1", dvla = "0.1", slc = "0.1", nhsbsa = "0.1", {more} }}
[person.income]
planted = {{ {income} }}
[person.outgoings]
planted = {{ {outgoings} }}
{debts}
"""
