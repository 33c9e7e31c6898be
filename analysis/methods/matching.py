"""Coarsened exact matching (Iacus, King and Porro 2012).

Records are put into strata of equal values after numeric columns are cut into bins. A stratum with treated and control
records is matched; all others get weight nought. Treated records weigh 1, controls of stratum s
(T_s / C_s) x (C / T), where T_s, C_s count the stratum and T, C all matched records; with base weights (for instance
the inverse multiplicity of a record that stands in several groups) the counts are sums of base weights and the final
weight is their product. Bins closed on the right, (a, b], are those of R's `cem`; closed on the left, [a, b), those of
R's `MatchIt`: with cut points c a value x falls in bin number #{c < x} and #{c <= x}.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd

from analysis.errors import DataError


@dataclass(frozen=True)
class Matching:
    """`strata`, `matched`, `weights`, each (n,) in the order of the rows; numbers of rows, plain counts."""

    strata: np.ndarray
    matched: np.ndarray
    weights: np.ndarray
    n_treated: int
    n_controls: int
    n_treated_matched: int
    n_controls_matched: int
    n_strata: int
    n_strata_matched: int


@dataclass(frozen=True)
class Imbalance:
    """`l1` in 0 to 1, 0 meaning equal distributions; `common_support` the share of cells holding both arms."""

    l1: float
    common_support: float
    n_cells: int


def coarsen(values, cut_points: Sequence[float], *, closed: str) -> np.ndarray:
    """Bin numbers from 0, (n,), of numbers cut at `cut_points`; `closed` is "left" or "right".

    Raises `DataError` for another `closed` and for a value that is missing.
    """
    if closed not in ("left", "right"):
        raise DataError("bins closed on which side", value=closed, expected="left or right")
    values = np.asarray(values, dtype=float)
    if np.isnan(values).any():
        raise DataError("missing value in a matching variable", row=int(np.argmax(np.isnan(values))),
                        expected="a number, or a level of its own for missing")
    return np.searchsorted(np.sort(np.asarray(cut_points, dtype=float)), values,
                           side="right" if closed == "left" else "left")


def strata(frame: pd.DataFrame, exact: Sequence[str], cut: Mapping[str, Sequence[float]] | None = None, *,
           closed: str = "right") -> np.ndarray:
    """Stratum numbers from 0, (n,): equal in the columns `exact` and in the same bin of the columns `cut`.

    Raises `DataError` for no column, an unknown one, or a missing value (give missing a level of its own).
    """
    cut = dict(cut or {})
    unknown = [name for name in (*exact, *cut) if name not in frame]
    if unknown or not (exact or cut):
        raise DataError("matching variables", value=unknown, expected=f"one or more of {', '.join(map(str, frame))}")
    columns = {}
    for name in exact:
        codes, _ = pd.factorize(frame[name], sort=True)
        if (codes < 0).any():
            raise DataError("missing value in a matching variable", row=int(np.argmax(codes < 0)), column=name,
                            expected="a level of its own for missing")
        columns[name] = codes
    for name, cut_points in cut.items():
        columns[f"{name} cut"] = coarsen(frame[name].to_numpy(dtype=float, na_value=np.nan), cut_points, closed=closed)
    return pd.DataFrame(columns).groupby(list(columns), sort=True).ngroup().to_numpy()


def match(treated, strata, *, base_weights=None) -> Matching:
    """Weights of coarsened exact matching from `treated` (n,) true or false and stratum numbers (n,).

    `base_weights` (n,) positive, or None. Raises `DataError` when no stratum holds both arms.
    """
    treated, codes, base = _arrays(treated, strata, base_weights)
    size = int(codes.max()) + 1
    T = np.bincount(codes, weights=base * treated, minlength=size)
    C = np.bincount(codes, weights=base * ~treated, minlength=size)
    both = (T > 0) & (C > 0)
    if not both.any():
        raise DataError("no stratum holds treated and control records", value=size, expected="coarser bins")
    matched = both[codes]
    factor = np.divide(T, C, out=np.zeros(size), where=both)[codes] * (C[both].sum() / T[both].sum())
    weights = np.where(matched, np.where(treated, 1.0, factor) * base, 0.0)
    occupied = np.bincount(codes, minlength=size) > 0
    return Matching(codes, matched, weights, int(treated.sum()), int((~treated).sum()),
                    int((treated & matched).sum()), int((~treated & matched).sum()), int(occupied.sum()),
                    int(both.sum()))


def imbalance(treated, cells, weights=None) -> Imbalance:
    """L1 = 1/2 sum over cells |share of treated - share of controls| (Iacus, King and Porro 2012).

    `cells` (n,) are numbers of cells, usually finer strata than those matched on; records of weight nought are left
    out. `common_support` is the share of occupied cells that hold both arms. Raises `DataError` for an empty arm.
    """
    treated, codes, weights = _arrays(treated, cells, weights, allow_nought=True)
    size = int(codes.max()) + 1
    T = np.bincount(codes, weights=weights * treated, minlength=size)
    C = np.bincount(codes, weights=weights * ~treated, minlength=size)
    if T.sum() == 0 or C.sum() == 0:
        raise DataError("imbalance", value=(float(T.sum()), float(C.sum())), expected="records in both arms")
    occupied = int(((T > 0) | (C > 0)).sum())
    return Imbalance(float(0.5 * np.abs(T / T.sum() - C / C.sum()).sum()),
                     float(((T > 0) & (C > 0)).sum() / occupied), occupied)


def _arrays(treated, codes, weights, allow_nought=False):
    treated, codes = np.asarray(treated, dtype=bool), np.asarray(codes)
    weights = np.ones(len(treated)) if weights is None else np.asarray(weights, dtype=float)
    if not len(treated) == len(codes) == len(weights) or len(treated) == 0:
        raise DataError("matching", value=(len(treated), len(codes), len(weights)), expected="equal numbers of rows")
    least = 0 if allow_nought else np.finfo(float).tiny
    if not np.isfinite(weights).all() or (weights < least).any():
        raise DataError("base weights", value=float(np.min(weights)), expected="finite and positive")
    return treated, codes.astype(np.int64), weights
