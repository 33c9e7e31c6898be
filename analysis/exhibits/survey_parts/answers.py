"""Distributions of answers, scales and their reliability."""

from __future__ import annotations

from functools import partial

import numpy as np
import pandas as pd

from analysis.exhibits.survey_parts.bases import flag_note, flagged
from analysis.exhibits.survey_parts.drawing import paired_intervals, suppressed
from analysis.publish import Publisher, count, estimate, label, score, share, style
from analysis.publish.words import number
from analysis.strands.survey.distributions import answer_shares, group_means
from analysis.strands.survey.prepared import Prepared
from analysis.strands.survey.reliability import scale_quality

THREE = {"low": "Disagree", "middle": "Neither", "high": "Agree"}


def publish_distributions(p: Publisher, ready: Prepared, sources) -> None:
    """Diverging bars of turnover by pilot, wellbeing by item and use of tools by item, each by wave."""
    shared = {"sources": sources, "about_people": True,
              "note": "Weighted shares; n unweighted. Strongly agree and agree "
              "are shown together, as are strongly disagree and disagree. " + flag_note(p.design)}
    p.figure("fig-survey-turnover-problem", title=turnover_title,
             subtitle="Agreement that staff turnover is a problem, weighted per cent, by pilot and wave",
             frame=flagged(turnover_frame(ready), "n", "row", p.design),
             columns=three_columns(THREE), draw=partial(draw_three, names=THREE),
             describe=partial(describe_three, names=THREE), made_by=turnover_frame, **shared)
    p.figure("fig-survey-wellbeing", title="Wellbeing at work, item by item, at both waves",
             subtitle="Agreement with the statements on wellbeing, weighted per cent, surveyed pilots, by wave",
             frame=flagged(scale_frame(ready, "wellbeing"), "n", "row", p.design),
             columns=three_columns(THREE),
             draw=partial(draw_three, names=THREE),
             describe=partial(describe_three, names=THREE), made_by=scale_frame, **shared)
    often = {"low": "Never or rarely", "middle": "Sometimes", "high": "Often or with every family"}
    p.figure("fig-survey-tools", title="How often staff used four Signs of Safety tools",
             subtitle="Frequency among staff who used Signs of Safety, weighted per cent, surveyed pilots, by wave",
             frame=flagged(scale_frame(ready, "sofs_use"), "n", "row", p.design), columns=three_columns(often),
             draw=partial(draw_three, names=often),
             describe=partial(describe_three, names=often), made_by=scale_frame, sources=sources, about_people=True,
             note="Asked of those who used Signs of Safety in the last three months. Weighted shares; n unweighted. "
             + flag_note(p.design))
    _share_findings(p, ready, sources)


def turnover_frame(ready: Prepared) -> pd.DataFrame:
    """Three groups of answers on turnover by pilot and wave, with a row label that gives n."""
    shares = answer_shares(ready.returns, "turnover_problem", 5, ["site", "wave"])
    waves = dict(ready.section["waves"])
    names = [f"Pilot {row.site}, {waves[row.wave].lower()} (n = {row.n})" for row in shares.itertuples()]
    return three_groups(shares, names)


def scale_frame(ready: Prepared, scale: str) -> pd.DataFrame:
    """Three groups of answers on each item of a scale by wave; items as worded, none turned."""
    waves, parts = dict(ready.section["waves"]), []
    for item in ready.form.of_scale(scale):
        shares = answer_shares(ready.returns, item.name, len(item.labels), ["wave"])
        parts.append(three_groups(shares, [f"{item.short}, {waves[row.wave].lower()} (n = {row.n})"
                                     for row in shares.itertuples()]))
    return pd.concat(parts, ignore_index=True)


def draw_three(frame: pd.DataFrame, names):
    """Diverging bars of three groups of answers; a row with a suppressed share has words instead of half a bar."""
    parts = ["low", "middle", "high"]
    hidden = frame[parts].isna().any(axis=1)
    drawn = frame.assign(**{name: frame[name].astype(float).mask(hidden) for name in parts})
    figure = style.diverging_bars(drawn, label="row", negative=["low"], neutral="middle", positive=["high"],
                                  names=names, xlabel="Weighted per cent, middle answer across the line")
    for place in np.flatnonzero(hidden.to_numpy()):
        suppressed(figure.axes[0], len(frame) - 1 - place)
    return figure


