"""Tables of inference with few pilots: several tests side by side, what is excluded, and no pilot by itself."""

from __future__ import annotations

from collections.abc import Sequence

import pandas as pd
from statsmodels.stats.multitest import multipletests

from analysis.exhibits.national.common import published
from analysis.publish import Publisher, count, estimate, label, p_value, text_column, words
from analysis.strands.national_data import NationalData
from analysis.strands.national_data.detail import Detail
from analysis.strands.national_data.inference import inference_of, without_each_pilot


def inference(found: Sequence[Detail]) -> pd.DataFrame:
    """One row an indicator: effect, intervals of CR2 and of the bootstrap, p by three tests, and p of CR2 corrected
    for the indicators tested together (Holm 1979; Benjamini and Hochberg 1995), missing where it is not among them."""
    rows = []
    for detail in found:
        interval, other = detail.evaluated.effect.interval, detail.inference
        rows.append({"indicator": detail.evaluated.indicator.title, "unit": detail.evaluated.indicator.difference,
                     "effect": interval.estimate, "low": interval.low, "high": interval.high,
                     "bootstrap_low": other.bootstrap_interval[0], "bootstrap_high": other.bootstrap_interval[1],
                     "p": interval.p, "bootstrap_p": other.bootstrap.p, "permutation_p": other.permutation.p,
                     "together": detail.evaluated.indicator.in_correction})
    frame = pd.DataFrame(rows)
    tested = frame["together"].to_numpy()
    for name, method in (("holm", "holm"), ("bh", "fdr_bh")):
        frame[name] = float("nan")
        frame.loc[tested, name] = multipletests(frame.loc[tested, "p"], method=method)[1]
        frame[f"{name}__symbol"] = frame[name].isna().map({True: "z", False: ""})
    return frame


def inference_table(p: Publisher, national: NationalData, found: Sequence[Detail], sources) -> None:
    """The same effects by three tests, and corrected for their number."""
    published(p, "tbl-national-inference", found, sources, inference,
              title=_inference_title,
              subtitle="Effect of being a pilot with 95% intervals by CR2 and wild cluster bootstrap, p values by "
                       "three tests, and CR2's corrected for the number of indicators",
              columns=[label("indicator", "Indicator"), text_column("unit", "Unit"),
                       *(estimate(name, text, decimals=1) for name, text in (
                           ("effect", "Effect"), ("low", "CR2 from"), ("high", "CR2 to"),
                           ("bootstrap_low", "Bootstrap from"), ("bootstrap_high", "Bootstrap to"))),
                       *(p_value(name, text) for name, text in (
                           ("p", "p, CR2"), ("bootstrap_p", "p, bootstrap"), ("permutation_p", "p, permutation"),
                           ("holm", "Holm"), ("bh", "Benjamini-Hochberg")))],
              describe=_describe_inference, made_by=inference_of,
              note="Permutation: any authorities of the panel take the pilots' place. Corrected over all indicators "
                   "but those that are parts of one whole (the durations of plans), of which one is in it.")


def equivalence(found: Sequence[Detail]) -> pd.DataFrame:
    """One row an indicator: what would matter, what could be detected, what is excluded."""
    rows = []
    for detail in found:
        effect, other = detail.evaluated.effect, detail.inference
        rows.append({"indicator": detail.evaluated.indicator.title, "unit": detail.evaluated.indicator.difference,
                     "before": effect.pilots_before, "bound": other.equivalence.bounds[1],
                     "detectable": effect.detectable, "excluded": other.excluded_beyond, "p": other.equivalence.p,
                     "said": "yes" if other.equivalence.equivalent else "no"})
    return pd.DataFrame(rows)


