"""Every scale and single item by pilot and wave, every item in numbers, and how items hang together."""

from __future__ import annotations

from functools import partial

import pandas as pd

from analysis.exhibits.survey_parts.answers import THREE, describe_three, draw_three, three_columns, three_groups
from analysis.exhibits.survey_parts.bases import flag_note, flagged
from analysis.exhibits.survey_parts.drawing import paired_intervals
from analysis.publish import Publisher, count, label, score, share
from analysis.publish.words import number
from analysis.strands.survey.distributions import answer_shares, group_means, score_bands
from analysis.strands.survey.prepared import Prepared
from analysis.strands.survey.reliability import scale_quality

BANDS = {"low": "Low score", "middle": "Middle", "high": "High score"}


def publish_detail_answers(p: Publisher, ready: Prepared, sources) -> None:
    """Diverging bars of each scale and of the item on help, the use of SofS, and the table of all items."""
    shared = {"sources": sources, "about_people": True}
    low, high = (number(bound) for bound in ready.section["score_bands"])
    for scale in ready.form.scales:
        p.figure(f"fig-survey-bands-{scale.name.replace('_', '-')}",
                 title=partial(bands_title, name=scale.label),
                 subtitle=f"{scale.label}, scores in three bands, weighted per cent, by pilot and wave",
                 frame=flagged(bands_frame(ready, scale.name), "n", "row", p.design), columns=three_columns(BANDS),
                 draw=partial(draw_three, names=BANDS), describe=partial(describe_three, names=BANDS),
                 made_by=bands_frame, note=f"Low: below {low} on the scale from 1 to 5; high: above {high}. Weighted "
                 f"shares; n unweighted. {flag_note(p.design)}", **shared)
    p.figure("fig-survey-helpful", title=lambda f: f"Between {f['high'].min():.0f}% and {f['high'].max():.0f}% "
             "found SofS a help", subtitle="Agreement that SofS helps to practise well, weighted per cent, by pilot "
             "and wave", frame=flagged(item_frame(ready, "sofs_helpful"), "n", "row", p.design),
             columns=three_columns(THREE, "whole"), draw=partial(draw_three, names=THREE),
             describe=partial(describe_three, names=THREE), made_by=item_frame,
             note=f"Asked of those who used SofS in the last three months. {flag_note(p.design)}", **shared)
    _used(p, ready, shared)
    p.table("tbl-survey-answers", title="Every item by pilot and wave",
            subtitle="Answers in three groups, weighted per cent, all items on five points, surveyed pilots, both "
            "waves", frame=flagged(all_items_frame(ready), "n", "row", p.design),
            columns=[label("short", "Item"), *three_columns({"low": "Two lowest answers", "middle": "Middle answer",
                                                             "high": "Two highest answers"}, "whole")],
            describe=lambda f: f"A table of {f['short'].nunique()} items in {len(f)} rows, one for each pilot and "
            "wave; items as worded, none turned.", made_by=all_items_frame,
            note=f"Items as worded: reversed items are not turned. {flag_note(p.design)}", **shared)


def bands_frame(ready: Prepared, scale: str) -> pd.DataFrame:
    """Low, middle and high scores of a scale by pilot and wave."""
    banded = ready.returns.assign(band=score_bands(ready.returns, scale, ready.section["score_bands"]))
    shares = answer_shares(banded, "band", 3, ["site", "wave"])
    names = _names(shares, ready)
    return pd.DataFrame({"row": names, "n": shares["n"]} | {f"n_{key}": shares[f"n{k}"] for k, key in
                                                            enumerate(BANDS, 1)}
                        | {key: shares[f"share{k}"] for k, key in enumerate(BANDS, 1)})


def item_frame(ready: Prepared, item: str) -> pd.DataFrame:
    """Three groups of answers to one item by pilot and wave."""
    shares = answer_shares(ready.returns, item, 5, ["site", "wave"])
    # The sums over pilots of a wave stand in the figures of all pilots: `whole` lets the disclosure rule know.
    return three_groups(shares, _names(shares, ready)).assign(whole=shares["wave"])


def all_items_frame(ready: Prepared) -> pd.DataFrame:
    """Three groups of answers to every item on five points by pilot and wave."""
    every = pd.concat([item_frame(ready, item.name).assign(short=item.short) for item in ready.form.items
                       if len(item.labels) == 5], ignore_index=True)
    return every.assign(whole=every["short"] + every["whole"].astype(str))


def bands_title(frame: pd.DataFrame, name: str) -> str:
    """Headline: the range of high scores."""
    return f"{name}: {frame['high'].min():.0f}% to {frame['high'].max():.0f}% high"


def _names(shares, ready):
    waves = dict(ready.section["waves"])
    return [f"Pilot {row.site}, {waves[row.wave].lower()} (n = {row.n})" for row in shares.itertuples()]