def describe_three(frame: pd.DataFrame, names) -> str:
    """The bars in words: the rows where the answer at either end is least and most frequent."""
    parts = [f"\u201c{names[end]}\u201d runs {_range_in_words(frame, end)}" for end in ("high", "low")
             if frame[end].notna().any()]
    hidden = int(frame[["low", "middle", "high"]].isna().any(axis=1).sum())
    return (f"Diverging stacked bars of answers in {len(frame)} rows, \u201c{names['middle']}\u201d in the middle. "
            + "; ".join(parts) + "." + (f" Rows with a suppressed share: {hidden}." if hidden else ""))


def _range_in_words(frame, column) -> str:
    values = frame[column].astype(float)
    least, most = frame.loc[values.idxmin()], frame.loc[values.idxmax()]
    return f"from {_percent(least[column])} ({_who(least)}) to {_percent(most[column])} ({_who(most)})"


def _who(row) -> str:
    return row["row"].partition(" (n =")[0]


def turnover_title(frame: pd.DataFrame) -> str:
    """Headline: the range of those who agree."""
    return f"Between {frame['high'].min():.0f}% and {frame['high'].max():.0f}% saw turnover as a problem"


def publish_scales(p: Publisher, ready: Prepared, sources) -> None:
    """Reliability, and scores by pilot and wave."""
    quality = scale_quality(ready.returns, ready.form, ready.section, p.design.rng("survey.reliability"))
    frame = reliability_frame(quality)
    p.table("tbl-survey-reliability", title=reliability_title,
            subtitle="Cronbach's alpha and McDonald's omega with 95% intervals, both waves, complete answers",
            frame=frame, columns=[label("scale", "Scale"), estimate("items", "Items", decimals=0), count("n", "n"),
                                  score("alpha", "Alpha", base="n"), score("alpha_low", "Alpha, lower", base="n"),
                                  score("alpha_high", "Alpha, upper", base="n"), score("omega", "Omega", base="n"),
                                  score("omega_low", "Omega, lower", base="n"),
                                  score("omega_high", "Omega, upper", base="n"),
                                  score("item_rest_low", "Lowest item-rest correlation", base="n"),
                                  estimate("dimensions", "Dimensions suggested", decimals=0)],
            describe=describe_reliability, made_by=scale_quality, sources=sources, about_people=True,
            note="Alpha: interval by Feldt. Omega: one factor, bootstrap interval. Dimensions: parallel analysis.")
    _reliability_findings(p, frame, sources)
    _scores(p, ready, sources)


def reliability_frame(quality) -> pd.DataFrame:
    """One row a scale."""
    return pd.DataFrame([{"scale": q.scale.label, "items": q.alpha.n_items, "n": q.alpha.n, "alpha": q.alpha.estimate,
                          "alpha_low": q.alpha.low, "alpha_high": q.alpha.high, "omega": q.omega.estimate,
                          "omega_low": q.omega.low, "omega_high": q.omega.high, "item_rest_low": min(q.item_rest),
                          "dimensions": q.dimensions.suggested} for q in quality])


def reliability_title(frame: pd.DataFrame) -> str:
    """Headline: the lowest alpha, rounded down."""
    return f"Alpha is at least {np.floor(100 * frame['alpha'].min()) / 100:.2f} on every scale"


def describe_reliability(frame: pd.DataFrame) -> str:
    """Reliability in words."""
    return "A table of reliability. " + "; ".join(
        f"{row.scale}: alpha {number(row.alpha, 2)} (95% interval {number(row.alpha_low, 2)} to "
        f"{number(row.alpha_high, 2)}), omega {number(row.omega, 2)}" for row in frame.itertuples()) + "."


def scores_frame(ready: Prepared) -> pd.DataFrame:
    """Weighted mean of every scale by pilot and wave."""
    waves, parts = dict(ready.section["waves"]), []
    for scale in ready.form.scales:
        means = group_means(ready.returns, scale.name, ["site", "wave"], level=ready.section["level"])
        parts.append(means.assign(scale=scale.label, wave=means["wave"].map(waves)))
    return pd.concat(parts, ignore_index=True)


def describe_scores(frame: pd.DataFrame) -> str:
    """Scores in words."""
    parts = [f"{scale}: {number(rows['mean'].min(), 2)} to {number(rows['mean'].max(), 2)}"
             for scale, rows in frame.groupby("scale", sort=False)]
    return ("Mean scores on a scale from 1 to 5 by pilot and wave with 95% intervals. Lowest and highest mean: "
            + "; ".join(parts) + ".")