def equivalence_table(p: Publisher, national: NationalData, found: Sequence[Detail], sources) -> None:
    """What a result of no effect excludes."""
    share = p.design.section("national_data")["inference"]["matters"]
    published(p, "tbl-national-equivalence", found, sources, equivalence,
              title=_equivalence_title,
              subtitle="Smallest change that would matter, smallest effect that could be detected, and effects "
                       "excluded at 5% by two one-sided tests",
              columns=[label("indicator", "Indicator"), text_column("unit", "Unit"),
                       *(estimate(name, text, decimals=1) for name, text in (
                           ("before", "Pilots before"), ("bound", "Change that would matter"),
                           ("detectable", "Detectable with 80% power"), ("excluded", "Excluded beyond"))),
                       p_value("p", "p, equivalence"), text_column("said", "No effect that matters")],
              describe=_describe_equivalence, made_by=inference_of,
              note=f"A change of {share:.0%} of the pilots' mean before, up or down, is taken to matter: our choice, "
                   "written in the design. Excluded beyond: larger effects either way are rejected at 5%.")


def without(found: Sequence[Detail], names) -> pd.DataFrame:
    """One row an indicator: the effect with all pilots, and the least and the greatest without one."""
    rows = []
    for detail in found:
        others = {code: effect.interval for code, effect in detail.inference.without.items()}
        own = detail.evaluated.effect.interval
        ends = sorted(others, key=lambda code: others[code].estimate)
        turned = [names[code] for code, interval in others.items()
                  if (interval.low > 0 or interval.high < 0) != (own.low > 0 or own.high < 0)]
        rows.append({"indicator": detail.evaluated.indicator.title, "unit": detail.evaluated.indicator.difference,
                     "effect": own.estimate, "least": others[ends[0]].estimate, "least_without": names[ends[0]],
                     "most": others[ends[-1]].estimate, "most_without": names[ends[-1]],
                     "turned": ", ".join(turned) or "none", "pilots": len(others)})
    return pd.DataFrame(rows)


def without_table(p: Publisher, national: NationalData, found: Sequence[Detail], sources) -> None:
    """No pilot by itself: the effects leaving out one at a time."""
    def table(found):
        return without(found, national.pilots.names)

    published(p, "tbl-national-without", found, sources, table,
              title=_without_title,
              subtitle="Effect of being a pilot with all pilots, and the least and greatest leaving out one pilot",
              columns=[label("indicator", "Indicator"), text_column("unit", "Unit"),
                       estimate("effect", "All pilots", decimals=1), estimate("least", "Least", decimals=1),
                       text_column("least_without", "without"), estimate("most", "Greatest", decimals=1),
                       text_column("most_without", "without"), text_column("turned", "Conclusion turns without"),
                       count("pilots", "Pilots")],
              describe=_describe_without, made_by=without_each_pilot,
              note="CR2 throughout. The conclusion turns where the interval comes to exclude zero, or no longer does.")


def _inference_title(frame):
    low = int((frame["holm"] < 0.05).sum())
    return f"{low or 'None'} of {int(frame['together'].sum())} p values below 0.05 once corrected"


def _describe_inference(frame):
    alone = ", ".join(frame.loc[frame["p"] < 0.05, "indicator"].str.lower()) or "none"
    parts = [f"{row.indicator}: {words.number(row.effect)} {row.unit}, p {words.number(row.p, 3)} (CR2), "
             f"{words.number(row.bootstrap_p, 3)} (bootstrap), {words.number(row.permutation_p, 3)} (permutation)"
             for row in frame.itertuples()]
    return f"Table of {len(frame)} indicators. Below 0.05 by CR2, not corrected: {alone}. {'; '.join(parts)}."


def _equivalence_title(frame):
    n = int((frame["said"] == "yes").sum())
    return f"Effects that matter are excluded for {n or 'none'} of {len(frame)}"


def _describe_equivalence(frame):
    parts = [f"{row.indicator}: beyond {words.number(row.excluded)} {row.unit}, where "
             f"{words.number(row.bound)} would matter" for row in frame.itertuples()]
    return f"Table of {len(frame)} indicators. Excluded are effects: {'; '.join(parts)}."


def _without_title(frame):
    n = int((frame["turned"] != "none").sum())
    return f"One pilot turns the conclusion for {n or 'none'} of {len(frame)}"


def _describe_without(frame):
    parts = [f"{row.indicator}: {words.number(row.effect)} {row.unit} with all, from {words.number(row.least)} to "
             f"{words.number(row.most)} without one" for row in frame.itertuples()]
    return f"Table of {len(frame)} indicators. {'; '.join(parts)}."
