"""Imputation and matching: do the chains settle, and are the arms alike afterwards?"""

from __future__ import annotations

import pandas as pd

from analysis.exhibits.did import drawing, drawing_imputation
from analysis.exhibits.did.common import SHORT, Inputs, listed, place
from analysis.publish import count, estimate, label, score, share, text_column
from analysis.publish.words import number
from analysis.strands.difference_in_differences import tables
from analysis.strands.difference_in_differences.imputing import convergence

EXAMPLE = "kinship"    # the outcome whose chains are drawn
SETTLED = 1.1          # R-hat up to which chains are usually taken to have mixed (Gelman and others 2013, section 11.5)
BOTH_ARMS = ("n_pilots", "n_comparators")    # counts that a comparison of the arms is not shown without


def publish_matching(inputs: Inputs) -> None:
    """Exhibits of imputation and matching."""
    _imputation(inputs)
    _chains(inputs)
    _matching(inputs)
    _left_out(inputs)
    for outcome in inputs.analysis.corrected:
        _balance(inputs, outcome)
        _baseline(inputs, outcome)


NOTHING = "No covariate that is completed has a missing value in these records"


def _imputation(inputs: Inputs) -> None:
    frame = tables.imputation_table(inputs.analysis.corrected)
    if frame.empty:
        return _nothing_missing(inputs, inputs.p.table, "tbl-did-imputation")
    inputs.p.table(
        "tbl-did-imputation", title=_imputation_title,
        subtitle=f"Values completed by chained equations, and how well the chains mix, {place(inputs)}", frame=frame,
        columns=[label("outcome", "Outcome"), text_column("covariate", "Covariate"), count("n_missing", "Completed"),
                 count("n", "Records", total_of=None), share("percent", "Completed (%)", numerator="n_missing",
                                                             denominator="n"),
                 estimate("r_hat", "R-hat")],
        describe=_describe_imputation, made_by=convergence, sources=inputs.sources, about_people=True,
        note=f"R-hat compares the spread of the chains' means with that within a chain, over the second half of "
             f"{inputs.rules.estimation['iterations_shown']} iterations; near 1 the chains are where they will stay. "
             f"The analysis uses {inputs.rules.estimation['imputations']} imputations after "
             f"{inputs.rules.estimation['iterations']} iterations, as the original did.")
    return None


def _nothing_missing(inputs: Inputs, publish, id: str, **drawn) -> None:
    publish(id, title="Nothing had to be completed", subtitle=f"Chained equations, {place(inputs)}",
            frame=pd.DataFrame({"found": ["None"], "reason": [NOTHING]}), describe=f"{NOTHING}.", made_by=convergence,
            columns=[label("found", "Completed"), text_column("reason", "Reason")], sources=inputs.sources, **drawn)


def _imputation_title(frame: pd.DataFrame) -> str:
    settled = int((frame["r_hat"] <= SETTLED).sum())
    return f"{settled} of {len(frame)} sets of chains have settled"


def _describe_imputation(frame: pd.DataFrame) -> str:
    worst = frame.loc[frame["r_hat"].idxmax()]
    return (f"Table of {len(frame)} completed covariates by outcome. R-hat is at most {number(worst['r_hat'], 2)} "
            f"({worst['covariate'].lower()}, {worst['outcome'].lower()}); up to {number(frame['percent'].max())}% of "
            "records are completed.")


def _chains(inputs: Inputs) -> None:
    trace = inputs.analysis.corrected[EXAMPLE].convergence
    if trace.empty:
        return _nothing_missing(inputs, inputs.p.figure, "fig-did-convergence", draw=drawing_imputation.nothing)
    inputs.p.figure(
        "fig-did-convergence", title=_chains_title(trace),
        subtitle=f"Mean of the imputed values by iteration and chain, {tables.NAMES[EXAMPLE].lower()}, {place(inputs)}",
        frame=tables.chains_table(trace),
        columns=[label("covariate", "Covariate"), estimate("iteration", "Iteration", decimals=0),
                 *(estimate(f"chain_{k}", f"Chain {k}") for k in
                   range(1, int(inputs.rules.estimation["imputations"]) + 1))],
        draw=drawing_imputation.chains, describe=_describe_chains, made_by=convergence, sources=inputs.sources,
        note="Each line is one imputation. Lines that wander apart or keep rising would say that more iterations are "
             "needed.")
    return None


