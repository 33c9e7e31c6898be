"""Tables of the contrast study: teams, team members' scale scores and answers, observed practice, families later."""

from __future__ import annotations

from functools import lru_cache

import yaml

from analysis.design import load_design
from analysis.paths import DATA
from analysis.sources.schema import Table, code, integer, number, text

INSTRUMENT = DATA / "instruments" / "contrast_study.yml"
DEPARTMENTS = tuple(department["label"] for department in load_design().section("contrast_study")["departments"])
ROLES = ("social worker", "senior practitioner", "team manager", "other")
OBSERVERS = ("first", "second")
T_LOWEST, T_HIGHEST = 0, 100


@lru_cache(maxsize=1)
def instrument() -> dict:
    """The constructs and how the files hold them (`data/instruments/contrast_study.yml`). Not to be changed."""
    return yaml.safe_load(INSTRUMENT.read_text(encoding="utf-8"))


def scale_names() -> tuple[str, ...]:
    """Names of the culture and climate scales; a member's T-score stands in column `<name>_t`."""
    return tuple(scale["name"] for scale in instrument()["scales"])


def practice_names() -> tuple[str, ...]:
    """Names of the rated dimensions of practice, which are columns of the observations."""
    return tuple(dimension["name"] for dimension in instrument()["practice"])


TEAMS = Table(
    columns=(text("team_id", pattern=r"T\d{3}"), code("department", DEPARTMENTS),
             code("work", ("assessment", "longer-term")), integer("invited", 1, 60)),
    key=("team_id",),
)

MEMBERS = Table(
    columns=(text("respondent_id", pattern=r"R\d{4}"), text("team_id", pattern=r"T\d{3}"), code("role", ROLES),
             *(number(f"{name}_t", T_LOWEST, T_HIGHEST, blank=True) for name in scale_names())),
    key=("respondent_id",),
)

ITEMS = Table(
    columns=(text("respondent_id", pattern=r"R\d{4}"), code("scale", scale_names()), integer("item", 1, 30),
             integer("response", 1, instrument()["response_options"], blank=True)),
    key=("respondent_id", "scale", "item"),
)

PRACTICE = Table(
    columns=(text("observation_id", pattern=r"O\d{4}"), text("team_id", pattern=r"T\d{3}"),
             code("observer", OBSERVERS),
             *(integer(name, 1, instrument()["practice_options"], blank=True) for name in practice_names()),
             integer("family_rating", instrument()["family"]["low"], instrument()["family"]["high"], blank=True)),
    key=("observation_id", "observer"),
)

GOAL_LOWEST, GOAL_HIGHEST, LIFE_HIGHEST = -2, 2, 10

FAMILIES = Table(
    columns=(text("observation_id", pattern=r"O\d{4}"), integer("goal_progress", GOAL_LOWEST, GOAL_HIGHEST, blank=True),
             integer("life_first", 0, LIFE_HIGHEST, blank=True), integer("life_later", 0, LIFE_HIGHEST, blank=True)),
    key=("observation_id",),
)

SCHEMAS = {"contrast_teams": TEAMS, "contrast_members": MEMBERS, "contrast_items": ITEMS,
           "contrast_practice": PRACTICE, "contrast_families": FAMILIES}
