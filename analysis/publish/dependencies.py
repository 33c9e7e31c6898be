"""What a bundle depends on: the code it imports, the data it loads, the design, and other bundles.

The digest of all that decides whether a stored result, and with it a chapter's execution, still holds.
"""

from __future__ import annotations

import ast
import hashlib
import json
import re
from collections.abc import Mapping
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass
from functools import lru_cache, wraps
from pathlib import Path

from analysis import paths
from analysis.clearance.folder import cleared_file
from analysis.design import load_design
from analysis.errors import DataError, DesignError, MissingData
from analysis.publish.remembered import Remembered
from analysis.sources.catalogue import catalogue
from analysis.sources.hashing import sha256_of
from analysis.sources.locating import locate

EVERYTHING = "*"
READS = "analysis.sources.loading"      # what gives every bundle its data, whatever it imports itself
SECTION = re.compile(r"\.section\(\s*[\"'](\w+)[\"']")
IMPORTS = Remembered(paths.BUILD / "imports.json", __file__)     # reading them takes longer than all the rest
ANY_SECTION = re.compile(r"\.section\(\s*(?![\s\"'])")


@dataclass(frozen=True)
class Declared:
    """What a bundle's module declares: the datasets it may load and the bundles whose findings it reads."""

    datasets: tuple[str, ...]
    bundles: tuple[str, ...]


_seen: ContextVar[dict | None] = ContextVar("seen", default=None)


@contextmanager
def one_look():
    """Inside, files are taken to stay as they are: what was worked out once is not worked out again."""
    token = _seen.set({} if _seen.get() is None else _seen.get())
    try:
        yield
    finally:
        _seen.reset(token)
        if _seen.get() is None:
            IMPORTS.keep()


def _once(function):
    """Remember results for the length of one look, and not beyond it."""
    @wraps(function)
    def remembering(argument):
        seen = _seen.get()
        if seen is None:
            return function(argument)
        key = (function.__name__, argument)
        if key not in seen:
            seen[key] = function(argument)
        return seen[key]

    return remembering


def bundle_names() -> tuple[str, ...]:
    """All bundles, each after those it reads; `DesignError` on a circle."""
    names = sorted(path.stem for path in (paths.ROOT / "analysis" / "exhibits").glob("*.py") if path.stem != "__init__")
    return in_order(names)


def in_order(names) -> tuple[str, ...]:
    """The named bundles and all they read, each after those it reads."""
    ordered: list[str] = []

    def visit(name, path):
        if name in path:
            raise DesignError(f"bundles read each other in a circle: {' -> '.join([*path, name])}")
        for other in declared(name).bundles:
            visit(other, [*path, name])
        if name not in ordered:
            ordered.append(name)

    for name in names:
        visit(name, [])
    return tuple(ordered)


@_once
def declared(bundle: str) -> Declared:
    """DATASETS and BUNDLES of a bundle's module, read without importing it."""
    file = paths.ROOT / "analysis" / "exhibits" / f"{bundle}.py"
    if not bundle.isidentifier() or not file.is_file():
        known = sorted(path.stem for path in file.parent.glob("*.py") if path.stem != "__init__")
        raise DesignError(f"no bundle {bundle!r}; there are {', '.join(known)}")
    values = {"DATASETS": (), "BUNDLES": ()}
    for node in ast.parse(file.read_text(encoding="utf-8")).body:
        if isinstance(node, ast.Assign) and isinstance(node.targets[0], ast.Name) and node.targets[0].id in values:
            values[node.targets[0].id] = tuple(ast.literal_eval(node.value))
    return Declared(values["DATASETS"], values["BUNDLES"])


@_once
def digest_of_bundle(bundle: str) -> str:
    """SHA-256 over all that a bundle's results depend on: its code, the parts of the design and the instruments that
    this code reads, the data sets it declares with their entries in the catalogue, package versions, other bundles.
    Of a bundle that was cleared, over its file."""
    cleared = cleared_file(bundle)
    if cleared:
        return f"cleared {sha256_of(cleared)}"
    with one_look():
        return hashlib.sha256("\n".join(_lines_of_bundle(bundle)).encode()).hexdigest()


def _lines_of_bundle(bundle) -> list[str]:
    facts = declared(bundle)
    entries = catalogue()
    names = tuple(entries) if EVERYTHING in facts.datasets else facts.datasets
    code = code_of_bundle(bundle)
    return [*digest_of_files(code), *digest_of_files([*files_named_in(code), paths.ROOT / "requirements.txt"]),
             *digests_of_sections(code),
             *(f"{name} {entries.get(name)!r} {digest_of_dataset(name)}" for name in names),
             *(f"{other} {digest_of_bundle(other)}" for other in facts.bundles)]


def digests_of_sections(code) -> list[str]:
    """One line for the seed and for each section of the design that the code reads: its name and digest."""
    return [f"section {name} {_digest_of_value(value)}" for name, value in _parts_of_design(code).items()]


@_once
def code_of_bundle(bundle: str) -> frozenset[Path]:
    """The source files that decide what a bundle publishes: what its module imports, and its data sets' schemas."""
    facts = declared(bundle)
    entries = catalogue()
    names = tuple(entries) if EVERYTHING in facts.datasets else facts.datasets
    wanted = {entries[name].schema for name in names if name in entries}
    modules = [module for module, schemas in _schemas_by_module().items() if wanted & schemas]
    return frozenset().union(*(code_behind(module) for module in (f"analysis.exhibits.{bundle}", READS, *modules)))


