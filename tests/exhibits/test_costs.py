"""What the cost study publishes: whole, with the statuses of its parts, and refused on mixed sources."""

import dataclasses

import pytest

from analysis.errors import MixedStatus
from analysis.exhibits.costing.effect import effect_of
from analysis.publish.store import build_bundle
from analysis.strands import costs as strand


@pytest.fixture(scope="module")
def built(bundle):
    return bundle("costs")


@pytest.fixture(scope="module")
def findings(built):
    return {finding.id: finding for finding in built.findings}


def test_exhibits_and_findings_are_there(built):
    assert len(built.exhibits) == 17 and len(built.findings) >= 20
    assert all(exhibit.description and exhibit.rows for exhibit in built.exhibits)
    assert all(finding.status == "synthetic" for finding in built.findings)


def test_headings_add_up_to_the_total(findings, design):
    parts = [findings[f"costs.{name}.total"].value for name in design.section("costs")["headings"]]
    assert sum(parts) == pytest.approx(findings["costs.total.real"].value)


def test_break_even_of_pilots_adds_up_to_that_of_all(built, findings):
    table = next(exhibit for exhibit in built.exhibits if exhibit.id == "tbl-costs-break-even")
    present = sum(float(row[1].value) for row in table.rows)
    assert present == pytest.approx(findings["costs.total.present"].value)


def test_the_grant_is_published_and_the_cost_is_not(built):
    table = next(exhibit for exhibit in built.exhibits if exhibit.id == "tbl-costs-grant")
    assert table.row_statuses == ("published", "synthetic")
    # 1.95 million pounds, as published.
    assert table.rows[0][1].value == "1950000"


def test_probability_lies_between_the_curves_ends(built, findings):
    curve = next(exhibit for exhibit in built.exhibits if exhibit.id == "fig-costs-probability")
    shares = [float(row[1].value) for row in curve.rows]
    assert shares == sorted(shares) and shares[0] == 0
    assert 0 <= findings["costs.probabilistic.probability"].value <= 100


@pytest.mark.parametrize(("percent", "words"), [(2.5, "a larger reduction than the whole interval"),
                                                (1.0, "a reduction within the interval"),
                                                (0.0, "a reduction no larger than the central value")])
def test_reading_follows_the_numbers(percent, words):
    from analysis.exhibits.costing.gains import _reading

    change = strand.Parameter("days_in_care_change", 0.0, -2.0, 2.0, "normal")
    assert _reading(percent, change).startswith(words)


def test_real_costs_with_invented_parameters_are_refused(standins, design):
    def loader(name):
        dataset = standins(name)
        return dataclasses.replace(dataset, status="restricted") if name in ("costs", "cost_activity") else dataset

    with pytest.raises(MixedStatus, match="cost_parameters"):
        build_bundle("costs", loader=loader, design=design, bundles={})


@pytest.mark.slow
def test_a_planted_cost_moves_the_report(tmp_path, design):
    from analysis.sources.loading import read_folder
    from analysis.standins import generate_into

    values = []
    for k, truth in enumerate((2400.0, 4800.0)):
        changed = design.with_changes({"costs.planted.cost_per_worker": truth, "costs.draws": 500})
        folder = tmp_path / str(k)
        generate_into(folder, changed, ["costs"])
        bundle = build_bundle("costs", loader=lambda name, folder=folder: read_folder([name], folder)[name],
                              design=changed, bundles={})
        values.append({finding.id: finding.value for finding in bundle.findings})
    # The same seed and twice the planted cost: twice the break-even, but for pennies and tenths of hours.
    assert values[1]["costs.break_even.percent"] == pytest.approx(2 * values[0]["costs.break_even.percent"], rel=1e-3)


# ---- the observed effect ----

def days(key, value, low=None, high=None, status="synthetic"):
    from tests.exhibits.test_synthesis import finding

    return finding(f"national.days_in_care.{key}", value, low, high, status=status, unit="days")


def reader(*found):
    from types import SimpleNamespace

    return SimpleNamespace(look_up={one.id: one for one in found}.get)


PLACEHOLDER = strand.Parameter("days_in_care_change", 0.0, -2.0, 2.0, "normal")


def test_the_estimate_of_the_national_strand_is_the_effect():
    from types import SimpleNamespace

    p, data = reader(days("effect", 3.0, -6.0, 12.0), days("before", 150.0)), [SimpleNamespace(status="synthetic")]
    found = effect_of(p, PLACEHOLDER, data)
    assert found.estimated and (found.change.value, found.change.low, found.change.high) == (2.0, -4.0, 8.0)
    assert found.words.startswith("the estimate from episodes of care: 3.0 days a child (-6.0 to 12.0) against 150.0")


def test_costs_and_effect_of_different_kinds_are_not_put_together():
    from types import SimpleNamespace

    p = reader(days("effect", 3.0, -6.0, 12.0, status="restricted"), days("before", 150.0, status="restricted"))
    found = effect_of(p, PLACEHOLDER, [SimpleNamespace(status="synthetic")])
    assert not found.estimated and found.change is PLACEHOLDER and found.findings == ()
    assert found.words == "a placeholder, because the estimate is restricted and the costs are not"
    assert effect_of(reader(), PLACEHOLDER, []).words == "a placeholder, because no strand has an estimate"


def test_the_effect_that_is_used_is_the_one_in_the_table_of_parameters(built, findings, bundle):
    table = next(exhibit for exhibit in built.exhibits if exhibit.id == "tbl-costs-parameters")
    row = next(row for row in table.rows if row[0].text.startswith("Change in days in care"))
    national = {one.id: one for one in bundle("national_days").findings}
    percent = 100 * national["national.days_in_care.effect"].value / national["national.days_in_care.before"].value
    assert float(row[1].value) == pytest.approx(percent)
    assert findings["costs.effect.range"].value == pytest.approx(percent)
    assert findings["costs.effect.source"].text in row[7].text
