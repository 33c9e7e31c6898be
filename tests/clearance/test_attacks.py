"""Attacks on suppressed counts. Each recovers a count that is suppressed by the primary rule alone, and none with the
whole rule; the threshold is 10 and a suppressed count may be 3 whole numbers at least (`data/evaluation.yml`)."""

import json
from dataclasses import asdict, replace

import pandas as pd
import pytest

from analysis.clearance import across, dominance, extremes, sums, threshold
from analysis.clearance.sheets import sheet_of
from analysis.publish import count, label, score, share
from tests.clearance.conftest import draw_bars

N = count("n", "People", total_of="g")


def recovered(*exhibits):
    """(exhibit, row, column) of all counts that any attack recovers."""
    sheets = [sheet_of(exhibit) for exhibit in exhibits]
    checks = [*(attack(sheet, 3) for sheet in sheets for attack in (sums.attack_sums, sums.attack_shares)),
              *(sums.attack_whole_shares(sheet) for sheet in sheets), across.attack_across(sheets, 3)]
    return {(p.place, p.row, p.column) for check in checks for p in check.problems}


def test_from_a_column_total(exhibit, protected):
    # 54 - 20 - 30 = 4
    frame = {"site": ["A", "B", "C", "All"], "g": 1, "n": [4, 20, 30, 54], "is_total": [False] * 3 + [True]}
    found = recovered(exhibit("tbl-toy-a", frame, [label("site", "Site"), N]))
    assert found == (set() if protected else {("tbl-toy-a", "A", "n")})


def test_from_a_total_row_that_no_column_declares(exhibit):
    # Not declared, so that the rule cannot protect: the gate must find it from the label "All".
    frame = {"site": ["A", "B", "C", "All"], "n": [4, 20, 30, 54]}
    assert recovered(exhibit("tbl-toy-a", frame, [label("site", "Site"), count("n", "People")])) == {
        ("tbl-toy-a", "A", "n")}


def test_from_the_whole_of_a_row(exhibit, protected):
    # 60 - 51 = 9 said no
    frame = {"site": ["A", "B"], "yes": [51, 40], "no": [9, 30], "all": [60, 70]}
    columns = [label("site", "Site"), count("yes", "Yes", part_of="all"), count("no", "No", part_of="all"),
               count("all", "All")]
    found = recovered(exhibit("tbl-toy-a", frame, columns))
    assert found == (set() if protected else {("tbl-toy-a", "A", "no")})


def test_from_rows_and_columns_together(exhibit, protected):
    # Row A: 5 of 55; its complement 50 goes too, and then column "yes" must lose another, or 94 - 44 = 50 tells.
    frame = {"site": ["A", "B", "C"], "g": 1, "yes": [50, 44, 30], "no": [5, 41, 60], "all": [55, 85, 90]}
    columns = [label("site", "Site"), *(count(name, name, part_of="all", total_of="g") for name in ("yes", "no")),
               count("all", "All")]
    table = exhibit("tbl-toy-a", frame, columns)
    whole = exhibit("tbl-toy-b", {"site": ["All", "Nobody"], "yes": [124, 11], "no": [106, 12]},
                    [label("site", "Site"), count("yes", "yes"), count("no", "no")])
    assert bool(recovered(table, whole)) != protected
    hidden = {row for row, _ in sheet_of(table).hidden}
    assert hidden == ({0, 1} if protected else {0})


def test_from_parts_that_are_all_nought(exhibit, protected):
    # 0 + 0 = 40 - 40
    frame = {"site": ["A", "B", "C", "All"], "g": 1, "n": [0, 0, 40, 40], "is_total": [False] * 3 + [True]}
    found = recovered(exhibit("tbl-toy-a", frame, [label("site", "Site"), N]))
    assert found == (set() if protected else {("tbl-toy-a", "A", "n"), ("tbl-toy-a", "B", "n")})


