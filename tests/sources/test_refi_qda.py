"""REFI-QDA projects: what is written is read; what is hostile or damaged is refused."""

from __future__ import annotations

import stat
import zipfile
from pathlib import Path

import pandas as pd
import pytest

from analysis.errors import DataError
from analysis.sources.guarded_archive import Limits
from analysis.sources.qualitative_instruments import codebook
from analysis.sources.reading import read_text_table
from analysis.sources.refi_qda import coded_segments, read_project, read_qdpx
from analysis.sources.schemas import schema_of
from analysis.standins import write_csv
from analysis.standins.qda_writer import passages, write_project

LIMITS = Limits(entries=50, entry_bytes=200_000, total_bytes=400_000, ratio=200)


@pytest.fixture
def segments() -> pd.DataFrame:
    """Two sources, three passages, three coders: small enough to look at."""
    spans = {"A1-x-i1": passages("A1-x-i1", 2), "B2-y-f1": passages("B2-y-f1", 1)}
    rows = [
        ("A1-x-i1.01", "A1-x-i1", "interview", "A", 1, "senior_leader", "C1", "training", 1, *spans["A1-x-i1"][0]),
        ("A1-x-i1.01", "A1-x-i1", "interview", "A", 1, "senior_leader", "agreed", "training", 1, *spans["A1-x-i1"][0]),
        ("A1-x-i1.01", "A1-x-i1", "interview", "A", 1, "senior_leader", "agreed", "capacity", 1, *spans["A1-x-i1"][0]),
        ("A1-x-i1.02", "A1-x-i1", "interview", "A", 1, "senior_leader", "agreed", "uncoded", 1, *spans["A1-x-i1"][1]),
        (
            "B2-y-f1.01",
            "B2-y-f1",
            "focus_group",
            "B",
            2,
            "social_worker",
            "agreed",
            "tick_box",
            0,
            *spans["B2-y-f1"][0],
        ),
    ]
    columns = [
        "segment_id",
        "source_id",
        "source_kind",
        "site",
        "wave",
        "role",
        "coder",
        "theme",
        "consent",
        "start",
        "end",
    ]
    return pd.DataFrame(rows, columns=columns)


@pytest.fixture
def project(tmp_path, segments) -> Path:
    path = tmp_path / "project.qdpx"
    write_project(segments, codebook(), path)
    return path


def rewritten(path: Path, change) -> Path:
    """A copy of an archive in which `change(name, content)` gives the new (name, content), or None to leave it out."""
    target = path.with_name("changed.qdpx")
    with zipfile.ZipFile(path) as old, zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED) as new:
        for name in old.namelist():
            changed = change(name, old.read(name))
            if changed is not None:
                new.writestr(*changed)
    return target


def edited(path: Path, old: str, new: str) -> Path:
    """A copy in which a text of the project is replaced; it must be there."""

    def change(name, content):
        if name == "project.qde":
            assert old.encode() in content
            content = content.replace(old.encode(), new.encode(), 1)
        return name, content

    return rewritten(path, change)


