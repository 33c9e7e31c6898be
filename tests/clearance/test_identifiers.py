"""Identifiers and words of records, planted wherever a result or an output could carry them."""

import json
import sqlite3
import zipfile

import pandas as pd
import pytest

from analysis.clearance import gate, identifiers
from analysis.clearance.identifiers import Secrets, check_text, is_identifier, secrets_of
from analysis.sources.schema import Table, code, integer, text
from tests.clearance.conftest import draw_bars

WORDS = "she said that the map on the wall had made her feel that somebody listened"
TABLE = Table(columns=(text("child"), text("worker", pattern=r"R\d{4}"), code("site", ("A",)), integer("n", 0, 9),
                       text("said", blank=True)))
FRAME = pd.DataFrame({"child": ["0017179149", "82BA747224"], "worker": ["R0412", "R0413"], "site": ["A", "A"],
                      "n": [1, 2], "said": [WORDS, None]})


@pytest.fixture
def secrets():
    return secrets_of("records", FRAME, TABLE)


@pytest.mark.parametrize("value, particular", [("0017179149", True), ("82BA747224", True), ("R0412", True),
                                               ("P0693F9D03D5", True), ("A1-senior_leader-i1.01", True),
                                               ("2008/2009", False), ("2008", False), ("R2", False),
                                               ("Pilot A", False), ("social_worker", False), ("T1", False)])
def test_what_is_an_identifier(value, particular):
    assert is_identifier(value) is particular


@pytest.mark.parametrize("line", ["case 82BA747224, seen", "id=0017179149;", "<td>R0413</td>", '{"worker": "R0412"}',
                                  "R0412"])
def test_identifiers_are_found_whole(secrets, line):
    assert [problem.rule for problem in check_text("x", line, secrets)] == [identifiers.RULE]


@pytest.mark.parametrize("line", ["R04123", "AR0412", "17179149", "1.0017179149", "the wall had made",
                                  "sha 82ba747224"])
def test_what_is_only_like_one_is_not(secrets, line):
    assert check_text("x", line, secrets) == []


def test_sentences_are_found_in_any_spelling_and_the_message_does_not_repeat_them(secrets):
    found = check_text("x", "“She said that: THE MAP on the wall,\nhad made her", secrets)
    assert [problem.rule for problem in found] == [identifiers.FREE_TEXT] and "wall" not in str(found[0])


def test_a_quotation_that_may_be_shown_is_no_secret():
    allowed = secrets_of("records", FRAME, TABLE, identifiers.runs(WORDS))
    assert check_text("x", WORDS, allowed) == []


@pytest.mark.parametrize("line", ["A123456789012", "AB123456C", "943 476 5919"])
def test_numbers_in_the_form_of_a_persons(line):
    # 943 476 5919 is the National Health Service's own example of a number with a right check digit.
    assert [p.rule for p in check_text("x", f"no. {line}.", Secrets({}, {}))] == [identifiers.FORMS]


def test_ten_digits_with_another_check_digit_are_no_nhs_number():
    assert check_text("x", "943 476 5918", Secrets({}, {})) == []


@pytest.mark.parametrize("place", ["label", "note", "describe", "title", "subtitle"])
def test_planted_in_an_exhibit(exhibit, secrets, place):
    from dataclasses import asdict

    from analysis.publish import count, label

    words = {} if place == "label" else {place: "About R0413"}
    shown = exhibit("tbl-toy-a", {"site": ["R0413" if place == "label" else "A"], "n": [20]},
                    [label("site", "Site"), count("n", "n")], **words)
    assert check_text("x", json.dumps(asdict(shown)), secrets)


def test_planted_in_a_picture(exhibit, secrets, tmp_path):
    from analysis.publish import count, label

    def draw(frame):
        figure = draw_bars(frame)
        figure.axes[0].set_title("R0413")
        return figure

    shown = exhibit("fig-toy-a", {"site": ["A"], "n": [20]}, [label("site", "Site"), count("n", "n")], draw=draw)
    (tmp_path / "a.svg").write_text(shown.svg)
    assert places(tmp_path, secrets) == {f"{tmp_path.name}/a.svg"}


def places(folder, secrets, **settings):
    return {problem.place for problem in gate.check_leaving((folder,), secrets, **settings).problems}


def test_planted_in_the_files_of_a_site(secrets, tmp_path):
    (tmp_path / "page.html").write_text('<img alt="Worker R0413 &amp; others">')
    (tmp_path / "entity.html").write_text("<p>R&#48;413</p>")
    (tmp_path / "data.csv").write_text("a,b\n82BA747224,1\n")
    (tmp_path / "searchindex.js").write_text('Search.setIndex({"terms": {"R0413": 1}})')
    (tmp_path / "clean.html").write_text("<p>Worker, site A, 2008/2009.</p>")
    with zipfile.ZipFile(tmp_path / "book.xlsx", "w") as book:
        book.writestr("xl/sharedStrings.xml", "<t>0017179149</t>")
    found = {place.split("/", 1)[1] for place in places(tmp_path, secrets)}
    assert found == {"page.html", "entity.html", "data.csv", "searchindex.js", "book.xlsx/xl/sharedStrings.xml"}


def test_planted_in_the_notebook_cache(secrets, tmp_path):
    output = {"output_type": "error", "ename": "KeyError", "evalue": "'82BA747224'", "traceback": ["KeyError"]}
    cell = {"cell_type": "code", "source": "", "metadata": {}, "outputs": [output], "execution_count": 1}
    folder = tmp_path / "executed" / "0a"
    folder.mkdir(parents=True)
    (folder / "base.ipynb").write_text(json.dumps({"cells": [cell], "metadata": {}, "nbformat": 4}))
    with sqlite3.connect(tmp_path / "global.db") as base:
        base.execute("create table nbproject (traceback text)")
        base.execute("insert into nbproject values ('row of R0412')")
    assert {place.rsplit("/", 1)[1] for place in places(tmp_path, secrets)} == {"base.ipynb", "global.db"}


def test_planted_in_a_pdf(secrets, tmp_path):
    weasyprint = pytest.importorskip("weasyprint")
    weasyprint.HTML(string="<h1>Cases</h1><p>Worker R0413 was seen.</p>").write_pdf(tmp_path / "report.pdf")
    assert places(tmp_path, secrets) == {f"{tmp_path.name}/report.pdf"}
    assert places(tmp_path, secrets, pdf=False) == set()
