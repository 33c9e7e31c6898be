"""REFI-QDA projects (`.qdpx`), the exchange format of qualitative analysis programs: a zip with `project.qde` in XML.

Reads coders, codes, variables, cases, sources, codings, sets and memos after the schema of the REFI-QDA standard 1.0
(Project.xsd, 18 March 2019), with the standard library alone. An archive comes from outside, so nothing of it is
written to disk, its sizes are bounded before and while it is read (guarded_archive), and a document type declaration,
the vehicle of entity bombs, is refused.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from types import MappingProxyType

import pandas as pd

from analysis.design import load_design
from analysis.errors import DataError
from analysis.sources.guarded_archive import GuardedArchive, Limits, guarded
from analysis.sources.refi_codebook import Code, CodeSet, codes_in, set_in
from analysis.sources.refi_xml import (
    check_known,
    children_of,
    elements,
    guid_of,
    local_of,
    parse,
    position_of,
    target_of,
)

NAMESPACE = "urn:QDA-XML:project:1.0"
PROJECT_ENTRY = "project.qde"
SOURCE_FOLDERS = ("sources", "Sources")
SOURCE_TAGS = ("TextSource", "PictureSource", "PDFSource", "AudioSource", "VideoSource")


@dataclass(frozen=True)
class Source:
    """A source: an interview, a group, a document. `length`: characters of its text, None where it has no text here."""

    guid: str
    name: str
    kind: str
    variables: Mapping[str, str]
    length: int | None


@dataclass(frozen=True)
class Case:
    """A case: variables shared by its sources."""

    guid: str
    name: str
    variables: Mapping[str, str]
    sources: tuple[str, ...]


@dataclass(frozen=True)
class Coding:
    """One code given by one coder to one passage (characters `start` to `end`) of a source. GUIDs."""

    source: str
    segment: str
    start: int
    end: int
    coder: str
    code: str


@dataclass(frozen=True)
class Memo:
    """A memo (the standard's Note): what it is called and how long it is. Its text is not kept."""

    guid: str
    name: str
    length: int


@dataclass(frozen=True)
class Project:
    """A project as read. Mappings are by GUID."""

    file: str
    name: str
    origin: str
    coders: Mapping[str, str]
    codes: Mapping[str, Code]
    cases: tuple[Case, ...]
    sources: Mapping[str, Source]
    codings: tuple[Coding, ...]
    sets: tuple[CodeSet, ...]
    memos: Mapping[str, Memo]


def default_limits() -> Limits:
    """The limits of `data/evaluation.yml` (deep_dives.archive)."""
    return Limits(**load_design().section("deep_dives")["archive"])


def read_project(path: Path) -> pd.DataFrame:
    """The coded segments of a project, one row a coding, checked by the schema `coded_segments`.

    Raises `DataError` for a hostile or damaged archive, a reference to nothing, or values off the schema.
    """
    from analysis.sources.schemas import schema_of  # schemas import instruments; a reader of projects needs neither

    project = read_qdpx(Path(path))
    return schema_of("coded_segments").validate(coded_segments(project), project.file)


def read_qdpx(path: Path, limits: Limits | None = None) -> Project:
    """Read a `.qdpx` archive; `DataError` when it is no archive, breaks a limit, or does not fit the standard."""
    with guarded(path, limits or default_limits()) as archive:
        if PROJECT_ENTRY not in archive.names:
            raise DataError("the archive holds no project", file=path.name, expected=f"an entry {PROJECT_ENTRY}")
        root = parse(archive.read(PROJECT_ENTRY), path.name, PROJECT_ENTRY, f"{{{NAMESPACE}}}Project")
        return _project(root, lambda name: _text_of(archive, name), path.name)


def coded_segments(project: Project) -> pd.DataFrame:
    """A project's codings as text in the columns of the coded-segment file, numbered from 1.

    Site, wave, role, kind and consent are variables of the source or of the case it belongs to.
    """
    columns = ("source_kind", "site", "wave", "role", "consent")
    facts = {guid: _facts(project, source, columns) for guid, source in project.sources.items()}
    rows = [_row(project, coding, facts[coding.source]) for coding in project.codings]
    order = [
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
    if not rows:
        raise DataError("the project holds no coding", file=project.file, expected="at least one coded passage")
    return pd.DataFrame(rows, index=range(1, len(rows) + 1), dtype=str)[order]


def _text_of(archive: GuardedArchive, name: str) -> str:
    """The plain text of a source in the archive; the standard calls the folder `sources`, some programs `Sources`."""
    entry = next((f"{folder}/{name}" for folder in SOURCE_FOLDERS if f"{folder}/{name}" in archive.names), None)
    if entry is None:
        raise DataError(
            "a source's text is not in the archive",
            file=archive.file,
            value=name,
            expected=f"an entry in {SOURCE_FOLDERS[0]}/",
        )
    try:
        return archive.read(entry).decode("utf-8-sig")
    except UnicodeDecodeError:
        raise DataError("a source is not UTF-8 text", file=archive.file, value=entry, expected="UTF-8") from None


def _project(root, text_of, file) -> Project:
    coders = {guid_of(user, file): user.get("name", "") for user in elements(root, "Users", "User")}
    codes = {code.guid: code for code in codes_in(elements(root, "CodeBook", "Codes", "Code"), file)}
    names = {guid_of(variable, file): variable.get("name", "") for variable in elements(root, "Variables", "Variable")}
    cases = tuple(_case(element, names, file) for element in elements(root, "Cases", "Case"))
    found = [element for element in children_of(root, "Sources") if local_of(element) in SOURCE_TAGS]
    sources = {guid_of(element, file): _source(element, names, text_of, file) for element in found}
    codings = tuple(
        coding
        for element in found
        for coding in _codings(
            element, sources[guid_of(element, file)], root.get("creatingUserGUID", ""), codes, coders, file
        )
    )
    memos = {memo.guid: memo for memo in _memos(root, text_of, file)}
    _check_memos(root, memos, file)
    sets = tuple(set_in(element, codes, sources, memos, file) for element in elements(root, "Sets", "Set"))
    return Project(
        file,
        root.get("name", ""),
        root.get("origin", ""),
        MappingProxyType(coders),
        MappingProxyType(codes),
        cases,
        MappingProxyType(sources),
        codings,
        sets,
        MappingProxyType(memos),
    )


def _memos(root, text_of, file) -> Iterator[Memo]:
    """The notes of the project, which programs call memos."""
    for element in elements(root, "Notes", "Note"):
        yield Memo(guid_of(element, file), element.get("name", ""), _length(element, text_of) or 0)


def _check_memos(root, memos, file) -> None:
    """Every reference to a memo, wherever it stands, leads to one."""
    for element in root.iter():
        if local_of(element) == "NoteRef":
            check_known(target_of(element, file), memos, "memo", file)


def _length(element, text_of) -> int | None:
    """Characters of an element's plain text, in the archive or in the element; None where it has none."""
    path = element.get("plainTextPath", "")
    inside = next((child for child in element if local_of(child) == "PlainTextContent"), None)
    if path.startswith("internal://"):
        return len(text_of(path.removeprefix("internal://")))
    return len(inside.text or "") if inside is not None else None


def _case(element, names, file) -> Case:
    sources = tuple(target_of(child, file) for child in element if local_of(child) == "SourceRef")
    return Case(guid_of(element, file), element.get("name", ""), _variables(element, names, file), sources)


def _source(element, names, text_of, file) -> Source:
    length = _length(element, text_of) if local_of(element) == "TextSource" else None
    return Source(
        guid_of(element, file),
        element.get("name", ""),
        local_of(element).removesuffix("Source").lower(),
        _variables(element, names, file),
        length,
    )


def _codings(element, source, project_user, codes, coders, file) -> Iterator[Coding]:
    """Codings of a text source's passages. A passage without a name is called by its source and place."""
    for selection in (child for child in element if local_of(child) == "PlainTextSelection"):
        start, end = (position_of(selection, name, file) for name in ("startPosition", "endPosition"))
        if source.length is not None and end > source.length:
            raise DataError(
                f"a passage of {source.name} ends behind its text",
                file=file,
                column="endPosition",
                value=end,
                expected=f"at most {source.length}",
            )
        segment = selection.get("name") or f"{source.name}:{start}-{end}"
        for coding in (child for child in selection if local_of(child) == "Coding"):
            coder = coding.get("creatingUser") or selection.get("creatingUser") or project_user
            for reference in (child for child in coding if local_of(child) == "CodeRef"):
                code = target_of(reference, file)
                check_known(code, codes, "code", file)
                check_known(coder, coders, "user", file)
                yield Coding(source.guid, segment, start, end, coder, code)


def _variables(element, names, file) -> Mapping[str, str]:
    found = {}
    for value in (child for child in element if local_of(child) == "VariableValue"):
        reference = next((child for child in value if local_of(child) == "VariableRef"), None)
        content = next((child for child in value if local_of(child).endswith("Value")), None)
        if reference is None:
            raise DataError("a value names no variable", file=file, column="VariableValue", expected="a VariableRef")
        guid = target_of(reference, file)
        check_known(guid, names, "variable", file)
        text = (content.text or "").strip() if content is not None else ""
        boolean = content is not None and local_of(content) == "BooleanValue"
        found[names[guid]] = {"true": "1", "false": "0"}.get(text, text) if boolean else text
    return MappingProxyType(found)


def _facts(project, source, columns) -> dict[str, str]:
    """The variables of a source: its own, else those of the cases that hold it. Two values for one are an error."""
    found = {name: source.variables[name] for name in columns if name in source.variables}
    own = set(found)
    for case in (case for case in project.cases if source.guid in case.sources):
        for name in (name for name in columns if name in case.variables and name not in own):
            if found.setdefault(name, case.variables[name]) != case.variables[name]:
                raise DataError(
                    f"source {source.name} is in two cases that differ",
                    file=project.file,
                    column=name,
                    value=case.variables[name],
                    expected=found[name],
                )
    for name in columns:
        if name not in found:
            raise DataError(
                f"source {source.name} has no value of the variable",
                file=project.file,
                column=name,
                expected="the variable on the source or on its case",
            )
    return found


def _row(project, coding, facts) -> dict[str, str]:
    return {
        **facts,
        "segment_id": coding.segment,
        "source_id": project.sources[coding.source].name,
        "coder": project.coders[coding.coder],
        "theme": project.codes[coding.code].name,
        "start": str(coding.start),
        "end": str(coding.end),
    }
