"""Themes of the comments: who said what by site and wave, and how far two coders agree. No words are held."""

from __future__ import annotations

import pandas as pd

from analysis.errors import DataError
from analysis.methods.agreement import gwet_ac, percent_agreement, weighted_kappa
from analysis.methods.weighted import proportion_interval
from analysis.sources.survey_instrument import Questionnaire


def comments(codes: pd.DataFrame, answers: pd.DataFrame, form: Questionnaire) -> pd.DataFrame:
    """One row a comment, as the first coder coded it: respondent_id, wave, site, a column of 0 and 1 for each theme.

    Raises `DataError` when a comment belongs to no return.
    """
    first = codes[codes["coder"] == "1"]
    joined = first.merge(answers[["respondent_id", "wave", "site"]], on=["respondent_id", "wave"], how="left")
    stray = joined["site"].isna()
    if stray.any():
        raise DataError("a comment without a return", file="staff_survey_themes.csv", column="respondent_id",
                        value=joined.loc[stray, "respondent_id"].iloc[0], expected="a return of that wave")
    names = [theme.name for theme in form.themes]
    return joined[["respondent_id", "wave", "site"]].join(joined[names].astype(int))


def theme_shares(said: pd.DataFrame, form: Questionnaire, by: list[str], *, level: float) -> pd.DataFrame:
    """By theme and group: comments (n), those with the theme, and their share in per cent with Wilson's interval.

    Shares are of comments and unweighted: who comments is not who answers, and weights cannot mend that.
    """
    rows = []
    for theme in form.themes:
        for key, group in said.groupby(by, observed=True):
            n, count = len(group), int(group[theme.name].sum())
            low, high = proportion_interval(count, n, level=level)
            rows.append({"theme": theme.label, **dict(zip(by, key, strict=True)), "n": n, "mentioned": count,
                         "percent": 100 * count / n, "low": 100 * low, "high": 100 * high})
    return pd.DataFrame(rows)


def coder_agreement(codes: pd.DataFrame, form: Questionnaire, *, level: float) -> pd.DataFrame:
    """By theme: comments coded by both, those to which each gave it, per cent agreement, kappa and AC1, intervals."""
    names = [theme.name for theme in form.themes]
    both = codes.set_index(["respondent_id", "wave", "coder"])[names].astype(float).unstack("coder").dropna()
    rows = []
    for theme in form.themes:
        pair = both[theme.name][["1", "2"]].to_numpy()
        kappa = weighted_kappa(pair[:, 0], pair[:, 1], [0, 1], level=level)
        ac1 = gwet_ac(pair, [0, 1], level=level)
        rows.append({"theme": theme.label, "n": len(pair), "first": int(pair[:, 0].sum()),
                     "second": int(pair[:, 1].sum()), "percent": 100 * percent_agreement(pair),
                     "kappa": kappa.estimate, "kappa_low": kappa.low, "kappa_high": kappa.high, "ac1": ac1.estimate})
    return pd.DataFrame(rows)
