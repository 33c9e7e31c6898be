"""The stand-in survey: same seed, same bytes; margins, links and planted shares as designed."""

import numpy as np
import pandas as pd
import pytest

from analysis.sources.schemas.staff_survey import MARGINS
from analysis.sources.survey_instrument import questionnaire
from analysis.standins import generate_into
from analysis.standins.staff_survey import expected_score, latent_means, make_survey, make_themes, staff_counts


@pytest.fixture(scope="module")
def survey(design):
    return make_survey(design, design.rng("test.staff_survey"))


@pytest.mark.slow
def test_same_seed_same_bytes(design, tmp_path):
    for name in ("one", "two"):
        generate_into(tmp_path / name, design, ["staff_survey"])
    files = sorted(path.name for path in (tmp_path / "one").iterdir())
    assert files == ["staff_survey_themes.csv", "staff_survey_wave1.csv", "staff_survey_wave2.csv",
                     "survey_population.csv"]
    assert all((tmp_path / "one" / f).read_bytes() == (tmp_path / "two" / f).read_bytes() for f in files)


def test_staff_counts_are_the_design(design):
    section = design.section("survey")
    counts = staff_counts(section)
    sizes = counts.groupby(["wave", "site"])["invited"].sum()
    assert {key: int(n) for key, n in sizes.items()} == {(w, s): n for w, sites in section["standin"]["sizes"].items()
                                                          for s, n in sites.items()}
    shares = counts.groupby("role")["invited"].sum() / counts["invited"].sum()
    assert shares.to_dict() == pytest.approx(dict(section["standin"]["shares"]["role"]), abs=0.01)
    assert staff_counts(section, scale=3)["invited"].sum() == 3 * counts["invited"].sum()


def test_nobody_answers_who_was_not_invited(survey):
    returns = survey.answers[(survey.answers[list(MARGINS)] != "").all(axis=1)]
    counted = returns.groupby(["wave", "site", *MARGINS]).size()
    staff = survey.population.set_index(["wave", "site", *MARGINS])
    eligible = (staff["invited"] - staff["not_eligible"]).reindex(counted.index)
    assert (counted <= eligible).all()


def test_linked_people_keep_site_role_and_sex_and_do_not_lose_service(survey):
    order = {label: k for k, label in enumerate(["Under 2 years", "2 to 5 years", "6 years or more"])}
    one, two = (survey.answers[survey.answers["wave"] == w].set_index("respondent_id") for w in ("1", "2"))
    both = one.index.intersection(two.index)
    assert len(both) > 30
    for name in ("site", "role", "sex"):
        known = (one.loc[both, name] != "") & (two.loc[both, name] != "")
        assert (one.loc[both, name] == two.loc[both, name])[known].all()
    service = [frame.loc[both, "length_of_service"].map(order) for frame in (one, two)]
    known = service[0].notna() & service[1].notna()
    assert (service[0] <= service[1])[known].all()


def test_new_staff_answer_less_in_wave_1_and_more_in_wave_2(design):
    # Shares of new staff among returns, over 20 surveys, against those among eligible staff.
    gaps = {"1": [], "2": []}
    for seed in range(20):
        survey = make_survey(design, np.random.default_rng(seed))
        for wave in gaps:
            staff = survey.population[survey.population["wave"] == wave]
            new = staff["length_of_service"] == "Under 2 years"
            returns = survey.answers.loc[survey.answers["wave"] == wave, "length_of_service"]
            gaps[wave].append((returns == "Under 2 years").mean() - staff.loc[new,
                                                                              "invited"].sum() / staff["invited"].sum())
    assert np.mean(gaps["1"]) < -0.08 and np.mean(gaps["2"]) > 0.04


def test_about_half_see_turnover_as_a_problem(design):
    # Planted among staff: half at a latent mean of nought. Wave 1 and 2 together, all sites, over-sized to kill noise.
    survey = make_survey(design, np.random.default_rng(1), scale=30)
    given = survey.answers["turnover_problem"]
    known = given.isin(questionnaire().item("turnover_problem").labels)
    agree = given[known].isin(["Agree", "Strongly agree"]).mean()
    assert 0.45 < agree < 0.55


@pytest.mark.slow
def test_expected_scores_are_those_of_many_answers(design):
    # A hundred times the staff: the mean of the scores of a cell's respondents against its exact expectation.
    section = design.section("survey")
    survey = make_survey(design, np.random.default_rng(2), scale=100)
    cell = {"wave": "2", "site": "A", "role": "Social worker", "length_of_service": "6 years or more", "sex": "Female"}
    form, here = questionnaire(), survey.answers
    for name, value in cell.items():
        here = here[here[name] == value]
    for scale in ("wellbeing", "turnover_intention"):
        scores = []
        for item in form.of_scale(scale):
            codes = here[item.name].map(item.codes).dropna()
            scores.append((len(item.labels) + 1 - codes if item.reverse else codes).mean())
        expected = expected_score(section, scale, pd.DataFrame([cell]))[0]
        # Standard error of the mean of about 2,000 people's answers is below 0.03.
        assert np.mean(scores) == pytest.approx(expected, abs=0.09)


def test_a_planted_change_is_in_the_means(design):
    staff = pd.DataFrame([{"wave": w, "site": "B", "role": "Team manager", "length_of_service": "2 to 5 years",
                           "sex": "Male"} for w in ("1", "2")])
    section = design.with_changes({"survey.planted.change.wellbeing": 0.4}).section("survey")
    means = latent_means(section, staff)
    assert means["wellbeing"].diff().iloc[1] == pytest.approx(0.4)
    assert means["confidence"].diff().iloc[1] == pytest.approx(0)


def test_themes_are_planted_shares_as_coders_see_them(design):
    # A coder gives a theme with chance finds x share + adds x (1 - share). Thirty times the staff: standard errors of
    # the share of some 7,000 comments a wave are below 0.006.
    section = design.section("survey")
    rng = np.random.default_rng(5)
    answers = make_survey(design, rng, scale=30).answers
    codes = make_themes(section, answers, rng)
    finds, adds = section["standin"]["coder_finds"], section["standin"]["coder_adds"]
    for wave, extra in (("1", 0.0), ("2", section["planted"]["themes_change"]["theme_tools_help"])):
        share = section["planted"]["themes"]["theme_tools_help"] + extra
        seen = codes[(codes["wave"] == wave) & (codes["coder"] == "1")]["theme_tools_help"].mean()
        assert seen == pytest.approx(finds * share + adds * (1 - share), abs=0.018)
    assert not codes.duplicated(["respondent_id", "wave", "coder"]).any()
    per_comment = codes.groupby(["respondent_id", "wave"])["coder"].agg(set)
    assert all("1" in coders for coders in per_comment)
    assert len(per_comment) / len(answers) == pytest.approx(section["standin"]["comments"], abs=0.02)
