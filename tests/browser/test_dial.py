"""The reader's dial on the specification curve, by keyboard, against the table that it reads."""

import csv

import pytest

from tests.browser import axe

pytestmark = [pytest.mark.book, pytest.mark.slow]
PAGE = ("chapters", "appendices", "did_choices.html")


@pytest.fixture
def dial(page, site):
    page.goto(site.joinpath(*PAGE).as_uri())
    return page.locator("fieldset.dial")


@pytest.fixture
def rows(site):
    with (site / "exhibits" / "tbl-did-dial.csv").open(encoding="utf-8", newline="") as lines:
        return list(csv.DictReader(lines))


def said_of(row):
    """The estimate as the dial prints it: one decimal."""
    return f"Estimate {float(row['estimate']):,.1f} ".replace("-0.0 ", "0.0 ")


def test_it_begins_with_the_headlines_options(dial, rows):
    assert dial.locator("output").inner_text().startswith(said_of(rows[0]))
    assert "synthetic" in dial.locator("legend").inner_text() or rows[0]["status"] != "synthetic"


def test_choices_by_keyboard_change_the_estimate_to_that_row_of_the_table(dial, rows):
    first = dial.locator("select").first
    before = dial.locator("output").inner_text()
    first.focus()
    dial.page.keyboard.press("ArrowDown")
    chosen = [select.input_value() for select in dial.locator("select").all()]
    names = list(rows[0])[: len(chosen)]
    row = next(row for row in rows if [row[name] for name in names] == chosen)
    after = dial.locator("output").inner_text()
    assert after != before and after.startswith(said_of(row))
    assert f"of {len(rows)} in this table" in after
    dial.locator("button").focus()
    dial.page.keyboard.press("Enter")
    assert dial.locator("output").inner_text() == before


def test_every_model_of_the_table_can_be_chosen(dial, rows):
    counts = [select.locator("option").count() for select in dial.locator("select").all()]
    product = 1
    for count in counts:
        product *= count
    assert product == len(rows)


def test_it_fits_a_narrow_screen_and_has_no_fault_in_either_mode(dial):
    page = dial.page
    page.set_viewport_size({"width": 320, "height": 640})
    assert dial.evaluate("(e) => e.scrollWidth <= e.clientWidth + 1")
    page.evaluate(axe.SCRIPT)
    for theme in ("light", "dark"):
        page.evaluate("(theme) => { document.documentElement.dataset.theme = theme; }", theme)
        found = page.evaluate("""() => axe.run(document.querySelector("fieldset.dial"))
                              .then((run) => run.violations.map((rule) => rule.id))""")
        assert found == [], theme


def test_without_scripts_the_table_stands_open_and_there_is_no_dial(browser, site):
    context = browser.new_context(java_script_enabled=False)
    page = context.new_page()
    page.goto(site.joinpath(*PAGE).as_uri())
    assert page.locator("#tbl-did-dial table").is_visible() and page.locator("fieldset.dial").count() == 0
    context.close()
