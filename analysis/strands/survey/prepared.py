"""The survey made ready: answers coded, usable returns weighted."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import pandas as pd

from analysis.sources.survey_instrument import Questionnaire, questionnaire
from analysis.strands.survey.answers import code_answers, usable
from analysis.strands.survey.distributions import agreeing
from analysis.strands.survey.weighting import weight_returns


@dataclass(frozen=True)
class Prepared:
    """`coded` holds every return, `returns` the usable ones with `weight`, `weights` the summary by wave and site."""

    form: Questionnaire
    section: Mapping
    population: pd.DataFrame
    coded: pd.DataFrame
    returns: pd.DataFrame
    weights: pd.DataFrame


def prepare(answers: pd.DataFrame, population: pd.DataFrame, section: Mapping) -> Prepared:
    """Code, drop what is no interview, weight; `turnover_agree` is 100 for agreeing that turnover is a problem."""
    form = questionnaire()
    coded = code_answers(answers, form, section)
    weighted = weight_returns(usable(coded), population, section)
    returns = weighted.returns.assign(
        turnover_agree=agreeing(weighted.returns, "turnover_problem", section["agree_from"]),
        used_percent=agreeing(weighted.returns, "sofs_used", form.item("sofs_used").codes["Yes"]))
    return Prepared(form, section, population, coded, returns, weighted.summary)
