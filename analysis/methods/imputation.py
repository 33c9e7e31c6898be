"""Multiple imputation by chained equations (van Buuren and Groothuis-Oudshoorn 2011), small and seeded.

Every incomplete column is drawn in turn given all others, for some iterations, from a start of random observed values.
Numbers by predictive mean matching (Little 1988; type 1 of van Buuren 2018, algorithm 3.3): regression coefficients
drawn from their posterior predict the missing, those estimated the observed, and the value of one of the `donors`
nearest observed records is taken. Nought-one columns by Bayesian logistic regression (Rubin 1987, page 169): the
coefficients drawn from the normal approximation at the mode. Predictors are standardised; a ridge of 1e-5 n steadies
the regression (as R's mice does) and a normal prior of standard deviation 10 the logistic one, which keeps separated
data finite. Each of the m imputations has a stream of its own, so that the first is the same whatever m is.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np
import pandas as pd

from analysis.errors import DataError

METHODS = ("pmm", "logistic")
RIDGE, PRIOR_SD, NEWTON_STEPS, NEWTON_TOLERANCE = 1e-5, 10.0, 12, 1e-6


def impute(frame: pd.DataFrame, methods: Mapping[str, str], rng: np.random.Generator, *, m: int = 5,
           iterations: int = 5, donors: int = 5, predictors: Sequence[str] | None = None) -> list[pd.DataFrame]:
    """m completed copies of `frame`, which itself is not changed.

    Parameters: `methods` names for each column to be completed "pmm" (numbers) or "logistic" (0 and 1); columns are
    visited from the least to the most missing. `predictors` default to all other columns: numbers and booleans as
    they are, dates as days, everything else as one column a level (missing values of a text column are a level).
    Raises `DataError` for unknown columns or methods, a column without observed values, a "logistic" column with
    other values than 0 and 1, and missing values in a number that no method completes.
    """
    chains = _chains(frame, methods, rng, m, iterations, donors, predictors)
    return [_complete(frame, values) for values, _ in chains]


def chain_statistics(frame: pd.DataFrame, methods: Mapping[str, str], rng: np.random.Generator, *, m: int = 5,
                     iterations: int = 20, donors: int = 5, predictors: Sequence[str] | None = None) -> pd.DataFrame:
    """Mean and standard deviation of the imputed values after every iteration: how far the chains have settled.

    Parameters as in `impute`; the chains are the same as there, run longer. One row an imputation, iteration (from 1)
    and column with missing values: imputation, iteration, column, mean, sd.
    """
    rows = []
    for number, (_, trace) in enumerate(_chains(frame, methods, rng, m, iterations, donors, predictors), start=1):
        rows += [{"imputation": number, **row} for row in trace]
    return pd.DataFrame(rows, columns=["imputation", "iteration", "column", "mean", "sd"])


def potential_scale_reduction(values) -> float:
    """How much wider the spread over chains is than within them: R-hat of Gelman and Rubin (1992, equations 3 and 4
    without their degrees-of-freedom factor), near 1 when the chains have mixed.

    `values` (m, n): n iterations of a statistic in m chains. With B / n the variance of the chains' means and W the
    mean of their variances, R-hat = ((n - 1) / n + B / (n W))^1/2. 1 where nothing varies. Raises `DataError` for fewer
    than two chains or iterations.
    """
    values = np.asarray(values, dtype=float)
    if values.ndim != 2 or min(values.shape) < 2:
        raise DataError("chains", value=values.shape, expected="two or more chains of two or more iterations")
    n, within = values.shape[1], values.var(axis=1, ddof=1).mean()
    between = values.mean(axis=1).var(ddof=1)
    if within == 0:
        return 1.0 if between == 0 else float("inf")
    return float(np.sqrt((n - 1) / n + between / within))


def _chains(frame, methods, rng, m, iterations, donors, predictors):
    """Completed values and the statistics of every iteration, one pair an imputation."""
    _check(frame, methods, predictors)
    names = [name for name in (predictors if predictors is not None else frame.columns)]
    fixed = _fixed(frame[[name for name in names if name not in methods]])
    order = sorted(methods, key=lambda name: frame[name].isna().sum())
    values = {name: _numbers(frame[name]) for name in order}
    return [_chain(fixed, values, methods, stream, iterations, donors) for stream in rng.spawn(m)]


def _chain(fixed, values, methods, rng, iterations, donors) -> tuple[dict[str, np.ndarray], list[dict]]:
    missing = {name: np.isnan(column) for name, column in values.items()}
    now = {name: _start(column, rng) for name, column in values.items()}
    guesses: dict[str, np.ndarray] = {}
    trace = []
    for iteration in range(1, iterations + 1):
        for name, gaps in missing.items():
            if not gaps.any():
                continue
            X = _design(fixed, [now[other] for other in now if other != name])
            if methods[name] == "pmm":
                drawn = _matched(X, now[name], gaps, rng, donors)
            else:
                drawn, guesses[name] = _logistic(X, now[name], gaps, rng, guesses.get(name))
            now[name] = now[name].copy()
            now[name][gaps] = drawn
            trace.append({"iteration": iteration, "column": name, "mean": float(drawn.mean()),
                          "sd": float(drawn.std())})
    return now, trace


def _matched(X, y, gaps, rng, donors) -> np.ndarray:
    """Predictive mean matching of the rows in `gaps`."""
    X_seen, y_seen = X[~gaps], y[~gaps]
    gram = X_seen.T @ X_seen
    gram = gram + RIDGE * np.diag(np.diagonal(gram))
    estimate = np.linalg.solve(gram, X_seen.T @ y_seen)
    residual = y_seen - X_seen @ estimate
    sigma = np.sqrt(residual @ residual / rng.chisquare(max(len(y_seen) - X.shape[1], 1)))
    root = np.linalg.cholesky(np.linalg.inv(gram))
    drawn = estimate + sigma * (root @ rng.normal(size=len(estimate)))
    return y_seen[_donors(X_seen @ estimate, X[gaps] @ drawn, rng, donors)]


def _donors(seen: np.ndarray, wanted: np.ndarray, rng, donors: int) -> np.ndarray:
    """For each wanted prediction the place of one of the `donors` nearest seen ones, ties in random order."""
    donors = min(donors, len(seen))
    shuffled = rng.permutation(len(seen))
    order = shuffled[np.argsort(seen[shuffled], kind="stable")]
    ranked = seen[order]
    middle = np.searchsorted(ranked, wanted)
    window = np.clip(middle[:, None] + np.arange(-donors, donors), -1, len(seen))
    distance = np.where((window < 0) | (window == len(seen)), np.inf,
                        np.abs(ranked[np.clip(window, 0, len(seen) - 1)] - wanted[:, None]))
    nearest = np.argpartition(distance, donors - 1, axis=1)[:, :donors]
    pick = nearest[np.arange(len(wanted)), rng.integers(donors, size=len(wanted))]
    return order[window[np.arange(len(wanted)), pick]]


def _logistic(X, y, gaps, rng, guess) -> tuple[np.ndarray, np.ndarray]:
    """Draws of 0 and 1 for the rows in `gaps`, and the coefficients to start from next time."""
    estimate, covariance = _logistic_mode(X[~gaps], y[~gaps], guess)
    drawn = estimate + np.linalg.cholesky(covariance) @ rng.normal(size=len(estimate))
    chance = _expit(X[gaps] @ drawn)
    return (rng.random(len(chance)) < chance).astype(float), estimate


def _logistic_mode(X, y, guess) -> tuple[np.ndarray, np.ndarray]:
    prior = np.full(X.shape[1], PRIOR_SD**-2)
    estimate = np.zeros(X.shape[1]) if guess is None else guess
    for _ in range(NEWTON_STEPS):
        chance = _expit(X @ estimate)
        information = (X * (chance * (1 - chance))[:, None]).T @ X + np.diag(prior)
        step = np.linalg.solve(information, X.T @ (y - chance) - prior * estimate)
        estimate = estimate + np.clip(step, -5, 5)
        if np.abs(step).max() < NEWTON_TOLERANCE:
            break
    return estimate, np.linalg.inv(information)


def _expit(x: np.ndarray) -> np.ndarray:
    return 1 / (1 + np.exp(-np.clip(x, -35, 35)))


def _start(column: np.ndarray, rng) -> np.ndarray:
    gaps = np.isnan(column)
    return np.where(gaps, rng.choice(column[~gaps], size=len(column)), column)


def _design(fixed: np.ndarray, others: Sequence[np.ndarray]) -> np.ndarray:
    columns = [_standardised(column[:, None]) for column in others]
    return np.hstack([fixed, *columns])


def _fixed(frame: pd.DataFrame) -> np.ndarray:
    """Constant and complete predictors, standardised, columns without variation left out."""
    columns = [np.ones((len(frame), 1))]
    for name in frame:
        column = frame[name]
        if pd.api.types.is_numeric_dtype(column) or pd.api.types.is_datetime64_any_dtype(column):
            columns.append(_standardised(_numbers(column)[:, None]))
        else:
            codes, levels = pd.factorize(column, sort=True, use_na_sentinel=False)
            columns.append(_standardised((codes[:, None] == np.arange(1, len(levels))).astype(float)))
    return np.hstack(columns)


def _standardised(columns: np.ndarray) -> np.ndarray:
    spread = columns.std(axis=0)
    varied = spread > 1e-12
    return (columns[:, varied] - columns[:, varied].mean(axis=0)) / spread[varied]


def _numbers(column: pd.Series) -> np.ndarray:
    if pd.api.types.is_datetime64_any_dtype(column):
        return ((column - pd.Timestamp("2000-01-01")) / pd.Timedelta(days=1)).to_numpy(dtype=float)
    return column.to_numpy(dtype=float, na_value=np.nan)


def _complete(frame: pd.DataFrame, values: Mapping[str, np.ndarray]) -> pd.DataFrame:
    """The frame with the gaps filled, in the columns' own types."""
    return frame.assign(**{name: _filled(frame[name], column) for name, column in values.items()})


def _filled(column: pd.Series, values: np.ndarray) -> pd.Series:
    return column.where(column.notna(), pd.Series(values, index=column.index)).astype(column.dtype)


def _check(frame, methods, predictors):
    unknown = [name for name in (*methods, *(predictors or ())) if name not in frame]
    wrong = [method for method in methods.values() if method not in METHODS]
    if unknown or wrong or not methods:
        raise DataError("imputation", value=[*unknown, *wrong], expected=f"columns of the frame and {METHODS}")
    for name, method in methods.items():
        seen = frame[name].dropna()
        if seen.empty:
            raise DataError("nothing observed to impute from", column=name)
        if method == "logistic" and not set(seen.unique()) <= {0, 1}:
            raise DataError("logistic imputation", column=name, value=sorted(set(seen.unique()))[:5],
                            expected="0 and 1")
    for name in predictors if predictors is not None else frame.columns:
        numeric = pd.api.types.is_numeric_dtype(frame[name]) or pd.api.types.is_datetime64_any_dtype(frame[name])
        if name not in methods and numeric and frame[name].isna().any():
            raise DataError("missing value in a predictor that no method completes", column=name,
                            row=int(np.argmax(frame[name].isna())))
