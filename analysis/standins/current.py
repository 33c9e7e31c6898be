"""Are the stand-ins there, and made by today's generators? A manifest in their folder says what they were made from."""

from __future__ import annotations

import json
import os
from fnmatch import fnmatch

from analysis import paths
from analysis.errors import DataError
from analysis.publish.dependencies import code_behind, digest_of_files
from analysis.publish.store import digest_of_text
from analysis.sources.catalogue import catalogue
from analysis.sources.hashing import sha256_of
from analysis.standins import generator_modules, replace_folder

MANIFEST = "manifest.json"


def ensure_standins(*, progress=None, force: bool = False, scale: float = 1.0) -> bool:
    """Generate all stand-ins when one is missing or the generators, the design or the scale asked for changed.

    A folder named by `STANDINS_DIR` is the caller's: it is used as it is when there is a manifest. Returns whether
    anything was made. The folder is replaced whole; `DataError` when it holds anything but stand-ins.
    """
    folder = paths.standins_folder()
    manifest = read_manifest(folder)
    whole = all((folder / name).is_file() for name in manifest.get("files", {}))
    fits = (whole and manifest.get("made_from") == made_from()) or ("STANDINS_DIR" in os.environ and manifest)
    if fits and not force:
        return False
    _refuse_foreign(folder)
    if progress:
        progress(f"making stand-ins (scale {scale:g}) ...")
    replace_folder(folder, lambda fresh: _fill(fresh, scale, progress))
    return True


def made_from() -> str:
    """Digest of the generators' code, the design and the catalogue."""
    files = set().union(*(code_behind(f"analysis.standins.{name}") for name in generator_modules()))
    lines = digest_of_files(file for file in files if "publish" not in file.parts)
    return digest_of_text([*lines, *digest_of_files([paths.DATA / "evaluation.yml", paths.DATA / "catalogue.yml"])])


def read_manifest(folder) -> dict:
    """The manifest of a stand-ins folder, empty when there is none."""
    file = folder / MANIFEST
    try:
        content = json.loads(file.read_text(encoding="utf-8")) if file.is_file() else {}
    except ValueError:
        return {}
    return content if isinstance(content, dict) else {}


def edited_files(folder) -> list[str]:
    """Stand-ins that are no longer as they were made."""
    made = read_manifest(folder).get("files", {})
    return [name for name, digest in made.items()
            if not (folder / name).is_file() or sha256_of(folder / name) != digest]


def _refuse_foreign(folder) -> None:
    """The folder is about to be replaced: nothing may be in it that no generator makes."""
    if folder.exists() and not folder.is_dir():
        raise DataError("the place of the stand-ins is a file", file=folder.name, expected="a folder")
    patterns = [MANIFEST, ".*", *(entry.pattern for entry in catalogue().values() if entry.standin)]
    for path in sorted(folder.iterdir()) if folder.is_dir() else ():
        if not any(fnmatch(path.name, pattern) for pattern in patterns):
            raise DataError("the folder holds what is no stand-in and would be lost", file=path.name,
                            expected="a folder of stand-ins alone, or one that is not there yet")


def _fill(folder, scale, progress):
    from analysis.design import load_design
    from analysis.standins import generate_into

    design = load_design()
    generate_into(folder, design, scale=scale, progress=progress)
    files = {path.name: sha256_of(path) for path in sorted(folder.iterdir())}
    content = {"made_from": made_from(), "seed": design.seed, "scale": scale, "files": files}
    (folder / MANIFEST).write_text(json.dumps(content, indent=1), encoding="utf-8")
