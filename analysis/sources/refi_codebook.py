"""REFI-QDA codebooks (`.qdc`) and the codes and sets of projects: names, descriptions, what stands below what.

A codebook file is XML by itself (Codebook.xsd of the REFI-QDA standard 1.0, namespace urn:QDA-XML:codebook:1.0), with
the same elements as the codebook inside a project.
"""

from __future__ import annotations

import uuid
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from types import MappingProxyType
from xml.etree import ElementTree

from analysis.errors import DataError
from analysis.sources.guarded_archive import Limits
from analysis.sources.reading import read_bytes
from analysis.sources.refi_xml import check_known, children_of, elements, guid_of, local_of, parse, target_of, text_of

NAMESPACE = "urn:QDA-XML:codebook:1.0"


@dataclass(frozen=True)
class Code:
    """A code of the codebook; `parent` is the GUID of the code above it, or ""."""

    guid: str
    name: str
    description: str
    parent: str
    codable: bool


@dataclass(frozen=True)
class CodeSet:
    """A named set: GUIDs of its codes, sources and memos."""

    guid: str
    name: str
    codes: tuple[str, ...]
    sources: tuple[str, ...]
    memos: tuple[str, ...]


@dataclass(frozen=True)
class CodebookFile:
    """A codebook as read; codes by GUID."""

    file: str
    codes: Mapping[str, Code]
    sets: tuple[CodeSet, ...]


def read_qdc(path: Path, limits: Limits) -> CodebookFile:
    """Read a `.qdc` file; `DataError` when it is too large, hostile or does not fit the standard."""
    content = read_bytes(Path(path))
    if len(content) > limits.entry_bytes:
        raise DataError("the codebook is too large", file=path.name, value=len(content),
                        expected=f"at most {limits.entry_bytes} bytes")
    root = parse(content, path.name, path.name, f"{{{NAMESPACE}}}CodeBook")
    codes = {code.guid: code for code in codes_in(elements(root, "Codes", "Code"), path.name)}
    if not codes:
        raise DataError("the codebook holds no code", file=path.name, expected="at least one Code")
    sets = tuple(set_in(element, codes, {}, {}, path.name) for element in elements(root, "Sets", "Set"))
    return CodebookFile(path.name, MappingProxyType(codes), sets)


def codes_in(top: list, file: str) -> Iterator[Code]:
    """All codes below these elements, parents before children, without recursion."""
    waiting = [(element, "") for element in reversed(top)]
    while waiting:
        element, parent = waiting.pop()
        guid = guid_of(element, file)
        yield Code(guid, element.get("name", ""), text_of(element, "Description"), parent,
                   element.get("isCodable", "true") in ("true", "1"))
        waiting.extend((child, guid) for child in reversed(children_of(element)) if local_of(child) == "Code")


def set_in(element, codes: Mapping, sources: Mapping, memos: Mapping, file: str) -> CodeSet:
    """One set; `DataError` where a member is not in the file."""
    members: dict[str, list[str]] = {"MemberCode": [], "MemberSource": [], "MemberNote": []}
    known = {"MemberCode": (codes, "code"), "MemberSource": (sources, "source"), "MemberNote": (memos, "memo")}
    for child in element:
        kind = local_of(child)
        if kind in members:
            # A project says targetGUID, a codebook by itself guid (Project.xsd and Codebook.xsd differ here).
            guid = child.get("guid") or target_of(child, file)
            check_known(guid, known[kind][0], known[kind][1], file)
            members[kind].append(guid)
    return CodeSet(guid_of(element, file), element.get("name", ""), *(tuple(found) for found in members.values()))


def write_qdc(codes: Mapping[str, tuple[str, str, str]], path: Path) -> None:
    """Write codes as a `.qdc` file, the same bytes for the same codes.

    `codes`: by name of the code (what it is about, its group's name or "", its definition). Groups become codes that
    cannot be given, above theirs.
    """
    root = ElementTree.Element("CodeBook", {"xmlns": NAMESPACE, "origin": "Executable evaluation report"})
    top = ElementTree.SubElement(root, "Codes")
    groups: dict[str, ElementTree.Element] = {}
    for name, (label, group, definition) in codes.items():
        above = top
        if group:
            if group not in groups:
                groups[group] = _element(top, f"group {group}", group, "", codable=False)
            above = groups[group]
        _element(above, f"code {name}", name, f"{label}: {definition}", codable=True)
    ElementTree.indent(root, " ")
    path.write_bytes(ElementTree.tostring(root, encoding="utf-8", xml_declaration=True))


def _element(parent, key: str, name: str, description: str, *, codable: bool):
    guid = str(uuid.uuid5(uuid.NAMESPACE_URL, f"{NAMESPACE} {key}"))
    element = ElementTree.SubElement(parent, "Code", {"guid": guid, "name": name,
                                                      "isCodable": "true" if codable else "false"})
    if description:
        ElementTree.SubElement(element, "Description").text = description
    return element
