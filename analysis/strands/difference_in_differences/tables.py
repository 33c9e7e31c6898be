"""Tables of the results, one row an outcome or a step, ready to be published."""

from __future__ import annotations

from collections.abc import Mapping

import pandas as pd

from analysis.errors import DataError
from analysis.strands.difference_in_differences.estimation import conclusion
from analysis.strands.difference_in_differences.inference import Inference
from analysis.strands.difference_in_differences.periods import outcome_groups
from analysis.strands.difference_in_differences.records import Reference
from analysis.strands.difference_in_differences.results import Analysis, OutcomeResult
from analysis.strands.difference_in_differences.rules import ALPHA, Rules

NAMES = {"duration": "Duration of assessment", "conference": "Initial child protection conference",
         "rereferral": "Re-referral", "escalation": "Escalation", "kinship": "Kinship care"}
UNITS = {"duration": "working days"}
PERCENT = "percentage points"
ROWS, HEADLINE = "CR1, df from rows (original)", "CR2, Satterthwaite (headline)"
JACKKNIFE = "CR3, t(G - 1)"
OF = {"duration": "assessments", "conference": "children judged to be in need", "rereferral": "cases closed",
      "escalation": "cases closed", "kinship": "children coming into care"}
EQUIVALENT, ADJUSTABLE = 0.05, 0.25     # standardised differences at baseline
NUMBERS = {"age": "years"}
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
        "conclusion": conclusion(result, rules).words} for name, result in results.items()])


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


def inference_table(result: OutcomeResult) -> pd.DataFrame:
    """One estimate by seven methods: method, effect, se, df, low, high, p, rests_on."""
    found = result.inference
    authorities = f"{result.sample.n_authorities} authorities, {result.sample.n_pilots} of them pilots"
    rows = [{"method": method, "effect": interval.estimate, "se": interval.se, "df": interval.df, "low": interval.low,
             "high": interval.high, "p": interval.p, "rests_on": on}
            for method, interval, on in ((ROWS, found.cr1_rows, "records"), ("CR1, t(G - 1)", found.cr1, authorities),
                                         (HEADLINE, found.cr2, authorities))]
    rows.append(_jackknife_row(found, authorities))
    rows.append({"method": "Wild cluster bootstrap", "effect": found.bootstrap.estimate, "p": found.bootstrap.p,
                 "low": _finite(found.bootstrap_interval[0]), "high": _finite(found.bootstrap_interval[1]),
                 "rests_on": _number_of(found.bootstrap.n_draws, found.bootstrap.exact, "vectors of signs")})
    for method, test in (("Permutation, matching redone", found.permutation),
                         ("Permutation, weights kept", found.permutation_kept)):
        rows.append({"method": method, "effect": test.observed, "p": test.p,
                     "rests_on": _number_of(test.n_assignments, test.exact, "assignments of pilots")})
    return pd.DataFrame(rows)


def _jackknife_row(found: Inference, authorities: str) -> dict:
    if found.cr3 is None:
        # The reason names the authority, which is nothing to publish.
        return {"method": JACKKNIFE, "effect": found.cr2.estimate,
                "rests_on": "undefined: without one of the authorities nothing identifies the effect"}
    return {"method": JACKKNIFE, "effect": found.cr3.estimate, "se": found.cr3.se, "df": found.cr3.df,
            "low": found.cr3.low, "high": found.cr3.high, "p": found.cr3.p, "rests_on": authorities}


def _finite(bound: float) -> float:
    """An end of an interval, missing where it lies beyond all that was looked at."""
    return bound if abs(bound) < float("inf") else float("nan")


def _number_of(n: int, exact: bool, what: str) -> str:
    return f"all {n:,} {what}" if exact else f"a sample of {n:,} {what}"


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
    """What each estimate could have detected, by formula and by simulation, and whether an effect that matters is
    excluded."""
    rows = []
    for name, result in results.items():
        found, simulated = result.inference, result.detectable
        rows.append({"outcome": NAMES[name], "unit": unit_of(name), "se": found.cr2.se, "df": found.cr2.df,
                     "mde": found.mde, "mean_before": result.mean_before,
                     "mde_share": 100 * found.mde / result.mean_before,
                     "simulated": _finite(simulated.simulated["CR2"].effect),
                     "simulated_error": _finite(simulated.simulated["CR2"].error),
                     "permuted": _finite(simulated.simulated["permutation"].effect),
                     "bound": found.equivalence.bounds[1], "power_at_bound": 100 * simulated.at_bound.power,
                     "equivalence_p": found.equivalence.p,
                     "excluded": "yes" if found.equivalence.equivalent else "no"})
    return pd.DataFrame(rows)


def series_table(results: Mapping[str, OutcomeResult], outcomes: tuple[str, ...], table: str) -> pd.DataFrame:
    """The named table of the description (such as `trend`) of some outcomes, with the outcome's name."""
    parts = [getattr(results[name].description, table).assign(outcome=NAMES[name]) for name in outcomes]
    return pd.concat(parts, ignore_index=True)


