"""Writes coded passages as a REFI-QDA project (`.qdpx`), the same bytes for the same frame.

Element order follows Project.xsd (REFI-QDA 1.0): Users, CodeBook, Variables, Cases, Sources. Texts are placeholders.
"""

from __future__ import annotations

import uuid
import zipfile
from pathlib import Path
from xml.etree import ElementTree

import pandas as pd

from analysis.sources.qualitative_instruments import Codebook
from analysis.sources.refi_qda import NAMESPACE, PROJECT_ENTRY

FIXED_TIME = (2020, 3, 1, 0, 0, 0)
STAMP = "2020-03-01T00:00:00Z"
NAMES = uuid.uuid5(uuid.NAMESPACE_URL, "deep-dives-stand-in")
VARIABLES = {"site": "Text", "wave": "Integer", "role": "Text", "source_kind": "Text", "consent": "Boolean"}


def passages(source_id: str, number: int) -> list[tuple[int, int]]:
    """Start and end (in characters) of each placeholder passage in a source's text."""
    spans, start = [], 0
    for line in _lines(source_id, number):
        spans.append((start, start + len(line)))
        start += len(line) + 1
    return spans


def source_text(source_id: str, number: int) -> str:
    """The placeholder text of a source, one line a passage."""
    return "\n".join(_lines(source_id, number)) + "\n"


def write_project(segments: pd.DataFrame, book: Codebook, path: Path) -> None:
    """Write a frame of coded segments and its codebook as a `.qdpx` archive with fixed times."""
    root = ElementTree.Element(
        "Project",
        {
            "xmlns": NAMESPACE,
            "name": "Deep dives (synthetic stand-in)",
            "origin": "Stand-in generator",
            "creatingUserGUID": _guid("user agreed"),
            "creationDateTime": STAMP,
        },
    )
    sources = segments.drop_duplicates("source_id")
    _users(root, segments["coder"].unique())
    _codes(root, book)
    _variables(root)
    _cases(root, sources)
    texts = _sources(root, segments, sources)
    ElementTree.indent(root, " ")
    content = ElementTree.tostring(root, encoding="utf-8", xml_declaration=True)
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        _add(archive, PROJECT_ENTRY, content)
        for name, text in texts.items():
            _add(archive, f"sources/{name}", text.encode())


def _lines(source_id, number):
    return [f"[{source_id}, passage {place}: synthetic, nobody's words]" for place in range(1, number + 1)]


def _guid(name: str) -> str:
    return str(uuid.uuid5(NAMES, name))


def _add(archive, name, content):
    info = zipfile.ZipInfo(name, FIXED_TIME)
    info.compress_type, info.create_system, info.external_attr = zipfile.ZIP_DEFLATED, 3, 0o644 << 16
    archive.writestr(info, content)


def _users(root, coders):
    users = ElementTree.SubElement(root, "Users")
    for coder in sorted(coders):
        ElementTree.SubElement(users, "User", {"guid": _guid(f"user {coder}"), "name": coder, "id": coder})


def _codes(root, book):
    codes = ElementTree.SubElement(ElementTree.SubElement(root, "CodeBook"), "Codes")
    for group, label in book.groups.items():
        parent = ElementTree.SubElement(
            codes, "Code", {"guid": _guid(f"group {group}"), "name": label, "isCodable": "false"}
        )
        for theme in (theme for theme in book.themes if theme.group == group):
            _code(parent, theme.code, theme.definition)
    _code(codes, book.residual, book.residual_label)


def _code(parent, code, description):
    element = ElementTree.SubElement(parent, "Code", {"guid": _guid(f"code {code}"), "name": code, "isCodable": "true"})
    ElementTree.SubElement(element, "Description").text = description


def _variables(root):
    variables = ElementTree.SubElement(root, "Variables")
    for name, kind in VARIABLES.items():
        ElementTree.SubElement(
            variables, "Variable", {"guid": _guid(f"variable {name}"), "name": name, "typeOfVariable": kind}
        )


def _cases(root, sources):
    cases = ElementTree.SubElement(root, "Cases")
    for row in sources.to_dict("records"):
        case = ElementTree.SubElement(
            cases, "Case", {"guid": _guid(f"case {row['source_id']}"), "name": row["source_id"]}
        )
        for name, kind in VARIABLES.items():
            value = ElementTree.SubElement(case, "VariableValue")
            ElementTree.SubElement(value, "VariableRef", {"targetGUID": _guid(f"variable {name}")})
            text = str(row[name]) if kind != "Boolean" else ("true" if int(row[name]) else "false")
            ElementTree.SubElement(value, f"{kind}Value").text = text
        ElementTree.SubElement(case, "SourceRef", {"targetGUID": _guid(f"source {row['source_id']}")})


def _sources(root, segments, sources) -> dict[str, str]:
    """Sources with their passages and codings; returns the texts by entry name."""
    parent, texts = ElementTree.SubElement(root, "Sources"), {}
    by_source = dict(tuple(segments.groupby("source_id", sort=False)))
    for source_id in sources["source_id"]:
        rows = by_source[source_id]
        entry = f"{_guid(f'source {source_id}')}.txt"
        element = ElementTree.SubElement(
            parent,
            "TextSource",
            {
                "guid": _guid(f"source {source_id}"),
                "name": source_id,
                "plainTextPath": f"internal://{entry}",
                "creatingUser": _guid("user agreed"),
                "creationDateTime": STAMP,
            },
        )
        for segment_id, codings in rows.groupby("segment_id", sort=False):
            _selection(element, segment_id, codings)
        texts[entry] = source_text(source_id, rows["segment_id"].nunique())
    return texts


def _selection(parent, segment_id, codings):
    first = codings.iloc[0]
    selection = ElementTree.SubElement(
        parent,
        "PlainTextSelection",
        {
            "guid": _guid(f"segment {segment_id}"),
            "name": segment_id,
            "startPosition": str(first["start"]),
            "endPosition": str(first["end"]),
            "creatingUser": _guid("user agreed"),
            "creationDateTime": STAMP,
        },
    )
    for coder, theme in zip(codings["coder"], codings["theme"], strict=True):
        coding = ElementTree.SubElement(
            selection,
            "Coding",
            {
                "guid": _guid(f"{segment_id} {coder} {theme}"),
                "creatingUser": _guid(f"user {coder}"),
                "creationDateTime": STAMP,
            },
        )
        ElementTree.SubElement(coding, "CodeRef", {"targetGUID": _guid(f"code {theme}")})
