"""Contrast study: team culture and climate, observed practice and families' ratings, two departments against two.

Teams are the units: a team's score is the mean of its members (or observed visits), every team counts the same, and
the two arms are compared over teams. Treating teams of one department as independent is an assumption that two and
two departments cannot test; `departments` shows what hangs on it.
"""
