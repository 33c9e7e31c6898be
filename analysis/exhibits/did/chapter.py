"""Exhibits of the chapter: effects, definitions, means, yearly trends, risk of bias."""

from __future__ import annotations

import pandas as pd

from analysis.exhibits.did import drawing
from analysis.exhibits.did.common import EFFECT, TREND_OUTCOMES, Inputs, interval_text, place
from analysis.publish import count, estimate, label, p_value, share, text_column
from analysis.publish.words import cardinal, number
from analysis.strands.difference_in_differences import tables
from analysis.strands.difference_in_differences.conclusions import read
from analysis.strands.difference_in_differences.definitions import switches

DEFINITIONS = ("Conference: initial child protection conference within three months of a referral. Re-referral: within "
               "six months of a closure without further action. Escalation: then a plan or care within six months. "
               "Kinship care: with relatives or friends within a year of coming into care under a care order.")


def publish_chapter(inputs: Inputs) -> None:
    """All exhibits of the chapter."""
    _main(inputs)
    _effects(inputs)
    _means(inputs)
    _definitions(inputs)
    _trends(inputs)
    _risk_of_bias(inputs)


def _main(inputs: Inputs) -> None:
    inputs.p.table(
        "tbl-did-main", title=_main_title, subtitle=f"Effect of being a pilot, corrected definitions, {place(inputs)}",
        frame=tables.main_table(inputs.analysis.corrected, inputs.rules),
        columns=[label("outcome", "Outcome"), *EFFECT, text_column("unit", "Unit of the effect"),
                 text_column("conclusion", "Conclusion"), p_value("p", "p, CR2"),
                 p_value("permutation_p", "p, permutation"),
                 share("mean_before", "Pilots before (% or days)", numerator="events_before", denominator="n_before"),
                 count("n", "Records"), estimate("authorities", "Authorities", decimals=0),
                 estimate("pilots", "Pilots", decimals=0)],
        describe=_describe_main, made_by=tables.main_table, sources=inputs.sources, about_people=True,
        note=f"{DEFINITIONS} Intervals: CR2 with Satterthwaite degrees of freedom, pooled over imputations. Records: "
             "matched, each counted once however many groups it serves.")


def _main_title(frame: pd.DataFrame) -> str:
    found = [name for name, text in zip(frame["outcome"], frame["conclusion"], strict=True)
             if read(text).is_effect]
    if not found:
        return "No outcome shows evidence of an effect"
    if len(found) == 1:
        return f"Of {cardinal(len(frame))} outcomes, {found[0].lower()} alone shows an effect"
    return f"{len(found)} of {len(frame)} outcomes show evidence of an effect"


def _describe_main(frame: pd.DataFrame) -> str:
    parts = [f"{row.outcome}: {interval_text(row)}, {row.conclusion}" for row in frame.itertuples()]
    return f"Table of {len(frame)} outcomes. {'; '.join(parts)}."


def _effects(inputs: Inputs) -> None:
    frame = tables.main_table(inputs.analysis.corrected, inputs.rules)
    inputs.p.figure(
        "fig-did-effects", title=_effects_title, frame=frame, draw=drawing.effects,
        subtitle=f"Effect with 95% interval, corrected definitions, {place(inputs)}",
        columns=[label("outcome", "Outcome"), text_column("unit", "Unit"), *EFFECT, count("n", "Records")],
        describe=_describe_effects, made_by=tables.main_table, sources=inputs.sources, about_people=True,
        note="Intervals: CR2 with Satterthwaite degrees of freedom. Duration has an axis of its own, in working days.")


def _effects_title(frame: pd.DataFrame) -> str:
    across = int(((frame["low"] < 0) & (frame["high"] > 0)).sum())
    return f"{across} of {len(frame)} intervals include zero"


def _describe_effects(frame: pd.DataFrame) -> str:
    parts = [f"{row.outcome} {interval_text(row)}" for row in frame.itertuples()]
    return ("Points with horizontal 95% intervals, one row for each outcome, a vertical line at no effect: "
            f"{'; '.join(parts)}.")


def _means(inputs: Inputs) -> None:
    inputs.p.table(
        "tbl-did-means", title="Outcomes before and after, in pilots and comparators",
        subtitle=f"Weighted means of matched records, {place(inputs)}",
        frame=tables.means_table(inputs.analysis.corrected),
        columns=[label("outcome", "Outcome"), text_column("arm", "Arm"), text_column("unit", "Unit"),
                 count("n_before", "Records before"), share("mean_before", "Mean before", numerator="events_before",
                                                            denominator="n_before"),
                 count("n_after", "Records after"), share("mean_after", "Mean after", numerator="events_after",
                                                          denominator="n_after"),
                 share("change", "Change", numerator="events_after", denominator="n_after")],
        describe=_describe_means, made_by=tables.means_table, sources=inputs.sources, about_people=True,
        note="Not adjusted for year or covariates, so that the difference of the two changes is near the effect of the "
             "main table and not the same.")


def _describe_means(frame: pd.DataFrame) -> str:
    parts = []
    for outcome, rows in frame.groupby("outcome", sort=False):
        by_arm = rows.set_index("arm")["change"]
        parts.append(f"{outcome} changes by {number(by_arm['Pilots'])} in pilots and "
                     f"{number(by_arm['Comparators'])} in comparators")
    return f"Table of means by arm and period. {'; '.join(parts)} (percentage points; duration in working days)."


