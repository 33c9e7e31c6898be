"""Schema of the second coder's convergence codes of the joint displays: one row a feature or outcome."""

from __future__ import annotations

from analysis.sources.schema import Table, code, text

# The words of the codes are the field's (Farmer and others 2006); the rule that gives them is `strands.synthesis`.
CONVERGENCE_CODING = Table((text("id", pattern=r"[a-z_]+"), text("coder"),
                            code("code", ("agreement", "partial agreement", "silence", "dissonance")),
                            text("reason", blank=True)), key=("id",))
SCHEMAS = {"convergence_coding": CONVERGENCE_CODING}
