"""The benchmarks: arithmetic of the report, that small sizes run and agree, what is said where a peer is missing."""

from __future__ import annotations

import json
import re
import socket
import subprocess
import sys
from dataclasses import replace
from pathlib import Path
from types import SimpleNamespace

import numpy as np
import pytest

from analysis import paths
from analysis.bench import bootstrap as bootstrap_module
from analysis.bench import processes, regression, specifications
from analysis.bench.agreement import agree, agree_by_chance
from analysis.bench.children import children, covariate_blocks, design, matched_weights, strata
from analysis.bench.command import report, run
from analysis.bench.extract import england
from analysis.bench.measures import Measure, Side, Target, side
from analysis.bench.part import Clock, measured, peak_bytes
from analysis.bench.processes import PartResult, Peers, peers_of, run_part, stored
from analysis.bench.setting import Setting
from analysis.errors import DataError
from analysis.methods import clustered

NO_PEERS = Peers(None)
RATIO = Target("ratio", 5)


def _measure(**changes) -> Measure:
    good = {"benchmark": "regression", "what": "first call", "size": "100 records",
            "ours": Side("ours", "", (2.0, 4.0, 3.0), 150_000_000), "peer": Side("other", "1.2", (10.0, 30.0, 20.0)),
            "targets": (RATIO,)}
    return Measure(**(good | changes))


def test_ratios_by_hand():
    # Least times 2 and 10, medians 3 and 20.
    found = _measure()
    assert found.ratio == 5 and found.median_ratio == pytest.approx(20 / 3)
    assert (found.ours.fastest, found.ours.median) == (2, 3)
    assert side("ours", "", [1], [5, None, 7]).peak_bytes == 7 and side("ours", "", [1], [None]).peak_bytes is None


@pytest.mark.parametrize(("target", "verdict"), [
    (Target("ratio", 5), "met"), (Target("ratio", 5.01), "not met"), (Target("seconds", 2.0), "not met"),
    (Target("seconds", 2.01), "met"), (Target("memory", 150e6), "not met"), (Target("memory", 150e6 + 1), "met")])
def test_a_target_is_met_by_the_least_times(target, verdict):
    assert _measure().verdict(target) == verdict
    assert _measure(judged=False).verdict(target) == "not judged"


def test_without_a_peer_there_is_no_ratio_and_without_a_peak_no_verdict_on_memory():
    alone = _measure(peer=None, ours=Side("ours", "", (2.0,), None))
    assert alone.ratio is None and alone.median_ratio is None and alone.verdict(RATIO) == "not judged"
    assert alone.verdict(Target("memory", 1e12)) == "not judged"
    assert "ratio" not in alone.line() and "memory" not in alone.line() and "ours 2 s (2 s)" in alone.line()


def test_a_line_has_every_part():
    assert _measure(note="a note", targets=(RATIO, Target("seconds", 600))).line() == (
        "regression: first call; 100 records; ours 2 s (3 s); other 1.2 10 s (20 s); ratio 5 (of medians 6.67); peak "
        "memory above the data: ours 0.15 GB; at least 5 times faster: met; under 10 min: met; a note")


def test_the_report_has_its_fields():
    found = report([_measure(load=0.5)], quick=False)
    assert set(found) == {"cores", "system", "architecture", "python", "packages", "quick", "measures"}
    assert found["packages"]["numpy"] == np.__version__ and found["python"] == sys.version.split()[0]
    assert found["measures"] == [{
        "benchmark": "regression", "what": "first call", "size": "100 records", "ratio": 5, "load": 0.5, "note": "",
        "median_ratio": pytest.approx(20 / 3), "memory": "above the data",
        "ours": {"name": "ours", "version": "", "repetitions": 3, "fastest_seconds": 2, "median_seconds": 3,
                 "peak_bytes": 150_000_000},
        "peer": {"name": "other", "version": "1.2", "repetitions": 3, "fastest_seconds": 10, "median_seconds": 20,
                 "peak_bytes": None},
        "targets": [{"target": "at least 5 times faster", "found": "met"}]}]


