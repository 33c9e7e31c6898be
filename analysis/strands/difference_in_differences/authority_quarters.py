"""The records of one outcome as a panel of authorities and quarters, for the estimators of staggered adoption.

A cell is the mean outcome of the units that began in an authority and period; each authority stands once, whatever
groups it serves. Quarters are those of the financial year, from April. A quarter is in the panel where

- it begins in the period studied, and at the start of the records has at least half the units of the usual quarter, so
  that one only partly recorded does not count; and
- at least `FOLLOWED` of its units could be followed to their end before the records end, given how long units take.

A pilot's first treated period is the first in which follow-up can reach the embedding: its last day plus the days
within which `REACH` of all units close is not before the embedding's start. (The longest follow-up of all would let one
odd record, open for years, undo the periods before.) Units of earlier periods all stay, so that nothing is selected on
how long a case took; the share of them that did run on into the embedding is reported. The fully treated period is the
first that begins after the embedding's end.
Where a cell is empty the periods are made longer: quarters, else half-years, else financial years.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd

from analysis.errors import DataError
from analysis.methods.staggered_panel import Adoption, StaggeredPanel, adoption, staggered_panel
from analysis.strands.difference_in_differences.rules import Rules

LENGTHS = {"quarter": 3, "half-year": 6, "financial year": 12}      # months
APRIL = 3           # months of a calendar year before the financial year begins
FOLLOWED = 0.95     # least share of a period's units that could be followed to their end
REACH = 0.99        # share of units that close within the days by which a period is kept from the embedding
WHOLLY = 0.5        # of the median number of units: less at the start of the records is a period partly recorded
LEAST_BEFORE = 2    # periods before (synthetic difference-in-differences needs two)


@dataclass(frozen=True)
class AuthorityPanel:
    """Authorities by period, with the dates of the pilots.

    `period`: a name in `LENGTHS`; `groups`: each matched group's pilot and then its comparators; `dates`: group, la of
    the pilot, start, end, first_treated, fully_treated (numbers of periods), in the order of `groups`; `cells`: la,
    period, begins, n, y; `left_out`: group, la of the pilot, reason; `reaching`: share of the pilots' units before
    whose follow-up ran into the embedding.
    """

    outcome: str
    period: str
    panel: StaggeredPanel
    adoption: Adoption
    groups: tuple[tuple[int, ...], ...]
    dates: pd.DataFrame
    cells: pd.DataFrame
    left_out: pd.DataFrame
    reaching: float

    def begins(self, period) -> pd.Timestamp:
        """First day of a period of the panel by its number."""
        return _begins(np.array([period]), LENGTHS[self.period])[0]


def authority_panel(frame: pd.DataFrame, groups: pd.DataFrame, outcome: str, rules: Rules, *, scale: float = 1.0,
                    weighted: bool = False) -> AuthorityPanel:
    """The panel of one outcome (module docstring).

    Parameters: `frame` of the outcome's units (la, date, closes, y), not repeated by group; `groups` of the outcome
    (group, la, pilot, start, end); `scale` that y is multiplied by; `weighted`: cells count by their number of units
    instead of 1 each. A group whose pilot has no period after, or fewer than `LEAST_BEFORE` before, is left out, with
    comparators that serve no other group. Raises `DataError` when no length of period gives a panel without an empty
    cell and with a pilot in it, or there is no unit.
    """
    frame = frame[frame["la"].isin(groups["la"]) & frame["y"].notna()]
    if frame.empty:
        raise DataError(f"outcome {outcome}: units in pilots and comparators", value=0, expected="at least one")
    follow_up, faults = _FollowUp(frame, outcome, rules), []
    for name, months in LENGTHS.items():
        kept, left_out = _dated(groups, follow_up, months)
        cells = _cells(frame, kept, follow_up, months)
        if kept.empty:
            faults.append(f"{name}: no pilot has periods before and after")
        elif cells["n"].min() == 0:
            empty = cells[cells["n"] == 0].iloc[0]
            faults.append(f"{name}: authority {empty['la']} has no unit in the one from {empty['begins']:%d %B %Y}")
        else:
            return _assembled(outcome, name, frame, cells.assign(y=scale * cells["y"]), kept, left_out, weighted)
    raise DataError(f"outcome {outcome}: no length of period fits a panel of authorities", value="; ".join(faults),
                    expected="units in every authority and period")


class _FollowUp:
    """How long the units of an outcome take, and the periods that are wholly in the records because of it."""

    def __init__(self, frame: pd.DataFrame, outcome: str, rules: Rules):
        days = (frame["closes"] - frame["date"]).dt.days
        self.reach = pd.Timedelta(int(np.quantile(days, REACH, method="higher")), "D")
        # Assessments are followed for the statutory limit even when they end sooner.
        self._days = np.sort(days.clip(lower=rules.follow_up["duration"]) if outcome == "duration" else days)
        self._dates = frame["date"]
        self._first = rules.date("first_referral")
        self._end = rules.date("end_of_assessments" if outcome == "duration" else "end_of_records")

    def bounds(self, months: int) -> tuple[int, int]:
        """First and last period wholly in the records."""
        numbers = _numbers(self._dates, months)
        lowest = int(_numbers(pd.Series([self._first - pd.Timedelta(1, "D")]), months)[0]) + 1
        last = max((n for n in np.unique(numbers) if self._followed(n, months) >= FOLLOWED), default=lowest - 1)
        tally = pd.Series(numbers[(numbers >= lowest) & (numbers <= last)]).value_counts().sort_index()
        enough = tally.index[tally >= WHOLLY * tally.median()] if len(tally) else [last + 1]
        return int(enough[0]), int(last)

    def _followed(self, number: int, months: int) -> float:
        """Share of a period's units that close by the end of the records, every day of it counting the same."""
        first, following = _begins(np.array([number, number + 1]), months)
        room = (self._end - pd.date_range(first, following, inclusive="left")).days
        return float(np.searchsorted(self._days, room, side="right").mean() / len(self._days))


