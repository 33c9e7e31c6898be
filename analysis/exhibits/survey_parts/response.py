"""Response, weights and missing answers of the staff survey."""

from __future__ import annotations

from functools import partial

import numpy as np
import pandas as pd

from analysis.exhibits.survey_parts.bases import flag_note, flagged
from analysis.exhibits.survey_parts.drawing import paired_intervals
from analysis.publish import Publisher, count, estimate, label, score, share
from analysis.publish.words import number
from analysis.strands.survey.answers import item_missing
from analysis.strands.survey.prepared import Prepared
from analysis.strands.survey.response import add_rates, margins_table, response_rates

MARGIN_NAMES = {"role": "Role", "length_of_service": "Length of service", "sex": "Sex"}
PLACE = "staff invited, surveyed pilots"


def publish_response(p: Publisher, ready: Prepared, sources) -> None:
    """Who was invited and who answered."""
    table = flagged(response_table(ready), "eligible", "site", p.design, ("site",))
    parts, totals = table[~table["is_total"]], table[table["is_total"]]
    columns = [label("wave", "Wave"), label("site", "Pilot"),
               count("eligible", "Invited and eligible", total_of="wave"),
               count("responded", "Answered", total_of="wave"),
               share("rr2", "Response rate (%)", numerator="responded", denominator="eligible"),
               score("rr2_low", "95% interval, lower", decimals=1, base="responded"),
               score("rr2_high", "95% interval, upper", decimals=1, base="responded")]
    shared = {"columns": columns, "sources": sources, "about_people": True}
    p.table("tbl-survey-response", title="Invited and answering staff by wave and pilot",
            subtitle=f"AAPOR response rate 2, {PLACE}, both waves", frame=table, made_by=response_table,
            describe=partial(describe_response, kind="A table of response rates"),
            note="Response rate 2: complete and partial returns over all eligible staff. Eligibility of all is known "
                 f"from staff lists. Intervals by Wilson's method. {flag_note(p.design)}", **shared)
    p.figure("fig-survey-response", title=response_title,
             subtitle=f"AAPOR response rate 2 with 95% intervals, {PLACE}, both waves",
             frame=parts.reset_index(drop=True),
             draw=partial(paired_intervals, row="site", series="wave", value="rr2", low="rr2_low", high="rr2_high",
                          xlabel="Response rate (%)", row_name=lambda s: f"Pilot {s}"),
             describe=partial(describe_response, kind="Dots with intervals, two for each pilot: response rates"),
             made_by=response_table, **shared)
    for wave, row in zip(ready.section["waves"], totals.itertuples(), strict=True):
        p.finding(f"survey.response.wave{wave}", row.rr2, unit="per cent", low=row.rr2_low, high=row.rr2_high,
                  n=row.eligible, n_pilots=parts["site"].nunique(), numerator=row.responded, made_by=response_table,
                  sources=sources, about_people=True)
        p.finding(f"survey.returns.wave{wave}", row.responded, unit="count", decimals=0, n=row.responded,
                  made_by=response_table, sources=sources, about_people=True)
    _overall(p, ready, parts, sources)


def response_table(ready: Prepared) -> pd.DataFrame:
    """Response by wave and site with a row for all sites of a wave."""
    level, waves = ready.section["level"], dict(ready.section["waves"])
    by_site = response_rates(ready.population, ready.coded, ["wave", "site"], level=level).assign(is_total=False)
    by_wave = response_rates(ready.population, ready.coded, ["wave"], level=level).assign(site="All", is_total=True)
    table = pd.concat([by_site, by_wave]).sort_values(["wave", "is_total", "site"], ignore_index=True)
    return table.assign(wave=table["wave"].map(waves))


def response_title(frame: pd.DataFrame) -> str:
    """Headline: in how many pilots the rate fell."""
    wide = frame.pivot(index="site", columns="wave", values="rr2")
    fell = int((wide.iloc[:, 1] < wide.iloc[:, 0]).sum())
    return f"Response fell at wave 2 in {fell} of {len(wide)} pilots"


def describe_response(frame: pd.DataFrame, kind: str) -> str:
    """Response rates in words: those of all pilots where the frame has them, and the lowest and highest of a pilot."""
    shown = frame[frame["rr2"].notna()]
    totals, parts = shown[shown["site"] == "All"], shown[shown["site"] != "All"]
    said = [f"{row.wave}, all pilots: {_rate(row)}" for row in totals.itertuples()]
    if len(parts):
        ends = parts.sort_values("rr2", kind="stable").iloc[[0, -1]].itertuples()
        said += [f"{end} in a pilot: {_rate(row)} (pilot {row.site}, {row.wave.lower()})"
                 for end, row in zip(("Lowest", "Highest"), ends, strict=True)]
    return f"{kind} by wave and pilot. {'. '.join(said)}."


