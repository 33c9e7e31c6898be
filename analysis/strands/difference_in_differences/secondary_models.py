"""The same matched records in other models: what the effect owes to covariates, to authorities' levels, to a line
through yes-or-no outcomes, and to which children are compared.

All are weighted as the headline but the random effects, which take no weights, and pooled over the imputations.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from functools import cache

import numpy as np
import pandas as pd

from analysis.errors import DataError
from analysis.methods.absorbed import absorb
from analysis.methods.clustered import fit
from analysis.methods.hausman import hausman, hausman_robust
from analysis.methods.interval import Interval
from analysis.methods.logistic import LogisticFit, Separated, logistic
from analysis.methods.marginal_effects import average_derivative, treatment_effect
from analysis.methods.panel import PanelFit, pooling, random_effects, within
from analysis.methods.pooled_tests import pool_chi_squares
from analysis.methods.pooling import pool_intervals
from analysis.methods.serial_correlation import breusch_godfrey
from analysis.strands.difference_in_differences.fitting import CompletedFits, scale_of
from analysis.strands.difference_in_differences.regression import EFFECT

CORE = ("constant", "after", "pilot", EFFECT)
Panels = Callable[[Callable], list[PanelFit]]     # estimator -> its fits of the imputations


@dataclass(frozen=True)
class Model:
    """One model of one outcome: its effect, or why there is none (`problem`); `note` says what it rests on."""

    name: str
    interval: Interval | None
    note: str = ""
    problem: str = ""


@dataclass(frozen=True)
class SpecificationTest:
    """A test of a model, pooled over imputations by D2 (Li and others 1991), or why there is none."""

    name: str
    statistic: float | None
    df: tuple[float, float] | None
    p: float | None
    problem: str = ""


@dataclass(frozen=True)
class ModelData:
    """One imputation: outcome, columns, authority, child in its group, date and weight of the matched records."""

    y: np.ndarray
    X: pd.DataFrame
    la: np.ndarray
    entity: np.ndarray
    date: np.ndarray
    weights: np.ndarray


def models_and_tests(fitted: CompletedFits, outcome: str,
                     la_years: pd.DataFrame) -> tuple[list[Model], list[SpecificationTest]]:
    """The headline and its variants, in percentage points (duration: working days), and tests of panel models.

    Tests, without weights: Hausman, random against fixed effects of children, and Breusch-Godfrey, serial correlation
    of a child's records, also as R's plm has it, with lags across children (published). A model or a test that cannot
    be had says why in `problem`. The random effects that both need are fitted once.
    """
    designs = _designs(fitted, outcome, la_years)
    panels = _panels(designs)
    return _models(fitted, outcome, designs, panels), _tests(panels)


def _models(fitted: CompletedFits, outcome: str, designs: list[ModelData], panels: Panels) -> list[Model]:
    level, scale = fitted.level, scale_of(outcome)

    def of_each(how):
        return lambda: [how(design) for design in designs]

    found = [Model("Headline", fitted.effect.interval, "CR2"),
             _model("Without covariates", of_each(lambda d: _linear(d, _without_covariates(d.X), level)), level, "CR2"),
             _model("With authority effects", of_each(lambda d: _linear(d, _with_authorities(d), level)), level, "CR2")]
    if outcome != "duration":
        found += _logits(designs, level, scale)
    found.append(_model("Child fixed effects", of_each(lambda d: _child_effects(d, level)), level,
                        f"CR1, t(G - 1); children with two or more, n = {_repeated(designs[0]):,}"))
    found.append(_model("Child random effects",
                        lambda: [_random(d, one, level)
                                 for d, one in zip(designs, panels(random_effects), strict=True)], level,
                        "CR2, without weights"))
    return found


def _tests(panels: Panels) -> list[SpecificationTest]:
    return [
        _test("Hausman, errors clustered by child", lambda: [hausman_robust(one) for one in panels(random_effects)]),
        _test("Hausman, classical", lambda: [hausman(one, other, error_variance="within") for one, other in
                                             zip(panels(within), panels(random_effects), strict=True)]),
        _test("Breusch-Godfrey, lags inside children", lambda: [breusch_godfrey(one, 1) for one in panels(pooling)]),
        _test("Breusch-Godfrey, lags across children (published)",
              lambda: [breusch_godfrey(one, 1, across_entities=True) for one in panels(pooling)])]


def _panels(designs: list[ModelData]) -> Panels:
    """The panel models of the imputations by estimator, without weights, each fitted when first asked for."""
    @cache
    def panels(how):
        return [how(design.y, design.X, design.entity, periods=design.date, drop_collinear=True) for design in designs]

    return panels


def _designs(fitted: CompletedFits, outcome: str, la_years: pd.DataFrame) -> list[ModelData]:
    found = []
    for frame, X, weights in fitted.designs(outcome, la_years):
        kept = weights > 0
        frame, X = frame[kept], X[kept]
        entity = frame.groupby(["child", "group"], sort=True).ngroup().to_numpy()
        found.append(ModelData(frame["y"].to_numpy(dtype=float), X, frame["la"].to_numpy(), entity,
                            frame["date"].to_numpy(), weights[kept]))
    return found


def _model(name: str, of_imputations: Callable[[], list[Interval]], level: float, note: str) -> Model:
    try:
        return Model(name, pool_intervals(of_imputations(), level=level).interval, note)
    except DataError as error:
        return Model(name, None, note, str(error))


def _test(name: str, of_imputations: Callable[[], list]) -> SpecificationTest:
    try:
        tests = of_imputations()
        pooled = pool_chi_squares([test.statistic for test in tests], tests[0].df)
    except DataError as error:
        return SpecificationTest(name, None, None, None, str(error))
    return SpecificationTest(name, pooled.statistic, (pooled.df, pooled.df_denominator), pooled.p)


def _linear(design: ModelData, X: pd.DataFrame, level: float) -> Interval:
    return fit(design.y, X, design.la, weights=design.weights, drop_collinear=True).cr2(EFFECT, level)


def _without_covariates(X: pd.DataFrame) -> pd.DataFrame:
    return X[[*CORE, *(name for name in X if name.startswith("year_"))]]


def _with_authorities(design: ModelData) -> pd.DataFrame:
    """A dummy for every authority in the place of the constant and of the pilots' level, the effect next to them."""
    dummies = pd.get_dummies(pd.Series(design.la, index=design.X.index), prefix="la", dtype=float)
    rest = design.X.drop(columns=["constant", "pilot", "after", EFFECT])
    return pd.concat([dummies, design.X[["after", EFFECT]], rest], axis=1)


