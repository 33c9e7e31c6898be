"""Strength of evidence behind every outcome of the report, by the one rule, with each check and what would flip it."""

from __future__ import annotations

from dataclasses import dataclass

import pandas as pd

from analysis.exhibits.together.cells import STRANDS
from analysis.exhibits.together.places import Places
from analysis.methods.strength import AT_MOST, Check, Rating
from analysis.publish import Publisher, estimate, label, text_column
from analysis.publish.findings import Finding
from analysis.publish.status import most_restrictive
from analysis.publish.words import in_sentence, number
from analysis.strands import strength as strand
from analysis.strands.synthesis import REAL, SYNTHETIC, mixed

DATASETS = ("summary_outcomes", "strength_checks")
BUNDLES = ("published", "survey", "assessments", "contrast_study", "national_data", "national_detail",
           "difference_in_differences", "did_strength")
NO_CLAIM = "no claim to rate"       # as the difference-in-differences words it
RECORDS = "difference_in_differences"
NAMED = 4       # claims that a sentence names; of more it gives the number at each level


@dataclass(frozen=True)
class Rated:
    """One outcome: `strength` and `flip` in words, its checks (of children's records: in their own table), and the
    results that all was read from."""

    outcome: str
    strand: str
    conclusion: Finding
    maryland: int
    strength: str
    flip: str
    failed: str
    checks: tuple[Check, ...]
    sources: tuple

    @property
    def status(self) -> str:
        """The most restrictive status of what was read."""
        return most_restrictive([self.conclusion.status, *(one.status for one in self.sources)])


def publish(p: Publisher) -> None:
    """The ratings, the checks behind them, and sentences for prose."""
    outcomes, register = p.load("summary_outcomes"), p.load("strength_checks")
    rated = [one for one in (rated_outcome(p, row, register.frame) for row in outcomes.frame.itertuples()) if one]
    sources = [outcomes, register, *(item for one in rated for item in (one.conclusion, *one.sources))]
    _ratings(p, rated, sources)
    _checks(p, [one for one in rated if one.checks], sources)
    for name, words, statuses in (("real", "real", REAL), ("synthetic", "synthetic", (SYNTHETIC,))):
        own = [one for one in rated if one.status in statuses]
        p.finding(f"strength.{name}.sentence", sentence(own, words), unit="text", made_by=sentence,
                  sources=[outcomes, *(item for one in own for item in (one.conclusion, *one.sources))])
    p.finding("strength.outcomes", len(rated), unit="count", decimals=0, made_by=rated_outcome, sources=[outcomes])


def rated_outcome(p: Publisher, row, register: pd.DataFrame) -> Rated | None:
    """The rating of one outcome of the summary; None where this build lacks its conclusion."""
    said = p.look_up(row.conclusion)
    if said is None:
        return None
    name = row.outcome if pd.isna(row.row) else row.row
    if row.strand == RECORDS:
        return _from_records(p, row, said)
    section, places = p.design.section("strength"), Places(p, name)
    rules = strand.rules_of(register[register["group"] == row.checks].itertuples(), section["thresholds"])
    rating, checks = strand.rate_outcome(said.text, row.maryland, rules, places.read, section)
    return Rated(row.outcome, row.strand, said, row.maryland, rating.level or NO_CLAIM, flip_words(rating),
                 "; ".join(rating.failed) or "none", checks, tuple(places.found))


def _from_records(p: Publisher, row, said: Finding) -> Rated:
    stem = row.finding.rpartition(".")[0]
    strength, flip = p.finding_of(f"{stem}.strength"), p.finding_of(f"{stem}.flip")
    return Rated(row.outcome, row.strand, said, row.maryland, strength.text, flip.text, "see its chapter", (),
                 (strength, flip))


def flip_words(rating: Rating) -> str:
    """The single result that would change the rating, or make a claim, in words."""
    check = rating.flip
    if check is None:
        return "no single result would"
    turned = "above" if (check.sense == AT_MOST) == check.passed else "below"
    return (f"{check.name} (now {number(check.value, 3)}, {turned} {number(check.threshold, 2)} "
            f"{'another level' if rating.level else 'a claim'})")