def _rate(row) -> str:
    return (f"{number(row.rr2)}% of {number(row.eligible, 0)} staff, 95% interval {number(row.rr2_low)} to "
            f"{number(row.rr2_high)}")


def publish_weights(p: Publisher, ready: Prepared, sources) -> None:
    """Margins before and after weighting, and what the weights cost."""
    table = flagged(margins_frame(ready), "responded", "group", p.design)
    p.table("tbl-survey-margins", title=margins_title,
            subtitle=f"Eligible staff and respondents by role, service and sex, {PLACE}, both waves", frame=table,
            columns=[label("wave", "Wave"), label("group", "Group"),
                     count("eligible", "Eligible staff", total_of="whole"),
                     count("responded", "Answered", total_of="whole"),
                     share("population_percent", "Staff (%)", numerator="eligible"),
                     share("respondents_percent", "Answered (%)", numerator="responded"),
                     share("weighted_percent", "Answered, weighted (%)", numerator="responded")],
            describe=describe_margins, made_by=margins_table, sources=sources, about_people=True,
            note="Shares among returns that give the margin. Weights are raked in each pilot and wave to role, length "
                 f"of service and sex. {flag_note(p.design)}")
    weights = ready.weights.assign(wave=ready.weights["wave"].map(dict(ready.section["waves"])))
    weights = flagged(weights, "n", "site", p.design)
    low, high = (f"{100 * tail:.0f}" for tail in ready.section["weight_tails"])
    p.table("tbl-survey-weights", title="What the weights cost in each pilot and wave",
            subtitle="Raked weights with mean 1, design effect and effective sample size, surveyed pilots, both waves",
            frame=weights, columns=[label("wave", "Wave"), label("site", "Pilot"), count("n", "Answered"),
                                    score("design_effect", "Design effect (ratio)", base="n"),
                                    score("effective_n", "Effective n", decimals=0, base="n"),
                                    score("low_tail", f"Weight, {low}th percentile", base="n"),
                                    score("high_tail", f"Weight, {high}th percentile", base="n"),
                                    score("largest_gap", "Largest gap to a margin (percentage points)", base="n")],
            describe=describe_weights, made_by=margins_table, sources=sources, about_people=True,
            note=f"Weights are cut at {number(ready.section['weight_cap'], 0)} times their mean. Kish's design effect. "
                 + flag_note(p.design))
    _weight_findings(p, ready, table, sources)


def margins_frame(ready: Prepared) -> pd.DataFrame:
    """The margins with names of waves and margins."""
    table = margins_table(ready.population, ready.returns)
    margin = table["margin"].map(MARGIN_NAMES)
    wave = table["wave"].map(dict(ready.section["waves"]))
    return table.assign(wave=wave, margin=margin, whole=wave + margin,
                        group=margin + ": " + table["category"].str.lower())


def margins_title(frame: pd.DataFrame) -> str:
    """Headline: the group that was missed most."""
    off = (frame["respondents_percent"] - frame["population_percent"]).astype(float)
    worst = frame.loc[off.idxmin()]
    return f"{worst['wave']} missed most staff in: {worst['category'].lower()}"


def describe_margins(frame: pd.DataFrame) -> str:
    """Gaps before and after weighting in words."""
    before = (frame["respondents_percent"] - frame["population_percent"]).abs().max()
    after = (frame["weighted_percent"] - frame["population_percent"]).abs().max()
    return (f"A table of {len(frame)} categories. The largest gap between respondents and staff is {number(before)} "
            f"percentage points before weighting and {number(after)} after it.")


def describe_weights(frame: pd.DataFrame) -> str:
    """Design effects in words."""
    return (f"A table of {len(frame)} pilots and waves. Design effects from {number(frame['design_effect'].min(), 2)} "
            f"to {number(frame['design_effect'].max(), 2)}.")