def test_agreement_by_hand():
    assert agree("x", [1.0, 2.02], [1.0, 2.0], 0.02) == pytest.approx(0.01)
    assert agree("x", [1e-9], [-1e-9], 0.01, scale=[1e-6]) == pytest.approx(0.002)
    with pytest.raises(DataError, match=r"differ.*2\.02"):
        agree("x", [1.0, 2.02], [1.0, 2.0], 0.005)
    with pytest.raises(DataError, match="differ"):
        agree("x", [1.0, np.nan], [1.0, 2.0], 0.005)
    # p = .26: sqrt(2 x .26 x .74 / 9,999) = .006204, and .02 / .006204 = 3.224.
    assert agree_by_chance("x", 0.25, 0.27, 9_999) == pytest.approx(3.224, abs=0.001)
    assert agree_by_chance("x", 0.0, 0.0, 9_999) == 0
    with pytest.raises(DataError, match="more than chance"):
        agree_by_chance("x", 0.25, 0.28, 9_999)


def test_generated_records_are_seeded_and_matched():
    columns = children(np.random.default_rng(1), 3_000, shared=True)
    again = children(np.random.default_rng(1), 3_000, shared=True)
    assert all(np.array_equal(columns[name], again[name]) for name in columns)
    both = columns["la"] == 1
    assert set(columns["group"][both]) == {0, 1} and len(columns["y"]) == 3_000 + both.sum() / 2
    assert (columns["base"] == np.where(both, 0.5, 1.0)).all() and len(np.unique(columns["la"])) == 26
    X, names = design(columns)
    assert X.shape == (len(columns["y"]), 26) and np.array_equal(X[:, 3], columns["after"] * columns["pilot"])
    assert sum(len(block) for block in covariate_blocks(columns).values()) == 26 - 4 - 7      # less 7 years
    stratum, pilot = strata(columns), columns["pilot"] == 1
    weights = matched_weights(stratum, pilot, columns["base"])
    # In every matched stratum the comparators' weight is the pilots' times C / T, the same in all strata.
    matched = np.unique(stratum[weights > 0])
    own, other = (np.bincount(stratum, weights=weights * arm)[matched] for arm in (pilot, ~pilot))
    assert np.ptp(other / own) < 1e-12 * (other / own)[0]


@pytest.fixture
def in_process(monkeypatch):
    """Parts are run in this process, on few records; the names of those that were run."""
    ran = []

    def run_here(name, data, warm_up, calls, python=sys.executable):
        ran.append(name)
        found = measured(name, data, warm_up, calls)
        return PartResult(tuple(found["seconds"]), found["peak_bytes"], found["values"], found["versions"])

    monkeypatch.setattr(processes, "run_part", run_here)
    for module, n in ((regression, 1_500), (bootstrap_module, 800), (specifications, 1_500)):
        monkeypatch.setattr(module, "QUICK_N", n)
        monkeypatch.setattr(module, "WARM_UP_N", n)
    return ran


@pytest.fixture
def setting():
    said = []
    return SimpleNamespace(said=said, quick=Setting(True, NO_PEERS, said.append))


def test_the_regression_has_two_measures_with_the_same_answers(in_process, setting):
    first, further = regression.regression(setting.quick)
    assert in_process == ["regression_ours", "regression_statsmodels"]
    assert (len(first.ours.seconds), len(further.ours.seconds), len(first.peer.seconds)) == (1, 1, 1)
    assert first.peer.name == "statsmodels" and first.ratio > 0
    assert {t.text() for t in first.targets} == {"at least 10 times faster", "under 1.2 GB"}
    assert {first.verdict(t) for t in first.targets} == {"not judged"}


def test_answers_that_differ_are_an_error(in_process, setting, monkeypatch):
    from analysis.bench.parts import regression_ours

    right = regression_ours.run
    monkeypatch.setattr(regression_ours, "run",
                        lambda prepared, clock: right(prepared, clock) | {"cr1": 1.0})
    with pytest.raises(DataError, match="regression, cr1: the two sides differ"):
        regression.regression(setting.quick)