def ratings(rated: list[Rated]) -> pd.DataFrame:
    """outcome, strand, conclusion, maryland, strength, failed, flip; one row an outcome."""
    return pd.DataFrame([{"outcome": one.outcome, "strand": STRANDS[one.strand], "conclusion": one.conclusion.text,
                          "maryland": one.maryland, "strength": one.strength, "failed": one.failed, "flip": one.flip,
                          "status": one.status} for one in rated])


def checks(rated: list[Rated]) -> pd.DataFrame:
    """Every check read for an outcome: outcome, strand, check, value, needed, passed."""
    rows = []
    for one in rated:
        for check in one.checks:
            passed = "not known" if check.value is None else "yes" if check.passed else "no"
            rows.append({"outcome": one.outcome, "strand": STRANDS[one.strand], "check": check.name,
                         "value": check.value, "needed": f"{check.sense} {number(check.threshold, 2)}",
                         "passed": passed, "status": one.status})
    return pd.DataFrame(rows)


def sentence(rated: list[Rated], status: str) -> str:
    """Which outcomes of one status carry a claim and how strong it is, as a clause."""
    if not rated:
        return f"no outcome of this build rests on {status} results"
    claims = [one for one in rated if one.strength != NO_CLAIM]
    if not claims:
        return f"none of {len(rated)} outcomes with {status} results carries a claim whose strength could be rated"
    levels: dict[str, list[str]] = {}
    for one in claims:
        levels.setdefault(one.strength, []).append(f"{in_sentence(one.outcome)} ({one.conclusion.text})")
    parts = "; ".join(f"{level}: {len(names) if len(claims) > NAMED else ', '.join(names)}"
                      for level, names in levels.items())
    return (f"{len(claims)} of {len(rated)} outcomes with {status} results "
            f"{'carries' if len(claims) == 1 else 'carry'} a claim, with the strength {parts}")


def _ratings(p: Publisher, rated: list[Rated], sources) -> None:
    p.table("tbl-strength-outcomes", title=_title,
            subtitle="Conclusion of each strand, its strength by the rule, and what would change it",
            frame=ratings(rated), row_status=[one.status for one in rated],
            columns=[label("outcome", "Outcome"), text_column("strength", "Strength of evidence"),
                     text_column("conclusion", "Conclusion"), text_column("flip", "What would flip it"),
                     text_column("failed", "Checks not passed"), estimate("maryland", "Maryland level", decimals=0),
                     text_column("strand", "Strand")],
            describe=_describe, made_by=ratings, sources=sources,
            note="A claim starts where its design stands on the Maryland scale and falls one level for every check "
                 "not passed. \"No evidence of an effect\" is no claim and has no strength; for it the last column "
                 "says which result would make a claim. The strength of a synthetic result shows how the rule works.")


def _title(frame: pd.DataFrame) -> str:
    if mixed(frame["status"]):
        return "Strength of evidence by outcome, synthetic and real apart"
    claims = int((frame["strength"] != NO_CLAIM).sum())
    return f"{claims or 'None'} of {len(frame)} outcomes {'carries' if claims == 1 else 'carry'} a claim to rate"


def _describe(frame: pd.DataFrame) -> str:
    parts = [f"{strand_name}: " + ", ".join(f"{in_sentence(row.outcome)} {row.strength}" for row in rows.itertuples())
             for strand_name, rows in frame.groupby("strand", sort=False)]
    return f"Table of {len(frame)} outcomes. {'. '.join(parts)}."


def _checks(p: Publisher, rated: list[Rated], sources) -> None:
    frame = checks(rated)
    p.table("tbl-strength-checks", title="Every input of the ratings beside its threshold",
            subtitle="Checks by outcome, all strands but children's records, which have a table of their own",
            frame=frame, row_status=list(frame["status"]),
            columns=[label("outcome", "Outcome"), text_column("strand", "Strand"), text_column("check", "Check"),
                     estimate("value", "Value", decimals=3), text_column("needed", "Needed"),
                     text_column("passed", "Passed")],
            describe=_describe_checks, made_by=checks, sources=sources,
            note="An outcome without a claim shows what would make one. \"Not known\" counts as not passed: a design "
                 "that could have a measure and lacks it is weaker for it.")


def _describe_checks(frame: pd.DataFrame) -> str:
    parts = [f"{outcome} {int((rows['passed'] == 'yes').sum())} of {len(rows)}"
             for outcome, rows in frame.groupby("outcome", sort=False)]
    return f"Table of {len(frame)} checks. Passed: {'; '.join(parts)}."
