"""Schemas of the deep dives' and implementation's files.

Code lists come from the instruments and from `data/evaluation.yml`; the sites and waves are those of the participation
matrix.
"""

from __future__ import annotations

import pandas as pd

from analysis.design import load_design
from analysis.errors import DataError
from analysis.sources.qualitative_instruments import codebook, self_profiling
from analysis.sources.schema import Table, code, flag, integer, refuse_gaps, text

_DESIGN = load_design()
_SECTION = _DESIGN.section("deep_dives")
_TAKES_PART = next(row for row in _DESIGN.section("participation") if row["strand"] == "deep_dives")
SITES = tuple(_TAKES_PART["pilots"])
WAVES = tuple(str(wave) for wave in range(1, len(_TAKES_PART["waves"]) + 1))
ROLES = tuple(_SECTION["roles"])
PILOTS = tuple(_DESIGN.section("pilots")["labels"])
CODERS = (*_SECTION["coders"]["independent"], _SECTION["coders"]["agreed"])
KINDS = ("interview", "focus_group")
READINGS = ("supported", "in part", "no evidence for it", "opposite direction", "not reported")
OF_A_SOURCE = ("source_kind", "site", "wave", "role", "consent")


def check_segments(frame: pd.DataFrame, file_name: str) -> None:
    """A source has one site, wave, role, kind and consent; a passage one place; the residual code stands alone."""
    _one_value_each(frame, "source_id", OF_A_SOURCE, file_name)
    _one_value_each(frame, "segment_id", ("source_id", "start", "end"), file_name)
    backwards = frame["end"] <= frame["start"]
    if backwards.any():
        row = frame.index[backwards][0]
        raise DataError(
            "the passage ends before it starts",
            file=file_name,
            row=int(row),
            column="end",
            value=int(frame.loc[row, "end"]),
            expected=f"more than start, {int(frame.loc[row, 'start'])}",
        )
    residual = frame["theme"] == codebook().residual
    size = frame.groupby(["segment_id", "coder"])["theme"].transform("size")
    mixed = residual & (size > 1)
    if mixed.any():
        row = frame.index[mixed][0]
        raise DataError(
            "the passage carries the residual code and a theme of the same coder",
            file=file_name,
            row=int(row),
            column="theme",
            value=frame.loc[row, "theme"],
            expected="one or the other",
        )


def check_groups(frame: pd.DataFrame, file_name: str) -> None:
    """Nobody takes part without an invitation."""
    _at_most(frame, "participants", "invited", file_name)


def check_exited(frame: pd.DataFrame, file_name: str) -> None:
    """Every pilot in the file has a row for every theme; a view is raised by no more leaders than were interviewed."""
    refuse_gaps(frame, {"pilot": None, "theme": None}, file_name)
    _at_most(frame, "raised_by", "leaders", file_name)


def check_matrix(frame: pd.DataFrame, file_name: str) -> None:
    """Every theme has a cell for every site, role and wave (blank where nothing was said)."""
    refuse_gaps(frame, {"site": None, "role": None, "wave": None, "theme": None}, file_name)


def check_ratings(frame: pd.DataFrame, file_name: str) -> None:
    """Every item has a row for every site and wave (blank where it was not rated)."""
    refuse_gaps(frame, {"site": None, "wave": WAVES, "item": None}, file_name)


def check_profiles(frame: pd.DataFrame, file_name: str) -> None:
    """Every pilot has a profile."""
    refuse_gaps(frame, {"pilot": PILOTS}, file_name)


def check_links(frame: pd.DataFrame, file_name: str) -> None:
    """Every arrow of the logic model leads to an element of it."""
    known = set(frame["id"])
    for row, targets in frame["leads_to"].dropna().items():
        for target in targets.split():
            if target not in known:
                raise DataError(
                    "an arrow leads to no element",
                    file=file_name,
                    row=int(row),
                    column="leads_to",
                    value=target,
                    expected="one of " + ", ".join(sorted(known)),
                )


def _at_most(frame, part, whole, file_name):
    over = frame[part] > frame[whole]
    if over.any():
        row = frame.index[over][0]
        raise DataError(
            f"the number is above that of column {whole}",
            file=file_name,
            row=int(row),
            column=part,
            value=int(frame.loc[row, part]),
            expected=f"at most {int(frame.loc[row, whole])}",
        )


def _one_value_each(frame, by, columns, file_name):
    for column in columns:
        first = frame.groupby(by)[column].transform("first")
        differs = frame[column] != first
        if differs.any():
            row = frame.index[differs][0]
            raise DataError(
                f"{by} {frame.loc[row, by]} has two values",
                file=file_name,
                row=int(row),
                column=column,
                value=str(frame.loc[row, column]),
                expected=f"{first.loc[row]} as in its other rows",
            )


