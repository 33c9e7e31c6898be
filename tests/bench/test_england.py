"""The benchmark on a small extract: it counts what is there, and makes an extract only where none is."""

from __future__ import annotations

import os

import numpy as np
import pytest

from analysis.bench.england import family, make_extract, measure, measured_here, memory_of
from analysis.errors import MissingData
from analysis.sources.loading import read_folder


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    out = tmp_path_factory.mktemp("bench") / "extract"
    assert make_extract(out, scale=0.02)
    return out


def test_an_extract_that_is_there_is_not_made_again(folder):
    times = {path.name: path.stat().st_mtime_ns for path in folder.iterdir()}
    assert not make_extract(folder, scale=0.02)
    assert {path.name: path.stat().st_mtime_ns for path in folder.iterdir()} == times


@pytest.mark.slow
def test_a_measurement_counts_and_times_what_was_done(folder, tmp_path):
    found = measure(folder, chunk_bytes=20_000, temporary=tmp_path)
    census = read_folder(["cin_census"], folder)["cin_census"].frame
    assert found.rows["cin_census"] == len(census)
    assert 0 < found.units["kinship"] and 0 < found.referrals < len(census)
    assert found.seconds["total"] == pytest.approx(sum(s for step, s in found.seconds.items() if step != "total"))
    assert list(tmp_path.iterdir()) == []
    if memory_of(os.getpid()):
        # Three processes with pandas loaded take more than 150 MB together, and each less than all.
        assert 150e6 < found.peak_bytes and 50e6 < found.peak_process_bytes < found.peak_bytes


def test_an_empty_folder_is_one_clear_error(tmp_path):
    with pytest.raises(MissingData, match="dataset cin_census has no file"):
        measured_here(tmp_path, "corrected", 1, 1000, None)


def test_memory_of_a_process_grows_with_what_it_holds():
    before = memory_of(os.getpid())
    if before is None:
        pytest.skip("this system has no /proc")
    held = np.ones(40_000_000)      # 320 MB
    now = memory_of(os.getpid())
    assert now[0] - before[0] > 250e6 and now[1] >= now[0]
    assert family(os.getpid())[0] == os.getpid() and memory_of(2**22 + 1) is None
    del held
