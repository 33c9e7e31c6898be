"""What a bundle's digest depends on."""

import pytest

from analysis import paths
from analysis.errors import DesignError
from analysis.publish import dependencies


def names(module):
    return {path.relative_to(paths.ROOT).as_posix() for path in dependencies.code_behind(module)}


def test_imports_are_followed_through_packages_and_functions():
    found = names("analysis.report")
    assert {"analysis/report.py", "analysis/publish/store.py", "analysis/sources/locating.py"} <= found
    # store imports the publisher inside a function only
    assert "analysis/publish/publisher.py" in found


def test_a_strand_does_not_depend_on_another_strands_code():
    found = names("analysis.exhibits.survey")
    strands = {name.split("/")[2] for name in found if name.startswith("analysis/strands/")}
    assert {name.removesuffix(".py") for name in strands} == {"__init__", "survey"}


def test_methods_know_nothing_of_the_evaluation_and_publish_nothing_of_strands():
    for room, forbidden in (("methods", ("strands", "exhibits", "publish", "sources", "standins")),
                            ("publish", ("strands", "exhibits", "review")),
                            ("sources", ("strands", "exhibits", "publish"))):
        for file in (paths.ROOT / "analysis" / room).rglob("*.py"):
            text = file.read_text(encoding="utf-8")
            for other in forbidden:
                assert f"from analysis.{other}" not in text and f"import analysis.{other}" not in text, (file, other)


def test_bundles_come_after_those_they_read():
    order = dependencies.bundle_names()
    for name in order:
        for other in dependencies.declared(name).bundles:
            assert order.index(other) < order.index(name)


def test_an_unknown_bundle_is_named():
    with pytest.raises(DesignError, match="no bundle 'surveys'"):
        dependencies.declared("surveys")


def test_the_digest_follows_the_data(tmp_path, monkeypatch):
    monkeypatch.setenv("STANDINS_DIR", str(tmp_path))
    monkeypatch.setenv("RESTRICTED_DATA_DIR", str(tmp_path / "r"))
    monkeypatch.setenv("PUBLIC_DATA_DIR", str(tmp_path / "p"))
    missing = dependencies.digest_of_dataset("embedding_dates")
    (tmp_path / "embedding_dates.csv").write_text("a\n1\n")
    first = dependencies.digest_of_dataset("embedding_dates")
    (tmp_path / "embedding_dates.csv").write_text("a\n22\n")
    assert missing.startswith("missing")
    assert len({missing, first, dependencies.digest_of_dataset("embedding_dates")}) == 3


def test_parts_of_the_design_are_asked_for_by_section():
    """What is read in another way would not be seen, and a change of it would leave an old result standing."""
    for file in (paths.ROOT / "analysis").rglob("*.py"):
        if file.name != "design.py":
            assert ".content[" not in file.read_text(encoding="utf-8"), file
