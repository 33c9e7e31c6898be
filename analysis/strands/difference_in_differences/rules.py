"""Windows and code lists of one reading of the definitions, taken from the evaluation's design."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, fields
from typing import Any

import pandas as pd

from analysis.design import Design
from analysis.errors import DesignError
from analysis.strands.difference_in_differences.definitions import Definitions

OUTCOMES = ("duration", "conference", "rereferral", "escalation", "kinship")
LEVEL = 0.95            # of all intervals: labels, captions and prose of the report say 95% and 0.05 in words
ALPHA = 0.05            # exactly: 1 - 0.95 is a little more in floating point


@dataclass(frozen=True)
class Rules:
    """What a set of definitions means in days and codes.

    `follow_up`: days of follow-up by outcome; `next_step`: days from the re-referral to a plan or care; `windows`,
    `codes`, `covariates`, `estimation`, `curve` (the specification curve), `trends` (placebos, bounds),
    `strength` (of evidence, with the levels of all strands) and `simulation`: the sections of `data/evaluation.yml`.
    """

    definitions: Definitions
    follow_up: Mapping[str, int]
    next_step: int
    closed_without_action: frozenset
    kinship_placements: frozenset
    kinship_exits: frozenset
    windows: Mapping
    codes: Mapping
    covariates: Mapping
    estimation: Mapping
    curve: Mapping
    trends: Mapping
    strength: Mapping
    simulation: Mapping

    def __reduce__(self):
        """The read-only views of the design cannot be sent to another process: plain mappings go in their place."""
        return Rules, tuple(_plain(getattr(self, field.name)) for field in fields(self))

    def corrected(self, switch: str) -> bool:
        """Whether a switch of the definitions stands at corrected."""
        return self.definitions.corrected(switch)

    def date(self, name: str) -> pd.Timestamp:
        """A date of the windows section."""
        return pd.Timestamp(self.windows[name])

    def child_covariates(self, outcome: str) -> tuple[str, ...]:
        """Covariates of the child in an outcome's regression."""
        rows = self.covariates["rows"]
        return tuple(rows.get(outcome, rows["default"]))

    def matching_covariates(self, outcome: str) -> tuple[str, ...]:
        """Covariates matched on beside group and period, for an outcome."""
        section = self.covariates["matching"]
        names = tuple(section.get(outcome, section["default"]))
        return names + ((section["corrected_adds"],) if self.corrected("matching_levels") else ())


def rules_of(design: Design, definitions: Definitions) -> Rules:
    """The rules of a set of definitions; `DesignError` for a confidence level that the report's words do not say."""
    section = design.section("difference_in_differences")
    if section["estimation"]["level"] != LEVEL:
        raise DesignError(f"data/evaluation.yml: difference_in_differences.estimation.level is "
                          f"{section['estimation']['level']}; captions and prose are written for {LEVEL}")
    windows, codes = section["windows"], section["codes"]
    days = windows[definitions.windows]
    return Rules(definitions=definitions, follow_up=days, next_step=int(days["next_step"]),
                 closed_without_action=frozenset(codes["no_further_action"][definitions.early_help_closure]),
                 kinship_placements=frozenset(codes["kinship_placements"][definitions.kinship_codes]),
                 kinship_exits=frozenset(codes["kinship_exits"][definitions.kinship_codes]),
                 windows=windows, codes=codes, covariates=section["covariates"], estimation=section["estimation"],
                 curve=section["specification_curve"], trends=section["trends"],
                 strength={**design.section("strength"), **section["strength"]}, simulation=section["simulation"])


def _plain(value: Any) -> Any:
    if isinstance(value, Mapping):
        return {key: _plain(item) for key, item in value.items()}
    return tuple(_plain(item) for item in value) if isinstance(value, tuple) else value
