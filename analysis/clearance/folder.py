"""The folder of a release: what is in it, and the check that it is as it was written."""

from __future__ import annotations

from pathlib import Path

from analysis import paths
from analysis.errors import DataError
from analysis.sources.hashing import sha256_of

BUNDLES, COUNTS, LOG, README, SUMS = "bundles", "counts.csv", "log.json", "README.md", "SHA256SUMS"


def bundle_path(name: str) -> str:
    """Where a bundle stands in a release."""
    return f"{BUNDLES}/{name}.json"


def cleared_file(name: str) -> Path | None:
    """The cleared bundle of that name, None where there is none."""
    file = paths.cleared_folder() / bundle_path(name)
    return file if file.is_file() else None


def sums_of(folder: Path) -> str:
    """The lines of SHA256SUMS over all files of a folder, as `sha256sum -c` reads them."""
    files = sorted(path for path in folder.rglob("*") if path.is_file() and path.name != SUMS)
    return "".join(f"{sha256_of(path)}  {path.relative_to(folder).as_posix()}\n" for path in files)


def check_file(folder: Path, inside: str) -> Path:
    """The file of a release, checked against its SHA256SUMS; `DataError` naming it when it is another."""
    file, sums = folder / inside, folder / SUMS
    if not sums.is_file():
        raise DataError("the cleared bundle has no checksums, so that nothing says whether it is as it was cleared",
                        file=f"{folder.name}/{SUMS}", expected="the folder as `python -m analysis release` wrote it")
    listed = dict(reversed(line.split("  ", 1)) for line in sums.read_text(encoding="utf-8").splitlines() if line)
    if not file.is_file() or listed.get(inside) != sha256_of(file):
        state = "is missing" if not file.is_file() else "is not as it was cleared"
        raise DataError(f"a file of the cleared bundle {state}", file=f"{folder.name}/{inside}",
                        expected=f"SHA-256 {listed.get(inside, 'listed in ' + SUMS)}")
    return file