def with_entry(path: Path, name: str | zipfile.ZipInfo, content: bytes) -> Path:
    with zipfile.ZipFile(path, "a", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr(name, content)
    return path


def test_project_reads_to_the_same_rows_as_the_csv(project, segments, tmp_path):
    write_csv(segments, tmp_path / "coded.csv")
    from_csv = schema_of("coded_segments").validate(read_text_table(tmp_path / "coded.csv"), "coded.csv")
    pd.testing.assert_frame_equal(read_project(project).reset_index(drop=True), from_csv.reset_index(drop=True))


def test_whole_stand_in_project_equals_its_csv(standins):
    keys = ["segment_id", "coder", "theme"]
    csv, project = (
        standins(name).frame.sort_values(keys, ignore_index=True) for name in ("coded_segments", "qda_project")
    )
    pd.testing.assert_frame_equal(csv, project)


def test_structure_of_the_project(project):
    found = read_qdpx(project)
    book = codebook()
    assert sorted(found.coders.values()) == ["C1", "agreed"]
    assert {code.name for code in found.codes.values() if code.codable} == set(book.codes)
    groups = {code.guid: code.name for code in found.codes.values() if not code.codable}
    assert set(groups.values()) == set(book.groups.values())
    training = next(code for code in found.codes.values() if code.name == "training")
    assert groups[training.parent] == book.groups["implementation"]
    assert [source.name for source in found.sources.values()] == ["A1-x-i1", "B2-y-f1"]
    assert len(found.cases) == 2 and len(found.codings) == 5


def test_the_same_frame_gives_the_same_bytes(segments, tmp_path):
    for name in ("one.qdpx", "two.qdpx"):
        write_project(segments, codebook(), tmp_path / name)
    assert (tmp_path / "one.qdpx").read_bytes() == (tmp_path / "two.qdpx").read_bytes()


def test_passages_without_a_name_are_called_by_their_place(project):
    frame = coded_segments(read_qdpx(edited(project, 'name="B2-y-f1.01" ', "")))
    start, end = passages("B2-y-f1", 1)[0]
    assert frame["segment_id"].iloc[-1] == f"B2-y-f1:{start}-{end}"


def test_a_coding_without_user_takes_the_projects(project):
    from analysis.standins.qda_writer import _guid

    user = f' creatingUser="{_guid("user C1")}"'
    frame = coded_segments(read_qdpx(edited(project, user, "")))
    # the selection's own creating user is "agreed", so C1's one coding becomes a second of theirs
    assert (frame["coder"] == "C1").sum() == 0


@pytest.mark.parametrize(
    "name", ["../evil.txt", "/etc/evil.txt", "sources/../../evil.txt", "C:/evil.txt", "sources\\..\\..\\evil.txt"]
)
def test_paths_that_leave_the_archive_are_refused(project, tmp_path, name):
    with pytest.raises(DataError, match="path leaves the archive"):
        read_qdpx(with_entry(project, name, b"x"))
    assert not list(tmp_path.parent.rglob("evil.txt"))


def test_a_symbolic_link_is_refused(project):
    link = zipfile.ZipInfo("sources/link.txt")
    link.create_system, link.external_attr = 3, (stat.S_IFLNK | 0o777) << 16
    with pytest.raises(DataError, match="symbolic link"):
        read_qdpx(with_entry(project, link, b"/etc/passwd"))


def test_an_oversized_entry_is_refused(project):
    with pytest.raises(DataError, match=r"too large.*at most 200000 bytes"):
        read_qdpx(with_entry(project, "sources/huge.txt", b"a" * 200_001), LIMITS)


def test_all_entries_together_are_bounded(project):
    for place in range(3):
        with_entry(project, f"sources/large{place}.txt", bytes(range(250)) * 700)
    with pytest.raises(DataError, match="unpacks to too much"):
        read_qdpx(project, LIMITS)


def test_a_zip_bomb_is_refused_before_it_is_unpacked(project):
    # 20 million equal bytes pack about a thousandfold; the size alone is within the default limits
    with pytest.raises(DataError, match="zip bomb"):
        read_qdpx(with_entry(project, "sources/bomb.txt", b"\0" * 20_000_000))


def test_an_entry_that_is_larger_than_it_says_is_refused(project):
    # the central directory claims one byte for the project: what comes out of it is not taken for whole
    content = bytearray(project.read_bytes())
    central = content.rindex(
        b"PK\x01\x02" + bytes(content[content.index(b"PK\x01\x02") + 4 :][:2]), 0, content.rindex(b"project.qde")
    )
    content[central + 24 : central + 28] = (1).to_bytes(4, "little")
    project.write_bytes(content)
    with pytest.raises(DataError, match="cannot be unpacked"):
        read_qdpx(project)


def test_too_many_entries_are_refused(project):
    for place in range(50):
        with_entry(project, f"sources/{place}.txt", b"x")
    with pytest.raises(DataError, match="too many entries"):
        read_qdpx(project, LIMITS)


@pytest.mark.filterwarnings("ignore:Duplicate name")
def test_a_repeated_entry_is_refused(project):
    with pytest.raises(DataError, match="entry twice"):
        read_qdpx(with_entry(project, "project.qde", b"<x/>"))


BOMB = """<!DOCTYPE Project [<!ENTITY a "ha"><!ENTITY b "&a;&a;&a;&a;&a;&a;&a;&a;&a;&a;">]>\n<Project """
EXTERNAL = """<!DOCTYPE Project [<!ENTITY x SYSTEM "file:///etc/passwd">]>\n<Project """


@pytest.mark.parametrize("prolog", [BOMB, EXTERNAL, "<!DOCTYPE Project>\n<Project "])
def test_entities_are_refused(project, prolog):
    with pytest.raises(DataError, match="document type or entities"):
        read_qdpx(edited(project, "<Project ", prolog))


def test_deep_nesting_is_refused(project):
    deep = "<CodeBook>" + "<Codes>" * 500 + "</Codes>" * 500
    with pytest.raises(DataError, match="nested too deeply"):
        read_qdpx(edited(project, "<CodeBook>", deep))


@pytest.mark.parametrize("cut", [10, 400, -30])
def test_half_copied_archives_are_refused(project, cut):
    project.write_bytes(project.read_bytes()[:cut])
    with pytest.raises(DataError, match="no zip archive"):
        read_project(project)


def test_an_archive_without_project_is_refused(project):
    empty = rewritten(project, lambda name, content: (name, content) if name != "project.qde" else None)
    with pytest.raises(DataError, match="holds no project"):
        read_project(empty)


def test_a_missing_text_is_refused(project):
    without = rewritten(project, lambda name, content: (name, content) if name == "project.qde" else None)
    with pytest.raises(DataError, match="text is not in the archive"):
        read_project(without)


def test_broken_xml_is_refused(project):
    with pytest.raises(DataError, match="not well-formed"):
        read_project(edited(project, "</Sources>", ""))


def test_a_passage_behind_the_text_is_refused(project):
    end = passages("B2-y-f1", 1)[0][1]
    with pytest.raises(DataError, match="ends behind its text; found 9999"):
        read_project(
            edited(
                project,
                f'startPosition="0" endPosition="{end}" creatingUser',
                'startPosition="0" endPosition="9999" creatingUser',
            )
        )


def test_a_reference_to_no_code_is_refused(project):
    from analysis.standins.qda_writer import _guid

    code = f'<CodeRef targetGUID="{_guid("code tick_box")}"'
    with pytest.raises(DataError, match="leads to no code"):
        read_project(edited(project, code, '<CodeRef targetGUID="00000000-0000-0000-0000-000000000000"'))


def test_a_code_off_the_codebook_is_refused(project):
    with pytest.raises(DataError, match=r"column theme.*found 'gossip'"):
        read_project(edited(project, 'name="tick_box"', 'name="gossip"'))


def test_a_source_without_its_site_is_refused(project):
    from analysis.standins.qda_writer import _guid

    site = f'<VariableRef targetGUID="{_guid("variable site")}" />'
    role = f'<VariableRef targetGUID="{_guid("variable role")}" />'
    with pytest.raises(DataError, match="has no value of the variable"):
        read_project(edited(project, site, role))


def test_another_root_is_refused(project):
    with pytest.raises(DataError, match="another root"):
        read_project(edited(project, "urn:QDA-XML:project:1.0", "urn:QDA-XML:codebook:1.0"))