def test_a_missing_peer_is_said_and_no_ratio_claimed(in_process, setting, tmp_path):
    lines = []
    run(["bootstrap", "specifications"], setting.quick, tmp_path / "bench.json", lines.append)
    assert in_process == ["bootstrap_ours", "specifications_ours", "specifications_ours"]
    assert len(lines) == 4 and not any("(of medians" in line for line in lines)
    assert all("wildboottest 0.3.2 is missing" in line for line in lines[:2])
    assert all("pyfixest 0.60.0 is missing" in line and "make bench" in line for line in lines[2:])
    kept = json.loads((tmp_path / "bench.json").read_text())
    assert [(m["peer"], m["ratio"]) for m in kept["measures"]] == [(None, None)] * 4
    assert all(m["ours"]["fastest_seconds"] > 0 and m["ours"]["repetitions"] == 2 for m in kept["measures"])


def test_specifications_equal_regressions_on_the_rows(in_process):
    arrays = specifications._arrays(1_500, replace(specifications.SHAPES[0], matchings=1), 4)
    with stored(data=arrays) as files:
        found = measured("specifications_ours", files["data"], files["data"], 1)["values"]
    # 1 matching x 3 sets of comparators x 2^6 sets of covariates x 3 kinds of effects
    assert found["models"] == 576 and found["rows"] == len(arrays["values"])
    names = list(arrays["names"])
    for k in range(4):
        used = arrays["weights"][arrays["frames"][k]] > 0
        right, _, fixed = str(arrays["formulas"][k]).partition("~")[2].partition("|")
        columns = [name.strip() for name in right.split("+")]
        given = {"pilot": arrays["pilot"], "effect": arrays["pilot"] * arrays["values"][:, 1]}
        X = [given[name] if name in given else arrays["values"][:, names.index(name)] for name in columns]
        levels = arrays[fixed.strip()] if fixed else np.zeros(len(used))
        X += [levels == level for level in np.unique(levels[used])]
        fit = clustered.fit(arrays["values"][used, -1], np.column_stack(X).astype(float)[used], arrays["la"][used],
                            weights=arrays["weights"][arrays["frames"][k]][used], drop_collinear=True,
                            names=[*columns, *(f"level{j}" for j in range(len(X) - len(columns)))])
        assert found["estimates"][k] == pytest.approx(fit.coefficient("effect"), abs=1e-7 * found["errors"][k])
        assert found["errors"][k] == pytest.approx(fit.cr1("effect", factor="clusters").se, rel=1e-7)


def test_the_report_names_no_path_and_no_host(in_process, setting, tmp_path):
    run(["bootstrap"], setting.quick, tmp_path / "bench.json", lambda line: None)
    text = (tmp_path / "bench.json").read_text()
    for word in (str(paths.ROOT), str(tmp_path), str(Path.home()), socket.gethostname(), sys.prefix):
        assert word not in text
    assert not re.search(r"[\\/]\w", text)


def test_an_unknown_benchmark_is_refused(setting, tmp_path):
    with pytest.raises(DataError, match="no benchmark speed; expected some of regression, bootstrap"):
        run(["speed"], setting.quick, tmp_path / "bench.json")
    assert not (tmp_path / "bench.json").exists()


def test_peers_are_found_where_they_are(tmp_path, monkeypatch):
    with pytest.raises(DataError, match="interpreter of the peers"):
        peers_of(str(tmp_path / "python"))
    monkeypatch.setattr(processes, "PEERS", tmp_path / "python")
    assert peers_of(None) == NO_PEERS and not NO_PEERS.has("numpy")
    (tmp_path / "python").touch()
    assert peers_of(None).python == tmp_path / "python"
    here = peers_of(sys.executable)
    assert here.has("numpy") and not here.has("no-such-package")


def test_stored_arrays_are_gone_afterwards():
    with stored(one={"x": np.arange(3)}, other={"x": np.arange(2)}) as files:
        assert [len(np.load(files[name])["x"]) for name in ("one", "other")] == [3, 2]
        folder = files["one"].parent
    assert not folder.exists()


