"""The theme's leftovers are mended in each page."""

import pytest

from analysis.errors import DesignError
from analysis.publish.mending import mended, without_icons

HEAD = ('<meta charset="utf-8" />\n<script defer src="../_static/scripts/fontawesome.js?digest=1"></script>\n'
        '<script src="../_static/searchtools.js"></script>\n<script src="../searchindex.js"></script>\n'
        '<script src="../_static/doctools.js"></script>\n')


def test_scripts_that_the_page_does_not_use_are_left_out():
    assert mended(HEAD, "chapters/survey") == ('<meta charset="utf-8" />\n'
                                               '<script src="../_static/doctools.js"></script>\n')


def test_the_page_that_searches_keeps_the_index():
    assert mended(HEAD, "search").count("search") == 2 and "fontawesome" not in mended(HEAD, "search")


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


def test_rules_of_icons_go_and_all_others_stay():
    css = ".fa-sun:before{content:'x'}@font-face{font-family:F}.bd-main{color:red}@media print{.a{color:blue}}"
    assert without_icons(css) == ".bd-main{color:red}@media print{.a{color:blue}}"
