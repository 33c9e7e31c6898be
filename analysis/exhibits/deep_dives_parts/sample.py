"""Who was heard, whether files agree, and what may be quoted."""

from __future__ import annotations

import pandas as pd

from analysis.exhibits.deep_dives_parts.context import PLACE, number
from analysis.publish import count, estimate, label, score, share, words
from analysis.strands import deep_dives as strand
from analysis.strands.implementation import group_summary


def sample(p, c):
    """Who was heard."""
    heard = c.found.people
    kinds = pd.crosstab(heard["role"], heard["source_kind"]).reindex(
        index=list(c.roles), columns=["interview", "focus_group"]
    )
    frame = kinds.assign(people=heard.groupby("role")["people"].sum(), passages=heard.groupby("role")["passages"].sum())
    frame = frame.rename_axis("role").reset_index()
    frame["label"] = frame["role"].map(c.roles)
    total = {"label": "All", **frame[["interview", "focus_group", "people", "passages"]].sum()}
    frame = pd.concat([frame.assign(is_total=False), pd.DataFrame([{**total, "is_total": True}])], ignore_index=True)
    for name in ("interview", "focus_group"):
        none = frame[name].fillna(0) == 0
        frame[f"{name}__symbol"] = none.map({True: "z", False: ""})
        frame[name] = frame[name].astype("float64").mask(none)
    made = dict(made_by=strand.people, sources=[c.segments, c.groups], about_people=True)
    p.table(
        "tbl-deep-dives-sample",
        title="Who was heard, by role",
        subtitle=f"Number of interviews, focus groups, people and coded passages, {PLACE}",
        frame=frame,
        columns=[
            label("label", "Role"),
            count("interview", "Interviews", total_of="all"),
            count("focus_group", "Focus groups", total_of="all"),
            count("people", "People heard", total_of="all"),
            count("passages", "Coded passages", total_of="all"),
        ],
        describe=_describe_sample,
        note="A person heard in both waves counts in each.",
        **made,
    )
    number(p, "deep_dives.sources.number", len(heard), n=len(heard), **made)
    for kind, key in (("interview", "interviews"), ("focus_group", "groups")):
        many = int((heard["source_kind"] == kind).sum())
        number(p, f"deep_dives.{key}.number", many, n=many, **made)
    people = int(heard["people"].sum())
    number(p, "deep_dives.people.number", people, n=people, **made)
    number(p, "deep_dives.passages.number", int(heard["passages"].sum()), **made)
    of_design = {**made, "about_people": False}      # sites and themes are no people
    number(p, "deep_dives.sites.number", heard["site"].nunique(), **of_design)
    number(p, "deep_dives.themes.number", len(c.book.themes), **of_design)


def _describe_sample(frame):
    rows = frame[frame["label"] != "All"]
    most = rows.loc[rows["people"].idxmax()]
    everyone = frame.loc[frame["label"] == "All"].iloc[0]
    return (
        f"Table of {len(rows)} roles and a total. In all {words.number(everyone['people'], 0)} people were heard; "
        f"most of them were {most['label'].lower()} ({words.number(most['people'], 0)})."
    )


def project(p, c):
    """Whether the files of one coding agree."""
    project = p.load_optional("qda_project")
    framework = dict(made_by=strand.compare_framework, sources=[c.segments, c.framework])
    number(
        p, "deep_dives.framework.differences", c.found.framework.differing, n=c.found.framework.compared, **framework
    )
    if project is None:
        text = "no project file was there to compare with"
        p.finding("deep_dives.project.check", text, unit="text", made_by=strand.compare_project, sources=[c.segments])
        return
    compared = strand.compare_project(c.segments.frame, project.frame)
    text = (
        f"the {words.number(compared.compared, 0)} codings of both files are the same"
        if not compared.differing
        else f"{words.number(compared.differing, 0)} codings stand in one file and not in the other"
    )
    p.finding(
        "deep_dives.project.check", text, unit="text", made_by=strand.compare_project, sources=[c.segments, project]
    )


def groups(p, c):
    """The focus groups."""
    parts = []
    for by, title, names in (("role", "Role", c.roles), ("wave", "Wave", {}), ("site", "Site", {})):
        table = group_summary(c.groups.frame, by)
        parts.append(table.assign(part=title, label=[names.get(v, f"{title} {v}") for v in table[by]]).drop(columns=by))
    frame = pd.concat(parts, ignore_index=True)
    made = dict(made_by=group_summary, sources=[c.groups], about_people=True)
    p.table(
        "tbl-deep-dives-focus-groups",
        title="Focus groups by role, wave and site",
        subtitle="Groups, people invited and taking part, participation rate and mean length; five deep dive sites",
        frame=frame,
        columns=[
            label("label", "Groups of"),
            estimate("groups", "Groups", decimals=0),
            count("invited", "Invited"),
            count("participants", "Took part"),
            share("rate", "Took part (%)", numerator="participants", denominator="invited"),
            score("minutes", "Mean length (minutes)", decimals=0, base="participants"),
        ],
        describe=lambda f: (
            f"Table of {len(f)} rows: groups by role, by wave and by site. The share of invited people who took part "
            f"runs from {f['rate'].min():.0f}% to {f['rate'].max():.0f}%."
        ),
        **made,
    )
    invited, came = int(c.groups.frame["invited"].sum()), int(c.groups.frame["participants"].sum())
    p.finding("deep_dives.groups.attendance", 100 * came / invited, unit="per cent", n=invited, numerator=came, **made)
    number(p, "deep_dives.groups.participants", came, n=came, **made)


def quotations(p, c):
    """How much could be quoted."""
    found = c.found.quotable
    made = dict(made_by=strand.quotable, sources=[c.segments, c.groups], about_people=True)
    p.finding(
        "deep_dives.quotable.share",
        100 * (found.compared - found.differing) / found.compared,
        unit="per cent",
        n=found.compared,
        numerator=found.compared - found.differing,
        **made,
    )
