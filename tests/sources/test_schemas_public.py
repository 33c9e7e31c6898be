"""Schemas of the public statistics: the real files pass, and each kind of bad file gives one clear error."""

from __future__ import annotations

import pytest

from analysis.errors import DataError
from analysis.sources.reading import read_text_table
from analysis.sources.schemas.public import SCHEMAS

PATTERNS = {"children_in_need": "b1_*", "referrals": "c1_*", "subsequent_plans": "d3_*", "plan_durations": "d5_*",
            "workforce": "csww_*", "interactive_tool": "lait_children*", "population": "ons_*",
            "neighbours_2021": "New_*", "neighbours_2025": "sn_model*"}
# Rows of the delivered files, from data-formats.md and the files themselves.
ROWS = {"children_in_need": 2132, "referrals": 2132, "subsequent_plans": 2132, "plan_durations": 2132,
        "workforce": 1463, "interactive_tool": 19720, "population": 2132, "neighbours_2021": 159,
        "neighbours_2025": 153}


@pytest.mark.parametrize("name", PATTERNS)
def test_real_files_pass(name, public_data):
    file = next(public_data.glob(PATTERNS[name]))
    assert len(SCHEMAS[name].validate(read_text_table(file), file.name)) == ROWS[name]


def test_symbols_of_the_real_files_are_kept(public_data):
    file = next(public_data.glob("c1_*"))
    frame = SCHEMAS["referrals"].validate(read_text_table(file), file.name)
    # Norfolk (926) is "x" in the re-referrals of 2014, with a number of referrals.
    row = frame[(frame["old_la_code"] == "926") & (frame["time_period"] == 2014)].iloc[0]
    assert row["rereferral_percent__symbol"] == "x" and row["rereferral_percent"] != row["rereferral_percent"]
    assert row["referral_count"] > 0 and row["referral_count__symbol"] == ""


@pytest.fixture(scope="module")
def lines(standins):
    """Lines of a stand-in file by dataset, to be spoilt."""
    def read(name):
        standins(name)
        file = next(standins.folder.glob(PATTERNS[name]))
        return file.name, file.read_text(encoding="utf-8-sig").splitlines()
    return read


def validate(tmp_path, name, file_name, rows):
    (tmp_path / file_name).write_text("\n".join(rows) + "\n", encoding="utf-8")
    return SCHEMAS[name].validate(read_text_table(tmp_path / file_name), file_name)


def refused(tmp_path, name, file_name, rows) -> DataError:
    with pytest.raises(DataError) as error:
        validate(tmp_path, name, file_name, rows)
    assert file_name in str(error.value)
    return error.value


def cell(rows, line, column, value):
    """The rows with one value replaced: `line` counts from 0, the header."""
    changed, names = list(rows), rows[0].split(",")
    fields = changed[line].split(",")
    fields[names.index(column)] = value
    changed[line] = ",".join(fields)
    return changed


def test_order_of_columns_does_not_matter(lines, tmp_path):
    file_name, rows = lines("children_in_need")
    turned = [",".join(reversed(row.split(","))) for row in rows if '"' not in row]
    kept = [row for row in rows if '"' not in row]
    assert len(validate(tmp_path, "children_in_need", file_name, turned)) == len(kept) - 1


def test_missing_column(lines, tmp_path):
    file_name, rows = lines("children_in_need")
    rows[0] = rows[0].replace("At31_episodes", "At31")
    assert refused(tmp_path, "children_in_need", file_name, rows).column == "At31_episodes"


def test_unknown_symbol_names_file_row_column_value(lines, tmp_path):
    file_name, rows = lines("referrals")
    error = refused(tmp_path, "referrals", file_name, cell(rows, 30, "referral_count", "**"))
    assert (error.row, error.column, error.value) == (31, "referral_count", "**")
    assert "one of the symbols" in str(error)


@pytest.mark.parametrize(("column", "value"), [("rereferral_percent", "100.1"), ("referral_count", "-4"),
                                               ("geographic_level", "District"), ("time_period", "2013/14"),
                                               ("old_la_code", "12")])
