"""Are the stand-ins there, and made by today's generators? A manifest in their folder says what they were made from."""

from __future__ import annotations

import json
import os
import re
import shutil
from fnmatch import fnmatch

from analysis import paths
from analysis.design import load_design
from analysis.errors import DataError
from analysis.publish.dependencies import code_behind, digest_of_files, digests_of_sections, files_named_in, one_look
from analysis.publish.store import digest_of_text
from analysis.sources.catalogue import catalogue
from analysis.sources.hashing import sha256_of
from analysis.standins import generate_into, generator_modules, replace_folder

MANIFEST = "manifest.json"
LOADED = re.compile(r"\bload\(\"(\w+)\"\)")       # a data set that a generator reads


def ensure_standins(*, progress=None, force: bool = False, scale: float | None = None) -> bool:
    """Generate the stand-ins that are missing, or whose generator or part of the design changed; the others are kept.

    `scale` None: that of the stand-ins that are there, else 1. A scale that is asked for needs `force` to be new.
    A folder named by `STANDINS_DIR` is the caller's: it is used as it is when there is a manifest. Returns whether
    anything was made. The folder is replaced whole; `DataError` when it holds anything but stand-ins.
    """
    folder = paths.standins_folder()
    manifest = read_manifest(folder)
    scale = manifest.get("scale", 1.0) if scale is None else scale
    with one_look():
        wanted = {name: made_from(name) for name in generator_modules()}
    current = set() if force else {name for name in wanted if _fits(manifest, name, wanted[name], folder)}
    if current == set(wanted) or ("STANDINS_DIR" in os.environ and manifest and not force):
        return False
    _refuse_foreign(folder)
    if progress:
        progress(f"making stand-ins (scale {scale:g}) ...")
    kept = {name: manifest["made"][name]["files"] for name in wanted if name in current}
    replace_folder(folder, lambda fresh: _fill(fresh, folder, wanted, kept, scale, progress))
    return True


def made_from(module: str) -> str:
    """Digest of all that a generator's files come from: its code, the parts of the design and the instruments that this
    code reads, the parameters that it loads, and its entries in the catalogue."""
    code = [file for file in code_behind(f"analysis.standins.{module}") if "publish" not in file.parts]
    texts = [file.read_text(encoding="utf-8") for file in code if "standins" in file.parts]
    loaded = {name for text in texts for name in LOADED.findall(text)}
    read = [paths.ROOT / entry.shipped for entry in catalogue().values() if entry.shipped and entry.name in loaded]
    entries = [repr(entry) for entry in catalogue().values() if entry.standin == module]
    return digest_of_text([*digest_of_files({*code, *files_named_in(code), *read}), *entries,
                           *digests_of_sections(code)])


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
    made = {name: digest for one in read_manifest(folder).get("made", {}).values()
            for name, digest in one["files"].items()}
    return [name for name, digest in made.items()
            if not (folder / name).is_file() or sha256_of(folder / name) != digest]


def _fits(manifest, module, digest, folder) -> bool:
    made = manifest.get("made", {}).get(module, {})
    return made.get("from") == digest and all((folder / name).is_file() for name in made["files"])


def _refuse_foreign(folder) -> None:
    """The folder is about to be replaced: nothing may be in it that no generator makes."""
    if folder.exists() and not folder.is_dir():
        raise DataError("the place of the stand-ins is a file", file=folder.name, expected="a folder")
    patterns = [MANIFEST, ".*", *(entry.pattern for entry in catalogue().values() if entry.standin)]
    for path in sorted(folder.iterdir()) if folder.is_dir() else ():
        if not any(fnmatch(path.name, pattern) for pattern in patterns):
            raise DataError("the folder holds what is no stand-in and would be lost", file=path.name,
                            expected="a folder of stand-ins alone, or one that is not there yet")


def _fill(fresh, old, wanted, kept, scale, progress):
    """Make what is not kept, and take the rest from the old folder, which stays as it is until it is replaced."""
    design, made = load_design(), {}
    for module, digest in wanted.items():
        before = set(fresh.iterdir())
        files = kept.get(module)
        if files is None or not _copied(files, old, fresh):
            generate_into(fresh, design, [module], scale=scale, progress=progress)
            files = {path.name: sha256_of(path) for path in sorted(set(fresh.iterdir()) - before)}
        made[module] = {"from": digest, "files": files}
    content = {"seed": design.seed, "scale": scale, "made": made}
    (fresh / MANIFEST).write_text(json.dumps(content, indent=1), encoding="utf-8")


def _copied(files, old, fresh) -> bool:
    """Copy files of one generator; False, with none of them there, when another process has just taken the folder."""
    try:
        for name in files:
            shutil.copy2(old / name, fresh / name)
    except FileNotFoundError:
        for name in files:
            (fresh / name).unlink(missing_ok=True)
        return False
    return True
