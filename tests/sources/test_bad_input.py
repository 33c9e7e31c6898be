"""Every dataset of the catalogue against every way in which its files are broken: one clear error that names the place.

Small copies are made from the session's stand-ins and read in this process, as `data validate` reads them.
"""

from __future__ import annotations

import csv
import io
import itertools

import pytest

from analysis.errors import DataError
from analysis.sources.catalogue import catalogue
from analysis.sources.loading import _read_file
from analysis.sources.locating import files_in
from analysis.sources.schemas import schema_of

TABLES = [name for name, entry in catalogue().items() if entry.standin and entry.format != "qdpx"]
ROWS = 20


def cells_of(text):
    return list(csv.reader(io.StringIO(text)))


def text_of(cells, separator=","):
    out = io.StringIO()
    csv.writer(out, lineterminator="\n", delimiter=separator).writerows(cells)
    return out.getvalue()


class Small:
    """A dataset's file cut to its first rows, to be spoiled: `text`, `cells`, and where a kind of column stands."""

    def __init__(self, entry, path):
        self.entry, self.name, self.schema = entry, path.name, schema_of(entry.schema)
        with path.open(encoding="utf-8-sig", newline="") as lines:
            self.cells = list(itertools.islice(csv.reader(lines), ROWS + 1))
        self.text = text_of(self.cells)

    def place(self, *kinds):
        """Position of the first column of these kinds, or None."""
        names = self.schema.by_position or [self.schema.rename(name) if self.schema.rename else name
                                            for name in self.cells[0]]
        specs = {spec.name: spec for spec in self.schema.columns}
        return next((k for k, name in enumerate(names) if name in specs and specs[name].kind in kinds), None)

    def with_cell(self, place, value, row=1):
        cells = [list(line) for line in self.cells]
        cells[row][place] = value
        return text_of(cells)

    def error(self, tmp_path, content):
        """The one error of the file with this content, in one line that names the file."""
        path = tmp_path / self.name
        path.write_bytes(content if isinstance(content, bytes) else content.encode("utf-8"))
        with pytest.raises(DataError) as caught:
            _read_file(self.entry, path)
        message = str(caught.value)
        assert message.startswith(f"file {self.name}") and "; expected " in message
        assert "\n" not in message and len(message) < 2500
        return message


@pytest.fixture(scope="module")
def small(standins):
    kept = {}

    def of(name):
        if name not in kept:
            standins(name)
            kept[name] = Small(catalogue()[name], files_in(standins.folder, catalogue()[name])[0])
        return kept[name]

    return of


