"""Exhibits on uncertainty: one parameter at a time, and all at once."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
import pandas as pd

from analysis.exhibits.costing.inputs import Inputs
from analysis.publish import estimate, label, style, text_column
from analysis.publish.words import number
from analysis.strands import costs as strand


def tornado(inputs: Inputs) -> None:
    """Each parameter alone at its low and high end."""
    p, swings = inputs.p, strand.swings(inputs.model, inputs.parameters)
    names = inputs.data["cost_parameters"].frame.set_index("parameter")["label"]
    centre = float(strand.break_even(inputs.model, strand.central(inputs.parameters))[0])
    table = pd.DataFrame([{"label": names[s.name], "low_end": inputs.parameters[s.name].low,
                           "high_end": inputs.parameters[s.name].high, "at_low": s.at_low, "at_high": s.at_high,
                           "width": s.width} for s in swings])
    p.figure("fig-costs-tornado", title=lambda frame: f"Break-even hangs most on {_short(frame['label'].iloc[0])}",
             subtitle=f"Break-even share of days in care, one parameter at a time at its low and high end, "
                      f"{inputs.period}",
             frame=table, columns=[label("label", "Parameter"), estimate("low_end", "Low end", decimals=2),
                                   estimate("high_end", "High end", decimals=2),
                                   estimate("at_low", "Break-even at low end (%)", decimals=2),
                                   estimate("at_high", "Break-even at high end (%)", decimals=2),
                                   estimate("width", "Width (percentage points)", decimals=2)],
             draw=lambda frame: _draw_tornado(frame, centre), describe=lambda frame: _describe_tornado(frame, centre),
             made_by=strand.swings, sources=inputs.main,
             note="Bars run from the result at the parameter's low end (hatched) to that at its high end.")
    fact = dict(made_by=strand.swings, sources=inputs.main)
    p.finding("costs.tornado.first", names[swings[0].name][0].lower() + names[swings[0].name][1:], unit="text", **fact)
    p.finding("costs.tornado.width", swings[0].width, unit="percentage points", decimals=2, **fact)


def _short(text: str) -> str:
    short = text.split(",")[0]
    return short[0].lower() + short[1:]


def _draw_tornado(frame: pd.DataFrame, centre: float):
    figure, ax = style.axes(height=1.3 + 0.42 * len(frame))
    places = np.arange(len(frame))[::-1]
    ax.barh(places, frame["at_low"] - centre, left=centre, color=style.LIGHT, hatch="//", edgecolor=style.GREY,
            linewidth=0.6, height=0.6, label="At low end")
    ax.barh(places, frame["at_high"] - centre, left=centre, color=style.BLUE, height=0.6, label="At high end")
    ax.axvline(centre, color=style.GREY, linewidth=1.2)
    ax.set_yticks(places, [text.split(",")[0] for text in frame["label"]])
    ax.set_xlabel("Break-even, per cent of days in care")
    ax.grid(axis="y", visible=False)
    figure.legend(*ax.get_legend_handles_labels(), loc="outside upper left", ncols=2)
    return figure


def _describe_tornado(frame: pd.DataFrame, centre: float) -> str:
    top = frame.iloc[0]
    return (f"Tornado chart of {len(frame)} parameters around a central break-even of {number(centre, 2)}% of days. "
            f"The "
            f"widest bar is {_short(top['label'])}: {number(top['at_low'], 2)}% at its low end, "
            f"{number(top['at_high'], 2)}% at its high end. The narrowest moves the result by "
            f"{number(frame['width'].min(), 2)} percentage points.")


def probabilistic(inputs: Inputs, result: strand.Probabilistic) -> None:
    """All parameters uncertain at once."""
    p = inputs.p
    rows = [("Cost, present value (£)", result.cost, 0), ("Cost per worker trained, present value (£)",
            result.per_worker, 0), ("Break-even (% of days in care)", result.break_even_percent, 3),
            ("Net benefit, present value (£)", result.net_benefit, 0)]
    table = pd.DataFrame([{"label": text, "mean": number(s.mean, d), "low": number(s.low, d), "high": number(s.high, d),
                           "mc_error": number(s.mc_error, d + 1)} for text, s, d in rows])
    p.table("tbl-costs-probabilistic", title="All parameters uncertain at once",
            subtitle=f"Probabilistic sensitivity, {number(result.cost.draws, 0)} draws, {inputs.prices}, "
                     f"{inputs.period}",
            frame=table, columns=[label("label", "Quantity"), text_column("mean", "Mean"), text_column("low",
                                                                                                       "95%, low"),
                                  text_column("high", "95%, high"), text_column("mc_error",
                                                                                "Monte Carlo error of mean")],
            describe=lambda frame: "Table of quantities: " + "; ".join(
                f"{row.label} {row.mean}, 95% interval {row.low} to {row.high}" for row in frame.itertuples()) + ".",
            made_by=strand.probabilistic, sources=inputs.with_effect,
            note="Draws are independent. Interval: 2.5 and 97.5 percentiles of the draws.")
    fact = dict(made_by=strand.probabilistic, sources=inputs.with_effect, n_pilots=len(inputs.model.pilots))
    p.finding("costs.probabilistic.cost", result.cost.mean, low=result.cost.low, high=result.cost.high, unit="pounds",
              **fact)
    p.finding("costs.probabilistic.break_even", result.break_even_percent.mean, low=result.break_even_percent.low,
              high=result.break_even_percent.high, unit="per cent", decimals=2, **fact)
    p.finding("costs.probabilistic.draws", result.cost.draws, unit="count", decimals=0, **fact)
    p.finding("costs.probabilistic.probability", 100 * result.probability, unit="per cent", decimals=0, **fact)
    p.finding("costs.probabilistic.mc_error", 100 * result.probability_mc_error, unit="percentage points", decimals=1,
              **fact)
    p.finding("costs.probabilistic.net_benefit", result.net_benefit.mean, low=result.net_benefit.low,
              high=result.net_benefit.high, unit="pounds", **fact)


def information(inputs: Inputs, drawn: Mapping[str, np.ndarray]) -> None:
    """What knowing everything, or the effect alone, before deciding would be worth; `drawn` are draws of their own,
    more than elsewhere because the two values lie close together."""
    for name, benefits in (("value", strand.net_benefit(inputs.model, drawn)),
                           ("effect", strand.benefit_given_effect(inputs.model, drawn))):
        p, found = inputs.p, strand.information(benefits)
        fact = dict(made_by=strand.information, sources=inputs.with_effect, unit="pounds")
        p.finding(f"costs.information.{name}", found.value, **fact)
        p.finding(f"costs.information.{name}_error", found.mc_error, **fact)
