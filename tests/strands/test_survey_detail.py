"""Detail of the survey: bins, bands, ordinal models by item, coded comments, each by a case that hands can follow."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from analysis.errors import DataError
from analysis.sources.catalogue import catalogue
from analysis.sources.loading import read_folder
from analysis.sources.survey_themes import theme_frame
from analysis.standins import generate_into
from analysis.standins.staff_survey import make_comments, make_survey
from analysis.strands.survey import themes
from analysis.strands.survey.items import band_shares, bin_names, dimension_table, item_table, weight_bins
from analysis.strands.survey.odds import item_odds
from analysis.strands.survey.prepared import prepare
from analysis.strands.survey.reliability import scale_quality

WAVES = {"1": "Wave 1", "2": "Wave 2"}


def made(design, seed):
    survey = make_survey(design, np.random.default_rng(seed))
    return prepare(survey.answers.replace("", None), survey.population, design.section("survey"))


@pytest.fixture(scope="module")
def ready(design):
    return made(design, 1)


# ---- weights and bands ----

def test_weights_fall_into_bins_relative_to_their_site_and_wave():
    # Site A: weights 1, 2, 3 with mean 2, so 0.5, 1, 1.5; site B: both equal, so 1 and 1.
    returns = pd.DataFrame({"wave": "1", "site": ["A", "A", "A", "B", "B"], "weight": [1.0, 2, 3, 7, 7]})
    found = weight_bins(returns, [0.5, 1.0, 2.0], WAVES).set_index("bin")
    # A weight at an edge belongs to the bin above it.
    assert bin_names([0.5, 1.0, 2.0]) == ["below 0.5", "0.5 to 1", "1 to 2", "2 and more"]
    assert found["n"].to_dict() == {"below 0.5": 0, "0.5 to 1": 1, "1 to 2": 4, "2 and more": 0}
    assert found.loc["1 to 2", "share"] == 80 and (found["total"] == 5).all()


def test_bands_hold_their_ends_and_weigh():
    returns = pd.DataFrame({"wave": "1", "site": "A", "weight": [1.0, 1, 2, 4, 9],
                            "wellbeing": [2.5, 2.6, 3.4, 3.5, np.nan]})
    row = band_shares(returns, "wellbeing", (2.5, 3.5), WAVES).iloc[0]
    assert (row["n"], row["n_low"], row["n_middle"], row["n_high"]) == (4, 1, 2, 1)
    # weights 1; 1 + 2; 4 of 8
    assert [row["low"], row["middle"], row["high"]] == [12.5, 37.5, 50.0]


def test_items_and_dimensions_are_those_of_the_scales(ready):
    quality = scale_quality(ready.returns, ready.form, {**ready.section, "bootstrap": 20, "parallel": 20},
                            np.random.default_rng(1))
    items = item_table(quality, ready.form)
    assert len(items) == sum(bool(item.scale) for item in ready.form.items)
    assert items["item_rest"].tolist() == [r for one in quality for r in one.item_rest]
    dimensions = dimension_table(quality)
    second = dimensions[dimensions["place"] == 2].set_index("scale")
    for one in quality:
        # More than one dimension is suggested exactly where first and second both lie above chance.
        assert (second.loc[one.scale.label, "above"] == "yes") == (one.dimensions.suggested > 1)


# ---- ordinal models ----

def test_odds_of_one_item_with_pilots_fixed_and_pooled(ready):
    found = item_odds(ready.returns, "wellbeing_1", ready.section)
    assert found.n_pilots == 4 and found.n == ready.returns["wellbeing_1"].notna().sum()
    assert found.pooled.df == 3 and found.tau >= 0
    # Both look at the same answers; on four pilots the second interval is the wider one.
    assert abs(found.pooled.estimate - found.fixed.estimate) < found.fixed.se
    assert found.pooled.high - found.pooled.low > found.fixed.high - found.fixed.low


def test_a_planted_change_of_answers_is_found_by_both_models(design):
    changed = design.with_changes({"survey.planted.change.wellbeing": 1.5})
    ready = made(changed, 2)
    found = item_odds(ready.returns, "wellbeing_1", ready.section)
    assert found.fixed.low > 0 and found.pooled.low > 0 and found.sign_flip_p == pytest.approx(2 / 16)


def test_a_pilot_without_a_wave_is_not_pooled_and_two_are_needed(ready):
    one_wave = (ready.returns["site"] == "B") & (ready.returns["wave"] == "1")
    lone = ready.returns[(ready.returns["site"] == "A") | one_wave]
    found = item_odds(lone, "wellbeing_1", ready.section)
    assert found.n_pilots == 1 and found.pooled is None and found.sign_flip_p is None


# ---- comments ----

def comments(*rows):
    return pd.DataFrame(rows, columns=["respondent_id", "wave", "coder", "themes"])


def returns(*rows):
    return pd.DataFrame(rows, columns=["respondent_id", "wave"])


def test_shares_count_the_first_coders_codes():
    codes = ("workload", "training")
    table = comments(("P00001", "1", "1", "workload; training"), ("P00001", "1", "2", "workload"),
                     ("P00002", "1", "1", "none of these"), ("P00003", "2", "1", "training"))
    who = returns(("P00001", "1"), ("P00002", "1"), ("P00003", "2"))
    found = themes.theme_shares(table, who, codes, 0.95).set_index(["wave", "theme"])
    assert found.loc[("1", "workload"), ["held", "n", "share"]].tolist() == [1, 2, 50]
    assert found.loc[("2", "training"), "share"] == 100 and found.loc[("2", "workload"), "held"] == 0
    assert found.loc[("1", "workload"), "low"] < 50 < found.loc[("1", "workload"), "high"]


def test_a_comment_of_nobody_is_named():
    with pytest.raises(DataError, match="a comment without a return; found .*P00009"):
        themes.theme_shares(comments(("P00009", "1", "1", "training")), returns(("P00001", "1")), ("training",), 0.95)


def test_agreement_is_over_comments_that_both_read():
    section = {"bootstrap": 50, "level": 0.95}
    both = [("P00001", "training"), ("P00002", "workload"), ("P00003", "training"), ("P00004", "workload")]
    rows = [(name, "1", coder, theme) for name, theme in both for coder in ("1", "2")]
    found = themes.theme_agreement(comments(*rows, ("P00005", "1", "1", "training")), ("training", "families"),
                                   np.random.default_rng(1), section)
    assert found[0].n == 4 and found[0].alpha.estimate == 1 and found[0].ac.estimate == 1
    assert found[1].alpha is None and found[1].ac is None          # nobody held it: nothing to agree on


def test_shares_and_slips_come_out_as_planted(design):
    """200 seeds: the mean share of each theme is that planted, and alpha falls with the slips."""
    section, frame = design.section("survey"), theme_frame()
    answers = pd.DataFrame({"respondent_id": [f"P{k:05d}" for k in range(800)], "wave": np.repeat(["1", "2"], 400)})
    held = {(wave, code): [] for wave in WAVES for code in frame.codes}
    for seed in range(200):
        table = make_comments(section, answers, np.random.default_rng(seed))
        for row in themes.theme_shares(table, answers, frame.codes, 0.95).itertuples():
            held[row.wave, row.theme].append(row.share / 100)
    for (wave, code), shares in held.items():
        planted = section["planted"]["themes"][wave][code]
        assert abs(np.mean(shares) - planted) < 4 * np.std(shares, ddof=1) / np.sqrt(200), (wave, code)


def test_intervals_of_shares_cover_what_was_planted(design):
    section, frame = design.section("survey"), theme_frame()
    answers = pd.DataFrame({"respondent_id": [f"P{k:05d}" for k in range(400)], "wave": np.repeat(["1", "2"], 200)})
    covered = []
    for seed in range(200):
        table = make_comments(section, answers, np.random.default_rng(1000 + seed))
        found = themes.theme_shares(table, answers, frame.codes, 0.95)
        covered += [row.low <= 100 * section["planted"]["themes"][row.wave][row.theme] <= row.high
                    for row in found.itertuples()]
    # 2,400 intervals; Wilson's at n = 70 lies within a point of 95%; four standard errors of 0.45 points beyond that
    assert abs(np.mean(covered) - 0.95) < 0.01 + 4 * np.sqrt(0.95 * 0.05 / 2400)


@pytest.mark.parametrize("codes", ["workload, training", "nothing", "workload; workload", "none of these; training"])
def test_codes_that_are_none_are_named(codes, tmp_path, design):
    generate_into(tmp_path, design, ["staff_survey"])
    file = tmp_path / catalogue()["survey_comments"].pattern
    table = pd.read_csv(file, dtype=str)
    table.loc[3, "themes"] = codes
    table.to_csv(file, index=False)
    with pytest.raises(DataError, match="survey_comments.csv, row 5, column themes: codes of a comment"):
        read_folder(["survey_comments"], tmp_path)
