"""Which tests are about a function: read from the tests' sources, without running them."""

from __future__ import annotations

import ast
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from analysis import paths
from analysis.publish.remembered import Remembered

TESTS = Remembered(paths.BUILD / "tests.json", __file__)


@dataclass(frozen=True)
class TestFile:
    """What one file of tests imports from the project, and which names and bundles each of its tests uses."""

    __test__ = False        # not a test itself, though its name begins so

    file: str
    modules: frozenset[str]
    tests: Mapping[str, frozenset[str]]
    bundles: frozenset[str]


def read_tests(folder: Path = paths.ROOT / "tests") -> tuple[TestFile, ...]:
    """Every `test_*.py` below the folder, in order of name."""
    found = [(file, TESTS.fact(file, _read)) for file in sorted(folder.rglob("test_*.py"))]
    TESTS.keep()
    return tuple(TestFile(file.relative_to(paths.ROOT).as_posix(), frozenset(modules),
                          {name: frozenset(used) for name, used in tests.items()}, frozenset(bundles))
                 for file, (modules, tests, bundles) in found)


def about(function: str, bundle: str, files: tuple[TestFile, ...]) -> tuple[str, ...]:
    """Tests about a function, as `tests/a/test_b.py::test_c`: those that name it in a file that imports its module.

    Where none names it, the files that import its module; failing those, the files that build its bundle. Empty when
    there is none of these either.
    """
    module, _, name = function.rpartition(".")
    importing = [file for file in files if module in file.modules or function in file.modules]
    packages = {module.rsplit(".", k)[0] for k in range(module.count("."))}     # a package may pass the name on
    naming = [f"{file.file}::{test}" for file in files if packages & file.modules or function in file.modules
              for test, used in file.tests.items() if name in used]
    building = [file.file for file in files if bundle in file.bundles]
    return tuple(naming or [file.file for file in importing] or building)


def _read(file: Path) -> list:
    """What the file imports, the names that each of its tests uses, the bundles it builds."""
    tree = ast.parse(file.read_text(encoding="utf-8"))
    helpers = {node.name: _names(node) for node in tree.body if isinstance(node, ast.FunctionDef)}
    tests = {name: sorted(_with_helpers(used, helpers)) for name, used in helpers.items() if name.startswith("test")}
    return [sorted(set(_imported(tree))), tests, sorted(set(_bundles(tree)))]


def _names(node) -> set[str]:
    names = {item.id for item in ast.walk(node) if isinstance(item, ast.Name)}
    return names | {item.attr for item in ast.walk(node) if isinstance(item, ast.Attribute)} | {
        argument.arg for item in ast.walk(node) if isinstance(item, ast.arguments) for argument in item.args}


def _with_helpers(used, helpers):
    """A test uses what the helpers and fixtures of its own file use."""
    return used | {name for helper in used & set(helpers) for name in helpers[helper]}


def _imported(tree):
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom) and node.module:
            yield node.module
            yield from (f"{node.module}.{alias.name}" for alias in node.names)


def _bundles(tree):
    for node in ast.walk(tree):
        if isinstance(node, ast.Call) and getattr(node.func, "id", "") in ("bundle", "build_bundle"):
            yield from (a.value for a in node.args[:1] if isinstance(a, ast.Constant) and isinstance(a.value, str))
