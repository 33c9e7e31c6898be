"""What changed since the last release that was kept: for the changelog, and a page of the report."""

from __future__ import annotations

from html import escape
from pathlib import Path

from analysis import paths
from analysis.review import comparing, snapshots
from analysis.review.comparing import Difference
from analysis.review.snapshots import Snapshot

PAGE = "findings/changes"
TITLE = "What changed"


def last_release(folder: Path = paths.DATA / "releases") -> Snapshot | None:
    """The kept release with the highest version; None where none is kept."""
    files = sorted(folder.glob("*.json"), key=lambda file: [int(part) for part in file.stem.split(".")])
    return snapshots.of_release(files[-1]) if files else None


def comparable(old: Snapshot, new: Snapshot) -> tuple[Snapshot, Snapshot, int]:
    """Both without the results whose status differs: real and synthetic numbers are not a change of one another.

    Returns the two and how many results were left out.
    """
    apart = {id for kind in ("findings", "exhibits") for id, item in getattr(old, kind).items()
             if id in getattr(new, kind) and getattr(new, kind)[id].status != item.status}

    def without(snapshot):
        return Snapshot(snapshot.name, {id: f for id, f in snapshot.findings.items() if id not in apart},
                        {id: e for id, e in snapshot.exhibits.items() if id not in apart})

    return without(old), without(new), len(apart)


def page(old: Snapshot | None, new: Snapshot) -> str:
    """The page: results that are new, gone or changed since the last release, each with its size."""
    if old is None:
        return f"<h1>{TITLE}</h1><p>No release has been kept yet to compare this build with.</p>"
    before, now, apart = comparable(old, new)
    found = comparing.differences(before, now)
    both = len(set(before.findings) & set(now.findings)) + len(set(before.exhibits) & set(now.exhibits))
    changed = {item.id for item in found if item.place not in ("is new", "is no longer published")}
    said = (f"<h1>{TITLE}</h1><p>This build beside release {escape(old.name)}: of {both:,} findings and exhibits that "
            f"both have, {len(changed):,} differ. New are {_number(found, 'is new')}, no longer published "
            f"{_number(found, 'is no longer published')}.")
    if apart:
        said += (f" {apart:,} rest on data of another status in the two, real statistics in one and stand-ins in the "
                 "other, and are not compared.")
    return said + "</p>" + (_table(found) if found else "")


def _number(found, place) -> str:
    return f"{sum(item.place == place for item in found):,}"


def _table(found: list[Difference]) -> str:
    rows = "".join(f'<tr><th scope="row"><code>{escape(item.id)}</code></th><td>{escape(item.place)}</td>'
                   f"<td>{escape(item.old)}</td><td>{escape(item.new)}</td>"
                   f'<td class="num">{"" if item.size is None else f"{item.size:+.6g}"}</td></tr>' for item in found)
    heads = "".join(f'<th scope="col">{name}</th>' for name in ("Result", "What", "Before", "Now", "Difference"))
    return ('<div class="table-scroll" role="region" tabindex="0" aria-label="Differences"><table class="numbers" '
            f'aria-label="Differences"><thead><tr>{heads}</tr></thead><tbody>{rows}</tbody></table></div>')
