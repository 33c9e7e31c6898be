"""Shared fixtures: the design, stand-ins of every dataset, bundles built from them, the real public files."""

from __future__ import annotations

import os
from pathlib import Path

import pytest
from hypothesis import settings

from analysis.design import load_design
from analysis.publish import dependencies
from analysis.sources.catalogue import catalogue
from analysis.sources.loading import read_folder
from analysis.standins import generate_into

ROOT = Path(__file__).resolve().parent.parent
settings.register_profile("report", deadline=None)      # a busy machine is no fault of what is tested
settings.load_profile("report")


@pytest.fixture(scope="session")
def design():
    """The evaluation's design as it stands."""
    return load_design()


class Standins:
    """Stand-ins generated when first asked for, one generator at a time."""

    def __init__(self, folder: Path, design):
        self.folder, self.design, self._done, self._read = folder, design, set(), {}

    def __call__(self, name: str):
        """The dataset, from freshly generated stand-ins (or shipped with the project)."""
        if name not in self._read:
            module = catalogue()[name].standin
            if module and module not in self._done:
                generate_into(self.folder, self.design, [module])
                self._done.add(module)
            self._read[name] = read_folder([name], self.folder)[name]
        return self._read[name]


@pytest.fixture(scope="session")
def standins(tmp_path_factory, design):
    """`standins("staff_survey")` gives that dataset from stand-ins generated for this test session."""
    return Standins(tmp_path_factory.mktemp("standins"), design)


@pytest.fixture(scope="session")
def bundle(standins, design):
    """`bundle("survey")` builds that bundle (and those it reads) from the session's stand-ins."""
    from analysis.publish.store import build_bundle

    built = {}

    def build(name):
        if name not in built:
            read = {other: build(other) for other in dependencies.declared(name).bundles}
            built[name] = build_bundle(name, loader=standins, design=design, bundles=read)
        return built[name]

    return build


@pytest.fixture(scope="session")
def public_data() -> Path:
    """Folder of the real public files; tests that need it skip where it is not."""
    named = os.environ.get("PUBLIC_DATA_DIR", "")
    usual = [ROOT / ".." / "shared" / "public-data", ROOT / "data" / "public"]
    for folder in ([ROOT / named] if named else []) + usual:
        if list(folder.glob("b1_children_in_need_*.csv")):
            return folder.resolve()
    pytest.skip("the real public files are not here (set PUBLIC_DATA_DIR to their folder)")


@pytest.fixture(scope="session")
def reference_values() -> Path:
    """Folder of inputs and answers computed in R; tests that need it skip where it is not."""
    folder = ROOT / ".." / "shared" / "reference-values"
    if not (folder / "nsw_cem.json").is_file():
        pytest.skip("the reference values computed in R are not here")
    return folder.resolve()
