"""What the command line and the build ask of the gate."""

from __future__ import annotations

import json
from datetime import date
from pathlib import Path

from analysis import paths
from analysis.clearance import gate, release
from analysis.clearance.compare import differing
from analysis.clearance.folder import LOG, SUMS, check_file
from analysis.design import load_design
from analysis.errors import DataError
from analysis.publish import dependencies, state, store
from analysis.sources.catalogue import catalogue
from analysis.standins import replace_folder

PASSED = paths.BUILD / "passed.json"        # of which bundles the checks found no problem


def write_release(out: Path, *, only_restricted: bool, rehearsal: bool, progress, names=None) -> release.Content:
    """Check everything and write the release as a whole, or nothing: `release.Refused` with each problem."""
    _refuse_other_files(out)
    design = load_design()
    bundles = release.chosen([store.open_bundle(name) for name in names or dependencies.bundle_names()],
                             only_restricted=only_restricted, rehearsal=rehearsal)
    secrets = gate.secrets_of_records("synthetic" if rehearsal else release.RESTRICTED)
    progress(f"  looking for {len(secrets.identifiers):,} identifiers of records")
    outcome = gate.both(gate.check_bundles(bundles, design), gate.check_leaving(gate.places_of_the_book(), secrets))
    content = release.Content(bundles, outcome, store.states_of(catalogue()), design, f"{date.today():%-d %B %Y}",
                              release.commit_of(paths.ROOT), release.code_digest())
    replace_folder(out, lambda folder: _fill_and_check(folder, content, secrets))
    return content


def problems_of_build(shown_only: bool = False) -> list[str]:
    """What may not leave of the book as it is built, one sentence each; and, of a build that reads a cleared release,
    what is not as it was released. `shown_only`: pages, data files and ledger alone."""
    bundles = [store.open_bundle(name) for name in _names_of_chapters()]
    outcome = _checked(bundles)
    if any(release.RESTRICTED in release.statuses_of(bundle) for bundle in bundles):
        places = (paths.HTML, paths.LEDGER) if shown_only else gate.places_of_the_book()
        outcome = gate.both(outcome, gate.check_leaving(places, gate.secrets_of_records(), pdf=not shown_only))
    return [*map(str, outcome.problems), *problems_of_cleared(bundles)]


def _checked(bundles) -> gate.Outcome:
    """The outcome of all checks of the bundles. Where they were found without a problem before, and nothing that they
    or the checks are made of has changed, they are not checked again."""
    stored = [file for file in (paths.RESULTS / f"{bundle.name}.json" for bundle in bundles) if file.is_file()]
    if len(stored) < len(bundles):      # cleared ones are not in the store
        return gate.check_bundles(bundles, load_design())
    code = dependencies.code_behind("analysis.clearance.command")
    made_of = store.digest_of_text(dependencies.digest_of_files(
        [*stored, *code, paths.DATA / "evaluation.yml", paths.ROOT / "requirements.txt"]))
    if state.read_mark(PASSED).get("made_of") == made_of:
        return gate.Outcome((), ())
    outcome = gate.check_bundles(bundles, load_design())
    if not outcome.problems:
        state.write_mark(PASSED, {"made_of": made_of})
    return outcome


def problems_of_pages(shown) -> list[str]:
    """Exhibits that a page shows (by page, by id) otherwise than they are in the bundles now."""
    now = {exhibit.id: exhibit for name in _names_of_chapters() for exhibit in store.open_bundle(name).exhibits}
    return [f"{page}: shows {id} as it was before; remove _build/.jupyter_cache and build again"
            for page, exhibits in shown.items() for id, exhibit in exhibits.items() if exhibit != now.get(id)]


def problems_of_cleared(bundles) -> list[str]:
    """Where results stand in a cleared release: those that this build does not have as they were released."""
    folder = paths.cleared_folder()
    if not (folder / SUMS).is_file():
        return []
    log = json.loads(check_file(folder, LOG).read_text(encoding="utf-8"))
    names = {item["name"] for item in log["bundles"]}
    others = [store.open_bundle(name) for name in sorted(names - {bundle.name for bundle in bundles})]
    return differing(log["results"], [*bundles, *others])


def _fill_and_check(folder: Path, content, secrets) -> None:
    """The written files are looked through once more before they take the folder's place."""
    release.fill(folder, content)
    found = gate.check_leaving((folder,), secrets).problems
    if found:
        raise release.Refused(found)


def _names_of_chapters() -> list[str]:
    from analysis.publish.chapters import all_chapters

    return list(dict.fromkeys(name for chapter in all_chapters().values() for name in chapter.bundles))


def _refuse_other_files(out: Path) -> None:
    if out.is_dir() and any(out.iterdir()) and not (out / SUMS).is_file():
        raise DataError("the folder holds other files, which would be lost", file=out.name,
                        expected="a folder that is new, or holds an earlier release")
