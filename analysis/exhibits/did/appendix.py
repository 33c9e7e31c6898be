"""Exhibits of the appendix: coding, discrepancies, groups, flow, matching, balance, leave one out."""

from __future__ import annotations

import pandas as pd

from analysis.exhibits.did import drawing
from analysis.exhibits.did.chapter import INTERVAL
from analysis.exhibits.did.common import PLACE, Inputs, listed
from analysis.publish import count, estimate, label, share, text_column
from analysis.publish.words import number
from analysis.strands.difference_in_differences import tables
from analysis.strands.difference_in_differences.coding import code_lists, covariate_coding
from analysis.strands.difference_in_differences.rules import OUTCOMES

EXAMPLE = "kinship"    # the outcome whose balance and leave-one-out the appendix shows


def publish_appendix(inputs: Inputs) -> None:
    """All exhibits of the appendix."""
    _coding(inputs)
    _codes(inputs)
    _discrepancies(inputs)
    _groups(inputs)
    _embedding(inputs)
    _flow(inputs)
    _matching(inputs)
    _balance(inputs)
    _baseline(inputs)
    _without(inputs)


def _coding(inputs: Inputs) -> None:
    inputs.p.table(
        "tbl-did-covariates", title="Covariates and how they are coded",
        subtitle="Variables of the regression and of the matching, corrected definitions",
        frame=covariate_coding(inputs.rules, inputs.records.la_years),
        columns=[label("covariate", "Covariate"), text_column("level", "Of"), text_column("coding", "Coding"),
                 text_column("missing", "Where missing"), text_column("matched", "Matched on")],
        describe=lambda frame: f"Table of {len(frame)} covariates: {(frame['level'] == 'Child').sum()} of the child, "
                               f"{(frame['level'] == 'Authority').sum()} of the authority, and what marks the date.",
        made_by=covariate_coding, sources=inputs.sources)


def _codes(inputs: Inputs) -> None:
    inputs.p.table(
        "tbl-did-codes", title="Windows and codes, published and corrected",
        subtitle="Days of follow-up and code lists by definition", frame=code_lists(inputs.rules),
        columns=[label("item", "Rule"), text_column("published", "Published"), text_column("corrected", "Corrected")],
        describe=_describe_codes, made_by=code_lists, sources=inputs.sources[-1:],
        note="Codes as in the children in need census and the looked-after return.")


def _describe_codes(frame: pd.DataFrame) -> str:
    differing = frame[frame["published"] != frame["corrected"]]["item"]
    return f"Table of {len(frame)} rules; {len(differing)} differ: {listed(item.lower() for item in differing)}."


def _discrepancies(inputs: Inputs) -> None:
    source = inputs.p.load("did_discrepancies")
    inputs.p.table(
        "tbl-did-discrepancies", title="Where the original's code and its description part",
        subtitle="What the open code does, our corrected rule, and why it matters", frame=discrepancies(source.frame),
        columns=[label("number", "No."), text_column("topic", "Topic"),
                 text_column("published", "Published: what it does"),
                 text_column("corrected", "Corrected: our rule"), text_column("consequence", "Why it matters"),
                 text_column("switch", "Switch")],
        describe=lambda frame: f"Table of {len(frame)} discrepancies: {listed(t.lower() for t in frame['topic'])}.",
        made_by=discrepancies, sources=[source], note="Each is a switch of the analysis and can be turned alone.")


def discrepancies(frame: pd.DataFrame) -> pd.DataFrame:
    """The discrepancies by number."""
    return frame.sort_values("number", ignore_index=True).astype({"number": str})


def _groups(inputs: Inputs) -> None:
    inputs.p.table(
        "tbl-did-groups", title="Matched groups: comparators of each pilot by outcome",
        subtitle="Number of comparator authorities by matched group and outcome",
        frame=tables.groups_table(inputs.records, inputs.rules),
        columns=[label("group", "Group"), *(estimate(name, tables.NAMES[name], decimals=0) for name in OUTCOMES)],
        describe=_describe_groups, made_by=tables.groups_table, sources=inputs.sources,
        note="A blank: the group does not enter that outcome. Groups have numbers; no authority is named.")


