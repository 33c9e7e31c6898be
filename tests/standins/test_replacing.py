"""The folder of stand-ins is replaced whole, or not at all, whoever else is at it."""

import os
import threading
import time

import pytest

from analysis.errors import DataError
from analysis.standins import ABANDONED, replace_folder
from analysis.standins.current import ensure_standins


def test_two_at_once_both_end_and_leave_one_whole_folder(tmp_path):
    target, errors = tmp_path / "standins", []
    together = threading.Barrier(4)

    def make(word):
        def fill(fresh):
            (fresh / "a.csv").write_text(word)
            together.wait()

        try:
            replace_folder(target, fill)
        except OSError as error:
            errors.append(error)

    makers = [threading.Thread(target=make, args=(word,)) for word in "abcd"]
    for maker in makers:
        maker.start()
    for maker in makers:
        maker.join()
    assert errors == [] and (target / "a.csv").read_text() in "abcd"
    assert [path.name for path in tmp_path.iterdir()] == ["standins"]


def test_what_a_killed_process_left_is_removed_and_what_one_at_work_has_is_not(tmp_path):
    for name, age in ((".standins-old", 2 * ABANDONED), (".standins-new", 0)):
        (tmp_path / name).mkdir()
        os.utime(tmp_path / name, (time.time() - age,) * 2)
    replace_folder(tmp_path / "standins", lambda fresh: None)
    assert sorted(path.name for path in tmp_path.iterdir()) == [".standins-new", "standins"]


def test_a_folder_of_other_files_is_not_replaced(tmp_path, monkeypatch):
    (tmp_path / "thesis.docx").write_text("years of work")
    monkeypatch.setenv("STANDINS_DIR", str(tmp_path))
    with pytest.raises(DataError, match="file thesis.docx: the folder holds what is no stand-in"):
        ensure_standins()
    assert (tmp_path / "thesis.docx").read_text() == "years of work"
