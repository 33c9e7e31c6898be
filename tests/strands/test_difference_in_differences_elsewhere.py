"""The same code on other files: another seed, other authorities' codes, twelve groups, read as restricted records.

Nothing here tells the analysis that these are not the nine groups it knows: the files are written in the delivered
formats into a folder that `RESTRICTED_DATA_DIR` names, and read as a secure environment would.
"""

from __future__ import annotations

from datetime import date

import numpy as np
import pytest

from analysis.design import load_design
from analysis.sources.loading import load
from analysis.standins import generate_into
from analysis.strands.difference_in_differences import DATASETS, OUTCOMES, all_of, analyse, records_from, rules_of
from analysis.strands.difference_in_differences.fitting import scale_of
from analysis.strands.difference_in_differences.multiplicity import adjusted
from analysis.strands.difference_in_differences.specification_curve import curve_of
from analysis.strands.difference_in_differences.tables import (
    comparison_table,
    groups_table,
    inference_table,
    main_table,
)
from analysis.strands.difference_in_differences.trends import analyse_trends

pytestmark = pytest.mark.slow

LETTERS = "ABCDEFGHIJKL"
LATER = {"J": (date(2014, 12, 1), date(2016, 4, 30)), "K": (date(2015, 5, 4), date(2016, 10, 31)),
         "L": (date(2015, 10, 5), date(2017, 3, 31))}
# Some comparators serve two pilots, one pilot has a single one.
COMPARATORS = {**{letter: [f"{letter}1", f"{letter}2"] for letter in LETTERS}, "C": ["C1", "A2"], "F": ["F1"],
               "K": ["K1", "B2"]}
PILOTS, AUTHORITIES = 12, 12 + 24 - 3       # 24 places of comparators, two shared and one empty
KINSHIP_PILOTS = PILOTS - 2                 # H and I end their embedding in 2018, too late for that outcome
PLANTED = {"rereferral": -0.08, "kinship": -0.13}
SECTION = "difference_in_differences"


def elsewhere():
    """The design of these files, with few draws and assignments."""
    records = load_design().section(SECTION)["records"]
    return load_design().with_changes({
        "seed": 20411,
        f"{SECTION}.records.embedding": {**records["embedding"], **LATER},
        f"{SECTION}.records.implementation": {letter: 2.0 + 0.1 * i for i, letter in enumerate(LETTERS)},
        f"{SECTION}.records.codes": {"pilots": 301, "comparators": 401, "others": 601},
        f"{SECTION}.records.groups": {outcome: COMPARATORS for outcome in OUTCOMES},
        f"{SECTION}.planted.effect.rereferral": PLANTED["rereferral"],
        f"{SECTION}.planted.effect.kinship": PLANTED["kinship"],
        f"{SECTION}.estimation.imputations": 2,
        f"{SECTION}.estimation.permutations": {"limit": 0, "sample": 49},
        f"{SECTION}.estimation.bootstrap_draws": 199,
        f"{SECTION}.trends.permutations": 49,
        f"{SECTION}.specification_curve.assignments": 19})


@pytest.fixture(scope="module")
def files(tmp_path_factory):
    """The design and the datasets, read as restricted."""
    folder = tmp_path_factory.mktemp("elsewhere")
    with pytest.MonkeyPatch.context() as patch:
        for variable in ("RESTRICTED_DATA_DIR", "PUBLIC_DATA_DIR", "STANDINS_DIR"):
            (folder / variable).mkdir()
            patch.setenv(variable, str(folder / variable))
        generate_into(folder / "RESTRICTED_DATA_DIR", elsewhere(), ["children"], scale=0.5)
        return elsewhere(), {name: load(name) for name in DATASETS}


@pytest.fixture(scope="module")
def records(files):
    return records_from({name: dataset.frame for name, dataset in files[1].items()})


@pytest.fixture(scope="module")
def analysis(files, records):
    return analyse(records, files[0])


def test_the_files_are_read_as_restricted(files):
    statuses = {name: dataset.status for name, dataset in files[1].items()}
    assert statuses.pop("bank_holidays") == "public data"       # a reference, public wherever it stands
    assert set(statuses.values()) == {"restricted"}


def test_all_pilots_and_authorities_are_counted(analysis, records):
    for outcome, result in analysis.corrected.items():
        sample = result.sample
        assert sample.n_pilots == sample.n_groups == (KINSHIP_PILOTS if outcome == "kinship" else PILOTS), outcome
        assert result.inference.permutation.observed == pytest.approx(result.inference.cr2.estimate)
    assert analysis.corrected["duration"].sample.n_authorities == AUTHORITIES
    assert analysis.corrected["rereferral"].fits[0].n_clusters == AUTHORITIES
    assert set(analysis.corrected["rereferral"].description.without_authority["la"]) <= {*range(301, 313),
                                                                                       *range(401, 434)}
    table = groups_table(records, rules_of(elsewhere(), all_of("corrected")))
    assert len(table) == PILOTS and table["duration"].sum() == 23       # 24 places less the empty one


def test_effects_are_those_planted(analysis):
    planted = elsewhere().section(SECTION)["planted"]["effect"]
    for outcome, result in analysis.corrected.items():
        found = result.inference.cr2
        assert abs(found.estimate - scale_of(outcome) * planted[outcome]) < 4 * found.se, outcome
    # Planted at 8 percentage points, several standard errors from nought: it has to be seen.
    assert analysis.corrected["rereferral"].inference.cr2.high < 0


def test_results_are_whole(analysis):
    rules = rules_of(elsewhere(), all_of("corrected"))
    assert tuple(analysis.corrected) == tuple(analysis.published) == OUTCOMES
    for table in (main_table(analysis.corrected, rules), comparison_table(analysis)):
        assert len(table) % len(OUTCOMES) == 0 and not table.isna().any(axis=None)
    for result in analysis.corrected.values():
        found = result.inference
        assert inference_table(result)["p"].between(0, 1).all()
        for interval in (found.cr1, found.cr2, found.cr3, found.cr1_rows):
            assert np.isfinite([interval.estimate, interval.low, interval.high, interval.df]).all()
        assert np.isfinite(found.bootstrap_interval).all()
        assert result.description.without["estimate"].notna().all()
        assert len(result.description.without) == result.sample.n_groups
    together = adjusted(analysis.corrected, np.random.default_rng(1), 99)
    assert (together[["holm", "romano_wolf"]].to_numpy() >= together[["p", "bootstrap_p"]].to_numpy() - 1e-12).all()


def test_trends_are_whole(files, records):
    trends = analyse_trends(records, files[0])
    assert tuple(trends) == OUTCOMES
    for outcome, found in trends.items():
        assert found.event_study.table["estimate"].notna().all() and len(found.event_study.years) >= 6, outcome
        assert all(placebo.interval is not None or placebo.problem for placebo in found.placebos)
        for bound in (*found.bounds.smoothness, *found.bounds.relative_magnitude):
            assert bound.low <= bound.high, outcome
        estimates = found.staggered.estimates
        assert estimates[["estimate", "low", "high"]].notna().all(axis=None), outcome
        assert estimates["p"].between(1 / 50, 1).all(), outcome


def test_the_specification_curve_is_whole(files, records):
    curve = curve_of(records, rules_of(files[0], all_of("corrected")), "rereferral", files[0], 100.0)
    assert len(curve) > 500 and curve.specifications.notna().all(axis=None)
    assert curve.specifications["estimate"].median() == pytest.approx(100 * PLANTED["rereferral"], abs=5)