def _describe_groups(frame: pd.DataFrame) -> str:
    used = {tables.NAMES[name]: int(frame[name].notna().sum()) for name in OUTCOMES}
    alone = int((frame[list(OUTCOMES)] == 1).to_numpy().sum())
    parts = "; ".join(f"{name} {n}" for name, n in used.items())
    return f"Table of {len(frame)} groups. Groups used by outcome: {parts}. One comparator alone in {alone} cases."


def _embedding(inputs: Inputs) -> None:
    inputs.p.figure(
        "fig-did-embedding", title="Pilots embedded at different times", draw=drawing.timeline,
        subtitle="Embedding period of each matched group, left out of every comparison",
        frame=tables.embedding_table(inputs.records, inputs.rules),
        columns=[label("group", "Group"), text_column("start_text", "Start"), text_column("end_text", "End"),
                 estimate("months", "Months", decimals=0)],
        describe=_describe_embedding, made_by=tables.embedding_table, sources=inputs.sources,
        note="Comparators inherit the dates of their group's pilot. Real dates are not public.")


def _describe_embedding(frame: pd.DataFrame) -> str:
    return ("Horizontal bars over time, one for each group. The first embedding starts on "
            f"{frame['start_text'].iloc[0]}, the last ends on {frame.loc[frame['end'].idxmax(), 'end_text']}; they last from "
            f"{number(frame['months'].min(), 0)} to {number(frame['months'].max(), 0)} months.")


def _flow(inputs: Inputs) -> None:
    inputs.p.table(
        "tbl-did-flow", title="From records delivered to records compared",
        subtitle="Records left after each step, by outcome, corrected definitions",
        frame=tables.flow_table(inputs.analysis.corrected),
        columns=[label("outcome", "Outcome"), text_column("step", "Step"), count("n", "Records")],
        describe=_describe_flow, made_by=tables.flow_table, sources=inputs.sources, about_people=True,
        note="From the step that repeats a comparator once for each group it serves, copies are counted.")


def _describe_flow(frame: pd.DataFrame) -> str:
    parts = [f"{outcome} from {number(rows['n'].iloc[0], 0)} to {number(rows['n'].iloc[-1], 0)}"
             for outcome, rows in frame.groupby("outcome", sort=False)]
    return f"Table of steps by outcome. Records delivered to records matched: {'; '.join(parts)}."


def _matching(inputs: Inputs) -> None:
    inputs.p.table(
        "tbl-did-matching", title=_matching_title,
        subtitle=f"Multivariate imbalance L1 and common support before and after matching, {PLACE}",
        frame=tables.matching_table(inputs.analysis.corrected),
        columns=[label("outcome", "Outcome"), estimate("l1_before", "L1 before"), estimate("l1_after", "L1 after"),
                 estimate("support_before", "Common support before (%)", decimals=0),
                 estimate("support_after", "Common support after (%)", decimals=0),
                 estimate("pilots_matched", "Pilots' records matched (%)", decimals=1),
                 estimate("comparators_matched", "Comparators' records matched (%)", decimals=1),
                 estimate("strata", "Strata", decimals=0), estimate("strata_matched", "Strata matched", decimals=0)],
        describe=_describe_matching, made_by=tables.matching_table, sources=inputs.sources,
        note="L1: nought when the two arms are spread alike over cells of all matching variables with age in whole "
             "years, one when they share no cell. Means over imputations.")


def _matching_title(frame: pd.DataFrame) -> str:
    better = int((frame["l1_after"] < frame["l1_before"]).sum())
    return f"Matching lowers imbalance for {better} of {len(frame)} outcomes"


def _describe_matching(frame: pd.DataFrame) -> str:
    parts = [f"{row.outcome} L1 from {number(row.l1_before, 2)} to {number(row.l1_after, 2)}, "
             f"{number(row.pilots_matched, 0)}% of pilots' records matched" for row in frame.itertuples()]
    return f"Table of {len(frame)} outcomes. {'; '.join(parts)}."


