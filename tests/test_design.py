"""The evaluation as data."""

import numpy as np
import pytest

from analysis.design import load_design
from analysis.errors import DesignError


def test_sections_are_read_only(design):
    with pytest.raises(TypeError):
        design.section("disclosure")["threshold"] = 1


def test_unknown_section_is_named(design):
    with pytest.raises(DesignError, match="no section 'surveys'"):
        design.section("surveys")


def test_generators_are_stable_by_label_and_independent_of_order(design):
    first = design.rng("a").random(3)
    design.rng("b").random(10)
    assert np.array_equal(first, design.rng("a").random(3))
    assert not np.array_equal(first, design.rng("b").random(3))


def test_another_seed_changes_every_stream(design):
    assert not np.array_equal(design.rng("a").random(3), design.with_seed(1).rng("a").random(3))


def test_changes_leave_the_original_alone(design):
    changed = design.with_changes({"disclosure.threshold": 3})
    assert changed.section("disclosure")["threshold"] == 3
    assert design.section("disclosure")["threshold"] != 3


def test_a_change_of_a_key_that_is_not_there_is_refused(design):
    with pytest.raises(DesignError, match="disclosure.treshold"):
        design.with_changes({"disclosure.treshold": 3})


def test_a_design_without_seed_is_refused(tmp_path):
    (tmp_path / "evaluation.yml").write_text("pilots: []\n")
    with pytest.raises(DesignError, match="seed"):
        load_design(tmp_path / "evaluation.yml")
