"""Projects and codebooks by another writer (pyrefiqda, made from the standard's own schemas) read to the same rows."""

from __future__ import annotations

import uuid

import pandas as pd
import pytest
from pyrefiqda import RefiCodebook, RefiProject, models

from analysis.errors import DataError
from analysis.sources.qualitative_instruments import codebook
from analysis.sources.refi_codebook import read_qdc, write_qdc
from analysis.sources.refi_qda import coded_segments, default_limits, read_project, read_qdpx
from analysis.standins.qda_writer import source_text
from analysis.strands.deep_dives import holdings, role_presence

NAMES = uuid.UUID(int=7)
VARIABLES = {"site": "TEXT", "wave": "INTEGER", "role": "TEXT", "source_kind": "TEXT", "consent": "BOOLEAN"}


def guid(text: str) -> str:
    return str(uuid.uuid5(NAMES, text))


def value_of(name: str, value) -> models.VariableValueType:
    field = {"TEXT": "text_value", "INTEGER": "integer_value", "BOOLEAN": "boolean_value"}[VARIABLES[name]]
    kind = {"TEXT": str, "INTEGER": int, "BOOLEAN": bool}[VARIABLES[name]]
    return models.VariableValueType(variable_ref=models.VariableRefType(target_guid=guid(name)), **{field: kind(value)})


def other_writer(segments: pd.DataFrame, path, folder) -> None:
    """The segments as pyrefiqda writes them: texts in the archive, variables on the sources and not on cases, no names
    on passages, a set and a memo beside."""
    folder.mkdir()
    sources = []
    for source, rows in segments.groupby("source_id", sort=False):
        (folder / f"{guid(source)}.txt").write_text(source_text(source, rows["segment_id"].nunique()), encoding="utf-8")
        selections = []
        for segment, given in rows.groupby("segment_id", sort=False):
            codings = [models.CodingType(guid=guid(f"{segment}{row.coder}{row.theme}"), creating_user=guid(row.coder),
                                         code_ref=models.CodeRefType(target_guid=guid(row.theme)))
                       for row in given.itertuples()]
            selections.append(models.PlainTextSelectionType(
                guid=guid(segment), name=segment, start_position=int(given["start"].iloc[0]),
                end_position=int(given["end"].iloc[0]), coding=codings))
        sources.append(models.TextSourceType(
            guid=guid(source), name=source, plain_text_path=f"internal://{guid(source)}.txt",
            plain_text_selection=selections,
            variable_value=[value_of(name, rows[name].iloc[0]) for name in VARIABLES],
            note_ref=[models.NoteRefType(target_guid=guid("memo"))]))
    codes = [models.ProjectCodeType(guid=guid(code), name=code, is_codable=True) for code in codebook().codes]
    project = models.Project(
        name="Another writer", creating_user_guid=guid("agreed"),
        users=models.UsersType(user=[models.UserType(guid=guid(name), name=name)
                                     for name in sorted(segments["coder"].unique())]),
        code_book=models.ProjectCodeBookType(codes=models.ProjectCodesType(code=codes)),
        variables=models.VariablesType(variable=[models.VariableType(
            guid=guid(name), name=name, type_of_variable=models.TypeOfVariableType[kind])
            for name, kind in VARIABLES.items()]),
        sources=models.SourcesType(text_source=sources),
        notes=models.NotesType(note=[models.TextSourceType(guid=guid("memo"), name="First thoughts",
                                                           plain_text_content="Five words that stay out")]),
        sets=models.ProjectSetsType(set=[models.ProjectSetType(
            guid=guid("set"), name="Interviews of wave 1",
            member_code=[models.CodeRefType(target_guid=guid("training"))])]))
    RefiProject.save(project, path, folder)


@pytest.fixture(scope="module")
def segments(standins):
    frame = standins("coded_segments").frame
    return frame[frame["source_id"].isin(frame["source_id"].unique()[::6])].reset_index(drop=True)


@pytest.fixture(scope="module")
def project(segments, tmp_path_factory):
    folder = tmp_path_factory.mktemp("other")
    other_writer(segments, folder / "other.qdpx", folder / "texts")
    return folder / "other.qdpx"


def test_another_writers_project_reads_to_the_same_rows(project, segments):
    ours = read_project(project)
    key = ["segment_id", "coder", "theme"]
    pd.testing.assert_frame_equal(ours.sort_values(key).reset_index(drop=True),
                                  segments.sort_values(key).reset_index(drop=True)[ours.columns])


