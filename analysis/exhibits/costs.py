"""What the cost study publishes: costs by heading, year and pilot, cost-consequence, break-even, its uncertainty."""

from __future__ import annotations

from analysis.exhibits.costing import detail, gains, spending, uncertainty
from analysis.exhibits.costing.effect import effect_of
from analysis.exhibits.costing.inputs import Inputs
from analysis.publish import Publisher
from analysis.strands import costs as strand

DATASETS = ("costs", "cost_activity", "cost_parameters", "gdp_deflator", "published_facts")
BUNDLES = ("national_days",)


def publish(p: Publisher) -> None:
    """Publish all exhibits and findings of the cost study."""
    inputs = _inputs(p)
    spending.headings(inputs)
    spending.years(inputs)
    by_pilot = strand.by_pilot(inputs.entries, inputs.activity)
    spending.pilots(inputs, by_pilot)
    spending.pilot_years(inputs)
    drawn = strand.draws_of(inputs.parameters, inputs.section["draws"], p.design.rng("costs.probabilistic"))
    result = strand.probabilistic(inputs.model, drawn)
    gains.break_even(inputs)
    uncertainty.tornado(inputs)
    uncertainty.probabilistic(inputs, result)
    more = strand.draws_of(inputs.parameters, inputs.section["information_draws"], p.design.rng("costs.information"))
    uncertainty.information(inputs, more)
    gains.acceptability(inputs, drawn)
    gains.consequences(inputs, by_pilot)
    gains.grant(inputs)
    detail.parameters(inputs)
    detail.index(inputs)
    detail.discounting(inputs)
    detail.items(inputs)


def _inputs(p: Publisher) -> Inputs:
    data = {name: p.load(name) for name in DATASETS}
    section = p.design.section("costs")
    costs, activity = data["costs"].frame, data["cost_activity"].frame
    index = strand.index_of(data["gdp_deflator"].frame)
    parameters = strand.parameters_in_prices(data["cost_parameters"].frame, index, section["price_year"])
    effect = effect_of(p, parameters["days_in_care_change"], [data[name] for name in DATASETS[:4]])
    parameters = {**parameters, "days_in_care_change": effect.change}
    return Inputs(p, section, costs, activity, parameters, index, strand.priced(costs, parameters, index, section),
                  strand.model_of(costs, activity, index, section), data, effect)
