"""Exhibits and findings of implementation: ratings, profiles, the pilots that left, theory of change, logic model."""

from __future__ import annotations

from analysis.exhibits.implementation_parts import models, profile, ratings
from analysis.exhibits.implementation_parts.context import Context
from analysis.publish import Publisher
from analysis.sources.qualitative_instruments import self_profiling
from analysis.strands import implementation as strand

DATASETS = ("self_profiling", "pilot_profiles", "exited_pilots", "theory_of_change", "logic_model")
BUNDLES = ("deep_dives", "survey", "assessments", "contrast_study", "national_data", "difference_in_differences",
           "costs")
PARTS = (profile.dumbbell, profile.progress, profile.change, ratings.ratings, ratings.aspects, ratings.instrument,
         ratings.items, models.profiles, models.exited, models.theory, models.logic)


def publish(p: Publisher) -> None:
    """Publish implementation."""
    rules, rated = p.design.section("deep_dives"), p.load("self_profiling")
    profile_of_sites = strand.site_profile(rated.frame, rules["self_profiling"]["in_place"])
    context = Context(rated, self_profiling(), rules, profile_of_sites, tuple(profile_of_sites["site"].unique()))
    for part in PARTS:
        part(p, context)