CODED_SEGMENTS = Table(
    columns=(
        text("segment_id", pattern=r"[A-Za-z0-9_:.\-]+"),
        text("source_id", pattern=r"[A-Za-z0-9_.\-]+"),
        code("source_kind", KINDS),
        code("site", SITES),
        code("wave", WAVES),
        code("role", ROLES),
        code("coder", CODERS),
        code("theme", codebook().codes),
        flag("consent"),
        integer("start", 0),
        integer("end", 1),
    ),
    key=("segment_id", "coder", "theme"),
    check=check_segments,
)
FRAMEWORK_MATRIX = Table(
    columns=(
        code("site", SITES),
        code("role", ROLES),
        code("wave", WAVES),
        code("theme", codebook().theme_codes),
        code("stance", _SECTION["stances"], blank=True),
        text("summary", blank=True),
    ),
    key=("site", "role", "wave", "theme"),
    check=check_matrix,
)
SELF_PROFILING = Table(
    columns=(
        code("site", SITES),
        code("wave", WAVES),
        code("item", [item.item for item in self_profiling().items]),
        integer("self_rating", self_profiling().lowest, self_profiling().highest, blank=True),
        integer("evaluator_rating", self_profiling().lowest, self_profiling().highest, blank=True),
    ),
    key=("site", "wave", "item"),
    check=check_ratings,
)
PILOT_PROFILES = Table(
    columns=(
        code("pilot", PILOTS),
        code("size_band", _SECTION["profiles"]["sizes"]),
        code("ofsted_at_start", _SECTION["profiles"]["ofsted"]),
        code("start", _SECTION["profiles"]["starts"]),
        flag("exited"),
    ),
    key=("pilot",),
    check=check_profiles,
)
FOCUS_GROUPS = Table(
    columns=(
        text("source_id", pattern=r"[A-Za-z0-9_.\-]+"),
        code("site", SITES),
        code("wave", WAVES),
        code("role", ROLES),
        integer("invited", 1),
        integer("participants", 1),
        integer("minutes", 10, 240),
    ),
    key=("source_id",),
    check=check_groups,
)
EXITED_PILOTS = Table(
    columns=(
        code("pilot", _DESIGN.section("pilots")["exited"]),
        code("theme", _SECTION["exited_themes"]),
        integer("leaders", 1),
        integer("raised_by", 0),
        code("stance", _SECTION["stances"], blank=True),
        text("summary", blank=True),
    ),
    key=("pilot", "theme"),
    check=check_exited,
)
REDACTED = ("person", "place", "service", "date", "circumstance")
QUOTATIONS = Table(
    columns=(text("quotation_id", pattern=r"Q\d{3}"), text("segment_id", pattern=r"[A-Za-z0-9_:.\-]+"),
             code("theme", codebook().theme_codes), text("text")),
    key=("quotation_id",),
)
# What was replaced in a quotation, and why; never what stood there.
REDACTION_LOG = Table(
    columns=(text("quotation_id", pattern=r"Q\d{3}"), code("kind", REDACTED), text("replacement", pattern=r"\[.+\]"),
             text("reason")),
    key=("quotation_id", "kind", "replacement"),
)
THEORY_OF_CHANGE = Table(
    columns=(
        text("id", pattern=r"[PO]\d+"),
        code("level", ("practice", "organisational")),
        text("assumption"),
        text("indicator"),
        code("strand", [row["strand"] for row in _DESIGN.section("participation")], blank=True),
        text("chapter"),
        text("published_result"),
        code("reading", READINGS),
        text("finding", pattern=r"[a-z0-9_]+(\.[a-z0-9_]+)+", blank=True),
    ),
    key=("id",),
)
LOGIC_MODEL = Table(
    columns=(
        text("id", pattern=r"[A-Z]\d+"),
        code("stage", ("inputs", "activities", "outputs", "outcomes", "impact")),
        text("element"),
        text("evidence"),
        text("leads_to", pattern=r"[A-Z0-9 ]+", blank=True),
        text("finding", pattern=r"[a-z0-9_]+(\.[a-z0-9_]+)+", blank=True),
    ),
    key=("id",),
    check=check_links,
)
SCHEMAS = {
    "coded_segments": CODED_SEGMENTS,
    "framework_matrix": FRAMEWORK_MATRIX,
    "self_profiling": SELF_PROFILING,
    "pilot_profiles": PILOT_PROFILES,
    "focus_groups": FOCUS_GROUPS,
    "exited_pilots": EXITED_PILOTS,
    "theory_of_change": THEORY_OF_CHANGE,
    "logic_model": LOGIC_MODEL,
    "quotations": QUOTATIONS,
    "redaction_log": REDACTION_LOG,
}
