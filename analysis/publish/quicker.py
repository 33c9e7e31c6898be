"""What Sphinx and pybtex work out anew for every reference of a book, worked out once a build."""

from __future__ import annotations

from functools import lru_cache

from pybtex import plugin
from sphinx.domains.std import StandardDomain


class _Reading:
    """The environment, whose pages are unpickled once: for looking at them only."""

    def __init__(self, env):
        self._env = env
        self.get_doctree = lru_cache(maxsize=None)(env.get_doctree)

    def __getattr__(self, name):
        return getattr(self._env, name)


class QuickNumbers(StandardDomain):
    """References to numbered figures and tables; Sphinx unpickles the whole page that is referred to for each."""

    def _resolve_numref_xref(self, env, *arguments):
        if not hasattr(self, "report_reading"):
            self.report_reading = _Reading(env)
        return super()._resolve_numref_xref(self.report_reading, *arguments)


def connect(app) -> None:
    """Register with Sphinx."""
    app.add_domain(QuickNumbers, override=True)
    if not hasattr(plugin._load_entry_point, "cache_info"):      # it looks through all packages for each citation
        plugin._load_entry_point = lru_cache(maxsize=None)(plugin._load_entry_point)