def test_from_parts_that_can_be_two_whole_numbers(exhibit, protected):
    # 0 + 1 = 41 - 40: each is 0 or 1
    frame = {"site": ["A", "B", "C", "All"], "g": 1, "n": [0, 1, 40, 41], "is_total": [False] * 3 + [True]}
    assert bool(recovered(exhibit("tbl-toy-a", frame, [label("site", "Site"), N]))) != protected


def test_from_the_whole_in_a_second_exhibit(exhibit, protected):
    # 57 - 20 - 30 = 7. That the second exhibit sums the first is seen in the other themes: 36 and 44.
    sites = {"theme": ["Workload"] * 3 + ["Leaders"] * 3 + ["Training"] * 3, "site": ["A", "B", "C"] * 3,
             "named": [7, 20, 30, 11, 12, 13, 14, 14, 16]}
    by_site = exhibit("tbl-toy-a", sites, [label("theme", "Theme"), label("site", "Site"),
                                           count("named", "With it", total_of="theme")])
    whole = exhibit("tbl-toy-b", {"theme": ["Workload", "Leaders", "Training"], "named": [57, 36, 44]},
                    [label("theme", "Theme"), count("named", "With it")])
    found = recovered(by_site, whole)
    assert found == (set() if protected else {("tbl-toy-a", "Workload, A", "named")})


def test_from_the_complement_in_a_second_exhibit(exhibit):
    # Asked 40 of whom 8 did not answer: the second exhibit shows that 32 did; 60 - 20 = 40 and 71 - 30 = 41 agree.
    missing = exhibit("tbl-toy-a", {"item": ["One", "Two", "Three"], "asked": [40, 60, 71], "missing": [8, 20, 30]},
                      [label("item", "Item"), count("asked", "Asked"), count("missing", "Missing", part_of="asked")])
    answered, others = (exhibit("tbl-toy-b", {"item": ["One", "Two", "Three"], "n": n},
                                [label("item", "Item"), count("n", "Answers")]) for n in ([32, 40, 41], [32, 40, 43]))
    assert recovered(missing, answered) == {("tbl-toy-a", "One", "missing")}
    assert recovered(missing, others) == set(), "columns that do not agree wherever both are shown tell nothing"


def test_the_same_count_shown_in_a_second_exhibit(exhibit):
    first = exhibit("tbl-toy-a", {"site": ["A", "B", "C"], "n": [4, 20, 30]},
                    [label("site", "Site"), count("n", "People")])
    second = exhibit("tbl-toy-b", {"site": ["A", "B", "C"], "n": [4, 20, 30]},
                     [label("site", "Site"), count("n", "People")], about_people=False)
    assert recovered(first, second) == {("tbl-toy-a", "A", "n")}


def test_from_a_share_with_a_known_denominator(exhibit, monkeypatch):
    # 12.5% of 40 is 5 alone: the share must go with its numerator.
    frame = {"site": ["A", "B"], "few": [5, 30], "all": [40, 60], "rate": [12.5, 50.0]}
    columns = [label("site", "Site"), share("rate", "%", numerator="few", denominator="all"), count("all", "All")]
    assert not recovered(exhibit("tbl-toy-a", frame, columns))
    monkeypatch.setattr("analysis.publish.disclosure._suppress_derived", lambda *arguments: None)
    assert recovered(exhibit("tbl-toy-a", frame, columns)) == {("tbl-toy-a", "A", "few")}


def test_from_shares_that_make_up_a_hundred(exhibit, protected):
    # 100 - 40 - 55 = 5% of 100
    frame = {"site": ["A", "B"], "a": [5, 30], "b": [40, 30], "c": [55, 40], "all": [100, 100]}
    shares = {f"{name}_share": frame[name] for name in "abc"}
    columns = [label("site", "Site"), *(count(name, name, part_of="all") for name in "abc"), count("all", "All"),
               *(share(f"{name}_share", f"{name} (%)", numerator=name, denominator="all") for name in "abc")]
    found = recovered(exhibit("tbl-toy-a", {**frame, **shares}, columns))
    assert found == (set() if protected else {("tbl-toy-a", "A", "a"), ("tbl-toy-a", "A", "a_share")})


