"""Writing a release for clearance: the aggregates of the bundles, counts behind each, a log, and nothing else."""

from __future__ import annotations

import csv
import io
import json
import subprocess
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path

from analysis import paths
from analysis.clearance.cleared import without_source
from analysis.clearance.compare import fingerprints
from analysis.clearance.folder import COUNTS, LOG, README, SUMS, bundle_path, cleared_file, sums_of
from analysis.clearance.gate import Outcome
from analysis.clearance.sheets import sheet_of
from analysis.design import Design
from analysis.errors import DataError
from analysis.publish.bundles import Bundle
from analysis.publish.store import State, digest_of_text, write_whole

RESTRICTED = "restricted"
COUNT_COLUMNS = ("item", "row", "count", "value")
TEXT = """# Release for clearance

Results of the report on the Signs of Safety pilots, of {date}, made by commit `{commit}`. This folder holds:

- `bundles/`: one JSON file a bundle with its findings and exhibits after the disclosure rule: titles, tables, pictures
  (SVG), descriptions, notes, status, names and hashes of the data. No code and no record is in them.
- `counts.csv`: the counts behind every row of every exhibit about people, and behind every finding (`{columns}`). A
  count that is suppressed is `c`.
- `log.json`: the rules, what was suppressed, what the gate checked and found, what was found and reviewed (with the
  reason), the inputs by name with SHA-256, and a fingerprint of every result.
- `SHA256SUMS`: check with `sha256sum -c SHA256SUMS`.

## What to look at

1. Threshold: no count of people below {threshold} is shown; suppressed ones are `c`, of which {primary} for being small
   and {secondary} so that no other follows from a total.
2. A suppressed count may be at least {protection} whole numbers to a reader who knows all totals. {tried} attacks were
   tried on {hidden} suppressed counts, and {recovered} recovered.
3. {reviewed} results were found by a check and reviewed; `log.json` gives the reasons under `reviewed`.
4. No extreme of a person, no points of single people in a picture, no identifier of a record in any file.

Not checked here, for want of single contributions in aggregates: dominance within means and model estimates over
people; these rest on the counts in `counts.csv`.

## After clearance

Put the folder outside as `data/cleared` (or name it in `CLEARED_DIR`) and run `make report`.
"""


@dataclass(frozen=True)
class Content:
    """What a release is made of."""

    bundles: tuple[Bundle, ...]
    outcome: Outcome
    states: tuple[State, ...]
    design: Design
    date: str
    commit: str
    code: str


class Refused(ValueError):
    """The gate found what may not leave; `problems` one by one."""

    def __init__(self, problems):
        self.problems = tuple(problems)
        super().__init__(f"nothing is released: {len(self.problems)} results may not leave")


def chosen(bundles: Sequence[Bundle], *, only_restricted: bool, rehearsal: bool) -> tuple[Bundle, ...]:
    """The bundles to release: all, or those that hold something restricted. `DataError` where nothing is restricted and
    it is no rehearsal, or one was read from a cleared release itself."""
    again = [bundle.name for bundle in bundles if cleared_file(bundle.name)]
    if again:
        raise DataError(f"bundles {', '.join(again)} were read from a cleared release and are not released again",
                        file=paths.cleared_folder().name, expected="the folder CLEARED_DIR to be empty")
    restricted = tuple(bundle for bundle in bundles if RESTRICTED in statuses_of(bundle))
    if not restricted and not rehearsal:
        raise DataError("nothing is computed from restricted records, so that nothing needs clearance",
                        expected="real files in RESTRICTED_DATA_DIR, or --rehearsal to try it on stand-ins")
    return restricted if only_restricted and restricted else tuple(bundles)


def statuses_of(bundle: Bundle) -> tuple[str, ...]:
    """All statuses in a bundle, of rows as well."""
    return tuple(dict.fromkeys([*(finding.status for finding in bundle.findings),
                                *(status for exhibit in bundle.exhibits for status in exhibit.statuses)]))


def fill(folder: Path, content: Content) -> None:
    """Write the files of a release into an empty folder; `Refused` when the gate found something."""
    if content.outcome.problems:
        raise Refused(content.outcome.problems)
    for bundle in content.bundles:
        write_whole(folder / bundle_path(bundle.name), _json({"bundle": without_source(bundle)}))
    write_whole(folder / COUNTS, counts_behind(content.bundles))
    write_whole(folder / LOG, _json(log_of(content)))
    write_whole(folder / README, readme_of(content))
    write_whole(folder / SUMS, sums_of(folder))


