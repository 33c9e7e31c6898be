"""Disclosure control of this build: the rule, what it suppressed, the attacks on it, and what was reviewed."""

from __future__ import annotations

import pandas as pd

from analysis.clearance import gate, release
from analysis.clearance.gate import Outcome
from analysis.publish import Publisher, count, label, text_column

DATASETS = ("methods_registry",)
BUNDLES = ("assessments", "contrast_study", "costs", "datasets", "deep_dives", "did_choices",
           "did_further", "did_simulation", "did_strength", "did_trends", "difference_in_differences", "evaluation",
           "implementation", "national_data", "national_days", "national_detail", "national_pilots",
           "published", "ratings_recovery", "reporting", "strength", "summary", "survey", "survey_detail",
           "synthesis")
CHECKS = {       # by rule: what a check looks at
    "threshold": "counts, labels, titles, descriptions, notes and words in pictures",
    "dominance": "totals of amounts beside suppressed parts",
    "extremes": "columns and findings that are the least or most of people",
    "points of single people": "pictures about people",
    "recovered from totals": "suppressed counts in totals of rows and columns of their exhibit",
    "recovered from a share": "suppressed counts behind a share that is shown",
    "recovered from shares of a whole": "rows of shares that make up 100%",
    "recovered from another exhibit": "suppressed counts that another exhibit repeats or adds up",
    "recovered from two exhibits' difference": "rows of two exhibits with the same statistic"}


def publish(p: Publisher) -> None:
    """Tables and counts of the appendix on disclosure."""
    source, bundles = p.load("methods_registry"), list(p.bundles.values())
    outcome = gate.check_bundles(bundles, p.design)
    _rule(p, source)
    _checks(p, outcome, source)
    _suppressed(p, bundles, source)
    _reviewed(p, outcome, source)
    tried, found = release.attacks_of(outcome)
    suppressed = suppressions_table(bundles)
    facts = {"attacks.tried": tried, "attacks.recovered": found, "reviewed": len(outcome.reviewed),
             "exhibits": sum(exhibit.about_people for bundle in bundles for exhibit in bundle.exhibits),
             "primary": suppressed["primary"].sum(), "secondary": suppressed["secondary"].sum(),
             "threshold": p.design.section("disclosure")["threshold"],
             "protection": p.design.section("disclosure")["protection"]}
    for name, value in facts.items():
        p.finding(f"disclosure_control.{name}", value, unit="count", decimals=0, made_by=checks_table, sources=[source])


def _rule(p, source):
    p.table("tbl-disclosure-rule", title="What the rule lets through", subtitle="Settings of the disclosure rule",
            frame=rule_table(p.design.section("disclosure")),
            columns=[label("part", "Part"), text_column("setting", "Setting"), text_column("meaning", "Meaning")],
            describe=lambda frame: "A table of settings: " + "; ".join(
                f"{row.part.lower()} {row.setting}" for row in frame.itertuples()) + ".",
            made_by=rule_table, sources=[source], note="Set in data/evaluation.yml under `disclosure`.")


def _checks(p, outcome, source):
    p.table("tbl-disclosure-checks", title=checks_title, frame=checks_table(outcome),
            subtitle="Checks and attacks on all exhibits and findings about people in this build",
            columns=[label("rule", "Check or attack"), text_column("what", "What is looked at"),
                     count("looked_at", "Looked at"), count("reviewed", "Found and reviewed"),
                     count("found", "Found, may not leave")],
            describe=describe_checks, made_by=checks_table, sources=[source],
            note="Identifiers are looked for in files, once the book is built: the log of a release has the result.")


def _suppressed(p, bundles, source):
    frame = suppressions_table(bundles)
    p.table("tbl-disclosure-suppressions", title="Where counts are suppressed",
            subtitle="Counts suppressed in this build, by exhibit or finding", frame=frame,
            columns=[label("item", "Exhibit or finding"), text_column("bundle", "Part"),
                     count("primary", "For being small"), count("secondary", "To protect another")],
            describe=lambda f: f"A table of {len(f)} exhibits and findings with {f['primary'].sum():.0f} counts "
            f"suppressed for being small and {f['secondary'].sum():.0f} to protect another.",
            made_by=suppressions_table, sources=[source],
            note="Shares, scores and words that rest on a suppressed count go with it and are not counted here.")


def _reviewed(p, outcome, source):
    p.table("tbl-disclosure-reviewed", title="What checks found and a person let through",
            subtitle="Results found by a check, with the reason why they may leave", frame=reviewed_table(outcome),
            columns=[label("place", "Exhibit or finding"), label("column", "Column"), text_column("rule", "Check"),
                     text_column("reason", "Why it may leave")],
            describe=lambda frame: f"A table of {len(frame)} columns of results with the reason for each.",
            made_by=reviewed_table, sources=[source],
            note="Reasons are kept in data/evaluation.yml under `disclosure: reviewed`.")


def rule_table(rules) -> pd.DataFrame:
    """The settings with what they mean: part, setting, meaning."""
    dominance = rules["dominance"]
    rows = [("Threshold", str(rules["threshold"]), "A count of people below it is suppressed, and what rests on it"),
            ("Protection", str(rules["protection"]), "Whole numbers that a suppressed count may be at least, to a "
             "reader who knows every total"),
            ("Dominance", f"{dominance['n']}, {dominance['k']}%, {dominance['p']}%",
             "No total of amounts of which so many contributors have so large a share, or that lets the second largest "
             "tell the largest to within so much"),
            ("Flag", str(rules["flag_below"]), "A base below it is marked as of low reliability")]
    return pd.DataFrame(rows, columns=["part", "setting", "meaning"])


def checks_table(outcome: Outcome) -> pd.DataFrame:
    """One row a check: rule, what, looked_at, reviewed, found."""
    reviewed = [problem.rule for problem, _ in outcome.reviewed]
    return pd.DataFrame([{"rule": check.rule[0].upper() + check.rule[1:], "what": CHECKS[check.rule],
                          "looked_at": check.looked_at, "reviewed": reviewed.count(check.rule),
                          "found": len(check.problems)} for check in outcome.checks])


def checks_title(frame: pd.DataFrame) -> str:
    """Headline: whether anything was recovered."""
    attacks = frame[frame["rule"].str.startswith("Recovered")]
    found = int(attacks["found"].sum())
    return f"{attacks['looked_at'].sum():,.0f} attacks recover {found if found else 'no'} suppressed counts"


def describe_checks(frame: pd.DataFrame) -> str:
    """The checks in words."""
    return (f"A table of {len(frame)} checks. In all {frame['looked_at'].sum():,.0f} things were looked at; "
            f"{frame['found'].sum():.0f} may not leave.")


def suppressions_table(bundles) -> pd.DataFrame:
    """Suppressions by exhibit or finding: item, bundle, primary, secondary; a row that says so where there is none."""
    rows = [{"item": item.id, "bundle": bundle.name, "primary": item.primary, "secondary": item.secondary}
            for bundle in bundles for item in bundle.suppressions]
    return pd.DataFrame(rows or [{"item": "none", "bundle": "", "primary": 0, "secondary": 0}])


def reviewed_table(outcome: Outcome) -> pd.DataFrame:
    """What was found and reviewed: place, column, rule, reason; each once."""
    rows = [{"place": problem.place, "column": problem.column, "rule": problem.rule, "reason": reason}
            for problem, reason in outcome.reviewed]
    none = {"place": "none", "column": "", "rule": "", "reason": "no check found anything"}
    return pd.DataFrame(rows or [none]).drop_duplicates(ignore_index=True)
