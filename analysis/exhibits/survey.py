"""What the staff survey publishes: response, weights, distributions, scales, change between waves."""

from __future__ import annotations

from analysis.exhibits.survey_parts.answers import publish_distributions, publish_scales
from analysis.exhibits.survey_parts.change import publish_change
from analysis.exhibits.survey_parts.response import publish_missing, publish_response, publish_weights
from analysis.publish import Publisher
from analysis.strands.survey.prepared import prepare

DATASETS = ("staff_survey", "survey_population")
BUNDLES = ()


def publish(p: Publisher) -> None:
    """Publish all exhibits and findings of the staff survey."""
    answers, population = (p.load(name) for name in DATASETS)
    ready = prepare(answers.frame, population.frame, p.design.section("survey"))
    sources = [answers, population]
    p.data_status(sources)
    publish_response(p, ready, sources)
    publish_weights(p, ready, sources)
    publish_missing(p, ready, sources)
    publish_distributions(p, ready, sources)
    publish_scales(p, ready, sources)
    publish_change(p, ready, sources)
    _rules(p, ready, sources)


def _rules(p: Publisher, ready, sources) -> None:
    """The rules that the text quotes, from the design."""
    section = ready.section
    for key, unit, value in (("complete", "per cent", 100 * section["complete_from"]),
                             ("partial", "per cent", 100 * section["partial_from"]),
                             ("power", "per cent", 100 * section["power"]), ("cap", "ratio", section["weight_cap"])):
        p.finding(f"survey.rule.{key}", value, unit=unit, decimals=0, made_by=prepare, sources=sources)
