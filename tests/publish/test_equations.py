"""Equations: drawn as vectors, and said in words."""

import re

import pytest
from bs4 import BeautifulSoup
from latex2mathml.converter import convert

from analysis.errors import DataError
from analysis.publish.equations import draw, in_words


@pytest.mark.parametrize(("latex", "words"), [
    (r"\hat\beta_1 = x", "beta hat sub 1 equals x"),
    (r"y_{it}", "y sub i t"),
    (r"\frac{a}{b}", "a over b"),
    (r"\frac{a + 1}{b}", "fraction a plus 1 over b end fraction"),
    (r"\sqrt{n}", "square root of n"),
    (r"\sqrt{n - 1}", "square root of n minus 1 end root"),
    (r"s_j^2", "s sub j squared"),
    (r"M^{-1}", "capital M to the power minus 1 end power"),
    (r"X'W", "capital X prime capital W"),
    (r"\sum_{g=1}^{G} x_g", "sum from g equals 1 to capital G of x sub g"),
    (r"\sum_g \bar u", "sum over g of u bar"),
    (r"t_{1 - \kappa, \nu} s", "t sub 1 minus kappa, nu end sub s"),
    (r"|b| \ge 0", "vertical bar b vertical bar is at least 0"),
    (r"\lambda \times \phi", "lambda times phi"),
    (r"\Sigma \pm \text{after}_i", "capital sigma plus or minus after sub i"),
])
def test_words(latex, words):
    assert in_words(BeautifulSoup(convert(latex), "html.parser").find("math")) == words


def test_a_drawing_is_outlines_of_the_size_it_says():
    drawing = draw(r"\frac{a}{b}")
    view = [float(number) for number in re.search(r'viewBox="([^"]+)"', drawing.svg)[1].split()]
    assert view[2] == pytest.approx(10 * drawing.width, abs=1e-3)       # outlines are drawn at ten points
    assert view[1] + view[3] == pytest.approx(10 * drawing.depth, abs=2e-3) and drawing.depth > 0
    xs = [float(x) for x in re.findall(r"[MLQC](-?[\d.]+) ", drawing.svg)]
    assert min(xs) >= view[0] and max(xs) <= view[0] + view[2] and len(xs) > 20


def test_a_displayed_fraction_is_larger():
    assert draw(r"\frac{a}{b}", display=True).height > 1.2 * draw(r"\frac{a}{b}").height


def test_what_cannot_be_set_is_named():
    with pytest.raises(DataError, match=r"cannot set an equation.*\\begin\{cases\}"):
        draw(r"\begin{cases} a \end{cases}")
