"""Tables of how much rests on choices: switches, the curve in order and by option, joint tests, other models."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
import pandas as pd

from analysis.methods.multiple_outcomes import holm
from analysis.strands.difference_in_differences.choices import OutcomeChoices
from analysis.strands.difference_in_differences.results import Effect
from analysis.strands.difference_in_differences.rules import Rules
from analysis.strands.difference_in_differences.specification_curve import Curve
from analysis.strands.difference_in_differences.specification_curve.ordered import PERCENTILES
from analysis.strands.difference_in_differences.switches import reading_interval
from analysis.strands.difference_in_differences.tables import NAMES, unit_of

NONE_TURNED, ALL_TURNED = "None turned", "All together"
MODELS, HEADLINE = "Models in order", "Headline's model"
MIDDLE = (0.1, 0.9)      # quantiles between which the middle 80% of models lie
SAME = 9                 # decimals to which two estimates are one and the same

Found = Mapping[str, OutcomeChoices]


def switches_table(found: Found, topics: Mapping[str, str]) -> pd.DataFrame:
    """One row an outcome and switch that can touch it, after a row with none turned and before one with all turned.

    Columns: outcome, unit, switch (key), rule (its topic); effect, low, high, p, shift, n with that rule alone as
    published; and the same with the ending _corrected with that rule alone corrected and all others published. Shifts
    are from the row with none turned. Intervals are those of the reading's own inference (`reading_interval`).
    """
    rows = []
    for name, result in found.items():
        one, other = result.from_corrected, result.from_published
        for switch in (NONE_TURNED, *one.turned, ALL_TURNED):
            forth = _effect(one.base[name], one.turned, other.base[name], switch, name)
            back = _effect(other.base[name], other.turned, one.base[name], switch, name)
            rows.append({"outcome": NAMES[name], "unit": unit_of(name), "switch": switch,
                         "rule": topics.get(switch, switch), **_columns(forth, one.base[name]),
                         **{f"{key}_corrected": value for key, value in _columns(back, other.base[name]).items()}})
    return pd.DataFrame(rows)


def largest_switch(result: OutcomeChoices) -> tuple[str, float]:
    """The switch that alone moves the corrected effect most, and by how much it moves it."""
    base = result.from_corrected.base[result.outcome].cr2.estimate
    shifts = {switch: effects[result.outcome].cr2.estimate - base
              for switch, effects in result.from_corrected.turned.items()}
    largest = max(shifts, key=lambda switch: abs(shifts[switch]))
    return largest, shifts[largest]


def ordered_table(curve: Curve, significance: float) -> pd.DataFrame:
    """The curve at its percentiles, then the headline's model.

    Columns: what, percentile, estimate, chance_low, chance_median, chance_high (`ordered_curve`), models in the slice
    around the percentile and the per cent of them that are significant by permutation; outcome and unit.
    """
    specifications = curve.specifications
    estimates, p = (specifications[name].to_numpy() for name in ("estimate", "p"))
    edges = np.add(PERCENTILES[1:], PERCENTILES[:-1]) / 2
    place = np.empty(len(estimates))
    place[np.argsort(estimates, kind="stable")] = 100 * (np.arange(len(estimates)) + 0.5) / len(estimates)
    at = np.searchsorted(edges, place)
    models = np.bincount(at, minlength=len(PERCENTILES))
    significant = np.bincount(at, weights=p <= significance, minlength=len(PERCENTILES))
    share = np.divide(100 * significant, models, out=np.full(len(models), np.nan), where=models > 0)
    rows = curve.ordered.assign(what=MODELS, models=models, significant=share)
    own = {"what": HEADLINE, "percentile": 100 * _share_below(estimates, estimates[0]), "estimate": estimates[0],
           "models": 1, "significant": 100.0 * (p[0] <= significance)}
    return pd.concat([rows, pd.DataFrame([own])], ignore_index=True).assign(
        outcome=NAMES[curve.outcome], unit=unit_of(curve.outcome), total=len(curve))


def options_table(curve: Curve, significance: float) -> pd.DataFrame:
    """One row an option of every choice, the headline's first.

    Columns: choice, option, headline (yes or no), models, median, low, high (the middle 80%), shift (median change
    against the headline's option with all else equal) and the per cent significant by permutation.
    """
    rows = []
    for choice in curve.choices:
        wide = _by_option(curve, choice)
        first = wide.columns[0]
        for option in wide:
            part = curve.specifications[curve.specifications[choice] == option]
            low, median, high = part["estimate"].quantile([MIDDLE[0], 0.5, MIDDLE[1]])
            rows.append({"choice": choice, "option": option, "headline": "yes" if option == first else "no",
                         "models": len(part), "median": median, "low": low, "high": high,
                         "shift": float((wide[option] - wide[first]).median()),
                         "significant": 100 * float((part["p"] <= significance).mean())})
    return pd.DataFrame(rows).assign(outcome=NAMES[curve.outcome], unit=unit_of(curve.outcome))


def dial_table(curve: Curve, most: int) -> pd.DataFrame:
    """Models for a reader's dial: every combination of the choices that move estimates most, taken as long as there are
    at most `most` models, with the headline's option for every other choice.

    One row a model, the headline's first; columns: the choices taken (in the curve's order), estimate, p (permutation,
    that model alone) and below (per cent of all models with a lower estimate, equal ones counted half).
    """
    table, taken, models = curve.specifications, [], 1
    medians = options_table(curve, 1.0).groupby("choice", sort=False)["median"]
    for choice in (medians.max() - medians.min()).sort_values(ascending=False, kind="stable").index:
        options = table[choice].nunique()
        if models * options <= most:
            taken.append(choice)
            models *= options
    fixed = [choice for choice in curve.choices if choice not in taken]
    own = table[(table[fixed] == table[fixed].iloc[0]).all(axis=1)] if fixed else table
    estimates = table["estimate"].to_numpy()
    return own[[*(choice for choice in curve.choices if choice in taken), "estimate", "p"]].assign(
        below=[100 * _share_below(estimates, value) for value in own["estimate"]]).reset_index(drop=True)


def widest_choice(options: pd.DataFrame) -> tuple[str, float]:
    """The choice whose options' medians lie farthest apart, and how far."""
    medians = options.groupby("choice", sort=False)["median"]
    spread = medians.max() - medians.min()
    return str(spread.idxmax()), float(spread.max())