def _definitions(inputs: Inputs) -> None:
    inputs.p.figure(
        "fig-did-definitions", title=_definitions_title, draw=drawing.published_corrected,
        subtitle=f"Effect with 95% interval under the original's and our definitions, {place(inputs)}",
        frame=tables.comparison_table(inputs.analysis),
        columns=[label("outcome", "Outcome"), text_column("definitions", "Definitions"), text_column("unit", "Unit"),
                 *EFFECT, p_value("p", "p"), count("n", "Records"),
                 share("mean_before", "Pilots before (% or days)", denominator="n")],
        describe=_describe_definitions, made_by=tables.comparison_table, sources=inputs.sources, about_people=True,
        note="Published: what the original's code does, with its standard errors and degrees of freedom. Corrected: "
             f"all {cardinal(len(switches()))} rules of our plan, with CR2. Orange squares: published; blue circles: "
             "corrected.")


def _definitions_title(frame: pd.DataFrame) -> str:
    wide = frame[frame["unit"] == tables.PERCENT].pivot(index="outcome", columns="definitions", values="effect")
    return f"Definitions matter most for {(wide['Corrected'] - wide['Published']).abs().idxmax().lower()}"


def _describe_definitions(frame: pd.DataFrame) -> str:
    parts = []
    for outcome, rows in frame.groupby("outcome", sort=False):
        said = [f"{row.definitions.lower()} {number(row.effect)} ({number(row.low)} to {number(row.high)})"
                for row in rows.itertuples()]
        parts.append(f"{outcome}, {rows['unit'].iloc[0]}: {', '.join(said)}")
    return ("Points with horizontal 95% intervals, two rows for each outcome, published above corrected. "
            f"{'; '.join(parts)}.")


def _trends(inputs: Inputs) -> None:
    inputs.p.figure(
        "fig-did-trends", title="Yearly re-referral and kinship care, pilots against comparators",
        subtitle=f"Weighted share of matched records by financial year, {place(inputs)}", draw=drawing.trends,
        frame=_with_wholes(tables.series_table(inputs.analysis.corrected, TREND_OUTCOMES, "trend"), inputs),
        columns=[label("outcome", "Outcome"), estimate_year(), text_column("arm", "Arm"),
                 count("n", "Records", total_of="whole"),
                 share("mean", "Share (%)", numerator="events", denominator="n", total_of="whole")],
        describe=_describe_trends, made_by=tables.series_table, sources=inputs.sources, about_people=True,
        note="Matched records wholly before or after their group's embedding, so that the years in which many groups "
             "embedded rest on the few others.")


def _with_wholes(frame: pd.DataFrame, inputs: Inputs) -> pd.DataFrame:
    """The series with the group of years (`whole`) whose sum the table of means gives: an arm before, or after."""
    starts = tables.embedding_table(inputs.reference, inputs.rules)["start"]
    # A financial year that begins after the first embedding began holds, in the main, records after an embedding.
    period = (frame["year"].astype(int) >= starts.min().year + 1).map({True: "after", False: "before"})
    return frame.assign(whole=frame["outcome"] + frame["arm"] + period)


def estimate_year():
    """The column of financial years, printed without a thousands separator."""
    return text_column("year", "Financial year beginning")


def _describe_trends(frame: pd.DataFrame) -> str:
    parts = []
    for outcome, rows in frame.groupby("outcome", sort=False):
        wide = rows.pivot(index="year", columns="arm", values="mean").dropna()
        if wide.empty:
            parts.append(f"{outcome}: no year in which both arms may be shown")
            continue
        gap = wide["Pilots"] - wide["Comparators"]
        parts.append(f"{outcome}: pilots less comparators {number(gap.iloc[0])} percentage points in {gap.index[0]} "
                     f"and {number(gap.iloc[-1])} in {gap.index[-1]}, between {number(gap.min())} and "
                     f"{number(gap.max())} in the years shown")
    return ("Lines of yearly shares, one panel for each outcome, pilots solid and comparators dashed. "
            f"{'; '.join(parts)}.")


def _risk_of_bias(inputs: Inputs) -> None:
    table = inputs.p.load("robins_i")
    inputs.p.table(
        "tbl-did-robins", title=_robins_title,
        subtitle="Risk of bias by domain (ROBINS-I), difference-in-differences on children's records",
        frame=risk_of_bias(table.frame),
        columns=[label("domain", "Domain"), text_column("judgement", "Risk of bias"),
                 text_column("direction", "Likely direction"), text_column("reason", "Why")],
        describe=lambda frame: f"Table of {len(frame) - 1} domains and the overall judgement: " + "; ".join(
            f"{row.domain.lower()}: {row.judgement.lower()}" for row in frame.itertuples()) + ".",
        made_by=risk_of_bias, sources=[table],
        note="Judged by this project for its corrected analysis on real records.")


def risk_of_bias(frame: pd.DataFrame) -> pd.DataFrame:
    """The judgements in the order of the domains."""
    return frame[["domain", "judgement", "direction", "reason"]].reset_index(drop=True)


def _robins_title(frame: pd.DataFrame) -> str:
    overall = frame.loc[frame["domain"] == "Overall", "judgement"].iloc[0]
    return f"Overall risk of bias: {overall.lower()}"
