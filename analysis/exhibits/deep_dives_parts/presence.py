"""Where themes are held: matrices by site and role, the typology, stances."""

from __future__ import annotations

from functools import partial

import pandas as pd

from analysis.exhibits.deep_dives_parts.context import PLACE, listed, number
from analysis.exhibits.drawings import deep_dives as drawings
from analysis.publish import count, estimate, label, share, text_column
from analysis.strands import deep_dives as strand


def presence(p, c):
    """Themes by site, and where a theme is widespread."""
    table = strand.presence_matrix(c.found.presence, c.book, "site")
    sites = {site: f"Site {site}" for site in table.columns}
    frame = c.named(table.reset_index())
    p.figure(
        "fig-deep-dives-presence",
        title=lambda f: _presence_title(f, sites, c.rules["presence"]["widespread_roles"]),
        subtitle=f"Number of the {len(c.roles)} roles in which each theme is present, by site; {PLACE}",
        frame=frame,
        columns=[label("label", "Theme"), *(estimate(site, name, decimals=0) for site, name in sites.items())],
        draw=partial(drawings.number_matrix, label="label", columns=sites, highest=len(c.roles), xlabel=""),
        describe=partial(_describe_presence, sites=sites, roles=len(c.roles)),
        note=f"A theme is present in a role when at least {100 * c.rules['presence']['share_of_sources']:.0f}% of "
        "that role's interviews and groups in the site hold it. How often one interview speaks of it has no weight.",
        made_by=strand.presence_matrix,
        sources=[c.segments],
        about_people=True,
    )
    _presence_findings(p, c, len(sites))


def _presence_findings(p, c, sites):
    spread = strand.widespread(c.found.presence, c.book, c.rules["presence"]["widespread_roles"])
    everywhere = [c.book.labels[theme] for theme in spread.index[spread == sites]]
    p.finding(
        "deep_dives.presence.rule",
        100 * c.rules["presence"]["share_of_sources"],
        unit="per cent",
        decimals=0,
        made_by=strand.role_presence,
        sources=[c.segments],
    )
    text = "no theme" if not everywhere else listed(name.lower() for name in everywhere)
    p.finding("deep_dives.presence.everywhere", text, unit="text", made_by=strand.widespread, sources=[c.segments])
    number(p, "deep_dives.presence.everywhere_number", len(everywhere), made_by=strand.widespread, sources=[c.segments])
    leader = int(spread[c.rules["leadership_theme"]])
    number(p, "deep_dives.leadership.sites", leader, made_by=strand.widespread, sources=[c.segments])
    goal = c.found.goal_sites
    made = dict(made_by=strand.sites_with_goal, sources=[c.segments])
    number(p, "deep_dives.goal.sites", len(goal), n_pilots=sites, **made)
    named = "no site" if not goal else listed([f"site {site}" for site in goal])
    p.finding("deep_dives.goal.where", named, unit="text", **made)


def _presence_title(frame, sites, least):
    everywhere = int((frame[list(sites)] >= least).all(axis=1).sum())
    themes = "theme is" if everywhere == 1 else "themes are"
    return f"{everywhere} of {len(frame)} {themes} widespread in every site"


def _describe_presence(frame, sites, roles):
    values = frame[list(sites)]
    top = frame.loc[values.sum(axis=1).idxmax(), "label"]
    spread = values.max(axis=1) - values.min(axis=1)
    most = frame.loc[spread.idxmax()]
    return (
        f"Matrix of {len(frame)} themes by {len(sites)} sites; each cell holds the number of roles, 0 to {roles}, in "
        f"which the theme is present. {top} is present in most roles over all sites. Sites differ most on "
        f"{most['label'].lower()}: from {most[list(sites)].min():.0f} to {most[list(sites)].max():.0f} roles."
    )


def roles(p, c):
    """Themes by role."""
    table = strand.presence_matrix(c.found.presence, c.book, "role")[list(c.roles)]
    frame = c.named(table.reset_index())
    number = c.found.presence["site"].nunique()
    p.table(
        "tbl-deep-dives-roles",
        title="Presence of themes by role",
        subtitle=f"Number of the {number} sites in which each theme is present in a role; {PLACE}",
        frame=frame,
        columns=[label("label", "Theme"), *(estimate(role, name, decimals=0) for role, name in c.roles.items())],
        describe=partial(_describe_roles, roles=c.roles),
        made_by=strand.presence_matrix,
        sources=[c.segments],
        note="Presence as in the matrix by site.",
        about_people=True,
    )


def _describe_roles(frame, roles):
    values = frame[list(roles)]
    spread = values.max(axis=1) - values.min(axis=1)
    most = frame.loc[spread.idxmax()]
    high, low = (roles[most[list(roles)].astype(float).agg(pick)] for pick in ("idxmax", "idxmin"))
    return (
        f"Table of {len(frame)} themes by {len(roles)} roles; each cell is a number of sites. Roles differ most on "
        f"{most['label'].lower()}: present among {high.lower()} in {most[list(roles)].max():.0f} sites, among "
        f"{low.lower()} in {most[list(roles)].min():.0f}."
    )


