"""The theme's leftovers are mended in each page."""

import pytest

from analysis.errors import DesignError
from analysis.publish.mending import classes_used, lighten, mended, original_of, used_only

HEAD = ('<meta charset="utf-8" />\n<script defer src="../_static/scripts/fontawesome.js?digest=1"></script>\n'
        '<script src="../_static/searchtools.js"></script>\n<script src="../searchindex.js"></script>\n'
        '<script defer src="../_static/doctools.js"></script>\n')


def test_scripts_that_the_page_does_not_use_are_left_out():
    assert mended(HEAD, "chapters/survey") == ('<meta charset="utf-8" />\n'
                                               '<script defer src="../_static/doctools.js"></script>\n')


def test_the_page_that_searches_keeps_the_index():
    assert mended(HEAD, "search").count("search") == 2 and "fontawesome" not in mended(HEAD, "search")
    plain = '<script src="_static/doctools.js"></script>'       # it comes before what searches, and has what that uses
    assert mended(plain, "search") == plain != mended(plain, "chapters/survey")


def test_an_icon_is_drawn_with_its_classes_and_hidden_from_readers_aloud():
    made = mended('<i class="theme-switch fa-solid fa-moon    fa-lg" data-mode="dark" title="Dark"></i>', "a")
    assert made.startswith('<svg class="theme-switch fa-solid fa-moon fa-lg icon" data-mode="dark" viewBox')
    assert 'aria-hidden="true"' in made and "title" not in made


def test_an_icon_without_a_drawing_stops_the_build():
    with pytest.raises(DesignError, match="page a: no drawing for the icon 'fa-solid fa-rocket'"):
        mended('<i class="fa-solid fa-rocket"></i>', "a")


def test_the_link_home_stands_in_a_landmark():
    made = mended('<div><a class="navbar-brand logo" href="#">\n<p>Title</p></a></div>', "a")
    assert made == '<div><nav class="home-link" aria-label="Home"><a class="navbar-brand logo" href="#">\n' \
                   "<p>Title</p></a></nav></div>"


def test_rules_that_can_match_stay_and_the_others_go():
    css = (".fa-sun:before{content:'x'}@font-face{font-family:F}.main{color:red}p,.none{margin:0}"
           "@media print{.main .a{color:blue}.none{top:0}}@media screen{.none{top:0}}.main:not(.none){left:0}"
           ":is(.none,.other){right:0}")
    assert used_only(css, frozenset({"main", "a"})) == (
        ".main{color:red}p{margin:0}@media print{.main .a{color:blue}}.main:not(.none){left:0}"
        ":is(.none,.other){right:0}")


def test_classes_are_those_of_pages_and_any_word_of_a_script(tmp_path):
    (tmp_path / "a.html").write_text('<p class="one two">not-a-class</p>')
    (tmp_path / "a.js").write_text('node.classList.add("set-by-script")')
    assert {"one", "two", "set-by-script"} <= classes_used(tmp_path)
    assert "not-a-class" not in classes_used(tmp_path)


def test_scripts_wait_for_the_page_and_styles_do_not():
    styles = '<link rel="stylesheet" type="text/css" href="_static/copybutton.css?v=1" />'
    made = mended('<script src="_static/copybutton.js?v=1"></script>\n' + styles
                  + '\n<script src="_static/documentation_options.js"></script>', "a")
    assert '<script defer src="_static/copybutton.js?v=1">' in made and styles in made
    assert '<script src="_static/documentation_options.js">' in made


def test_an_icon_in_a_button_is_drawn_too():
    assert mended('<span class="fa-solid fa-bars"></span>', "a").startswith('<svg class="fa-solid fa-bars icon"')


@pytest.mark.parametrize("name", ["styles/pydata-sphinx-theme.css", "mystnb.1234.css"])
def test_a_style_sheet_is_cut_from_the_original_each_time(tmp_path, name):
    """A class that a later build begins to use has its rules again."""
    sheet = tmp_path / "_static" / name
    sheet.parent.mkdir(parents=True, exist_ok=True)
    sheet.write_text("")
    page = tmp_path / "a.html"
    page.write_text("<p></p>")
    lighten(tmp_path)
    without = sheet.read_text()
    page.write_text('<div class="cell"><details class="hide"><p class="collapsed admonition">')
    lighten(tmp_path)
    assert len(sheet.read_text()) > len(without) and original_of(sheet).count("{") > sheet.read_text().count("{")
