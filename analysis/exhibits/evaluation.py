"""What was evaluated, in whom, how, with which deviations and limitations: tables of the framing chapters."""

from __future__ import annotations

import pandas as pd

from analysis.publish import Publisher, count, label, markdown_column, text_column

DATASETS = ("tidier", "roles", "questions", "analysis_plan", "deviations", "limitations", "published_facts")
BUNDLES = ("published",)
TOOK_PART, DID_NOT = "yes", "no"
WHOLE = "evaluation"    # the chapter of deviations that touch every strand: it shows the whole register


def publish(p: Publisher) -> None:
    """All tables of the chapters on the project and on the evaluation."""
    _project(p)
    _matrix(p)
    _questions(p)
    _plan(p)
    _deviations(p)
    _limitations(p)


def _project(p):
    tidier, roles = p.load("tidier"), p.load("roles")
    p.table("tbl-project-tidier", title="The programme, described by the twelve TIDieR items",
            subtitle="Signs of Safety pilots, round 2, England, 2017 to 2020",
            frame=with_links(tidier.frame, "place"),
            columns=[label("item", "Item"), text_column("name", "Name"), text_column("programme", "Programme"),
                     text_column("usual_practice", "Usual practice"),
                     text_column("how_well", "How well: looked for in"), markdown_column("place", "Where")],
            describe=describe_rows("items of the TIDieR template", "name"), made_by=with_links, sources=[tidier],
            note="Facts from the original report; where they are not in the material open to this project, it says so.")
    p.table("tbl-project-roles", title="Who ran, paid for and studied the programme",
            subtitle="Roles in the programme, its original evaluation and this project",
            frame=roles.frame, columns=[label("role", "Role"), text_column("who", "Who"), text_column("what", "What"),
                                        text_column("independence", "Interest")],
            describe=describe_rows("roles", "role"), made_by=describe_rows, sources=[roles])


def _matrix(p):
    facts = p.load("published_facts")
    labels = p.design.section("pilots")["labels"]
    p.table("tbl-evaluation-matrix", title=matrix_title,
            subtitle="Strand, wave and pilots that took part; how many is published, which letters is invented",
            frame=participation(p.design.section("participation"), labels),
            columns=[label("strand", "Strand"), text_column("wave", "Wave"), count("pilots", "Pilots"),
                     *(text_column(name, name) for name in labels)],
            describe=describe_matrix, made_by=participation, sources=[facts],
            note="A to J: Pilot A to Pilot J. The contrast study compares two Signs of Safety departments with two "
                 "others, which are not pilots.")


def _questions(p):
    questions = p.load("questions")
    p.table("tbl-evaluation-questions", title="Each question has its method, data and chapter",
            subtitle="Questions of the evaluation, as asked again here", frame=with_links(questions.frame, "chapter"),
            columns=[label("id", "No."), text_column("theme", "Theme"), text_column("question", "Question"),
                     text_column("method", "Method"), text_column("data", "Data"),
                     markdown_column("chapter", "Chapter")],
            describe=describe_rows("questions", "question"), made_by=with_links, sources=[questions])


def _plan(p):
    plan = p.load("analysis_plan")
    p.table("tbl-evaluation-plan", title="What each analysis was to estimate, and its standing",
            subtitle="Clauses of the analysis plan; every finding and exhibit belongs to one", frame=plan.frame,
            columns=[label("clause", "Clause"), text_column("question", "Question"), text_column("title", "About"),
                     text_column("estimand", "Estimand"), text_column("analysis", "Analysis"),
                     text_column("standing", "Standing")],
            describe=describe_rows("clauses", "title"), made_by=describe_rows, sources=[plan],
            note="Drawn up from the original's published questions and from the code of this report. It was not "
                 "registered, and the analyses of official statistics had been run before it was written down.")


