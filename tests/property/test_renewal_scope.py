"""A renewal reaches no further than what it renews (SEC-11)."""

from __future__ import annotations

import os
from dataclasses import replace

from hypothesis import given, settings
from hypothesis import strategies as st

from consent import notices as notice_files
from consent.purposes import TERMS
from consent.scope import Scope

WORDS = st.frozensets(st.sampled_from("abcdefgh"), max_size=8)
SCOPES = st.builds(
    Scope,
    WORDS,
    WORDS,
    st.sampled_from(["PT30M", "P1D"]),
    st.integers(0, 5),
    st.integers(0, 5),
)

MANY = settings(max_examples=100_000 if os.environ.get("SVD_LONG") else 150, deadline=None)


@given(SCOPES, SCOPES)
@MANY
def test_within_means_no_field_no_fact_and_no_use_more(new: Scope, old: Scope) -> None:
    if new.within(old):
        assert not new.fields - old.fields
        assert not new.sent - old.sent
        assert old.most_a_day == 0 or 0 < new.most_a_day <= old.most_a_day
        assert new.least_apart_seconds >= old.least_apart_seconds
    else:
        narrowed = Scope(
            new.sent & old.sent,
            new.fields & old.fields,
            old.retention,
            old.most_a_day,
            max(new.least_apart_seconds, old.least_apart_seconds),
        )
        assert narrowed.within(old)


@given(SCOPES, SCOPES, SCOPES)
@MANY
def test_no_chain_of_renewals_widens(first: Scope, second: Scope, third: Scope) -> None:
    if third.within(second) and second.within(first):
        assert third.within(first)


@given(SCOPES, st.sampled_from("abcdefgh"))
@MANY
def test_one_field_or_fact_more_is_wider(scope: Scope, more: str) -> None:
    for name in ("fields", "sent"):
        wider = replace(scope, **{name: getattr(scope, name) | {more}})
        assert wider.within(scope) is (more in getattr(scope, name))


def test_permissions_under_the_first_words_can_be_kept_under_the_newest() -> None:
    notices = notice_files.load()
    for (purpose, version, language), notice in notices.by_key.items():
        if version > 1 or TERMS[purpose].longest is None or TERMS[purpose].once:
            continue
        newest = notices.newest(purpose, language)
        assert Scope.of(newest, ("name",)).within(Scope.of(notice, ("name",))), notice.id
