"""Exhibits of the strength of evidence: ratings, the checks behind them, and what would flip each."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import pandas as pd

from analysis.exhibits.did.common import listed
from analysis.methods.strength import AT_MOST, Check, Rating
from analysis.publish import Publisher, estimate, label, text_column
from analysis.publish.words import number
from analysis.strands.difference_in_differences import OUTCOMES, all_of, rules_of, tables
from analysis.strands.difference_in_differences.conclusions import Conclusion, read
from analysis.strands.difference_in_differences.strength import Evidence, strength_of

# What the rule reads, by the key of the finding.
READ = {"cr2": "cr2_p", "cr3": "cr3_p", "bootstrap": "bootstrap_p", "permutation": "permutation_p",
        "equivalence": "equivalence_p", "romano_wolf": "romano_wolf_p", "leads": "leads_p", "curve": "curve_joint_p",
        "detectable": "mde", "breakdown": "breakdown", "no_effect_breakdown": "no_effect_breakdown",
        "placebos": "placebos_outside", "missing": "missing_information", "same_sign": "curve_same_sign"}


@dataclass(frozen=True)
class Rated:
    """One outcome: its conclusion and effect as published, its rating and checks."""

    outcome: str
    conclusion: Conclusion
    rating: Rating
    checks: tuple[Check, ...]


def publish_strength(p: Publisher) -> None:
    """Rate every outcome from the findings and publish."""
    rules = rules_of(p.design, all_of("corrected"))
    rated = {outcome: rated_outcome(p, outcome, rules) for outcome in OUTCOMES}
    sources = [p.finding_of(f"did.{outcome}.{key}") for outcome in OUTCOMES for key in (*READ.values(), "conclusion")]
    _ratings(p, rated, rules.strength, sources)
    _checks(p, rated, sources)
    for outcome, found in rated.items():
        p.finding(f"did.{outcome}.strength", strength_words(found.rating), unit="text", made_by=strength_words,
                  sources=sources)
        p.finding(f"did.{outcome}.flip", flip_words(found), unit="text", made_by=flip_words, sources=sources)
    p.finding("did.strength.sentence", strength_sentence(rated), unit="text", made_by=strength_sentence,
              sources=sources)
    p.finding("did.strength.design_level", int(rules.strength["design_level"]), unit="count", decimals=0,
              made_by=strength_of, sources=sources)


def rated_outcome(p: Publisher, outcome: str, rules) -> Rated:
    """The rating of one outcome from its findings."""
    values = {name: p.finding_of(f"did.{outcome}.{key}").value for name, key in READ.items()}
    if values["missing"] is not None:
        values["missing"] = values["missing"] / 100
    evidence = Evidence(**values, bound=float(rules.estimation["equivalence"][outcome]))
    conclusion = read(p.finding_of(f"did.{outcome}.conclusion").value)
    return Rated(outcome, conclusion, *strength_of(conclusion, evidence, rules.strength))


def ratings_table(rated: Mapping[str, Rated], rule: Mapping) -> pd.DataFrame:
    """outcome, conclusion, strength, start (level by design), failed checks, and what would flip it."""
    return pd.DataFrame([{
        "outcome": tables.NAMES[name], "conclusion": found.conclusion.words, "strength": strength_words(found.rating),
        "design": f"Maryland level {rule['design_level']}, {found.rating.start}",
        "failed": listed(found.rating.failed) or "none", "flip": flip_words(found)} for name, found in rated.items()])


def checks_table(rated: Mapping[str, Rated]) -> pd.DataFrame:
    """Every check of every outcome: outcome, check, value, needed, passed."""
    rows = []
    for name, found in rated.items():
        for check in found.checks:
            rows.append({"outcome": tables.NAMES[name], "check": check.name, "value": check.value,
                         "needed": f"{check.sense} {number(check.threshold, 2)}",
                         "passed": "yes" if check.passed else "no" if check.value is not None else "not known"})
    return pd.DataFrame(rows)


def strength_words(rating: Rating) -> str:
    """The rating in words."""
    return rating.level or "no claim to rate"


def flip_words(found: Rated) -> str:
    """The single result that would change the rating, or make a claim, in words."""
    check = found.rating.flip
    if check is None:
        return "no single result would"
    turned = "above" if (check.sense == AT_MOST) == check.passed else "below"
    return (f"{check.name} (now {number(check.value, 3)}, {turned} {number(check.threshold, 2)} "
            f"{'another level' if found.rating.level else 'a claim'})")


def strength_sentence(rated: Mapping[str, Rated]) -> str:
    """Which outcomes carry a claim and how strong it is, as a clause."""
    claims = {name: found for name, found in rated.items() if found.rating.level}
    if not claims:
        return "no outcome carries a claim whose strength could be rated"
    parts = listed(f"{tables.NAMES[name].lower()} ({found.conclusion.words}, strength {found.rating.level})"
                   for name, found in claims.items())
    verb = "carries" if len(claims) == 1 else "carry"
    return f"{len(claims)} of {len(rated)} outcomes {verb} a claim: {parts}"


def _ratings(p: Publisher, rated, rule, sources) -> None:
    p.table("tbl-did-strength", title=_ratings_title,
            subtitle="Conclusion and strength of evidence by outcome, with what would change it, children's records",
            frame=ratings_table(rated, rule),
            columns=[label("outcome", "Outcome"), text_column("conclusion", "Conclusion"),
                     text_column("strength", "Strength of evidence"), text_column("design", "Design, where it starts"),
                     text_column("failed", "Checks not passed"), text_column("flip", "What would flip it")],
            describe=_describe_ratings, made_by=ratings_table, sources=sources,
            note="The rule is code (analysis/methods/strength.py) with thresholds set before real data: a claim starts "
                 "where its design stands on the Maryland scale and falls one level for every check not passed. "
                 "\"No evidence of an effect\" is no claim, and has no strength.")


def _ratings_title(frame: pd.DataFrame) -> str:
    claims = int((frame["strength"] != "no claim to rate").sum())
    return f"{claims or 'None'} of {len(frame)} outcomes {'carries' if claims == 1 else 'carry'} a claim to rate"


def _describe_ratings(frame: pd.DataFrame) -> str:
    parts = [f"{row.outcome}: {row.conclusion}, {row.strength}" for row in frame.itertuples()]
    return f"Table of {len(frame)} outcomes. {'; '.join(parts)}."


def _checks(p: Publisher, rated, sources) -> None:
    p.table("tbl-did-strength-checks", title=_checks_title,
            subtitle="Every input of the rating beside its threshold, by outcome, children's records",
            frame=checks_table(rated),
            columns=[label("outcome", "Outcome"), text_column("check", "Check"), estimate("value", "Value", decimals=3),
                     text_column("needed", "Needed"), text_column("passed", "Passed")],
            describe=_describe_checks, made_by=checks_table, sources=sources,
            note="An outcome that carries no claim shows what would make one. A check that has no meaning for a claim "
                 "is not listed.")


def _checks_title(frame: pd.DataFrame) -> str:
    return f"{int((frame['passed'] == 'yes').sum())} of {len(frame)} checks are passed"


def _describe_checks(frame: pd.DataFrame) -> str:
    parts = [f"{outcome} {int((rows['passed'] == 'yes').sum())} of {len(rows)}"
             for outcome, rows in frame.groupby("outcome", sort=False)]
    return f"Table of {len(frame)} checks. Passed: {'; '.join(parts)}."
