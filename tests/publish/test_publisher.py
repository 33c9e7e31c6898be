"""The door from results to pages."""

import csv
import io
from dataclasses import asdict

import pandas as pd
import pytest

from analysis.errors import DesignError, MissingData, MixedStatus
from analysis.publish import Publisher, count, estimate, label, markdown_column, p_value, share, style, text_column
from analysis.publish.exhibits import exhibit_from
from analysis.publish.findings import Source, finding_from
from analysis.publish.page import table_parts


def source(name="a", status="synthetic", kind="records"):
    return Source(name, f"Dataset {name}", status, "0" * 64, kind)


def made():
    """A function with source text."""


@pytest.fixture
def publisher(design):
    def loader(name):
        raise MissingData("no file", file=name)

    return Publisher("toy", design, loader, ("a",))


def table(publisher, frame, columns, **changes):
    arguments = {"title": "A headline", "subtitle": "Measure, place, period", "describe": "Words.", "made_by": made,
                 "sources": [source()]}
    return publisher.table("tbl-toy-a", frame=pd.DataFrame(frame), columns=columns, **{**arguments, **changes})


def test_a_finding_is_worded_and_quoted_in_all_its_forms(publisher):
    found = publisher.finding("toy.a.effect", 0.312, unit="percentage points", low=-1.21, high=1.84, n=1234,
                              made_by=made, sources=[source()])
    assert found.quotes() == {
        "toy.a.effect": "0.3 percentage points", "toy.a.effect.interval": "-1.2 to 1.8",
        "toy.a.effect.full": "0.3 percentage points, 95% confidence interval -1.2 to 1.8",
        "toy.a.effect.n": "1,234", "toy.a.effect.number": "0.3"}
    assert found.origin.function.endswith("test_publisher.made")
    assert finding_from(asdict(found)) == found


def test_every_form_is_there_also_for_words_and_suppressed_numbers(publisher):
    words = publisher.finding("toy.a.words", "no evidence", unit="text", made_by=made, sources=[source()])
    assert set(words.quotes()) == {f"toy.a.words{form}" for form in ("", ".full", ".interval", ".n", ".number")}
    assert words.quotes()["toy.a.words.full"] == "no evidence"


def test_a_key_that_is_another_keys_form_is_refused(publisher):
    publisher.finding("toy.a", 1, unit="count", made_by=made, sources=[source()])
    with pytest.raises(DesignError, match="form of 'toy.a'"):
        publisher.finding("toy.a.n", 1, unit="count", made_by=made, sources=[source()])


def test_a_finding_about_too_few_people_is_not_shown(publisher):
    hidden = publisher.finding("toy.b.rate", 44.4, unit="per cent", n=9, about_people=True, made_by=made,
                               sources=[source()])
    assert (hidden.text, hidden.value, hidden.n) == ("[c]", None, None)
    assert publisher.bundle().suppressions[0].id == "toy.b.rate"


def test_synthetic_and_real_records_together_are_refused(publisher):
    with pytest.raises(MixedStatus, match="a \\(synthetic\\), b \\(public data\\)"):
        publisher.finding("toy.c.x", 1, unit="count", made_by=made, sources=[source(), source("b", "public data")])


def test_a_value_takes_the_most_restrictive_status_of_its_inputs(publisher):
    def status(key, *sources):
        return publisher.finding(key, 1, unit="count", made_by=made, sources=sources).status

    facts = source("facts", "published", "reference")
    assert status("toy.d.a", source("b", "public data"), facts) == "public data"
    assert status("toy.d.b", source("b", "restricted"), source("c", "public data")) == "restricted"
    assert status("toy.d.c", source(), facts) == "synthetic"


def test_a_table_is_disclosed_printed_and_written_with_status_on_every_row(publisher):
    frame = {"site": ["A", "B"], "n": [8, 120], "rate": [25.0, 31.25]}
    exhibit = table(publisher, frame, [label("site", "Site"), count("n", "n"),
                                       share("rate", "%", numerator="n", denominator="n")], about_people=True)
    assert [cell.text for cell in exhibit.rows[0]] == ["A", "[c]", "[c]"]
    assert [cell.text for cell in exhibit.rows[1]] == ["B", "120", "31.2"]
    rows = list(csv.reader(io.StringIO(exhibit.csv())))
    assert rows == [["site", "n", "rate", "status"], ["A", "c", "c", "synthetic"], ["B", "120", "31.25", "synthetic"]]
    assert exhibit_from(asdict(exhibit)) == exhibit


