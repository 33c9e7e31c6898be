"""Stand-ins written as the programs of evaluators export them: SPSS, Excel, CSV, with codes or labels.

Each writer starts from the text of the CSV stand-in and the schema, so that what is read back can be compared.
"""

from __future__ import annotations

import datetime
from pathlib import Path

import pandas as pd
import pyreadstat

from analysis.sources.catalogue import entry
from analysis.sources.codings import codings_of
from analysis.sources.reading import read_text_table
from analysis.sources.schemas import schema_of
from analysis.standins import write_csv


def codings(dataset: str):
    """What codes mean in a dataset's columns."""
    return codings_of(entry(dataset).strand, schema_of(dataset))


def text_of(path: Path) -> pd.DataFrame:
    """The cells of a CSV stand-in, rows counted from 0."""
    return read_text_table(path).reset_index(drop=True)


def with_codes(text: pd.DataFrame, dataset: str) -> pd.DataFrame:
    """Codes in place of the labels."""
    known = codings(dataset)
    codes = {name: {label: code for code, label in known[name].labels.items()} for name in text if name in known}
    return text.assign(**{name: text[name].map(lambda value, of=of: of.get(value, value))
                          for name, of in codes.items()})


def with_labels(text: pd.DataFrame, dataset: str) -> pd.DataFrame:
    """Labels in place of codes, in the ratings too."""
    known = codings(dataset)
    return text.assign(**{name: text[name].map(lambda value, of=known[name].labels: of.get(value, value))
                          for name in text if name in known})


def typed(text: pd.DataFrame, dataset: str) -> pd.DataFrame:
    """Dates as dates and numbers as numbers, None for a blank, as cells of a workbook or variables of SPSS."""
    kinds = {spec.name: spec.kind for spec in schema_of(dataset).columns}

    def cell(value, kind):
        if value == "":
            return None
        if kind == "date":
            return datetime.date.fromisoformat(value)
        if kind == "text" or not value.lstrip("-").replace(".", "", 1).isdigit():
            return value
        return float(value) if "." in value else int(value)

    return pd.DataFrame({name: pd.Series([cell(value, kinds.get(name)) for value in text[name]], dtype=object)
                         for name in text})


def write_sav(text: pd.DataFrame, path: Path, dataset: str, labels=None, missing=None) -> None:
    """An SPSS file with codes, the instrument's value labels and its missing values declared; both can be changed."""
    known = codings(dataset)
    frame = typed(with_codes(text, dataset), dataset)
    of_values = {name: {int(code): label for code, label in coding.labels.items()}
                 for name, coding in known.items() if name in frame}
    declared = {name: [int(code) for code in sorted(coding.no_answer | coding.blank)][:3]
                for name, coding in known.items() if name in frame and coding.no_answer | coding.blank}
    number = [spec.name for spec in schema_of(dataset).columns if spec.name in frame and spec.name in known
              or spec.kind in ("integer", "number") and spec.name in frame]
    frame = frame.assign(**{name: frame[name].astype(float) for name in number
                            if frame[name].map(lambda value: value is None or not isinstance(value, str)).all()})
    pyreadstat.write_sav(frame, str(path), variable_value_labels=of_values | (labels or {}),
                         missing_ranges=declared | (missing or {}))


def write_xlsx(frame: pd.DataFrame, path: Path, sheet: str = "Sheet1") -> None:
    """A workbook of one sheet, cells as they are typed."""
    frame.to_excel(path, sheet_name=sheet, index=False)


def export(source: Path, folder: Path, dataset: str, how: str) -> Path:
    """One stand-in in another format: "sav", "xlsx labels", "xlsx codes", "csv labels", "csv codes"."""
    text, stem = text_of(source), source.stem
    kind, _, words = how.partition(" ")
    path = folder / f"{stem}.{kind}"
    held = with_labels(text, dataset) if words == "labels" else with_codes(text, dataset)
    if kind == "sav":
        write_sav(text, path, dataset)
    elif kind == "xlsx":
        write_xlsx(typed(held, dataset), path)
    else:
        write_csv(held, path)
    return path
