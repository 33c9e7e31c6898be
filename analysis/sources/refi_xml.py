"""XML of the REFI-QDA standard: parsed after hostile constructs are refused, and read by local names."""

from __future__ import annotations

from xml.etree import ElementTree
from xml.parsers import expat

from analysis.errors import DataError

XML_DEPTH = 60  # the standard nests codes in codes without end; deeper than this is no codebook


def parse(content: bytes, file: str, part: str, root_tag: str) -> ElementTree.Element:
    """The root element, after refusing a document type (and so every entity) and too deep a nesting.

    `part` names the XML in messages; `root_tag` is the tag, with its namespace, that the root must have. Raises
    `DataError`.
    """
    depth = 0

    def refuse_doctype(*_):
        raise DataError(
            "the XML declares a document type or entities: an entity bomb?",
            file=file,
            column=part,
            expected="XML without a document type",
        )

    def enter(*_):
        nonlocal depth
        depth += 1
        if depth > XML_DEPTH:
            raise DataError(
                "the XML is nested too deeply",
                file=file,
                column=part,
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
            f"the XML is not well-formed ({error})", file=file, column=part, expected="a whole file"
        ) from None
    if root.tag != root_tag:
        raise DataError("the XML has another root", file=file, column=part, value=root.tag, expected=root_tag)
    return root


def check_known(guid, known, what, file):
    """`DataError` where a GUID is not among those known; `what` it should lead to."""
    if guid not in known:
        raise DataError(
            f"a reference leads to no {what}",
            file=file,
            column="targetGUID",
            value=guid,
            expected=f"the GUID of a {what} of the project",
        )


def elements(root, *path) -> list:
    """Children by a path of local names below the root."""
    found = [root]
    for name in path:
        found = [child for element in found for child in element if local_of(child) == name]
    return found


def children_of(element, name: str | None = None) -> list:
    """The children of an element, or of its first child of that name."""
    holder = element if name is None else next((child for child in element if local_of(child) == name), ())
    return list(holder)


def local_of(element) -> str:
    """The name of an element without its namespace."""
    return element.tag.rpartition("}")[2]


def text_of(element, name) -> str:
    """The text of the first child of that name, "" where there is none."""
    found = next((child for child in element if local_of(child) == name), None)
    return (found.text or "").strip() if found is not None else ""


def guid_of(element, file) -> str:
    """The GUID of an element; `DataError` without one."""
    guid = element.get("guid", "")
    if not guid:
        raise DataError(f"a {local_of(element)} has no guid", file=file, column="guid", expected="a guid")
    return guid


def target_of(element, file) -> str:
    """The GUID that a reference leads to; `DataError` without one."""
    guid = element.get("targetGUID", "")
    if not guid:
        raise DataError(f"a {local_of(element)} leads nowhere", file=file, column="targetGUID", expected="a guid")
    return guid


def position_of(element, name, file) -> int:
    """A place in a text, in characters from 0; `DataError` where it is none."""
    try:
        value = int(element.get(name, ""))
    except ValueError:
        value = -1
    if value < 0:
        raise DataError(
            "a passage has no place", file=file, column=name, value=element.get(name), expected="a whole number from 0"
        )
    return value
