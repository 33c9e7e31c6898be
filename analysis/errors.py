"""Errors that say what is wrong with an input, where, and what was expected."""

from __future__ import annotations


class DataError(ValueError):
    """Bad input. The message names whatever is known of file, row, column, value and expectation.

    Row numbers are line numbers of the file (rows of a spreadsheet), the header being line 1. In an SPSS file, which
    has no header line, they are case numbers as its data view shows them.
    """

    def __init__(self, message: str, *, file=None, row=None, column=None, value=None, expected=None):
        self.file, self.row, self.column = file, row, column
        self.value, self.expected = value, expected
        super().__init__(_sentence(message, file, row, column, value, expected))


class MissingData(DataError):
    """A dataset has no file where one is needed."""


class MixedStatus(ValueError):
    """A value would be computed from synthetic and real records together."""


class DesignError(ValueError):
    """`data/evaluation.yml` or `data/catalogue.yml` does not say what the code needs."""


LONGEST_VALUE = 120     # characters of a value in a message; a value of pages is a broken quotation


def _short(text) -> str:
    return text if len(text) <= LONGEST_VALUE else f"{text[:LONGEST_VALUE]}... ({len(text)} characters)"


def _sentence(message, file, row, column, value, expected) -> str:
    place = [f"file {file}" if file is not None else "",
             f"{'case' if str(file).endswith('.sav') else 'row'} {row}" if row is not None else "",
             f"column {column}" if column is not None else ""]
    where = ", ".join(part for part in place if part)
    text = f"{where}: {message}" if where else message
    if value is not None:
        text += f"; found {_short(repr(value))}"
    if expected is not None:
        text += f"; expected {expected}"
    return text
