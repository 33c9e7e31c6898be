"""Checksums that came with the files are held to, and stray files beside the data are not read."""

import hashlib

import pytest

from analysis.errors import DataError
from analysis.sources.catalogue import catalogue
from analysis.sources.checksums import check_listed, problems_of_checksums
from analysis.sources.loading import read
from analysis.sources.locating import check_folders, files_in, locate_in


@pytest.fixture
def delivered(standins, tmp_path):
    """A folder of restricted records with their checksums: section 47 enquiries."""
    standins("section47")
    content = (standins.folder / "section47.csv").read_bytes()
    (tmp_path / "section47.csv").write_bytes(content)
    (tmp_path / "SHA256SUMS").write_text(f"{hashlib.sha256(content).hexdigest()}  section47.csv\n")
    return tmp_path


def test_records_as_delivered_are_read(delivered):
    assert read(locate_in("section47", delivered, "restricted")).status == "restricted"
    assert problems_of_checksums(delivered) == []


def test_records_cut_off_between_two_lines_differ_from_their_checksum(delivered):
    file = delivered / "section47.csv"
    lines = file.read_text(encoding="utf-8").splitlines(keepends=True)
    file.write_text("".join(lines[: len(lines) // 2]), encoding="utf-8")
    with pytest.raises(DataError, match="file section47.csv differs from SHA256SUMS: half-copied"):
        read(locate_in("section47", delivered, "restricted"))


def test_a_line_that_is_no_checksum_is_named(delivered):
    (delivered / "SHA256SUMS").write_text("section47.csv\n")
    with pytest.raises(DataError, match="file SHA256SUMS, row 1: the line is no checksum"):
        check_listed(delivered / "section47.csv")


@pytest.mark.parametrize("stray",
                         ["section47.csv.part", ".section47.csv", "._section47.csv", "notes.txt", "~$notes.docx",
                                   ".section47.csv.swp"])
def test_stray_files_beside_the_data_are_not_read(stray, delivered):
    (delivered / stray).write_bytes(b"\0half")
    assert [path.name for path in files_in(delivered, catalogue()["section47"])] == ["section47.csv"]


def test_a_copy_in_a_folder_of_the_folder_is_named_with_its_place(delivered):
    (delivered / "backup").mkdir()
    (delivered / "backup" / "section47.csv").write_bytes(b"x")
    with pytest.raises(DataError, match="backup/section47.csv"):
        locate_in("section47", delivered, "restricted")


@pytest.mark.parametrize("variable", ["RESTRICTED_DATA_DIR", "PUBLIC_DATA_DIR"])
def test_a_folder_that_is_not_there_is_no_reason_to_take_stand_ins(variable, tmp_path, monkeypatch):
    monkeypatch.setenv(variable, str(tmp_path))
    check_folders()
    monkeypatch.setenv(variable, str(tmp_path / "slip"))
    with pytest.raises(DataError, match=f"{variable} names a folder that is not there"):
        check_folders()