def _balance(inputs: Inputs) -> None:
    inputs.p.figure(
        "fig-did-balance", title=_balance_title, draw=drawing.love_plot,
        subtitle=f"Standardised differences before and after matching, kinship care, {PLACE}",
        frame=tables.balance_summary(inputs.analysis.corrected, EXAMPLE),
        columns=[label("label", "Covariate"), estimate("before", "Before matching"),
                 estimate("after", "After matching")],
        describe=_describe_balance, made_by=tables.balance_summary, sources=inputs.sources,
        note="Dashed lines at 0.1 either way, a usual mark of small. Authority covariates are adjusted for in the "
             "regression and not matched on.")


def _balance_title(frame: pd.DataFrame) -> str:
    large = lambda name: int((frame[name].abs() > 0.1).sum())
    return f"Differences above 0.1: {large('before')} before matching, {large('after')} after"


def _describe_balance(frame: pd.DataFrame) -> str:
    worst = frame.loc[frame["after"].abs().idxmax()]
    return (f"Points by covariate, open squares before and filled circles after matching. The median absolute "
            f"difference is {number(frame['before'].abs().median(), 3)} before and "
            f"{number(frame['after'].abs().median(), 3)} after; the largest left is {number(worst['after'], 2)} "
            f"({worst['label']}).")


def _baseline(inputs: Inputs) -> None:
    inputs.p.table(
        "tbl-did-baseline", title="Children before the embedding, pilots and comparators",
        subtitle=f"Matched and weighted records before the embedding, kinship care, {PLACE}",
        frame=tables.baseline_table(inputs.analysis.corrected, EXAMPLE),
        columns=[label("label", "Covariate"), text_column("unit", "Unit"), count("n_pilots", "Records in pilots",
                                                                                    total_of="covariate"),
                 share("pilots", "Pilots", denominator="n_pilots"),
                 count("n_comparators", "Records in comparators", total_of="covariate"),
                 share("comparators", "Comparators", denominator="n_comparators")],
        describe=_describe_baseline, made_by=tables.baseline_table, sources=inputs.sources, about_people=True,
        note="First imputation. Records with that level; for age, all.")


def _describe_baseline(frame: pd.DataFrame) -> str:
    gap = (frame["pilots"] - frame["comparators"]).abs()
    if gap.isna().all():
        return f"Table of {len(frame)} covariates and levels, all suppressed."
    return (f"Table of {len(frame)} covariates and levels by arm. The largest difference is {number(gap.max())} "
            f"({frame.loc[gap.idxmax(), 'label']}).")


def _without(inputs: Inputs) -> None:
    inputs.p.figure(
        "fig-did-without", title=_without_title, draw=drawing.leave_one_out,
        subtitle=f"Effect on kinship care leaving out one matched group at a time, {PLACE}",
        frame=tables.without_table(inputs.analysis.corrected, EXAMPLE),
        columns=[label("label", "Groups"), estimate("estimate", "Effect (percentage points)", decimals=1), *INTERVAL],
        describe=_describe_without, made_by=tables.without_table, sources=inputs.sources,
        note="All groups: pooled over imputations. The others: first imputation, weights kept.")


def _without_title(frame: pd.DataFrame) -> str:
    rest = frame.iloc[1:]
    across = int(((rest["low"] < 0) & (rest["high"] > 0)).sum())
    return f"Leaving out a group: {across} of {len(rest)} intervals include zero"


def _describe_without(frame: pd.DataFrame) -> str:
    rest = frame.iloc[1:]
    return (f"Points with horizontal 95% intervals, all groups first, then leaving out each of {len(rest)}. The effect "
            f"with all groups is {number(frame['estimate'].iloc[0])} percentage points; leaving one out it runs from "
            f"{number(rest['estimate'].min())} to {number(rest['estimate'].max())}.")
