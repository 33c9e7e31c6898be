"""Where things are: the project's root, its data folders and what it builds."""

from __future__ import annotations

import os
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
DATA = ROOT / "data"
CHAPTERS = ROOT / "chapters"
BUILD = ROOT / "_build"
HTML = BUILD / "html"
RESULTS = BUILD / "results"
LEDGER = BUILD / "results.json"


def folder_from_environment(variable: str, default: Path) -> Path:
    """The folder an environment variable names, else the default.

    A relative path counts from the project's root, because chapters execute in other working directories.
    """
    value = os.environ.get(variable, "").strip()
    return (ROOT / value).resolve() if value else default


def restricted_folder() -> Path:
    """Folder of the real restricted files (`RESTRICTED_DATA_DIR`, default `data/restricted`)."""
    return folder_from_environment("RESTRICTED_DATA_DIR", DATA / "restricted")


def public_folder() -> Path:
    """Folder of the real public statistics (`PUBLIC_DATA_DIR`, default `data/public`)."""
    return folder_from_environment("PUBLIC_DATA_DIR", DATA / "public")


def cleared_folder() -> Path:
    """Folder of a bundle that output checkers cleared (`CLEARED_DIR`, default `data/cleared`)."""
    return folder_from_environment("CLEARED_DIR", DATA / "cleared")


def standins_folder() -> Path:
    """Folder of the generated stand-ins (`STANDINS_DIR`, default `data/standins`)."""
    return folder_from_environment("STANDINS_DIR", DATA / "standins")
