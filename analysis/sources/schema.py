"""Table schemas: a short declaration of columns, codes, ranges and keys, checked with pandera.

A file is read as text; every value is checked as text first, so that an error can name the value as it stands in the
file, and only then turned into its type.
"""

from __future__ import annotations

import itertools
import math
from collections.abc import Callable
from dataclasses import dataclass, field, replace

import numpy as np
import pandas as pd
import pandera.pandas as pa

from analysis.errors import DataError

ISO_DATE = r"[0-9]{4}-[0-9]{2}-[0-9]{2}"
INTEGER = r"[+-]?[0-9]+"
NUMBER = r"[+-]?(?:[0-9]+\.?[0-9]*|\.[0-9]+)(?:[eE][+-]?[0-9]+)?"
# Beyond this a number is no longer exact, and a count or amount of an evaluation is a slip.
LARGEST = 1e15
SYMBOLS = ("c", "x", "z", "low", "u", "k", ":", "~", "-")


@dataclass(frozen=True)
class ColumnSpec:
    """One column: how its text is recognised (`kind`), what is allowed, and whether it may be blank."""

    name: str
    kind: str
    blank: bool = False
    allowed: tuple[str, ...] = ()
    also: tuple[str, ...] = ()
    pattern: str | None = None
    normalise: bool = False
    minimum: float | str | None = None
    maximum: float | str | None = None
    symbols: tuple[str, ...] = ()

    @property
    def expected(self) -> str:
        """What the column expects, in words, for error messages."""
        words = {"text": self.pattern and f"text like {self.pattern}" or "some text", "date": "a date YYYY-MM-DD",
                 "integer": "a whole number", "number": "a number", "flag": "0 or 1",
                 "symbol_number": "a number"}.get(self.kind, "")
        if self.kind == "code":
            shown = [*self.allowed, *self.also]
            words = "one of " + ", ".join(shown[:30]) + (", ..." if len(shown) > 30 else "")
            words += f" or text like {self.pattern}" if self.pattern else ""
        if self.minimum is not None:
            words += f" from {self.minimum}" if self.kind != "code" else ""
        if self.maximum is not None:
            words += f" up to {self.maximum}"
        words += f" or one of the symbols {' '.join(self.symbols)}" if self.symbols else ""
        return words + (", or blank" if self.blank else "")

    def accepts(self, values: pd.Series) -> pd.Series:
        """Which text values are allowed: bool, same index."""
        return self._for_each(values, self._accepts)

    def parse(self, values: pd.Series) -> pd.DataFrame:
        """Typed column(s) of accepted text values."""
        return self._for_each(values, lambda distinct: pd.DataFrame(_PARSE[self.kind](self, distinct)))

    def _accepts(self, values):
        clean = values.str.strip().str.upper() if self.normalise else values
        return _RECOGNISE[self.kind](self, clean) | values.isin(self.also) | (self._is_blank(values) if self.blank
                                                                               else False)

    def _for_each(self, values, call):
        """A call on values, made on the distinct ones alone: a column of codes or dates has few. Free text has many."""
        if self.kind == "text" and not self.pattern:
            return call(values)
        places, distinct = pd.factorize(values, use_na_sentinel=False)
        return call(pd.Series(distinct, dtype=values.dtype)).iloc[places].set_axis(values.index, axis=0)

    @staticmethod
    def _is_blank(values: pd.Series) -> pd.Series:
        return values.str.strip() == ""


def text(name, pattern=None, blank=False) -> ColumnSpec:
    """Free text, or text that fully matches a regular expression."""
    return ColumnSpec(name, "text", blank, pattern=pattern)


def code(name, allowed, blank=False, normalise=False, also=(), pattern=None) -> ColumnSpec:
    """A code of a list. `normalise` strips and upper-cases first; `also` are dirty values kept as they are."""
    return ColumnSpec(name, "code", blank, tuple(str(a) for a in allowed), tuple(also), pattern, normalise)


def date(name, blank=False, earliest=None, latest=None) -> ColumnSpec:
    """An ISO date, within bounds when given."""
    return ColumnSpec(name, "date", blank, minimum=earliest, maximum=latest)


def integer(name, minimum=None, maximum=None, blank=False) -> ColumnSpec:
    """A whole number within bounds; Int64."""
    return ColumnSpec(name, "integer", blank, minimum=minimum, maximum=maximum)


