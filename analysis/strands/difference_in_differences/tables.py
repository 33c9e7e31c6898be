"""Tables of the results, one row an outcome or a step, ready to be published."""

from __future__ import annotations

from collections.abc import Mapping

import pandas as pd

from analysis.errors import DataError
from analysis.strands.difference_in_differences.estimation import conclusion
from analysis.strands.difference_in_differences.periods import outcome_groups
from analysis.strands.difference_in_differences.records import Records
from analysis.strands.difference_in_differences.results import Analysis, OutcomeResult
from analysis.strands.difference_in_differences.rules import Rules

NAMES = {"duration": "Duration of assessment", "conference": "Initial child protection conference",
         "rereferral": "Re-referral", "escalation": "Escalation", "kinship": "Kinship care"}
UNITS = {"duration": "working days"}
PERCENT = "percentage points"
COVARIATES = {"age": "Age", "disabled": "Disabled", "asylum": "Seeking asylum", "low_income": "Low income",
              "school_phase": "School phase", "gender": "Gender", "ethnicity": "Ethnicity",
              "assessments": "Assessments", "ofsted_rating": "Ofsted rating",
              "population_density": "Population density",
              "fsm_primary": "Free school meals, primary", "fsm_secondary": "Free school meals, secondary",
              "innovation_project": "Other innovation project", "white_british": "Share White British",
              "reviews_on_time": "Plans reviewed on time"}


def unit_of(outcome: str) -> str:
    """Unit of an outcome's effect."""
    return UNITS.get(outcome, PERCENT)


def main_table(results: Mapping[str, OutcomeResult], rules: Rules) -> pd.DataFrame:
    """One row an outcome: unit, n, authorities, pilots, mean before, effect with interval, p values, conclusion."""
    return pd.DataFrame([{
        "outcome": NAMES[name], "unit": unit_of(name), "n": result.sample.n,
        "authorities": result.sample.n_authorities, "pilots": result.sample.n_pilots,
        "mean_before": result.mean_before, "n_before": result.cell("Pilots", "Before", "n"),
        "events_before": result.cell("Pilots", "Before", "events"),
        "effect": result.inference.cr2.estimate, "low": result.inference.cr2.low, "high": result.inference.cr2.high,
        "p": result.inference.cr2.p, "permutation_p": result.inference.permutation.p,
        "conclusion": conclusion(result, rules)} for name, result in results.items()])


def comparison_table(analysis: Analysis) -> pd.DataFrame:
    """Published against corrected definitions, two rows an outcome; published with the original's inference."""
    rows = []
    for name in analysis.corrected:
        for choice, result in (("Published", analysis.published[name]), ("Corrected", analysis.corrected[name])):
            interval = result.cr1_rows if choice == "Published" else result.inference.cr2
            rows.append({"outcome": NAMES[name], "unit": unit_of(name), "definitions": choice,
                         "effect": interval.estimate, "low": interval.low, "high": interval.high, "p": interval.p,
                         "n": result.sample.n, "mean_before": result.mean_before})
    return pd.DataFrame(rows)


def inference_table(results: Mapping[str, OutcomeResult]) -> pd.DataFrame:
    """Three kinds of clustered inference and the permutation test, for the same estimates."""
    rows = []
    for name, result in results.items():
        found = result.inference
        for method, interval in (("CR1, df from rows (original)", found.cr1_rows), ("CR1, t(G - 1)", found.cr1),
                                 ("CR2, Satterthwaite (headline)", found.cr2)):
            rows.append({"outcome": NAMES[name], "method": method, "effect": interval.estimate, "se": interval.se,
                         "df": interval.df, "low": interval.low, "high": interval.high, "p": interval.p})
        rows.append({"outcome": NAMES[name], "method": "Permutation in matched groups", "p": found.permutation.p,
                     "effect": found.permutation.observed})
    return pd.DataFrame(rows)


def means_table(results: Mapping[str, OutcomeResult]) -> pd.DataFrame:
    """Weighted means of matched records by arm and period: one row an outcome and arm, with the change."""
    rows = []
    for name, result in results.items():
        for arm in ("Pilots", "Comparators"):
            row = {"outcome": NAMES[name], "unit": "days" if name in UNITS else "%", "arm": arm}
            for period in ("Before", "After"):
                for column in ("n", "events", "mean"):
                    row[f"{column}_{period.lower()}"] = result.cell(arm, period, column)
            rows.append({**row, "change": row["mean_after"] - row["mean_before"]})
    return pd.DataFrame(rows)


def detectable_table(results: Mapping[str, OutcomeResult]) -> pd.DataFrame:
    """What each estimate could have detected, and whether an effect that matters is excluded."""
    rows = []
    for name, result in results.items():
        found = result.inference
        rows.append({"outcome": NAMES[name], "unit": unit_of(name), "se": found.cr2.se, "df": found.cr2.df,
                     "mde": found.mde, "mean_before": result.mean_before,
                     "mde_share": 100 * found.mde / result.mean_before, "bound": found.equivalence.bounds[1],
                     "equivalence_p": found.equivalence.p,
                     "excluded": "yes" if found.equivalence.equivalent else "no"})
    return pd.DataFrame(rows)


