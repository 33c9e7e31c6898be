"""How the report can be checked: terms, methods, assumptions, standards of reporting, reproducibility."""

from __future__ import annotations

from importlib.metadata import version
from platform import python_version

import pandas as pd

from analysis.exhibits.evaluation import describe_rows, reference, with_links
from analysis.publish import Publisher, count, label, markdown_column, text_column

DATASETS = ("glossary", "methods_registry", "assumptions_log", "reporting_items", "rap_levels", "readme_items",
            "software")
BUNDLES = ()
ANSWERS = {"yes": "yes", "partly": "in part", "planned": "not yet, planned", "no": "no", "not open": "not open"}


def publish(p: Publisher) -> None:
    """All tables of the appendices on methods and checks."""
    _glossary(p)
    _methods(p)
    _assumptions(p)
    _crosswalk(p)
    _reproducibility(p)


def _glossary(p):
    terms = p.load("glossary")
    p.table("tbl-glossary-terms", title="Terms and abbreviations", subtitle="As used in this report",
            frame=glossary_table(terms.frame),
            columns=[label("term", "Term"), text_column("expansion", "Stands for"),
                     text_column("definition", "Meaning"), markdown_column("citation", "Source")],
            describe=describe_count("terms"), made_by=glossary_table, sources=[terms])


def _methods(p):
    methods = p.load("methods_registry")
    p.table("tbl-methods-registry", title="Each method, with its code and its tests",
            subtitle="What is estimated, equation or rule, assumptions, edge cases, reference, module and tests",
            frame=with_links(methods.frame, "equation"),
            columns=[label("method", "Method"), text_column("used_in", "Used in"), text_column("estimand", "Estimates"),
                     markdown_column("equation", "Equation or rule"),
                     text_column("assumptions", "Assumes"), text_column("edge_cases", "Edge cases"),
                     markdown_column("reference", "Reference"), text_column("module", "Code"),
                     text_column("tests", "Tests")],
            describe=describe_rows("methods", "method"), made_by=describe_rows, sources=[methods])


def _assumptions(p):
    log = p.load("assumptions_log")
    frame = by_risk(log.frame)
    p.table("tbl-assumptions-log", title="Assumptions, the riskiest first",
            subtitle="Quality of the basis, impact on conclusions, what it rests on, who answers for it", frame=frame,
            columns=[label("id", "No."), text_column("part", "Part"), text_column("assumption", "Assumption"),
                     text_column("quality", "Quality"), text_column("impact", "Impact"),
                     text_column("basis", "Basis and check"), text_column("owner", "Owner")],
            describe=describe_assumptions, made_by=by_risk, sources=[log])
    risky = frame[(frame["quality"] == "Low") & (frame["impact"] == "High")]
    p.finding("reporting.assumptions.all", len(frame), unit="count", decimals=0, made_by=by_risk, sources=[log])
    p.finding("reporting.assumptions.risky", len(risky), unit="count", decimals=0, made_by=by_risk, sources=[log])


def _crosswalk(p):
    items = p.load("reporting_items")
    p.table("tbl-reporting-counts", title=counts_title, subtitle="Items of reporting standards by part of the report",
            frame=answered_by_part(items.frame),
            columns=[label("part", "Part"), count("yes", "Answered"), count("partly", "Answered in part"),
                     count("planned", "Not yet, planned"), count("no", "Not answered"),
                     count("not open", "Not open"), count("items", "Items")],
            describe=describe_counts, made_by=answered_by_part, sources=[items])
    p.table("tbl-reporting-crosswalk", title="Where each reporting item is answered",
            subtitle="Items of reporting standards, with the place that answers them", frame=crosswalk(items.frame),
            columns=[label("id", "No."), text_column("part", "Part"), text_column("standard", "Standard"),
                     text_column("item", "Item"), text_column("answered", "Answered"),
                     markdown_column("place", "Where"), text_column("note", "Note")],
            describe=describe_crosswalk, made_by=crosswalk, sources=[items])
    for state in ANSWERS:
        p.finding(f"reporting.items.{state.replace(' ', '_')}", int((items.frame["answered"] == state).sum()),
                  unit="count", decimals=0, made_by=answered_by_part, sources=[items])
    p.finding("reporting.items.all", len(items.frame), unit="count", decimals=0, made_by=answered_by_part,
              sources=[items])


def _reproducibility(p):
    rap, readme, software = p.load("rap_levels"), p.load("readme_items"), p.load("software")
    p.table("tbl-reproducibility-rap", title=rap_title,
            subtitle="Items of the levels baseline, silver and gold, with evidence", frame=rap.frame,
            columns=[label("item", "Item"), text_column("level", "Level"), text_column("met", "Met"),
                     text_column("evidence", "Evidence")],
            describe=describe_rap, made_by=rap_title, sources=[rap])
    p.table("tbl-reproducibility-readme", title="The data editors' questions, answered",
            subtitle="Items of the template README for replication packages", frame=with_links(readme.frame, "place"),
            columns=[label("item", "Item"), text_column("section", "Section"), text_column("answer", "Answer"),
                     markdown_column("place", "Where")],
            describe=describe_rows("items", "item"), made_by=with_links, sources=[readme])
    p.table("tbl-reproducibility-software", title="Software that this build ran on",
            subtitle="Versions found when the results were computed", frame=software_table(software.frame),
            columns=[label("package", "Package"), text_column("version", "Version"), text_column("use", "Used for")],
            describe=describe_software, made_by=software_table, sources=[software],
            note="All packages, with exact versions, stand in requirements.txt.")
    p.table("tbl-reproducibility-seed", title="One seed, and a stream for every purpose",
            subtitle="Seed of the report and first draws of some of its streams",
            frame=seed_table(p.design), columns=[label("what", "Stream"), text_column("value", "Value")],
            describe=describe_seed, made_by=seed_table, sources=[software],
            note="The same draws on another machine show that its random streams are the same.")