def sections_read(code) -> frozenset[str] | None:
    """Sections of the design that source files ask for by name; None when one asks by a name that it is given, which
    may be any."""
    named: set[str] = set()
    for file in code:
        text = _text(file, file.stat().st_mtime_ns)
        if file.name != "design.py" and ANY_SECTION.search(text):
            return None
        named.update(SECTION.findall(text))
    return frozenset(named)


def files_named_in(code) -> list[Path]:
    """Instruments and kept simulations whose file names stand in the code, and the checksums of the latter."""
    texts = [_text(file, file.stat().st_mtime_ns) for file in code]
    folders = [paths.DATA / name for name in ("instruments", "simulations")]
    files = [file for folder in folders if folder.is_dir() for file in folder.rglob("*") if file.is_file()]
    return [file for file in files if any(f'"{file.name}"' in text for text in texts)]


@_once
def digest_of_dataset(name: str) -> str:
    """Status and file hashes of a dataset as it would be loaded, or why it cannot be."""
    try:
        found = locate(name)
    except MissingData as error:
        return f"missing {error}"
    except DataError as error:
        return f"wrong {error}"
    return " ".join([found.status, *(f"{path.name}:{sha256_of(path)}" for path in found.files)])


def digest_of_files(files) -> list[str]:
    """One line a file: its path in the project and its hash."""
    return [f"{path.relative_to(paths.ROOT).as_posix()} {sha256_of(path)}" for path in sorted(files)]


@_once
def code_behind(module: str) -> frozenset[Path]:
    """The project's source files that a module imports, directly or not, itself included."""
    seen: set[Path] = set()
    waiting = [_file_of(module)]
    while waiting:
        file = waiting.pop()
        if file is None or file in seen:
            continue
        seen.add(file)
        waiting += [_file_of(name) for name in _imports(file)]
    return frozenset(seen)


def _parts_of_design(code) -> dict:
    """The seed and the sections of the design that the code reads, all of them where that cannot be told."""
    content = load_design().content
    named = sections_read(code)
    wanted = set(content) if named is None else {"seed", *named}
    return {name: content[name] for name in sorted(wanted) if name in content}


def _digest_of_value(value) -> str:
    """SHA-256 of a part of the design, whatever the order of its keys in memory."""
    return hashlib.sha256(json.dumps(_plain(value), sort_keys=True, default=str).encode()).hexdigest()


def _plain(value):
    if isinstance(value, Mapping):
        return {str(key): _plain(item) for key, item in value.items()}
    return [_plain(item) for item in value] if isinstance(value, (list, tuple)) else value


def _schemas_by_module() -> dict[str, set[str]]:
    """The names in each schema module's `SCHEMAS`, read without importing it."""
    folder = paths.ROOT / "analysis" / "sources" / "schemas"
    return {f"analysis.sources.schemas.{file.stem}": _schema_names(file, file.stat().st_mtime_ns)
            for file in sorted(folder.glob("*.py")) if file.stem != "__init__"}


@lru_cache(maxsize=256)
def _schema_names(file: Path, _changed: int) -> set[str]:
    for node in ast.parse(_text(file, _changed)).body:
        if isinstance(node, ast.Assign) and getattr(node.targets[0], "id", "") == "SCHEMAS":
            return {key.value for key in node.value.keys if isinstance(key, ast.Constant)}
    return set()


@lru_cache(maxsize=2048)
def _text(file: Path, _changed: int) -> str:
    return file.read_text(encoding="utf-8")


@_once
def _file_of(module: str) -> Path | None:
    place = paths.ROOT.joinpath(*module.split("."))
    for file in (place.with_suffix(".py"), place / "__init__.py"):
        if file.is_file():
            return file
    return None


def _asked_for(file: Path) -> list[tuple[str, str]]:
    """(module, name) of every import of the project in a file; name "" where the module itself is imported."""
    found = []
    for node in ast.walk(ast.parse(file.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            found += [(alias.name, "") for alias in node.names]
        elif isinstance(node, ast.ImportFrom):
            found += [(_absolute(file, node), alias.name) for alias in node.names]
    return [(base, name) for base, name in dict.fromkeys(found) if base.split(".")[0] == "analysis"]


def _imports(file: Path) -> tuple[str, ...]:
    """The modules of the project that a file imports, with the packages that they stand in."""
    names = []
    for base, name in IMPORTS.fact(file, _asked_for):
        homes = _homes(base)
        if not name:
            names += [base, *homes.values()]
        else:
            names += [base, homes.get(name, f"{base}.{name}"), *_homes(f"{base}.{name}").values()]
    found = []
    for name in names:
        parts = name.split(".")
        if parts[0] == "analysis":
            found += [".".join(parts[: k + 1]) for k in range(len(parts))]
    return tuple(dict.fromkeys(found))


def _homes(package: str) -> dict[str, str]:
    """Of a package that looks its names up when they are first used (`_HOME`): name -> the module that has it."""
    file = paths.ROOT.joinpath(*package.split("."), "__init__.py")
    if not package.startswith("analysis") or not file.is_file():
        return {}
    return {name: f"{package}.{module}" for name, module in _home(file, file.stat().st_mtime_ns).items()}


@lru_cache(maxsize=64)
def _home(file: Path, _changed: int) -> dict[str, str]:
    for node in ast.parse(_text(file, _changed)).body:
        if isinstance(node, ast.Assign) and getattr(node.targets[0], "id", "") == "_HOME":
            return ast.literal_eval(node.value)
    return {}


def _absolute(file, node) -> str:
    if not node.level:
        return node.module or ""
    package = file.relative_to(paths.ROOT).with_suffix("").parts[: -node.level]
    return ".".join([*package, *([node.module] if node.module else [])])
