"""Rows of a regression and collinear columns, by hand."""

from __future__ import annotations

import numpy as np
import pytest

from analysis.errors import DataError
from analysis.methods.regression_rows import collinear_columns, group_sums, regression_rows


def test_sums_of_groups():
    assert group_sums(np.array([1, 0, 1]), np.array([[1.0, 2], [3, 4], [5, 6]]), 3).tolist() == [[3, 4], [6, 8], [0, 0]]


def test_collinear_columns_are_the_later_ones():
    rng = np.random.default_rng(7)
    X = rng.normal(size=(50, 3))
    X = np.column_stack([X, X[:, 0] - 2 * X[:, 2], np.zeros(50), 1e-6 * rng.normal(size=50), X[:, 1]])
    assert collinear_columns(X) == [3, 4, 6]
    assert collinear_columns(X[:, :3]) == []
    assert collinear_columns(np.zeros((5, 1))) == [0]
    assert collinear_columns(np.eye(2, 4)) == [2, 3]     # more columns than rows


def test_rows_and_labels():
    rows = regression_rows([1, 2, 3], [[1.0], [2], [3]], {"entity": ["b", "a", "b"]}, weights=[0, 2, 3], names=["x"])
    assert rows.kept.tolist() == [1, 2] and rows.y.tolist() == [2, 3] and rows.X.tolist() == [[2], [3]]
    assert rows.codes["entity"].tolist() == [0, 1] and rows.levels["entity"] == ("a", "b")
    assert rows.root[:, 0] == pytest.approx(np.sqrt([2, 3]))
    with pytest.raises(DataError, match="share a name"):
        regression_rows([1], [[1.0, 2]], {}, names=["x", "x"])
    with pytest.raises(DataError, match="row 0, column x0"):
        regression_rows([1], [[np.nan]], {})