def series_table(results: Mapping[str, OutcomeResult], outcomes: tuple[str, ...], table: str) -> pd.DataFrame:
    """The named table of the description (`trend`, `event_study`) of some outcomes, with the outcome's name."""
    parts = [getattr(results[name].description, table).assign(outcome=NAMES[name]) for name in outcomes]
    return pd.concat(parts, ignore_index=True)


def flow_table(results: Mapping[str, OutcomeResult]) -> pd.DataFrame:
    """How many records each step leaves: outcome, step, n."""
    return pd.DataFrame([{"outcome": NAMES[name], "step": step, "n": n}
                         for name, result in results.items() for step, n in result.flow])


def matching_table(results: Mapping[str, OutcomeResult]) -> pd.DataFrame:
    """L1 and common support before and after matching, and what was matched."""
    return pd.DataFrame([{
        "outcome": NAMES[name], "l1_before": m.before.l1, "l1_after": m.after.l1,
        "support_before": 100 * m.before.common_support, "support_after": 100 * m.after.common_support,
        "pilots_matched": m.pilots_matched, "comparators_matched": m.comparators_matched,
        "strata": m.strata, "strata_matched": m.strata_matched}
        for name, m in ((name, result.matching) for name, result in results.items())])


def balance_summary(results: Mapping[str, OutcomeResult], outcome: str) -> pd.DataFrame:
    """Standardised differences of one outcome, covariates and levels in words."""
    table = results[outcome].description.balance.dropna().reset_index(drop=True)
    return table.assign(label=[_label(row) for row in table.itertuples()])


def baseline_table(results: Mapping[str, OutcomeResult], outcome: str) -> pd.DataFrame:
    """Covariates of matched records before the embedding, by arm, for one outcome."""
    table = results[outcome].description.summary
    unit = ["years" if row.covariate == "age" else "%" for row in table.itertuples()]
    return table.assign(label=[_label(row) for row in table.itertuples()], unit=unit)


def groups_table(records: Records, rules: Rules) -> pd.DataFrame:
    """For each group (by letter, no authority is named): comparators by outcome, and how many are shared."""
    shared = {}
    rows: dict[str, dict] = {}
    for outcome in NAMES:
        groups = outcome_groups(records, outcome, rules)
        members = groups[~groups["pilot"]]
        shared[outcome] = int(members["la"].duplicated().sum())
        for group, size in members.groupby("group").size().items():
            rows.setdefault(str(group), {})[outcome] = float(size)
    table = pd.DataFrame.from_dict(rows, orient="index").sort_index().rename_axis("group").reset_index()
    return table[["group", *NAMES]]


def embedding_table(records: Records, rules: Rules) -> pd.DataFrame:
    """Start and end of the embedding by group (those of the duration): group, start, end, both in words, months."""
    groups = outcome_groups(records, "duration", rules)
    pilots = groups[groups["pilot"]].sort_values("start").reset_index(drop=True)
    months = (pilots["end"] - pilots["start"]).dt.days / 365.25 * 12
    return pd.DataFrame({"group": pilots["group"].astype(str), "start": pilots["start"], "end": pilots["end"],
                         "start_text": pilots["start"].dt.strftime("%d %B %Y").str.lstrip("0"),
                         "end_text": pilots["end"].dt.strftime("%d %B %Y").str.lstrip("0"), "months": months})


def without_table(results: Mapping[str, OutcomeResult], outcome: str) -> pd.DataFrame:
    """The effect of one outcome with all groups, and leaving out each."""
    result = results[outcome]
    whole = result.inference.cr2
    table = result.description.without.assign(label=lambda t: "Without group " + t["group"].astype(str))
    first = {"label": "All groups", "estimate": whole.estimate, "low": whole.low, "high": whole.high}
    return pd.concat([pd.DataFrame([first]), table], ignore_index=True)[["label", "estimate", "low", "high"]]


def recovery_table(runs: pd.DataFrame) -> pd.DataFrame:
    """Planted against recovered over the kept simulation: outcome, planted, mean estimate, runs, covered, coverage.

    `runs`: seed, outcome, planted, estimate, low, high. `error` is the Monte Carlo standard error of the mean
    estimate. Raises `DataError` for an outcome with more than one planted value.
    """
    rows = []
    for outcome, table in runs.groupby("outcome", sort=False):
        if table["planted"].nunique() != 1:
            raise DataError("a kept simulation mixes planted effects", column="planted", value=outcome)
        covered = ((table["low"] <= table["planted"]) & (table["planted"] <= table["high"])).sum()
        rows.append({"outcome": NAMES[outcome], "unit": unit_of(outcome), "planted": table["planted"].iloc[0],
                     "mean": table["estimate"].mean(), "error": table["estimate"].std(ddof=1) / len(table) ** 0.5,
                     "runs": len(table), "covered": int(covered), "coverage": 100 * covered / len(table)})
    return pd.DataFrame(rows)


def _label(row) -> str:
    name = COVARIATES.get(row.covariate, row.covariate)
    level = {"0.0": "no", "1.0": "yes"}.get(row.level, row.level)
    return f"{name}: {level}" if level else name
