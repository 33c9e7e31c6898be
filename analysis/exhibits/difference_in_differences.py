"""What the difference-in-differences publishes: the chapter's exhibits, the appendix's, and the findings of both."""

from __future__ import annotations

from analysis.exhibits.did.appendix import publish_appendix
from analysis.exhibits.did.chapter import publish_chapter
from analysis.exhibits.did.common import Inputs
from analysis.exhibits.did.detecting import publish_detecting
from analysis.exhibits.did.findings import publish_findings
from analysis.exhibits.did.flow import publish_flow
from analysis.exhibits.did.inference import publish_inference
from analysis.exhibits.did.leaving_out import publish_leaving_out
from analysis.exhibits.did.matching import publish_matching
from analysis.exhibits.did.source import opened_records
from analysis.publish import Publisher
from analysis.strands.difference_in_differences import all_of, analyse, rules_of

DATASETS = ("cin_census", "disabilities", "section47", "assessments", "looked_after_episodes", "la_year_covariates",
            "matched_groups", "embedding_dates", "bank_holidays", "implementation_profile", "did_discrepancies",
            "robins_i")
BUNDLES = ()


def publish(p: Publisher) -> None:
    """Analyse the records and publish."""
    with opened_records(p) as opened:
        inputs = Inputs(p, opened.reference, analyse(opened.source, p.design), rules_of(p.design, all_of("corrected")),
                        opened.datasets)
    for part in (publish_chapter, publish_inference, publish_detecting, publish_leaving_out, publish_flow,
                 publish_matching, publish_appendix, publish_findings):
        part(inputs)
