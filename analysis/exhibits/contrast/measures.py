"""Exhibits on who answered, what was measured, and how well: response, constructs, agreement, profiles."""

from __future__ import annotations

from functools import partial

import numpy as np
import pandas as pd

from analysis.exhibits.contrast.inputs import PLACE, Inputs
from analysis.publish import count, estimate, label, score, share, style, text_column
from analysis.publish.words import number
from analysis.sources.schemas.contrast_study import instrument
from analysis.strands.contrast_study import agreement as agreed
from analysis.strands.contrast_study import scores
from analysis.strands.contrast_study.reliability import internal_consistency


def response(inputs: Inputs) -> None:
    """Who was invited and answered, by department, and visits observed."""
    p, table, sources = inputs.p, scores.response(inputs.frames, inputs.section), inputs.sources("members", "practice")
    p.table("tbl-contrast-response", title="Who answered, and whose visits were observed",
            subtitle=f"Team members invited and answering, visits observed, {PLACE}", frame=table,
            columns=[label("department", "Department"), estimate("teams", "Teams", decimals=0),
                     count("invited", "Invited", total_of="all"), count("respondents", "Answered", total_of="all"),
                     share("rate", "Response rate (%)", numerator="respondents", denominator="invited"),
                     count("observed", "Visits observed", total_of="all")],
            describe=_describe_response, made_by=scores.response, sources=sources, about_people=True,
            note="Response rate: answers as a share of all invited (AAPOR response rate 1).")
    total = table.iloc[-1]
    fact = dict(made_by=scores.response, sources=sources, decimals=0)
    p.finding("contrast.data.status", inputs.status, unit="text", **fact)
    p.finding("contrast.response.teams", total["teams"], unit="count", **fact)
    p.finding("contrast.response.invited", total["invited"], unit="count", about_people=True, n=total["invited"],
              **fact)
    p.finding("contrast.response.answered", total["respondents"], unit="count", about_people=True,
              n=total["respondents"], **fact)
    p.finding("contrast.response.rate", total["rate"], unit="per cent", about_people=True, n=total["invited"],
              numerator=total["respondents"], **{**fact, "decimals": 1})
    p.finding("contrast.response.visits", total["observed"], unit="count", about_people=True, n=total["observed"],
              **fact)


def _describe_response(frame: pd.DataFrame) -> str:
    parts = frame[~frame["is_total"]]
    known = parts.dropna(subset=["rate"])
    text = f"Table of {len(parts)} departments."
    if len(known):
        least, most = known.loc[known["rate"].idxmin()], known.loc[known["rate"].idxmax()]
        text += (f" Response rates run from {number(least['rate'])}% ({least['department']}) to "
                 f"{number(most['rate'])}% ({most['department']}).")
    return text


