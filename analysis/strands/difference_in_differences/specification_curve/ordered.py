"""All effects of a curve in order, and the order that chance alone would make."""

from __future__ import annotations

import numpy as np
import pandas as pd

PERCENTILES = (0.5, *range(1, 100), 99.5)
MIDDLE = (2.5, 97.5)     # per cent of the assignments between which a curve by chance lies, place by place


def ordered_curve(effects: np.ndarray) -> pd.DataFrame:
    """One row a percentile of the specifications in order: percentile, estimate, chance_low, chance_median and
    chance_high.

    `effects` (A, K), the observed assignment first: each row is put in order by itself, and at every percentile
    (linear between two, numpy's default) the bounds of the middle 95% of the rows are taken, the observed row being
    one of them. Effects that are not numbers are left out of their row.
    """
    places = np.nanpercentile(effects, PERCENTILES, axis=1)     # (percentiles, A)
    low, middle, high = np.percentile(places, (MIDDLE[0], 50, MIDDLE[1]), axis=1)
    return pd.DataFrame({"percentile": PERCENTILES, "estimate": places[:, 0], "chance_low": low,
                         "chance_median": middle, "chance_high": high})
