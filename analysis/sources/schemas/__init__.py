"""The schemas of all datasets, by the name the catalogue gives them."""

from __future__ import annotations

import importlib
import pkgutil
from functools import lru_cache

from analysis.errors import DesignError
from analysis.sources.schema import Table


def schema_of(name: str) -> Table:
    """The schema a catalogue entry names; `DesignError` when no module of this package exports it."""
    schemas = all_schemas()
    if name not in schemas:
        raise DesignError(f"no schema {name!r}; there are {', '.join(sorted(schemas))}")
    return schemas[name]


@lru_cache(maxsize=1)
def all_schemas() -> dict[str, Table]:
    """Every module's `SCHEMAS`, merged; a name that two modules export is an error."""
    merged: dict[str, Table] = {}
    for module in pkgutil.iter_modules(__path__):
        exported = importlib.import_module(f"{__name__}.{module.name}").SCHEMAS
        repeated = merged.keys() & exported.keys()
        if repeated:
            raise DesignError(f"schemas {sorted(repeated)} are exported twice")
        merged.update(exported)
    return merged
