"""Strength of evidence of the difference-in-differences, from the findings of its other bundles."""

from __future__ import annotations

from analysis.exhibits.did.strength import publish_strength
from analysis.publish import Publisher

DATASETS = ()
BUNDLES = ("difference_in_differences", "did_trends", "did_choices")


def publish(p: Publisher) -> None:
    """Rate and publish."""
    publish_strength(p)