def typology(p, c):
    """The published answers to what Signs of Safety is, beside the coding."""
    meanings = [theme for theme in c.book.themes if theme.published]
    matrix = strand.presence_matrix(c.found.presence, c.book, "site")
    least = c.rules["presence"]["widespread_roles"]
    spread, prevalence = (matrix >= least).sum(axis=1), c.found.prevalence.set_index("theme")
    frame = pd.DataFrame(
        [
            {
                "label": theme.label,
                "definition": theme.definition,
                "sites": int(spread[theme.code]),
                "held": int(prevalence.loc[theme.code, "held"]),
                "n": int(prevalence.loc[theme.code, "n"]),
                "share": prevalence.loc[theme.code, "share"],
            }
            for theme in meanings
        ]
    )
    sites = matrix.shape[1]
    p.table(
        "tbl-deep-dives-typology",
        title=lambda f: _typology_title(f, sites),
        subtitle=f"The five published answers to what Signs of Safety is, beside the coded evidence; {PLACE}",
        frame=frame,
        columns=[
            label("label", "Published answer"),
            text_column("definition", "As coded here"),
            estimate("sites", f"Widespread in (of {sites} sites)", decimals=0),
            count("held", "Interviews and groups"),
            share("share", "Share (%)", numerator="held", denominator="n"),
        ],
        describe=partial(_describe_typology, sites=sites),
        made_by=strand.widespread,
        sources=[c.segments],
        about_people=True,
        note="The answers are those of the original report; numbers are from the data named below. "
        f"Widespread: present in at least {least} roles.",
    )
    _typology_findings(p, c, meanings, matrix, least)


def _typology_findings(p, c, meanings, matrix, least):
    meaning = matrix.loc[[theme.code for theme in meanings]] >= least
    shared = int(meaning.all(axis=1).sum())
    several = int((meaning.sum(axis=0) >= 2).sum())
    made = dict(made_by=strand.presence_matrix, sources=[c.segments])
    number(p, "deep_dives.meaning.shared", shared, n=len(meanings), **made)
    number(p, "deep_dives.meaning.several_sites", several, n_pilots=matrix.shape[1], **made)
    names = [theme.label.lower() for theme in meanings if meaning.loc[theme.code].all()]
    verb = "was an answer" if shared == 1 else "were answers"
    text = (
        f"{listed(names)} {verb} that all sites shared" if shared else "there was no one answer that all sites shared"
    )
    p.finding("deep_dives.meaning.consensus", text, unit="text", **made)


def _typology_title(frame, sites):
    everywhere = int((frame["sites"] == sites).sum())
    return (
        "No answer is widespread in every site"
        if not everywhere
        else f"{everywhere} of {len(frame)} answers widespread in every site"
    )


def _describe_typology(frame, sites):
    parts = "; ".join(f"{row.label.lower()} in {row.sites:.0f}" for row in frame.itertuples())
    return f"Table of {len(frame)} answers with the number of sites, of {sites}, where each is widespread: {parts}."


def stances(p, c):
    """Stances of the framework matrix and deviant cells."""
    order = list(c.rules["stances"])
    frame = c.named(c.found.stances)
    for name in order:
        frame[f"{name}_share"] = 100 * frame[name] / frame["charted"].where(frame["charted"] > 0)
    shares = [estimate(f"{name}_share", f"{name.capitalize()} (% of summaries)", decimals=0) for name in order]
    p.table(
        "tbl-deep-dives-stances",
        title=_stances_title,
        subtitle="Cells of the framework matrix (site, role and wave) with a summary, and its stance; "
        + PLACE,
        frame=frame,
        columns=[
            label("label", "Theme"),
            estimate("charted", f"Cells with a summary (of {int(frame['cells'].max())})", decimals=0),
            *shares,
            estimate("deviant", "Deviant cells", decimals=0),
        ],
        describe=_describe_stances,
        made_by=strand.stances,
        sources=[c.framework],
        about_people=True,
        note="Deviant: cells at the other end from the leading one of supportive and critical.",
    )
    made = dict(made_by=strand.stances, sources=[c.framework])
    number(p, "deep_dives.deviant.cells", int(frame["deviant"].sum()), n=int(frame["charted"].sum()), **made)
    p.finding(
        "deep_dives.critical.themes",
        listed(frame.loc[frame["leading"] == order[-1], "label"].str.lower()) or "no theme",
        unit="text",
        **made,
    )


def _stances_title(frame):
    critical = int((frame["leading"] == "critical").sum())
    return f"{critical} of {len(frame)} themes are spoken of critically"


def _describe_stances(frame):
    critical = frame.loc[frame["critical_share"].idxmax()]
    supportive = frame.loc[frame["supportive_share"].idxmax()]
    return (
        f"Table of {len(frame)} themes. The most critical is {critical['label'].lower()} "
        f"({critical['critical_share']:.0f}% of its summaries), the most supportive {supportive['label'].lower()} "
        f"({supportive['supportive_share']:.0f}%)."
    )
