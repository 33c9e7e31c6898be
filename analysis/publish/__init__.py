"""Publishing: results become exhibits and findings, after the disclosure rule, with status and provenance.

Names are looked up when first used, so that a chapter which only quotes stored results need not import matplotlib.
"""

from __future__ import annotations

import importlib

_HOME = {"Bundle": "bundles", "Column": "columns", "Exhibit": "exhibits", "Finding": "findings",
         "Publisher": "publisher", "count": "columns", "estimate": "columns", "label": "columns",
         "markdown_column": "columns", "p_value": "columns", "score": "columns", "share": "columns",
         "text_column": "columns"}

__all__ = sorted(_HOME)


def __getattr__(name: str):
    if name not in _HOME:
        raise AttributeError(f"module {__name__} has no attribute {name!r}")
    return getattr(importlib.import_module(f"{__name__}.{_HOME[name]}"), name)
