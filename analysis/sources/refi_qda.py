"""REFI-QDA projects (`.qdpx`), the exchange format of qualitative analysis programs: a zip with `project.qde` in XML.

Reads coders, codes, variables, cases, sources and codings after the schema of the REFI-QDA standard 1.0 (Project.xsd,
18 March 2019), with the standard library alone. An archive comes from outside, so nothing of it is written to disk,
its sizes are bounded before and while it is read (guarded_archive), and a document type declaration, the vehicle of
entity bombs, is refused.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from types import MappingProxyType
from xml.etree import ElementTree
from xml.parsers import expat

import pandas as pd

from analysis.design import load_design
from analysis.errors import DataError
from analysis.sources.guarded_archive import GuardedArchive, Limits, guarded

NAMESPACE = "urn:QDA-XML:project:1.0"
PROJECT_ENTRY = "project.qde"
SOURCE_FOLDERS = ("sources", "Sources")
XML_DEPTH = 60  # the standard nests codes in codes without end; deeper than this is no codebook
SOURCE_TAGS = ("TextSource", "PictureSource", "PDFSource", "AudioSource", "VideoSource")


@dataclass(frozen=True)
class Code:
    """A code of the codebook; `parent` is the GUID of the code above it, or ""."""

    guid: str
    name: str
    description: str
    parent: str
    codable: bool


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
        root = _parse(archive.read(PROJECT_ENTRY), path.name)
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


def _parse(content: bytes, file: str) -> ElementTree.Element:
    """The root element, after refusing a document type (and so every entity) and too deep a nesting."""
    depth = 0

    def refuse_doctype(*_):
        raise DataError(
            "the project declares a document type or entities: an entity bomb?",
            file=file,
            column=PROJECT_ENTRY,
            expected="XML without a document type",
        )

    def enter(*_):
        nonlocal depth
        depth += 1
        if depth > XML_DEPTH:
            raise DataError(
                "the project's XML is nested too deeply",
                file=file,
                column=PROJECT_ENTRY,
                expected=f"at most {XML_DEPTH} levels",
            )

    def leave(*_):
        nonlocal depth
        depth -= 1

    guard = expat.ParserCreate()
    guard.StartDoctypeDeclHandler = refuse_doctype
    guard.EntityDeclHandler = refuse_doctype
    guard.StartElementHandler, guard.EndElementHandler = enter, leave
    try:
        guard.Parse(content, True)
        root = ElementTree.fromstring(content)
    except (expat.ExpatError, ElementTree.ParseError) as error:
        raise DataError(
            f"the project is not well-formed XML ({error})", file=file, column=PROJECT_ENTRY, expected="a whole project"
        ) from None
    if root.tag != f"{{{NAMESPACE}}}Project":
        raise DataError(
            "the project has another root",
            file=file,
            column=PROJECT_ENTRY,
            value=root.tag,
            expected=f"Project in {NAMESPACE}",
        )
    return root


def _project(root, text_of, file) -> Project:
    coders = {_guid(user, file): user.get("name", "") for user in _all(root, "Users", "User")}
    codes = {code.guid: code for code in _codes(root, file)}
    names = {_guid(variable, file): variable.get("name", "") for variable in _all(root, "Variables", "Variable")}
    cases = tuple(_case(element, names, file) for element in _all(root, "Cases", "Case"))
    elements = [element for element in _children(root, "Sources") if _local(element) in SOURCE_TAGS]
    sources = {_guid(element, file): _source(element, names, text_of, file) for element in elements}
    codings = tuple(
        coding
        for element in elements
        for coding in _codings(
            element, sources[_guid(element, file)], root.get("creatingUserGUID", ""), codes, coders, file
        )
    )
    return Project(
        file,
        root.get("name", ""),
        root.get("origin", ""),
        MappingProxyType(coders),
        MappingProxyType(codes),
        cases,
        MappingProxyType(sources),
        codings,
    )


def _codes(root, file) -> Iterator[Code]:
    """All codes, parents before children, without recursion."""
    waiting = [(element, "") for element in reversed(_all(root, "CodeBook", "Codes", "Code"))]
    while waiting:
        element, parent = waiting.pop()
        guid = _guid(element, file)
        yield Code(
            guid,
            element.get("name", ""),
            _text(element, "Description"),
            parent,
            element.get("isCodable", "true") in ("true", "1"),
        )
        waiting.extend((child, guid) for child in reversed(_children(element)) if _local(child) == "Code")


def _case(element, names, file) -> Case:
    sources = tuple(_target(child, file) for child in element if _local(child) == "SourceRef")
    return Case(_guid(element, file), element.get("name", ""), _variables(element, names, file), sources)


def _source(element, names, text_of, file) -> Source:
    length = None
    if _local(element) == "TextSource":
        path = element.get("plainTextPath", "")
        inside = element.find(f"{{{NAMESPACE}}}PlainTextContent")
        if path.startswith("internal://"):
            length = len(text_of(path.removeprefix("internal://")))
        elif inside is not None:
            length = len(inside.text or "")
    return Source(
        _guid(element, file),
        element.get("name", ""),
        _local(element).removesuffix("Source").lower(),
        _variables(element, names, file),
        length,
    )


def _codings(element, source, project_user, codes, coders, file) -> Iterator[Coding]:
    """Codings of a text source's passages. A passage without a name is called by its source and place."""
    for selection in (child for child in element if _local(child) == "PlainTextSelection"):
        start, end = (_position(selection, name, file) for name in ("startPosition", "endPosition"))
        if source.length is not None and end > source.length:
            raise DataError(
                f"a passage of {source.name} ends behind its text",
                file=file,
                column="endPosition",
                value=end,
                expected=f"at most {source.length}",
            )
        segment = selection.get("name") or f"{source.name}:{start}-{end}"
        for coding in (child for child in selection if _local(child) == "Coding"):
            coder = coding.get("creatingUser") or selection.get("creatingUser") or project_user
            for reference in (child for child in coding if _local(child) == "CodeRef"):
                code = _target(reference, file)
                _known(code, codes, "code", file)
                _known(coder, coders, "user", file)
                yield Coding(source.guid, segment, start, end, coder, code)


