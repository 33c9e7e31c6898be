"""Datasets: described in the catalogue, found in folders, read as delivered, checked against their schemas.

Names are looked up when first used, so that a chapter which only quotes stored results need not import pandas.
"""

from __future__ import annotations

import importlib

_HOME = {"Dataset": "loading", "SourceFile": "loading", "load": "loading", "read": "loading", "read_folder": "loading",
         "Location": "locating", "locate": "locating", "strand_is_real": "locating",
         "Entry": "catalogue", "entry": "catalogue", "of_strand": "catalogue"}

__all__ = sorted(_HOME)


def __getattr__(name: str):
    if name not in _HOME:
        raise AttributeError(f"module {__name__} has no attribute {name!r}")
    return getattr(importlib.import_module(f"{__name__}.{_HOME[name]}"), name)
