"""Files read in pieces: the same frames, and the same errors in the same words, as read in memory."""

from __future__ import annotations

import csv
import io
import os
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from analysis.errors import DataError
from analysis.sources.catalogue import catalogue
from analysis.sources.hashing import sha256_of
from analysis.sources.loading import read
from analysis.sources.locating import Location
from analysis.sources.reading import read_text_table
from analysis.sources.schemas import schema_of
from analysis.sources.streaming import PLACE, Division, divided
from analysis.sources.streaming.pieces import texts_of
from analysis.sources.streaming.plan import plan_of
from tests.sources.test_schemas_children import CENSUS, CENSUS_ROW, EPISODE_ROW

ROWS = 60
ROW_OF = {          # schema -> file name, header, cells of a row by its number
    "cin_census": (CENSUS, list(CENSUS_ROW), lambda k: [*({**CENSUS_ROW, "CIN_LAchildID_Anon": f"C{k}",
                                                            "CIN_LA": str(101 + k % 3)}).values()]),
    "looked_after_episodes": ("looked_after_episodes.csv", list(EPISODE_ROW),
                              lambda k: [*({**EPISODE_ROW, "CHILD_LA_CODE_ANON": f"C{k}",
                                            "LA": str(101 + k % 2)}).values()]),
    "assessments": ("assessments_2012_2013.csv", ["ref", "year", "la", "child", "begun", "ended"],
                    lambda k: ["", f"{2012 + k % 2}/{2013 + k % 2}", "101", f"C{k}", "2012-06-02", "2012-07-01"]),
    "disabilities": ("disabilities.csv", ["CIN_LAchildID_Anon", "CIN_Disability"], lambda k: [f"C{k}", "NONE"]),
}
BY = {"cin_census": ("CIN_LA", "CIN_LA_LGR"), "looked_after_episodes": ("LA",)}


def cells_of(schema: str, rows: int = ROWS) -> list[list[str]]:
    """Header and rows of a small file that fits its schema."""
    _, header, row = ROW_OF[schema]
    return [header, *(row(k) for k in range(rows))]


def text_of(cells, separator=",") -> str:
    out = io.StringIO()
    csv.writer(out, lineterminator="\n", delimiter=separator).writerows(cells)
    return out.getvalue()


def location(schema: str, folder: Path, content, status="synthetic") -> Location:
    """The one file of a dataset with this content."""
    path = folder / ROW_OF[schema][0]
    path.write_bytes(content if isinstance(content, bytes) else content.encode())
    return Location(catalogue()[schema], status, (path,))


def division(schema: str) -> Division:
    return Division(BY.get(schema, ("CIN_LA",)), tuple(spec.name for spec in schema_of(schema).columns))


def streamed(place: Location, folder: Path | None = None, **options) -> pd.DataFrame:
    """The dataset read in pieces (three a file), brought back into the order of the files; index = line number."""
    name = place.entry.name
    options = {"chunk_bytes": third_of(place), "processes": 1, **options}
    with divided({name: place}, {name: division(name)}, folder=folder, **options) as store:
        parts = [store.frame(name, key) for key in store.keys(name)]
    whole = pd.concat(parts).sort_values(PLACE, ignore_index=True)
    return whole.set_index(whole[PLACE].to_numpy() & (2**40 - 1)).drop(columns=PLACE)


