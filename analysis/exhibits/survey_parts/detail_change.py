"""Change on the ordinal scale, and the themes of comments."""

from __future__ import annotations

from functools import partial

import numpy as np
import pandas as pd

from analysis.exhibits.survey_parts.bases import flag_note, flagged
from analysis.exhibits.survey_parts.drawing import paired_intervals
from analysis.publish import Publisher, count, label, p_value, score, share
from analysis.publish.words import number
from analysis.strands.survey.ordinal import ordinal_change
from analysis.strands.survey.prepared import Prepared
from analysis.strands.survey.themes import coder_agreement, comments, theme_shares

SINGLE = ("turnover_problem", "sofs_helpful")


def publish_ordinal(p: Publisher, ready: Prepared, sources) -> None:
    """Odds ratios of every scale and of two single items: for all pilots together, and pilot by pilot."""
    names = ({scale.name: scale.label for scale in ready.form.scales}
             | {name: ready.form.item(name).short for name in SINGLE})
    found = {name: ordinal_change(ready.returns, name, ready.section) for name in names}
    shared = {"sources": sources, "about_people": True, "made_by": ordinal_change}
    frame = ordinal_frame(found, names)
    p.figure("fig-survey-ordinal", title=ordinal_title,
             subtitle="Odds ratio of a higher answer at wave 2 against wave 1, weighted, 95% intervals, by model",
             frame=frame, columns=[label("measure", "Measure"), label("model", "Model"), count("n", "n"),
                                   score("odds", "Odds ratio", base="n"), score("low", "95% interval, lower", base="n"),
                                   score("high", "95% interval, upper", base="n"), p_value("p", "p"),
                                   score("tau", "Spread between pilots (log odds)", base="n")],
             draw=draw_ordinal, describe=describe_ordinal,
             note="Proportional odds with pilot effects: these pilots, people the units. Partially pooled: the mean of "
                  "the pilots' own odds ratios, pilots a sample of pilots.", **shared)
    p.table("tbl-survey-ordinal-pilots", title="Odds of a higher answer in each pilot",
            subtitle="Odds ratio at wave 2 against wave 1, alone and partially pooled, 95% intervals, surveyed pilots",
            frame=flagged(pilots_frame(found, names), "n_least", "site", p.design),
            columns=[label("measure", "Measure"), label("site", "Pilot"), count("n_least", "n, smaller wave"),
                     *(score(key, name, base="n_least") for key, name in (
                         ("alone", "Alone"), ("low", "Alone, lower"), ("high", "Alone, upper"),
                         ("pooled", "Pooled"), ("pooled_low", "Pooled, lower"), ("pooled_high", "Pooled, upper"))),
                     p_value("sign_flip_p", "p, signs of pilots turned")],
            describe=lambda f: f"A table of {f['measure'].nunique()} measures in {f['site'].str[0].nunique()} pilots. "
            f"Odds ratios alone run from {number(f['alone'].min(), 2)} to {number(f['alone'].max(), 2)}, partially "
            f"pooled from {number(f['pooled'].min(), 2)} to {number(f['pooled'].max(), 2)}.",
            note="Intervals of pooled estimates take the spread between pilots as known, which four pilots do not "
                 f"settle. {flag_note(p.design)}", **shared)
    for key in ("wellbeing", "sofs_use"):
        for kind in ("fixed", "pooled"):
            interval = getattr(found[key], kind)
            p.finding(f"survey_detail.{key}.odds_{kind}", float(np.exp(interval.estimate)), unit="ratio", decimals=2,
                      low=float(np.exp(interval.low)), high=float(np.exp(interval.high)),
                      n=int(found[key].by_site["n"].sum()), made_by=ordinal_change, sources=sources, about_people=True)


def ordinal_frame(found, names) -> pd.DataFrame:
    """Two rows a measure: with pilot effects, and partially pooled."""
    rows = []
    for key, change in found.items():
        for model, interval, tau in (("Pilot effects", change.fixed, None), ("Partially pooled", change.pooled,
                                                                             change.tau)):
            rows.append({"measure": names[key], "model": model, "n": int(change.by_site["n"].sum()),
                         "odds": np.exp(interval.estimate), "low": np.exp(interval.low), "high": np.exp(interval.high),
                         "p": interval.p, "tau": tau})
    frame = pd.DataFrame(rows)
    return frame.assign(tau__symbol=frame["tau"].isna().map({True: "z", False: ""}))


def pilots_frame(found, names) -> pd.DataFrame:
    """One row a measure and pilot, odds ratios."""
    parts = []
    for key, change in found.items():
        odds = np.exp(change.by_site[["log_odds", "low", "high", "pooled", "pooled_low", "pooled_high"]])
        parts.append(odds.rename(columns={"log_odds": "alone"}).assign(
            measure=names[key], site=change.by_site["site"], n_least=change.by_site["n_least"],
            sign_flip_p=change.sign_flip_p))
    return pd.concat(parts, ignore_index=True)


def draw_ordinal(frame: pd.DataFrame):
    """Paired odds ratios on a log axis, no change marked."""
    figure = paired_intervals(frame, row="measure", series="model", value="odds", low="low", high="high", zero=1.0,
                              xlabel="Odds ratio of a higher answer (log axis)", wrap=24)
    ax = figure.axes[0]
    ax.set_xscale("log")
    ticks = [t for t in (0.1, 0.2, 0.5, 1, 2, 5, 10) if ax.get_xlim()[0] <= t <= ax.get_xlim()[1]]
    ax.set_xticks(ticks, [f"{t:g}" for t in ticks])
    ax.minorticks_off()
    return figure


