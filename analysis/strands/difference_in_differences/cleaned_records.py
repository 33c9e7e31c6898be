"""Records cleaned once for every reading that cleaning depends on, for analyses under many readings."""

from __future__ import annotations

from dataclasses import dataclass, field

from analysis.strands.difference_in_differences.cleaning import Children, clean
from analysis.strands.difference_in_differences.records import Records
from analysis.strands.difference_in_differences.rules import Rules

CLEANING_SWITCHES = ("early_help_closure", "low_income", "matching_levels")     # the only ones that `clean` reads


@dataclass(frozen=True)
class CleanedRecords:
    """Records, and what has been cleaned of them so far: at most one `Children` a combination of the switches."""

    records: Records
    _known: dict[tuple[str, ...], Children] = field(default_factory=dict, repr=False, compare=False)

    def children(self, rules: Rules) -> Children:
        """The cleaned records under these rules; made when first asked for."""
        key = tuple(getattr(rules.definitions, switch) for switch in CLEANING_SWITCHES)
        if key not in self._known:
            self._known[key] = clean(self.records, rules)
        return self._known[key]