def test_and_so_to_the_same_presence_matrix(project, segments):
    both = (segments, read_project(project))
    ours, theirs = (role_presence(holdings(frame, codebook(), "agreed"), 0.5) for frame in both)
    key = ["site", "role", "theme"]
    pd.testing.assert_frame_equal(ours.sort_values(key).reset_index(drop=True),
                                  theirs.sort_values(key).reset_index(drop=True))


def test_sets_and_memos_are_read_without_the_memos_words(project):
    found = read_qdpx(project)
    assert [one.name for one in found.sets] == ["Interviews of wave 1"]
    assert [found.codes[code].name for code in found.sets[0].codes] == ["training"]
    memo = next(iter(found.memos.values()))
    assert (memo.name, memo.length) == ("First thoughts", len("Five words that stay out"))
    assert "Five words" not in repr(found)
    assert len(coded_segments(found)) == sum(1 for _ in found.codings)


def test_a_codebook_of_another_writer_is_read(tmp_path):
    child = models.CodebookCodeType(guid=guid("child"), name="training", is_codable=True)
    group = models.CodebookCodeType(guid=guid("group"), name="Putting it in place", is_codable=False, code=[child])
    member = models.MemberCodeType(guid=child.guid)
    named = models.CodebookSetType(guid=guid("set"), name="Trained", member_code=[member])
    book = models.CodeBook(codes=models.CodebookCodesType(code=[group]), sets=models.CodebookSetsType(set=[named]))
    RefiCodebook.save(book, tmp_path / "codes.qdc")
    found = read_qdc(tmp_path / "codes.qdc", default_limits())
    assert [(one.name, one.codable) for one in found.codes.values()] == [("Putting it in place", False),
                                                                        ("training", True)]
    assert found.codes[guid("child")].parent == guid("group") and found.sets[0].codes == (guid("child"),)


def test_our_codebook_is_read_by_another_reader(tmp_path):
    write_qdc({"training": ("Training", "Putting it in place", "What was taught"), "uncoded": ("None", "", "")},
              tmp_path / "ours.qdc")
    theirs = RefiCodebook.load(tmp_path / "ours.qdc")
    assert [code.name for code in theirs.codes.code] == ["Putting it in place", "uncoded"]
    assert theirs.codes.code[0].code[0].name == "training"


@pytest.mark.parametrize(("content", "says"), [
    (b"", "not well-formed"), (b"<CodeBook/>", "another root"),
    (b'<!DOCTYPE x [<!ENTITY a "b">]><CodeBook xmlns="urn:QDA-XML:codebook:1.0"/>', "entity bomb"),
    (b'<CodeBook xmlns="urn:QDA-XML:codebook:1.0"/>', "holds no code"),
    (b'<CodeBook xmlns="urn:QDA-XML:codebook:1.0"><Codes><Code name="x"/></Codes></CodeBook>', "has no guid"),
    (b'<CodeBook xmlns="urn:QDA-XML:codebook:1.0"><Codes><Code guid="a" name="x"/></Codes><Sets><Set guid="s" name="y">'
     b'<MemberCode targetGUID="b"/></Set></Sets></CodeBook>', "leads to no code"),
    (b'<CodeBook xmlns="urn:QDA-XML:codebook:1.0">' + b"<Codes>" * 70 + b"</Codes>" * 70 + b"</CodeBook>",
     "too deeply")])
def test_hostile_or_broken_codebooks_are_refused(content, says, tmp_path):
    path = tmp_path / "codes.qdc"
    path.write_bytes(content)
    with pytest.raises(DataError, match=says):
        read_qdc(path, default_limits())


def test_a_codebook_beyond_the_limit_is_refused(tmp_path):
    from dataclasses import replace

    write_qdc({"a": ("A", "", "")}, tmp_path / "codes.qdc")
    with pytest.raises(DataError, match="the codebook is too large"):
        read_qdc(tmp_path / "codes.qdc", replace(default_limits(), entry_bytes=10))


def test_a_reference_to_no_memo_is_refused(segments, tmp_path):
    import zipfile

    other_writer(segments.head(6), tmp_path / "a.qdpx", tmp_path / "texts")
    with zipfile.ZipFile(tmp_path / "a.qdpx") as old, zipfile.ZipFile(tmp_path / "b.qdpx", "w") as new:
        for name in old.namelist():
            lost = old.read(name).replace(f'NoteRef targetGUID="{guid("memo")}"'.encode(), b'NoteRef targetGUID="x"')
            new.writestr(name, lost)
    with pytest.raises(DataError, match="leads to no memo; found 'x'"):
        read_qdpx(tmp_path / "b.qdpx")
