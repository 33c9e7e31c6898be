"""The data sets as described, and as read."""

from __future__ import annotations

from analysis.exhibits import datasets
from analysis.sources.catalogue import FURTHER, catalogue


def test_many_files_are_named_by_first_and_last():
    assert datasets.files_in_words(["a.csv", "b.csv"]) == "a.csv, b.csv"
    assert datasets.files_in_words(["a.csv", "b.csv", "c.csv", "d.csv"]) == "4 files, a.csv to d.csv"


def test_rows_of_the_catalogue_carry_the_status_read(bundle):
    built = {exhibit.id: exhibit for exhibit in bundle("datasets").exhibits}
    used = built["tbl-data-used"]
    read_as = [row[1].text for row in used.rows]
    assert all(status == read or read == "missing" for status, read in zip(used.row_statuses, read_as, strict=True))
    counts = {finding.id: finding.value for finding in bundle("datasets").findings}
    assert counts["data.sets.all"] == len(used.rows)


def test_the_data_appendix_names_every_format_in_which_a_file_may_come(bundle):
    table = next(exhibit for exhibit in bundle("datasets").exhibits if exhibit.id == "tbl-data-catalogue")
    place = {column.name: number for number, column in enumerate(table.columns)}
    shown = {row[place["name"]].text: row[place["format"]].text for row in table.rows}
    several = [entry for entry in catalogue().values() if entry.also]
    assert several and all(shown[entry.name].split(" or ")[1:] == [FURTHER[s] for s in entry.also] for entry in several)
