"""The open question as coded themes: how many wrote something, of what, and how far two coders agree."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
import pandas as pd

from analysis.errors import DataError
from analysis.methods.agreement import Agreement, gwet_ac, krippendorff_alpha
from analysis.methods.weighted import proportion_interval


@dataclass(frozen=True)
class ThemeAgreement:
    """Agreement of two coders on one theme, yes or no, over comments that both coded; None where it never varies."""

    theme: str
    alpha: Agreement | None
    ac: Agreement | None
    n: int


def presence(comments: pd.DataFrame, themes: tuple[str, ...]) -> pd.DataFrame:
    """One row a comment and coder: respondent_id, wave, coder, and a column a theme (True where the comment has it)."""
    parts = comments["themes"].str.split("; ")
    wide = {theme: [theme in held for held in parts] for theme in themes}
    return pd.concat([comments[["respondent_id", "wave", "coder"]].reset_index(drop=True), pd.DataFrame(wide)], axis=1)


def theme_shares(comments: pd.DataFrame, returns: pd.DataFrame, themes: tuple[str, ...], level: float) -> pd.DataFrame:
    """By wave and theme: comments with it, comments in all, share (per cent) with Wilson's interval.

    The first coder's codes stand for a comment. Unweighted: who writes a comment is no sample of the staff. Raises
    `DataError` for a comment of nobody who returned a questionnaire at that wave.
    """
    known = set(zip(returns["respondent_id"], returns["wave"], strict=True))
    stray = [key for key in zip(comments["respondent_id"], comments["wave"], strict=True) if key not in known]
    if stray:
        raise DataError("a comment without a return", file="survey_comments.csv", column="respondent_id",
                        value=stray[0], expected="a respondent and wave of the survey's returns")
    first = presence(comments[comments["coder"] == comments["coder"].min()], themes)
    rows = []
    for wave, group in first.groupby("wave"):
        for theme in themes:
            held, n = int(group[theme].sum()), len(group)
            low, high = proportion_interval(held, n, level=level)
            rows.append({"wave": wave, "theme": theme, "held": held, "n": n, "share": 100 * held / n,
                         "low": 100 * low, "high": 100 * high})
    return pd.DataFrame(rows)


def theme_agreement(comments: pd.DataFrame, themes: tuple[str, ...], rng: np.random.Generator,
                    section: Mapping) -> tuple[ThemeAgreement, ...]:
    """Krippendorff's alpha and Gwet's AC1 of each theme over the comments that two coders read."""
    wide = presence(comments, themes).set_index(["respondent_id", "wave", "coder"])
    found = []
    for theme in themes:
        ratings = wide[theme].astype(float).unstack("coder").dropna().to_numpy()
        found.append(ThemeAgreement(theme, *_agreements(ratings, rng, section), len(ratings)))
    return tuple(found)


def _agreements(ratings: np.ndarray, rng: np.random.Generator,
                section: Mapping) -> tuple[Agreement | None, Agreement | None]:
    if len(ratings) < 2 or ratings.shape[1] < 2 or len(np.unique(ratings)) < 2:
        return None, None
    return (krippendorff_alpha(ratings, rng=rng, draws=section["bootstrap"], level=section["level"]),
            gwet_ac(ratings, [0, 1], level=section["level"]))
