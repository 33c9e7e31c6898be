"""Covariates of the child at the unit's date and of the authority in its financial year."""

from __future__ import annotations

import numpy as np
import pandas as pd

from analysis.errors import DataError
from analysis.strands.difference_in_differences.calendar import completed_years, elevated_risk, financial_year
from analysis.strands.difference_in_differences.cleaning import MISSING, Facts, births_of
from analysis.strands.difference_in_differences.records import Reference
from analysis.strands.difference_in_differences.rules import Rules

UNDER_FIVE = "Under 5"
SAME = 1e-12     # standard deviation relative to the largest value: rounding alone
KEYS = ["child", "la", "group", "pilot", "after", "date", "start", "inverse_multiplicity", "y"]


def analysis_frame(units: pd.DataFrame, reference: Reference, facts: Facts, rules: Rules) -> pd.DataFrame:
    """Units in their groups and periods with every covariate of regression and matching.

    `reference` and `facts` may be whole `Records` and `Children`, or what `populations` keeps of them.

    Child covariates may be missing (age, disabled, asylum) or carry a level for it; authority covariates are complete.
    Column `pilot` is 0.0 or 1.0; `year` the financial year of the unit's date.
    """
    frame = units.assign(pilot=units["pilot"].astype(float), year=financial_year(units["date"]))
    return with_authority_covariates(child_covariates(frame, reference, facts, rules), reference.la_years, rules)


def child_covariates(frame: pd.DataFrame, reference: Reference, facts: Facts, rules: Rules) -> pd.DataFrame:
    """Units (child, date, census_year) with the child's covariates at that date and whether it marks elevated risk."""
    people = facts.people.reindex(frame["child"])
    frame = frame.assign(**{name: people[name].fillna(MISSING).to_numpy() for name in ("gender", "ethnicity")},
                         **{name: people[name].to_numpy(dtype=float) for name in ("disabled", "asylum")})
    frame["age"] = completed_years(frame["date"], births_of(frame["child"], facts.people))
    frame["low_income_flag"] = low_income_at(frame, facts.low_income)
    frame["previous_plans"] = previous_plans_level(frame)
    frame["elevated_risk"] = elevated_risk(frame["date"], reference.bank_holidays, rules.covariates["elevated_risk"])
    return with_age_levels(frame, rules)


def with_age_levels(frame: pd.DataFrame, rules: Rules) -> pd.DataFrame:
    """School phase and low income, which depend on age and are made again once age is imputed."""
    age, phase = frame["age"], rules.covariates
    school = np.select([age >= phase["secondary_from"], age >= phase["primary_from"], age.notna()],
                       ["Secondary", "Primary", "None"], MISSING)
    income = frame["low_income_flag"].map({0.0: "No", 1.0: "Yes"}).fillna(MISSING)
    return frame.assign(school_phase=school, low_income=income.where(~(age < phase["primary_from"]), UNDER_FIVE))


def low_income_at(frame: pd.DataFrame, income: pd.DataFrame) -> np.ndarray:
    """Low income in the unit's census year, or the last year before it that is recorded."""
    left = pd.DataFrame({"child": frame["child"].to_numpy(), "census_year": frame["census_year"].to_numpy(),
                         "row": np.arange(len(frame))})
    known = income.dropna().sort_values("census_year")
    joined = pd.merge_asof(left.sort_values("census_year"), known, on="census_year", by="child")
    return joined.sort_values("row")["low_income"].to_numpy(dtype=float)


def previous_plans_level(frame: pd.DataFrame) -> pd.Series:
    """None, one or more, or Missing (the return did not always ask; not at all for assessments and care)."""
    if "previous_plans" not in frame:
        return pd.Series(MISSING, index=frame.index)
    plans = frame["previous_plans"]
    return pd.Series(np.select([plans >= 1, plans == 0], ["One or more", "None"], MISSING), index=frame.index)


def authority_columns(la_years: pd.DataFrame) -> tuple[str, ...]:
    """Covariates in the LA-year file that have a value somewhere."""
    return tuple(name for name in la_years.columns if name not in ("la", "year") and la_years[name].notna().any())


def unrecorded_columns(la_years: pd.DataFrame) -> tuple[str, ...]:
    """Covariates in the LA-year file without any value, which are left out everywhere."""
    return tuple(name for name in la_years.columns if la_years[name].isna().all())


def with_authority_covariates(frame: pd.DataFrame, la_years: pd.DataFrame, rules: Rules) -> pd.DataFrame:
    """Join the authority's covariates of the financial year; corrected, those that the programme may have affected are
    held from the year of the embedding's start on at their value in the year before it."""
    values = scaled_la_years(la_years, frame["la"].unique(), rules)
    names = authority_columns(values)
    year = frame["year"].to_numpy()
    held_year = np.minimum(year, financial_year(frame["start"]).to_numpy() - 1)
    affected = rules.covariates["authority"]["affected"] if rules.corrected("inference") else ()
    table = values.set_index(["la", "year"])
    now = at_years(table, frame["la"], year)
    held = at_years(table, frame["la"], held_year) if affected else now
    columns = {name: (held if name in affected else now)[name].to_numpy() for name in names}
    return frame.assign(**columns)


def at_years(table: pd.DataFrame, authorities, years) -> pd.DataFrame:
    """Rows of scaled LA-years (indexed by la and year) for these authorities and years.

    Raises `DataError` naming the first covariate, authority and year without a value.
    """
    rows = table.reindex(pd.MultiIndex.from_arrays([authorities, years]))
    absent = rows.isna()
    if absent.any(axis=None):
        name = absent.columns[int(np.argmax(absent.any(axis=0)))]
        row = int(np.argmax(absent[name]))
        raise DataError("an authority has no covariates for a year of its records", file="LA-year covariates",
                        column=name, value=tuple(int(part) for part in rows.index[row]),
                        expected="a value in some year, by LA and year")
    return rows


def scaled_la_years(la_years: pd.DataFrame, authorities, rules: Rules) -> pd.DataFrame:
    """LA-years of some authorities: gaps filled, then scaled to mean 0 and standard deviation 1 over these LA-years.

    Gaps: the last value carried forward for those listed, linear interpolation over years for the others; before the
    first and after the last known value the nearest one. Those listed as unscaled keep their units. One that is the
    same everywhere is nought (and then left out of a regression as collinear).
    """
    section = rules.covariates["authority"]
    names = authority_columns(la_years)
    rows = la_years[la_years["la"].isin(authorities)]
    years = range(int(la_years["year"].min()), int(la_years["year"].max()) + 1)
    whole = pd.MultiIndex.from_product([sorted(rows["la"].unique()), years], names=["la", "year"])
    table = rows.set_index(["la", "year"])[list(names)].reindex(whole)
    for name in names:
        by_la = pd.DataFrame(table[name].to_numpy(dtype=float).reshape(-1, len(years)))
        by_la = (by_la.ffill(axis=1).bfill(axis=1) if name in section["carried_forward"]
                 else by_la.interpolate("linear", axis=1, limit_direction="both"))
        table[name] = by_la.to_numpy().ravel()
        if name not in section["unscaled"]:
            spread = table[name].std(ddof=0)
            flat = not spread > SAME * table[name].abs().max()
            table[name] = 0.0 * table[name] if flat else (table[name] - table[name].mean()) / spread
    return table.reset_index()