@pytest.mark.parametrize("later, told", [([41, 60, 80], True), ([52, 75, 91], False), ([41, 49, 95], False)])
def test_from_two_exhibits_that_differ_by_one_person(exhibit, later, told):
    # 41 x 3.0 - 40 x 2.9 = 7.0: the score of the one who came later. Not so where many came, or some went.
    def at(day, n, means):
        return exhibit(f"tbl-toy-{day}", {"site": ["A", "B", "C"], "n": n, "mean": means},
                       [label("site", "Site"), count("n", "People"), score("mean", "Mean", base="n")],
                       subtitle=f"Mean score, {day}")

    sheets = [sheet_of(at("march", [40, 60, 80], [2.9, 3.1, 3.3])), sheet_of(at("april", later, [3.0, 3.1, 3.3]))]
    found = across.attack_differences(sheets, 10).problems
    assert [(p.place, p.row, p.column) for p in found] == ([("tbl-toy-march", "A", "mean")] if told else [])


def test_no_trace_of_a_suppressed_count_is_anywhere_in_an_exhibit(exhibit):
    """Two worlds that differ in suppressed counts alone look the same: table, CSV, description, note, picture, what is
    behind, and the JSON that goes through the notebook and its cache."""
    def world(first, second, value):
        frame = {"site": [f"A (n = {first})", "B", "C", "D"], "g": 1, "n": [first, second, 20, 30], "half": value,
                 "rate": [100 * first / 50, 100 * second / 50, 40.0, 60.0], "all": 50}
        return exhibit("fig-toy-a", frame,
                       [label("site", "Site"), N, share("rate", "%", numerator="n", denominator="all"),
                        score("half", "Half", base="n")],
                       draw=draw_bars, describe=lambda f: f"Bars from {f['n'].min():.0f} to {f['n'].max():.0f}.",
                       note=lambda f: f"In all {f['n'].sum():.0f} shown.",
                       title=lambda f: f"Up to {f['rate'].max():.0f}%")

    one, two = world(3, 6, [1.0, 2.0, 3.0, 4.0]), world(7, 2, [9.0, 8.0, 3.0, 4.0])
    assert one == two and one.csv() == two.csv() and one.svg == two.svg
    assert json.dumps(asdict(one)) == json.dumps(asdict(two))
    other = world(3, 6, [1.0, 2.0, 3.0, 5.0])       # a shown value that differs is seen
    assert other.csv() != one.csv()


def test_a_picture_drawn_from_the_numbers_before_disclosure_would_differ(exhibit):
    def leaky(n):
        whole = pd.DataFrame({"n": [n, 20, 30]})
        return exhibit("fig-toy-a", {"site": ["A", "B", "C"], "n": [n, 20, 30]},
                       [label("site", "Site"), count("n", "People")], draw=lambda frame: draw_bars(whole))

    assert leaky(3).svg != leaky(7).svg, "the comparison of two worlds sees what a picture gives away"


@pytest.mark.parametrize("text", ["7 children were left", "of whom seven invited staff", "mean 3.1 (n = 7)",
                                  "eight people", "3 families"])
def test_small_counts_in_words(exhibit, text):
    for name in ("describe", "note", "subtitle"):
        sheet = sheet_of(exhibit("tbl-toy-a", {"site": ["A"], "n": [20]},
                                 [label("site", "Site"), count("n", "People")], **{name: text}))
        assert [p.rule for p in threshold.check_exhibit(sheet, 10).problems] == ["threshold"], name


@pytest.mark.parametrize("text", ["1,207 children", "17 of 20 people", "3.7 children a worker", "7% of children",
                                  "seven pilots", "n = 7,123", "27 cases", "2008 children"])