def agreement(inputs: Inputs) -> None:
    """Agreement within teams, ICC(1) and ICC(2), by scale."""
    p, sources = inputs.p, inputs.sources("members", "items")
    table = agreed.agreement_within_teams(inputs.frames, inputs.section, p.design.rng("contrast_study.agreement"))
    threshold = inputs.section["agreement_threshold"]
    p.table("tbl-contrast-aggregation", title="Whether members' answers make a team score",
            subtitle=f"Agreement within teams and reliability of team means, six scales, {PLACE}", frame=table,
            columns=[label("label", "Scale"), score("r_wg_median", "Median agreement, r_wg(J)", base="n"),
                     score("r_wg_low", "r_wg(J), low", base="n"), score("r_wg_high", "r_wg(J), high", base="n"),
                     estimate("agreeing", f"Teams at {threshold:.2f} or more (%)", decimals=0),
                     score("r_wg_skewed", "r_wg(J), skewed", base="n"),
                     estimate("agreeing_skewed", f"Teams at {threshold:.2f} or more, skewed (%)", decimals=0),
                     estimate("icc1", "ICC(1)"), estimate("icc1_low", "ICC(1), low"), estimate("icc1_high",
                                                                                               "ICC(1), high"),
                     estimate("icc2", "ICC(2)"), estimate("icc2_low", "ICC(2), low"), estimate("icc2_high",
                                                                                               "ICC(2), high"),
                     count("n", "Answers")],
            describe=_describe_agreement, made_by=agreed.agreement_within_teams, sources=sources, about_people=True,
            note="r_wg(J): agreement within a team against answers spread evenly; skewed: against answers that lean to "
                 "one side. Its interval: teams drawn anew. ICC(1): share of variance between teams. ICC(2): "
                 "reliability of a team's mean. 95% intervals.")
    fact = dict(made_by=agreed.agreement_within_teams, sources=sources, unit="ratio", decimals=2)
    p.finding("contrast.agreement.median", table["r_wg_median"].median(), **fact)
    p.finding("contrast.agreement.teams", table["agreeing"].min(), **{**fact, "unit": "per cent", "decimals": 0})
    p.finding("contrast.agreement.skewed", table["r_wg_skewed"].median(), **fact)
    p.finding("contrast.agreement.teams_skewed", table["agreeing_skewed"].min(), **{**fact, "unit": "per cent",
                                                                                    "decimals": 0})
    for name in ("icc1", "icc2"):
        p.finding(f"contrast.agreement.{name}", table[name].median(), **fact)
        p.finding(f"contrast.agreement.{name}_lowest", table[name].min(), **fact)
        p.finding(f"contrast.agreement.{name}_highest", table[name].max(), **fact)


def _describe_agreement(frame: pd.DataFrame) -> str:
    return (f"Table of {len(frame)} scales. The median agreement within teams runs from "
            f"{number(frame['r_wg_median'].min(), 2)} to {number(frame['r_wg_median'].max(), 2)}; the share of "
            f"variance "
            f"between teams from {number(frame['icc1'].min(), 2)} to {number(frame['icc1'].max(), 2)}; the reliability "
            f"of team means from {number(frame['icc2'].min(), 2)} to {number(frame['icc2'].max(), 2)}.")


def profiles(inputs: Inputs) -> None:
    """Mean T-scores of the departments, by scale."""
    profiles = scores.profiles(inputs.frames, inputs.section)
    _practice_profiles(inputs, profiles[profiles["family"].isin(("practice", "dimensions"))].reset_index(drop=True))
    table = profiles[profiles["family"] == "scales"].reset_index(drop=True)
    inputs.p.figure("fig-contrast-profiles", title=_title_profiles,
                    subtitle=f"Mean T-score of teams with 95% interval, six scales, {PLACE}", frame=table,
                    columns=[label("department", "Department"), text_column("label", "Scale"),
                             score("mean", "Mean T-score", decimals=1, base="n"), score("low", "Low", decimals=1,
                                                                                        base="n"),
                             score("high", "High", decimals=1, base="n"), estimate("teams", "Teams", decimals=0),
                             count("n", "Answers")],
                    draw=_draw_profiles, describe=_describe_profiles, made_by=scores.profiles,
                    sources=inputs.sources("members"), about_people=True,
                    note="A T-score of 50 is the mean of the measure's norm group, 10 points its standard deviation. "
                         "High is good for proficiency, engagement and functionality, low for the others.")


def _practice_profiles(inputs, table) -> None:
    inputs.p.figure("fig-contrast-practice-profiles", title=_title_practice_profiles,
                    subtitle=f"Mean rating of teams, 1 to 5, with 95% interval, observed practice, {PLACE}",
                    frame=table,
                    columns=[label("department", "Department"), text_column("label", "Dimension"),
                             score("mean", "Mean rating", base="n"), score("low", "Low", base="n"),
                             score("high", "High", base="n"), estimate("teams", "Teams", decimals=0),
                             count("n", "Visits")],
                    draw=partial(_draw_profiles, centre=(instrument()["practice_options"] + 1) / 2,
                                 xlabel="Rating (1 to 5)"),
                    describe=_describe_profiles, made_by=scores.profiles, sources=inputs.sources("practice"),
                    about_people=True, note="First observer's ratings. Line: the middle of the rating.")


