"""Cost study: what the programme cost, by heading, pilot and year, and what would have to be gained for it to pay.

Cash is put into one price year, staff time is costed by the hour, both are discounted to one base year. The model is
linear in its parameters, so that its sums per pilot are all that sensitivity analysis needs. Perspective: the local
authority and the funder of the programme.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
import pandas as pd

from analysis.errors import DataError
from analysis.methods import costing
from analysis.methods.costing import Parameter, Simulated, Swing
from analysis.methods.interval import Interval, t_interval


@dataclass(frozen=True)
class Model:
    """Sums that the cost model is made of; pilots in `pilots`, roles in `roles`.

    `cash` (P,): recorded cash in pounds of the price year. `hours` (P, R): recorded hours. `cash_present` and
    `hours_present`: the same discounted to the base year. `days` (P,): days in care over all years; `days_present`:
    the same, each year's days discounted. `workers` (P,): workers trained.
    """

    pilots: tuple[str, ...]
    roles: tuple[str, ...]
    cash: np.ndarray
    hours: np.ndarray
    cash_present: np.ndarray
    hours_present: np.ndarray
    days: np.ndarray
    days_present: np.ndarray
    workers: np.ndarray


@dataclass(frozen=True)
class Information:
    """What knowing before deciding would be worth, in present pounds, with its Monte Carlo standard error."""

    value: float
    mc_error: float


@dataclass(frozen=True)
class Probabilistic:
    """Probabilistic sensitivity over all pilots: costs as present values in pounds, break-even as per cent of days."""

    cost: Simulated
    per_worker: Simulated
    break_even_percent: Simulated
    net_benefit: Simulated
    probability: float
    probability_mc_error: float


def parameters_in_prices(frame: pd.DataFrame, index: Mapping[int, float], price_year: int) -> dict[str, Parameter]:
    """The model's parameters by name; those in pounds with value, low and high in the prices of `price_year`."""
    table = frame.copy()
    pounds = table["unit"].str.startswith("pounds")
    for column in ("value", "low", "high"):
        converted = costing.to_price_year(table.loc[pounds, column], table.loc[pounds, "price_year"], index, price_year)
        table.loc[pounds, column] = converted
    return costing.parameters_of(table)


def index_of(frame: pd.DataFrame) -> dict[int, float]:
    """Price index by year from its table."""
    return {int(year): float(number) for year, number in zip(frame["year"], frame["index"], strict=True)}


def priced(costs: pd.DataFrame, parameters: Mapping[str, Parameter], index: Mapping[int, float],
           section: Mapping) -> pd.DataFrame:
    """Each entry with its cost in pounds: `real` in prices of the price year, `present` discounted to the base year."""
    cash = costs["kind"] == "cash"
    real = np.zeros(len(costs))
    real[cash] = costing.to_price_year(costs.loc[cash, "amount"], costs.loc[cash, "year"], index, section["price_year"])
    rates = costs.loc[~cash, "role"].map({role: parameters[f"hourly_{role}"].value for role in section["roles"]})
    real[~cash] = costs.loc[~cash, "hours"].to_numpy(float) * rates.to_numpy(float)
    present = costing.present_value(real, costs["year"], section["discount_rate"], section["base_year"])
    return costs.assign(real=real, present=present)


def model_of(costs: pd.DataFrame, activity: pd.DataFrame, index: Mapping[int, float], section: Mapping,
             rate: float | None = None) -> Model:
    """The model's sums per pilot, discounted at `rate` (default: the design's)."""
    check_years(costs, activity, section)
    rate = section["discount_rate"] if rate is None else rate
    pilots, roles = tuple(sorted(activity["pilot"].unique())), tuple(section["roles"])
    cash, time = (costs[costs["kind"] == kind] for kind in ("cash", "staff time"))
    deflated = costing.to_price_year(cash["amount"], cash["year"], index, section["price_year"])

    def present(values, years):
        return costing.present_value(values, years, rate, section["base_year"])

    hours, days = time["hours"].to_numpy(float), activity["days_in_care"].to_numpy(float)
    return Model(pilots, roles, _by_pilot(cash, deflated, pilots), _by_role(time, hours, pilots, roles),
                 _by_pilot(cash, present(deflated, cash["year"]), pilots),
                 _by_role(time, present(hours, time["year"]), pilots, roles),
                 _by_pilot(activity, days, pilots), _by_pilot(activity, present(days, activity["year"]), pilots),
                 _by_pilot(activity, activity["workers_trained"].to_numpy(float), pilots))


