"""Schemas of the reference tables of the difference-in-differences: discrepancies, risk of bias, kept simulation."""

from __future__ import annotations

from analysis.sources.schema import Table, code, integer, number, text

DISCREPANCIES = Table((integer("number", 1, 11), text("switch", pattern=r"[a-z_]+"), text("topic"), text("published"),
                       text("corrected"), text("consequence")), key=("switch",))
ROBINS_I = Table((text("domain"), code("judgement", ("Low", "Low to moderate", "Moderate", "Serious", "Critical")),
                  text("direction"), text("reason")), key=("domain",))
OUTCOMES = ("duration", "conference", "rereferral", "escalation", "kinship")
RECOVERY = Table((integer("seed", 0), number("scale", 0), code("outcome", OUTCOMES), number("planted"),
                  number("estimate"), number("low"), number("high"), integer("n", 1)), key=("seed", "outcome"))

SCHEMAS = {"did_discrepancies": DISCREPANCIES, "robins_i": ROBINS_I, "did_recovery": RECOVERY}
