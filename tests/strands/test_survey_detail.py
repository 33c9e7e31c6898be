"""The survey's appendix: ordinal models, themes, bands and quantiles by hand, and recovery over 200 seeds."""

import numpy as np
import pandas as pd
import pytest
from scipy import stats
from statsmodels.miscmodels.ordinal_model import OrderedModel
from statsmodels.stats.meta_analysis import combine_effects

from analysis.errors import DataError
from analysis.methods.partial_pooling import random_effects_mean
from analysis.sources.survey_instrument import questionnaire
from analysis.strands.survey.change import sign_flip
from analysis.strands.survey.distributions import score_bands
from analysis.strands.survey.ordinal import ordinal_change, site_odds
from analysis.strands.survey.recovery import KEPT, WORLDS, performance, recover_seed
from analysis.strands.survey.themes import coder_agreement, comments, theme_shares
from analysis.strands.survey.weighting import weight_quantiles

SECTION = {"waves": {"1": "Wave 1", "2": "Wave 2"}, "level": 0.95}


def returns(rng, effects, n=120, spread=0.0):
    """Five answers of `n` people a wave in each site, log odds ratio of the site at wave 2, all weights 1."""
    parts = []
    for site, effect in effects.items():
        wave = np.repeat([0, 1], n)
        latent = rng.logistic(size=2 * n) + effect * wave + spread
        parts.append(pd.DataFrame({"site": site, "wave": np.where(wave == 1, "2", "1"), "weight": 1.0,
                                   "answer": np.digitize(latent, [-2, -0.5, 0.5, 2]) + 1.0}))
    frame = pd.concat(parts, ignore_index=True)
    return frame.assign(respondent_id=[f"P{k:05d}" for k in range(len(frame))])


def test_odds_of_a_site_equal_statsmodels():
    frame = returns(np.random.default_rng(1), {"A": 0.5, "B": -0.2})
    found = site_odds(frame, "answer", SECTION).set_index("site")
    for site, group in frame.groupby("site"):
        theirs = OrderedModel(group["answer"].to_numpy(), (group["wave"] == "2").to_numpy(dtype=float)[:, None],
                              distr="logit").fit(method="newton", disp=0)
        assert found.loc[site, "log_odds"] == pytest.approx(theirs.params[0], abs=1e-5)
    assert found["n"].tolist() == [240, 240] and found["n_least"].tolist() == [120, 120]


def test_random_effects_mean_equals_statsmodels():
    y, se = np.array([0.6, -0.1, 0.9, 0.2]), np.array([0.2, 0.25, 0.3, 0.15])
    theirs = combine_effects(y, se**2, method_re="dl")
    ours = random_effects_mean(y, se)
    assert ours.estimate == pytest.approx(theirs.mean_effect_re, abs=1e-10)
    assert ours.se == pytest.approx(theirs.sd_eff_w_re_hksj, abs=1e-10)       # q is above 1 here
    assert ours.high - ours.estimate == pytest.approx(stats.t.ppf(0.975, 3) * ours.se)


def test_sites_that_agree_do_not_make_the_interval_too_narrow():
    # Equal estimates: Hartung and Knapp's error is nought. The plain one of four with se 0.2 is 0.2 / 2.
    assert random_effects_mean([0.3] * 4, [0.2] * 4).se == pytest.approx(0.1)


def test_ordinal_change_recovers_what_is_planted_and_turns_signs_of_sites():
    frame = returns(np.random.default_rng(2), {site: 0.8 for site in "ABCD"}, n=800)
    found = ordinal_change(frame, "answer", SECTION)
    # Standard error of a log odds ratio of two groups of 3,200 is near 0.045.
    assert found.fixed.estimate == pytest.approx(0.8, abs=0.15) and found.pooled.low < 0.8 < found.pooled.high
    assert found.sign_flip_p == sign_flip(found.by_site["log_odds"])[0] == 2 / 16
    inside = found.by_site["pooled"].between(found.by_site["log_odds"].min(), found.by_site["log_odds"].max())
    assert inside.all()


def test_a_site_whose_answers_do_not_overlap_is_named():
    frame = returns(np.random.default_rng(3), {"A": 0.0, "B": 0.0})
    apart = frame.assign(answer=np.where(frame["site"] == "B", np.where(frame["wave"] == "2", 5.0, 1.0),
                                         frame["answer"]))
    with pytest.raises(DataError, match="site B"):
        site_odds(apart, "answer", SECTION)