def test_values_off_their_list_or_range(lines, tmp_path, column, value):
    file_name, rows = lines("referrals")
    error = refused(tmp_path, "referrals", file_name, cell(rows, 40, column, value))
    assert (error.row, error.column) == (41, column)


def test_repeated_authority_and_year(lines, tmp_path):
    file_name, rows = lines("workforce")
    assert "twice" in str(refused(tmp_path, "workforce", file_name, [*rows, rows[-1]]))


def test_authority_without_a_code(lines, tmp_path):
    file_name, rows = lines("population")
    error = refused(tmp_path, "population", file_name, cell(rows, 50, "old_la_code", ""))
    assert (error.row, error.column) == (51, "old_la_code")


def test_empty_file_and_header_alone(lines, tmp_path):
    file_name, rows = lines("subsequent_plans")
    (tmp_path / file_name).write_text("")
    with pytest.raises(DataError, match="empty"):
        read_text_table(tmp_path / file_name)
    assert "no rows" in str(refused(tmp_path, "subsequent_plans", file_name, rows[:1]))


@pytest.mark.parametrize("name", ["children_in_need", "population", "interactive_tool"])
def test_file_of_another_year(lines, tmp_path, name):
    file_name, rows = lines(name)
    first, last = file_name.removesuffix(".csv").split("_")[-3], file_name.removesuffix(".csv").split("_")[-1]
    renamed = file_name.replace(f"{first}_to_{last}", f"{int(first) + 1}_to_{int(last) + 1}")
    assert "another year" in str(refused(tmp_path, name, renamed, rows))


def test_years_missing_from_the_middle(lines, tmp_path):
    file_name, rows = lines("plan_durations")
    kept = [row for row in rows if not row.startswith("2017,")]
    error = refused(tmp_path, "plan_durations", file_name, kept)
    assert "2017" in str(error) and "half-copied" in str(error)


@pytest.mark.parametrize(("gone", "words"), [
    ("2015,Reporting year,National", "national rows"),
    ("2015,Reporting year,Regional,E92X00001,England,E12X0", "regional rows"),
    ("2015,Reporting year,Local authority,E92X00001,England,E12X00003", "rows of authorities")])
def test_half_a_year(lines, tmp_path, gone, words):
    file_name, rows = lines("children_in_need")
    kept = [row for row in rows if not row.startswith(gone)]
    error = refused(tmp_path, "children_in_need", file_name, kept)
    assert words in str(error) and "2015" in str(error)


def test_cut_off_in_the_last_year(lines, tmp_path):
    file_name, rows = lines("referrals")
    assert "half-copied" in str(refused(tmp_path, "referrals", file_name, rows[:-20]))


def test_cut_off_in_the_middle_of_a_line(lines, tmp_path):
    file_name, rows = lines("referrals")
    (tmp_path / file_name).write_text("\n".join(rows)[:-25], encoding="utf-8")
    with pytest.raises(DataError, match="half-copied"):
        read_text_table(tmp_path / file_name)


def test_tool_cut_off(lines, tmp_path):
    file_name, rows = lines("interactive_tool")
    assert "half-copied" in str(refused(tmp_path, "interactive_tool", file_name, rows[:-1]))


def test_neighbours_cut_off_and_unknown_closeness(lines, tmp_path):
    file_name, rows = lines("neighbours_2021")
    assert "row of its own" in str(refused(tmp_path, "neighbours_2021", file_name, rows[:60]))
    spoilt = [row.replace("Very Close", "Quite near", 1) if k == 3 else row for k, row in enumerate(rows)]
    error = refused(tmp_path, "neighbours_2021", file_name, spoilt)
    assert (error.row, error.value) == (4, "Quite near")


def test_neighbours_with_a_column_too_few(lines, tmp_path):
    file_name, rows = lines("neighbours_2021")
    narrow = [row[:-1] for row in rows if '"' not in row]
    assert "by position" in str(refused(tmp_path, "neighbours_2021", file_name, narrow))
