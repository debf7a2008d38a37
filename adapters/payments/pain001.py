"""The instruction for the paying bank: ISO 20022 pain.001.001.09, pounds within the United Kingdom.

One file is one debit account and one day. The number of the message comes from what is in it, so
the same instruction made again is the same message, which a bank takes once.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime
from typing import Final
from xml.sax.saxutils import escape

from debts.money import plain_pounds

NAMESPACE: Final = "urn:iso:std:iso:20022:tech:xsd:pain.001.001.09"
MOST_NAME: Final = 70
_UNFIT: Final = re.compile(r"[^A-Za-z0-9/?:().,'+ -]")
"""What British and SEPA payments carry of letters."""
_REFERENCE: Final = re.compile(r"[A-Za-z0-9/?:().,'+-]{1,35}")


@dataclass(frozen=True, slots=True)
class Account:
    """A British account: digits only."""

    name: str
    sort_code: str
    number: str


@dataclass(frozen=True, slots=True)
class Transfer:
    """Pence to one account. `reference` comes back on our own statement, `words` on the payee's."""

    to: Account
    pence: int
    reference: str
    words: str


@dataclass(frozen=True, slots=True)
class Instruction:
    """`body` is the file; `pence` and `count` are its control sum and number."""

    message_id: str
    body: bytes
    pence: int
    count: int


def instruction(
    prefix: str, payer: Account, transfers: Sequence[Transfer], *, day: date, made_at: datetime
) -> Instruction:
    """`prefix` tells kinds of messages apart: at most 8 letters. Raises ValueError for what no bank
    would take: no transfer, less than a penny, two with one reference."""
    references = [one.reference for one in transfers]
    if not transfers or len(set(references)) != len(references):
        raise ValueError("at least one transfer, and each has a reference of its own")
    if any(one.pence < 1 or not _REFERENCE.fullmatch(one.reference) for one in transfers):
        raise ValueError("a transfer has a penny or more and a reference of 35 letters at most")
    pence, count = sum(one.pence for one in transfers), len(transfers)
    facts = repr([(one.to, one.pence, one.reference, one.words) for one in transfers])
    digest = hashlib.sha256(f"{payer}{day}{facts}".encode()).hexdigest()[:12]
    message_id = f"{prefix}{day:%Y%m%d}-{digest}"
    sums = f"<NbOfTxs>{count}</NbOfTxs><CtrlSum>{plain_pounds(pence)}</CtrlSum>"
    made = f"{made_at.astimezone(UTC):%Y-%m-%dT%H:%M:%SZ}"
    name = f"<Nm>{_name(payer.name)}</Nm>"
    lines = [
        '<?xml version="1.0" encoding="UTF-8"?>',
        f'<Document xmlns="{NAMESPACE}">',
        "<CstmrCdtTrfInitn>",
        f"<GrpHdr><MsgId>{message_id}</MsgId><CreDtTm>{made}</CreDtTm>{sums}",
        f"<InitgPty>{name}</InitgPty></GrpHdr>",
        f"<PmtInf><PmtInfId>{message_id}</PmtInfId><PmtMtd>TRF</PmtMtd>",
        f"<BtchBookg>false</BtchBookg>{sums}<ReqdExctnDt><Dt>{day}</Dt></ReqdExctnDt>",
        f"<Dbtr>{name}</Dbtr>",
        f"<DbtrAcct>{_number(payer)}<Ccy>GBP</Ccy></DbtrAcct>",
        f"<DbtrAgt>{_agent(payer)}</DbtrAgt>",
        *(_transfer(one) for one in transfers),
        "</PmtInf>",
        "</CstmrCdtTrfInitn>",
        "</Document>",
        "",
    ]
    return Instruction(message_id, "\n".join(lines).encode(), pence, count)


def _transfer(one: Transfer) -> str:
    return (
        f"<CdtTrfTxInf><PmtId><InstrId>{one.reference}</InstrId>"
        f"<EndToEndId>{one.reference}</EndToEndId></PmtId>"
        f'<Amt><InstdAmt Ccy="GBP">{plain_pounds(one.pence)}</InstdAmt></Amt>'
        f"<CdtrAgt>{_agent(one.to)}</CdtrAgt><Cdtr><Nm>{_name(one.to.name)}</Nm></Cdtr>"
        f"<CdtrAcct>{_number(one.to)}</CdtrAcct>"
        f"<RmtInf><Ustrd>{_name(one.words)}</Ustrd></RmtInf></CdtTrfTxInf>"
    )


def _agent(account: Account) -> str:
    return (
        "<FinInstnId><ClrSysMmbId><ClrSysId><Cd>GBDSC</Cd></ClrSysId>"
        f"<MmbId>{account.sort_code}</MmbId></ClrSysMmbId></FinInstnId>"
    )


def _number(account: Account) -> str:
    return f"<Id><Othr><Id>{account.number}</Id></Othr></Id>"


def _name(text: str) -> str:
    """Letters that a bank takes; what it does not take becomes a space."""
    fit = " ".join(_UNFIT.sub(" ", text).split())[:MOST_NAME].strip()
    return escape(fit or "UNKNOWN")
