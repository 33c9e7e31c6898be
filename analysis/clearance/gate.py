"""The gate: every check over all that the bundles publish and all that the built book holds."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from fnmatch import fnmatchcase
from pathlib import Path

from analysis import paths
from analysis.clearance import across, dominance, extremes, identifiers, leaving, sums, threshold
from analysis.clearance.problem import Checked, Problem, together
from analysis.clearance.sheets import sheet_of
from analysis.design import Design
from analysis.errors import MissingData
from analysis.publish.bundles import Bundle

PUBLIC_NAMES = ["quotation_id"]      # numbers given to quotations for this report, to name them by


@dataclass(frozen=True)
class Outcome:
    """What the gate did: checks by rule with what stops the release, and what was found and reviewed (with reason)."""

    checks: tuple[Checked, ...]
    reviewed: tuple[tuple[Problem, str], ...]

    @property
    def problems(self) -> tuple[Problem, ...]:
        """All that may not leave."""
        return tuple(problem for check in self.checks for problem in check.problems)


def check_bundles(bundles: Iterable[Bundle], design: Design) -> Outcome:
    """All checks of exhibits and findings about people that are not public or quoted."""
    rules = design.section("disclosure")
    limit, protection, dominant = int(rules["threshold"]), int(rules["protection"]), rules["dominance"]
    items = list(bundles)
    sheets = [sheet_of(exhibit) for bundle in items for exhibit in bundle.exhibits if threshold.is_bound(exhibit)]
    findings = [finding for bundle in items for finding in bundle.findings if threshold.is_bound(finding)]
    results = [*(threshold.check_exhibit(sheet, limit) for sheet in sheets),
               *(threshold.check_finding(finding, limit) for finding in findings),
               *(dominance.check_exhibit(sheet, dominant["n"]) for sheet in sheets),
               *(extremes.check_exhibit(sheet) for sheet in sheets),
               *(extremes.check_finding(finding) for finding in findings),
               *(extremes.check_points(sheet) for sheet in sheets),
               *(sums.attack_sums(sheet, protection) for sheet in sheets),
               *(sums.attack_shares(sheet, protection) for sheet in sheets),
               *(sums.attack_whole_shares(sheet) for sheet in sheets),
               across.attack_across(sheets, protection), across.attack_differences(sheets, limit)]
    return _reviewed(together(results), rules["reviewed"])


def check_leaving(folders: Sequence[Path], secrets: identifiers.Secrets, *, pdf: bool = True) -> Outcome:
    """Identifiers, words of records and numbers in a person's form in all files of the folders."""
    texts = leaving.texts_in([folder for folder in folders if folder.exists()], pdf=pdf)
    return Outcome(identifiers.check_texts(texts, secrets), ())


def both(*outcomes: Outcome) -> Outcome:
    """Outcomes as one."""
    return Outcome(tuple(check for one in outcomes for check in one.checks),
                   tuple(item for one in outcomes for item in one.reviewed))


def secrets_of_records(status: str = "restricted") -> identifiers.Secrets:
    """Identifiers and sentences of all records in use that have the status."""
    from analysis.sources.catalogue import catalogue
    from analysis.sources.loading import read
    from analysis.sources.locating import locate
    from analysis.sources.schemas import schema_of

    found, quoted = identifiers.Secrets({}, {}), None
    for name, entry in catalogue().items():
        if entry.access == "public" or entry.kind != "records" or entry.format == "qdpx":
            continue
        try:
            place = locate(name)
        except MissingData:
            continue        # no file, no secrets: what is missing, the book itself says
        if place.status == status:
            quoted = quotable_runs() | own_runs() if quoted is None else quoted
            found |= identifiers.secrets_of(name, read(place).frame.drop(columns=PUBLIC_NAMES, errors="ignore"),
                                            schema_of(entry.schema), quoted)
    return found


def quotable_runs() -> set[int]:
    """Runs of words of the quotations that the rule of the quotation bank lets be shown, whichever the book shows."""
    from analysis.design import load_design
    from analysis.sources.loading import load
    from analysis.sources.qualitative_instruments import codebook
    from analysis.strands.deep_dives import holdings, people
    from analysis.strands.quotations import quotation_bank

    try:
        segments, groups = load("coded_segments").frame, load("focus_groups").frame
        words, log = load("quotations").frame, load("redaction_log").frame
    except MissingData:
        return set()        # then no quotation may be shown either
    rules = load_design().section("deep_dives")
    heard = people(holdings(segments, codebook(), rules["coders"]["agreed"]), groups)
    bank = quotation_bank(words, log, segments, heard, rules["consent"]["k"])
    return {run for text in bank["text"] for run in identifiers.runs(text)}


def own_runs() -> set[int]:
    """Runs of words of the project's own instruments, such as a codebook's examples: they are nobody's."""
    files = [file for file in (paths.DATA / "instruments").rglob("*") if file.suffix in (".yml", ".csv", ".md", ".txt")]
    return {run for file in files for run in identifiers.runs(file.read_text(encoding="utf-8"))}


def places_of_the_book() -> tuple[Path, ...]:
    """What leaves, and what lies beside it in the build: pages, ledger, PDF, stored bundles, notebooks and cache."""
    build = paths.BUILD
    return (paths.HTML, build / "pdf", paths.LEDGER, build / "exhibits", paths.RESULTS, build / "jupyter_execute",
            build / ".jupyter_cache", build / "singlehtml")


def _reviewed(checks, rules) -> Outcome:
    excused, kept = [], []
    for check in checks:
        left = []
        for problem in check.problems:
            reason = next((rule["reason"] for rule in rules if _is_about(rule, problem)), None)
            if reason is None:
                left.append(problem)
            else:
                excused.append((problem, reason))
        kept.append(Checked(check.rule, check.looked_at, tuple(left)))
    return Outcome(tuple(kept), tuple(excused))


def _is_about(rule, problem) -> bool:
    return (rule["rule"] == problem.rule and fnmatchcase(problem.place, rule["place"])
            and fnmatchcase(problem.column, rule["column"]))
