"""Reading what was cleared: a later build outside shows it with its status and says where it was read from."""

from __future__ import annotations

import ast
import json
from dataclasses import asdict, replace
from functools import lru_cache

from analysis import paths
from analysis.clearance.folder import LOG, bundle_path, check_file
from analysis.errors import DataError
from analysis.publish import store
from analysis.publish.bundles import Bundle
from analysis.publish.findings import Origin
from analysis.sources.hashing import sha256_of


def read_cleared(name: str) -> Bundle:
    """The cleared bundle of that name, every result of it with the release it is from; `DataError` for a file that is
    not as it was cleared."""
    folder = paths.cleared_folder()
    file, log = check_file(folder, bundle_path(name)), check_file(folder, LOG)
    return _read(str(file), sha256_of(file), str(log), sha256_of(log))


@lru_cache(maxsize=64)
def _read(file: str, _hash: str, log: str, _log_hash: str) -> Bundle:
    try:
        about = _json(log)
        bundle = store.bundle_from(_json(file)["bundle"])
        said = f"the cleared bundle of commit {about['commit']}, {about['date']}"
    except (KeyError, TypeError, ValueError) as error:
        raise DataError(f"a cleared bundle cannot be read ({type(error).__name__}: {error})", file=file,
                        expected="a bundle that this version of the project wrote") from None
    return replace(bundle, findings=tuple(_read_from(item, said) for item in bundle.findings),
                   exhibits=tuple(_read_from(item, said) for item in bundle.exhibits))


def without_source(bundle: Bundle) -> dict:
    """A bundle's stored form without the code of its functions, which the build that reads it has itself."""
    content = asdict(bundle)
    for item in (*content["findings"], *content["exhibits"]):
        item["origin"]["source"] = ""
    return content


def _read_from(item, said):
    return replace(item, origin=replace(item.origin, source=source_here(item.origin), cleared=said))


def source_here(origin: Origin) -> str:
    """The code of a function in this version of the project, "" where it has none of that name in that file."""
    file = paths.ROOT / origin.file
    if not file.is_file():
        return ""
    return _functions(str(file), file.stat().st_mtime_ns).get(origin.function.split(".")[-1], "")


@lru_cache(maxsize=256)
def _functions(file: str, _changed: int) -> dict[str, str]:
    with open(file, encoding="utf-8") as source:
        text = source.read()
    lines = text.splitlines(keepends=True)
    kinds = (ast.FunctionDef, ast.ClassDef)
    return {node.name: "".join(lines[min([node.lineno, *(d.lineno for d in node.decorator_list)]) - 1:node.end_lineno])
            for node in ast.walk(ast.parse(text)) if isinstance(node, kinds)}


def _json(file: str) -> dict:
    with open(file, encoding="utf-8") as text:
        return json.load(text)
