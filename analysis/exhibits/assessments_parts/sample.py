"""Sampling of cases, how they were rated, and the rating scale."""

from __future__ import annotations

import pandas as pd

from analysis.publish import Publisher, count, estimate, label, text_column
from analysis.publish.words import number
from analysis.strands.assessments.cases import Examined, examine, pairs


def publish_sample(p: Publisher, examined: Examined, sources) -> None:
    """Sampling and the rating scale."""
    table = sample_table(examined)
    p.table("tbl-assessments-sample", title="Assessments eligible, drawn and usable in each pilot",
            subtitle="Completed assessments in the sampling window, examined pilots", frame=table,
            columns=[label("site", "Pilot"), count("eligible", "Eligible", total_of="all"),
                     count("drawn", "Drawn", total_of="all"), count("usable", "Usable and rated", total_of="all")],
            describe=describe_sample, made_by=sample_table, sources=sources, about_people=True,
            note="Drawn at random by the pilots from their list of completed assessments; the first usable ones rated.")
    p.table("tbl-assessments-scale", title="The rating scale and its anchors",
            subtitle="Six domains of thoroughness on four points, detail of use on five", frame=anchors_table(examined),
            columns=[label("domain", "Domain"), estimate("point", "Point", decimals=0), text_column("level", "Level"),
                     text_column("anchor", "Anchor")],
            describe=lambda frame: f"A table of {len(frame)} anchors, one for each point of each domain.",
            made_by=anchors_table, sources=sources,
            note="The scale is part of this project and the same whatever the status of the ratings.")
    p.table("tbl-assessments-protocol", title="How cases were rated", frame=protocol_table(examined),
            subtitle="Raters, training, blinding and double rating, as the analysis takes them for granted",
            columns=[label("step", "Step"), text_column("what", "What was done")],
            describe=lambda frame: f"A table of {len(frame)} steps of the rating, with what was done in each.",
            made_by=protocol_table, sources=sources,
            note="The protocol of this project; the original's own is not in the material open to it.")
    n, twice = len(examined.cases), len(pairs(examined))
    for key, value in (("cases", n), ("double_rated", twice), ("eligible", int(examined.frame["eligible"].sum()))):
        p.finding(f"assessments.{key}", value, unit="count", decimals=0, n=value, n_pilots=len(examined.frame),
                  made_by=examine, sources=sources, about_people=True)
    p.finding("assessments.raters", examined.ratings["rater"].nunique(), unit="count", decimals=0, made_by=examine,
              sources=sources)


def sample_table(examined: Examined) -> pd.DataFrame:
    """Counts by pilot and in all."""
    frame = examined.frame.assign(is_total=False)
    total = frame[["eligible", "drawn", "usable"]].sum().to_frame().T.assign(site="All", is_total=True)
    return pd.concat([frame, total], ignore_index=True)


def describe_sample(frame: pd.DataFrame) -> str:
    """The sample in words."""
    total = frame[frame["is_total"]].iloc[0]
    return (f"A table of {len(frame) - 1} pilots and their total: {number(total['eligible'], 0)} assessments eligible, "
            f"{number(total['drawn'], 0)} drawn, {number(total['usable'], 0)} rated.")


def anchors_table(examined: Examined) -> pd.DataFrame:
    """One row a point of a domain."""
    return pd.DataFrame([{"domain": domain.label, "point": point, "anchor": domain.anchors[point],
                          "level": examined.scale.levels[point] if domain is not examined.scale.detail else ""}
                         for domain in examined.scale.all_domains for point in domain.points])


STEPS = {"raters": "Raters", "training": "Training", "blinding": "Blinding", "double_rating": "Double rating",
         "standing": "The rating that stands"}


def protocol_table(examined: Examined) -> pd.DataFrame:
    """The steps of the rating in words, from the instrument."""
    found = examined.scale.protocol
    return pd.DataFrame([{"step": name, "what": found[step][0].upper() + found[step][1:]}
                         for step, name in STEPS.items()])
