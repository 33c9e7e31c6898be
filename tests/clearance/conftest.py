"""A publisher of toy exhibits about people, with the disclosure rule or with its first half alone."""

from __future__ import annotations

import pandas as pd
import pytest

from analysis.publish import Publisher, disclosure
from analysis.publish.findings import Source

SOURCE = Source("people", "People", "restricted", "0" * 64, "records")


def made():
    """A function with source text."""


def draw_bars(frame: pd.DataFrame, value: str = "n"):
    """A bar a row, of the column `value`."""
    import matplotlib.pyplot as plt

    figure, axes = plt.subplots(figsize=(3, 2))
    axes.barh([str(k) for k in range(len(frame))], frame[value].astype(float))
    plt.close(figure)
    return figure


@pytest.fixture
def exhibit(design):
    """`exhibit("tbl-toy-a", frame, columns)` publishes a table about people and returns it; `draw=` makes a figure."""
    def publish(id, frame, columns, **changes):
        publisher = Publisher("toy", design, None, ())
        arguments = {"title": "A headline", "subtitle": "Measure, place, period", "describe": "Words.",
                     "made_by": made, "sources": [SOURCE], "about_people": True, **changes}
        make = publisher.figure if id.startswith("fig") else publisher.table
        return make(id, frame=pd.DataFrame(frame), columns=columns, **arguments)

    return publish


@pytest.fixture(params=["protected", "primary alone"])
def protected(request, monkeypatch):
    """Runs a test twice: with the whole rule (True), and with primary suppression alone (False)."""
    if request.param == "primary alone":
        monkeypatch.setattr(disclosure, "_protect", lambda *arguments: None)
    return request.param == "protected"
