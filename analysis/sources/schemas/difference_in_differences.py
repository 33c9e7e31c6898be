"""Schemas of the reference tables of the difference-in-differences: discrepancies, risk of bias, kept simulations."""

from __future__ import annotations

from analysis.sources.schema import Table, code, integer, number, text

DISCREPANCIES = Table((integer("number", 1, 11), text("switch", pattern=r"[a-z_]+"), text("topic"), text("published"),
                       text("corrected"), text("consequence")), key=("switch",))
JUDGEMENTS = ("Low", "Moderate", "Serious", "Critical", "No information")      # those of ROBINS-I (Sterne et al. 2016)
ROBINS_I = Table((text("domain"), code("judgement", JUDGEMENTS), text("direction"), text("reason")), key=("domain",))
OUTCOMES = ("duration", "conference", "rereferral", "escalation", "kinship")
RECOVERY = Table((integer("seed", 0), number("scale", 0), code("outcome", OUTCOMES), number("planted"),
                  number("estimate"), number("low"), number("high"), integer("n", 1)), key=("seed", "outcome"))

METHODS = ("CR1, rows", "CR1, t(G - 1)", "CR2, Satterthwaite", "CR3, t(G - 1)", "bootstrap",
           "permutation, matched again", "permutation, weights kept")
INTERVALS = Table((code("outcome", OUTCOMES), integer("groups", 0), number("size", 0), number("icc", 0, 1),
                   number("effect"), code("method", METHODS), integer("runs", 1), integer("n", 1),
                   integer("authorities", 2),
                   integer("treated", 1), number("df", 0, blank=True), number("rejection", 0, 1),
                   number("rejection_error", 0), number("coverage", 0, 1), number("coverage_error", 0), number("bias"),
                   number("bias_error", 0), number("spread", 0), number("se_ratio", 0, blank=True),
                   number("width", 0, blank=True), number("width_error", 0, blank=True), number("unbounded", 0, 1),
                   number("clipped", 0, 1)),
                  key=("outcome", "groups", "size", "icc", "effect", "method"))

SCHEMAS = {"did_discrepancies": DISCREPANCIES, "robins_i": ROBINS_I, "did_recovery": RECOVERY,
           "did_intervals": INTERVALS}
