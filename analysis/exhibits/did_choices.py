"""What the difference-in-differences publishes on choices: switches, specification curves, other models."""

from __future__ import annotations

from analysis.exhibits.did.choice_curves import publish_curves
from analysis.exhibits.did.choice_findings import publish_findings
from analysis.exhibits.did.choice_inputs import ChoiceInputs
from analysis.exhibits.did.choice_models import publish_models
from analysis.exhibits.did.choice_switches import publish_switches
from analysis.exhibits.did.source import opened_records
from analysis.publish import Publisher
from analysis.strands.difference_in_differences import all_of, rules_of
from analysis.strands.difference_in_differences.choices import analyse_choices

DATASETS = ("cin_census", "disabilities", "section47", "assessments", "looked_after_episodes", "la_year_covariates",
            "matched_groups", "embedding_dates", "bank_holidays", "implementation_profile", "did_discrepancies")
BUNDLES = ()


def publish(p: Publisher) -> None:
    """Analyse the records and publish."""
    with opened_records(p) as opened:
        inputs = ChoiceInputs(p, analyse_choices(opened.records(), p.design), rules_of(p.design, all_of("corrected")),
                              p.load("did_discrepancies"), opened.datasets)
    publish_switches(inputs)
    publish_curves(inputs)
    publish_models(inputs)
    publish_findings(inputs)
