"""What the difference-in-differences publishes: the chapter's exhibits, the appendix's, and the findings of both."""

from __future__ import annotations

from analysis.exhibits.did.appendix import publish_appendix
from analysis.exhibits.did.chapter import publish_chapter
from analysis.exhibits.did.common import Inputs
from analysis.exhibits.did.findings import publish_findings
from analysis.publish import Publisher
from analysis.strands.difference_in_differences import all_of, analyse, records_from, rules_of

DATASETS = ("cin_census", "disabilities", "section47", "assessments", "looked_after_episodes", "la_year_covariates",
            "matched_groups", "embedding_dates", "bank_holidays", "did_discrepancies", "robins_i")
BUNDLES = ()
RECORDS = DATASETS[:9]


def publish(p: Publisher) -> None:
    """Analyse the records and publish."""
    datasets = {name: p.load(name) for name in RECORDS}
    records = records_from({name: dataset.frame for name, dataset in datasets.items()})
    inputs = Inputs(p, records, analyse(records, p.design), rules_of(p.design, all_of("corrected")),
                    tuple(datasets.values()))
    publish_chapter(inputs)
    publish_appendix(inputs)
    publish_findings(inputs)