def _deviations(p):
    deviations = p.load("deviations")
    p.table("tbl-evaluation-deviations", title="Where this report departs from the original's methods",
            subtitle="Original method, ours, reason and likely effect on results", frame=deviations.frame,
            columns=[label("id", "No."), text_column("part", "Part"), text_column("planned", "The original"),
                     text_column("done", "This report"), text_column("why", "Why"),
                     text_column("likely_effect", "Likely effect"), text_column("state", "State")],
            describe=describe_deviations, made_by=describe_deviations, sources=[deviations],
            note="The original's difference-in-differences is known from its open code.")
    for chapter, frame in deviations.frame.groupby("chapter", sort=False):
        if chapter != WHOLE:
            _deviations_of(p, deviations, chapter, frame)
    for state in ("done", "planned"):
        p.finding(f"evaluation.deviations.{state}", int((deviations.frame["state"] == state).sum()), unit="count",
                  decimals=0, made_by=describe_deviations, sources=[deviations])


def _deviations_of(p, register, chapter, frame):
    """The same rows beside the estimates they touch, on the page of the strand."""
    p.table(f"tbl-deviations-{chapter.replace('_', '-')}",
            title=f"{frame['part'].iloc[0]}: departures from the original's methods",
            subtitle="Rows of the register of deviations that touch this chapter",
            frame=with_links(frame, "touches"),
            columns=[label("id", "No."), text_column("planned", "The original"), text_column("done", "This report"),
                     text_column("likely_effect", "Likely effect"), markdown_column("touches", "Touches")],
            describe=describe_rows("deviations", "done"), made_by=with_links, sources=[register])


def _limitations(p):
    limits = p.load("limitations")
    p.table("tbl-evaluation-limitations", title="What limits the evidence, and which way it leans",
            subtitle="Limitations, direction of bias, reason and response", frame=limits.frame,
            columns=[label("id", "No."), text_column("part", "Part"), text_column("limitation", "Limitation"),
                     text_column("direction", "Leans"), text_column("reason", "Why"),
                     text_column("response", "What was done")],
            describe=describe_rows("limitations", "limitation"), made_by=describe_rows, sources=[limits])
    p.finding("evaluation.limitations.all", len(limits.frame), unit="count", decimals=0, made_by=describe_rows,
              sources=[limits])


def with_links(frame: pd.DataFrame, column: str) -> pd.DataFrame:
    """A copy in which a column of chapter paths or exhibit ids holds references that a page resolves."""
    return frame.assign(**{column: frame[column].map(reference)})


def reference(place: str) -> str:
    """A reference to an exhibit by its number, to a chapter by its title, or to "chapter#heading" by both."""
    if place.startswith(("fig-", "tbl-")):
        return f"{{numref}}`{place}`"
    page, _, heading = place.partition("#")
    section = f" ([{heading.replace('-', ' ')}](/chapters/{page}.md#{heading}))" if heading else ""
    return f"{{doc}}`/chapters/{page}`{section}"


def participation(rows, labels) -> pd.DataFrame:
    """One row a strand and wave: yes or no for each pilot, and how many took part."""
    return pd.DataFrame([{"strand": row["title"], "wave": wave,
                          **{name: TOOK_PART if name in row["pilots"] else DID_NOT for name in labels},
                          "pilots": len(row["pilots"])} for row in rows for wave in row["waves"]])


def matrix_title(frame: pd.DataFrame) -> str:
    """Headline of the matrix, from its numbers."""
    return f"Strands draw on {frame['pilots'].min()} to {frame['pilots'].max()} of the pilots"


def describe_matrix(frame: pd.DataFrame) -> str:
    """The matrix in words."""
    parts = frame.drop_duplicates("strand").apply(lambda row: f"{row['strand']} {row['pilots']}", axis=1)
    return ("A table with a row for each strand and wave and a column for each pilot, saying whether it took part. "
            f"Pilots by strand: {', '.join(parts)}.")


def describe_deviations(frame: pd.DataFrame) -> str:
    """The deviations in words."""
    by_part = frame.groupby("part", sort=False).size()
    parts = ", ".join(f"{part} {number}" for part, number in by_part.items())
    planned = frame.loc[frame["state"] == "planned", "id"].tolist()
    later = f" Still planned: {', '.join(planned)}." if planned else ""
    return f"A table of {len(frame)} deviations. By part: {parts}.{later}"


def describe_rows(what: str, column: str):
    """A describing function for a table of words: how many rows, and what they are."""
    def describe(frame: pd.DataFrame) -> str:
        named = "; ".join(str(value).rstrip(".?") for value in frame[column])
        return f"A table of {len(frame)} {what}: {named}."
    return describe
