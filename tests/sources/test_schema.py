"""Schemas: what fits is typed, what does not is one error with file, row, column, value and expectation."""

import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from analysis.errors import DataError
from analysis.sources.schema import SYMBOLS, Table, code, date, flag, integer, number, symbol_number, text

TABLE = Table(
    columns=(text("id"), code("need", ("N1", "N2"), normalise=True, also=("UnmappedNeedCode",), blank=True),
             date("start", earliest="2008-04-01", latest="2019-03-31", blank=True), integer("age", -1, 17, blank=True),
             number("share", 0, 1, blank=True), flag("plan", also=("2",)), symbol_number("cases", minimum=0)),
    key=("id",))
GOOD = {"id": "a", "need": " n1", "start": "2015-03-02", "age": "7", "share": "0.5", "plan": "1", "cases": "12"}


def raw(*rows):
    return pd.DataFrame([{**GOOD, **row} for row in rows], index=range(2, 2 + len(rows)), dtype=str)


def refused(*rows):
    with pytest.raises(DataError) as caught:
        TABLE.validate(raw(*rows), "f.csv")
    return caught.value


def test_values_are_typed_and_dirt_is_cleaned_where_the_format_has_it():
    typed = TABLE.validate(raw({}, {"id": "b", "need": "UnmappedNeedCode", "start": "", "plan": "2", "cases": "c"}),
                           "f")
    assert typed["need"].tolist() == ["N1", "UnmappedNeedCode"]
    assert typed["start"].iloc[0] == pd.Timestamp("2015-03-02") and pd.isna(typed["start"].iloc[1])
    assert typed["plan"].iloc[0] == 1 and pd.isna(typed["plan"].iloc[1])
    assert typed["cases"].iloc[0] == 12 and pd.isna(typed["cases"].iloc[1])
    assert typed["cases__symbol"].tolist() == ["", "c"]


@pytest.mark.parametrize(("column", "value"), [
    ("start", "02/03/2015"), ("start", "2015-02-30"), ("start", "2020-01-01"), ("need", "N7"), ("age", "18"),
    ("age", "7.5"), ("share", "1.2"), ("plan", "yes"), ("cases", "q"), ("cases", "-3"), ("id", " "),
])
def test_a_value_that_is_not_allowed_is_named(column, value):
    error = refused({}, {"id": "b", column: value})
    assert (error.file, error.row, error.column, error.value) == ("f.csv", 3, column, value)
    assert error.expected in str(error) and error.expected


def test_several_wrong_values_give_one_error_for_the_first():
    error = refused({"age": "99"}, {"id": "b", "age": "98"})
    assert error.row == 2 and "1 more like it" in str(error)


def test_repeated_key():
    error = refused({}, {"id": "b"}, {})
    assert error.row == 4 and error.value == "a" and "key" in str(error)


def test_missing_unknown_and_repeated_columns():
    with pytest.raises(DataError, match="column age: the column is missing"):
        TABLE.validate(raw({}).drop(columns="age"), "f.csv")
    with pytest.raises(DataError, match="column other: the column is not known"):
        TABLE.validate(raw({}).assign(other="1"), "f.csv")
    twice = pd.concat([raw({}), raw({})[["age"]]], axis=1)
    with pytest.raises(DataError, match="column age: a column stands twice"):
        TABLE.validate(twice, "f.csv")


def test_no_rows():
    with pytest.raises(DataError, match="no rows"):
        TABLE.validate(raw({}).iloc[:0], "f.csv")


def test_optional_columns_are_filled_and_columns_by_position_are_named():
    optional = Table(columns=(text("id"), integer("age")), optional=("age",))
    typed = optional.validate(pd.DataFrame({"id": ["a"]}, index=[2], dtype=str), "f.csv")
    assert pd.isna(typed["age"].iloc[0])
    positional = Table(columns=(text("id"), integer("age")), by_position=("id", "age"))
    typed = positional.validate(pd.DataFrame([["a", "3"]], columns=["x", "y"], index=[2], dtype=str), "f.csv")
    assert typed["age"].tolist() == [3]
    with pytest.raises(DataError, match="1 columns"):
        positional.validate(pd.DataFrame([["a"]], columns=["x"], index=[2], dtype=str), "f.csv")


@given(st.one_of(st.integers(0, 10**6).map(str), st.sampled_from(SYMBOLS)))
def test_a_count_is_a_number_or_keeps_its_symbol(value):
    typed = Table(columns=(symbol_number("n"),)).validate(pd.DataFrame({"n": [value]}, index=[2], dtype=str), "f")
    symbol = typed["n__symbol"].iloc[0]
    assert (symbol == value) if value in SYMBOLS else (symbol == "" and typed["n"].iloc[0] == float(value))


@given(st.text(min_size=1, max_size=8))
def test_no_text_is_silently_taken_for_a_date(value):
    frame = pd.DataFrame({"start": [value]}, index=[2], dtype=str)
    table = Table(columns=(date("start"),))
    try:
        typed = table.validate(frame, "f")
    except DataError as error:
        assert error.value == value
    else:
        assert typed["start"].iloc[0].strftime("%Y-%m-%d") == value
