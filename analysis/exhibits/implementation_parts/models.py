"""Profiles of the pilots, those that left, theory of change and logic model."""

from __future__ import annotations

from functools import partial

import pandas as pd

from analysis.exhibits.deep_dives_parts.context import number
from analysis.exhibits.drawings import deep_dives as drawings
from analysis.exhibits.together.cells import shown
from analysis.publish import estimate, label, markdown_column, text_column
from analysis.publish.status import most_restrictive
from analysis.strands import implementation as strand

STAGES = {
    "inputs": "Inputs",
    "activities": "Activities",
    "outputs": "Outputs",
    "outcomes": "Outcomes",
    "impact": "Impact",
}
CHARACTERISTICS = {
    "size_band": ("Size", "sizes"),
    "ofsted_at_start": ("Ofsted at the start", "ofsted"),
    "start": ("Began with the approach", "starts"),
}


def profiles(p, c):
    """Profiles of the pilots, one characteristic at a time."""
    profiles = p.load("pilot_profiles")
    bands = {name: tuple(c.rules["profiles"][key]) for name, (_, key) in CHARACTERISTICS.items()}
    frame = strand.profile_counts(profiles.frame, c.sites, bands)
    frame["label"] = [f"{CHARACTERISTICS[row.characteristic][0]}: {row.band.lower()}" for row in frame.itertuples()]
    made = dict(made_by=strand.profile_counts, sources=[profiles])
    p.table(
        "tbl-implementation-profiles",
        title=_profiles_title,
        subtitle="Number of pilots by size, inspection outcome at the start and beginning; all pilots and deep dive "
        "sites",
        frame=frame,
        columns=[
            label("label", "Characteristic"),
            estimate("pilots", "Pilots", decimals=0),
            estimate("deep_dives", "Of these, deep dive sites", decimals=0),
        ],
        describe=lambda f: (
            f"Table of {len(f)} bands of {f['characteristic'].nunique()} characteristics. "
            f"The commonest is {f.loc[f['pilots'].idxmax(), 'label'].lower()} ({f['pilots'].max():.0f} pilots)."
        ),
        note="Counts of authorities. Characteristics are not crossed, because a pilot could be told from its profile.",
        **made,
    )
    number(p, "implementation.pilots.number", len(profiles.frame), **made)
    number(p, "implementation.pilots.left", int(profiles.frame["exited"].sum()), **made)


def _profiles_title(frame):
    return f"Pilots fall into {int((frame['pilots'] > 0).sum())} of {len(frame)} bands"


def exited(p, c):
    """Views of the pilots that left."""
    exited = p.load("exited_pilots")
    frame = strand.exited_views(exited.frame, dict(c.rules["exited_themes"])).sort_values(
        "raised_in", ascending=False, ignore_index=True
    )
    made = dict(made_by=strand.exited_views, sources=[exited])
    p.table(
        "tbl-implementation-exited",
        title=_exited_title,
        subtitle="Themes of interviews with senior leaders: in how many of the pilots that left each was raised, and "
        "how",
        frame=frame,
        columns=[
            label("theme", "Theme"),
            estimate("raised_in", f"Raised in (of {int(frame['of'].max())})", decimals=0),
            text_column("stances", "Towards the approach"),
        ],
        describe=lambda f: (
            f"Table of {len(f)} themes. Raised in every pilot that left: "
            f"{', '.join(f.loc[f['raised_in'] == f['of'], 'theme'].str.lower()) or 'none'}."
        ),
        note="How many leaders raised a theme is not shown: there are few of them.",
        about_people=True,
        **made,
    )
    number(p, "implementation.exited.themes", len(frame), **made)
    number(p, "implementation.exited.in_all", int((frame["raised_in"] == frame["of"]).sum()), **made)


def _exited_title(frame):
    return f"{int((frame['raised_in'] == frame['of']).sum())} of {len(frame)} themes raised in every pilot that left"