def number(name, minimum=None, maximum=None, blank=False) -> ColumnSpec:
    """A number within bounds; float64 with NaN for blank."""
    return ColumnSpec(name, "number", blank, minimum=minimum, maximum=maximum)


def flag(name, blank=False, also=()) -> ColumnSpec:
    """0 or 1; Int64. `also` are further codes of "missing" and become missing."""
    return ColumnSpec(name, "flag", blank, also=tuple(also))


def symbol_number(name, symbols=SYMBOLS, minimum=None, maximum=None, blank=False) -> ColumnSpec:
    """A number or a publisher's symbol: float64 with NaN, and the symbol kept in `<name>__symbol`."""
    return ColumnSpec(name, "symbol_number", blank, minimum=minimum, maximum=maximum, symbols=tuple(symbols))


def _matches(values, pattern):
    return values.str.fullmatch(pattern).fillna(False).astype(bool)


def _in_range(numbers, spec):
    inside = numbers.notna()
    if spec.minimum is not None:
        inside &= numbers >= spec.minimum
    if spec.maximum is not None:
        inside &= numbers <= spec.maximum
    return inside


def _to_dates(values):
    return pd.to_datetime(values, format="%Y-%m-%d", errors="coerce").astype("datetime64[ns]")


def _accept_text(spec, values):
    return _matches(values, spec.pattern) if spec.pattern else values.str.strip() != ""


def _accept_code(spec, values):
    inside = values.isin(spec.allowed)
    return inside | _matches(values, spec.pattern) if spec.pattern else inside


def _accept_date(spec, values):
    dates = _to_dates(values.where(_matches(values, ISO_DATE), None))
    bounds = replace(spec, minimum=spec.minimum and pd.Timestamp(spec.minimum),
                     maximum=spec.maximum and pd.Timestamp(spec.maximum))
    return _in_range(dates, bounds)


def _accept_numeric(pattern):
    def accept(spec, values):
        known = _matches(values, pattern)
        numbers = pd.to_numeric(values.where(known, None), errors="coerce").astype("float64")
        return known & _in_range(numbers, spec) & (numbers.abs() <= LARGEST)
    return accept


def _accept_symbol_number(spec, values):
    return _accept_numeric(NUMBER)(spec, values.str.strip()) | values.str.strip().isin(spec.symbols)


_RECOGNISE = {"text": _accept_text, "code": _accept_code, "date": _accept_date,
              "integer": _accept_numeric(INTEGER), "number": _accept_numeric(NUMBER),
              "flag": lambda spec, values: values.isin(["0", "1"]), "symbol_number": _accept_symbol_number}


def _blank_to_missing(values):
    return values.mask(values.str.strip() == "", None)


def _parse_code(spec, values):
    if spec.normalise:
        values = values.mask(~values.isin(spec.also), values.str.strip().str.upper())
    return {spec.name: _blank_to_missing(values)}


def _parse_symbol_number(spec, values):
    stripped = values.str.strip()
    symbol = stripped.where(stripped.isin(spec.symbols), "")
    numbers = pd.to_numeric(stripped.mask((symbol != "") | (stripped == ""), None), errors="coerce")
    return {spec.name: numbers.astype("float64"), f"{spec.name}__symbol": symbol}


def _numeric(values):
    return pd.to_numeric(_blank_to_missing(values), errors="coerce")


_PARSE = {
    "text": lambda spec, values: {spec.name: _blank_to_missing(values) if spec.blank else values},
    "code": _parse_code,
    "date": lambda spec, values: {spec.name: _to_dates(_blank_to_missing(values))},
    "integer": lambda spec, values: {spec.name: _numeric(values).astype("Int64")},
    "number": lambda spec, values: {spec.name: _numeric(values).astype("float64")},
    "flag": lambda spec, values: {spec.name: _numeric(values.mask(~values.isin(["0", "1"]), "")).astype("Int64")},
    "symbol_number": _parse_symbol_number,
}


@dataclass(frozen=True)
class Faults:
    """Values that are not allowed: how many, and the first of them with its line number and column."""

    count: int
    row: int
    column: str
    value: str


