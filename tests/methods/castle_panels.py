"""The castle-doctrine panel, whole and thinned, as the panel tests use it."""

from __future__ import annotations

import numpy as np
import pandas as pd

SLOPES = ["post", "poverty", "unemployrt", "l_police"]
NAMES = ["(Intercept)", *SLOPES]


def thinned(castle: pd.DataFrame) -> pd.DataFrame:
    """An unbalanced panel of 360 rows: states 1 to 5 keep one year, 6 to 12 two years, the others lose the rows with
    7 sid + 3 year divisible by 5."""
    sid, year = castle["sid"], castle["year"]
    keep = np.where(sid <= 5, year == 2005, np.where(sid <= 12, year.isin([2003, 2008]), (7 * sid + 3 * year) % 5 != 0))
    return castle[keep.astype(bool)].reset_index(drop=True)


def arguments(panel: pd.DataFrame, *, constant: bool) -> dict:
    """Outcome, regressors, entities and periods of l_homicide ~ post + poverty + unemployrt + l_police."""
    X = panel[SLOPES].astype(float)
    if constant:
        X.insert(0, "(Intercept)", 1.0)
    return {"y": panel["l_homicide"], "X": X, "entities": panel["sid"], "periods": panel["year"]}
