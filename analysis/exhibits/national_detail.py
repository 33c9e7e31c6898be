"""What stands beside the national headline: inference, comparators, other dates, synthetic comparisons, changes."""

from __future__ import annotations

from analysis.errors import MissingData
from analysis.exhibits.national import comparing, inferring, phrases, timing
from analysis.publish import Publisher
from analysis.strands.national_data import evaluate
from analysis.strands.national_data.detail import details

DATASETS = ("children_in_need", "referrals", "subsequent_plans", "plan_durations", "workforce", "interactive_tool",
            "population", "neighbours_2021", "neighbours_2025")
BUNDLES = ()


def publish(p: Publisher) -> None:
    """Evaluate what is there and publish what stands beside it; with nothing to stand beside, exhibits say so."""
    loaded = {name: dataset for name in DATASETS if (dataset := p.load_optional(name)) is not None}
    if not loaded:
        raise MissingData("no file of the national data is there", expected="the public files, or stand-ins")
    frames = {name: dataset.frame for name, dataset in loaded.items()}
    national = evaluate(p.design.section("national_data"), frames)
    found, sources = details(p.design, frames, national), list(loaded.values())
    for table in (inferring.inference_table, inferring.equivalence_table, inferring.without_table,
                  comparing.balance_table, comparing.comparators_figure, comparing.weights_table,
                  comparing.changes_figure, comparing.joined_table, timing.events_figure, timing.events_table,
                  timing.timing_table,
                  timing.synthetic_table, timing.placebos_figure):
        table(p, national, found, sources)
    phrases.publish_phrases(p, found, sources)
