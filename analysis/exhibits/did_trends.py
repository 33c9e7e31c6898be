"""What is published on parallel trends: event studies, bounds, placebos, estimators of staggered adoption."""

from __future__ import annotations

from analysis.exhibits.did.source import opened_records
from analysis.exhibits.did.trends import TrendInputs, publish_trends
from analysis.publish import Publisher
from analysis.strands.difference_in_differences import OUTCOMES, all_of, rules_of
from analysis.strands.difference_in_differences.trends import analyse_trends

DATASETS = ("cin_census", "disabilities", "section47", "assessments", "looked_after_episodes", "la_year_covariates",
            "matched_groups", "embedding_dates", "bank_holidays", "implementation_profile")
BUNDLES = ("difference_in_differences",)      # the headline effects, beside which other estimators are drawn


def publish(p: Publisher) -> None:
    """Analyse the records and publish."""
    headline = {name: p.finding_of(f"did.{name}.effect") for name in OUTCOMES}
    with opened_records(p) as opened:
        publish_trends(TrendInputs(p, analyse_trends(opened.source, p.design), rules_of(p.design, all_of("corrected")),
                                   opened.datasets, headline))