def test_score_bands_by_hand():
    frame = pd.DataFrame({"s": [2.49, 2.5, 3.5, 3.51, np.nan]})
    assert score_bands(frame, "s", [2.5, 3.5]).tolist()[:4] == [1, 2, 2, 3]
    assert np.isnan(score_bands(frame, "s", [2.5, 3.5]).iloc[4])


def test_weight_quantiles_have_mean_one_behind_them():
    # Weights 2, 4, 6 have mean 4: as ratios 0.5, 1, 1.5, median 1, quartiles 0.75 and 1.25.
    frame = pd.DataFrame({"wave": "1", "site": "A", "weight": [2.0, 4, 6]})
    row = weight_quantiles(frame, [0.25, 0.5, 0.75]).iloc[0]
    assert row[["q25", "q50", "q75"]].tolist() == pytest.approx([0.75, 1, 1.25])


def coded(rows):
    names = [theme.name for theme in questionnaire().themes]
    return pd.DataFrame([{"respondent_id": person, "wave": "1", "coder": coder,
                          **{name: given for name in names}} for person, coder, given in rows])


def test_themes_are_those_of_the_first_coder_and_shares_are_of_comments():
    codes = coded([("P00001", "1", 1), ("P00001", "2", 0), ("P00002", "1", 0), ("P00003", "1", 1), ("P00004", "1", 0)])
    answers = pd.DataFrame({"respondent_id": [f"P0000{k}" for k in range(1, 6)], "wave": "1", "site": "A"})
    shares = theme_shares(comments(codes, answers, questionnaire()), questionnaire(), ["wave"], level=0.95)
    assert (shares["n"] == 4).all() and (shares["mentioned"] == 2).all() and (shares["percent"] == 50).all()


def test_a_comment_without_a_return_is_named():
    answers = pd.DataFrame({"respondent_id": ["P00009"], "wave": ["1"], "site": ["A"]})
    with pytest.raises(DataError, match="without a return.*P00001"):
        comments(coded([("P00001", "1", 1)]), answers, questionnaire())


def test_agreement_of_coders_by_hand():
    # Ten comments: both give it 4 times, neither 4, the first alone once, the second alone once. Agreement 0.8, chance
    # 0.5 x 0.5 + 0.5 x 0.5 = 0.5, kappa (0.8 - 0.5) / 0.5 = 0.6. A comment of the first coder alone does not count.
    pairs = [(1, 1)] * 4 + [(0, 0)] * 4 + [(1, 0), (0, 1)]
    rows = [(f"P{k:05d}", coder, pair[place]) for k, pair in enumerate(pairs) for place, coder in enumerate("12")]
    found = coder_agreement(coded([*rows, ("P00099", "1", 1)]), questionnaire(), level=0.95).iloc[0]
    assert (found["n"], found["first"], found["second"]) == (10, 5, 5)
    assert found["percent"] == pytest.approx(80) and found["kappa"] == pytest.approx(0.6)


@pytest.fixture(scope="module")
def kept():
    return pd.read_csv(KEPT)


def test_planted_changes_and_noughts_are_recovered_over_200_seeds(kept, design):
    table = performance(kept).set_index(["world", "scale"])
    assert (table["seeds"] == 200).all() and len(table) == 10
    planted = design.section("survey")["planted"]["change"]
    for (world, scale), row in table.iterrows():
        # Bias within three and a half simulation errors (ten rows are looked at); coverage likewise around 95%.
        assert abs(row["bias"]) < 3.5 * row["bias_error"], (world, scale)
        assert abs(row["coverage"] - 95) < 100 * 3.5 * np.sqrt(0.95 * 0.05 / 200), (world, scale)
        if world == "as planted" and planted[scale] == 0:
            assert abs(row["truth"]) < 0.02      # rounding of staff counts moves it a little
        if world == "as planted":
            assert abs(row["unweighted_bias"]) > 0.1 and abs(row["bias"]) < abs(row["unweighted_bias"]) / 5


def test_the_kept_simulation_is_what_the_code_makes(kept, design):
    for world in WORLDS:
        again = recover_seed(design, world, 7).set_index("scale")
        before = kept[(kept["world"] == world) & (kept["seed"] == 7)].set_index("scale")
        for name in ("truth", "estimate", "low", "high", "unweighted"):
            assert again[name].to_numpy() == pytest.approx(before[name].to_numpy(), abs=2e-6)