def _logits(designs, level: float, scale: float) -> list[Model]:
    """Average marginal effects of the logit: on the treated, and as the original took it, a derivative over rows.

    Where years and periods together separate the outcome (a few records before the embedding in a late year, none with
    the outcome), a line takes the place of the years' dummies.
    """
    try:
        fits, left_out, years = _logit_fits(designs)
    except DataError as error:
        return [Model("Logit, effect on the treated", None, "", str(error))]
    n = len(set().union(*left_out))     # the levels are not named: their children all had, or had not, the outcome
    rare = f"; rare levels left out: {n}" if n else ""
    note = f"CR1, t(G - 1){rare}{years}"
    treated = [_scaled(treatment_effect(one, EFFECT, level=level), scale) for one in fits]
    slope = [_scaled(average_derivative(one, EFFECT, over="rows", level=level), scale) for one in fits]
    return [Model("Logit, effect on the treated", pool_intervals(treated, level=level).interval, note),
            Model("Logit, average derivative (published)", pool_intervals(slope, level=level).interval, note)]


def _logit_fits(designs) -> tuple[tuple, tuple, str]:
    """The logits of the imputations, what each leaves out, and a note where years are a line."""
    try:
        return *zip(*(_logit(design) for design in designs), strict=True), ""
    except Separated:
        return *zip(*(_logit(_year_as_line(design)) for design in designs), strict=True), "; years as a line"


def _logit(design: ModelData) -> tuple[LogisticFit, tuple[str, ...]]:
    """The logit, without the dummies of levels in which the outcome never or always occurs: those have no finite
    coefficient, and their children join the first level."""
    y = (design.y > 0).astype(float)
    left_out = tuple(name for name, column in design.X.items() if name not in CORE and _decides(column.to_numpy(), y))
    X = design.X.drop(columns=list(left_out))
    return logistic(y, X, design.la, weights=design.weights, drop_collinear=True), left_out


def _year_as_line(design: ModelData) -> ModelData:
    years = [name for name in design.X if name.startswith("year_")]
    line = (pd.DatetimeIndex(design.date) - pd.DateOffset(months=3)).year.to_numpy(dtype=float)
    return replace(design, X=design.X.drop(columns=years).assign(year=line - line.mean()))


def _decides(column: np.ndarray, y: np.ndarray) -> bool:
    """Whether a dummy's level has one outcome alone."""
    return set(np.unique(column)) <= {0.0, 1.0} and len(np.unique(y[column == 1])) < 2


def _child_effects(design: ModelData, level: float) -> Interval:
    found = absorb(design.y, design.X, design.entity, design.la, weights=design.weights, drop_collinear=True)
    return found.cr1(EFFECT, level)


def _random(design: ModelData, found: PanelFit, level: float) -> Interval:
    """Random effects of children: least squares on the quasi-demeaned data, with errors clustered by authority."""
    transformed = found.regressors @ found.coefficients + found.residuals
    return fit(transformed, found.regressors, design.la, names=found.names).cr2(EFFECT, level)


def _repeated(design: ModelData) -> int:
    sizes = np.bincount(design.entity)
    return int(sizes[sizes > 1].sum())


def _scaled(interval: Interval, scale: float) -> Interval:
    return Interval(interval.estimate * scale, interval.se * scale, interval.df, interval.low * scale,
                    interval.high * scale, interval.p, interval.method)