def _used(p, ready, shared):
    frame = group_means(ready.returns, "used_percent", ["site", "wave"], level=ready.section["level"])
    used = ready.returns[ready.returns["used_percent"].notna()].groupby(["site", "wave"])["used_percent"]
    counts = used.agg(lambda v: int((v > 0).sum())).reset_index(name="used")
    frame = frame.merge(counts, on=["site", "wave"])
    frame["others"] = frame["n"] - frame["used"]
    frame["wave"] = frame["wave"].map(dict(ready.section["waves"]))
    p.figure("fig-survey-used", title=lambda f: f"Between {f['mean'].min():.0f}% and {f['mean'].max():.0f}% "
             "had used SofS", subtitle="Used SofS with families in the last three months, weighted per cent, 95% "
             "intervals, by pilot and wave", frame=flagged(frame, "n", "site", p.design, ("site",)),
             columns=[label("site", "Pilot"), label("wave", "Wave"), count("n", "n"),
                      count("used", "Used SofS", part_of="n"), count("others", "Did not", part_of="n"),
                      share("mean", "Used SofS (%)", numerator="used", denominator="others"),
                      score("low", "95% interval, lower", decimals=1, base="others"),
                      score("high", "95% interval, upper", decimals=1, base="others")],
             draw=partial(paired_intervals, row="site", series="wave", value="mean", low="low", high="high",
                          xlabel="Used SofS (%)", row_name=lambda s: f"Pilot {s}"),
             describe=describe_used, made_by=group_means, note=flag_note(p.design), **shared)


def describe_used(frame: pd.DataFrame) -> str:
    """Use of SofS in words."""
    parts = [f"Pilot {row.site}, {row.wave.lower()}: {number(row.mean)}% of {number(row.n, 0)} (95% interval "
             f"{number(row.low)} to {number(row.high)})" for row in frame[frame["mean"].notna()].itertuples()]
    return "Dots with intervals, two for each pilot. " + "; ".join(parts) + "."


def publish_detail_scales(p: Publisher, ready: Prepared, sources) -> None:
    """Item-rest correlations and parallel analysis of every scale."""
    quality = scale_quality(ready.returns, ready.form, ready.section, p.design.rng("survey.reliability"))
    shared = {"sources": sources, "about_people": True, "made_by": scale_quality}
    p.table("tbl-survey-item-rest", title=lambda f: f"Item-rest correlations are at least "
            f"{number(f['item_rest'].min(), 2)}",
            subtitle="Correlation of each item with the sum of the others of its scale, complete answers, both waves",
            frame=item_rest_frame(quality, ready.form),
            columns=[label("scale", "Scale"), label("item", "Item"), count("n", "n"),
                     score("item_rest", "Item-rest correlation", base="n")],
            describe=lambda f: f"A table of {len(f)} items with correlations from {number(f['item_rest'].min(), 2)} to "
            f"{number(f['item_rest'].max(), 2)}.", note="Reversed items are turned.", **shared)
    p.table("tbl-survey-dimensions", title=dimensions_title,
            subtitle="Eigenvalues of item correlations beside those of shuffled answers, complete answers, both waves",
            frame=dimensions_frame(quality),
            columns=[label("scale", "Scale"), label("place", "Dimension"), count("n", "n"),
                     score("eigenvalue", "Eigenvalue", base="n"), score("reference", "Shuffled, 95th percentile",
                                                                        base="n")],
            describe=describe_dimensions, note="Parallel analysis counts the dimensions whose eigenvalue lies above "
            "that of shuffled answers.", **shared)


def item_rest_frame(quality, form) -> pd.DataFrame:
    """One row an item of a scale."""
    return pd.DataFrame([{"scale": q.scale.label, "item": item.short, "n": q.alpha.n, "item_rest": value}
                         for q in quality for item, value in zip(form.of_scale(q.scale.name), q.item_rest,
                                                                 strict=True)])


def dimensions_frame(quality) -> pd.DataFrame:
    """One row an eigenvalue of a scale."""
    return pd.DataFrame([{"scale": q.scale.label, "place": str(place), "n": q.alpha.n, "eigenvalue": own,
                          "reference": theirs, "suggested": q.dimensions.suggested} for q in quality
                         for place, (own, theirs) in enumerate(zip(q.dimensions.eigenvalues, q.dimensions.reference,
                                                                   strict=True), 1)])


def dimensions_title(frame: pd.DataFrame) -> str:
    """Headline: how many scales have one dimension."""
    each = frame.drop_duplicates("scale")["suggested"]
    return f"Parallel analysis suggests one dimension for {int((each == 1).sum())} of {len(each)} scales"


def describe_dimensions(frame: pd.DataFrame) -> str:
    """First two eigenvalues of each scale in words."""
    parts = []
    for scale, rows in frame.groupby("scale", sort=False):
        first, second = rows.iloc[0], rows.iloc[1]
        parts.append(f"{scale}: first {number(first['eigenvalue'], 2)} against {number(first['reference'], 2)}, second "
                     f"{number(second['eigenvalue'], 2)} against {number(second['reference'], 2)}")
    return "A table of eigenvalues. " + "; ".join(parts) + "."