def test_a_part_that_fails_is_one_clear_error(tmp_path):
    with pytest.raises(DataError, match="measured part nothing failed.*ModuleNotFoundError"):
        run_part("nothing", tmp_path / "a.npz", tmp_path / "a.npz", 1)


def test_the_clock_adds_up_stages_that_come_again(monkeypatch):
    times = iter([0.0, 1.0, 3.0, 7.0])
    monkeypatch.setattr("time.perf_counter", lambda: next(times))
    clock = Clock()
    for stage in ("a", "b", "a"):
        clock.stop(stage)
    assert clock.seconds == {"a": 1.0 + 4.0, "b": 2.0}


@pytest.mark.slow
def test_the_peak_grows_with_what_is_held():
    before = peak_bytes()
    held = np.ones((before + 50_000_000) // 8)      # alone more than all there ever was, by 50 MB
    assert peak_bytes() - before >= 50_000_000 and len(held)


def test_without_a_folder_the_extract_is_skipped_and_that_is_said(setting):
    assert england(setting.quick) == []
    assert "skipped" in setting.said[0] and "--folder" in setting.said[0] and "--make" in setting.said[0]


@pytest.mark.parametrize(("census", "verdicts"), [(12_000_000, ["met", "not met"]), (9_000, ["not judged"] * 2)])
def test_the_extract_is_judged_only_at_the_size_of_a_nation(census, verdicts, setting, monkeypatch, tmp_path):
    made = []
    fake = SimpleNamespace(
        make_extract=lambda folder, progress: made.append(folder),
        measure=lambda folder: SimpleNamespace(seconds={"files to store": 400.0, "total": 500.0}, load=0.1,
                                               rows={"cin_census": census, "section47": 1_000},
                                               referrals=7, peak_bytes=13_000_000_000))
    monkeypatch.setitem(sys.modules, "analysis.bench.england", fake)
    full = Setting(False, NO_PEERS, setting.said.append, tmp_path, make=True)
    found, = england(full)
    assert made == [tmp_path] and [found.verdict(target) for target in found.targets] == verdicts
    # 500 s are under 10 minutes, 13 GB are not under 12.
    assert found.ours.fastest == 500 and f"{census + 1_000:,} rows" in found.size and found.ratio is None
    with pytest.raises(DataError, match="folder of the extract"):
        england(Setting(False, NO_PEERS, setting.said.append, tmp_path / "not there"))


@pytest.mark.slow
def test_quick_sizes_run_through_from_the_command_line(tmp_path):
    out = tmp_path / "bench.json"
    done = subprocess.run([sys.executable, "-m", "analysis", "bench", "--quick", "--peers", sys.executable,
                           "--out", str(out)], cwd=paths.ROOT, text=True, capture_output=True, check=False)
    assert done.returncode == 0, done.stderr
    assert "england: skipped" in done.stderr and done.stdout.count("\n") == 13
    assert done.stdout.count("is missing (not installed for the peers; see `make bench`)") == 4
    assert [m["benchmark"] for m in json.loads(out.read_text())["measures"]] == [
        "regression", "regression", "bootstrap", "bootstrap", "specifications", "specifications", *["build"] * 7]


@pytest.mark.slow
@pytest.mark.skipif(not processes.PEERS.is_file(), reason="the packages compared with are not here (`make bench`)")
def test_peers_give_the_same_answers(tmp_path):
    lines, said = [], []
    here = Setting(True, peers_of(None), said.append)
    run(["bootstrap", "specifications"], here, tmp_path / "bench.json", lines.append)
    assert len(lines) == 5 and all("ratio" in line for line in lines)


def test_an_unknown_name_on_the_command_line_is_one_line():
    done = subprocess.run([sys.executable, "-m", "analysis", "bench", "speed"], cwd=paths.ROOT, text=True,
                          capture_output=True, check=False)
    assert done.returncode == 1 and done.stdout == ""
    assert done.stderr.startswith("error: no benchmark speed") and done.stderr.count("\n") == 1
