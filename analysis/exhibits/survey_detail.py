"""Detail of the staff survey for its appendix: weights, items, dimensions, bands, ordinal models, themes, forms."""

from __future__ import annotations

from analysis.exhibits.survey_parts.answers import publish_questionnaire
from analysis.exhibits.survey_parts.bands import publish_bands
from analysis.exhibits.survey_parts.items import publish_items, publish_nonresponse, publish_weight_bins
from analysis.exhibits.survey_parts.odds import publish_odds
from analysis.exhibits.survey_parts.themes import publish_themes
from analysis.publish import Publisher
from analysis.strands.survey.prepared import prepare

DATASETS = ("staff_survey", "survey_population", "survey_comments")
BUNDLES = ()


def publish(p: Publisher) -> None:
    """Publish the appendix's exhibits and findings."""
    answers, population = p.load("staff_survey"), p.load("survey_population")
    ready = prepare(answers.frame, population.frame, p.design.section("survey"))
    sources = [answers, population]
    publish_nonresponse(p, ready, sources)
    publish_weight_bins(p, ready, sources)
    publish_items(p, ready, sources)
    publish_bands(p, ready, sources)
    publish_odds(p, ready, sources)
    comments = p.load_optional("survey_comments")
    if comments is not None:
        publish_themes(p, ready, comments, sources)
    publish_questionnaire(p, ready, [answers])