def choices_table(rules: Rules) -> pd.DataFrame:
    """One row a choice of the curves: choice, outcomes (in words), options (a tuple, the headline's first), why."""
    data = [{"choice": entry["title"], "outcomes": _outcomes(entry.get("outcomes", tuple(NAMES))),
             "options": tuple(entry["options"]), "why": entry["why"]} for entry in rules.curve["data_choices"]]
    section = rules.curve["model_choices"]
    return pd.DataFrame([*data, *({"choice": name.capitalize(), "outcomes": _outcomes(tuple(NAMES)),
                                   "options": tuple(section[name]), "why": section["why"][name]}
                                  for name in ("covariates", "effects"))])


def curve_table(found: Found, significance: float) -> pd.DataFrame:
    """One row an outcome: what the curve's models give. Shares are per cent of the models; significant ones are
    counted in the direction of the headline's model alone."""
    return pd.DataFrame([{"outcome": NAMES[name], "unit": unit_of(name), **summary_of(result.curve, significance)}
                         for name, result in found.items()])


def summary_of(curve: Curve, significance: float) -> dict[str, float]:
    """One curve: models, distinct (different estimates), left_out, headline, median, low, high, same_sign, significant,
    clustered, assignments (see `curve_table`)."""
    table = curve.specifications
    same = np.sign(table["estimate"]) == np.sign(table["estimate"].iloc[0])
    low, median, high = table["estimate"].quantile([MIDDLE[0], 0.5, MIDDLE[1]])
    return {"models": len(table), "distinct": table["estimate"].round(SAME).nunique(), "left_out": curve.n_left_out,
            "headline": float(table["estimate"].iloc[0]), "median": float(median), "low": float(low),
            "high": float(high), "same_sign": 100 * float(same.mean()),
            "significant": 100 * float((same & (table["p"] <= significance)).mean()),
            "clustered": 100 * float((same & (table["p_clustered"] <= significance)).mean()),
            "assignments": curve.tests.n_assignments}


