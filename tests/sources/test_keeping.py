"""Kept files are written whole, with their checksum, and a file that was edited since is refused."""

import hashlib
from pathlib import Path

import pandas as pd
import pytest

from analysis import paths
from analysis.errors import DataError
from analysis.sources.catalogue import catalogue
from analysis.sources.checksums import listed_checksums
from analysis.sources.keeping import keep
from analysis.sources.loading import load

FRAME = pd.DataFrame({"seed": [1, 2], "estimate": [0.123456, -1.0]})


def test_a_table_is_rounded_and_listed_beside_others(tmp_path):
    (tmp_path / "SHA256SUMS").write_text("a" * 64 + "  z.csv\n")
    keep(FRAME, tmp_path / "kept.csv", decimals=3)
    text = "seed,estimate\n1,0.123\n2,-1.0\n"
    assert (tmp_path / "kept.csv").read_bytes() == text.encode()
    assert listed_checksums(tmp_path) == {"kept.csv": hashlib.sha256(text.encode()).hexdigest(), "z.csv": "a" * 64}
    assert sorted(path.name for path in tmp_path.iterdir()) == ["SHA256SUMS", "kept.csv"]


def test_a_second_run_replaces_table_and_checksum(tmp_path):
    keep(FRAME, tmp_path / "kept.csv", decimals=3)
    before = listed_checksums(tmp_path)
    keep(FRAME.assign(seed=3), tmp_path / "kept.csv", decimals=3)
    assert listed_checksums(tmp_path) != before and len(listed_checksums(tmp_path)) == 1


@pytest.mark.parametrize("fails", ["kept.csv.part", "SHA256SUMS.part"])
def test_a_run_that_fails_while_writing_leaves_what_was_there(fails, tmp_path, monkeypatch):
    keep(FRAME, tmp_path / "kept.csv", decimals=3)
    before = {path.name: path.read_bytes() for path in tmp_path.iterdir()}
    write = Path.write_text

    def full(self, text, **options):
        if self.name == fails:
            write(self, text[:5], **options)
            raise OSError("no space left")
        return write(self, text, **options)

    monkeypatch.setattr(Path, "write_text", full)
    with pytest.raises(OSError, match="no space"):
        keep(FRAME.assign(seed=3), tmp_path / "kept.csv", decimals=3)
    assert {path.name: path.read_bytes() for path in tmp_path.iterdir()} == before


def test_every_kept_simulation_is_listed():
    names = {path.name for path in (paths.DATA / "simulations").glob("*.csv")}
    assert names and set(listed_checksums(paths.DATA / "simulations")) == names


@pytest.mark.parametrize("name", ["did_intervals", "did_recovery"])
def test_a_kept_file_edited_by_hand_is_refused(name, tmp_path, monkeypatch):
    shipped = catalogue()[name].shipped
    folder = (tmp_path / shipped).parent
    folder.mkdir(parents=True)
    for file in (paths.DATA / "simulations").iterdir():
        (folder / file.name).write_bytes(file.read_bytes())
    monkeypatch.setattr(paths, "ROOT", tmp_path)
    assert len(load(name).frame) > 0
    text = (tmp_path / shipped).read_text()
    row = text.splitlines()[1]
    other = row[:-1] + str((int(row[-1]) + 1) % 10)          # the last digit of the last number
    (tmp_path / shipped).write_text(text.replace(row + "\n", other + "\n", 1))
    with pytest.raises(DataError, match=f"file {name}.csv differs from SHA256SUMS"):
        load(name)
