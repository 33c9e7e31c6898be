"""The joint display: features and outcomes by strand, with a convergence code for each row."""

from __future__ import annotations

import pandas as pd

from analysis.exhibits.together.cells import STRANDS, Cell, cell_of, findings_in, row_status, statuses_of, strengths
from analysis.exhibits.together.coders import Coded
from analysis.publish import Publisher, label, markdown_column, text_column, words
from analysis.strands import synthesis as strand

SILENT = "silent"
TITLES = {"feature": "practice features", "outcome": "outcomes"}


def publish_display(p: Publisher, kind: str, id: str, subtitle: str) -> tuple[pd.DataFrame, list[Coded]]:
    """One joint display ("feature" or "outcome") as a table; returns it, and what was coded."""
    register = p.load("practice_features")
    rows = register.frame[register.frame["kind"] == kind]
    rated = strengths(p)
    cells = {name: [cell_of(p, row, rated) for row in group.dropna(subset=["finding"]).itertuples()]
             for name, group in rows.groupby("label", sort=False)}
    frame, statuses = display(cells), [row_status(found, register.status) for found in cells.values()]
    names = [name for name in STRANDS if name in frame.columns]
    silent = [STRANDS[name] for name in STRANDS if name not in names and name != "published"]
    p.table(id, title=lambda table: headline(table, kind), subtitle=subtitle, frame=frame,
            columns=[label("label", kind.capitalize()), *(markdown_column(name, STRANDS[name]) for name in names),
                     text_column("code", "Convergence")],
            describe=describe_display, made_by=display, row_status=statuses,
            sources=[register, *findings_in(cell for found in cells.values() for cell in found)],
            note="In brackets: 95% confidence intervals. Each entry links to its chapter and ends with the strength of "
                 "its evidence, where it is rated." + (
                f" Strands that are silent throughout have no column: {', '.join(silent)}." if silent else ""))
    ids = rows.drop_duplicates("label").set_index("label")["id"]
    return frame, [Coded(ids[name], name, code, tuple(cells[name]))
                   for name, code in zip(frame["label"], frame["code"], strict=True)]


def display(cells: dict[str, list[Cell]]) -> pd.DataFrame:
    """One row a feature or outcome, one column a strand that speaks to any, and the convergence code."""
    all_statuses = statuses_of(cell for found in cells.values() for cell in found)
    speaking = [name for name in STRANDS if any(cell.strand == name for found in cells.values() for cell in found)]
    rows = []
    for name, found in cells.items():
        row = {"label": name}
        for column in speaking:
            texts = [cell.text(len(all_statuses) > 1) for cell in found if cell.strand == column]
            row[column] = "; ".join(texts) or SILENT
        row["mixed"] = strand.mixed(all_statuses)
        row["code"] = strand.convergence([(cell.strand, cell.reading) for cell in found], statuses_of(found))
        rows.append(row)
    return pd.DataFrame(rows)


def headline(frame: pd.DataFrame, kind: str) -> str:
    """Headline: on how many rows strands agree; no count where rows speak of different worlds."""
    if frame["mixed"].any():
        return f"The {TITLES[kind]} by strand, synthetic and real apart"
    agreed = int((frame["code"] == strand.AGREEMENT).sum())
    return f"Strands agree on {agreed} of {len(frame)} {TITLES[kind]}"


def describe_display(frame: pd.DataFrame) -> str:
    """The display in words."""
    rows = {code: frame.loc[frame["code"] == code, "label"].map(words.in_sentence) for code in strand.CODES}
    codes = ". ".join(f"{code.capitalize()}: {', '.join(names)}" for code, names in rows.items() if len(names))
    return f"A table of {len(frame)} rows with one column for each strand. {codes}."


def summary(frame: pd.DataFrame, kind: str) -> str:
    """How many rows got which code, as a phrase."""
    counts = [f"{code} on {(frame['code'] == code).sum()}" for code in strand.CODES if (frame["code"] == code).any()]
    return f"of the {len(frame)} {TITLES[kind]}, the code is {', '.join(counts)}"
