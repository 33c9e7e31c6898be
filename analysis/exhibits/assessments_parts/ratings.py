"""How the domains of thoroughness were rated."""

from __future__ import annotations

import pandas as pd

from analysis.methods.scales import Reliability, cronbach_alpha
from analysis.methods.weighted import proportion_interval
from analysis.publish import Publisher, count, label, score, share, style
from analysis.publish.words import number
from analysis.strands.assessments.cases import Examined
from analysis.strands.assessments.pilots import mean_interval


def publish_ratings(p: Publisher, examined: Examined, sources) -> None:
    """How domains were rated, how long assessments took and what was decided."""
    table = ratings_table(examined)
    p.figure("fig-assessments-ratings", title=ratings_title,
             subtitle="Cases rated sound or full on each domain of thoroughness, per cent, 95% intervals", frame=table,
             columns=[label("domain", "Domain"), count("n", "Cases"), count("below", "Absent or limited", part_of="n"),
                      count("good", "Sound or full", part_of="n"),
                      share("percent", "Sound or full (%)", numerator="good", denominator="n"),
                      share("low", "95% interval, lower", numerator="good", denominator="n"),
                      share("high", "95% interval, upper", numerator="good", denominator="n"),
                      score("mean", "Mean (1 to 4)", base="n")],
             draw=draw_ratings, describe=describe_ratings, made_by=ratings_table, sources=sources, about_people=True,
             note="First rater's ratings. Intervals by Wilson's method, for the cases as if drawn at random.")
    good, n = table["good"].sum(), table["n"].sum()
    p.finding("assessments.sound", 100 * good / n, unit="per cent", n=n, numerator=good, made_by=ratings_table,
              sources=sources, about_people=True)
    alpha = consistency(examined)
    p.finding("assessments.thoroughness.cronbach", alpha.estimate, unit="ratio", decimals=2, low=alpha.low,
              high=alpha.high, n=alpha.n, made_by=consistency, sources=sources, about_people=True)
    for key, name in (("thoroughness", "thoroughness"), ("detail", examined.scale.detail.name)):
        mean = mean_interval(examined.cases[name].dropna(), examined.section["level"])
        p.finding(f"assessments.{key}.mean", mean.estimate, unit="points", decimals=2, low=mean.low, high=mean.high,
                  n=examined.cases[name].notna().sum(), made_by=mean_interval, sources=sources, about_people=True)


def consistency(examined: Examined) -> Reliability:
    """Cronbach's alpha of the domains over the cases, standing ratings."""
    names = [domain.name for domain in examined.scale.domains]
    return cronbach_alpha(examined.cases[names].to_numpy(float), level=examined.section["level"])


def ratings_table(examined: Examined) -> pd.DataFrame:
    """Each domain: cases rated, those at the level that counts as sound or above, share with interval, mean."""
    rows = []
    for domain in examined.scale.domains:
        values = examined.cases[domain.name].dropna()
        good = int((values >= examined.section["good_from"]).sum())
        low, high = proportion_interval(good, len(values), level=examined.section["level"])
        rows.append({"domain": domain.label, "n": len(values), "below": len(values) - good, "good": good,
                     "percent": 100 * good / len(values), "low": 100 * low, "high": 100 * high, "mean": values.mean()})
    return pd.DataFrame(rows)


def draw_ratings(frame: pd.DataFrame):
    """Shares with intervals, one row a domain."""
    return style.interval_plot(frame, label="domain", value="percent", low="low", high="high", zero=None,
                               xlabel="Rated sound or full (%)")


def ratings_title(frame: pd.DataFrame) -> str:
    """Headline: the range over domains."""
    return f"Between {frame['percent'].min():.0f}% and {frame['percent'].max():.0f}% rated sound or full"


def describe_ratings(frame: pd.DataFrame) -> str:
    """Shares in words."""
    return "Dots with intervals, one row for each domain. " + "; ".join(
        f"{row.domain}: suppressed" if pd.isna(row.percent) else f"{row.domain}: {number(row.percent)}% of "
        f"{number(row.n, 0)} (95% interval {number(row.low)} to {number(row.high)})"
        for row in frame.itertuples()) + "."
