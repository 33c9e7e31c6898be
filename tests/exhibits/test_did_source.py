"""Records in memory or in pieces from disk: the same bundle."""

from __future__ import annotations

import pandas as pd
import pytest

from analysis.design import load_design
from analysis.exhibits.did import source
from analysis.publish.publisher import Publisher
from analysis.sources.loading import load
from analysis.sources.locating import locate
from analysis.standins import generate_into
from analysis.strands.difference_in_differences import DATASETS, analyse_definitions
from analysis.strands.difference_in_differences.definitions import CORRECTED, all_of
from analysis.strands.difference_in_differences.estimation import effect_alone


@pytest.fixture
def publisher(tmp_path, monkeypatch):
    """A publisher whose datasets are files of a small extract."""
    generate_into(tmp_path, load_design(), ["children"], scale=0.2)
    monkeypatch.setenv("STANDINS_DIR", str(tmp_path))
    monkeypatch.setenv("RESTRICTED_DATA_DIR", str(tmp_path / "nothing"))
    return Publisher("did_trends", load_design(), load, DATASETS, {}, (), locate)


@pytest.mark.slow
def test_a_large_extract_is_read_in_pieces_with_the_same_result(publisher, monkeypatch):
    found = {}
    for size in (source.LARGE, 0):
        monkeypatch.setattr(source, "LARGE", size)
        with source.opened_records(publisher) as opened:
            effects = analyse_definitions(opened.source, publisher.design, all_of(CORRECTED), effect_alone,
                                          ("rereferral",))
            found[size] = (type(opened.source).__name__, effects["rereferral"].cr2, opened.records(),
                           [(d.name, d.status, d.sha256) for d in opened.datasets])
    memory, pieces = found.values()
    assert (memory[0], pieces[0]) == ("Records", "Extract")
    assert memory[1] == pieces[1] and memory[3] == pieces[3]
    # Of the extract on disk the authorities of the matched groups alone come into memory, in the order of the files.
    wanted = memory[2].cin[memory[2].cin["la"].isin(set(memory[2].groups["la"]))].reset_index(drop=True)
    columns = ["CIN_LAchildID_Anon", "la", "CIN_ReferralDate", "CIN_ReasonForClosure"]
    pd.testing.assert_frame_equal(wanted[columns], pieces[2].cin[columns])
    assert len(wanted) < len(memory[2].cin)


def test_frames_that_come_from_elsewhere_have_no_files(publisher):
    assert Publisher("did_trends", publisher.design, load, DATASETS).locations(DATASETS) is None
