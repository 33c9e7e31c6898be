"""Numbers in words, by the house style."""

import pytest

from analysis.publish import words


@pytest.mark.parametrize(("value", "unit", "decimals", "text"), [
    (21.94, "per cent", 1, "21.9%"), (0.31, "percentage points", 1, "0.3 percentage points"),
    (1204, "count", 0, "1,204"), (1_950_000, "pounds", 2, "£1.95 million"), (12345.6, "pounds", 0, "£12,346"),
    (-0.04, "percentage points", 1, "0.0 percentage points"), (0.0002, "probability", 3, "less than 0.001"),
    (0.0321, "probability", 3, "0.032"), (5.21, "per 10,000", 1, "5.2 per 10,000"), (None, "count", 0, "not available"),
    (float("nan"), "count", 0, "not available"), ("no evidence", "text", 0, "no evidence"),
])
def test_quantity(value, unit, decimals, text):
    assert words.quantity(value, unit, decimals) == text


def test_interval():
    assert words.interval(-1.23, 1.84, "percentage points", 1) == "-1.2 to 1.8"
    assert words.interval(900, 1_200_000, "pounds", 0) == "£900 to £1.2 million"
    assert words.interval(None, 1) == "not available"


def test_a_title_within_a_sentence_keeps_names_and_abbreviations():
    assert words.in_sentence("Kinship care") == "kinship care"
    assert words.in_sentence("Ofsted at the start") == "Ofsted at the start"
    assert words.in_sentence("LA level") == "LA level"


def test_counts_are_words_below_ten():
    assert [words.cardinal(n) for n in (0, 1, 5, 9, 10, 1204)] == ["none", "one", "five", "nine", "10", "1,204"]