def _title_practice_profiles(frame: pd.DataFrame) -> str:
    whole = frame.loc[frame["outcome"] == "practice", "mean"].astype(float).dropna()
    if whole.empty:
        return "Observed practice: departments' means are suppressed"
    return f"Observed practice: departments' means from {whole.min():.1f} to {whole.max():.1f}"


def _title_profiles(frame: pd.DataFrame) -> str:
    norm = instrument()["t_score"]["mean"]
    if frame["mean"].isna().all():
        return "Departments' team culture and climate: suppressed"
    around = (frame["mean"] - norm).abs().max() < instrument()["t_score"]["sd"] / 2
    return "All departments lie near the norm group" if around else "Departments' team culture and climate compared"


def _draw_profiles(frame: pd.DataFrame, centre: float | None = None, xlabel: str = "T-score (norm group 50)"):
    departments, scales = list(frame["department"].unique()), list(frame["label"].unique())
    figure, ax = style.axes(height=5.2)
    ax.axvline(instrument()["t_score"]["mean"] if centre is None else centre, color=style.GREY, linewidth=1)
    colours = {"sofs": style.BLUE, "other": style.ORANGE}
    for k, department in enumerate(departments):
        part = frame[frame["department"] == department].set_index("label").reindex(scales)
        places = np.arange(len(scales))[::-1] + 0.27 - 0.18 * k
        colour = colours[part["arm"].iloc[0]]
        ax.hlines(places, part["low"], part["high"], color=colour, linewidth=1.6)
        ax.plot(part["mean"], places, style.MARKERS[k], color=colour, markersize=6,
                markerfacecolor=colour if k % 2 == 0 else "white", label=department)
    ax.set_yticks(np.arange(len(scales))[::-1], style.wrapped(scales, 16))
    ax.set_xlabel(xlabel)
    ax.grid(axis="y", visible=False)
    figure.legend(*ax.get_legend_handles_labels(), loc="outside upper left", ncols=2)
    return figure


def _describe_profiles(frame: pd.DataFrame) -> str:
    known = frame.dropna(subset=["mean"])
    if known.empty:
        return "Dot plot of departments' means, all of which are suppressed."
    low, high = known.loc[known["mean"].idxmin()], known.loc[known["mean"].idxmax()]
    return (f"Dot plot with intervals of {known['label'].nunique()} outcomes for {known['department'].nunique()} "
            f"departments. Means run from {number(low['mean'])} ({low['label']}, {low['department']}) to "
            f"{number(high['mean'])} ({high['label']}, {high['department']}); the widest interval spans "
            f"{number((known['high'] - known['low']).max())} points.")


def constructs(inputs: Inputs) -> None:
    """The constructs measured, in our words."""
    rows = [{"label": s["label"], "domain": s["domain"], "means": s["means"], "better": s["better"].capitalize()}
            for s in instrument()["scales"]]
    rows += [{"label": d["label"], "domain": domain, "means": d["means"], "better": "Higher"}
             for domain, key in (("Practice", "practice"), ("Families", "family_outcomes")) for d in instrument()[key]]
    family = instrument()["family"]
    rows.append({"label": family["label"], "domain": "Families", "better": "Higher",
                 "means": f"How worker and family got on, by the family, {family['low']} to {family['high']}"})
    inputs.p.table("tbl-contrast-scales", title="What was measured",
                   subtitle="Constructs of culture, climate, observed practice and families' answers, in our words",
                   frame=pd.DataFrame(rows),
                   columns=[label("label", "Construct"), text_column("domain", "Domain"), text_column("means",
                                                                                                      "Meaning"),
                            text_column("better", "Better when")],
                   describe=lambda frame: f"Table of {len(frame)} constructs with domain and meaning.",
                   made_by=instrument, sources=inputs.sources("members", "practice"),
                   note="No item of a proprietary measure is reproduced.")


