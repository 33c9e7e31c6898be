"""Is the report the same when it is made again? The project copied to a clean directory, everything built anew."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Callable
from pathlib import Path

from analysis import paths
from analysis.errors import DataError
from analysis.review import snapshots
from analysis.review.snapshots import Snapshot

# What a clean directory does not get: what is built or installed, and below `data` what is fetched or generated.
MADE = ("_build", ".git", ".venv", ".venv-bench", "__pycache__", ".pytest_cache", ".hypothesis")
DELIVERED = ("standins", "public", "restricted", "cleared")


def built_anew(names, progress: Callable[[str], None]) -> Snapshot:
    """The findings and exhibits of the named bundles, built in a clean directory that is removed afterwards.

    Stand-ins are generated there; public and restricted files are read where this build reads them. `DataError` with
    the builder's own last line when the building fails.
    """
    with tempfile.TemporaryDirectory(prefix="verify-") as folder:
        clean = Path(folder) / "report"
        shutil.copytree(paths.ROOT, clean, ignore=left_out, symlinks=True)
        progress("building everything again in a clean directory (a few minutes) ...")
        done = subprocess.run([sys.executable, "-m", "analysis", "results", *names], cwd=clean, text=True,
                              stderr=subprocess.PIPE, stdout=subprocess.DEVNULL, env=environment(), check=False)
        if done.returncode:
            last = done.stderr.strip().splitlines()[-1:] or ["without a message"]
            raise DataError("the report cannot be built again", value=last[0].removeprefix("error: "),
                            expected="a build without an error")
        return of_folder(clean / paths.RESULTS.relative_to(paths.ROOT), names)


def of_folder(folder: Path, names) -> Snapshot:
    """The stored bundles of a folder of results."""
    from analysis.publish.store import read_stored

    return snapshots.of_bundles([read_stored(folder / f"{name}.json") for name in names], "built anew")


def left_out(folder, names) -> list[str]:
    """Of names in a folder those that a clean directory does not get: build output anywhere, data folders only directly
    below `data`."""
    left = MADE + (DELIVERED if Path(folder) == paths.DATA else ())
    return [name for name in names if name in left]


def environment() -> dict[str, str]:
    """The same data folders as here, named in full, and the clean directory's own stand-ins."""
    folders = {"PUBLIC_DATA_DIR": paths.public_folder(), "RESTRICTED_DATA_DIR": paths.restricted_folder()}
    kept = {name: value for name, value in os.environ.items() if name not in (*folders, "STANDINS_DIR", "PYTHONPATH")}
    return {**kept, **{name: str(folder) for name, folder in folders.items() if folder.is_dir()}}
