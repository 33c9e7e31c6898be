"""The national chapter builds on whatever files are there, and lists those that are not."""

import pytest

from analysis.errors import MissingData
from analysis.publish.dependencies import declared
from analysis.publish.store import build_bundle

FILES = declared("national_data").datasets


def built(standins, design, there):
    """The bundle when only these datasets are there."""
    def load(name):
        if name not in there:
            raise MissingData(f"dataset {name} is not there")
        return standins(name)

    return build_bundle("national_data", loader=load, design=design, bundles={})


@pytest.mark.parametrize("only", FILES)
def test_one_file_alone(only, standins, design):
    bundle = built(standins, design, {only})
    assert [text.split()[1] for text in bundle.missing] == [name for name in FILES if name != only]
    assert {exhibit.id for exhibit in bundle.exhibits} >= {"tbl-national-england", "fig-national-effects"}


@pytest.mark.slow
@pytest.mark.parametrize("absent", FILES)
def test_one_file_missing(absent, standins, design):
    bundle = built(standins, design, set(FILES) - {absent})
    assert [text.split()[1] for text in bundle.missing] == [absent]


def test_no_file_at_all_is_an_error(standins, design):
    with pytest.raises(MissingData, match="no file of the national data"):
        built(standins, design, set())
