"""What the contrast study publishes: response, agreement within teams, profiles, differences and what they can bear."""

from __future__ import annotations

from analysis.exhibits.contrast import comparison, limits, measures
from analysis.exhibits.contrast.inputs import Inputs
from analysis.publish import Publisher
from analysis.strands.contrast_study import comparison as compared
from analysis.strands.contrast_study import study

DATASETS = ("contrast_teams", "contrast_members", "contrast_items", "contrast_practice")


def publish(p: Publisher) -> None:
    """Publish all exhibits and findings of the contrast study."""
    datasets = tuple(p.load(name) for name in DATASETS)
    section = p.design.section("contrast_study")
    inputs = Inputs(p, study.Frames(*(dataset.frame for dataset in datasets)), section, datasets)
    study.check_links(inputs.frames, section)
    measures.response(inputs)
    measures.agreement(inputs)
    measures.profiles(inputs)
    table = compared.differences(inputs.frames, section, p.design.rng("contrast_study.permutation"))
    comparison.scales(inputs, table[table["family"] == "scales"].reset_index(drop=True))
    comparison.practice(inputs, table[table["family"] != "scales"].reset_index(drop=True))
    limits.departments(inputs)
    measures.constructs(inputs)
    measures.observers(inputs)
    limits.one_team(inputs)
    limits.specifications(inputs)
