"""How long departments took to answer, as counts of nobody."""

from __future__ import annotations

from sqlalchemy import CheckConstraint, Column, Date, Integer, SmallInteger, String, Table

from consent.records import metadata

answer_time = Table(
    "answer_time",
    metadata,
    Column("department", String(12), primary_key=True),
    Column("monday", Date, primary_key=True),
    Column("span", SmallInteger, primary_key=True),
    Column("answers", Integer, nullable=False),
    CheckConstraint("span between 0 and 99", name="span"),
    CheckConstraint("answers > 0", name="answers"),
)