def theory(p, c):
    """Theory of change of practice and of the organisation."""
    theory = p.load("theory_of_change")
    titles = {row["strand"]: row["title"] for row in p.design.section("participation")}
    ours = [_here(p, key) for key in theory.frame["finding"]]
    frame = theory.frame.assign(
        here=[text for text, _ in ours],
        found=[finding for _, finding in ours],
        where=[f"[{titles[row.strand]}](/chapters/{row.chapter}.md)" for row in theory.frame.itertuples()],
        level=theory.frame["level"].str.capitalize(),
    )
    made = dict(made_by=strand.readings, sources=[theory])
    for level, key in (("Practice", "practice"), ("Organisational", "organisational")):
        part = frame[frame["level"] == level]
        found = [finding for finding in part["found"] if finding is not None]
        p.table(
            f"tbl-implementation-theory-{key}",
            title=partial(_theory_title, level=level),
            subtitle=f"{level} theory of change: assumption, indicator, strand that tests it, published result",
            frame=part.drop(columns="found"),
            row_status=_statuses(part["found"], theory.status),
            columns=[
                label("id", "Step"),
                text_column("assumption", "Assumption"),
                text_column("indicator", "Indicator"),
                markdown_column("where", "Strand"),
                text_column("published_result", "Published result"),
                text_column("reading", "Published evidence"),
                text_column("here", "Result here"),
            ],
            describe=_describe_theory,
            note="Assumptions in this project's words, after the layout of the original's appendix 1; "
            "results of the original report, with this project's reading of them. Result here: what this report's data "
            "give for the indicator nearest to the assumption, with its 95% interval and the strand's own conclusion.",
            made_by=strand.readings,
            sources=[theory, *found],
        )
    number(p, "implementation.theory.assumptions", len(frame), **made)
    for key, many in strand.readings(theory.frame).items():
        number(p, f"implementation.theory.{key}", many, n=len(frame), **made)


def _here(p, key) -> tuple[str, object]:
    """A result of this build in words, with its strand's conclusion where it has one; and the finding, or None."""
    found = None if pd.isna(key) else p.look_up(key)
    if found is None:
        return "none here", None
    stem = key.rpartition(".")[0]
    said = next((one.text for form in ("verdict", "conclusion") if (one := p.look_up(f"{stem}.{form}"))), "")
    return f"{shown(found)}{f': {said}' if said else ''}", found


def _statuses(found, otherwise) -> list[str]:
    return [otherwise if one is None else most_restrictive([otherwise, one.status]) for one in found]


def _theory_title(frame, level):
    return f"{level} assumptions: {int((frame['reading'] == 'supported').sum())} of {len(frame)} supported"


def _describe_theory(frame):
    counts = frame["reading"].value_counts()
    return (
        f"Table of {len(frame)} assumptions; by the published results "
        + ", ".join(f"{n} {name}" for name, n in counts.items())
        + "."
    )


def logic(p, c):
    """The logic model, drawn."""
    model = p.load("logic_model")
    ours = [_here(p, key) for key in model.frame["finding"]]
    frame = model.frame.assign(
        here=[text for text, _ in ours],
        stage_title=model.frame["stage"].map(STAGES), leads_to=model.frame["leads_to"].fillna("")
    )
    made = dict(made_by=drawings.logic_model, sources=[model])
    columns = [
        label("id", "Element"),
        text_column("stage_title", "Stage"),
        text_column("element", "What it is"),
        text_column("evidence", "Evidence in this report"),
        text_column("leads_to", "Leads to"),
        text_column("here", "Result here"),
    ]
    p.figure(
        "fig-implementation-logic-model",
        title="From inputs to impact: the programme's logic",
        subtitle="Elements of the logic model by stage, and what each is meant to lead to",
        frame=frame,
        columns=columns,
        draw=partial(drawings.logic_model, stages=STAGES),
        describe=_describe_logic,
        note="In this project's words, after the layout of the original's appendix 2. The table of the figure has a "
        "result of this report for each element that has one.",
        row_status=_statuses([finding for _, finding in ours], model.status),
        made_by=drawings.logic_model,
        sources=[model, *(finding for _, finding in ours if finding is not None)],
    )
    number(p, "implementation.logic.elements", len(frame), **made)
    links = int(frame["leads_to"].str.split().map(len).sum())
    number(p, "implementation.logic.links", links, **made)


def _describe_logic(frame):
    stages = ", ".join(f"{n} {name.lower()}" for name, n in frame.groupby("stage_title", sort=False).size().items())
    names = frame.set_index("id")["element"]
    arrows = "; ".join(
        f"{names[row.id]} leads to {', '.join(names[t] for t in row.leads_to.split())}"
        for row in frame.itertuples()
        if row.leads_to
    )
    return f"Diagram of boxes from top to bottom by stage ({stages}), joined by arrows: {arrows}."
