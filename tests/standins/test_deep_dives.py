"""Stand-ins of the deep dives: repeatable, and the analysis finds again what was planted."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from analysis.sources.qualitative_instruments import codebook
from analysis.standins import deep_dives as standin
from analysis.strands import deep_dives as strand
from analysis.strands import implementation

BOOK = codebook()


def draw(design, seed):
    """Sources and what they hold, with the wave as the schema reads it."""
    rng = np.random.default_rng(seed)
    sources = standin.make_sources(design, rng)
    return sources, standin.held_themes(design, sources, rng), rng


def as_holdings(sources, held):
    facts = sources.set_index("source_id").assign(wave=sources["wave"].astype(str).to_numpy())
    return strand.Holdings(facts, pd.DataFrame(held, index=facts.index, columns=list(BOOK.theme_codes)))


def planted_chances(design, sources):
    """Planted chance of each source to hold each theme: sources x themes."""
    return np.array(
        [
            [standin.theme_probability(design, theme, row.site, row.wave) for theme in BOOK.theme_codes]
            for row in sources.itertuples()
        ]
    )


def covers_as_it_says(inside, nominal=0.95):
    """Whether coverage lies within three Monte Carlo standard errors, sqrt(0.95 * 0.05 / intervals), of nominal."""
    return abs(np.mean(inside) - nominal) < 3 * np.sqrt(nominal * (1 - nominal) / np.size(inside))


@pytest.mark.slow
def test_same_seed_same_bytes(design, tmp_path):
    for name in ("one", "two"):
        (tmp_path / name).mkdir()
        standin.generate(design, design.rng("standins.deep_dives"), tmp_path / name)
    names = sorted(path.name for path in (tmp_path / "one").iterdir())
    assert len(names) == 9
    for name in names:
        assert (tmp_path / "one" / name).read_bytes() == (tmp_path / "two" / name).read_bytes(), name


def test_frames_hang_together(standins):
    segments, groups = standins("coded_segments").frame, standins("focus_groups").frame
    focus = segments[segments["source_kind"] == "focus_group"]
    assert set(focus["source_id"]) == set(groups["source_id"])
    texts = segments.drop_duplicates("segment_id")
    assert (texts.groupby("source_id")["start"].min() == 0).all()


@pytest.mark.slow
def test_prevalence_and_change_cover_what_was_planted(design):
    seeds, shares, inside, inside_change = 80, [], [], []
    for seed in range(seeds):
        sources, held, _ = draw(design, seed)
        chances = planted_chances(design, sources)
        wave = sources["wave"].to_numpy()
        share, change = (
            100 * chances.mean(axis=0),
            100 * (chances[wave == 2].mean(axis=0) - chances[wave == 1].mean(axis=0)),
        )
        found, moved = strand.prevalence(as_holdings(sources, held)), strand.wave_change(as_holdings(sources, held))
        shares.append(found["share"].to_numpy() - share)
        inside.append((found["low"] <= share) & (share <= found["high"]))
        inside_change.append((moved["low"] <= change) & (change <= moved["high"]))
    errors = np.array(shares)
    standard = errors.std(axis=0, ddof=1) / np.sqrt(seeds)
    # 18 themes are looked at together: 4 standard errors leave a false alarm of about 18 * 6e-5
    assert (np.abs(errors.mean(axis=0)) < 4 * standard).all()
    for covered in (inside, inside_change):
        assert covers_as_it_says(covered), np.mean(covered)


@pytest.mark.slow
def test_agreement_of_coders_is_the_planted_one(design):
    seeds, alphas, inside = 25, [], []
    planted = np.array([design.section("deep_dives")["planted"]["agreement"][theme] for theme in BOOK.theme_codes])
    for seed in range(seeds):
        sources, held, rng = draw(design, 500 + seed)
        agreed = standin.agreed_marks(design, held, rng)[rng.permutation(len(sources))[: len(sources) // 4]]
        marks = np.stack(
            [standin.independent_marks(design, agreed, rng).reshape(-1, len(BOOK.themes)) for _ in range(2)], axis=1
        )
        found = strand.theme_agreement(marks, BOOK, 300, rng)
        alphas.append(found["alpha"].to_numpy() - planted)
        inside.append((found["low"] <= planted) & (planted <= found["high"]))
    alphas = np.array(alphas)
    standard = alphas.std(axis=0, ddof=1) / np.sqrt(seeds)
    # the bias of alpha in few marked passages is of order 1 / passages: 0.01 allowed beside 4 standard errors
    assert (np.abs(alphas.mean(axis=0)) < 4 * standard + 0.01).all()
    assert covers_as_it_says(inside), np.mean(inside)


@pytest.mark.slow
def test_ratings_are_the_planted_ones(design):
    seeds, gaps, covered = 60, [], []
    levels = design.section("deep_dives")["planted"]["implementation"]
    for seed in range(seeds):
        frame = standin.ratings(design, np.random.default_rng(seed))
        frame = frame.assign(
            wave=frame["wave"].astype(str),
            self_rating=frame["self_rating"].astype("Int64"),
            evaluator_rating=pd.to_numeric(frame["evaluator_rating"]).astype("Int64"),
        )
        moved = implementation.site_change(frame, "evaluator").set_index("site")
        profile = implementation.site_profile(frame, 4)
        gaps.append(profile["gap"].to_numpy() - [levels[site]["gap"] for site in profile["site"]])
        for site, level in levels.items():
            planted = level["evaluator"][1] - level["evaluator"][0]
            covered.append(moved.loc[site, "low"] <= planted <= moved.loc[site, "high"])
    gaps = np.array(gaps)
    # random rounding adds nothing to the mean; 4 standard errors over seeds for 10 means
    assert (np.abs(gaps.mean(axis=0)) < 4 * gaps.std(axis=0, ddof=1) / np.sqrt(seeds)).all()
    assert covers_as_it_says(covered), np.mean(covered)
