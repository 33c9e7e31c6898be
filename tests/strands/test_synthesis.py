"""Readings and convergence codes: every rule by a case that a reader can check in the head."""

from __future__ import annotations

import pytest

from analysis.strands import synthesis as s


@pytest.mark.parametrize(("value", "low", "high", "better", "expected"), [
    (2.0, 0.5, 3.5, "higher", s.BETTER),
    (2.0, 0.5, 3.5, "lower", s.WORSE),
    (-2.0, -3.5, -0.5, "lower", s.BETTER),
    (-2.0, -3.5, -0.5, "neither", s.FELL),
    (2.0, 0.5, 3.5, "neither", s.ROSE),
    (2.0, -0.5, 4.5, "higher", s.NONE),
    (0.0, 0.0, 0.0, "higher", s.NONE),          # an interval that touches nought holds it
    (2.0, None, None, "higher", s.DESCRIBED),
    (2.0, float("nan"), 3.0, "higher", s.DESCRIBED),
    (2.0, 0.5, 3.5, "phrase", s.DESCRIBED),
    (None, None, None, "higher", s.HIDDEN),
])
def test_reading_follows_the_interval_and_the_direction(value, low, high, better, expected):
    assert s.reading(value, low, high, better) == expected


@pytest.mark.parametrize(("readings", "expected"), [
    ([], s.SILENCE),
    ([("survey", s.BETTER)], s.SILENCE),
    ([("survey", s.BETTER), ("survey", s.WORSE)], s.SILENCE),                      # one strand, whatever it says
    ([("survey", s.NONE), ("contrast_study", s.DESCRIBED)], s.SILENCE),            # a description has no reading
    ([("survey", s.NONE), ("contrast_study", s.HIDDEN)], s.SILENCE),
    ([("survey", s.NONE), ("contrast_study", s.NONE)], s.AGREEMENT),
    ([("survey", s.BETTER), ("contrast_study", s.BETTER)], s.AGREEMENT),
    ([("survey", s.BETTER), ("contrast_study", s.NONE)], s.PARTIAL),
    ([("survey", s.BETTER), ("contrast_study", s.WORSE)], s.DISSONANCE),
    ([("survey", s.ROSE), ("contrast_study", s.FELL), ("costs", s.NONE)], s.DISSONANCE),
])
def test_convergence_follows_the_readings(readings, expected):
    assert s.convergence(readings) == expected


def test_synthetic_and_real_results_are_never_combined():
    readings = [("survey", s.NONE), ("national_data", s.NONE)]
    assert s.convergence(readings, ["synthetic", "public data"]) == s.NOT_COMBINED
    assert s.convergence(readings, ["synthetic", "restricted"]) == s.NOT_COMBINED
    assert s.convergence(readings, ["public data", "restricted"]) == s.AGREEMENT
    assert s.convergence(readings, ["synthetic", "published"]) == s.AGREEMENT


def test_covers_includes_the_ends():
    assert s.covers(0, 0, 1) and s.covers(1, 0, 1) and not s.covers(1.01, 0, 1)