def test_a_publishers_symbol_is_kept(publisher):
    frame = {"place": ["A", "B"], "n": [None, 5.0], "n__symbol": ["x", ""]}
    exhibit = table(publisher, frame, [label("place", "Place"), estimate("n", "n", decimals=0)])
    assert exhibit.rows[0][1].text == "[x]" and exhibit.rows[0][1].value == "x" and exhibit.symbols == ("x",)


def test_rows_of_different_status_keep_their_own(publisher):
    frame = {"place": ["A", "B"], "n": [1.0, 2.0]}
    exhibit = table(publisher, frame, [label("place", "Place"), estimate("n", "n")],
                    row_status=["published", "synthetic"],
                    sources=[source(), source("b", "public data")])
    assert exhibit.statuses == ("published", "synthetic") and exhibit.status == "synthetic"


def test_decimals_may_differ_by_row_and_a_p_value_is_never_printed_as_nought(publisher):
    frame = pd.DataFrame({"place": ["A", "B"], "n": [1.25, 1.25], "places": [0, 2], "p": [0.0004, 0.0321]})
    exhibit = table(publisher, frame, [label("place", "Place"), estimate("n", "n", decimals_from="places"),
                                       p_value("p", "p")])
    assert [cell.text for cell in exhibit.rows[0]] == ["A", "1", "<0.001"]
    assert [cell.text for cell in exhibit.rows[1]] == ["B", "1.25", "0.032"]
    assert exhibit.rows[0][2].value == "0.0004"


def test_a_lone_column_of_long_texts_is_given_room(publisher):
    frame = {"who": ["A"], "says": ["a" * 51], "short": ["b"]}
    one = table(publisher, frame, [label("who", "Who"), text_column("says", "Says"), text_column("short", "Short")])
    assert "".join(table_parts(one)).count('<td class="long">') == 1
    two = publisher.table("tbl-toy-b", title="A", subtitle="B", describe="W.", made_by=made, sources=[source()],
                          frame=pd.DataFrame(frame).assign(more="c" * 51),
                          columns=[text_column("says", "Says"), text_column("more", "More")])
    assert "long" not in "".join(table_parts(two))


def test_markup_stays_out_of_the_csv(publisher):
    frame = {"where": ["see {numref}`tbl-a` and [the chapter](x.md), {cite}`b2020`"]}
    exhibit = table(publisher, frame, [markdown_column("where", "Where")])
    assert exhibit.rows[0][0].value == "see tbl-a and the chapter, b2020"


def test_a_picture_is_drawn_from_the_disclosed_table_and_is_the_same_each_time(publisher):
    seen = []

    def draw(frame):
        seen.append(frame["n"].isna().tolist())
        figure, ax = style.axes()
        ax.plot([0, 1], [0, 1])
        return figure

    arguments = {"title": "A headline", "subtitle": "s", "columns": [count("n", "n")], "describe": lambda f: "words",
                 "draw": draw, "made_by": made, "sources": [source()], "about_people": True}
    first = publisher.figure("fig-toy-a", frame=pd.DataFrame({"n": [3, 30]}), **arguments)
    second = publisher.figure("fig-toy-b", frame=pd.DataFrame({"n": [3, 30]}), **arguments)
    assert seen == [[True, False], [True, False]]
    assert first.svg.startswith("<?xml") and "<!-- " not in first.svg.split("<svg")[0].replace("<!DOCTYPE", "")
    assert style.to_svg(draw(pd.DataFrame({"n": [1.0]})), "x") == style.to_svg(draw(pd.DataFrame({"n": [1.0]})), "x")
    assert second.id == "fig-toy-b"


@pytest.mark.parametrize("key", ["Toy.a", "toy", "toy..a", "toy.a b"])
def test_bad_keys_are_refused(publisher, key):
    with pytest.raises(DesignError, match="key"):
        publisher.finding(key, 1, unit="count", made_by=made, sources=[source()])


def test_a_long_headline_an_empty_table_and_an_undeclared_dataset_are_refused(publisher):
    with pytest.raises(DesignError, match="headline"):
        table(publisher, {"a": ["x"]}, [label("a", "A")],
              title="one two three four five six seven eight nine ten eleven")
    with pytest.raises(DesignError, match="no rows"):
        table(publisher, {"a": []}, [label("a", "A")])
    with pytest.raises(DesignError, match="without declaring"):
        publisher.load("b")


def test_a_missing_optional_dataset_is_listed(publisher):
    assert publisher.load_optional("a") is None
    assert publisher.bundle().missing == ("file a: no file",)