def reliability(inputs: Inputs) -> None:
    """Alpha and omega of each scale."""
    p, sources = inputs.p, inputs.sources("members", "items")
    table = internal_consistency(inputs.frames, inputs.section, p.design.rng("contrast_study.reliability"))
    p.table("tbl-contrast-reliability", title="How well the items of each scale hang together",
            subtitle=f"Cronbach's alpha and omega of six scales with 95% intervals, members, {PLACE}", frame=table,
            columns=[label("label", "Scale"), estimate("items", "Items", decimals=0), count("n", "Members"),
                     *(estimate(f"{name}{part}", f"{name.capitalize()}{end}") for name in ("alpha", "omega")
                       for part, end in (("", ""), ("_low", ", low"), ("_high", ", high")))],
            describe=_describe_reliability, made_by=internal_consistency, sources=sources, about_people=True,
            note="Members who answered every item of the scale. An empty cell: too few such members, or answers that "
                 "do not vary.")
    fact = dict(made_by=internal_consistency, sources=sources, unit="ratio", decimals=2)
    for name in ("lowest", "highest"):
        value = table["alpha"].min() if name == "lowest" else table["alpha"].max()
        p.finding(f"contrast.reliability.{name}", value, **fact)


def _describe_reliability(frame: pd.DataFrame) -> str:
    return f"Table of {len(frame)} scales. " + "; ".join(
        f"{row.label}: alpha {number(row.alpha, 2)}, omega {number(row.omega, 2)}" for row in frame.itertuples()
        if pd.notna(row.alpha)) + "."


def observers(inputs: Inputs) -> None:
    """Agreement of two observers of one visit."""
    p, sources, table = inputs.p, inputs.sources("practice"), agreed.observer_agreement(inputs.frames)
    p.table("tbl-contrast-observers", title="How far two observers agreed",
            subtitle=f"One-way intraclass correlations of two observers of one visit, {PLACE}", frame=table,
            columns=[label("label", "Dimension"), count("visits", "Visits seen by two"),
                     score("within_one", "Within one point (%)", decimals=0, base="visits"),
                     *(estimate(name, text) for name, text in
                       (("one", "ICC, one observer"), ("one_low", "low"), ("one_high", "high"),
                        ("two", "ICC, mean of two"), ("two_low", "low"), ("two_high", "high")))],
            describe=_describe_observers, made_by=agreed.observer_agreement, sources=sources, about_people=True,
            note="95% intervals. An empty cell: too few visits seen by two, or two observers who never differ.")
    whole = table.iloc[0]
    fact = dict(made_by=agreed.observer_agreement, sources=sources, about_people=True, n=int(whole["visits"]))
    p.finding("contrast.observers.icc", whole["one"], low=whole["one_low"], high=whole["one_high"], unit="correlation",
              decimals=2, **fact)
    p.finding("contrast.observers.visits", whole["visits"], unit="count", decimals=0, **fact)


def _describe_observers(frame: pd.DataFrame) -> str:
    parts = frame[frame["dimension"] != "practice"]
    parts = parts.dropna(subset=["one"])
    if parts.empty:
        return "Table of dimensions, on none of which two observers' agreement can be told."
    low, high = parts.loc[parts["one"].idxmin()], parts.loc[parts["one"].idxmax()]
    return (f"Table of {len(parts)} dimensions and their mean. Agreement of single observers runs from "
            f"{number(low['one'], 2)} ({low['label']}) to {number(high['one'], 2)} ({high['label']}); for the mean of "
            f"dimensions it is {number(frame.iloc[0]['one'], 2)}.")
