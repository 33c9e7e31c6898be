"""The choices of the specification curve, read from the design, and their combinations for one outcome."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from itertools import product

from analysis.errors import DesignError
from analysis.strands.difference_in_differences.definitions import PUBLISHED
from analysis.strands.difference_in_differences.rules import Rules, rules_of

CHANGES = ("published", "days", "exits", "longest", "embedding", "comparators", "age_cuts")
COMPARATORS = ("all", "first", "own")
COVARIATES = {"none": (), "child": ("child",), "authority": ("unaffected", "now"),
              "authority held before": ("unaffected", "held"), "child and authority": ("child", "unaffected", "now"),
              "child and authority held before": ("child", "unaffected", "held")}
EFFECTS = ("pilot", "matched group", "authority")
NO_SHIFT = (0, 0)


@dataclass(frozen=True)
class Choice:
    """One question with its possible answers: option -> what it changes. The first option is the headline's."""

    title: str
    options: Mapping[str, Mapping]


@dataclass(frozen=True)
class Variant:
    """One combination of choices about the data: `answers` (title -> option) and what they change together."""

    answers: Mapping[str, str]
    changes: Mapping

    @property
    def reading(self) -> tuple:
        """What decides the units and their outcome; variants that share it share their units."""
        return (tuple(sorted(self.changes.get("published", ()))),
                *(self.changes.get(name) for name in ("days", "exits", "longest")))

    @property
    def shift(self) -> tuple[int, int]:
        """Days by which start and end of the embedding move."""
        return tuple(self.changes.get("embedding", NO_SHIFT))

    @property
    def comparators(self) -> str:
        """Which comparators are kept: all, first, own."""
        return self.changes.get("comparators", "all")

    @property
    def age_cuts(self):
        """Cut points of age in the matching; "headline" for the original's, "none" for no matching."""
        return self.changes.get("age_cuts", "headline")


@dataclass(frozen=True)
class Model:
    """One regression: its covariates and effects, by the names of the design."""

    covariates: str
    effects: str


def data_choices(rules: Rules, outcome: str) -> tuple[Choice, ...]:
    """The choices about the data that an outcome has; `DesignError` for one that is not known."""
    found = []
    for entry in rules.curve["data_choices"]:
        if outcome in entry.get("outcomes", (outcome,)):
            found.append(Choice(entry["title"], entry["options"]))
    for choice in found:
        unknown = {name for option in choice.options.values() for name in option if name not in CHANGES}
        kinds = {option.get("comparators", "all") for option in choice.options.values()} - set(COMPARATORS)
        if unknown or kinds:
            raise DesignError(f"specification curve, {choice.title}: {sorted(unknown | kinds)} is no known change")
    return tuple(found)


def variants(choices: tuple[Choice, ...]) -> tuple[Variant, ...]:
    """All combinations of the options, the headline's first."""
    found = []
    for options in product(*(choice.options for choice in choices)):
        changes: dict = {}
        for choice, option in zip(choices, options, strict=True):
            new = dict(choice.options[option])
            new["published"] = (*changes.get("published", ()), *new.get("published", ()))
            changes.update(new)
        found.append(Variant({choice.title: option for choice, option in zip(choices, options, strict=True)}, changes))
    return tuple(found)


def models(rules: Rules) -> tuple[Model, ...]:
    """All regressions, the headline's first; `DesignError` for unknown covariates or effects."""
    section = rules.curve["model_choices"]
    unknown = [*(set(section["covariates"]) - set(COVARIATES)), *(set(section["effects"]) - set(EFFECTS))]
    if unknown:
        raise DesignError(f"specification curve: {', '.join(unknown)} is not known")
    return tuple(Model(*pair) for pair in product(section["covariates"], section["effects"]))


def rules_for(variant: Variant, base: Rules, outcome: str, design) -> Rules:
    """The rules under a variant's reading."""
    definitions = base.definitions
    for switch in variant.changes.get("published", ()):
        definitions = definitions.with_switch(switch, PUBLISHED)
    rules, changes = rules_of(design, definitions), variant.changes
    if "days" in changes:
        rules = replace(rules, follow_up={**rules.follow_up, outcome: int(changes["days"])})
    if "exits" in changes:
        rules = replace(rules, kinship_exits=frozenset(rules.codes[changes["exits"]]))
    if "longest" in changes:
        rules = replace(rules, windows={**rules.windows, "longest_duration": int(changes["longest"])})
    return rules