def ordinal_title(frame: pd.DataFrame) -> str:
    """Headline: for how many measures both intervals leave out one."""
    out = ((frame["low"] > 1) | (frame["high"] < 1)).groupby(frame["measure"]).all()
    if not out.any():
        return "No measure shows a change under both ordinal models"
    return f"Both models show a change on {int(out.sum())} of {len(out)} measures"


def describe_ordinal(frame: pd.DataFrame) -> str:
    """Odds ratios in words."""
    parts = [f"{row.measure}, {row.model.lower()}: {number(row.odds, 2)} (95% interval {number(row.low, 2)} to "
             f"{number(row.high, 2)})" for row in frame[frame["odds"].notna()].itertuples()]
    return "Dots with intervals on a log axis, two for each measure, an odds ratio of 1 marked. " + "; ".join(parts)+"."


def publish_themes(p: Publisher, ready: Prepared, codes: pd.DataFrame, sources) -> None:
    """Themes by wave, by pilot and wave, and the agreement of the coders."""
    level, waves = ready.section["level"], dict(ready.section["waves"])
    said = comments(codes, ready.coded, ready.form)
    shared = {"sources": sources, "about_people": True}
    wave = theme_shares(said, ready.form, ["wave"], level=level)
    wave = _named(wave.assign(wave=wave["wave"].map(waves)))
    columns = [count("n", "Comments"), count("mentioned", "With the theme", part_of="n", total_of="whole"),
               count("without", "Without it", part_of="n", total_of="whole"),
               share("percent", "With the theme (%)", numerator="mentioned", denominator="without"),
               score("low", "95% interval, lower", decimals=1, base="mentioned"),
               score("high", "95% interval, upper", decimals=1, base="mentioned")]
    p.figure("fig-survey-themes", title=themes_title,
             subtitle="Comments with each theme, per cent of comments, 95% intervals, surveyed pilots, by wave",
             frame=wave.assign(whole=wave["theme"]), columns=[label("theme", "Theme"), label("wave", "Wave"), *columns],
             draw=partial(paired_intervals, row="theme", series="wave", value="percent", low="low", high="high",
                          xlabel="Per cent of comments", wrap=20),
             describe=describe_themes, made_by=theme_shares,
             note="Of those who commented, unweighted. A comment may have several themes.", **shared)
    site = theme_shares(said, ready.form, ["site", "wave"], level=level)
    site = _named(site.assign(wave=site["wave"].map(waves)))
    p.table("tbl-survey-themes", title="Themes of comments by pilot and wave",
            subtitle="Comments with each theme, per cent of comments, 95% intervals, surveyed pilots, both waves",
            frame=flagged(site.assign(whole=site["theme"] + site["wave"]), "n", "site", p.design),
            columns=[label("theme", "Theme"), label("site", "Pilot"), label("wave", "Wave"), *columns],
            describe=lambda f: f"A table of {f['theme'].nunique()} themes in {len(f)} rows, one for each pilot and "
            "wave.", made_by=theme_shares, note=flag_note(p.design), **shared)
    _agreement(p, ready, codes, shared)
    p.finding("survey_detail.comments", len(said), unit="count", decimals=0, n=len(said), made_by=comments,
              sources=sources, about_people=True)


def themes_title(frame: pd.DataFrame) -> str:
    """Headline: the theme given most often."""
    most = frame.groupby("theme", sort=False)["percent"].mean().idxmax()
    return f"Most frequent theme: {most.lower().replace('sofs', 'SofS')}"


def describe_themes(frame: pd.DataFrame) -> str:
    """Shares in words."""
    parts = [f"{row.theme}, {row.wave.lower()}: {number(row.percent)}% (95% interval {number(row.low)} to "
             f"{number(row.high)})" for row in frame[frame["percent"].notna()].itertuples()]
    return "Dots with intervals, two for each theme. " + "; ".join(parts) + "."


def _named(frame):
    return frame.assign(without=frame["n"] - frame["mentioned"])


def _agreement(p, ready, codes, shared):
    frame = coder_agreement(codes, ready.form, level=ready.section["level"])
    p.table("tbl-survey-coders", title=lambda f: f"Kappa of the two coders is at least {number(f['kappa'].min(), 2)}",
            subtitle="Agreement of two coders on each theme, comments coded by both, both waves",
            frame=frame, columns=[label("theme", "Theme"), count("n", "Coded by both"),
                                  count("first", "Given by coder 1", part_of="n"),
                                  count("second", "Given by coder 2"),
                                  share("percent", "Agreement (%)", numerator="first", denominator="n"),
                                  score("kappa", "Kappa", base="first"),
                                  score("kappa_low", "Kappa, lower", base="first"),
                                  score("kappa_high", "Kappa, upper", base="first"), score("ac1", "AC1", base="first")],
            describe=lambda f: "A table of agreement by theme. " + "; ".join(
                f"{row.theme}: kappa {number(row.kappa, 2)} (95% interval {number(row.kappa_low, 2)} to "
                f"{number(row.kappa_high, 2)})" for row in f[f["kappa"].notna()].itertuples()) + ".",
            made_by=coder_agreement, note="AC1 stays steady where a theme is rare.", **shared)
    p.finding("survey_detail.coders.kappa", f"{number(frame['kappa'].min(), 2)} to {number(frame['kappa'].max(), 2)}",
              unit="text", n=int(frame["first"].min()), made_by=coder_agreement, sources=shared["sources"],
              about_people=True)
    p.finding("survey_detail.coders.both", int(frame["n"].max()), unit="count", decimals=0, n=int(frame["n"].max()),
              made_by=coder_agreement, sources=shared["sources"], about_people=True)
