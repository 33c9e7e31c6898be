"""What the national statistics say of single pilots, and where authorities stand: tables, slopes and maps of tiles."""

from __future__ import annotations

from analysis.errors import MissingData
from analysis.exhibits.national import maps, pilots
from analysis.publish import Publisher
from analysis.strands.national_data import evaluate

DATASETS = ("children_in_need", "referrals", "subsequent_plans", "plan_durations", "workforce", "interactive_tool",
            "population", "neighbours_2021")
BUNDLES = ()


def publish(p: Publisher) -> None:
    """Publish a table for each pilot, slopes of them all, and the maps."""
    loaded = {name: dataset for name in DATASETS if (dataset := p.load_optional(name)) is not None}
    if not loaded:
        raise MissingData("no file of the national data is there", expected="the public files, or stand-ins")
    national = evaluate(p.design.section("national_data"), {name: data.frame for name, data in loaded.items()})
    sources = list(loaded.values())
    pilots.pilot_tables(p, national, sources)
    pilots.slopes_figure(p, national, sources)
    maps.roles_map(p, national, sources)
    maps.indicator_map(p, national, sources)
