"""Coverage, bias and rejections of kept runs, by hand."""

import numpy as np
import pandas as pd
import pytest

from analysis.errors import DataError
from analysis.methods.recovery import recovered

RUNS = pd.DataFrame({"case": ["a"] * 4 + ["b"] * 2, "truth": [1.0] * 4 + [0.0] * 2,
                     "estimate": [1.0, 2, 0, 3, 0, 1], "low": [0.0, 1, -1, 2, -1, 0.5], "high": [2.0, 3, 0.5, 4, 1, 2],
                     "p": [0.01, 0.2, 0.04, 0.001, np.nan, np.nan]})


def test_recovered_by_hand():
    table = recovered(RUNS, ["case"]).set_index("case")
    # a: intervals 0 to 2 and 1 to 3 hold 1 (a bound counts), -1 to 0.5 and 2 to 4 do not: 2 of 4. Mean 6 / 4; standard
    # deviation of 1, 2, 0, 3 is sqrt(5/3), over 2. Three of four p below 0.05.
    assert table.loc["a", ["runs", "mean", "coverage", "rejection"]].tolist() == [4, 1.5, 50, 75]
    assert table.loc["a", "mean_error"] == pytest.approx(np.sqrt(5 / 3) / 2)
    assert table.loc["a", "coverage_error"] == pytest.approx(100 * np.sqrt(0.25 / 4))
    assert table.loc["b", "coverage"] == 50 and np.isnan(table.loc["b", "rejection"])


@pytest.mark.parametrize("change", [{"truth": range(6)}, {"low": [np.nan] * 6}])
def test_runs_that_do_not_belong_together_are_refused(change):
    with pytest.raises(DataError, match="do not belong together"):
        recovered(RUNS.assign(**change), ["case"])
