"""Exhibits and findings of the deep dives."""

from __future__ import annotations

from analysis.exhibits.deep_dives_parts import presence, quality, quotations, sample, shares
from analysis.exhibits.deep_dives_parts.context import Context
from analysis.publish import Publisher
from analysis.sources.qualitative_instruments import codebook
from analysis.strands import deep_dives as strand

DATASETS = ("coded_segments", "qda_project", "framework_matrix", "focus_groups", "quotations", "redaction_log")
BUNDLES = ()
PARTS = (sample.sample, sample.project, sample.groups, sample.quotations, quotations.bank, presence.presence,
         presence.roles, presence.typology, presence.stances, shares.prevalence, shares.change, quality.agreement,
         quality.saturation, quality.codebook_table, quality.topic_guide_table)


def publish(p: Publisher) -> None:
    """Publish the deep dives."""
    segments, framework, groups = (p.load(name) for name in ("coded_segments", "framework_matrix", "focus_groups"))
    p.data_status([segments, framework, groups])
    book, rules = codebook(), p.design.section("deep_dives")
    found = strand.analyse(segments.frame, framework.frame, groups.frame, book, p.design)
    context = Context(found, book, dict(rules["roles"]), rules, segments, framework, groups)
    for part in PARTS:
        part(p, context)