def _variables(element, names, file) -> Mapping[str, str]:
    found = {}
    for value in (child for child in element if _local(child) == "VariableValue"):
        reference = next((child for child in value if _local(child) == "VariableRef"), None)
        content = next((child for child in value if _local(child).endswith("Value")), None)
        if reference is None:
            raise DataError("a value names no variable", file=file, column="VariableValue", expected="a VariableRef")
        guid = _target(reference, file)
        _known(guid, names, "variable", file)
        text = (content.text or "").strip() if content is not None else ""
        boolean = content is not None and _local(content) == "BooleanValue"
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


def _known(guid, known, what, file):
    if guid not in known:
        raise DataError(
            f"a reference leads to no {what}",
            file=file,
            column="targetGUID",
            value=guid,
            expected=f"the GUID of a {what} of the project",
        )


def _all(root, *path) -> list:
    """Children by a path of local names below the root."""
    found = [root]
    for name in path:
        found = [child for element in found for child in element if _local(child) == name]
    return found


def _children(element, name: str | None = None) -> list:
    holder = element if name is None else next((child for child in element if _local(child) == name), ())
    return list(holder)


def _local(element) -> str:
    return element.tag.rpartition("}")[2]


def _text(element, name) -> str:
    found = element.find(f"{{{NAMESPACE}}}{name}")
    return (found.text or "").strip() if found is not None else ""


def _guid(element, file) -> str:
    guid = element.get("guid", "")
    if not guid:
        raise DataError(f"a {_local(element)} has no guid", file=file, column=PROJECT_ENTRY, expected="a guid")
    return guid


def _target(element, file) -> str:
    guid = element.get("targetGUID", "")
    if not guid:
        raise DataError(f"a {_local(element)} leads nowhere", file=file, column="targetGUID", expected="a guid")
    return guid


def _position(element, name, file) -> int:
    try:
        value = int(element.get(name, ""))
    except ValueError:
        value = -1
    if value < 0:
        raise DataError(
            "a passage has no place", file=file, column=name, value=element.get(name), expected="a whole number from 0"
        )
    return value