def test_words_that_are_no_small_count(text):
    assert threshold.small_counts_in(text, 10) == []


def test_words_drawn_in_a_picture_are_read(exhibit):
    def draw(frame):
        figure = draw_bars(frame)
        figure.axes[0].set_title("Of 4 children")
        return figure

    sheet = sheet_of(exhibit("fig-toy-a", {"site": ["A"], "n": [20]}, [label("site", "S"), count("n", "n")], draw=draw))
    assert [p.column for p in threshold.check_exhibit(sheet, 10).problems] == ["words of the picture"]


def test_a_count_below_the_threshold_that_is_shown_is_found(exhibit, monkeypatch):
    monkeypatch.setattr("analysis.publish.publisher.Publisher._threshold", 1)
    sheet = sheet_of(exhibit("tbl-toy-a", {"site": ["A", "B"], "n": [4, 20], "mean": [1.0, 2.0], "base": [3, 20]},
                             [label("site", "S"), count("n", "n"), score("mean", "m", base="base")]))
    assert {(p.row, p.column) for p in threshold.check_exhibit(sheet, 10).problems} == {("A", "n"), ("A", "base")}


def test_extremes_of_people_are_found_and_quartiles_are_not(exhibit):
    frame = {"site": ["A"], "n": [20], "oldest": [97.0], "q3": [44.0], "least": [12]}
    sheet = sheet_of(exhibit("tbl-toy-a", frame, [label("site", "S"), count("n", "n"), count("least", "Smallest n"),
                                                  score("oldest", "Maximum age", base="n"),
                                                  score("q3", "Upper quartile", base="n")]))
    assert [p.column for p in extremes.check_exhibit(sheet).problems] == ["oldest"]


def test_a_picture_of_single_people_is_found(exhibit):
    import matplotlib.pyplot as plt

    def scatter(points):
        def draw(frame):
            figure, axes = plt.subplots()
            axes.plot(range(points), range(points), "o")
            plt.close(figure)
            return figure
        return sheet_of(exhibit("fig-toy-a", {"site": list("ABCDE"), "n": 20},
                                [label("site", "S"), count("n", "n")], draw=draw))

    assert extremes.marks_drawn(scatter(5).exhibit.svg) == 5
    assert not extremes.check_points(scatter(5)).problems
    assert [p.rule for p in extremes.check_points(scatter(40)).problems] == ["points of single people"]


def test_the_rest_of_a_total_of_amounts_is_not_one_contributors(exhibit):
    frame = {"site": ["A", "B", "C", "All"], "n": [4, 20, 30, 54], "spent": [900.0, 10.0, 20.0, 930.0],
             "is_total": [False] * 3 + [True]}
    columns = [label("site", "S"), count("n", "n"), replace(score("spent", "Spent", base="n"), total_of="g")]
    found = dominance.check_exhibit(sheet_of(exhibit("tbl-toy-a", frame, columns)), 1).problems
    assert [(p.row, p.column) for p in found] == [("All", "spent")]


def test_columns_that_agree_by_chance_do_not_hide_the_ones_that_tell(exhibit):
    # "shown" repeats n; "chance" agrees with it in B and C, and says 90 where n is at most 54 - 20 - 30.
    first = exhibit("tbl-toy-a", {"site": ["A", "B", "C", "All"], "n": [4, 20, 30, 54]},
                    [label("site", "Site"), count("n", "People")])
    second = exhibit("tbl-toy-b", {"site": ["A", "B", "C"], "shown": [4, 20, 30], "chance": [90, 20, 30]},
                     [label("site", "Site"), count("shown", "Shown"), count("chance", "By chance")],
                     about_people=False)
    found = across.attack_across([sheet_of(first), sheet_of(second)], 3).problems
    assert [(p.row, p.column) for p in found] == [("A", "n")]