@dataclass(frozen=True)
class Table:
    """A file's columns, key and whole-file checks.

    `key`: columns that together never repeat. `extra_columns`: what to do with a column that is not declared
    ("refuse", "ignore", "keep" as text). `optional`: columns a file may lack (filled with missing). `rename`: header
    clean-up before anything else. `by_position`: names given to the columns by position. `check`: a last look at the
    typed frame with its file's name, raising `DataError`; `check_columns`: the columns it reads, stated where a file
    may be read in pieces.

    `validate` does all of it for a file in memory. The steps it is made of serve a file that is read in pieces:
    `names_of` once for the header, `faults` and `typed` for each piece, `check_whole` once for key and check columns of
    the whole file.
    """

    columns: tuple[ColumnSpec, ...]
    key: tuple[str, ...] = ()
    extra_columns: str = "refuse"
    optional: tuple[str, ...] = ()
    rename: Callable[[str], str] | None = None
    by_position: tuple[str, ...] | None = None
    check: Callable[[pd.DataFrame, str], None] | None = None
    check_columns: tuple[str, ...] = ()
    unique_missing: bool = field(default=False)

    def validate(self, raw: pd.DataFrame, file_name: str, *, header_row: int | None = 1,
                 prepare: Callable[[pd.DataFrame], pd.DataFrame] | None = None) -> pd.DataFrame:
        """Check a text frame whose index is the line number; return typed columns, or raise `DataError`.

        `header_row`: where the names stand, None in a file that has them apart. `prepare`: what the named text frame
        goes through before its values are looked at (codes to labels).
        """
        names = self.names_of(list(raw.columns), file_name, first_filled(raw), header_row)
        frame = self.named(raw, names)
        if frame.empty:
            raise no_rows(file_name)
        frame = prepare(frame) if prepare else frame
        self.refuse(self.faults(frame, file_name), file_name)
        typed = self.typed(frame)
        self.check_whole(typed, file_name, lambda row: frame.loc[row])
        return typed

    def names_of(self, header: list[str], file_name: str, filled: dict[int, tuple[int, str]],
                 row: int | None = 1) -> list[str | None]:
        """The columns' names by position, None for one to leave out; `DataError` where the header does not fit.

        `filled`: for columns without a name, by position, line number and value of the first cell that is not blank;
        `row`: where the header stands.
        """
        if self.by_position:
            if len(header) != len(self.by_position):
                raise DataError(f"the file has {len(header)} columns", file=file_name, row=row,
                                expected=f"{len(self.by_position)} by position: {', '.join(self.by_position)}")
            return list(self.by_position)
        self._refuse_nameless(header, file_name, filled, row)
        names = [(self.rename(name) if self.rename else name) if name.strip() else None for name in header]
        self._refuse_names([name for name in names if name is not None], file_name, row)
        return names

    @staticmethod
    def named(raw: pd.DataFrame, names: list[str | None]) -> pd.DataFrame:
        """The text frame under the names given by position, without the columns to leave out."""
        places = [place for place, name in enumerate(names) if name is not None]
        return raw.iloc[:, places].set_axis([names[place] for place in places], axis=1)

    def faults(self, frame: pd.DataFrame, file_name: str) -> Faults | None:
        """The values of a text frame (whole or a piece) that their columns do not allow; None where all are allowed."""
        schema = self.pandera_schema([spec.name for spec in self.columns if spec.name in frame.columns])
        try:
            schema.validate(frame, lazy=True)
        except pa.errors.SchemaErrors as error:
            cases = error.failure_cases
            cases = cases[cases["index"].notna()]
            if cases.empty:
                raise DataError(f"the file does not fit its schema: {error}", file=file_name) from error
            first = cases.sort_values("index", kind="stable").iloc[0]
            return Faults(len(cases), int(first["index"]), first["column"], first["failure_case"])
        return None

    def refuse(self, faults: Faults | None, file_name: str) -> None:
        """`DataError` for the first of the faults, saying how many there are; nothing where there are none."""
        if faults:
            expected = next(spec.expected for spec in self.columns if spec.name == faults.column)
            more = faults.count - 1
            raise DataError("the value is not allowed" + (f" ({more} more like it)" if more else ""), file=file_name,
                            row=faults.row, column=faults.column, value=faults.value, expected=expected)

    def typed(self, frame: pd.DataFrame) -> pd.DataFrame:
        """Typed columns of a text frame without faults (whole or a piece), those that the file lacks as missing."""
        present = [spec for spec in self.columns if spec.name in frame.columns]
        return pd.concat([*(spec.parse(frame[spec.name]) for spec in present), *self._absent(frame),
                          *self._kept(frame)], axis=1)

    def check_whole(self, typed: pd.DataFrame, file_name: str, cells: Callable[[int], pd.Series]) -> None:
        """`DataError` when the key stands twice or the check refuses the file.

        `typed`: all rows, at least the columns `key` and `check_columns`; `cells`: the text of a line, by its number.
        """
        self._check_key(typed, file_name, cells)
        if self.check:
            self.check(typed, file_name)

    def pandera_schema(self, names) -> pa.DataFrameSchema:
        """The pandera schema of the text frame, for the columns that a file has."""
        specs = [spec for spec in self.columns if spec.name in names]
        return pa.DataFrameSchema({spec.name: pa.Column(str, pa.Check(spec.accepts, error=spec.expected))
                                   for spec in specs}, strict=False)

    def _refuse_nameless(self, header, file_name, filled, header_row):
        """Columns with neither name nor content, as spreadsheets leave behind the last one, may be ignored."""
        for place in (place for place, name in enumerate(header) if not name.strip()):
            row, value = filled.get(place, (header_row, None))
            if place in filled or self.extra_columns == "refuse":
                raise DataError("a column has no name", file=file_name, row=row, column=f"{place + 1} (by position)",
                                value=value,
                                expected=f"the columns {', '.join(spec.name for spec in self.columns)}")

    def _refuse_names(self, names, file_name, row):
        repeated = next((name for place, name in enumerate(names) if name in names[:place]), None)
        if repeated is not None:
            raise DataError("a column stands twice", file=file_name, row=row, column=repeated,
                            expected="every column once")
        known = [spec.name for spec in self.columns]
        for name in known:
            if name not in names and name not in self.optional:
                alike = next((other for other in names if other.strip().lower() == name.lower()), None)
                problem = "the column is missing" if alike is None else "the column's name is spelt otherwise"
                raise DataError(problem, file=file_name, row=row, column=name, value=alike,
                                expected=f"the columns {', '.join(known)}" if alike is None else repr(name))
        extra = [name for name in names if name not in known]
        if extra and self.extra_columns == "refuse":
            raise DataError("the column is not known", file=file_name, row=row, column=extra[0],
                            expected=f"only the columns {', '.join(known)}")

    def _check_key(self, typed, file_name, cells):
        if not self.key:
            return
        repeated = typed.duplicated(list(self.key))
        if repeated.any():
            row = int(typed.index[int(np.flatnonzero(repeated.to_numpy())[0])])
            value = ", ".join(str(cells(row)[name]) for name in self.key)
            raise DataError("the key stands twice", file=file_name, row=row, column=", ".join(self.key),
                            value=value, expected="every key once")

    def _absent(self, frame):
        return [spec.parse(pd.Series("", index=frame.index, dtype=str)) for spec in self.columns
                if spec.name not in frame.columns]

    def _kept(self, frame):
        names = [name for name in frame.columns if name not in {spec.name for spec in self.columns}]
        return [frame[names]] if self.extra_columns == "keep" and names else []


