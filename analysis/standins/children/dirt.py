"""The real files' dirt, put on clean rows: only what the formats allow, at the rates in `data/evaluation.yml`."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
import pandas as pd


def dirty_census(columns: pd.DataFrame, child: np.ndarray, dirt: Mapping, rng: np.random.Generator) -> pd.DataFrame:
    """A copy of census columns with contradictions, lower case, padding, unmapped and unknown codes.

    `child`: number of the child on each row. Contradictions befall children, on some of their rows; the rest rows.
    """
    out = columns.copy()
    out["CIN_DOB"] = _births(out["CIN_DOB"].to_numpy(dtype=object), child, dirt, rng)
    out["CIN_Gender"] = _contradicted(out["CIN_Gender"], {"1": "2", "2": "1"}, child, dirt["conflicting_gender"], rng)
    out["CIN_Ethnicity"] = _contradicted(out["CIN_Ethnicity"], {"WBRI": "MOTH", "BAFR": "BCRB", "APKN": "AOTH"}, child,
                                         dirt["conflicting_ethnicity"], rng)
    out["CIN_Ethnicity"] = _spoilt(out["CIN_Ethnicity"], str.lower, dirt["ethnicity_lower"], rng)
    out["CIN_Ethnicity"] = _spoilt(out["CIN_Ethnicity"], "{:<4} ".format, dirt["ethnicity_padded"], rng)
    reason = out["CIN_ReasonForClosure"]
    reason = _spoilt(reason, str.lower, dirt["closure_lower"], rng)
    reason = _spoilt(reason, " {} ".format, dirt["closure_padded"], rng)
    out["CIN_ReasonForClosure"] = _spoilt(reason, lambda _: "UNKN", dirt["closure_unknown"], rng)
    need = _spoilt(out["CIN_PrimaryNeedCode"], str.lower, dirt["need_lower"], rng)
    out["CIN_PrimaryNeedCode"] = _spoilt(need, lambda _: "UnmappedNeedCode", dirt["need_unmapped"], rng)
    return _early_closures(out, dirt["closure_before_referral"], rng)


def repeated(frame: pd.DataFrame, share: float, rng: np.random.Generator) -> pd.DataFrame:
    """The frame with copies of a share of its rows, each right after its original."""
    times = 1 + (rng.random(len(frame)) < share).astype(int)
    return frame.iloc[np.repeat(np.arange(len(frame)), times)].reset_index(drop=True)


def of_children(child: np.ndarray, share: float, rng: np.random.Generator) -> np.ndarray:
    """Whether a row's child is one of a random share of the children."""
    numbers, where = np.unique(child, return_inverse=True)
    return (rng.random(len(numbers)) < share)[where]


def _births(values, child, dirt, rng):
    wrong = of_children(child, dirt["conflicting_birth"], rng) & (rng.random(len(values)) < 0.5)
    years = np.where(rng.random(len(values)) < 0.5, 1, -1)
    shifted = [_years_earlier(value, step) for value, step in zip(values[wrong], years[wrong], strict=True)]
    values = values.copy()
    values[wrong] = shifted
    impossible = of_children(child, dirt["impossible_birth"], rng)
    values[impossible] = [_years_earlier(value, 25) for value in values[impossible]]
    return values


def _years_earlier(text: str, years: int) -> str:
    """An ISO date some years earlier, on a day that every month has."""
    return f"{int(text[:4]) - years}-{text[5:8]}{min(int(text[8:]), 28):02d}"


def _contradicted(column, other, child, share, rng):
    wrong = of_children(child, share, rng) & (rng.random(len(column)) < 0.5)
    return column.mask(wrong, column.map(other).fillna(column))


def _spoilt(column, how, share, rng):
    wrong = (rng.random(len(column)) < share) & (column != "").to_numpy()
    values = column.to_numpy(dtype=object).copy()
    values[wrong] = [how(value) for value in values[wrong]]
    return pd.Series(values, index=column.index, dtype=object)


def _early_closures(frame, share, rng):
    """A closure a year too early: only on cases in need, whose closure no follow-up is counted from."""
    wrong = (rng.random(len(frame)) < share) & (frame["CIN_AnyPoint"] == "1") & (frame["CIN_CINClosureDate"] != "")
    dates = frame["CIN_ReferralDate"].to_numpy(dtype=object)
    early = [_years_earlier(value, 1) for value in dates[wrong.to_numpy()]]
    closures = frame["CIN_CINClosureDate"].to_numpy(dtype=object).copy()
    closures[wrong.to_numpy()] = early
    return frame.assign(CIN_CINClosureDate=closures)
