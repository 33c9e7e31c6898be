"""The commit that the report is built from."""

from __future__ import annotations

import subprocess

from analysis import paths

UNKNOWN = "not under version control here"


def commit() -> str:
    """Twelve digits of the commit, and whether files differ from it; `UNKNOWN` where there is no repository or git."""
    try:
        head = _git("rev-parse", "--short=12", "HEAD")
        changed = _git("status", "--porcelain", "--untracked-files=no")
    except (OSError, subprocess.CalledProcessError):
        return UNKNOWN
    return f"{head} with changes not committed" if changed else head


def _git(*arguments) -> str:
    done = subprocess.run(["git", *arguments], cwd=paths.ROOT, check=True, text=True, capture_output=True)
    return done.stdout.strip()