def matching_table(results: Mapping[str, OutcomeResult]) -> pd.DataFrame:
    """L1 and common support before and after matching, and what was matched."""
    return pd.DataFrame([{
        "outcome": NAMES[name], "l1_before": m.before.l1, "l1_after": m.after.l1,
        "support_before": 100 * m.before.common_support, "support_after": 100 * m.after.common_support,
        "pilots_matched": m.pilots_matched, "comparators_matched": m.comparators_matched,
        "strata": m.strata, "strata_matched": m.strata_matched}
        for name, m in ((name, result.matching) for name, result in results.items())])


def left_out_table(results: Mapping[str, OutcomeResult]) -> pd.DataFrame:
    """What an outcome's analysis does without: outcome, incomplete covariates, collinear columns (a year's or level's
    own), unmatched shares of records (per cent) and strata without both arms."""
    rows = []
    for name, result in results.items():
        m, collinear = result.matching, result.fits[0].dropped
        rows.append({"outcome": NAMES[name],
                     "incomplete": ", ".join(COVARIATES.get(x, x) for x in result.dropped) or "none",
                     "collinear": ", ".join(name.replace("_", " ") for name in collinear) or "none",
                     "pilots_unmatched": 100 - m.pilots_matched, "comparators_unmatched": 100 - m.comparators_matched,
                     "strata_unmatched": m.strata - m.strata_matched})
    return pd.DataFrame(rows)


def balance_summary(results: Mapping[str, OutcomeResult], outcome: str) -> pd.DataFrame:
    """Standardised differences of one outcome, covariates and levels in words."""
    table = results[outcome].description.balance.dropna().reset_index(drop=True)
    return table.assign(label=[_label(row) for row in table.itertuples()])


def baseline_table(results: Mapping[str, OutcomeResult], outcome: str) -> pd.DataFrame:
    """Covariates of matched records before the embedding, by arm, for one outcome, with their reading."""
    table = results[outcome].description.summary
    unit = [NUMBERS.get(row.covariate, "%") for row in table.itertuples()]
    return table.assign(label=[_label(row) for row in table.itertuples()], unit=unit,
                        n_least=table[["n_pilots", "n_comparators"]].min(axis=1),
                        reading=[reading_of(value) for value in table["difference"]])


def reading_of(difference: float) -> str:
    """What a standardised difference at baseline means (What Works Clearinghouse 2022, chapter IV)."""
    if difference != difference:
        return "no spread"
    size = abs(difference)
    if size <= EQUIVALENT:
        return "equivalent"
    return "equivalent once adjusted for" if size <= ADJUSTABLE else "not equivalent"


def imputation_table(results: Mapping[str, OutcomeResult]) -> pd.DataFrame:
    """What was completed and whether its chains settled: outcome, covariate, n_missing, n, percent, r_hat."""
    rows = []
    for name, result in results.items():
        for column, part in result.convergence.groupby("column", sort=False):
            n = dict(result.flow)["Wholly before or after the embedding"]
            rows.append({"outcome": NAMES[name], "covariate": COVARIATES[column],
                         "n_missing": part["n_missing"].iloc[0],
                         "n": n, "percent": 100 * part["n_missing"].iloc[0] / n, "r_hat": part["r_hat"].iloc[0]})
    return pd.DataFrame(rows)


def chains_table(trace: pd.DataFrame) -> pd.DataFrame:
    """Means of the imputed values: covariate, iteration, chain_1 to chain_m."""
    wide = trace.pivot(index=["column", "iteration"], columns="imputation", values="mean").add_prefix("chain_")
    return wide.reset_index().assign(covariate=lambda t: t["column"].map(COVARIATES)).drop(columns="column")


def groups_table(reference: Reference, rules: Rules) -> pd.DataFrame:
    """For each group (by number, no authority is named): comparators by outcome."""
    rows: dict[str, dict] = {}
    for outcome in NAMES:
        groups = outcome_groups(reference, outcome, rules)
        members = groups[~groups["pilot"]]
        for group, size in members.groupby("group").size().items():
            rows.setdefault(str(group), {})[outcome] = float(size)
    table = pd.DataFrame.from_dict(rows, orient="index").sort_index().rename_axis("group").reset_index()
    return table[["group", *NAMES]]


def embedding_table(reference: Reference, rules: Rules) -> pd.DataFrame:
    """Start and end of the embedding by group (those of the duration): group, start, end, both in words, months."""
    groups = outcome_groups(reference, "duration", rules)
    pilots = groups[groups["pilot"]].sort_values("start").reset_index(drop=True)
    months = (pilots["end"] - pilots["start"]).dt.days / 365.25 * 12
    return pd.DataFrame({"group": pilots["group"].astype(str), "start": pilots["start"], "end": pilots["end"],
                         "start_text": pilots["start"].dt.strftime("%d %B %Y").str.lstrip("0"),
                         "end_text": pilots["end"].dt.strftime("%d %B %Y").str.lstrip("0"), "months": months})


