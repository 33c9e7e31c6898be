"""Tables of the staff survey: answers of a wave (labels as exported), staff invited by margins, codes of comments."""

from __future__ import annotations

import re

import pandas as pd

from analysis.errors import DataError
from analysis.sources.schema import Table, code, date, integer, number, refuse_gaps, text
from analysis.sources.survey_instrument import questionnaire

SITES = ("A", "B", "C", "D")
WAVES = ("1", "2")
ROLES = ("Social worker", "Senior practitioner", "Team manager", "Family support worker")
SERVICE = ("Under 2 years", "2 to 5 years", "6 years or more")
SEXES = ("Female", "Male")
CODERS = ("1", "2")               # the first coded every comment, the second a sample
MARGINS = {"role": ROLES, "length_of_service": SERVICE, "sex": SEXES}


def check_wave(frame: pd.DataFrame, file_name: str) -> None:
    """A file holds one wave, the one in its name, and no answer to a question that was not asked."""
    named = re.search(r"wave(\d+)", file_name)
    wrong = frame["wave"] != (named.group(1) if named else frame["wave"].iloc[0])
    if wrong.any():
        raise DataError("a row of another wave", file=file_name, row=int(frame.index[wrong][0]), column="wave",
                        value=frame.loc[wrong, "wave"].iloc[0], expected="the wave in the file's name, on every row")
    for item in questionnaire().items:
        if item.asked_if:
            _check_routing(frame, item, file_name)


def _check_routing(frame, item, file_name):
    filter_name, label = item.asked_if
    wrong = frame[item.name].notna() & (frame[filter_name] != label)
    if wrong.any():
        raise DataError("an answer to a question that was not asked", file=file_name, row=int(frame.index[wrong][0]),
                        column=item.name, value=frame.loc[wrong, item.name].iloc[0],
                        expected=f"blank unless {filter_name} is {label!r}")


STAFF_SURVEY = Table(
    columns=(text("respondent_id", pattern=r"P\d{5,}"), code("wave", WAVES), code("site", SITES),
             date("returned", earliest="2017-07-01", latest="2020-12-31"),
             *(code(name, labels, blank=True, also=questionnaire().no_answer) for name, labels in MARGINS.items()),
             *(code(item.name, (*item.labels, *questionnaire().no_answer), blank=True)
               for item in questionnaire().items)),
    key=("respondent_id",),
    check=check_wave,
)

def check_population(frame: pd.DataFrame, file_name: str) -> None:
    """Every wave, site and category has a row (nought where nobody was invited)."""
    refuse_gaps(frame, {"wave": None, "site": SITES, **MARGINS}, file_name)


SURVEY_POPULATION = Table(
    columns=(code("wave", WAVES), code("site", SITES),
             *(code(name, labels) for name, labels in MARGINS.items()),
             integer("invited", 0, 5000), integer("not_eligible", 0, 5000)),
    key=("wave", "site", *MARGINS), check=check_population,
)


def check_themes(frame: pd.DataFrame, file_name: str) -> None:
    """The second coder coded a sample of what the first coded."""
    coded = set(frame.loc[frame["coder"] == "1", ["wave", "respondent_id"]].itertuples(index=False, name=None))
    for row in frame[frame["coder"] == "2"].itertuples():
        if (row.wave, row.respondent_id) not in coded:
            raise DataError("a comment that the first coder has not coded", file=file_name, row=int(row.Index),
                            column="respondent_id", value=row.respondent_id, expected="a row of coder 1 too")


SURVEY_THEMES = Table(
    columns=(text("respondent_id", pattern=r"P\d{5,}"), code("wave", WAVES), code("coder", CODERS),
             *(code(theme.name, ("0", "1")) for theme in questionnaire().themes)),
    key=("respondent_id", "wave", "coder"), check=check_themes,
)

RECOVERY = Table(
    columns=(code("world", ("as planted", "changed")), integer("seed", 1, 100_000),
             code("scale", tuple(scale.name for scale in questionnaire().scales)),
             *(number(name, -4, 4) for name in ("truth", "estimate", "low", "high", "unweighted"))),
    key=("world", "seed", "scale"),
)

SCHEMAS = {"staff_survey": STAFF_SURVEY, "survey_population": SURVEY_POPULATION, "survey_themes": SURVEY_THEMES,
           "survey_recovery": RECOVERY}
