"""Equations as plain HTML for the PDF."""

import pytest
from bs4 import BeautifulSoup
from latex2mathml.converter import convert

from analysis.publish.plain_math import as_html


@pytest.mark.parametrize(("latex", "text"), [
    (r"y_{it}", "y_it"), (r"\beta x", "βx"), (r"\frac{a}{b}", "a / b"), (r"\sqrt{n}", "√(n)"),
    (r"x^2", "x^2"), (r"\sum_{g=1}^{G} x_g", "∑_g = 1^G x_g"),
])
def test_expression(latex, text):
    html = as_html(BeautifulSoup(convert(latex), "html.parser").find("math"))
    plain = html.replace("<sub>", "_").replace("<sup>", "^")
    found = BeautifulSoup(plain, "html.parser").get_text()
    assert "".join(found.split()) == "".join(text.split())