def publish_missing(p: Publisher, ready: Prepared, sources) -> None:
    """Answers missing, by group of items."""
    table = missing_table(ready)
    p.table("tbl-survey-missing", title=lambda frame: f"At most {np.ceil(frame['missing_percent'].max()):.0f}% of "
            "answers missing in any group", subtitle="Answers missing among those asked, usable returns, both waves",
            frame=table, columns=[label("group", "Items"), estimate("items", "Number of items", decimals=0),
                                  count("asked", "Answers asked for"), count("missing", "Missing", part_of="asked"),
                                  share("missing_percent", "Missing (%)", numerator="missing", denominator="asked")],
            describe=lambda frame: "A table of missing answers by group of items, from "
            f"{number(frame['missing_percent'].min())}% to {number(frame['missing_percent'].max())}%.",
            made_by=missing_table, sources=sources, about_people=True,
            note="Prefer not to say and not applicable count as missing. Questions not asked by routing do not.")
    asked, missing = table["asked"].sum(), table["missing"].sum()
    p.finding("survey.missing.overall", 100 * missing / asked, unit="per cent", n=asked, numerator=missing,
              made_by=missing_table, sources=sources, about_people=True)
    worst = table.loc[table["missing_percent"].idxmax()]
    p.finding("survey.missing.highest", worst["missing_percent"], unit="per cent", n=worst["asked"],
              numerator=worst["missing"], made_by=missing_table, sources=sources, about_people=True)
    p.finding("survey.missing.highest_group", str(worst["group"]).lower(), unit="text", made_by=missing_table,
              sources=sources)


def missing_table(ready: Prepared) -> pd.DataFrame:
    """Answers asked for and missing by scale, the single items together."""
    items = item_missing(ready.returns, ready.form)
    names = {scale.name: scale.label for scale in ready.form.scales}
    group = [names.get(item.scale, "Single items") for item in ready.form.items]
    table = items.assign(group=group).groupby("group", sort=False).agg(items=("item", "size"), asked=("asked", "sum"),
                                                                       missing=("missing", "sum")).reset_index()
    return table.assign(missing_percent=100 * table["missing"] / table["asked"])


def _overall(p, ready, parts, sources):
    level = ready.section["level"]
    invited = int((ready.population["invited"]).sum())
    whole = add_rates(pd.DataFrame([parts[["invited", "not_eligible", "eligible", "complete", "partial",
                                           "none"]].sum()]),
                      level=level).iloc[0]
    p.finding("survey.invited", invited, unit="count", decimals=0, n=invited, n_pilots=parts["site"].nunique(),
              made_by=response_table, sources=sources, about_people=True)
    # Response rate 1 beside rate 2 gives the number of partial returns away: shown where that passes too.
    p.finding("survey.response.complete", whole["rr1"], unit="per cent", n=whole["eligible"],
              numerator=whole["partial"],
              made_by=response_rates, sources=sources, about_people=True)
    low, high = parts["rr2"].min(), parts["rr2"].max()
    p.finding("survey.response.range", f"{number(low)}% to {number(high)}%", unit="text", n=parts["responded"].min(),
              made_by=response_table, sources=sources, about_people=True)
    returns = ready.returns
    linked = int((returns.groupby("respondent_id")["wave"].nunique() > 1).sum())
    p.finding("survey.linked", linked, unit="count", decimals=0, n=linked, made_by=response_table, sources=sources,
              about_people=True)


def _weight_findings(p, ready, table, sources):
    new = table[(table["margin"] == MARGIN_NAMES["length_of_service"])].groupby("wave", sort=False).first()
    for wave, row in zip(ready.section["waves"], new.itertuples(), strict=True):
        for name in ("population", "respondents", "weighted"):
            p.finding(f"survey.new_staff.{name}{wave}", getattr(row, f"{name}_percent"), unit="per cent",
                      n=row.responded, made_by=margins_table, sources=sources, about_people=True)
        weights = ready.weights[ready.weights["wave"] == wave]
        p.finding(f"survey.weights.effective_n{wave}", weights["effective_n"].sum(), unit="count", decimals=0,
                  n=weights["n"].sum(), made_by=margins_table, sources=sources, about_people=True)
    low, high = ready.weights["design_effect"].min(), ready.weights["design_effect"].max()
    p.finding("survey.weights.design_effect", f"{number(low, 2)} to {number(high, 2)}", unit="text",
              n=ready.weights["n"].min(), made_by=margins_table, sources=sources, about_people=True)
    gap = (table["respondents_percent"] - table["population_percent"]).abs().max()
    p.finding("survey.margins.gap_before", gap, unit="percentage points", made_by=margins_table, sources=sources)
    gap = (table["weighted_percent"] - table["population_percent"]).abs().max()
    p.finding("survey.margins.gap_after", gap, unit="percentage points", made_by=margins_table, sources=sources)