def glossary_table(frame: pd.DataFrame) -> pd.DataFrame:
    """Terms with their source as a citation."""
    cite = frame["citation"].map(lambda key: "" if pd.isna(key) else f"{{cite}}`{key}`")
    return frame.assign(citation=cite)


def by_risk(frame: pd.DataFrame) -> pd.DataFrame:
    """Assumptions ordered by how weak their basis and how large their impact is."""
    order = {"High": 2, "Medium": 1, "Low": 0}
    risk = frame["impact"].map(order) - frame["quality"].map(order)
    return frame.assign(risk=risk).sort_values("risk", ascending=False, kind="stable").drop(columns="risk")


def answered_by_part(frame: pd.DataFrame) -> pd.DataFrame:
    """Numbers of items by part and answer, with a row for all."""
    parts = pd.crosstab(frame["part"], frame["answered"]).reindex(index=frame["part"].unique(), columns=list(ANSWERS),
                                                                   fill_value=0)
    parts.loc["All parts"] = parts.sum()
    return parts.assign(items=parts.sum(axis=1)).rename_axis("part").reset_index()


def crosswalk(frame: pd.DataFrame) -> pd.DataFrame:
    """Items with their answer in words and a reference to the place."""
    return frame.assign(answered=frame["answered"].map(ANSWERS), place=frame["place"].map(reference))


def software_table(frame: pd.DataFrame) -> pd.DataFrame:
    """The packages with the versions that run now."""
    found = [python_version() if name == "Python" else version(name) for name in frame["package"]]
    return frame.assign(version=found)


def seed_table(design) -> pd.DataFrame:
    """The top seed, and the first whole number that a stream of each label draws."""
    streams = [f"standins.{name}" for name in ("survey", "assessments", "contrast_study", "costs")]
    rows = [{"what": "Top seed", "value": str(design.seed)}]
    rows += [{"what": f"First draw of the stream {name}", "value": str(design.rng(name).integers(10**9))}
             for name in streams]
    return pd.DataFrame(rows)


def rap_title(frame: pd.DataFrame) -> str:
    """Headline: how many items are met."""
    return f"{(frame['met'] == 'met').sum()} of {len(frame)} RAP items are met"


def counts_title(frame: pd.DataFrame) -> str:
    """Headline of the crosswalk's summary."""
    total = frame.iloc[-1]
    return f"{total['yes']} of {total['items']} reporting items are answered in full"


def describe_count(what: str):
    """A describing function that says how many rows there are."""
    return lambda frame: f"A table of {len(frame)} {what} in alphabetical order, with their meaning."


def describe_assumptions(frame: pd.DataFrame) -> str:
    """The log in words."""
    risky = frame.loc[(frame["quality"] == "Low") & (frame["impact"] == "High"), "assumption"]
    return (f"A table of {len(frame)} assumptions. Of low quality and high impact: "
            f"{'; '.join(risky) if len(risky) else 'none'}.")


def describe_counts(frame: pd.DataFrame) -> str:
    """The counts in words."""
    total = frame.iloc[-1]
    return (f"A table of items by part. In all, {total['yes']} of {total['items']} are answered, {total['partly']} in "
            f"part, {total['planned']} are planned, {total['no']} are not answered, and {total['not open']} ask for "
            "facts of the original that are not open.")


def describe_crosswalk(frame: pd.DataFrame) -> str:
    """The crosswalk in words."""
    unanswered = frame[~frame["answered"].isin([ANSWERS["yes"], ANSWERS["partly"]])]
    listed = "; ".join(f"{row.standard}, {row.item} ({row.answered})" for row in unanswered.itertuples())
    return f"A table of {len(frame)} items with their places. Not answered: {listed or 'none'}."


def describe_rap(frame: pd.DataFrame) -> str:
    """The levels in words."""
    parts = [f"{level}: {(rows['met'] == 'met').sum()} of {len(rows)} met"
             for level, rows in frame.groupby("level", sort=False)]
    return f"A table of items of reproducible analytical pipelines. {'; '.join(parts)}."


def describe_software(frame: pd.DataFrame) -> str:
    """The versions in words."""
    return "A table of software: " + ", ".join(f"{r.package} {r.version}" for r in frame.itertuples()) + "."


def describe_seed(frame: pd.DataFrame) -> str:
    """The seeds in words."""
    return f"A table with the top seed, {frame['value'].iloc[0]}, and the first draws of {len(frame) - 1} streams."