def first_filled(raw: pd.DataFrame) -> dict[int, tuple[int, str]]:
    """For the columns without a name, by position: line number and value of the first cell that is not blank."""
    found = {}
    for place in (place for place, name in enumerate(raw.columns) if not name.strip()):
        cells = raw.iloc[:, place]
        filled = np.flatnonzero((cells.str.strip() != "").to_numpy())
        if len(filled):
            found[place] = (int(raw.index[filled[0]]), cells.iloc[filled[0]])
    return found


def no_rows(file_name: str) -> DataError:
    """The error of a file without rows."""
    return DataError("the file has a header and no rows", file=file_name, expected="at least one row")


def refuse_gaps(frame: pd.DataFrame, columns: dict, file_name: str) -> None:
    """`DataError` when a combination of values has no row: so a file cut off between two lines is noticed.

    `columns`: for each column the values it must have, or None for those that occur.
    """
    values = [list(frame[name].unique()) if wanted is None else list(wanted) for name, wanted in columns.items()]
    names = list(columns)
    found = set(zip(*(frame[name] for name in names), strict=True))
    absent = [cell for cell in itertools.product(*values) if cell not in found]
    if absent:
        raise DataError(f"{len(absent)} of {math.prod(map(len, values))} rows are not there: a half-copied file?",
                        file=file_name, column=", ".join(names), value=f"none of {', '.join(map(str, absent[0]))}",
                        expected="a row for every combination")
