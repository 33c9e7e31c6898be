"""Public statistics into the public folder: from the publisher's interface, or from files downloaded by hand.

A file is fetched beside its place under another name, read and checked against its schema, and only then put there
in one step, so that nothing half-written or wrong is ever found. Its vintage (data set, version, dates, hash) is kept
as JSON beside it and its hash in the folder's `SHA256SUMS`, which `python -m analysis data validate` compares.
"""

from __future__ import annotations

import csv
import json
import os
import shutil
import time
import zipfile
from collections.abc import Callable, Iterable
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from fnmatch import fnmatch
from pathlib import Path

from analysis.errors import DataError
from analysis.sources import catalogue as catalogues
from analysis.sources.catalogue import Entry
from analysis.sources.checksums import problems_of_checksums
from analysis.sources.education_statistics import BASE_URL, find_data_set
from analysis.sources.fetching import Fetcher
from analysis.sources.hashing import sha256_of
from analysis.sources.locating import files_in
from analysis.sources.reading import read_text_table
from analysis.sources.schemas import schema_of

__all__ = ["BASE_URL", "Taken", "download"]

CHECKSUMS = "SHA256SUMS"
YEAR_COLUMNS = ("time_period", "Years")
LARGEST_MEMBER = 500_000_000    # bytes unpacked from a ZIP file


@dataclass(frozen=True)
class Taken:
    """What became of one dataset: `how` is "downloaded", "copied" or "kept" (a file was there already)."""

    name: str
    file: str
    how: str
    sha256: str
    rows: int | None = None


def download(names: Iterable[str] | None, folder: Path, *, base_url: str = BASE_URL, source_folder: Path | None = None,
             force: bool = False, progress: Callable[[str], None] = print,
             sleep: Callable[[float], None] = time.sleep) -> list[Taken]:
    """Take public datasets into `folder`.

    `names` default to every public dataset that can be had this way. With `source_folder` the files (or ZIP files
    holding them, as the publisher's pages give) come from there, else from the interface at `base_url`. A dataset
    with a file in the folder is kept as it is unless `force`, which replaces whatever vintage is there.
    One dataset's trouble does not stop the others: at the end one `DataError` names all that failed. An interface out
    of reach raises `ConnectionError` at once.
    """
    folder = Path(folder)
    entries = _entries(names, source_folder, progress)
    _writable(folder)
    fetcher = Fetcher(say=progress, sleep=sleep)
    taken, failed = [], []
    for entry in entries:
        try:
            taken.append(_take(entry, folder, base_url, source_folder, force, fetcher, progress))
        except DataError as error:
            failed.append(f"{entry.name}: {error}")
            progress(f"{entry.name}: not taken")
    if failed:
        raise DataError(f"{len(failed)} of {len(entries)} datasets could not be taken: " + " | ".join(failed))
    return taken


def _entries(names, source_folder, progress) -> list[Entry]:
    """The datasets to take, those that only a person can download left out (or refused if named)."""
    by_hand = source_folder is not None
    if by_hand and not Path(source_folder).is_dir():
        raise DataError("there is no such folder", file=str(source_folder))
    asked = [catalogues.entry(name) for name in names] if names is not None else \
        [entry for entry in catalogues.catalogue().values() if entry.access == "public" and not entry.shipped]
    chosen = []
    for entry in asked:
        if entry.access != "public" or entry.shipped:
            raise DataError(f"dataset {entry.name} is not one to download. To obtain it: {entry.obtain}")
        if by_hand or entry.download:
            chosen.append(entry)
        elif names is not None:
            raise DataError(f"dataset {entry.name} is not in the publisher's interface. To obtain it: {entry.obtain}")
        else:
            progress(f"{entry.name}: not in the interface. {entry.obtain}")
    return _held(chosen, Path(source_folder), progress) if by_hand and names is None else chosen


def _held(entries, source, progress) -> list[Entry]:
    """Those of which the folder holds a file; `DataError` when it holds none."""
    held = [entry for entry in entries if _candidates(entry, source)]
    for entry in entries:
        if entry not in held:
            progress(f"{entry.name}: no file {entry.pattern} in the folder")
    if not held:
        raise DataError("the folder holds none of the datasets' files", file=str(source),
                        expected=", ".join(entry.pattern for entry in entries))
    return held


def _take(entry, folder, base_url, source_folder, force, fetcher, progress) -> Taken:
    there = files_in(folder, entry)
    if there and not force:
        progress(f"{entry.name}: {there[0].name} is there, kept (--force takes it again)")
        return Taken(entry.name, there[0].name, "kept", sha256_of(there[0]))
    part = folder / f".{entry.name}.part"     # no pattern of a dataset fits this name
    try:
        if source_folder is not None:
            name, vintage = _copy(entry, Path(source_folder), part)
        else:
            name, vintage = _fetch(entry, base_url, part, fetcher, progress)
        rows = _checked(entry, part, name)
        digest = sha256_of(part)
        _put(part, folder, name, there, {**vintage, "dataset": entry.name, "file": name, "rows": rows,
                                         "bytes": part.stat().st_size, "sha256": digest})
    finally:
        part.unlink(missing_ok=True)
    for old in there:
        progress(f"{entry.name}: {old.name} replaced")
    progress(f"{entry.name}: {name}, {rows:,} rows, sha256 {digest[:12]}")
    return Taken(entry.name, name, "copied" if source_folder is not None else "downloaded", digest, rows)


