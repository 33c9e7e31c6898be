"""Exhibits on parallel trends: event study, bounds, placebos, estimators of staggered adoption; and their findings."""

from __future__ import annotations

from analysis.exhibits.did.trends_bounds import publish_bounds
from analysis.exhibits.did.trends_event_study import publish_event_study
from analysis.exhibits.did.trends_findings import publish_trend_findings
from analysis.exhibits.did.trends_inputs import TrendInputs
from analysis.exhibits.did.trends_placebos import publish_placebos
from analysis.exhibits.did.trends_staggered import publish_staggered
from analysis.exhibits.did.trends_weights import publish_weights

__all__ = ["TrendInputs", "publish_trends"]


def publish_trends(inputs: TrendInputs) -> None:
    """All exhibits and findings on parallel trends."""
    publish_event_study(inputs)
    publish_bounds(inputs)
    publish_placebos(inputs)
    publish_staggered(inputs)
    publish_weights(inputs)
    publish_trend_findings(inputs)
