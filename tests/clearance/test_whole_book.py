"""The gate over the whole report: nothing may not leave, and without the second half of the rule much would."""

import pytest

from analysis.clearance import across, gate, release, sums
from analysis.clearance.sheets import sheet_of
from analysis.clearance.threshold import is_bound
from analysis.publish import dependencies, disclosure, store

PARTS = ("survey", "survey_detail")


@pytest.mark.book
@pytest.mark.slow
def test_nothing_in_the_report_may_not_leave(design):
    bundles = [store.open_bundle(name) for name in dependencies.bundle_names()]
    outcome = gate.check_bundles(bundles, design)
    assert [str(problem) for problem in outcome.problems] == []
    tried, recovered = release.attacks_of(outcome)
    assert tried >= 100 and recovered == 0 and release.hidden_counts(bundles) >= 50
    assert {problem.rule for problem, _ in outcome.reviewed} <= {
        rule["rule"] for rule in design.section("disclosure")["reviewed"]}


@pytest.mark.book
@pytest.mark.slow
def test_no_identifier_of_a_record_is_in_the_built_book():
    from analysis import paths

    if not paths.LEDGER.is_file():
        pytest.skip("the book is not built")
    secrets = gate.secrets_of_records("synthetic")
    assert len(secrets.identifiers) > 50_000 and secrets.runs
    outcome = gate.check_leaving(gate.places_of_the_book(), secrets, pdf=False)
    assert [str(problem) for problem in outcome.problems] == []
    assert outcome.checks[0].looked_at > 200


@pytest.mark.slow
def test_without_the_second_half_of_the_rule_counts_of_the_survey_are_recovered(bundle, standins, design, monkeypatch):
    def recovered(bundles):
        sheets = [sheet_of(exhibit) for one in bundles for exhibit in one.exhibits if is_bound(exhibit)]
        found = [*(sums.attack_sums(sheet, 3) for sheet in sheets), across.attack_across(sheets, 3)]
        return {(p.place, p.row, p.column) for check in found for p in check.problems}

    assert recovered([bundle(name) for name in PARTS]) == set()
    monkeypatch.setattr(disclosure, "_protect", lambda *arguments: None)
    built = {}
    for name in PARTS:
        read = {other: built[other] for other in dependencies.declared(name).bundles if other in built}
        built[name] = store.build_bundle(name, loader=standins, design=design, bundles=read)
    found = recovered(built.values())
    assert len(found) >= 10 and {"tbl-survey-answers", "tbl-survey-themes"} <= {place for place, _, _ in found}
