"""What is published on parallel trends: event studies, bounds, placebos, estimators of staggered adoption."""

from __future__ import annotations

from analysis.exhibits.did.trends import TrendInputs, publish_trends
from analysis.publish import Publisher
from analysis.strands.difference_in_differences import OUTCOMES, all_of, records_from, rules_of
from analysis.strands.difference_in_differences.trends import analyse_trends

DATASETS = ("cin_census", "disabilities", "section47", "assessments", "looked_after_episodes", "la_year_covariates",
            "matched_groups", "embedding_dates", "bank_holidays")
BUNDLES = ("difference_in_differences",)      # the headline effects, beside which other estimators are drawn


def publish(p: Publisher) -> None:
    """Analyse the records and publish."""
    datasets = {name: p.load(name) for name in DATASETS}
    records = records_from({name: dataset.frame for name, dataset in datasets.items()})
    headline = {name: p.finding_of(f"did.{name}.effect") for name in OUTCOMES}
    publish_trends(TrendInputs(p, analyse_trends(records, p.design), rules_of(p.design, all_of("corrected")),
                               tuple(datasets.values()), headline))
