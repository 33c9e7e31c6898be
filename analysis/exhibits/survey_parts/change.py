"""Change between the waves of the staff survey, its checks and what may be said of it."""

from __future__ import annotations

from functools import partial

import numpy as np
import pandas as pd

from analysis.exhibits.survey_parts.bases import flag_note, flagged
from analysis.exhibits.survey_parts.drawing import paired_intervals
from analysis.publish import Publisher, count, estimate, label, p_value, score, style, text_column
from analysis.publish.words import number
from analysis.strands.survey import change as strand
from analysis.strands.survey.prepared import Prepared


def publish_change(p: Publisher, ready: Prepared, sources) -> None:
    """Changes of the five scales and of the share who see turnover as a problem."""
    section, names = ready.section, {scale.name: scale.label for scale in ready.form.scales}
    changes = strand.all_changes(ready.returns, names, section)
    adjusted = strand.holm(changes)
    frame = change_frame(changes, adjusted, names, section)
    smallest = section["smallest_change"]
    p.figure("fig-survey-change", title=change_title,
             subtitle="Wave 2 minus wave 1, mean score (1 to 5), average of the surveyed pilots, 95% intervals",
             frame=frame,
             columns=_columns(), draw=partial(draw_change, smallest=smallest), describe=describe_change,
             made_by=strand.change_between_waves, sources=sources, about_people=True,
             note=f"Grey: changes of less than {number(smallest, 2)} points, the smallest of interest. Intervals are "
                  "over respondents in these pilots. p adjusted for all scales by Holm.")
    checks = checks_frame(ready, changes, names)
    p.table("tbl-survey-change", title="Change between waves under other choices",
            subtitle="Wave 2 minus wave 1, mean score (1 to 5), by choice of analysis, 95% intervals", frame=checks,
            columns=[label("scale", "Scale"), label("choice", "Analysis"), count("n", "People (both waves)"),
                     score("change", "Change (points)", base="n"), score("low", "95% interval, lower", base="n"),
                     score("high", "95% interval, upper", base="n"), p_value("p", "p")],
            describe=describe_checks, made_by=checks_frame, sources=sources, about_people=True,
            note="The interval over pilots takes the four as a sample of pilots. Leaving a pilot out gives no interval "
                 "here, nor has the sign test one; of so few pilots it cannot give a smaller p than its row with the "
                 "lowest value.")
    _site_figure(p, ready, changes["wellbeing"], sources)
    _findings(p, ready, changes, adjusted, sources)
    _turnover(p, ready, sources)


def change_frame(changes, adjusted, names, section) -> pd.DataFrame:
    """One row a scale."""
    return pd.DataFrame([{
        "scale": names[key], "n_first": c.n_first, "n_second": c.n_second, "first": c.first, "second": c.second,
        "change": c.respondents.estimate, "low": c.respondents.low, "high": c.respondents.high, "p": c.respondents.p,
        "p_adjusted": adjusted[key], "detectable": c.detectable,
        "verdict": strand.verdict(c.respondents, adjusted[key], section["smallest_change"], section["level"])}
        for key, c in changes.items()])


def checks_frame(ready: Prepared, changes, names) -> pd.DataFrame:
    """Rows of choices for every scale: weighted, unweighted, people who answered twice, over pilots, one pilot out."""
    rows = []
    for key, c in changes.items():
        linked = strand.linked_change(ready.returns, key, ready.section)
        people = c.n_first + c.n_second - c.n_linked
        for choice, n, found in (("Weighted, these pilots (headline)", people, c.respondents),
                                 ("Unweighted", people, c.unweighted),
                                 ("People who answered twice, unweighted", c.n_linked, linked),
                                 ("Pilots as a sample of pilots", people, c.sites)):
            rows.append({"scale": names[key], "choice": choice, "n": n, "change": found.estimate, "low": found.low,
                         "high": found.high, "p": found.p})
        rows.append({"scale": names[key], "choice": "Sign test over pilots", "n": people,
                     "change": c.respondents.estimate, "p": c.sign_flip_p})
        rows += [{"scale": names[key], "choice": f"Without pilot {site}", "change": value}
                 for site, value in c.without.items()]
    return pd.DataFrame(rows)


