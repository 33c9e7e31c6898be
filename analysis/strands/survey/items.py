"""Items beside their scales: correlation with the rest, and how many dimensions the answers show."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import pandas as pd

from analysis.sources.survey_instrument import Questionnaire
from analysis.strands.survey.reliability import ScaleQuality

SHOWN = 3      # eigenvalues of a scale: one dimension needs the first alone


def item_table(quality: Sequence[ScaleQuality], form: Questionnaire) -> pd.DataFrame:
    """scale, item (in short), reverse, item_rest (correlation with the sum of the others, all turned one way), n."""
    return pd.DataFrame([{"scale": one.scale.label, "item": item.short, "reverse": "yes" if item.reverse else "no",
                          "item_rest": rest, "n": one.alpha.n}
                         for one in quality
                         for item, rest in zip(form.of_scale(one.scale.name), one.item_rest, strict=True)])


def dimension_table(quality: Sequence[ScaleQuality]) -> pd.DataFrame:
    """scale, place (1st to 3rd), eigenvalue of the items' correlations, and what chance gives (parallel analysis)."""
    rows = []
    for one in quality:
        pairs = zip(one.dimensions.eigenvalues, one.dimensions.reference, strict=True)
        for place, (value, threshold) in list(enumerate(pairs, 1))[:SHOWN]:
            rows.append({"scale": one.scale.label, "place": place, "eigenvalue": float(value),
                         "by_chance": float(threshold), "above": "yes" if value > threshold else "no",
                         "n": one.alpha.n})
    return pd.DataFrame(rows)


def weight_bins(returns: pd.DataFrame, edges: Sequence[float], waves: dict[str, str]) -> pd.DataFrame:
    """How weights are spread: wave, bin (in words), n, share (per cent of the wave's returns), total.

    Weights are relative to the mean of their site and wave; `edges` are the ends of the bins between nought and
    infinity.
    """
    relative = returns["weight"] / returns.groupby(["wave", "site"], observed=True)["weight"].transform("mean")
    names = bin_names(edges)
    place = np.digitize(relative.to_numpy(), edges)
    counts = pd.crosstab(returns["wave"], place).reindex(columns=range(len(names)), fill_value=0)
    return pd.DataFrame([{"wave": waves[wave], "bin": names[k], "n": int(row[k]), "share": 100 * row[k] / row.sum(),
                          "total": int(row.sum())} for wave, row in counts.iterrows() for k in range(len(names))])


def bin_names(edges: Sequence[float]) -> list[str]:
    """The bins in words: below 0.5; 0.5 to 0.75; ...; 2 and more."""
    inner = [f"{low:g} to {high:g}" for low, high in zip(edges, edges[1:], strict=False)]
    return [f"below {edges[0]:g}", *inner, f"{edges[-1]:g} and more"]


def band_shares(returns: pd.DataFrame, scale: str, cuts: tuple[float, float], waves: dict[str, str]) -> pd.DataFrame:
    """Scale scores in three bands by site and wave: site, wave, n, counts and weighted shares (per cent) of low (up to
    the first cut), middle and high (from the second)."""
    rows = []
    for (site, wave), group in returns[returns[scale].notna()].groupby(["site", "wave"], observed=True):
        score, weight = group[scale].to_numpy(), group["weight"].to_numpy()
        bands = {"low": score <= cuts[0], "middle": (score > cuts[0]) & (score < cuts[1]), "high": score >= cuts[1]}
        rows.append({"site": site, "wave": waves[wave], "n": len(group),
                     **{f"n_{name}": int(inside.sum()) for name, inside in bands.items()},
                     **{name: float(100 * weight[inside].sum() / weight.sum()) for name, inside in bands.items()}})
    return pd.DataFrame(rows)
