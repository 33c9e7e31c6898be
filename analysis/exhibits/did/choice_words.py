"""Words that follow the numbers of the choices: titles, clauses for prose, names of switches and options."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np
import pandas as pd

from analysis.exhibits.did.common import listed
from analysis.methods.multiple_outcomes import holm
from analysis.publish.words import cardinal, in_sentence, number
from analysis.strands.difference_in_differences.choice_tables import ALL_TURNED, NONE_TURNED

# What a switch is about, as the object of a sentence: "... moves the effect most".
SWITCH_WORDS = {
    "kinship_codes": "which codes count as kinship care", "rereferral_event": "which re-referral counts",
    "conference_follow_up": "how conferences are followed up",
    "early_help_closure": "how a closure to early help is read", "windows": "how long the windows are",
    "low_income": "how low income is coded", "matching_levels": "which levels are matched",
    "duration_outliers": "what is done with long assessments",
    "inference": "whether authorities' covariates are held at their value before",
    "duplicates": "what is done with duplicated records"}
CHOICE_TITLES = {"Covariates": "Covariates adjusted for", "Effects": "Levels allowed for"}
OPTION_WORDS = {
    ("Covariates", "child and authority held before"): "child, authority before",
    ("Covariates", "child and authority"): "child, authority now", ("Covariates", "child"): "child alone",
    ("Covariates", "authority held before"): "authority before", ("Covariates", "authority"): "authority now",
    ("Effects", "pilot"): "pilots' level alone", ("Effects", "matched group"): "each matched group's",
    ("Effects", "authority"): "each authority's",
    ("Kinship codes", "narrower (without E43 and E44)"): "narrower (no E43, E44)"}


def choice_title(choice: str) -> str:
    """The name of a choice on a page."""
    return CHOICE_TITLES.get(choice, choice)


def option_name(choice: str, option: str) -> str:
    """The name of an option on a page."""
    return OPTION_WORDS.get((choice, option), option)


def switches_title(frame: pd.DataFrame) -> str:
    """How often one rule alone changes the sign of an effect."""
    turned = frame[~frame["switch"].isin((NONE_TURNED, ALL_TURNED))]
    base = turned["effect"] - turned["shift"]
    changed = int((np.sign(turned["effect"]) != np.sign(base)).sum())
    return f"Turned alone, {changed} of {len(turned)} rules change the sign"


def curve_title(estimate: float, same_sign: float, p: float, significance: float) -> str:
    """The share of models on the headline's side of nought, and whether chance explains how many are significant.

    `estimate` of the headline's model, `same_sign` per cent of models, `p` of the share significant.
    """
    side = "below" if estimate < 0 else "above"
    explained = "beyond chance" if p <= significance else "within chance"
    return f"{share_words(same_sign)} of models {side} zero, significance {explained}"


def share_words(per_cent: float) -> str:
    """A share in whole per cent, never "100%" or "0%" unless it is."""
    if 99.5 <= per_cent < 100:
        return "Over 99%"
    return "Under 1%" if 0 < per_cent < 0.5 else f"{number(per_cent, 0)}%"


def options_title(choice: str) -> str:
    """Which choice moves the estimates most."""
    return f"moved most by {in_sentence(choice_title(choice))}"


def curves_sentence(p: Mapping[str, float], significance: float) -> str:
    """What the joint tests of the share of significant models say together. `p`: outcome in words -> joint p."""
    found = [name for name, value in p.items() if value <= significance]
    kept = [name for name, value in zip(p, holm(list(p.values())), strict=True) if value <= significance]
    everyone = cardinal(len(p))
    if not found:
        return (f"for none of the {everyone} outcomes are more of the models significant in one direction than chance "
                "explains")
    said = (f"for {cardinal(len(found))} of the {everyone} outcomes ({listed(found)}) more of the models are "
            "significant in one direction than chance explains")
    if kept == found:
        return f"{said}, also after a correction for {everyone} outcomes"
    return f"{said}, after a correction for {everyone} outcomes for {listed(kept) if kept else 'none'}"


def models_sentence(frame: pd.DataFrame) -> str:
    """Where other models' estimates lie against the headline's interval. `frame`: a table of models."""
    headline = frame[frame["model"] == "Headline"].set_index("outcome")
    others = frame[(frame["model"] != "Headline") & frame["effect"].notna()]
    low, high = (others["outcome"].map(headline[name]) for name in ("low", "high"))
    outside = others[(others["effect"] < low) | (others["effect"] > high)]
    if outside.empty:
        return f"all {len(others)} estimates of other models lie inside the headline's interval of their outcome"
    named = listed(f"{in_sentence(model)} for {listed(in_sentence(name) for name in rows['outcome'])}"
                   for model, rows in outside.groupby("model", sort=False))
    verb = "lies" if len(outside) == 1 else "lie"
    return (f"of {len(others)} estimates of other models, {len(outside)} {verb} outside the headline's interval of "
            f"their outcome ({named})")


def without_estimate(frame: pd.DataFrame, column: str) -> str:
    """How many rows have no number, as a sentence."""
    n = int(frame[column].isna().sum())
    return "" if n == 0 else f" {n} without an estimate say why."


def unchanged_words(names: Sequence[str]) -> str:
    """Rules that can touch no effect, as a sentence for a note."""
    return f"The rule of {listed(in_sentence(name) for name in names)} touches no effect." if names else ""

