"""Words that frighten or blame are found, and others are not (K23)."""

from __future__ import annotations

from consent.tone import cold


def test_they_are_found_in_the_order_in_which_they_come() -> None:
    assert cold("You must pay. This is our FINAL demand, and you must.") == (
        "must",
        "final",
        "demand",
    )


def test_a_part_of_a_longer_word_is_none() -> None:
    assert cold("Finally, the on-demand line and the mustard defaulting.") == ()


def test_phrases_are_found_too() -> None:
    assert cold("We will take action. Bailiffs may come.") == ("take action", "bailiffs")


def test_plain_words_are_fine() -> None:
    assert cold("A court has set how you pay this. Call us and we will help.") == ()
