"""The datasets of the strand, brought to one key: `child`, a whole number for each (child id, LA)."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

import numpy as np
import pandas as pd

DATASETS = ("cin_census", "disabilities", "section47", "assessments", "looked_after_episodes", "la_year_covariates",
            "matched_groups", "embedding_dates", "bank_holidays", "implementation_profile")
REFERENCE = DATASETS[5:]

CHILD_COLUMNS = {"cin_census": ("CIN_LAchildID_Anon", "CIN_LA"), "section47": ("CIN_LAchildID_Anon", "CIN_LA"),
                 "assessments": ("CIN_LAchildID_Anon", "CIN_LA"),
                 "looked_after_episodes": ("CHILD_LA_CODE_ANON", "LA")}


@dataclass(frozen=True)
class Reference:
    """What is known about authorities and days, the same for all records.

    `la_years`: la, year (financial, its first) and covariates; `groups`: outcome, group, la, pilot; `embedding`: la of
    the pilot, start, end; `implementation`: pilot_la, score, None where it was not read.
    """

    la_years: pd.DataFrame
    groups: pd.DataFrame
    embedding: pd.DataFrame
    bank_holidays: pd.Series
    implementation: pd.DataFrame | None = field(default=None, kw_only=True)


@dataclass(frozen=True)
class Records(Reference):
    """Checked frames by dataset; those about children carry `child` and `la`. `disabilities`: child, disabled."""

    cin: pd.DataFrame
    disabilities: pd.DataFrame
    section47: pd.DataFrame
    assessments: pd.DataFrame
    episodes: pd.DataFrame


def records_from(frames: Mapping[str, pd.DataFrame]) -> Records:
    """The checked frames of `DATASETS`, by name, as `Records`; frames are not changed. The implementation profile may
    be left out where no effect is set against it."""
    frames = dict(frames)
    census = frames["cin_census"]
    frames["cin_census"] = census.assign(CIN_LA=census["CIN_LA"].fillna(census["CIN_LA_LGR"]))
    keyed = with_child_key(frames)
    return Records(
        **vars(reference_from(frames)), cin=keyed["cin_census"],
        disabilities=_disabled(frames["disabilities"], keyed["cin_census"]), section47=keyed["section47"],
        assessments=keyed["assessments"], episodes=keyed["looked_after_episodes"])


def reference_from(frames: Mapping[str, pd.DataFrame]) -> Reference:
    """The checked frames of `REFERENCE`, by name, as `Reference`; frames are not changed."""
    la_years = frames["la_year_covariates"].drop(columns="authority")
    return Reference(
        la_years=la_years.astype({name: "float64" for name in la_years if name not in ("la", "year")}).astype(
            {"la": "int64", "year": "int64"}),
        groups=long_groups(frames["matched_groups"]),
        embedding=frames["embedding_dates"].rename(columns={"pilot_la": "la", "embedding_start": "start",
                                                            "embedding_end": "end"})[["la", "start", "end"]],
        bank_holidays=frames["bank_holidays"]["date"], implementation=frames.get("implementation_profile"))


def long_groups(sheet: pd.DataFrame) -> pd.DataFrame:
    """The matching sheets, one row an authority of a group: outcome, group, la, pilot (bool)."""
    parts = [sheet[["outcome", "group", f"{role}_la"]].set_axis(["outcome", "group", "la"], axis=1)
             .assign(pilot=role == "pilot") for role in ("pilot", "comparator_1", "comparator_2")]
    rows = pd.concat(parts, ignore_index=True).dropna(subset=["la"])
    return rows.astype({"la": "int64"}).sort_values(["outcome", "group", "pilot"], ascending=[True, True, False],
                                                    ignore_index=True)


def _disabled(codes: pd.DataFrame, census: pd.DataFrame) -> pd.DataFrame:
    """child, disabled: 1.0 with any code but NONE. The file may have the child's id alone: an id that several
    authorities use cannot say whose the code is, and is left out."""
    code = codes["CIN_Disability"]
    flags = codes.assign(disabled=(code != "NONE").astype(float).where(code.notna()))
    pairs = census[["CIN_LAchildID_Anon", "la", "child"]].drop_duplicates()
    if codes["CIN_LA"].notna().all():
        joined = flags.merge(pairs, left_on=["CIN_LAchildID_Anon", "CIN_LA"], right_on=["CIN_LAchildID_Anon", "la"])
    else:
        alone = pairs[~pairs["CIN_LAchildID_Anon"].duplicated(keep=False)]
        joined = flags.merge(alone, on="CIN_LAchildID_Anon")
    return joined[["child", "disabled"]].dropna()


def with_child_key(frames: Mapping[str, pd.DataFrame]) -> dict[str, pd.DataFrame]:
    """The frames about children with `la` (int) and `child` (int), the same number for the same (child id, LA)."""
    pairs = {name: frames[name][list(columns)].set_axis(["id", "la"], axis=1)
             for name, columns in CHILD_COLUMNS.items() if name in frames}
    ids, _ = pd.factorize(pd.concat([pair["id"] for pair in pairs.values()], ignore_index=True))
    la = np.concatenate([pair["la"].to_numpy(dtype="int64") for pair in pairs.values()])
    keys, _ = pd.factorize(ids.astype("int64") * 100_000 + la)
    ends = np.cumsum([len(pair) for pair in pairs.values()])
    out = {}
    for (name, pair), end in zip(pairs.items(), ends, strict=True):
        rows = slice(end - len(pair), end)
        out[name] = frames[name].assign(child=keys[rows], la=la[rows])
    return out