def third_of(place: Location) -> int:
    """A third of the dataset's smallest file, in bytes, for pieces."""
    return max(1, min((path.stat().st_size if path.exists() else 1) for path in place.files) // 3)


def in_memory(place: Location) -> pd.DataFrame:
    return read(place).frame.drop(columns="source_file", errors="ignore")


def refusal(call, *arguments, **options):
    """What a call is refused with: message and its parts; None where it is not."""
    try:
        call(*arguments, **options)
    except DataError as error:
        return str(error), error.file, error.row, error.column, error.value, error.expected
    return None


def with_cell(schema, column, value, row=ROWS - 5) -> str:
    cells = cells_of(schema)
    cells[row][cells[0].index(column)] = value
    return text_of(cells)


# ---- what is wrong, in a late piece ----

LATE = 50           # line of most faults below: a header and 48 rows stand before it


def lines_of(schema="disabilities") -> list[str]:
    return text_of(cells_of(schema)).splitlines(keepends=True)


def changed(change, schema="disabilities", line=LATE) -> str:
    lines = lines_of(schema)
    lines[line - 1] = change(lines[line - 1])
    return "".join(lines)


WHOLE = text_of(cells_of("disabilities"))
MARKS = "".join(['"' + line if k == 29 else line.replace("NONE", '"NONE"') if k > 35 else line
                  for k, line in enumerate(lines_of())])
TEXT = {        # what is wrong with the text of the file of disability codes
    "a field less": (changed(lambda line: line.partition(",")[2]), "row 50: the line has 1 fields"),
    "a field more": (changed(lambda line: "x," + line), "row 50: the line has 3 fields"),
    "a field more, quotation marks before": (changed(lambda line: "x," + line).replace("C7,", '"C\n7",'),
                                             "row 51: the line has 3 fields"),
    "a field more, marks within fields before": (changed(lambda line: "x," + line).replace("C7,", 'C"7,'),
                                                 "row 50: the line has 3 fields"),
    "a NUL byte": (changed(lambda line: line.replace("NONE", "N\0NE")), "row 50: the file holds NUL bytes"),
    "a tail of NUL bytes": (WHOLE + "\0" * 900, "row 62: the file holds NUL bytes"),
    "a quotation mark that never closes": (changed(lambda line: '"' + line), "row 50: the quotation marks"),
    "a quotation mark that never closes, others later": (MARKS, "row 30: the quotation marks"),
    "text after a quotation mark": (changed(lambda line: line.replace("NONE", '"NONE"x')), "row 50: the quotation"),
    "a carriage return in a line": (changed(lambda line: line.replace("NONE", "N\rNE")), "row 50: the line holds a"),
    "a carriage return in a line, quotation marks before": (
        changed(lambda line: line.replace("NONE", "N\rNE")).replace("C7,", '"C7",'), "row 50: the quotation marks"),
    "no last line break": (WHOLE.rstrip("\n"), "row 61: the last line does not end"),
    "cut within the last line": (WHOLE[:-4], "row 61: the last line does not end"),
    "a Latin-1 byte": (changed(lambda line: line.replace("C48", "C\xe9")).encode("latin-1"), "row 50: the file is not"),
    "a Latin-1 byte after a byte-order mark": (
        b"\xef\xbb\xbf" + changed(lambda line: line.replace("C48", "\xe9")).encode("latin-1"), "row 50: the file is"),
    "half a character at the end": (WHOLE.encode() + b"\xc3", "row 62: the file is not"),
    "UTF-16": (WHOLE.encode("utf-16"), "UTF-16"),
    "empty": ("", "the file is empty"),
    "byte-order mark alone": (b"\xef\xbb\xbf", "the file is empty"),
    "blank lines alone": ("\n" * 2000, "the file is empty"),
    "header alone": (lines_of()[0], "a header and no rows"),
    "header and blank lines": (lines_of()[0] + "\n" * 2000, "a header and no rows"),
    "a blank first line": ("\n" + WHOLE, "row 1: the first line is blank"),
    "semicolons": (WHOLE.replace(",", ";"), "not separated by commas; found ';'"),
    "tabs": (WHOLE.replace(",", "\t"), "not separated by commas"),
    "carriage returns": (WHOLE.replace("\n", "\r"), "carriage return alone"),
    "an open quotation mark in the header": ('"' + WHOLE, "row 1: the quotation marks"),
    "a title above the header": ("Table 1\n" + WHOLE, "row 2: the line has 2 fields"),
    "a value": (with_cell("disabilities", "CIN_Disability", "X"), "row 56, column CIN_Disability"),
    "several values": (WHOLE.replace("C20,NONE", "C20,X").replace("C40,NONE", " ,X"),
                       "row 22, column CIN_Disability: the value is not allowed (2 more like it)"),
    "a value early and a ragged line late": (changed(lambda line: "x," + line).replace("C3,NONE", "C3,X"),
                                             "row 50: the line has 3 fields"),
    "a value late after Windows line ends, blank lines and a mark": (
        b"\xef\xbb\xbf" + with_cell("disabilities", "CIN_Disability", "X").replace("\n", "\r\n\r\n").encode(),
        "row 111, column CIN_Disability"),
    "a value late after quoted line breaks": (
        with_cell("disabilities", "CIN_Disability", "X").replace("C10,", '"C\n10",').replace("C30,", '"C""\n\n30",'),
        "row 59, column CIN_Disability"),
    "a value late after marks within fields": (
        with_cell("disabilities", "CIN_Disability", "X").replace("C10,", 'C"10,'), "row 56, column CIN_Disability"),
    "a column less": ("".join(line.partition(",")[2] for line in lines_of()), "column CIN_LAchildID_Anon: the colum"),
    "a column twice": (text_of([*line, line[0]] for line in cells_of("disabilities")), "a column stands twice"),
    "a column not known": (text_of([*line, "x"] for line in cells_of("disabilities")), "column x: the column is not"),
    "a nameless column that may not be": (
        text_of([*line, "x" if k == 40 else ""] for k, line in enumerate(cells_of("disabilities"))),
        "row 41, column 3 (by position): a column has no name"),
    "an empty nameless column that may not be": (text_of([*line, ""] for line in cells_of("disabilities")),
                                                 "row 1, column 3 (by position)"),
}
OTHERS = {      # schema, content, words
    "a nameless column with a late cell": (
        "cin_census", text_of([*line, "x" if k == LATE - 1 else ""] for k, line in enumerate(cells_of("cin_census"))),
        "row 50, column 26 (by position): a column has no name"),
    "values of several columns": (
        "cin_census", with_cell("cin_census", "CIN_Gender", "7").replace("C20,,103,", "C20,,1,").replace(
            "C40,,102,", "C40,,x,"), "row 22, column CIN_LA: the value is not allowed (2 more like it)"),
    "another census year": ("cin_census", with_cell("cin_census", "CIN_ACADYR", "2011/2012"),
                            "row 56, column CIN_ACADYR"),
    "no authority": ("cin_census", with_cell("cin_census", "CIN_LA", ""),
                     "row 56, column CIN_LA: the row has no authority"),
    "a late referral early, another year late": (
        "cin_census", with_cell("cin_census", "CIN_ACADYR", "2011/2012").replace("2012-06-01", "2013-06-01", 1),
        "row 56, column CIN_ACADYR"),
    "a key twice": ("looked_after_episodes", changed(lambda line: line.replace("C48,", "C2,"), "looked_after_episodes"),
                    "row 50, column CHILD_LA_CODE_ANON, LA, date_episode_started: the key stands twice; "
                    "found 'C2, 101, 2015-02-01'"),
    "a key twice, written in two ways": (
        "looked_after_episodes", changed(lambda line: line.replace("C48,101", "C2,+101"), "looked_after_episodes"),
        "found 'C2, +101, 2015-02-01'"),
    "an episode that ends before it starts": (
        "looked_after_episodes", with_cell("looked_after_episodes", "date_episode_ceased", "2015-01-01"),
        "row 56, column date_episode_ceased"),
    "an episode before its period of care, and a key twice": (
        "looked_after_episodes",
        with_cell("looked_after_episodes", "poc_start", "2015-03-01", 3).replace("C48,", "C2,"),
        "the key stands twice"),
    "a value and a key twice": (
        "looked_after_episodes", with_cell("looked_after_episodes", "placement", "U9").replace("C8,", "C6,"),
        "row 56, column placement"),
    "a year missing": ("assessments", text_of(cells_of("assessments")).replace("2013/2014", "2012/2013"),
                       "1 of 2 rows are not there"),
    "columns by position": ("assessments", text_of([*line, ""] for line in cells_of("assessments")),
                            "the file has 7 columns"),
}
CASES = {**{name: ("disabilities", *case) for name, case in TEXT.items()}, **OTHERS}


@pytest.mark.parametrize("case", CASES)
def test_the_same_error_as_in_memory(case, tmp_path):
    schema, content, words = CASES[case]
    place = location(schema, tmp_path, content)
    found = refusal(streamed, place)
    assert found == refusal(in_memory, place)
    assert words in found[0] and "\n" not in found[0]


@pytest.mark.parametrize("schema", ROW_OF)
def test_the_faults_are_in_the_last_of_three_pieces(schema, tmp_path):
    place = location(schema, tmp_path, text_of(cells_of(schema)))
    spans = plan_of(place.files[0], third_of(place)).spans
    assert len(spans) == 3 and spans[1].line < LATE - 10 < spans[2].line < LATE


def test_a_file_that_is_not_there(tmp_path):
    place = location("disabilities", tmp_path, "x")
    place.files[0].unlink()
    found = refusal(streamed, place)
    assert found == refusal(in_memory, place) and "the file cannot be read (No such file or directory)" in found[0]


def test_the_first_wrong_file_is_named(tmp_path):
    entry, paths = catalogue()["cin_census"], []
    for year, spoilt in ((2011, ""), (2012, "x"), (2013, "y")):
        rows = [{**CENSUS_ROW, "CIN_ACADYR": f"{year}/{year + 1}", "CIN_DOB": spoilt or "2004-05-06",
                 "CIN_ReferralDate": f"{year}-06-01"}] * 9
        paths.append(tmp_path / f"cin_census_{year}.csv")
        pd.DataFrame(rows).to_csv(paths[-1], index=False)
    place = Location(entry, "synthetic", tuple(paths))
    found = refusal(streamed, place)
    assert found == refusal(in_memory, place) and found[1] == "cin_census_2012.csv"


@pytest.mark.parametrize(("listed", "expected"), [("0" * 64, "differs from SHA256SUMS"), (None, None)])
def test_checksums_of_restricted_files(listed, expected, tmp_path):
    place = location("disabilities", tmp_path, text_of(cells_of("disabilities")), "restricted")
    (tmp_path / "SHA256SUMS").write_text(f"{listed or sha256_of(place.files[0])}  disabilities.csv\n")
    found = refusal(streamed, place)
    assert found == refusal(in_memory, place)
    assert (found is None) == (expected is None) and (expected or "") in str(found)


def test_a_file_that_changes_while_it_is_read(tmp_path):
    place = location("disabilities", tmp_path, text_of(cells_of("disabilities")))
    plan = plan_of(place.files[0], 100)
    os.utime(place.files[0], ns=(1, 1))
    with pytest.raises(DataError, match="file disabilities.csv: the file changed while it was read"):
        plan.check_unchanged()


@pytest.mark.slow
def test_an_error_found_in_another_process_is_whole(tmp_path):
    place = location("cin_census", tmp_path, CASES["values of several columns"][1])
    assert refusal(streamed, place, processes=2) == refusal(in_memory, place)


# ---- what is right ----

HARMLESS = {
    "Windows line ends": lambda text: text.replace("\n", "\r\n"),
    "blank lines": lambda text: text.replace("\n", "\n\n") + "\n",
    "byte-order mark": lambda text: "\ufeff" + text,
    "quotation marks": lambda text: "".join(",".join(f'"{cell}"' for cell in line) + "\n"
                                            for line in csv.reader(io.StringIO(text))),
    "quoted line breaks": lambda text: text.replace("C30,", '"C\n3""0",').replace("C5,", '"\n\nC,5",'),
    "marks within fields": lambda text: text.replace("C30,", 'C"30,').replace("C5,", 'C5" ",'),
    "other than ASCII": lambda text: text.replace("C30,", "Çé30,").replace("C31,", "\ufeffC31,"),
}


def check_same(place: Location, **options) -> None:
    found, expected = streamed(place, **options), in_memory(place)
    pd.testing.assert_frame_equal(found[expected.columns], expected, check_exact=True)


@pytest.mark.parametrize("schema", ROW_OF)
def test_the_same_frame_as_in_memory(schema, tmp_path):
    check_same(location(schema, tmp_path, text_of(cells_of(schema))))


@pytest.mark.parametrize("dress", HARMLESS)
@pytest.mark.parametrize("chunk_bytes", [90, 300])
def test_the_same_table_in_another_dress(dress, chunk_bytes, tmp_path):
    check_same(location("disabilities", tmp_path, HARMLESS[dress](WHOLE)), chunk_bytes=chunk_bytes)


def test_columns_that_are_passed_over(tmp_path):
    """Of the census: one without name and content, one not known, whose name holds a line break."""
    text = text_of(cells_of("cin_census", 20)).replace("\n", ",\n").replace("CIN_Ended", '"CIN_Ended\n(see note)"', 1)
    check_same(location("cin_census", tmp_path, text))


@pytest.mark.parametrize("schema", ROW_OF)
def test_facts_about_the_files_are_those_of_loading(schema, tmp_path):
    place = location(schema, tmp_path, text_of(cells_of(schema)))
    whole = read(place)
    with divided({schema: place}, {schema: division(schema)}, processes=1, chunk_bytes=third_of(place)) as store:
        stored = store.datasets[schema]
    for name in ("name", "title", "status", "kind", "files", "sha256"):
        assert getattr(stored, name) == getattr(whole, name)


CHARACTERS = st.sampled_from(["a", "b", ",", ",", "\n", "\n", '"', '"', "\r", " ", "é", "\0", "\ufeff"])


@settings(max_examples=300, deadline=None)
@given(st.lists(CHARACTERS, max_size=60).map("".join), st.integers(1, 40), st.booleans())
def test_any_text_reads_the_same_in_pieces_of_any_size(tmp_path_factory, text, chunk_bytes, ended):
    path = tmp_path_factory.mktemp("any") / "any.csv"
    path.write_bytes(("a,b\n" + text + ("\n" if ended else "")).encode())

    def in_pieces():
        plan = plan_of(path, chunk_bytes)
        return pd.concat([read_text_table_of_header(plan.header),
                          *(piece for span in plan.spans for piece in texts_of(plan, span, chunk_bytes))])

    found = refusal(in_pieces)
    assert found == refusal(read_text_table, path)
    if found is None:
        pieces, whole = in_pieces(), read_text_table(path)
        assert pieces.index.tolist() == whole.index.tolist() and pieces.to_numpy().tolist() == whole.to_numpy().tolist()


def read_text_table_of_header(header) -> pd.DataFrame:
    """No rows, so that there is something to put together where a file has none."""
    return pd.DataFrame([], columns=header, dtype=str)


@pytest.mark.slow
@settings(max_examples=25, deadline=None)
@given(st.integers(1, 1200))
def test_the_size_of_the_pieces_does_not_matter(tmp_path_factory, chunk_bytes):
    folder = tmp_path_factory.mktemp("size")
    place = location("looked_after_episodes", folder, text_of(cells_of("looked_after_episodes", 12)))
    check_same(place, chunk_bytes=chunk_bytes)


# ---- the store ----

def test_rows_are_divided_by_the_first_known_column_in_file_order(tmp_path):
    header = [*CENSUS_ROW, "CIN_LA_LGR"]
    rows = [[*({**CENSUS_ROW, "CIN_LAchildID_Anon": f"C{k}", "CIN_LA": "" if k % 2 else "102"}).values(),
             "101" if k % 2 else ""] for k in range(20)]
    place = location("cin_census", tmp_path, text_of([header, *rows]))
    with divided({"cin_census": place}, {"cin_census": division("cin_census")}, processes=1,
                 chunk_bytes=third_of(place)) as store:
        assert store.keys("cin_census") == (101, 102)
        own, other = store.frame("cin_census", 101), store.frame("cin_census", 103)
    assert own["CIN_LAchildID_Anon"].tolist() == [f"C{k}" for k in range(1, 20, 2)]
    assert (own[PLACE] & (2**40 - 1)).tolist() == list(range(3, 22, 2))       # the header is line 1
    assert len(other) == 0 and other.dtypes.equals(own.dtypes)


def test_rows_without_a_key_are_a_part_of_their_own_and_columns_can_be_chosen(tmp_path):
    place = location("disabilities", tmp_path, text_of(cells_of("disabilities")))
    with divided({"disabilities": place}, {"disabilities": Division(("CIN_LA",), ("CIN_LAchildID_Anon",))},
                 processes=1, chunk_bytes=third_of(place)) as store:
        assert store.keys("disabilities") == (None,)
        assert list(store.frame("disabilities", None)) == ["CIN_LA", "CIN_LAchildID_Anon", PLACE]
        assert list(store.frame("disabilities", None, ["CIN_LAchildID_Anon"])) == ["CIN_LAchildID_Anon"]


def test_a_dataset_can_be_divided_anew(tmp_path):
    place = location("disabilities", tmp_path, text_of(cells_of("disabilities")))
    with divided({"disabilities": place}, {"disabilities": division("disabilities")}, processes=1) as store:
        frame = store.frame("disabilities", None)
        again = store.with_dataset("disabilities", frame, pd.Series(np.arange(len(frame)) % 2))
        assert again.keys("disabilities") == (0, 1) and store.keys("disabilities") == (None,)
        pd.testing.assert_frame_equal(again.frame("disabilities", 1), frame[1::2].reset_index(drop=True))
        nothing = again.with_dataset("disabilities", frame[:0], pd.Series([], dtype="int64"))
        assert nothing.keys("disabilities") == () and len(nothing.frame("disabilities", 0)) == 0


@pytest.mark.parametrize("content", [WHOLE, *(TEXT[name][0] for name in ("a value", "a field more", "empty"))])
def test_nothing_is_left_behind(content, tmp_path):
    temporary = tmp_path / "temporary"
    temporary.mkdir()
    assert (refusal(streamed, location("disabilities", tmp_path, content), temporary) is None) == (content == WHOLE)
    assert list(temporary.iterdir()) == []


def test_nothing_is_left_behind_by_an_error_of_the_caller(tmp_path):
    place = location("disabilities", tmp_path, text_of(cells_of("disabilities")))
    temporary = tmp_path / "temporary"
    temporary.mkdir()
    with pytest.raises(ZeroDivisionError):
        with divided({"disabilities": place}, {"disabilities": division("disabilities")}, folder=temporary,
                     processes=1) as store:
            assert store.folder.parent == temporary and list(store.folder.iterdir())
            raise ZeroDivisionError
    assert list(temporary.iterdir()) == []


def test_a_folder_for_the_store_that_is_not_there(tmp_path):
    place = location("disabilities", tmp_path, text_of(cells_of("disabilities")))
    with pytest.raises(DataError, match="file nowhere: the folder for temporary files is not there"):
        streamed(place, tmp_path / "nowhere")


# ---- in memory, what reading in pieces brought to light ----

def test_a_blank_is_a_value_in_a_file_of_one_column(tmp_path):
    path = tmp_path / "one.csv"
    path.write_text("a\n1\n \n\n2\n")
    frame = read_text_table(path)
    assert frame["a"].tolist() == ["1", " ", "2"] and frame.index.tolist() == [2, 3, 5]


def test_the_byte_named_is_the_one_in_the_file_whatever_mark_it_begins_with(tmp_path):
    path = tmp_path / "marked.csv"
    path.write_bytes(b"\xef\xbb\xbfa,b\n1,\xff\n")      # 3 bytes of mark, 4 of header, 2 before the wrong one
    with pytest.raises(DataError, match=r"row 2: the file is not UTF-8 text \(byte 9\); found b'\\xff'"):
        read_text_table(path)
