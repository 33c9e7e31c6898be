"""What a bundle depends on: the code it imports, the data it loads, the design, and other bundles.

The digest of all that decides whether a stored result, and with it a chapter's execution, still holds.
"""

from __future__ import annotations

import ast
import hashlib
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

from analysis import paths
from analysis.clearance.folder import cleared_file
from analysis.errors import DataError, DesignError, MissingData
from analysis.sources.catalogue import catalogue
from analysis.sources.hashing import sha256_of
from analysis.sources.locating import locate

EVERYTHING = "*"


@dataclass(frozen=True)
class Declared:
    """What a bundle's module declares: the datasets it may load and the bundles whose findings it reads."""

    datasets: tuple[str, ...]
    bundles: tuple[str, ...]


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


def digest_of_bundle(bundle: str) -> str:
    """SHA-256 over all that a bundle's results depend on; of one that was cleared, of its file."""
    cleared = cleared_file(bundle)
    if cleared:
        return f"cleared {sha256_of(cleared)}"
    facts = declared(bundle)
    names = tuple(catalogue()) if EVERYTHING in facts.datasets else facts.datasets
    parts = [*(digest_of_files(code_behind(f"analysis.exhibits.{bundle}"))), *(digest_of_files(_design_files())),
             *(f"{name} {digest_of_dataset(name)}" for name in names),
             *(f"{other} {digest_of_bundle(other)}" for other in facts.bundles)]
    return hashlib.sha256("\n".join(parts).encode()).hexdigest()


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


def code_behind(module: str) -> frozenset[Path]:
    """The project's source files that a module imports, directly or not, itself included."""
    seen: set[Path] = set()
    waiting = [_file_of(module)]
    while waiting:
        file = waiting.pop()
        if file is None or file in seen:
            continue
        seen.add(file)
        waiting += [_file_of(name) for name in _imports(file, file.stat().st_mtime_ns)]
    # Schemas are found by listing their folder, not by import.
    if any("sources" in file.parts for file in seen):
        seen.update((paths.ROOT / "analysis" / "sources").rglob("*.py"))
    return frozenset(seen)


def _design_files():
    """The design, the catalogue, parameters, instruments, kept simulations and the exact versions of packages."""
    data = paths.DATA
    folders = [data / name for name in ("parameters", "instruments", "simulations")]
    files = [path for folder in folders if folder.is_dir() for path in folder.rglob("*") if path.is_file()]
    return [*files, data / "evaluation.yml", data / "catalogue.yml", paths.ROOT / "requirements.txt"]


def _file_of(module: str) -> Path | None:
    place = paths.ROOT.joinpath(*module.split("."))
    for file in (place.with_suffix(".py"), place / "__init__.py"):
        if file.is_file():
            return file
    return None


@lru_cache(maxsize=1024)
def _imports(file: Path, _changed: int) -> tuple[str, ...]:
    names = []
    for node in ast.walk(ast.parse(file.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            names += [alias.name for alias in node.names]
        elif isinstance(node, ast.ImportFrom):
            base = _absolute(file, node)
            names += [base, *(f"{base}.{alias.name}" for alias in node.names)]
    found = []
    for name in names:
        parts = name.split(".")
        if parts[0] == "analysis":
            found += [".".join(parts[: k + 1]) for k in range(len(parts))]
    return tuple(dict.fromkeys(found))


def _absolute(file, node) -> str:
    if not node.level:
        return node.module or ""
    package = file.relative_to(paths.ROOT).with_suffix("").parts[: -node.level]
    return ".".join([*package, *([node.module] if node.module else [])])