def _chains_title(trace: pd.DataFrame) -> str:
    settled = trace.groupby("column")["r_hat"].first() <= SETTLED
    return f"Chains of {int(settled.sum())} of {len(settled)} covariates have settled"


def _describe_chains(frame: pd.DataFrame) -> str:
    chains = [name for name in frame if name.startswith("chain_")]
    parts = []
    for covariate, rows in frame.groupby("covariate", sort=False):
        last = rows.iloc[len(rows) // 2:][chains]
        parts.append(f"{covariate.lower()} between {number(last.min().min(), 2)} and {number(last.max().max(), 2)} in "
                     f"the second half")
    return (f"Lines of {len(chains)} chains over {frame['iteration'].max()} iterations, one panel each: "
            f"{'; '.join(parts)}.")


def _matching(inputs: Inputs) -> None:
    inputs.p.table(
        "tbl-did-matching", title=_matching_title,
        subtitle=f"Multivariate imbalance L1 and common support before and after matching, {place(inputs)}",
        frame=tables.matching_table(inputs.analysis.corrected),
        columns=[label("outcome", "Outcome"), estimate("l1_before", "L1 before"), estimate("l1_after", "L1 after"),
                 estimate("support_before", "Common support before (%)", decimals=0),
                 estimate("support_after", "Common support after (%)", decimals=0),
                 estimate("pilots_matched", "Pilots' records matched (%)", decimals=1),
                 estimate("comparators_matched", "Comparators' records matched (%)", decimals=1),
                 estimate("strata", "Strata", decimals=0), estimate("strata_matched", "Strata matched", decimals=0)],
        describe=_describe_matching, made_by=tables.matching_table, sources=inputs.sources,
        note="L1: nought when the two arms are spread alike over cells of all matching variables with age in whole "
             "years, one when they share no cell. Common support: share of occupied cells that hold both arms. Means "
             "over imputations.")


def _matching_title(frame: pd.DataFrame) -> str:
    better = int((frame["l1_after"] < frame["l1_before"]).sum())
    return f"Matching lowers imbalance for {better} of {len(frame)} outcomes"


def _describe_matching(frame: pd.DataFrame) -> str:
    parts = [f"{row.outcome} L1 from {number(row.l1_before, 2)} to {number(row.l1_after, 2)}, "
             f"{number(row.pilots_matched, 0)}% of pilots' records matched" for row in frame.itertuples()]
    return f"Table of {len(frame)} outcomes. {'; '.join(parts)}."


def _left_out(inputs: Inputs) -> None:
    inputs.p.table(
        "tbl-did-left-out", title=_left_out_title,
        subtitle=f"Covariates and columns without a coefficient, and records without a match, {place(inputs)}",
        frame=tables.left_out_table(inputs.analysis.corrected),
        columns=[label("outcome", "Outcome"), text_column("incomplete", "Covariates too incomplete"),
                 text_column("collinear", "Columns that follow from others"),
                 estimate("pilots_unmatched", "Pilots' records unmatched (%)", decimals=1),
                 estimate("comparators_unmatched", "Comparators' records unmatched (%)", decimals=1),
                 estimate("strata_unmatched", "Strata without both arms", decimals=0)],
        describe=_describe_left_out, made_by=tables.left_out_table, sources=inputs.sources,
        note="A covariate of which a large share is missing is left out everywhere; a column that depends linearly on "
             "those before it has no coefficient; a stratum without pilots' or without comparators' records has weight "
             "nought. Means over imputations; columns of the first.")


def _left_out_title(frame: pd.DataFrame) -> str:
    complete = int((frame["incomplete"] == "none").sum())
    return f"No covariate is too incomplete for {complete} of {len(frame)} outcomes"


def _describe_left_out(frame: pd.DataFrame) -> str:
    parts = [f"{row.outcome}: covariates left out {row.incomplete}, {number(row.pilots_unmatched)}% of pilots' records "
             "without a match" for row in frame.itertuples()]
    return f"Table of {len(frame)} outcomes. {'; '.join(parts)}."


def _balance(inputs: Inputs, outcome: str) -> None:
    inputs.p.figure(
        f"fig-did-balance-{outcome}", title=_balance_title, draw=drawing.love_plot,
        subtitle=f"Standardised differences before and after matching, {tables.NAMES[outcome].lower()}, "
                 f"{place(inputs)}",
        frame=tables.balance_summary(inputs.analysis.corrected, outcome),
        columns=[label("label", "Covariate"), estimate("before", "Before matching"),
                 estimate("after", "After matching")],
        describe=_describe_balance, made_by=tables.balance_summary, sources=inputs.sources,
        note="Dashed lines at 0.1 either way, a usual mark of small. Authority covariates are adjusted for in the "
             "regression and not matched on.")


def _balance_title(frame: pd.DataFrame) -> str:
    def large(name):
        return int((frame[name].abs() > 0.1).sum())

    return f"Differences above 0.1: {large('before')} before matching, {large('after')} after"


def _describe_balance(frame: pd.DataFrame) -> str:
    worst = frame.loc[frame["after"].abs().idxmax()]
    return (f"Points by covariate, open squares before and filled circles after matching. The median absolute "
            f"difference is {number(frame['before'].abs().median(), 3)} before and "
            f"{number(frame['after'].abs().median(), 3)} after; the largest left is {number(worst['after'], 2)} "
            f"({worst['label']}).")


def _baseline(inputs: Inputs, outcome: str) -> None:
    inputs.p.table(
        f"tbl-did-baseline-{outcome}", title=lambda frame: f"{SHORT[outcome]}: {_baseline_title(frame)}",
        subtitle=f"Baseline equivalence: matched records before the embedding, {tables.NAMES[outcome].lower()}, "
                 f"{place(inputs)}",
        frame=tables.baseline_table(inputs.analysis.corrected, outcome),
        columns=[label("label", "Covariate"), text_column("unit", "Unit"), count("n_pilots", "Records in pilots",
                                                                                    total_of="covariate"),
                 share("pilots", "Pilots", denominator="n_pilots"),
                 count("n_comparators", "Records in comparators", total_of="covariate"),
                 share("comparators", "Comparators", denominator="n_comparators"),
                 score("difference", "Standardised difference", base="n_least", also=BOTH_ARMS),
                 text_column("reading", "Reading", behind=BOTH_ARMS)],
        describe=_describe_baseline, made_by=tables.baseline_table, sources=inputs.sources, about_people=True,
        note="First imputation. Records with that level; for numbers, all. Standardised difference: pilots less "
             "comparators over the root of the mean of the arms' variances. Readings as in the What Works "
             "Clearinghouse's standards: up to 0.05 equivalent, up to 0.25 equivalent once adjusted for, as all are "
             "here; beyond that not.")


def _baseline_title(frame: pd.DataFrame) -> str:
    close = int((frame["difference"].abs() <= tables.EQUIVALENT).sum())
    return f"{close} of {int(frame['difference'].notna().sum())} shown differences at most 0.05"


def _describe_baseline(frame: pd.DataFrame) -> str:
    shown = frame.dropna(subset=["difference"])
    if shown.empty:
        return f"Table of {len(frame)} covariates and levels, all suppressed."
    worst = shown.loc[shown["difference"].abs().idxmax()]
    beyond = shown.loc[shown["difference"].abs() > tables.ADJUSTABLE, "label"]
    ending = f"Beyond 0.25: {listed(beyond)}." if len(beyond) else "None is beyond 0.25."
    return (f"Table of {len(frame)} covariates and levels by arm. The largest standardised difference shown is "
            f"{number(worst['difference'], 2)} ({worst['label']}). {ending}")
