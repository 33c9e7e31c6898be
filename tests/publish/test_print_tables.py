"""Sizes of tables on paper."""

import pytest
from bs4 import BeautifulSoup

from analysis.publish.print_tables import Column, Fit, column_of, fit_of, set_table, width_of


def cells(*html):
    return BeautifulSoup("".join(html), "html.parser").find_all(["th", "td"])


def test_a_digit_of_dejavu_sans_is_so_wide():
    assert width_of("0000") == pytest.approx(4 * 1303 / 2048)       # units of the font: 2048 to the type size
    assert width_of("word", bold=True) > width_of("word")


def test_a_number_stays_whole_and_its_header_wraps():
    column = column_of(cells('<th class="num">95% interval, low</th>', '<td class="num">123.45</td>'))
    assert column.need == pytest.approx(width_of("interval,", bold=True)) and column.need > width_of("123.45")
    assert column.wish == pytest.approx(width_of("95% interval, low", bold=True) / 2)
    assert column_of(cells('<th class="num">n</th>', '<td class="num">123.45</td>')).need == width_of("123.45")


def test_a_column_of_text_needs_little_and_takes_more():
    column = column_of(cells("<th>Name</th>", f"<td>{'words of text ' * 20}</td>"))
    assert column.need == 12 and column.wish == 60
    assert column_of(cells("<th>Name</th>", "<td>0123456789-</td>")).need == pytest.approx(width_of("0123456789-"))


def test_a_path_may_break_anywhere_but_not_with_a_hyphen():
    table = BeautifulSoup("<table><tr><th>File</th></tr><tr><td>analysis/a_long_name.py</td></tr></table>",
                          "html.parser").table
    set_table(table)
    assert table.td["class"] == ["path"] and not table.th.get("class")
    assert column_of(cells("<th>Digest</th>", f"<td>{'0123456789abcdef' * 4}</td>")).need == 12    # as any long text


@pytest.mark.parametrize(("columns", "classes"), [
    # A unit of 7.2 points, with what is added for rounding, is 2.59 mm: nine columns of 6 take 9 x (15.5 + 2.5) = 162
    # of the 170 mm of a page; ten take 180, set smaller (2.23 mm) 159, twelve 191 and on a page of 257 mm 217.
    (9, ""), (10, "small"), (12, "wide"), (15, "wide small"), (17, "wide tiny"), (30, "wide tiny"),
])
def test_the_setting_follows_from_what_columns_need(columns, classes):
    fit = fit_of([Column(6.0, 6.0, 1.0)] * columns)
    assert fit.classes == classes
    assert sum(fit.widths) <= (257 if fit.is_wide else 170) + 1e-9


def test_room_that_is_left_goes_by_claim_to_those_who_wish_for_it():
    number, much, little = fit_of([Column(6, 6, 1), Column(12, 100, 4), Column(12, 100, 1)]).widths
    unit = 7.2 * 25.4 / 72 * 1.02
    assert number == pytest.approx(6 * unit + 2.5) and number + much + little == pytest.approx(170)
    assert much - 12 * unit - 2.5 == pytest.approx(4 * (little - 12 * unit - 2.5))


def test_a_table_is_no_wider_than_its_columns_wish():
    assert sum(fit_of([Column(6, 10, 1), Column(6, 8, 5)]).widths) == pytest.approx(18 * 7.2 * 25.4 / 72 * 1.02 + 5)


def test_a_table_gets_its_columns_in_order():
    table = BeautifulSoup('<table class="numbers"><thead><tr><th>Name</th><th class="num">n</th></tr></thead><tbody>'
                          '<tr><th scope="row">A</th><td class="num">1</td></tr></tbody></table>', "html.parser").table
    fit = set_table(table)
    assert isinstance(fit, Fit) and table["class"] == ["numbers"] and not fit.is_wide
    assert [float(col["style"].split()[1][:-2]) for col in table.find_all("col")] == pytest.approx(fit.widths, abs=0.01)