def draw_change(frame: pd.DataFrame, smallest: float):
    """Interval plot with the band of changes too small to matter."""
    return style.interval_plot(frame, label="scale", value="change", low="low", high="high",
                               xlabel="Change in mean score (points)", band=(-smallest, smallest))


def change_title(frame: pd.DataFrame) -> str:
    """Headline: on how many scales there is evidence of a rise or fall."""
    moved = int(frame["verdict"].isin(["evidence of a rise", "evidence of a fall"]).sum())
    if moved == 0:
        return "No scale shows evidence of a change between waves"
    return f"Evidence of a change on {moved} of {len(frame)} scales"


def describe_change(frame: pd.DataFrame) -> str:
    """Changes in words."""
    parts = [f"{row.scale}: {number(row.change, 2)} points (95% interval {number(row.low, 2)} to "
             f"{number(row.high, 2)}), {row.verdict}" for row in frame.itertuples()]
    return "Dots with intervals, one row for each scale, zero marked. " + "; ".join(parts) + "."


def describe_checks(frame: pd.DataFrame) -> str:
    """Ranges over the choices in words."""
    parts = [f"{scale}: from {number(rows['change'].min(), 2)} to {number(rows['change'].max(), 2)}"
             for scale, rows in frame.groupby("scale", sort=False)]
    return "A table of changes by choice of analysis. Lowest and highest estimate: " + "; ".join(parts) + "."


def site_frame(change) -> pd.DataFrame:
    """Change of each pilot alone and drawn towards the average."""
    table = change.by_site
    alone = table[["site", "n_least", "change", "low", "high"]].assign(how="Alone")
    pooled = table[["site", "n_least"]].assign(
        change=table["pooled"], low=table["pooled_low"], high=table["pooled_high"], how="Partially pooled")
    return pd.concat([alone, pooled]).sort_values(["site", "how"], ignore_index=True)


def describe_sites(frame: pd.DataFrame) -> str:
    """Changes by pilot in words."""
    parts = [f"Pilot {row.site}, {row.how.lower()}: {number(row.change, 2)} ({number(row.low, 2)} to "
             f"{number(row.high, 2)})" for row in frame[frame["change"].notna()].itertuples()]
    return "Dots with 95% intervals, two for each pilot. " + "; ".join(parts) + "."


def _columns():
    return [label("scale", "Scale"), count("n_first", "n, wave 1"), count("n_second", "n, wave 2"),
            estimate("first", "Mean, wave 1"), estimate("second", "Mean, wave 2"),
            estimate("change", "Change (points)"),
            estimate("low", "95% interval, lower"), estimate("high", "95% interval, upper"),
            p_value("p", "p"), p_value("p_adjusted", "p, adjusted"),
            estimate("detectable", "Detectable change (points)"), text_column("verdict", "What may be said")]


def _site_figure(p, ready, change, sources):
    p.figure("fig-survey-wellbeing-change", title="Change of wellbeing in each pilot, alone and pooled",
             subtitle="Wellbeing at work, wave 2 minus wave 1 (points), by pilot, 95% intervals",
             frame=flagged(site_frame(change), "n_least", "site", p.design, ("site",)),
             columns=[label("site", "Pilot"), label("how", "Estimate"), count("n_least", "n, smaller wave"),
                      score("change", "Change (points)", base="n_least"),
                      score("low", "95% interval, lower", base="n_least"),
                      score("high", "95% interval, upper", base="n_least")],
             draw=partial(paired_intervals, row="site", series="how", value="change", low="low", high="high", zero=0.0,
                          xlabel="Change in mean score (points)", row_name=lambda s: f"Pilot {s}"),
             describe=describe_sites, made_by=strand.change_between_waves, sources=sources, about_people=True,
             note="Partial pooling draws each pilot towards the average by how little it tells; with so few pilots the "
                  "spread between them is poorly known, and a spread of nought pools them wholly. "
                  + flag_note(p.design))


