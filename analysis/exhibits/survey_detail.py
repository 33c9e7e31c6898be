"""What the survey's appendix publishes: the instrument, and the machinery behind the chapter in full."""

from __future__ import annotations

from analysis.exhibits.survey_parts.detail_answers import publish_detail_answers, publish_detail_scales
from analysis.exhibits.survey_parts.detail_change import publish_ordinal, publish_themes
from analysis.exhibits.survey_parts.detail_recovery import publish_recovery
from analysis.exhibits.survey_parts.detail_response import publish_detail_response
from analysis.exhibits.survey_parts.instrument import publish_instrument
from analysis.publish import Publisher
from analysis.strands.survey.prepared import prepare

DATASETS = ("staff_survey", "survey_population", "survey_themes", "survey_recovery")
BUNDLES = ()


def publish(p: Publisher) -> None:
    """Publish the appendix of the staff survey."""
    answers, population, themes, kept = (p.load(name) for name in DATASETS)
    ready = prepare(answers.frame, population.frame, p.design.section("survey"))
    sources = [answers, population]
    p.data_status(sources)
    publish_instrument(p, ready.form, [answers])
    publish_detail_response(p, ready, sources)
    publish_detail_answers(p, ready, sources)
    publish_detail_scales(p, ready, sources)
    publish_ordinal(p, ready, sources)
    publish_themes(p, ready, themes.frame, [answers, themes])
    publish_recovery(p, ready, kept)
