"""What the simulations of the difference-in-differences publish: which interval can be trusted, and whether what was
planted comes back."""

from __future__ import annotations

from analysis.exhibits.did.simulation_findings import publish_simulation_findings
from analysis.exhibits.did.simulation_inputs import SimulationInputs
from analysis.exhibits.did.simulation_performance import publish_performance
from analysis.exhibits.did.simulation_rejections import publish_rejections
from analysis.publish import Publisher

DATASETS = ("did_intervals", "did_recovery")
BUNDLES = ()


def publish(p: Publisher) -> None:
    """Read the kept simulations and publish."""
    inputs = SimulationInputs(p, p.load("did_intervals"), p.load("did_recovery"))
    publish_rejections(inputs)
    publish_performance(inputs)
    publish_simulation_findings(inputs)
