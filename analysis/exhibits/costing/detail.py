"""Exhibits of the appendix: parameters, price index, discount rates, items."""

from __future__ import annotations

import numpy as np
import pandas as pd

from analysis.exhibits.costing.inputs import Inputs
from analysis.methods.costing import present_value, to_price_year
from analysis.publish import estimate, label, text_column
from analysis.publish.words import number, pounds
from analysis.strands import costs as strand


def parameters(inputs: Inputs) -> None:
    """The parameter table."""
    source = inputs.data["cost_parameters"]
    inputs.p.table("tbl-costs-parameters", title="Parameters of the cost model", frame=_as_used(inputs),
                   subtitle="Value, range, distribution, unit, price year, source and quality",
                   columns=[label("label", "Parameter"), estimate("value", "Value", decimals=2),
                            estimate("low", "Low", decimals=2), estimate("high", "High", decimals=2),
                            text_column("distribution", "Distribution"), text_column("unit", "Unit"),
                            text_column("price_year", "Price year"), text_column("source", "Source"),
                            text_column("quality", "Quality"), text_column("judged_by", "Judged by"),
                            text_column("status", "Status of the value")],
                   describe=lambda frame: (f"Table of {len(frame)} parameters, of which "
                                           f"{int((frame['status'] == 'synthetic').sum())} are invented."),
                   made_by=strand.parameters_in_prices, sources=[source, *inputs.effect.findings],
                   note="Low and high: 95% limits, or the ends of the range for uniform and triangular distributions.")


def _as_used(inputs: Inputs) -> pd.DataFrame:
    """The parameters of the file; the effect on days in care as it is used, with its source."""
    frame, effect = inputs.data["cost_parameters"].frame.copy(), inputs.effect
    if effect.estimated:
        here = frame["parameter"] == effect.change.name
        frame.loc[here, ["value", "low", "high"]] = [effect.change.value, effect.change.low, effect.change.high]
        frame.loc[here, ["source", "judged_by", "status"]] = [effect.words, "estimated", effect.findings[0].status]
    return frame


def index(inputs: Inputs) -> None:
    """Price index and discount factors."""
    source, section = inputs.data["gdp_deflator"], inputs.section
    factors = to_price_year(np.ones(len(source.frame)), source.frame["year"], inputs.index,
                                           section["price_year"])
    discount = present_value(np.ones(len(source.frame)), source.frame["year"], section["discount_rate"],
                                            section["base_year"])
    inputs.p.table("tbl-costs-index", title="From money of the day to present values",
                   subtitle=f"Price index, factor to {inputs.prices}, discount factor to {section['base_year']}",
                   frame=source.frame.assign(factor=factors, discount=discount),
                   columns=[label("year", "Year"), estimate("index", "Price index", decimals=1),
                            estimate("factor", "Factor to the price year", decimals=4),
                            estimate("discount", "Discount factor", decimals=4), text_column("source", "Source")],
                   describe=lambda frame: (f"Table of {len(frame)} years. The price index goes from "
                                           f"{number(frame['index'].iloc[0])} to {number(frame['index'].iloc[-1])}; "
                                           f"the "
                                           f"discount factor falls to {number(frame['discount'].iloc[-1], 3)}."),
                   made_by=strand.priced, sources=[source])


def discounting(inputs: Inputs) -> None:
    """What the discount rate changes."""
    table = strand.discount_rates(inputs.costs, inputs.activity, inputs.parameters, inputs.index, inputs.section)
    inputs.p.table("tbl-costs-discount", title="What the discount rate changes", frame=table,
                   subtitle=f"Present cost and break-even by discount rate, {inputs.prices}, {inputs.period}",
                   columns=[label("rate", "Rate (%)"), estimate("present", "Present cost (£)", decimals=0),
                            estimate("days", "Break-even (days)", decimals=0),
                            estimate("percent", "Break-even (% of days)", decimals=3)],
                   describe=lambda frame: (f"Table of {len(frame)} rates. Present cost runs from "
                                           f"{pounds(frame['present'].min(), 2)} to "
                                           f"{pounds(frame['present'].max(), 2)}; "
                                           f"break-even from {number(frame['percent'].min(), 3)}% to "
                                           f"{number(frame['percent'].max(), 3)}% of days."),
                   made_by=strand.discount_rates, sources=inputs.main)


def items(inputs: Inputs) -> None:
    """What stands under each heading."""
    headings = inputs.section["headings"]
    table = inputs.entries.groupby(["heading", "item", "timing", "kind"], sort=False)["real"].sum().reset_index()
    table = table.assign(heading=pd.Categorical(table["heading"], list(headings))).sort_values("heading", kind="stable")
    table = table.assign(heading=table["heading"].astype(str).map(headings)).reset_index(drop=True)
    inputs.p.table("tbl-costs-items", title="What stands under each heading", frame=table,
                   subtitle=f"Items of the cost returns, pounds in {inputs.prices}, all pilots, {inputs.period}",
                   columns=[label("item", "Item"), text_column("heading", "Heading"), text_column("timing", "Timing"),
                            text_column("kind", "Kind"), estimate("real", "Cost (£)", decimals=0)],
                   describe=lambda frame: (f"Table of {len(frame)} items under {frame['heading'].nunique()} headings; "
                                           f"the "
                                           f"largest is {frame.loc[frame['real'].idxmax(), 'item'].lower()} "
                                           f"({pounds(frame['real'].max())})."),
                   made_by=strand.priced, sources=inputs.spent)