def check_years(costs: pd.DataFrame, activity: pd.DataFrame, section: Mapping) -> None:
    """`DataError` unless every pilot has activity in every year, workers trained, and a cost return."""
    counts = activity.groupby("pilot")["year"].nunique()
    for pilot, years in counts.items():
        if years != len(section["years"]):
            raise DataError(f"pilot {pilot} lacks a year", file="cost_activity.csv", column="year", value=int(years),
                            expected=f"{len(section['years'])} years")
    for pilot, workers in activity.groupby("pilot")["workers_trained"].sum().items():
        if workers == 0:
            raise DataError(f"pilot {pilot} trained nobody", file="cost_activity.csv", column="workers_trained",
                            value=0,
                            expected="at least one worker in some year")
    unmatched = set(counts.index) ^ set(costs["pilot"])
    if unmatched:
        raise DataError("pilots of the cost returns and of the activity file differ", file="costs.csv", column="pilot",
                        value=sorted(unmatched), expected="the same pilots in both files")


def cost(model: Model, values: Mapping[str, float | np.ndarray], *, present: bool = True) -> np.ndarray:
    """Cost of each pilot in pounds: shape (P,), or (P, draws) where the parameters are draws."""
    cash, hours = (model.cash_present, model.hours_present) if present else (model.cash, model.hours)
    rates = np.array([np.asarray(values[f"hourly_{role}"], dtype=float) for role in model.roles])
    time = hours @ rates
    cash = cash if time.ndim == 1 else cash[:, None]
    return cash * values["cash_recorded"] + time * values["hours_recorded"]


def break_even(model: Model, values: Mapping[str, float | np.ndarray]) -> tuple[np.ndarray, np.ndarray]:
    """Per cent of days in care, and days, to be averted over all pilots for their present cost to be met.

    Days are averted in each year in proportion to that year's days, and discounted as costs are.
    """
    total = cost(model, values).sum(axis=0)
    share = costing.break_even(total, np.asarray(values["day_in_care"], dtype=float) * model.days_present.sum())
    return 100 * share, share * model.days.sum()


def break_even_by_pilot(model: Model, values: Mapping[str, float]) -> pd.DataFrame:
    """Per pilot: present cost, days to be averted and what per cent of its days in care they are."""
    present = cost(model, values)
    share = costing.break_even(present, values["day_in_care"] * model.days_present)
    return pd.DataFrame({"pilot": model.pilots, "present": present, "days": share * model.days, "percent": 100 * share})


def net_benefit(model: Model, values: Mapping[str, float | np.ndarray]) -> np.ndarray:
    """Value of days in care averted less costs, over all pilots, present pounds; a fall in days is a gain."""
    averted = -np.asarray(values["days_in_care_change"], dtype=float) / 100 * model.days_present.sum()
    return averted * values["day_in_care"] - cost(model, values).sum(axis=0)


