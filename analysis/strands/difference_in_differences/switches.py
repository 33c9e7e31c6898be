"""What each switch of the definitions does: one at a time from the corrected reading, and all together."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import pandas as pd

from analysis.design import Design
from analysis.strands.difference_in_differences.definitions import (
    CORRECTED,
    PUBLISHED,
    all_of,
    one_at_a_time,
    outcomes_of,
)
from analysis.strands.difference_in_differences.estimation import effect_alone
from analysis.strands.difference_in_differences.records import Records
from analysis.strands.difference_in_differences.results import Effect
from analysis.strands.difference_in_differences.strand import analyse_definitions


@dataclass(frozen=True)
class SwitchEffects:
    """`base`: effects by outcome with all switches as in `choice`; `turned`: switch -> outcome -> the effect with that
    switch alone turned the other way, for the outcomes that it can touch."""

    choice: str
    base: Mapping[str, Effect]
    turned: Mapping[str, Mapping[str, Effect]]


def switch_effects(records: Records, design: Design, choice: str = CORRECTED) -> SwitchEffects:
    """Effects from one reading with every switch alone turned the other way."""
    base, other = all_of(choice), PUBLISHED if choice == CORRECTED else CORRECTED
    turned = {switch: analyse_definitions(records, design, definitions, effect_alone, outcomes_of(switch))
              for switch, definitions in one_at_a_time(base, other) if outcomes_of(switch)}
    return SwitchEffects(choice, analyse_definitions(records, design, base, effect_alone), turned)


def switch_table(found: SwitchEffects, all_turned: Mapping[str, Effect]) -> pd.DataFrame:
    """One row a switch and outcome: switch, outcome, effect, low, high, shift (from the base), n; then all together.

    Under the switch of inference, and where all are turned to published, intervals are the original's (CR1 with degrees
    of freedom from rows); elsewhere CR2.
    """
    rows = []
    for switch, effects in (*found.turned.items(), ("all", all_turned)):
        for outcome, effect in effects.items():
            interval = effect.cr2 if effect.definitions.corrected("inference") else effect.cr1_rows
            rows.append({"switch": switch, "outcome": outcome, "effect": interval.estimate, "low": interval.low,
                         "high": interval.high, "p": interval.p,
                         "shift": interval.estimate - found.base[outcome].cr2.estimate, "n": effect.sample.n})
    return pd.DataFrame(rows)
