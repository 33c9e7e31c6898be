"""The quotation bank: nothing leaves without consent and company, and nothing that identifies a place and a role."""

from __future__ import annotations

import pandas as pd
import pytest

from analysis.errors import DataError
from analysis.strands import quotations as strand

SEGMENTS = pd.DataFrame([("A1-x.01", "training", 1, "A", "senior_leader", 1),
                         ("A1-x.02", "capacity", 0, "A", "social_worker", 1),
                         ("B1-y.01", "training", 1, "B", "social_worker", 2)],
                        columns=["segment_id", "theme", "consent", "site", "role", "wave"])
HEARD = pd.DataFrame({"site": ["A", "A", "B"], "role": ["senior_leader", "social_worker", "social_worker"],
                      "people": [2, 5, 3]})
NO_LOG = pd.DataFrame(columns=["quotation_id", "kind", "replacement", "reason"])


def quoted(*rows):
    return pd.DataFrame(rows, columns=["quotation_id", "segment_id", "theme", "text"]).rename(index=lambda k: k + 2)


def test_consent_and_company_decide_and_words_go_with_them():
    bank = strand.quotation_bank(quoted(("Q001", "A1-x.01", "training", "one"), ("Q002", "A1-x.02", "capacity", "two"),
                                        ("Q003", "B1-y.01", "training", "three")), NO_LOG, SEGMENTS, HEARD, 3)
    # two leaders in site A are too few; the social worker there did not consent; three in site B are enough
    assert bank["state"].tolist() == [strand.TOO_FEW, strand.NO_CONSENT, strand.SHOWN]
    assert bank["text"].tolist() == ["", "", "three"] and "site" not in bank


def test_replacements_are_counted_and_summed_up():
    log = pd.DataFrame([("Q001", "person", "[a colleague]", "could identify someone"),
                        ("Q002", "person", "[a colleague]", "could identify someone")],
                       columns=["quotation_id", "kind", "replacement", "reason"])
    texts = quoted(("Q001", "B1-y.01", "training", "[a colleague] said so"), ("Q002", "A1-x.01", "training",
                                                                             "so did [a colleague]"))
    bank = strand.quotation_bank(texts, log, SEGMENTS, HEARD, 3)
    assert bank["redactions"].tolist() == [1, 1]
    row = strand.redaction_counts(log, bank).iloc[0]
    assert (row["times"], row["shown"]) == (2, 1)           # the second is not shown


@pytest.mark.parametrize(("segment", "theme", "log", "says"), [
    ("A1-x.09", "training", NO_LOG, "quotations.csv, row 2, column theme: a quotation of a passage"),
    ("A1-x.01", "capacity", NO_LOG, "not coded so; found 'A1-x.01, capacity'"),
    ("A1-x.01", "training", pd.DataFrame([("Q007", "person", "[x]", "why")], columns=NO_LOG.columns),
     "a redaction of no quotation; found 'Q007'"),
    ("A1-x.01", "training", pd.DataFrame([("Q001", "person", "[a friend]", "why")], columns=NO_LOG.columns),
     "the replacement is not in the quotation")])
def test_banks_that_do_not_fit_are_refused(segment, theme, log, says):
    with pytest.raises(DataError, match=says):
        strand.quotation_bank(quoted(("Q001", segment, theme, "words")), log, SEGMENTS, HEARD, 3)


def test_no_word_of_a_withheld_passage_is_published(bundle, standins):
    texts = standins("quotations").frame.set_index("quotation_id")["text"]
    table = next(one for one in bundle("deep_dives").exhibits if one.id == "tbl-deep-dives-quotations")
    names = [one.name for one in table.columns]
    shown = {row[0].value: row[names.index("text")].value for row in table.rows}
    states = {row[0].value: row[names.index("state")].value for row in table.rows}
    assert set(states.values()) > {strand.SHOWN} and "site" not in names
    for name, text in texts.items():
        assert (shown[name] == text) == (states[name] == strand.SHOWN), name
        assert text.startswith("Synthetic, nobody's words")