def by_heading(entries: pd.DataFrame, section: Mapping) -> pd.DataFrame:
    """Real cost by heading: cash, staff time, one-off, recurring, total, share of all (per cent); total row last."""
    parts = {"cash": entries["kind"] == "cash", "staff_time": entries["kind"] == "staff time",
             "one_off": entries["timing"] == "one-off", "recurring": entries["timing"] == "recurring"}
    sums = {name: entries["real"].where(rows, 0.0).groupby(entries["heading"]).sum() for name, rows in parts.items()}
    table = pd.DataFrame(sums).reindex(list(section["headings"])).fillna(0.0)
    table["total"] = table["cash"] + table["staff_time"]
    table.insert(0, "label", [section["headings"][name] for name in table.index])
    table = table.rename_axis("heading").reset_index().assign(is_total=False)
    total = {"heading": "all", "label": "All headings", **table[[*parts, "total"]].sum().to_dict(), "is_total": True}
    table = pd.concat([table, pd.DataFrame([total])], ignore_index=True)
    return table.assign(share=100 * table["total"] / table["total"].iloc[-1])


def by_year(entries: pd.DataFrame, section: Mapping) -> pd.DataFrame:
    """Real cost by year: one column a heading, total, as recorded, and present value."""
    wide = entries.pivot_table(index="year", columns="heading", values="real", aggfunc="sum", fill_value=0.0)
    wide = wide.reindex(index=section["years"], columns=list(section["headings"]), fill_value=0.0)
    return wide.assign(total=wide.sum(axis=1), present=entries.groupby("year")["present"].sum()).reset_index()


def by_pilot(entries: pd.DataFrame, activity: pd.DataFrame) -> pd.DataFrame:
    """Per pilot: real and present cost, workers trained, cost per worker and per child in need and year (pounds)."""
    table = entries.groupby("pilot")[["real", "present"]].sum()
    made = activity.groupby("pilot").agg(workers=("workers_trained", "sum"), child_years=("children_in_need", "sum"),
                                         days=("days_in_care", "sum"))
    table = table.join(made)
    return table.assign(per_worker=table["real"] / table["workers"],
                        per_child_year=table["real"] / table["child_years"]).reset_index()


def per_worker(pilots: pd.DataFrame, level: float = 0.95) -> Interval:
    """Mean over pilots of the cost per worker trained, each pilot counted once, with a t interval over pilots."""
    values = pilots["per_worker"]
    return t_interval(values.mean(), values.std(ddof=1) / np.sqrt(len(values)), len(values) - 1, level=level,
                      method="t over pilots")


def central(parameters: Mapping[str, Parameter]) -> dict[str, float]:
    """Every parameter at its central value."""
    return {name: parameter.value for name, parameter in parameters.items()}


def break_even_curve(model: Model, parameters: Mapping[str, Parameter], points: int) -> pd.DataFrame:
    """Break-even (per cent of days) along the range of the value of a day in care, other parameters central."""
    day = parameters["day_in_care"]
    rows = []
    for value in np.linspace(day.low, day.high, points):
        percent, days = break_even(model, {**central(parameters), "day_in_care": value})
        rows.append({"day_in_care": float(value), "percent": float(percent), "days": float(days)})
    return pd.DataFrame(rows)


def swings(model: Model, parameters: Mapping[str, Parameter]) -> tuple[Swing, ...]:
    """Tornado of the break-even percentage, all parameters that it depends on."""
    used = [parameter for name, parameter in parameters.items() if name != "days_in_care_change"]
    return costing.tornado(lambda values: break_even(model, values)[0], used)


def discount_rates(costs: pd.DataFrame, activity: pd.DataFrame, parameters: Mapping[str, Parameter],
                   index: Mapping[int, float], section: Mapping) -> pd.DataFrame:
    """Present cost and break-even at each discount rate shown."""
    rows = []
    for rate in section["discount_rates_shown"]:
        model = model_of(costs, activity, index, section, rate)
        percent, days = break_even(model, central(parameters))
        rows.append({"rate": round(100 * rate, 6), "present": float(cost(model, central(parameters)).sum()),
                     "percent": float(percent), "days": float(days)})
    return pd.DataFrame(rows)


def draws_of(parameters: Mapping[str, Parameter], draws: int, rng: np.random.Generator) -> dict[str, np.ndarray]:
    """Draws of every parameter, independent of each other, in the order of the parameter table."""
    return {name: costing.sample(parameter, draws, rng) for name, parameter in parameters.items()}