def _dated(groups: pd.DataFrame, follow_up: _FollowUp, months: int) -> tuple[pd.DataFrame, pd.DataFrame]:
    """The groups with first_treated and fully_treated of their pilot; those left out: group, la, reason."""
    begin, last = follow_up.bounds(months)
    groups = groups.assign(first_treated=_numbers(groups["start"] - follow_up.reach, months),
                           fully_treated=_numbers(groups["end"], months) + 1)
    early = groups["first_treated"] < begin + LEAST_BEFORE
    late = groups["fully_treated"] > last
    reason = np.where(early, "too few periods before the embedding", "no period after the embedding")
    out = groups.assign(reason=reason)[(early | late) & groups["pilot"]]
    return groups[~early & ~late], out[["group", "la", "reason"]].reset_index(drop=True)


def _cells(frame: pd.DataFrame, groups: pd.DataFrame, follow_up: _FollowUp, months: int) -> pd.DataFrame:
    """la, period, begins, n and y (mean) for every authority of the groups and every period, n nought included."""
    begin, last = follow_up.bounds(months)
    numbers = _numbers(frame["date"], months)
    inside = (numbers >= begin) & (numbers <= last)
    found = frame[inside].assign(period=numbers[inside]).groupby(["la", "period"])["y"].agg(n="size", y="mean")
    every = pd.MultiIndex.from_product([sorted(groups["la"].unique()), range(begin, last + 1)], names=["la", "period"])
    cells = found.reindex(every).reset_index()
    return cells.assign(n=cells["n"].fillna(0).astype("int64"), begins=_begins(cells["period"].to_numpy(), months))[
        ["la", "period", "begins", "n", "y"]]


def _assembled(outcome: str, name: str, frame: pd.DataFrame, cells: pd.DataFrame, groups: pd.DataFrame,
               left_out: pd.DataFrame, weighted: bool) -> AuthorityPanel:
    panel = staggered_panel(cells["la"], cells["period"], cells["y"], cells["n"] if weighted else None)
    dates = groups.loc[groups["pilot"], ["group", "la", "start", "end", "first_treated", "fully_treated"]].sort_values(
        "group", ignore_index=True)
    members = tuple((pilot, *sorted(groups.loc[(groups["group"] == group) & ~groups["pilot"], "la"]))
                    for group, pilot in zip(dates["group"], dates["la"], strict=True))
    by_pilot = dates.set_index("la")
    numbers = _numbers(frame["date"], LENGTHS[name])
    before = numbers < frame["la"].map(by_pilot["first_treated"])
    reaching = frame["closes"] >= frame["la"].map(by_pilot["start"])
    inside = before & (numbers >= panel.periods[0])
    return AuthorityPanel(outcome, name, panel,
                          adoption(panel, by_pilot["first_treated"].to_dict(), by_pilot["fully_treated"].to_dict()),
                          members, dates, cells, left_out, float((inside & reaching).sum() / inside.sum()))


def _numbers(dates: pd.Series, months: int) -> np.ndarray:
    """Numbers of the periods that dates fall in, whole and consecutive; one of them begins every April."""
    return ((dates.dt.year * 12 + dates.dt.month - 1 - APRIL) // months).to_numpy(dtype=np.int64)


def _begins(numbers: np.ndarray, months: int) -> pd.DatetimeIndex:
    """First days of periods."""
    index = np.asarray(numbers, dtype=np.int64) * months + APRIL
    return pd.DatetimeIndex([pd.Timestamp(int(m // 12), int(m % 12) + 1, 1) for m in index])
