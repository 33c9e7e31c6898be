"""Shared by the tests of the panel models: the castle panel and R's answers on it."""

from __future__ import annotations

import json

import pandas as pd
import pytest

from tests.methods.panel_cases import models, thinned


@pytest.fixture(scope="session")
def castle(reference_values) -> pd.DataFrame:
    """The panel as it is delivered; not to be changed."""
    return pd.read_csv(reference_values / "castle.csv")


@pytest.fixture(scope="session")
def plm(reference_values) -> dict:
    """What R's plm 2.6.2 gives for it."""
    return json.loads((reference_values / "castle_plm.json").read_text())


@pytest.fixture(scope="session")
def balanced(castle) -> dict:
    """Models of the whole panel."""
    return models(castle)


@pytest.fixture(scope="session")
def unbalanced(castle) -> dict:
    """Models of the panel with rows left out."""
    return models(thinned(castle))
