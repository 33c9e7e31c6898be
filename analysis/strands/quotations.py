"""The quotation bank: which passages may be quoted, with what was replaced in them, and why others may not."""

from __future__ import annotations

import pandas as pd

from analysis.errors import DataError

NO_CONSENT, TOO_FEW, SHOWN = "no consent", "too few people in the site and role", "may be quoted"


def quotation_bank(quotations: pd.DataFrame, redactions: pd.DataFrame, segments: pd.DataFrame, heard: pd.DataFrame,
                   k: int) -> pd.DataFrame:
    """One row a quotation: quotation_id, theme, wave, role, text ("" where it may not be quoted), redactions, state.

    A passage may be quoted with the speaker's consent and where at least `k` people share its site and role. Site and
    role never stand together here: the role alone is given. Raises `DataError` for a quotation of a passage that was
    not coded with its theme, a replacement that is not in the text, and a redaction of no quotation.
    """
    coded = segments.drop_duplicates(["segment_id", "theme"]).set_index(["segment_id", "theme"])
    people = heard.groupby(["site", "role"])["people"].sum()
    counts = redactions.groupby("quotation_id").size()
    _check(quotations, redactions, coded)
    rows = []
    for one in quotations.itertuples():
        facts = coded.loc[(one.segment_id, one.theme)]
        state = SHOWN if facts["consent"] == 1 else NO_CONSENT
        if state == SHOWN and people[facts["site"], facts["role"]] < k:
            state = TOO_FEW
        rows.append({"quotation_id": one.quotation_id, "theme": one.theme, "wave": facts["wave"], "role": facts["role"],
                     "text": one.text if state == SHOWN else "", "redactions": int(counts.get(one.quotation_id, 0)),
                     "state": state})
    return pd.DataFrame(rows)


def redaction_counts(redactions: pd.DataFrame, bank: pd.DataFrame) -> pd.DataFrame:
    """The log summed up: kind, replacement, reason, times in quotations that are shown, and in all."""
    shown = set(bank.loc[bank["state"] == SHOWN, "quotation_id"])
    table = redactions.assign(shown=redactions["quotation_id"].isin(shown))
    return table.groupby(["kind", "replacement", "reason"], as_index=False).agg(times=("shown", "size"),
                                                                             shown=("shown", "sum"))


def _check(quotations: pd.DataFrame, redactions: pd.DataFrame, coded: pd.DataFrame) -> None:
    for row in quotations.itertuples():
        if (row.segment_id, row.theme) not in coded.index:
            raise DataError("a quotation of a passage that was not coded so", file="quotations.csv", row=int(row.Index),
                            column="theme", value=f"{row.segment_id}, {row.theme}",
                            expected="a passage and a theme of the coding")
    texts = quotations.set_index("quotation_id")["text"]
    for row in redactions.itertuples():
        if row.quotation_id not in texts.index:
            raise DataError("a redaction of no quotation", file="redaction_log.csv", row=int(row.Index),
                            column="quotation_id", value=row.quotation_id, expected="an id of quotations.csv")
        if row.replacement not in texts[row.quotation_id]:
            raise DataError("the replacement is not in the quotation", file="redaction_log.csv", row=int(row.Index),
                            column="replacement", value=row.replacement, expected="words of the quotation's text")
