"""What of the deep dives' coding may be shared: which passage of which source has which code, without a word of text.

Sources and passages get numbers of their own. Role and site stay where enough people share both (k-anonymity: at least
k people in every site and role, Sweeney 2002); elsewhere the role is withheld, and where the site's withheld roles
together are still too few, the site too.
"""

from __future__ import annotations

import numpy as np
import pandas as pd

WITHHELD = "withheld"
COLUMNS = ["source", "passage", "source_kind", "site", "wave", "role", "coder", "theme"]


def shareable(segments: pd.DataFrame, heard: pd.DataFrame, k: int, rng: np.random.Generator) -> pd.DataFrame:
    """One row a coding: the columns `COLUMNS` and no other.

    `segments` as checked; `heard`: people by source with site and role (`deep_dives.people`). Sources are numbered in a
    random order, passages by their place in the source. Consent is to being quoted, and no condition here: nothing that
    was said leaves.
    """
    places = hidden_places(heard, k)
    order = rng.permutation(sorted(segments["source_id"].unique()))
    numbers = {source: f"S{place:03d}" for place, source in enumerate(order, 1)}
    rows = segments.sort_values(["source_id", "start", "end", "coder", "theme"], kind="stable")
    passage = rows.groupby("source_id")["start"].rank(method="dense").astype(int)
    rows = rows.assign(source=rows["source_id"].map(numbers), passage=passage,
                       role=[places[key][1] for key in zip(rows["site"], rows["role"], strict=True)],
                       site=[places[key][0] for key in zip(rows["site"], rows["role"], strict=True)])
    return rows.sort_values(["source", "passage", "coder", "theme"], kind="stable")[COLUMNS].reset_index(drop=True)


def hidden_places(heard: pd.DataFrame, k: int) -> dict[tuple[str, str], tuple[str, str]]:
    """The site and role that may be shown for each site and role."""
    people = heard.groupby(["site", "role"])["people"].sum()
    small = people < k
    together = people[small].groupby("site").sum()
    places = {}
    for (site, role), few in small.items():
        if not few:
            places[site, role] = (site, role)
        else:
            places[site, role] = (site if together[site] >= k else WITHHELD, WITHHELD)
    return places
