"""Reading a zip archive that comes from outside: nothing is written to disk, and what no honest one holds is refused.

Refused: paths that leave the archive, links, encrypted or repeated entries, too many entries, too large ones, and
packing tighter than any text (a zip bomb).
"""

from __future__ import annotations

import stat
import zipfile
import zlib
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path, PurePosixPath

from analysis.errors import DataError

# Short entries of repeated text pack well without being a bomb; the ratio is looked at from this size on.
RATIO_FROM_BYTES = 1_000_000


@dataclass(frozen=True)
class Limits:
    """What an archive may hold: entries, bytes of one entry and of all unpacked, ratio of packing."""

    entries: int
    entry_bytes: int
    total_bytes: int
    ratio: float


@dataclass(frozen=True)
class GuardedArchive:
    """An open archive whose entries (`names`) have been looked at."""

    file: str
    names: frozenset[str]
    limits: Limits
    _archive: zipfile.ZipFile

    def read(self, name: str) -> bytes:
        """An entry's bytes. The header's size is a claim: reading stops at the limit whatever it says."""
        try:
            with self._archive.open(name) as stream:
                content = stream.read(self.limits.entry_bytes + 1)
        except (zipfile.BadZipFile, NotImplementedError, EOFError, OSError, zlib.error) as error:
            raise DataError(
                f"an entry cannot be unpacked: {error}", file=self.file, value=name, expected="a whole archive"
            ) from None
        if len(content) > self.limits.entry_bytes:
            raise DataError(
                "an entry is too large", file=self.file, value=name, expected=f"at most {self.limits.entry_bytes} bytes"
            )
        return content


@contextmanager
def guarded(path: Path, limits: Limits):
    """Open an archive for reading; `DataError` when it is none or holds what is refused."""
    try:
        archive = zipfile.ZipFile(path)
    except zipfile.BadZipFile:
        raise DataError(
            "the file is no zip archive, or half of one", file=path.name, expected="a whole archive"
        ) from None
    except OSError as error:
        raise DataError(
            f"the file cannot be read ({error.strerror})", file=path.name, expected="a file that you may read"
        ) from None
    with archive:
        yield GuardedArchive(path.name, _checked_names(archive, limits, path.name), limits, archive)


def _checked_names(archive, limits, file) -> frozenset[str]:
    infos = [info for info in archive.infolist() if not info.is_dir()]
    if len(archive.infolist()) > limits.entries:
        raise DataError(
            "the archive has too many entries",
            file=file,
            value=len(archive.infolist()),
            expected=f"at most {limits.entries}",
        )
    if sum(info.file_size for info in infos) > limits.total_bytes:
        raise DataError(
            "the archive unpacks to too much",
            file=file,
            value=sum(info.file_size for info in infos),
            expected=f"at most {limits.total_bytes} bytes in all",
        )
    names: set[str] = set()
    for info in infos:
        _refuse_entry(info, limits, file)
        if info.filename in names:
            raise DataError(
                "the archive holds an entry twice", file=file, value=info.filename, expected="every name once"
            )
        names.add(info.filename)
    return frozenset(names)


def _refuse_entry(info, limits, file):
    # ZipInfo turns the backslashes of orig_filename into slashes on some systems only: look at both names
    names = (info.filename, info.orig_filename)
    if any(_leaves_folder(name) for name in names):
        raise DataError(
            "an entry's path leaves the archive",
            file=file,
            value=info.orig_filename,
            expected="a relative path without '..', backslash or drive",
        )
    if stat.S_ISLNK(info.external_attr >> 16):
        raise DataError("an entry is a symbolic link", file=file, value=info.filename, expected="plain files")
    if info.flag_bits & 0x1:
        raise DataError("an entry is encrypted", file=file, value=info.filename, expected="an archive without password")
    if info.file_size > limits.entry_bytes:
        raise DataError(
            "an entry is too large",
            file=file,
            value=f"{info.filename}, {info.file_size} bytes",
            expected=f"at most {limits.entry_bytes} bytes",
        )
    if info.file_size > RATIO_FROM_BYTES and info.file_size > limits.ratio * max(info.compress_size, 1):
        raise DataError(
            "an entry is packed more tightly than any text: a zip bomb?",
            file=file,
            value=info.filename,
            expected=f"a ratio of at most {limits.ratio:g}",
        )


def _leaves_folder(name: str) -> bool:
    path = PurePosixPath(name)
    return path.is_absolute() or ".." in path.parts or "\\" in name or ":" in name or "\0" in name