def without_table(results: Mapping[str, OutcomeResult], outcome: str) -> pd.DataFrame:
    """The effect of one outcome with all groups, and leaving out each."""
    table = results[outcome].description.without
    return _with_whole(results[outcome], table.assign(label="Group " + table["group"].astype(str)), "All groups")


def without_authority_table(results: Mapping[str, OutcomeResult], outcome: str, reference: Reference,
                            rules: Rules) -> pd.DataFrame:
    """The effect of one outcome with all authorities, and leaving out each; authorities by their place in groups."""
    names = authority_names(outcome_groups(reference, outcome, rules))
    table = results[outcome].description.without_authority
    return _with_whole(results[outcome], table.assign(label=table["la"].map(names).str.capitalize()), "All authorities")


def _with_whole(result: OutcomeResult, table: pd.DataFrame, name: str) -> pd.DataFrame:
    whole = result.inference.cr2
    first = {"label": name, "estimate": whole.estimate, "low": whole.low, "high": whole.high}
    return pd.concat([pd.DataFrame([first]), table], ignore_index=True)[["label", "estimate", "low", "high"]]


def authority_names(groups: pd.DataFrame) -> dict[int, str]:
    """Authorities by what they are in the matched groups: "pilot of group 3", "comparator of groups 3 and 5"; several
    that are the same are numbered."""
    said: dict[int, str] = {}
    for la, rows in groups.groupby("la"):
        numbers = sorted(rows["group"].astype(str), key=lambda text: (len(text), text))
        role, many = ("pilot" if rows["pilot"].any() else "comparator"), "s" if len(numbers) > 1 else ""
        said[la] = f"{role} of group{many} {' and '.join(numbers)}"
    counts = pd.Series(said).value_counts()
    seen: dict[str, int] = {}
    for la in sorted(said):
        text = said[la]
        if counts[text] > 1:
            seen[text] = seen.get(text, 0) + 1
            said[la] = f"{text} ({seen[text]})"
    return said


def leave_out_table(results: Mapping[str, OutcomeResult]) -> pd.DataFrame:
    """How far one authority or group carries an effect: outcome, unit, effect, and lowest and highest leaving one out,
    and in how many of them p falls on the other side of `ALPHA` than with all."""
    rows = []
    for name, result in results.items():
        whole, description = result.inference.cr2, result.description
        known = description.without_authority.dropna()
        turned = int(((known["p"] < ALPHA) != (whole.p < ALPHA)).sum())
        rows.append({"outcome": NAMES[name], "unit": unit_of(name), "effect": whole.estimate,
                     "authority_low": known["estimate"].min(), "authority_high": known["estimate"].max(),
                     "turned": turned, "authorities": len(known),
                     "group_low": description.without["estimate"].min(),
                     "group_high": description.without["estimate"].max()})
    return pd.DataFrame(rows)


def rules_out_table(results: Mapping[str, OutcomeResult]) -> pd.DataFrame:
    """What the headline interval leaves possible, in cases per 1,000 (duration: days an assessment): outcome, unit,
    of (what is counted), fall and rise beyond which effects are ruled out, effect."""
    rows = []
    for name, result in results.items():
        interval, scale = result.inference.cr2, 1.0 if name in UNITS else 10.0
        rows.append({"outcome": NAMES[name], "unit": UNITS.get(name, "per 1,000"), "of": OF[name],
                     "fall": max(0.0, -interval.low * scale), "rise": max(0.0, interval.high * scale),
                     "effect": interval.estimate * scale})
    return pd.DataFrame(rows)


def implementation_table(results: Mapping[str, OutcomeResult]) -> pd.DataFrame:
    """Pilots' own effects beside their rating: outcome, unit, group, score, effect."""
    parts = [result.heterogeneity.pilots.assign(outcome=NAMES[name], unit=unit_of(name))
             for name, result in results.items() if result.heterogeneity is not None]
    return pd.concat(parts, ignore_index=True).astype({"group": str}) if parts else pd.DataFrame()


def slopes_table(results: Mapping[str, OutcomeResult]) -> pd.DataFrame:
    """The slope of effects on ratings: outcome, unit, pilots, unrated (pilots left out), slope, p, detectable,
    range_detectable, note."""
    rows = []
    for name, result in results.items():
        found = result.heterogeneity
        row = {"outcome": NAMES[name], "unit": unit_of(name), "note": result.no_heterogeneity or "none"}
        if found is not None:
            row |= {"pilots": len(found.pilots), "unrated": found.without_score, "slope": found.slope,
                    "p": found.permutation.p, "detectable": found.detectable,
                    "range_detectable": found.range_detectable}
        rows.append(row)
    return pd.DataFrame(rows)


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
