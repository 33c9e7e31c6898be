"""Schemas of the reference tables that are shipped with the project: published facts and the report's own registers."""

from __future__ import annotations

import pandas as pd

from analysis.errors import DataError
from analysis.sources.schema import Table, code, integer, number, text

KEY = r"[a-z0-9_]+(\.[a-z0-9_]+)+"
DIRECTIONS = ("higher", "lower", "neither", "phrase")


def _value_or_phrase(frame: pd.DataFrame, file_name: str) -> None:
    """A fact is a number with a unit, or a phrase: `value` is blank if and only if the unit is "text"."""
    is_phrase = frame["unit"] == "text"
    wrong = frame.index[frame["value"].isna() != is_phrase]
    if len(wrong):
        row = wrong[0]
        raise DataError("value and unit do not fit", file=file_name, row=int(row), column="value",
                        value=str(frame.loc[row, "value"]),
                        expected='a number with its unit, or a blank value with the unit "text"')


PUBLISHED_FACTS = Table(
    columns=(text("key", pattern=r"published(\.[a-z0-9_]+)+"),
             number("value", blank=True), text("unit"), integer("decimals", 0, 6, blank=True), text("text"),
             text("source"), text("place", blank=True), text("note", blank=True)),
    key=("key",), check=_value_or_phrase)
GLOSSARY = Table((text("term"), text("expansion", blank=True), text("definition"), text("citation", blank=True),
                  code("in_place", ("yes", "no"))), key=("term",))
QUESTIONS = Table((text("id"), text("theme"), text("question"), text("method"), text("data"), text("chapter")),
                  key=("id",))
# `covers`: beginnings of results' ids in words, parted by semicolons ("did-kinship"); the longest that fits counts.
PLAN = Table((text("clause"), text("question", blank=True), text("title"), text("estimand"), text("analysis"),
              code("standing", ("primary", "secondary", "sensitivity", "check", "descriptive", "documentation")),
              text("covers")), key=("clause",))
TIDIER = Table((integer("item", 1, 12), text("name"), text("programme"), text("usual_practice"), text("how_well"),
                text("place")), key=("item",))
ROLES = Table((text("role"), text("who"), text("what"), text("independence")), key=("role",))
# `beside`: beginnings of the results' ids beside which it is folded, as in `covers`.
DEVIATIONS = Table((text("id"), text("part"), text("planned"), text("done"), text("why"), text("likely_effect"),
                    code("state", ("done", "planned")), text("chapter"),
                    text("touches", pattern=r"(fig|tbl)-[a-z0-9-]+"), text("beside", blank=True)), key=("id",))
LIMITATIONS = Table((text("id"), text("part"), text("limitation"), text("direction"), text("reason"),
                     text("response")), key=("id",))
ASSUMPTIONS = Table((text("id"), text("part"), text("assumption"), code("quality", ("High", "Medium", "Low")),
                     code("impact", ("High", "Medium", "Low")), text("basis"), text("owner")), key=("id",))
REPORTING_ITEMS = Table((text("id"), text("part"), text("standard"), text("item"),
                         code("answered", ("yes", "partly", "planned", "no", "not open")), text("place"),
                         text("note", blank=True)), key=("id",))
METHODS = Table((text("method"), text("used_in"), text("estimand"), text("equation"), text("assumptions"),
                 text("edge_cases"), text("reference"), text("module"), text("tests")), key=("method",))
RAP_LEVELS = Table((code("level", ("Baseline", "Silver", "Gold")), text("item"),
                    code("met", ("met", "partly", "planned")), text("evidence")), key=("level", "item"))
README_ITEMS = Table((text("section"), text("item"), text("place"), text("answer")), key=("section", "item"))
SOFTWARE = Table((text("package"), text("use")), key=("package",))
# One row a cell of the joint display. A blank finding is silence; `better` says which direction is read as better.
PRACTICE_FEATURES = Table((code("kind", ("feature", "outcome")), text("id"), text("label"), text("strand"),
                           text("finding", pattern=KEY, blank=True), code("better", DIRECTIONS, blank=True),
                           text("about", blank=True)), key=("id", "strand", "finding"))
SUMMARY_OUTCOMES = Table((text("outcome"), text("strand"), text("finding", pattern=KEY),
                          text("could_find", pattern=KEY, blank=True), code("better", DIRECTIONS),
                          integer("maryland", 1, 5), text("design"), text("checks", blank=True),
                          text("row", blank=True),
                          text("conclusion", pattern=KEY)), key=("finding",))
# One check of a strand's outcomes: where its value stands in the ledger, against which threshold (`strands.strength`).
STRENGTH_CHECKS = Table((text("group"), text("check"), text("value"), text("over", blank=True),
                         code("sense", ("at most", "at least")), text("threshold"),
                         code("claims", ("an effect", "no meaningful effect", "both", "deciding",
                                         "deciding: no meaningful effect"))), key=("group", "check"))
COMPARISON = Table((text("topic"), text("published", pattern=KEY), text("ours", blank=True),
                    code("verdict", ("reproduced in method", "differs", "cannot be reproduced")), text("reason"),
                    text("chapter")), key=("published",))
# `against`: results that would speak against a lesson, as "what it says: key=direction", parted by semicolons.
LESSONS = Table((text("id"), text("lesson"), text("findings"), text("generalises"), text("would_change"),
                 text("against", blank=True)), key=("id",))
PLANTED = Table((text("strand"), text("quantity"), text("planted", pattern=r"[A-Za-z0-9_]+(\.[A-Za-z0-9_]+)+"),
                 number("scale"), text("finding", pattern=KEY), text("note", blank=True)), key=("finding",))
EMMIE = Table((code("heading", ("Effect", "Mechanism", "Moderators", "Implementation", "Economics")), text("question"),
               text("finding"), text("chapter")), key=("heading", "finding"))

SCHEMAS = {"published_facts": PUBLISHED_FACTS, "glossary": GLOSSARY, "questions": QUESTIONS, "analysis_plan": PLAN,
           "tidier": TIDIER, "roles": ROLES, "deviations": DEVIATIONS, "limitations": LIMITATIONS,
           "assumptions_log": ASSUMPTIONS,
           "reporting_items": REPORTING_ITEMS, "methods_registry": METHODS, "rap_levels": RAP_LEVELS,
           "readme_items": README_ITEMS, "software": SOFTWARE, "practice_features": PRACTICE_FEATURES,
           "summary_outcomes": SUMMARY_OUTCOMES, "strength_checks": STRENGTH_CHECKS,
           "published_comparison": COMPARISON, "lessons": LESSONS,
           "planted_recovered": PLANTED, "emmie": EMMIE}