def wellbeing_title(frame: pd.DataFrame) -> str:
    """Headline: whether means lie further apart between pilots or between waves."""
    wide = frame.pivot(index="site", columns="wave", values="mean").astype(float)
    between_pilots = float((wide.max() - wide.min()).mean())
    between_waves = float((wide.iloc[:, 1] - wide.iloc[:, 0]).abs().mean())
    first, second = ("pilots", "waves") if between_pilots > between_waves else ("waves", "pilots")
    return f"Wellbeing differed more between {first} than between {second}"


def three_groups(shares: pd.DataFrame, names) -> pd.DataFrame:
    """Counts and shares of five answers as low (two), middle and high (two), with a row name each."""
    return pd.DataFrame({"row": names, "n": shares["n"], "n_low": shares["n1"] + shares["n2"], "n_middle": shares["n3"],
                         "n_high": shares["n4"] + shares["n5"], "low": shares["share1"] + shares["share2"],
                         "middle": shares["share3"], "high": shares["share4"] + shares["share5"]})


def three_columns(names, total_of=None):
    """Columns of a frame of three groups of answers; `total_of` as of `analysis.publish.count`."""
    counts = [count(f"n_{key}", f"{name} (n)", part_of="n", total_of=total_of) for key, name in names.items()]
    shares = [share(key, f"{name} (%)", numerator=f"n_{key}", denominator="n") for key, name in names.items()]
    return [label("row", "Group"), count("n", "n"), *counts, *shares]


def _percent(value):
    return "suppressed" if pd.isna(value) else f"{number(value, 0)}%"


def _share_findings(p, ready, sources):
    level = ready.section["level"]
    for key, variable in (("turnover_problem", "turnover_agree"), ("sofs_used", "used_percent")):
        for row in group_means(ready.returns, variable, ["wave"], level=level).itertuples():
            here = ready.returns[(ready.returns["wave"] == row.wave) & ready.returns[variable].notna()]
            p.finding(f"survey.{key}.wave{row.wave}", row.mean, unit="per cent", low=row.low, high=row.high, n=row.n,
                      numerator=int((here[variable] > 0).sum()), n_pilots=here["site"].nunique(), made_by=group_means,
                      sources=sources, about_people=True)


def _reliability_findings(p, frame, sources):
    for name in ("alpha", "omega"):
        p.finding(f"survey.reliability.{name}", f"{number(frame[name].min(), 2)} to {number(frame[name].max(), 2)}",
                  unit="text", n=frame["n"].min(), made_by=scale_quality, sources=sources, about_people=True)
    one = int((frame["dimensions"] == 1).sum())
    p.finding("survey.reliability.dimensions",
              f"{one} of {len(frame)}" if one < len(frame)
              else f"all {len(frame)}", unit="text", n=frame["n"].min(), made_by=scale_quality, sources=sources,
              about_people=True)


def _scores(p, ready, sources):
    frame = flagged(scores_frame(ready), "n", "site", p.design, ("scale", "site"))
    columns = [label("scale", "Scale"), label("site", "Pilot"), label("wave", "Wave"), count("n", "n"),
               score("mean", "Mean (1 to 5)", base="n"), score("low", "95% interval, lower", base="n"),
               score("high", "95% interval, upper", base="n")]
    shared = {"columns": columns, "describe": describe_scores, "made_by": group_means, "sources": sources,
              "about_people": True, "note": "Weighted means; higher is more of what the scale is named after. "
              + flag_note(p.design)}
    p.table("tbl-survey-scores", title="Scale scores by pilot and wave",
            subtitle="Weighted mean scores with 95% intervals, all scales, surveyed pilots, both waves", frame=frame,
            **shared)
    wellbeing = frame[frame["scale"] == ready.form.scales[0].label].reset_index(drop=True)
    p.figure("fig-survey-wellbeing-pilots", title=wellbeing_title,
             subtitle="Wellbeing at work, weighted mean (1 to 5) with 95% intervals, by pilot and wave",
             frame=wellbeing,
             draw=partial(paired_intervals, row="site", series="wave", value="mean", low="low", high="high",
                          xlabel="Mean score (1 to 5)", row_name=lambda s: f"Pilot {s}"), **shared)
