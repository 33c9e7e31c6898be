"""What the contrast study publishes: response, agreement within teams, profiles, differences and what they can bear."""

from __future__ import annotations

from analysis.exhibits.contrast import comparison, families, limits, measures
from analysis.exhibits.contrast.inputs import Inputs
from analysis.publish import Publisher
from analysis.strands.contrast_study import comparison as compared
from analysis.strands.contrast_study import study

DATASETS = ("contrast_teams", "contrast_members", "contrast_items", "contrast_practice", "contrast_families")
OPTIONAL = "contrast_families"       # families' later answers: without them their rows say so


def publish(p: Publisher) -> None:
    """Publish all exhibits and findings of the contrast study."""
    datasets = tuple(p.load(name) for name in DATASETS if name != OPTIONAL)
    later = p.load_optional(OPTIONAL)
    section = p.design.section("contrast_study")
    frames = study.Frames(*(dataset.frame for dataset in datasets), later.frame if later else None)
    inputs = Inputs(p, frames, section, (*datasets, later) if later else datasets)
    study.check_links(inputs.frames, section)
    measures.response(inputs)
    measures.agreement(inputs)
    measures.profiles(inputs)
    families.answering(inputs)
    table = compared.differences(inputs.frames, section, p.design.rng("contrast_study.permutation"))
    comparison.scales(inputs, table[table["family"] == "scales"].reset_index(drop=True))
    comparison.practice(inputs, table[table["family"] != "scales"].reset_index(drop=True))
    limits.departments(inputs)
    limits.splits(inputs)
    measures.constructs(inputs)
    measures.reliability(inputs)
    measures.observers(inputs)
    limits.one_team(inputs)
    limits.specifications(inputs)
