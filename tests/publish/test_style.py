"""The house style of figures, where a mistake would hide a number or a name."""

import pandas as pd
import pytest

from analysis import paths
from analysis.publish import style


@pytest.fixture
def bars():
    frame = pd.DataFrame({"row": ["A, wave 1 (n = 104)", "B"], "low": [55.0, 20.0], "middle": [20.0, 30.0],
                          "high": [25.0, 50.0]})
    return style.diverging_bars(frame, label="row", negative=["low"], neutral="middle", positive=["high"],
                                names={"low": "No", "middle": "Neither", "high": "Yes"}).axes[0]


def test_the_zero_line_stands_behind_the_bars_and_no_bar_touches_the_axis(bars):
    zero = next(line for line in bars.lines if list(line.get_xdata()) == [0, 0])
    assert zero.get_zorder() < min(bar.get_zorder() for bar in bars.patches)
    assert bars.get_xlim()[0] < min(bar.get_x() for bar in bars.patches)


def test_a_number_stays_with_its_word_when_a_row_name_is_wrapped():
    first, second = style.wrapped(["Mapping in columns, wave 1 (n = 287)"])[0].split("\n")
    assert first.endswith("wave\N{NO-BREAK SPACE}1") and second == "(n\N{NO-BREAK SPACE}=\N{NO-BREAK SPACE}287)"


@pytest.mark.parametrize("colour", [*style.SEQUENCE, style.GREY, style.PURPLE, style.LIGHT])
def test_words_in_any_colour_reach_a_contrast_of_4_5_on_white(colour):
    ink = style.INK.get(colour, colour)
    parts = [int(ink[i:i + 2], 16) / 255 for i in (1, 3, 5)]
    # WCAG 2.2: relative luminance from linear parts; contrast with white is 1.05 / (luminance + 0.05).
    linear = [c / 12.92 if c <= 0.04045 else ((c + 0.055) / 1.055) ** 2.4 for c in parts]
    assert 1.05 / (0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2] + 0.05) >= 4.5


def test_groups_differ_in_marker_as_well_as_in_colour():
    frame = pd.DataFrame({"row": ["A", "B"], "value": [1.0, 2.0], "low": [0.0, 1.0], "high": [2.0, 3.0],
                          "basis": ["Synthetic", "Official"]})
    figure = style.interval_plot(frame, label="row", value="value", low="low", high="high", groups="basis")
    drawn = [line for line in figure.axes[0].lines if line.get_label() in ("Synthetic", "Official")]
    assert len({line.get_marker() for line in drawn}) == len({line.get_color() for line in drawn}) == 2
    assert figure.legends


@pytest.mark.parametrize("places, expected", [
    ([0, 100], [0, 100]),                  # far enough apart: nobody moves
    ([50, 50, 50], [40, 50, 60]),          # a cluster spreads to both sides of its mean
    ([50, 55, 200], [47.5, 57.5, 200]),    # 52.5 less and plus half a gap; the third stays
    ([], [])])
def test_names_at_lines_ends_stay_as_near_as_the_gap_allows(places, expected):
    assert style._apart(places, 10).tolist() == pytest.approx(expected)


def light_of(parts):
    """Relative luminance of sRGB parts from 0 to 1 (WCAG 2.2)."""
    linear = [c / 12.92 if c <= 0.04045 else ((c + 0.055) / 1.055) ** 2.4 for c in parts]
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]


def in_the_dark(colour):
    """A colour as the style sheet of the pages shows it in dark mode: `invert(0.92) hue-rotate(180deg)`.

    Filter Effects Module Level 1: invert maps c to amount - (2 amount - 1) c; hue-rotate by 180 degrees is the matrix
    with cosine -1 and sine 0.
    """
    inverted = [0.92 - (2 * 0.92 - 1) * int(colour[i:i + 2], 16) / 255 for i in (1, 3, 5)]
    share = (0.213, 0.715, 0.072)
    matrix = [[2 * share[j] - (1 if i == j else 0) for j in range(3)] for i in range(3)]
    return [min(1, max(0, sum(matrix[i][j] * inverted[j] for j in range(3)))) for i in range(3)]


@pytest.mark.parametrize(("colour", "least"), [
    *((style.INK.get(colour, colour), 4.5) for colour in (*style.SEQUENCE, style.GREY, style.PURPLE, style.TEXT)),
    *((colour, 3.0) for colour in style.SEQUENCE)])
def test_pictures_in_dark_mode_keep_their_contrast(colour, least):
    """Words 4.5 to 1 and graphics 3 to 1, against what white becomes."""
    sheet = (paths.CHAPTERS / "_static" / "report.css").read_text(encoding="utf-8")
    assert "invert(0.92) hue-rotate(180deg)" in sheet
    low, high = sorted((light_of(in_the_dark(colour)), light_of(in_the_dark("#FFFFFF"))))
    assert (high + 0.05) / (low + 0.05) >= least