def probabilistic(model: Model, drawn: Mapping[str, np.ndarray]) -> Probabilistic:
    """Probabilistic sensitivity from draws of the parameters."""
    total, benefit = cost(model, drawn).sum(axis=0), net_benefit(model, drawn)
    probability = float((benefit > 0).mean())
    return Probabilistic(costing.simulated(total), costing.simulated(total / model.workers.sum()),
                         costing.simulated(break_even(model, drawn)[0]), costing.simulated(benefit), probability,
                         float(np.sqrt(probability * (1 - probability) / len(benefit))))


def information(benefits: np.ndarray) -> Information:
    """Expected value of knowing what the draws of the net benefit are about (`costing`), with its error: the spread of
    what each draw adds, over the root of their number."""
    value = costing.expected_value_of_perfect_information(benefits)
    gains = np.maximum(benefits, 0) - (benefits if benefits.mean() > 0 else 0)
    return Information(value, float(gains.std(ddof=1) / np.sqrt(len(benefits))))


def benefit_given_effect(model: Model, drawn: Mapping[str, np.ndarray]) -> np.ndarray:
    """Expected net benefit at each draw of the effect, (draws,), all else unknown: for the value of knowing the effect.

    The net benefit is linear in the effect, and draws of parameters are independent, so that the expectation over the
    others puts the mean value of a day and the mean cost in their places: no inner simulation is needed (Briggs,
    Claxton and Sculpher 2006, chapter 6).
    """
    averted = -np.asarray(drawn["days_in_care_change"], dtype=float) / 100 * model.days_present.sum()
    return averted * float(np.mean(drawn["day_in_care"])) - float(cost(model, drawn).sum(axis=0).mean())


def observed_change(estimate: float, low: float, high: float, before: float) -> Parameter:
    """The change in days in care, in per cent of the pilots' days before, from an estimate in days a child.

    `low`, `high`: its 95% interval; `before`: the pilots' mean before, taken as known. Its distribution is normal with
    these limits. `DataError` where the mean before is not positive.
    """
    if not before > 0:
        raise DataError("days in care before the programme", value=before, expected="more than none")
    return Parameter("days_in_care_change", *(100 * end / before for end in (estimate, low, high)), "normal")


def by_pilot_and_year(entries: pd.DataFrame) -> pd.DataFrame:
    """Real cost by pilot and year: cash, staff time, one-off, recurring, total (pounds)."""
    parts = {"cash": entries["kind"] == "cash", "staff_time": entries["kind"] == "staff time",
             "one_off": entries["timing"] == "one-off", "recurring": entries["timing"] == "recurring"}
    keys = [entries["pilot"], entries["year"]]
    table = pd.DataFrame({name: entries["real"].where(rows, 0.0).groupby(keys).sum() for name, rows in parts.items()})
    return table.assign(total=table["cash"] + table["staff_time"]).reset_index()


def acceptability(model: Model, drawn: Mapping[str, np.ndarray], effects) -> pd.DataFrame:
    """Probability (per cent) that the programme breaks even if it averted a given per cent of days, per effect."""
    percent = break_even(model, drawn)[0]
    return pd.DataFrame({"averted": np.asarray(effects, dtype=float),
                         "probability": [100 * float((percent <= effect).mean()) for effect in effects]})


def _by_pilot(frame, values, pilots):
    return pd.Series(np.asarray(values, dtype=float)).groupby(frame["pilot"].to_numpy()).sum().reindex(
        pilots, fill_value=0.0).to_numpy()


def _by_role(frame, hours, pilots, roles):
    sums = pd.Series(hours).groupby([frame["pilot"].to_numpy(), frame["role"].to_numpy()]).sum()
    wide = sums.unstack(fill_value=0.0).reindex(index=pilots, columns=roles, fill_value=0.0)
    return wide.to_numpy(float)