def _findings(p, ready, changes, adjusted, sources):
    section = ready.section
    for key, c in changes.items():
        shared = {"made_by": strand.change_between_waves, "sources": sources}
        p.finding(f"survey.{key}.change", c.respondents.estimate, unit="points", decimals=2, low=c.respondents.low,
                  high=c.respondents.high, n=c.n_first + c.n_second, n_pilots=len(c.by_site), **shared)
        p.finding(f"survey.{key}.verdict", strand.verdict(c.respondents, adjusted[key], section["smallest_change"],
                                                          section["level"]), unit="text", **shared)
    wellbeing, use = changes["wellbeing"], changes["sofs_use"]
    p.finding("survey.wellbeing.wave1", wellbeing.first, unit="points", decimals=2, n=wellbeing.n_first, **shared)
    p.finding("survey.wellbeing.wave2", wellbeing.second, unit="points", decimals=2, n=wellbeing.n_second, **shared)
    p.finding("survey.wellbeing.p", wellbeing.respondents.p, unit="probability", decimals=3, **shared)
    p.finding("survey.wellbeing.unweighted", wellbeing.unweighted.estimate, unit="points", decimals=2,
              low=wellbeing.unweighted.low, high=wellbeing.unweighted.high, **shared)
    p.finding("survey.wellbeing.over_pilots", wellbeing.sites.estimate, unit="points", decimals=2,
              low=wellbeing.sites.low, high=wellbeing.sites.high, n_pilots=len(wellbeing.by_site), **shared)
    p.finding("survey.wellbeing.detectable", wellbeing.detectable, unit="points", decimals=2, **shared)
    linked = strand.linked_change(ready.returns, "wellbeing", section)
    p.finding("survey.wellbeing.linked", linked.estimate, unit="points", decimals=2, low=linked.low, high=linked.high,
              n=wellbeing.n_linked, made_by=strand.linked_change, sources=sources, about_people=True)
    values = np.array(list(wellbeing.without.values()))
    p.finding("survey.wellbeing.without_one", f"{number(values.min(), 2)} to {number(values.max(), 2)}", unit="text",
              made_by=strand.change_between_waves, sources=sources)
    p.finding("survey.sign_test.smallest_p", use.smallest_p, unit="probability", decimals=3, made_by=strand.sign_flip,
              sources=sources)
    p.finding("survey.sofs_use.sign_test_p", use.sign_flip_p, unit="probability", decimals=3, made_by=strand.sign_flip,
              sources=sources)
    p.finding("survey.smallest_change", section["smallest_change"], unit="points", decimals=2, made_by=strand.verdict,
              sources=sources)


def _turnover(p, ready, sources):
    """Share who see turnover as a problem: change in percentage points, and odds of a higher answer."""
    section = ready.section
    change = strand.change_between_waves(ready.returns, "turnover_agree", section)
    p.finding("survey.turnover_problem.change", change.respondents.estimate, unit="percentage points",
              low=change.respondents.low, high=change.respondents.high, n=change.n_first + change.n_second,
              n_pilots=len(change.by_site), made_by=strand.change_between_waves, sources=sources)
    p.finding("survey.turnover_problem.verdict", strand.verdict(change.respondents, change.respondents.p,
                                                                section["smallest_share"], section["level"]),
              unit="text", made_by=strand.verdict, sources=sources)
    p.finding("survey.turnover_problem.detectable", change.detectable, unit="percentage points",
              made_by=strand.change_between_waves, sources=sources)
    odds = strand.odds_of_higher_answer(ready.returns, "turnover_problem", section)
    p.finding("survey.turnover_problem.odds_ratio", float(np.exp(odds.estimate)), unit="ratio", decimals=2,
              low=float(np.exp(odds.low)), high=float(np.exp(odds.high)), n=change.n_first + change.n_second,
              made_by=strand.odds_of_higher_answer, sources=sources)