DAMAGE = {
    "empty": (lambda s: "", "the file is empty"),
    "byte-order mark alone": (lambda s: b"\xef\xbb\xbf", "the file is empty"),
    "header only": (lambda s: text_of(s.cells[:1]), "a header and no rows"),
    "cut in a line": (lambda s: s.text[: len(s.text) * 2 // 3].rstrip("\n"), "half-copied"),
    "a tail of NUL bytes": (lambda s: s.text.encode() + b"\0" * 512, "NUL bytes"),
    "NUL bytes up to a line's end": (lambda s: s.text.encode() + b"\0" * 512 + b"\n", "NUL bytes"),
    "UTF-16": (lambda s: s.text.encode("utf-16"), "UTF-16"),
    "Latin-1": (lambda s: s.text.encode() + "caf\xe9\n".encode("latin-1"), "not UTF-8"),
    "semicolons": (lambda s: text_of(s.cells, ";"), "not separated by commas; found ';'"),
    "tabs": (lambda s: text_of(s.cells, "\t"), "not separated by commas"),
    "carriage returns": (lambda s: s.text.replace("\n", "\r"), "carriage return alone"),
    "an open quotation mark": (lambda s: text_of(s.cells[:2]) + '"' + text_of(s.cells[2:]), "row 3"),
    "a title above the header": (lambda s: "Table 1\n" + s.text, "row 2"),
    "a web page": (lambda s: "<html><body>404</body></html>\n", "row 1"),
    "a column less": (lambda s: text_of(line[1:] for line in s.cells), "row 1"),
    "a column twice": (lambda s: text_of([*line, line[0]] for line in s.cells), "row 1"),
    "a comma more in a row": (lambda s: text_of([*s.cells[:2], [*s.cells[2], ""], *s.cells[3:]]), "row 3"),
}


@pytest.mark.parametrize("damage", DAMAGE)
@pytest.mark.parametrize("name", TABLES)
def test_a_damaged_file_is_one_clear_error(name, damage, small, tmp_path):
    spoil, words = DAMAGE[damage]
    assert words in small(name).error(tmp_path, spoil(small(name)))


VALUES = [("date", "01/04/2015"), ("date", "2015-02-30"), ("date", "2015-04-01 00:00"), ("date", "42095"),
          ("code", "QQ"), ("integer", "1,234"), ("integer", "-3"), ("integer", "3.5"), ("integer", "9" * 25),
          ("number", "1,234.5"), ("number", "NaN"), ("number", "1e999"), ("symbol_number", "*"),
          ("symbol_number", "-3"), ("symbol_number", "1,234"), ("symbol_number", "1e999"), ("flag", "yes")]


@pytest.mark.parametrize(("kind", "value"), VALUES)
def test_a_value_off_its_column_is_named_with_row_and_column(kind, value, small, tmp_path):
    tried = 0
    for name in TABLES:
        place = small(name).place(kind)
        if place is not None:
            message = small(name).error(tmp_path, small(name).with_cell(place, value))
            assert "row 2, column " in message and f"found {value!r}" in message
            tried += 1
    assert tried


@pytest.mark.parametrize("name", [name for name in TABLES if schema_of(catalogue()[name].schema).key])
def test_a_key_that_stands_twice_is_named(name, small, tmp_path):
    message = small(name).error(tmp_path, text_of([*small(name).cells[:2], small(name).cells[1]]))
    assert "row 3" in message and "the key stands twice" in message


@pytest.mark.parametrize("name", ["referrals", "subsequent_plans", "workforce"])
def test_a_percentage_over_100_is_refused(name, small, tmp_path):
    place = next(k for k, column in enumerate(small(name).cells[0]) if column.endswith("_percent") or "rate_" in column)
    assert "up to 100" in small(name).error(tmp_path, small(name).with_cell(place, "100.1"))


HARMLESS = {
    "Windows line ends and byte-order mark": lambda text: b"\xef\xbb\xbf" + text.replace("\n", "\r\n").encode(),
    "blank lines": lambda text: (text.replace("\n", "\n\n", 1) + "\n\n").encode(),
    "quotation marks": lambda text: "".join(",".join(f'"{cell}"' for cell in line) + "\n"
                                            for line in cells_of(text)).encode(),
}


@pytest.mark.parametrize("change", HARMLESS)
@pytest.mark.parametrize("name", ["survey_population", "embedding_dates", "cost_activity", "neighbours_2025"])
def test_the_same_table_in_another_dress_reads_the_same(name, change, standins, tmp_path):
    entry = catalogue()[name]
    original = standins(name).frame
    source = files_in(standins.folder, entry)[0]
    copy = tmp_path / source.name
    copy.write_bytes(HARMLESS[change](source.read_text(encoding="utf-8-sig")))
    assert _read_file(entry, copy)[0].reset_index(drop=True).equals(original.reset_index(drop=True))


@pytest.mark.parametrize("name", ["section47", "survey_population", "referrals", "costs"])
def test_columns_are_found_by_name(name, standins, tmp_path):
    entry = catalogue()[name]
    source = files_in(standins.folder, entry)[0]
    copy = tmp_path / source.name
    copy.write_text(text_of(line[::-1] for line in cells_of(source.read_text(encoding="utf-8-sig"))), encoding="utf-8")
    assert _read_file(entry, copy)[0].equals(_read_file(entry, source)[0])


GRIDS = ["la_year_covariates", "matched_groups", "bank_holidays", "survey_population", "assessment_frame",
         "framework_matrix", "self_profiling", "pilot_profiles", "exited_pilots", "cost_activity", "referrals",
         "interactive_tool", "neighbours_2021", "neighbours_2025", "population"]


@pytest.mark.parametrize("name", GRIDS)
def test_a_file_cut_off_between_two_lines_shows_where_the_format_tells(name, standins, tmp_path):
    standins(name)
    source = files_in(standins.folder, catalogue()[name])[0]
    lines = source.read_text(encoding="utf-8").splitlines(keepends=True)
    copy = tmp_path / source.name
    copy.write_text("".join(lines[: len(lines) * 2 // 3]), encoding="utf-8")
    with pytest.raises(DataError, match=source.name):
        _read_file(catalogue()[name], copy)


@pytest.mark.parametrize("content", [b"", b"PK\x03\x04 half", b"\0" * 2000, b"<html></html>\n"])
def test_a_damaged_project_archive_is_one_clear_error(content, tmp_path):
    path = tmp_path / "deep_dives.qdpx"
    path.write_bytes(content)
    with pytest.raises(DataError, match="file deep_dives.qdpx"):
        _read_file(catalogue()["qda_project"], path)


@pytest.mark.parametrize("part", [0.3, 0.9])
def test_half_a_project_archive_is_one_clear_error(part, standins, tmp_path):
    standins("qda_project")
    whole = next(standins.folder.glob("*.qdpx")).read_bytes()
    path = tmp_path / "deep_dives.qdpx"
    path.write_bytes(whole[: int(len(whole) * part)] + b"\0" * 100)
    with pytest.raises(DataError, match="file deep_dives.qdpx"):
        _read_file(catalogue()["qda_project"], path)


def test_a_file_that_may_not_be_read(tmp_path, monkeypatch):
    from pathlib import Path

    def refuse(self):
        raise PermissionError(13, "Permission denied")

    path = tmp_path / "costs.csv"
    path.write_text("a\n1\n")
    monkeypatch.setattr(Path, "read_bytes", refuse)
    with pytest.raises(DataError, match=r"file costs.csv: the file cannot be read \(Permission denied\)"):
        _read_file(catalogue()["costs"], path)
