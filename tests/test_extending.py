"""What the page on adding to the report says is performed, on a copy of the project, from the page's own lines."""

from __future__ import annotations

import csv
import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent
PAGE = ROOT / "chapters" / "appendices" / "extending.md"
MOST = 20           # lines that an addition takes, fewer than so many
BLOCK = re.compile(r"^(`{3,4})diff\n(.*?)^\1$", re.MULTILINE | re.DOTALL)
FILE = re.compile(r"`([\w./]+\.(?:py|yml|md))`[^`\n]*:\n\s*\Z")


def additions() -> dict[str, list[tuple[str, list[str]]]]:
    """By heading of the page: the file and the lines of each block, in order. A block without a file of its own
    belongs to the one before."""
    found = {}
    for section in PAGE.read_text(encoding="utf-8").split("\n## ")[1:]:
        blocks, file, end = [], None, 0
        for block in BLOCK.finditer(section):
            named = FILE.search(section[end:block.start()])
            file, end = named[1] if named else file, block.end()
            blocks.append((file, block[2].splitlines()))
        if blocks:
            found[section.partition("\n")[0]] = blocks
    return found


def applied(text: str, lines: list[str]) -> str:
    """The text with the lines added and removed. `ValueError` unless those that are there already stand there once."""
    there = "".join(line[1:] + "\n" for line in lines if not line.startswith("+"))
    then = "".join(line[1:] + "\n" for line in lines if not line.startswith("-"))
    starts = [found.start() for found in re.finditer("^" + re.escape(there), text, re.MULTILINE)]
    if len(starts) != 1:
        raise ValueError(f"{len(starts)} places for {there!r}, expected one")
    return text[:starts[0]] + then + text[starts[0] + len(there):]


class Copy:
    """A copy of the project with the stand-ins and results of this one, in which an addition is made."""

    def __init__(self, folder: Path):
        self.folder = folder
        for name in ("analysis", "chapters", "data"):
            shutil.copytree(ROOT / name, folder / name, ignore=shutil.ignore_patterns("__pycache__", "public",
                                                                                      "restricted", "cleared"))
        for name in ("_config.yml", "_toc.yml", "requirements.txt"):
            shutil.copy(ROOT / name, folder / name)

    def make(self, heading: str) -> None:
        """Make the addition of that heading."""
        for name, lines in additions()[heading]:
            file = self.folder / name
            file.write_text(applied(file.read_text(encoding="utf-8"), lines), encoding="utf-8")

    def rows(self, exhibit: str, *bundles: str) -> list[dict[str, str]]:
        """The exhibit's CSV, after the named bundles were made."""
        self.run("results", *bundles)
        self.run("exhibit", exhibit, "--out", "out")
        with (self.folder / "out" / f"{exhibit}.csv").open(encoding="utf-8", newline="") as file:
            return list(csv.DictReader(file))

    def run(self, *words: str) -> str:
        """A command of the copy; its failure is the test's."""
        environment = {**os.environ, "PUBLIC_DATA_DIR": "data/public", "RESTRICTED_DATA_DIR": "data/restricted",
                       "OMP_NUM_THREADS": "1"}
        environment.pop("STANDINS_DIR", None)
        done = subprocess.run([sys.executable, "-m", "analysis", *words], cwd=self.folder, env=environment, text=True,
                              capture_output=True, check=False)
        assert done.returncode == 0, done.stdout + done.stderr
        return done.stdout


@pytest.fixture
def copy(tmp_path):
    return Copy(tmp_path / "project")


def test_five_kinds_of_addition_are_shown_each_in_few_lines():
    """Counting added lines alone, blank ones too; a changed line counts as added."""
    counts = {heading: sum(line.startswith("+") for _, lines in blocks for line in lines)
              for heading, blocks in additions().items()}
    assert len(counts) == 5 and all(0 < count < MOST for count in counts.values()), counts


def test_every_line_that_is_said_to_be_there_is_there_once():
    for blocks in additions().values():
        texts = {}
        for name, lines in blocks:
            texts[name] = applied(texts.get(name, (ROOT / name).read_text(encoding="utf-8")), lines)


def test_lines_are_added_and_removed_where_they_belong():
    assert applied("a\nb\nc\n", [" a", "-b", "+B", "+D"]) == "a\nB\nD\nc\n"
    with pytest.raises(ValueError, match="2 places"):
        applied("a\na\n", [" a", "+b"])
    with pytest.raises(ValueError, match="0 places"):
        applied("a b\n", [" b", "+c"])


@pytest.mark.slow
def test_an_outcome(copy):
    copy.make("An outcome of the children's records")
    rows = copy.rows("tbl-did-further", "did_further")
    row = rows[0]
    assert row["outcome"] == "Care within six months of closure" and len(rows) == 3
    # The records are those of re-referral with as long a follow-up: of a case closed, whatever comes after.
    assert float(row["low"]) < float(row["effect"]) < float(row["high"]) and 0 < float(row["mean_before"]) < 100
    others = [other for other in rows if other["outcome"].startswith("Re-referral")]
    assert int(row["n"]) > int(others[0]["n"])        # twelve months of follow-up leave fewer cases than six


@pytest.mark.slow
def test_an_indicator(copy):
    copy.make("An indicator of the national data")
    rows = copy.rows("tbl-national-effects", "national_data")
    row = next(row for row in rows if "Children referred again" in row.values())
    assert row["status"] == "synthetic"
    everything = (copy.folder / "_build" / "results" / "national_data.json").read_text(encoding="utf-8")
    assert everything.count("Children referred again") >= 8      # one for each exhibit with all indicators


@pytest.mark.slow
def test_a_pilot(copy):
    copy.make("A pilot")
    rows = copy.rows("tbl-national-pilot-11", "national_pilots", "evaluation", "did_further")
    assert rows and "Pilot K" in (copy.folder / "_build" / "results" / "national_pilots.json").read_text()
    assert "tbl-national-pilot-11" in (copy.folder / "chapters/appendices/national_pilots.md").read_text()
    groups = (copy.folder / "data" / "standins" / "matched_groups.csv").read_text(encoding="utf-8")
    assert "Pilot K" in groups and "Comparator K1" in groups
    matrix = copy.rows("tbl-evaluation-matrix", "evaluation")
    assert any("K" in row for row in matrix)


@pytest.mark.slow
def test_a_question_of_the_survey(copy):
    copy.make("A question of the survey")
    rows = copy.rows("tbl-survey-item-missing", "survey_detail")
    assert any("Plan for safety" in row.values() for row in rows)


@pytest.mark.slow
def test_an_exhibit(copy):
    copy.make("An exhibit of a strand")
    rows = copy.rows("tbl-survey-roles", "survey")
    assert {"role", "n", "status"} == set(rows[0]) and len(rows) > 2
    assert 'survey.show("tbl-survey-roles")' in (copy.folder / "chapters" / "survey.md").read_text(encoding="utf-8")