def joint_table(found: Found) -> pd.DataFrame:
    """One row an outcome and joint test: observed, by_chance (median over assignments), p, and p after Holm's
    correction of that test over the outcomes. Shares in per cent; `decimals` and `unit` of observed and by_chance."""
    rows = []
    for name, result in found.items():
        for test in result.curve.tests.joint:
            scale, unit = {"share significant in one direction": (100, "% of models"),
                           "median effect": (1, unit_of(name))}.get(test.name, (1, "standard deviations"))
            rows.append({"outcome": NAMES[name], "test": test.name, "unit": unit, "observed": scale * test.observed,
                         "by_chance": scale * test.by_chance, "p": test.p,
                         "assignments": result.curve.tests.n_assignments})
    table = pd.DataFrame(rows)
    return table.assign(holm=table.groupby("test")["p"].transform(lambda p: holm(p.to_numpy())))


def models_table(found: Found) -> pd.DataFrame:
    """One row an outcome and model: outcome, unit, model, effect, low, high, p, note (why, where there is none), and
    the matched records n."""
    rows = []
    for name, result in found.items():
        for model in result.models:
            own = {} if model.interval is None else {"effect": model.interval.estimate, "low": model.interval.low,
                                                     "high": model.interval.high, "p": model.interval.p}
            rows.append({"outcome": NAMES[name], "unit": unit_of(name), "model": model.name,
                         "n": result.from_corrected.base[name].sample.n, "effect": np.nan, "low": np.nan,
                         "high": np.nan, "p": np.nan, **own, "note": _said(model.note, model.problem)})
    return pd.DataFrame(rows)


def model_tests_table(found: Found) -> pd.DataFrame:
    """One row an outcome and test of a model: outcome, test, statistic (D2), df, df_denominator, p, note (why none)."""
    rows = []
    for name, result in found.items():
        for test in result.tests:
            df = (np.nan, np.nan) if test.df is None else test.df
            rows.append({"outcome": NAMES[name], "test": test.name,
                         "statistic": np.nan if test.statistic is None else test.statistic, "df": df[0],
                         "df_denominator": df[1], "p": np.nan if test.p is None else test.p,
                         "note": _said("", test.problem)})
    return pd.DataFrame(rows)


def _effect(base: Effect, turned: Mapping[str, Mapping[str, Effect]], all_turned: Effect, switch: str,
            outcome: str) -> Effect:
    return {NONE_TURNED: base, ALL_TURNED: all_turned}.get(switch) or turned[switch][outcome]


def _columns(effect: Effect, base: Effect) -> dict[str, float]:
    interval = reading_interval(effect)
    return {"effect": interval.estimate, "low": interval.low, "high": interval.high, "p": interval.p,
            "shift": interval.estimate - base.cr2.estimate, "n": effect.sample.n}


def _by_option(curve: Curve, choice: str) -> pd.DataFrame:
    """Estimates with the choice's options side by side, one row a combination of the others; the headline's first."""
    table, others = curve.specifications, [name for name in curve.choices if name != choice]
    options = list(dict.fromkeys(table[choice]))
    return table.pivot(index=others, columns=choice, values="estimate")[options]


def _outcomes(names) -> str:
    return "All" if set(names) == set(NAMES) else ", ".join(NAMES[name] for name in names)


def _share_below(values: np.ndarray, value: float) -> float:
    """Share of values below one of them, those equal to it counted half."""
    return float((values < value).mean() + (values == value).mean() / 2)


def _said(note: str, problem: str) -> str:
    """A note, or why there is no number: an error's message up to the values it found, which may be single records'."""
    return f"No estimate: {problem.split('; found ')[0].split('; expected ')[0]}" if problem else note
