"""What the panel tests share: the castle-doctrine panel, whole and thinned, its models, and a simulated panel."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from analysis.methods.panel import PanelFit, pooling, random_effects, within
from analysis.methods.panel_tests import PanelTest

EXACT = 1e-11     # relative, of statistics; achieved 1e-12 or better

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


def models(panel: pd.DataFrame) -> dict[str, PanelFit]:
    """The three models of a castle panel."""
    return {"within": within(**arguments(panel, constant=False)),
            "random": random_effects(**arguments(panel, constant=True)),
            "pooling": pooling(**arguments(panel, constant=True))}


def check(test: PanelTest, expected: dict) -> None:
    """A test against plm's statistic, degrees of freedom and p (whose relative error is larger far out)."""
    df = np.atleast_1d(expected["df"])
    assert test.statistic == pytest.approx(expected.get("chisq", expected.get("F")), rel=EXACT)
    assert test.p == pytest.approx(expected["p"], rel=1e-9)
    assert (test.df, test.df_denominator) == (df[0], df[1] if len(df) > 1 else None)


def simulated(rng, *, rho=0.0, effects=1.0, n_entities=300):
    """Entities of 1 to 5 rows, stationary AR(1) errors with variance 1, independent effects, truth 1 and 0.5."""
    errors = rng.normal(size=(n_entities, 5))
    for t in range(1, 5):
        errors[:, t] = rho * errors[:, t - 1] + np.sqrt(1 - rho**2) * errors[:, t]
    seen = np.arange(5) < rng.integers(1, 6, n_entities)[:, None]
    entities = np.nonzero(seen)[0]
    X = np.column_stack([np.ones(len(entities)), rng.normal(size=len(entities))])
    y = X @ [1, 0.5] + effects * rng.normal(size=n_entities)[entities] + errors[seen]
    return {"y": y, "X": X, "entities": entities}


def rejections(runs: int, p_of, **truth) -> float:
    """Share of simulated panels in which a test rejects at 5%."""
    rng = np.random.default_rng(21)
    return np.mean([p_of(simulated(rng, **truth)) <= 0.05 for _ in range(runs)])
