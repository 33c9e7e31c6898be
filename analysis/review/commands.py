"""Commands for reviewers: `verify`, `exhibit ID`, `trace ID`."""

from __future__ import annotations

import csv
import io
import sys
from pathlib import Path

from analysis import paths
from analysis.errors import DataError
from analysis.publish import store
from analysis.publish.chapters import all_chapters
from analysis.review import comparing, snapshots

SHOWN = 40      # so many differences are printed; all are in the file that --out names


def verify(options) -> int:
    """Build everything again in a clean directory and compare with a saved ledger; or compare two saved ones."""
    from analysis.review.records import bundle_names
    from analysis.review.verifying import built_anew

    saved = snapshots.of_build(Path(options.saved) if options.saved else paths.BUILD)
    if options.keep:
        return _keep(saved, options.keep)
    if options.against:
        old, new = snapshots.of_build(Path(options.against)), saved
    else:
        old, new = saved, _shown_only(built_anew(bundle_names(all_chapters()), _say), saved)
    found = comparing.differences(old, new, options.tolerance)
    if options.out:
        store.write_whole(Path(options.out), as_csv(found))
    for difference in found[:SHOWN]:
        print(difference)
    if len(found) > SHOWN:
        print(f"... and {len(found) - SHOWN} more" + ("" if options.out else "; --out FILE lists all"))
    print(f"{len(old.findings)} findings and {len(old.exhibits)} exhibits compared with "
          f"{'those built anew' if not options.against else new.name}: {len(found)} differences "
          f"beyond a relative {options.tolerance:g}")
    return 1 if found else 0


def exhibit(options) -> int:
    """Make one exhibit again and say whether it is as it was stored."""
    from analysis.review import remaking

    remade = remaking.remake(options.id)
    files = remaking.write(remade, Path(options.out) if options.out else paths.BUILD / "exhibit")
    print(f"{remade.exhibit.title} [{remade.exhibit.status}]")
    print(remade.exhibit.csv(), end="")
    for difference in remade.differences:
        print(difference, file=sys.stderr)
    said = "as stored" if not remade.differences else f"{len(remade.differences)} differences from what was stored"
    print(f"made again by {remade.exhibit.origin.function} for bundle {remade.bundle}: {said}; wrote "
          + ", ".join(_short(file) for file in files))
    return 1 if remade.differences else 0


def trace(options) -> int:
    """Print where a finding or exhibit comes from and is used, or all that rests on a data set."""
    from analysis.publish.ledger import read_json
    from analysis.review.records import records
    from analysis.review.tracing import trace as lines_of

    ledger = read_json(paths.LEDGER)
    pages = {item["id"]: item["chapter"] for item in ledger.get("exhibits", [])}
    for line in lines_of(options.id, records(all_chapters(), pages)):
        print(line)
    return 0


def as_csv(found) -> str:
    """Differences as CSV text."""
    out = io.StringIO()
    writer = csv.writer(out, lineterminator="\n")
    writer.writerow(["id", "place", "old", "new", "size"])
    for item in found:
        writer.writerow([item.id, item.place, item.old, item.new, "" if item.size is None else f"{item.size:.12g}"])
    return out.getvalue()


def _keep(saved, release: str) -> int:
    """Keep a build as a release, which later builds say their changes against."""
    file = paths.DATA / "releases" / f"{release}.json"
    if file.exists():
        raise DataError("a release of that name is kept already", file=_short(file), expected="a new name")
    store.write_whole(file, snapshots.release_text(saved, release))
    print(f"kept {len(saved.findings)} findings and {len(saved.exhibits)} exhibits in {_short(file)}")
    return 0


def _shown_only(built, saved):
    """Bundles may publish exhibits that no chapter shows: these are in no ledger and not compared."""
    unknown = set(built.exhibits) - set(saved.exhibits)
    shown = {id for chapter in all_chapters().values() for id in chapter.exhibits}
    hidden = unknown - shown
    return snapshots.Snapshot(built.name, built.findings,
                              {id: item for id, item in built.exhibits.items() if id not in hidden})


def _short(path: Path) -> str:
    try:
        return path.resolve().relative_to(paths.ROOT).as_posix()
    except ValueError:
        return str(path)


def _say(message: str) -> None:
    print(message, file=sys.stderr, flush=True)

