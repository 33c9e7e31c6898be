"""SPSS files (`.sav`) as text, with their value labels and declared missing values.

Read with pyreadstat (Apache License 2.0). Values are taken as they are: neither labels nor missing values of the file
are applied, because the instrument says what a code means. A file is read whole: 16,500 answers to the staff survey
took 135 MB at the most, as much as from CSV.
"""

from __future__ import annotations

import datetime
import math
from pathlib import Path

import pandas as pd
import pyreadstat

from analysis.errors import DataError
from analysis.sources.delivered import Delivered
from analysis.sources.reading import empty_file, unreadable

ENCRYPTED = b"ENCRYPTEDSAV"     # stands in the first bytes of a file with a password
LARGEST_EXACT = 2**53           # above it a float no longer holds every whole number


def read_sav(path: Path) -> Delivered:
    """The file's cases, numbered from 1 as in the data view of SPSS.

    Whole numbers become `3`, dates `2018-03-05`, system-missing and empty text a blank. `DataError` on a file that is
    encrypted, cut off or none of SPSS.
    """
    _refuse_foreign(path)
    try:
        frame, facts = pyreadstat.read_sav(path, user_missing=True)
    except (pyreadstat.ReadstatError, pyreadstat.PyreadstatError, OverflowError, ValueError) as error:
        raise DataError(f"the file is no whole SPSS file ({_said(error)})", file=path.name,
                        expected="a file as SPSS saves it (.sav, without password)") from None
    frame = frame.set_axis(range(1, len(frame) + 1), axis=0)
    labels = {name: {as_text(value): str(label).strip() for value, label in of_values.items()}
              for name, of_values in facts.variable_value_labels.items()}
    missing = {name: tuple(_test_of(part) for part in parts) for name, parts in facts.missing_ranges.items()}
    return Delivered(frame.apply(_texts), None, "", labels, missing)


def as_text(value) -> str:
    """A cell as it would stand in a CSV: blank for missing, no decimals for a whole number, ISO for a date."""
    if value is None or value is pd.NaT or (isinstance(value, float) and math.isnan(value)):
        return ""
    if isinstance(value, datetime.datetime):
        return value.isoformat(sep=" ") if value.time() != datetime.time() else value.date().isoformat()
    if isinstance(value, float) and value.is_integer() and abs(value) < LARGEST_EXACT:
        return str(int(value))
    return value.isoformat() if isinstance(value, datetime.date | datetime.time) else str(value)


def _texts(values: pd.Series) -> pd.Series:
    places, distinct = pd.factorize(values, use_na_sentinel=False)
    texts = pd.Series([as_text(value) for value in distinct], dtype=str)
    return texts.iloc[places].set_axis(values.index)


def _test_of(part):
    """Whether a text value lies in a declared range (a single value is a range of one)."""
    low, high = part["lo"], part["hi"]
    if isinstance(low, str):
        return lambda value: low <= value <= high
    return lambda value: _number(value) is not None and low <= _number(value) <= high


def _number(value: str) -> float | None:
    try:
        return float(value)
    except ValueError:
        return None


def _refuse_foreign(path) -> None:
    try:
        with path.open("rb") as file:
            start = file.read(64)
    except OSError as error:
        raise unreadable(path.name, error) from None
    if not start:
        raise empty_file(path.name)
    if ENCRYPTED in start:
        raise DataError("the file is encrypted", file=path.name, expected="a file without password: save it again so")


def _said(error) -> str:
    return " ".join(str(error).split()).rstrip(".")
