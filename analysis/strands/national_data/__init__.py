"""National data: the pilots' published statistics against those of their statistical neighbours."""

from analysis.strands.national_data.authorities import Comparison, PilotTable, comparison, pilot_table
from analysis.strands.national_data.effects import Effect, LeftOut, Panel, build_panel, direction, estimate_effect
from analysis.strands.national_data.evaluation import Absent, Evaluated, NationalData, evaluate, headline
from analysis.strands.national_data.indicators import (
                                                       ENGLAND,
                                                       Indicator,
                                                       column_values,
                                                       indicator_values,
                                                       indicators,
                                                       symbol_counts,
)
from analysis.strands.national_data.trends import england, england_series, trends

__all__ = ["ENGLAND", "Absent", "Comparison", "Effect", "Evaluated", "Indicator", "LeftOut", "NationalData", "Panel",
           "PilotTable", "build_panel", "column_values", "comparison", "direction", "england", "england_series",
           "estimate_effect", "evaluate", "headline", "indicator_values", "indicators", "pilot_table", "symbol_counts",
           "trends"]