def log_of(content: Content) -> dict:
    """The log: what was done, by which rules, to what, and with which result."""
    rules = content.design.section("disclosure")
    return {"date": content.date, "commit": content.commit, "code": content.code,
            "rules": {name: _plain(rules[name]) for name in ("threshold", "protection", "dominance")},
            "checks": [{"rule": check.rule, "looked_at": check.looked_at, "found": len(check.problems)}
                       for check in content.outcome.checks],
            "reviewed": [{"found": str(problem), "reason": reason} for problem, reason in content.outcome.reviewed],
            "suppressions": [asdict(item) for bundle in content.bundles for item in bundle.suppressions],
            "inputs": [{"dataset": state.entry.name, "status": state.status,
                        "files": [{"name": name, "sha256": sha} for name, sha in state.files]}
                       for state in content.states],
            "bundles": [{"name": bundle.name, "statuses": statuses_of(bundle), "findings": len(bundle.findings),
                         "exhibits": len(bundle.exhibits)} for bundle in content.bundles],
            "results": {id: mark for bundle in content.bundles for id, mark in fingerprints(bundle).items()}}


def counts_behind(bundles: Sequence[Bundle]) -> str:
    """CSV of the counts behind rows of exhibits about people and behind findings, suppressed ones as "c"."""
    out = io.StringIO()
    writer = csv.writer(out, lineterminator="\n")
    writer.writerow(COUNT_COLUMNS)
    for bundle in bundles:
        for exhibit in bundle.exhibits:
            if exhibit.about_people:
                sheet = sheet_of(exhibit)
                writer.writerows((exhibit.id, sheet.row_label(row), name, sheet.columns[name][row])
                                 for row in range(sheet.rows) for name in sheet.counts)
        writer.writerows((finding.id, "", name, getattr(finding, name)) for finding in bundle.findings
                         for name in ("n", "n_authorities", "n_pilots") if getattr(finding, name) is not None)
    return out.getvalue()


def readme_of(content: Content) -> str:
    """What the output checker reads first."""
    rules, attacks = content.design.section("disclosure"), attacks_of(content.outcome)
    suppressions = [item for bundle in content.bundles for item in bundle.suppressions]
    return TEXT.format(date=content.date, commit=content.commit, threshold=rules["threshold"],
                       protection=rules["protection"], primary=sum(item.primary for item in suppressions),
                       secondary=sum(item.secondary for item in suppressions), tried=attacks[0], recovered=attacks[1],
                       hidden=hidden_counts(content.bundles), reviewed=len(content.outcome.reviewed),
                       columns=", ".join(COUNT_COLUMNS))


def attacks_of(outcome: Outcome) -> tuple[int, int]:
    """Attacks tried, and those that recovered something that was not reviewed."""
    named = [check for check in outcome.checks if check.rule.startswith("recovered")]
    return sum(check.looked_at for check in named), sum(len(check.problems) for check in named)


def hidden_counts(bundles: Sequence[Bundle]) -> int:
    """Suppressed counts in tables and behind them."""
    return sum(len(sheet_of(exhibit).hidden) for bundle in bundles for exhibit in bundle.exhibits
               if exhibit.about_people)


def commit_of(root: Path) -> str:
    """The commit that the project's files are of, with "and changes" where they are not; "unknown" without git."""
    try:
        run = [["git", "-C", str(root), "rev-parse", "--short=12", "HEAD"],
               ["git", "-C", str(root), "status", "--porcelain", "--untracked-files=no"]]
        named, changed = (subprocess.run(one, capture_output=True, text=True, check=True).stdout.strip() for one in run)
    except (OSError, subprocess.CalledProcessError):
        return "unknown"
    return f"{named} and changes" if changed else named


def code_digest() -> str:
    """SHA-256 over the project's Python files, design and pins."""
    from analysis.publish.dependencies import digest_of_files

    files = [*(paths.ROOT / "analysis").rglob("*.py"), paths.DATA / "evaluation.yml", paths.DATA / "catalogue.yml",
             paths.ROOT / "requirements.txt"]
    return digest_of_text(digest_of_files(files))


def _plain(value):
    return dict(value) if isinstance(value, Mapping) else value


def _json(content) -> str:
    return json.dumps(content, indent=1, ensure_ascii=False, default=_number) + "\n"


def _number(value):
    if hasattr(value, "item"):
        return value.item()
    raise TypeError(f"not storable: {type(value)}")
