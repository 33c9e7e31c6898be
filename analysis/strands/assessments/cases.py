"""Cases with their ratings and scores, checked against each other."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
import pandas as pd

from analysis.errors import DataError
from analysis.methods.scales import scale_score
from analysis.sources.rating_scale import RatingScale, rating_scale


@dataclass(frozen=True)
class Examined:
    """`cases`: one row a case with its standing ratings, `thoroughness`, `days`; `ratings`: all ratings with site.

    `thoroughness` is the mean of the domains (1 to 4), NaN when fewer than all but one are rated.
    """

    scale: RatingScale
    section: Mapping
    frame: pd.DataFrame
    cases: pd.DataFrame
    ratings: pd.DataFrame


def examine(frame: pd.DataFrame, cases: pd.DataFrame, ratings: pd.DataFrame, section: Mapping) -> Examined:
    """Join the tables. `DataError` for a rating without a case, a case without a rating, two first (or second) ratings
    of one case, counts that differ, or a case whose standing rating is not there."""
    scale = rating_scale()
    _refuse_repeated(ratings)
    unknown = ~ratings["case_id"].isin(cases["case_id"])
    if unknown.any():
        raise DataError("a rating of a case that is not in the list", file="assessment_ratings.csv", column="case_id",
                        value=ratings.loc[unknown, "case_id"].iloc[0], expected="a case of assessment_cases.csv")
    unrated = ~cases["case_id"].isin(ratings["case_id"])
    if unrated.any():
        raise DataError("a case without a rating", file="assessment_cases.csv", column="case_id",
                        value=cases.loc[unrated, "case_id"].iloc[0], expected="a rating in assessment_ratings.csv")
    _check_counts(frame, cases)
    _refuse_without_standing(cases, ratings, section["ratings_of_case"])
    scored = with_scores(ratings, scale).merge(cases[["case_id", "site"]], on="case_id")
    standing = scored[scored["rating"] == section["ratings_of_case"]].drop(columns=["rating", "rater", "site"])
    table = cases.merge(standing, on="case_id").assign(days=working_days(cases["started"],
                                                                         cases["completed"]).to_numpy())
    return Examined(scale, section, frame, table, scored)


def with_scores(ratings: pd.DataFrame, scale: RatingScale) -> pd.DataFrame:
    """Ratings as floats with `thoroughness`, the mean of the domains rated."""
    names = [domain.name for domain in scale.domains]
    values = ratings.astype({domain.name: "float64" for domain in scale.all_domains})
    return values.assign(thoroughness=scale_score(values[names].to_numpy(), least=len(names) - 1))


def working_days(started: pd.Series, completed: pd.Series) -> pd.Series:
    """Weekdays after the start up to and including completion; bank holidays are not taken out."""
    days = np.busday_count(started.to_numpy().astype("datetime64[D]") + 1,
                           completed.to_numpy().astype("datetime64[D]") + 1)
    return pd.Series(days, index=started.index)


def pairs(examined: Examined) -> pd.DataFrame:
    """Cases rated twice: both raters' ratings of every domain and of thoroughness, columns (name, rating)."""
    names = [*(domain.name for domain in examined.scale.all_domains), "thoroughness"]
    wide = examined.ratings.pivot(index="case_id", columns="rating", values=names)
    twice = examined.ratings.loc[examined.ratings["rating"] == "second", "case_id"]
    return wide.loc[sorted(twice)]


def _refuse_repeated(ratings):
    again = ratings.duplicated(["case_id", "rating"])
    if again.any():
        row = ratings[again].iloc[0]
        raise DataError(f"two {row['rating']} ratings of one case", file="assessment_ratings.csv",
                        row=ratings.index[again][0], column="rating", value=(row["case_id"], row["rater"]),
                        expected="one first and at most one second rating a case")


def _refuse_without_standing(cases, ratings, which):
    rated = ratings.loc[ratings["rating"] == which, "case_id"]
    lacking = cases.loc[~cases["case_id"].isin(rated), "case_id"]
    if len(lacking):
        raise DataError(f"a case without its {which} rating, which stands for it", file="assessment_ratings.csv",
                        column="rating", value=lacking.iloc[0], expected=f"a {which} rating of every case")


def _check_counts(frame, cases):
    counted = cases.groupby("site").size()
    for row in frame.itertuples():
        if counted.get(row.site, 0) != row.usable:
            raise DataError("the cases listed are not the usable ones of the sampling frame",
                            file="assessment_cases.csv", column="site", value=(row.site, int(counted.get(row.site, 0))),
                            expected=f"{row.usable} cases")
