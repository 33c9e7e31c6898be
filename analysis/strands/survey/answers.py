"""From labels to numbers: coded answers, what was asked, and how complete each return is."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
import pandas as pd

from analysis.errors import DataError
from analysis.methods.scales import reverse, scale_score
from analysis.sources.schemas.staff_survey import MARGINS
from analysis.sources.survey_instrument import Item, Questionnaire

HEAD = ["respondent_id", "wave", "site", *MARGINS]


def code_answers(frame: pd.DataFrame, form: Questionnaire, section: Mapping) -> pd.DataFrame:
    """One row a return: who, each item as a number (1 lowest label; NaN for none), each scale's score, disposition.

    `asked` and `answered` count the items put to the person and answered; "Prefer not to say" is no answer.
    `disposition` is "complete", "partial" or "none" by the shares of the section. Reverse items keep their own
    direction in their column; `<scale>` columns are scores with them turned. Raises `DataError` when a wave has no
    return.
    """
    for wave in section["waves"]:
        if not (frame["wave"] == wave).any():
            raise DataError("the survey lacks a wave", column="wave", value=wave, expected="returns of every wave")
    codes = pd.DataFrame({item.name: _numbers(frame[item.name], item) for item in form.items})
    asked = pd.DataFrame({item.name: was_asked(codes, item, form) for item in form.items})
    out = pd.concat([frame[HEAD].reset_index(drop=True), codes], axis=1)
    out["asked"], out["answered"] = asked.sum(axis=1), codes.notna().sum(axis=1)
    share = out["answered"] / out["asked"]
    out["disposition"] = np.select([share >= section["complete_from"], share >= section["partial_from"]],
                                   ["complete", "partial"], "none")
    for scale in form.scales:
        out[scale.name] = scale_score(scale_items(out, form, scale.name), least=scale.least)
    return out


def usable(coded: pd.DataFrame) -> pd.DataFrame:
    """Returns that count as interviews, complete or partial."""
    return coded[coded["disposition"] != "none"].reset_index(drop=True)


def was_asked(codes: pd.DataFrame, item: Item, form: Questionnaire) -> pd.Series:
    """Whether each person was asked the item, by its routing."""
    if not item.asked_if:
        return pd.Series(True, index=codes.index)
    name, label = item.asked_if
    return codes[name] == form.item(name).codes[label]


def scale_items(coded: pd.DataFrame, form: Questionnaire, scale: str) -> np.ndarray:
    """Items of a scale, (returns, items), reverse items turned so that all point the scale's way."""
    items = form.of_scale(scale)
    columns = [coded[item.name].to_numpy(dtype=float) for item in items]
    return np.column_stack([reverse(column, 1, len(item.labels)) if item.reverse else column
                            for column, item in zip(columns, items, strict=True)])


def margin_codes(coded: pd.DataFrame) -> dict[str, np.ndarray]:
    """Category of each margin as 0 .. K-1, -1 where not given."""
    return {name: pd.Categorical(coded[name], categories=list(labels)).codes.astype(int)
            for name, labels in MARGINS.items()}


def item_missing(coded: pd.DataFrame, form: Questionnaire) -> pd.DataFrame:
    """By item: those asked (in usable returns), those without an answer, and their share in per cent."""
    rows = []
    for item in form.items:
        asked = was_asked(coded, item, form)
        missing = int((asked & coded[item.name].isna()).sum())
        rows.append({"item": item.name, "short": item.short, "asked": int(asked.sum()), "missing": missing,
                     "missing_percent": 100 * missing / int(asked.sum())})
    return pd.DataFrame(rows)


def _numbers(labels: pd.Series, item: Item) -> np.ndarray:
    return labels.map(item.codes).to_numpy(dtype=float)