def _fetch(entry, base_url, part, fetcher, progress) -> tuple[str, dict]:
    titles = entry.download["data_set"]
    titles = (titles,) if isinstance(titles, str) else tuple(titles)
    found = find_data_set(fetcher, base_url, entry.download["publication"], titles)
    progress(f"{entry.name}: fetching {found.title} (version {found.version}, published {found.published[:10]})")
    size = fetcher.save(found.url, part)
    progress(f"{entry.name}: {size / 1e6:.1f} MB")
    retrieved = datetime.now(UTC).isoformat(timespec="seconds")
    return _name_of(entry, part, found.published[:10]), {"source": "interface", "retrieved": retrieved, **asdict(found)}


def _copy(entry, source, part) -> tuple[str, dict]:
    candidates = _candidates(entry, source)
    if len(candidates) != 1:
        found = ", ".join(name for name, _, _ in candidates) or "none"
        raise DataError(f"the folder holds {found}", file=entry.pattern, expected="one file of that name, or in a ZIP")
    name, path, member = candidates[0]
    for problem in problems_of_checksums(source):
        if member is None and problem.startswith(f"file {name} "):
            raise DataError(problem)
    if member is None:
        shutil.copyfile(path, part)
    else:
        _unzip(path, member, part)
    changed = datetime.fromtimestamp(path.stat().st_mtime, UTC).isoformat(timespec="seconds")
    return name, {"source": "downloaded by hand", "taken_from": path.name, "last_changed": changed}


def _candidates(entry, source) -> list[tuple[str, Path, str | None]]:
    """(file name, where it is, member of a ZIP or None) of the files that fit the dataset's pattern."""
    plain = [(path.name, path, None) for path in files_in(source, entry)]
    return plain or [(Path(member).name, path, member) for path in sorted(source.rglob("*.zip"))
                     for member in _members(path) if fnmatch(Path(member).name, entry.pattern)]


def _members(path) -> list[str]:
    try:
        with zipfile.ZipFile(path) as archive:
            return [item.filename for item in archive.infolist() if not item.is_dir()]
    except zipfile.BadZipFile:
        raise DataError("not a whole ZIP file", file=path.name) from None


def _unzip(path, member, part) -> None:
    try:
        with zipfile.ZipFile(path) as archive:
            if archive.getinfo(member).file_size > LARGEST_MEMBER:
                raise DataError("the file in the ZIP is too large", file=f"{path.name}/{member}",
                                expected=f"at most {LARGEST_MEMBER:,} bytes")
            with archive.open(member) as inside, open(part, "wb") as file:
                shutil.copyfileobj(inside, file)
    except zipfile.BadZipFile:
        raise DataError("the file in the ZIP is damaged", file=f"{path.name}/{member}") from None


def _checked(entry, part, name) -> int:
    """Rows of a file that fits its schema; `DataError` for a web page in its place or anything that does not fit."""
    with open(part, "rb") as file:
        start = file.read(200).lstrip(b"\xef\xbb\xbf \r\n\t")
    if start.startswith((b"<", b"{")):
        raise DataError("a web page or message came in place of the CSV file", file=name,
                        value=start[:40].decode("utf-8", "replace"))
    try:
        return len(schema_of(entry.schema).validate(read_text_table(part), name))
    except DataError as error:
        raise DataError(f"the file does not fit what the project reads: {error}".replace(part.name, name)) from None


def _name_of(entry, part, published) -> str:
    """The pattern with the file's years in place of its star, as the publisher names files (2013_to_2025)."""
    with open(part, encoding="utf-8-sig", errors="replace", newline="") as file:
        rows = csv.DictReader(file)
        column = next((name for name in YEAR_COLUMNS if name in (rows.fieldnames or ())), None)
        years = sorted({row[column][:4] for row in rows if row[column]}) if column else []
    whole = years and all(year.isdigit() for year in years)
    period = f"{years[0]}_to_{years[-1]}" if whole else "".join(c for c in published if c.isdigit() or c == "-")
    return entry.pattern.replace("*", period)


def _put(part, folder, name, replaced, vintage) -> None:
    """Move the checked file to its place, its vintage beside it, and drop the vintages it replaces."""
    os.replace(part, folder / name)
    _write(folder / f"{name}.json", json.dumps(vintage, indent=2, ensure_ascii=False) + "\n")
    for old in replaced:
        if old != folder / name:
            old.unlink()
            old.with_name(f"{old.name}.json").unlink(missing_ok=True)
    _record(folder, name, vintage["sha256"], {old.relative_to(folder).as_posix() for old in replaced})


def _record(folder, name, digest, replaced) -> None:
    listing = folder / CHECKSUMS
    lines = listing.read_text(encoding="utf-8").splitlines() if listing.is_file() else []
    kept = [line for line in lines if line.strip() and line.split(maxsplit=1)[-1].lstrip("*") not in {name, *replaced}]
    _write(listing, "\n".join(sorted([*kept, f"{digest}  {name}"], key=lambda line: line.split(maxsplit=1)[-1])) + "\n")


def _write(path, text) -> None:
    beside = path.with_name(f".{path.name}.part")
    beside.write_text(text, encoding="utf-8")
    os.replace(beside, path)


def _writable(folder) -> None:
    folder.mkdir(parents=True, exist_ok=True)
    if not os.access(folder, os.W_OK):
        raise DataError("the public folder cannot be written to", file=str(folder),
                        expected="another folder in PUBLIC_DATA_DIR, or the right to write")
