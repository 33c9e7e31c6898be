"""What the examination of assessments publishes: sample, ratings, agreement, association with detail of use."""

from __future__ import annotations

from analysis.exhibits.assessments_parts.agreement import publish_agreement
from analysis.exhibits.assessments_parts.allows import publish_allowed
from analysis.exhibits.assessments_parts.association import publish_association
from analysis.exhibits.assessments_parts.durations import publish_durations
from analysis.exhibits.assessments_parts.pilots import publish_correlations, publish_pilots
from analysis.exhibits.assessments_parts.ratings import publish_ratings
from analysis.exhibits.assessments_parts.sample import publish_sample
from analysis.publish import Publisher
from analysis.strands.assessments.cases import examine

DATASETS = ("assessment_frame", "assessment_cases", "assessment_ratings")
BUNDLES = ()


def publish(p: Publisher) -> None:
    """Publish all exhibits and findings of the examination of assessments."""
    sources = [p.load(name) for name in DATASETS]
    p.data_status(sources)
    examined = examine(*(source.frame for source in sources), p.design.section("assessments"))
    publish_sample(p, examined, sources)
    publish_ratings(p, examined, sources)
    publish_durations(p, examined, sources)
    agreement = publish_agreement(p, examined, sources)
    publish_pilots(p, examined, sources)
    association = publish_association(p, examined, sources)
    publish_correlations(p, examined, association.within, sources)
    publish_allowed(p, examined, agreement, association, sources)
    _rules(p, examined, sources)


def _rules(p: Publisher, examined, sources) -> None:
    """The rules that the text quotes, from the design."""
    section = examined.section
    for key, unit, value, decimals in (("power", "per cent", 100 * section["power"], 0),
                                       ("tentative", "ratio", section["alpha"]["tentative"], 3),
                                       ("good", "ratio", section["alpha"]["good"], 1)):
        p.finding(f"assessments.rule.{key}", value, unit=unit, decimals=decimals, made_by=examine, sources=sources)
