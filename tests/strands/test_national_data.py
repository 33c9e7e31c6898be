"""The national data strand against a computation written apart from it, and against values taken from the files."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
import statsmodels.formula.api as smf
from linearmodels import PanelOLS
from scipy import stats

from analysis.errors import DataError, DesignError
from analysis.publish.store import build_bundle
from analysis.sources import read_folder
from analysis.sources.schemas.public import SCHEMAS
from analysis.standins import generate_into
from analysis.standins.national.values import simulate
from analysis.strands.national_data import build_panel, comparison, estimate_effect, evaluate, indicators, pilot_table
from analysis.strands.national_data.authorities import others
from analysis.strands.national_data.coverage import indicator_list, pilot_coverage
from analysis.strands.national_data.detail import choices_of
from analysis.strands.national_data.timing import event_years, timings

# ---- an independent computation: own reading, own panel, statsmodels, CR2 by its definition ----

ROUND_1 = ("304", "801", "855", "925", "926", "935", "211", "384", "938", "872")
ROUND_2 = ("303", "304", "801", "855", "925", "926", "935", "384", "938", "872")
B1, C1 = "b1_children_in_need_2013_to_2025.csv", "c1_children_in_need_referrals_and_rereferrals_2013_to_2025.csv"
D3, WORKFORCE = "d3_cpps_subsequent_plan_2013_to_2025.csv", "csww_indicators_2017_to_2025.csv"
D5, TOOL = "d5_cpps_at31march_by_duration_2013_to_2025.csv", "lait_children_social_care_2016_to_2025.csv"
PEOPLE = "ons_mid-year_population_estimates_2012_to_2024.csv"
SHORT = ("3_months_or_less_percent", "more_than_3_months_6_months_percent",
         "more_than_6_months_less_than_1_year_percent")
WANTED = {"cin_rate": (B1, "At31_episodes", True, 2014), "referral_rate": (C1, "referral_count", True, 2014),
          "rereferral_percent": (C1, "rereferral_percent", False, 2014),
          "subsequent_plan_percent": (D3, "CPP_subsequent_percent", False, 2014),
          "looked_after_rate": (TOOL, "LACnum", True, 2016), "started_rate": (TOOL, "LACnum_Start", True, 2016),
          "turnover_percent": (WORKFORCE, "turnover_rate_fte", False, 2017),
          "agency_percent": (WORKFORCE, "agency_rate_fte", False, 2017),
          "absence_percent": (WORKFORCE, "absence_rate_fte", False, 2017),
          "cin_started_rate": (B1, "Started_episodes", True, 2014),
          "cin_ended_rate": (B1, "Ended_episodes", True, 2014),
          "no_further_action_percent": (C1, "no_further_action_percent", False, 2014),
          "section_47_rate": (TOOL, "Section_47", False, 2016), "conference_rate": (TOOL, "ISCP_Conf", False, 2016),
          "plan_started_rate": (D3, "CPP_start", True, 2014), "plan_rate": (D5, "CPP_At31", True, 2014),
          "plan_3_months_percent": (D5, SHORT[0], False, 2014), "plan_6_months_percent": (D5, SHORT[1], False, 2014),
          "plan_1_year_percent": (D5, SHORT[2], False, 2014),
          "plan_over_a_year_percent": (D5, SHORT, False, 2014), "ceased_rate": (TOOL, "LACceased", True, 2016),
          "vacancy_percent": (WORKFORCE, "vacancy_rate_fte", False, 2017),
          "caseload": (WORKFORCE, "caseload_fte", False, 2017)}
SUPPRESSED = {"plan_2_years_percent", "plan_longer_percent"}     # in every pilot in some year


def read(folder, name):
    return pd.read_csv(folder / name, dtype=str, keep_default_na=False, encoding="utf-8-sig")


def wide(folder, name, column):
    """Authorities by years of one column; whatever is no number is missing."""
    frame = read(folder, name)
    if name == TOOL:
        frame = frame[frame["Short Desc"] == column]
        frame = frame.rename(columns={"LA Number": "old_la_code", "Years": "time_period"})
        column = "Values"
    else:
        frame = frame[frame["geographic_level"] == "Local authority"]
    frame = frame.assign(number=pd.to_numeric(frame[column], errors="coerce"), year=frame["time_period"].astype(int))
    return frame.pivot(index="old_la_code", columns="year", values="number")


def independent(folder, indicator):
    """Estimate, low, high, rows, authorities, pilots, computed from the files alone."""
    name, column, is_rate, first = WANTED[indicator]
    neighbours = read(folder, "New_Statistical_Neighbour_Groupings_April_2021.csv")
    near = neighbours[neighbours["LA num"].isin(ROUND_2)][[f"SN{k}" for k in range(1, 11)]]
    comparators = sorted(set(near.to_numpy().ravel()) - set(ROUND_1) - set(ROUND_2))
    values = wide(folder, name, column) if isinstance(column, str) else \
        100 - sum(wide(folder, name, part) for part in column)
    if is_rate:
        people = wide(folder, PEOPLE, "population_estimate")
        values = 1e4 * values / people.rename(columns=lambda year: year + 1).reindex_like(values)
    values = values.reindex(index=[*ROUND_2, *comparators], columns=range(first, 2021)).dropna()
    long = values.reset_index().melt(id_vars="old_la_code", var_name="year", value_name="y")
    long["d"] = (long["old_la_code"].isin(ROUND_2) & (long["year"].astype(int) >= 2018)).astype(float)
    ols = smf.ols("y ~ d + C(old_la_code) + C(year)", long).fit()
    at = ols.model.exog_names.index("d")
    se, df = cr2_by_definition(ols.model.exog, np.asarray(ols.resid), long["old_la_code"].to_numpy(), at)
    half = stats.t.ppf(0.975, df) * se
    estimate = ols.params["d"]
    return estimate, estimate - half, estimate + half, len(long), len(values), sum(c in ROUND_2 for c in values.index)


def cr2_by_definition(X, residuals, clusters, at):
    """Bell and McCaffrey (2002): A_g = (I - H_gg)^(-1/2) on matrices of n_g x n_g, df from the n x n hat matrix."""
    inverse = np.linalg.inv(X.T @ X)
    hat = X @ inverse @ X.T
    rest = np.eye(len(X)) - hat
    variance, projected = 0.0, []
    for cluster in np.unique(clusters):
        rows = np.flatnonzero(clusters == cluster)
        values, vectors = np.linalg.eigh(rest[np.ix_(rows, rows)])
        powers = np.array([value**-0.5 if value > 1e-10 else 0.0 for value in values])
        weights = inverse[at] @ X[rows].T @ (vectors * powers @ vectors.T)
        variance += (weights @ residuals[rows]) ** 2
        projected.append(rest[:, rows] @ weights)
    moments = np.array(projected) @ np.array(projected).T
    return np.sqrt(variance), np.trace(moments) ** 2 / np.sum(moments**2)


@pytest.fixture(scope="module")
def datasets(public_data):
    """The real files, checked."""
    return read_folder(list(SCHEMAS), public_data, "public data")


@pytest.fixture(scope="module")
def real(datasets, design):
    """The strand's result on the real files."""
    return evaluate(design.section("national_data"), {name: data.frame for name, data in datasets.items()})


@pytest.fixture(scope="module")
def real_bundle(datasets, design):
    """The bundle as published from the real files."""
    return build_bundle("national_data", loader=datasets.__getitem__, design=design, bundles={})


@pytest.mark.parametrize("indicator", WANTED)
def test_real_effects_equal_the_independent_computation(real, public_data, indicator):
    ours = next(result for result in real.results if result.indicator.key == indicator).effect
    estimate, low, high, n, authorities, pilots = independent(public_data, indicator)
    found = (ours.interval.estimate, ours.interval.low, ours.interval.high)
    assert found == pytest.approx((estimate, low, high), rel=0, abs=1e-8)
    assert (ours.n, ours.n_authorities, ours.n_pilots) == (n, authorities, pilots)


def test_every_indicator_is_computed_twice_or_cannot_be(real):
    assert {result.indicator.key for result in real.evaluated} == set(WANTED)
    # Read off d5: 1_year_less_than_2_years_percent and 2_years_or_more_percent are c in a year for each of the pilots.
    assert {result.indicator.key for result in real.absent} == SUPPRESSED
    assert all("0 of 10 pilots" in result.reason and "[c]" in result.reason for result in real.absent)


def test_real_findings_carry_the_effects(real, real_bundle):
    findings = {finding.id: finding for finding in real_bundle.findings}
    for result in [found for found in real.evaluated if found.indicator.in_text]:
        finding, effect = findings[f"national.{result.indicator.key}.effect"], result.effect
        interval = effect.interval
        assert (finding.value, finding.low, finding.high) == (interval.estimate, interval.low, interval.high)
        assert (finding.n, finding.n_authorities) == (effect.n, effect.n_authorities)
        assert finding.n_pilots == effect.n_pilots
        assert finding.status == "public data"


# England's values, read off the national rows of the files by eye: file, year, column.
ENGLAND = {
    "rereferral_percent.2014": 23.5,                    # c1, 2014, rereferral_percent
    "rereferral_percent.2019": 22.6,                    # c1, 2019, rereferral_percent
    "rereferral_percent.2020": 22.6,                    # c1, 2020, rereferral_percent
    "subsequent_plan_percent.2014": 15.8,               # d3, 2014, CPP_subsequent_percent
    "subsequent_plan_percent.2020": 21.9,               # d3, 2020, CPP_subsequent_percent
    "turnover_percent.2017": 13.4,                      # csww_indicators, 2017, turnover_rate_fte
    "turnover_percent.2020": 13.5,                      # csww_indicators, 2020, turnover_rate_fte
    "agency_percent.2017": 15.8,                        # csww_indicators, 2017, agency_rate_fte
    "agency_percent.2020": 15.4,                        # csww_indicators, 2020, agency_rate_fte
    "absence_percent.2020": 2.9,                        # csww_indicators, 2020, absence_rate_fte
    "long_plans.2020": 2.1,                             # d5, 2020, 2_years_or_more_percent
    "cin_rate.2014": 1e4 * 395480 / 11473080,           # b1, 2014, At31_episodes / ons, 2013, population_estimate
    "cin_rate.2020": 1e4 * 389260 / 11790492,           # b1, 2020, At31_episodes / ons, 2019
    "referral_rate.2020": 1e4 * 642980 / 11790492,      # c1, 2020, referral_count / ons, 2019
    "looked_after_rate.2016": 1e4 * 70410 / 11593891,   # lait, 2016, LACnum of England / ons, 2015
    "looked_after_rate.2020": 1e4 * 80000 / 11790492,   # lait, 2020, LACnum of England / ons, 2019
    "started_rate.2020": 1e4 * 31010 / 11790492,        # lait, 2020, LACnum_Start of England / ons, 2019
}


@pytest.mark.parametrize("key", ENGLAND)
def test_england_as_read_off_the_files(real_bundle, key):
    finding = next(finding for finding in real_bundle.findings if finding.id == f"national.england.{key}")
    assert finding.value == pytest.approx(ENGLAND[key], rel=1e-12)


def test_real_authorities_left_out_are_listed_with_what_stands_there(real):
    left = {(result.indicator.key, row.code): row for result in real.evaluated for row in result.panel.left_out}
    # Norfolk (926), re-referrals of 2014; North Northamptonshire (940) was formed in 2021.
    assert left["rereferral_percent", "926"].reason == "x" and left["rereferral_percent", "926"].years == (2014,)
    assert left["cin_rate", "940"].reason == "no row" and left["cin_rate", "940"].years == tuple(range(2014, 2021))
    assert len(real.comparison.pilots) == 10 and not set(real.comparison.comparators) & {*ROUND_1, *ROUND_2}


def long_of(panel):
    long = panel.values.stack().rename("y").reset_index()
    return long.assign(pilot=long["code"].isin(panel.pilots).astype(float))


def test_real_effects_of_every_choice_equal_weighted_least_squares(real, datasets, design):
    section, frames = design.section("national_data"), {name: data.frame for name, data in datasets.items()}
    for found in real.evaluated:
        choices = choices_of(section, frames, real, found)
        # The first choice is the headline's comparators on the larger panel, and gives the headline.
        assert choices[0].effect.interval.estimate == pytest.approx(found.effect.interval.estimate, abs=1e-10)
        assert choices[0].effect.n_authorities == found.effect.n_authorities
        for choice in choices:
            codes = others(set(found.values["code"]) - {"England"}, real.pilots)
            long = long_of(build_panel(found.values, real.comparison.pilots, codes, found.indicator.window))
            long["w"] = np.where(long["pilot"] == 1, 1.0, long["code"].map(choice.weights).fillna(0.0))
            long = long[long["w"] > 0].assign(d=lambda f: f["pilot"] * (f["year"] >= 2018))
            wls = smf.wls("y ~ d + C(code) + C(year)", long, weights=long["w"]).fit()
            assert choice.effect.interval.estimate == pytest.approx(wls.params["d"], abs=1e-8), choice.name


def test_real_event_studies_equal_linearmodels(real):
    tested = 0
    for found in real.evaluated:
        events = event_years(found.panel, 2018, 3)
        if events is None:
            continue
        long = long_of(found.panel).set_index(["code", "year"])
        X = pd.DataFrame({f"e{year}": long["pilot"] * (long.index.get_level_values("year") == year)
                          for year in events.years})
        own = PanelOLS(long["y"], X, entity_effects=True, time_effects=True).fit()
        assert [interval.estimate for interval in events.intervals] == pytest.approx(own.params.tolist(), abs=1e-8)
        tested += 1
    assert tested == 13     # those whose window begins in 2014


def test_real_staggered_estimates_equal_diff_diff(real):
    import diff_diff

    for found in real.evaluated:
        ours = timings(found.panel, real.pilots.round_1, 2015, 2018, 0.95, 0.8)
        if ours is None:
            continue
        long = long_of(found.panel).assign(unit=lambda f: f["code"].astype(int))
        starts = {code: 2015 if code in real.pilots.round_1 else 2018 for code in found.panel.pilots}
        long["first"] = long["code"].map(starts).fillna(0).astype(int)
        library = diff_diff.CallawaySantAnna(control_group="never_treated", base_period="universal",
                                             estimation_method="reg")
        theirs = library.fit(long, outcome="y", unit="unit", time="year", first_treat="first")
        assert ours.staggered.estimate == pytest.approx(theirs.overall_att, abs=1e-8), found.indicator.key


def test_an_indicator_is_an_entry_and_no_code(standins, design):
    section = dict(design.section("national_data"))
    entry = {"title": "Not in need", "topic": "children", "measure": "assessed and not in need, per cent",
             "dataset": "referrals", "column": "not_in_need_percent", "years": [2015, 2020], "unit": "per cent",
             "period": "year to 31 March", "polarity": "neither", "difference": "percentage points", "decimals": 1}
    section["indicators"] = {**section["indicators"], "not_in_need_percent": entry}
    frames = {name: standins(name).frame for name in SCHEMAS}
    found = evaluate(section, frames).results[-1]
    assert found.indicator.key == "not_in_need_percent" and found.effect.n_authorities > 50
    assert indicator_list(evaluate(section, frames), section).iloc[-1]["columns"] == "not_in_need_percent"


@pytest.mark.parametrize("change, says", [
    ({"colum": "n"}, "colum not known or not given"), ({"title": None}, "title not known or not given"),
    ({"complement": ["a"]}, "either column or complement"), ({"column": None}, "either column or complement")])
def test_an_entry_that_is_wrong_is_named(design, change, says):
    section = dict(design.section("national_data"))
    entry = {**section["indicators"]["cin_rate"], **change}
    section["indicators"] = {"cin_rate": {name: value for name, value in entry.items() if value is not None}}
    with pytest.raises(DesignError, match=f"cin_rate: .*{says}"):
        indicators(section)


def test_coverage_of_a_pilot_as_counted_in_the_files(real):
    table = pilot_coverage(real).set_index("pilot")
    # 2013 is in four files: b1 with 3 indicators, c1 with 3, d3 with 2, d5 with 7 (rate, five durations and the rest):
    # 15. Norfolk (926) has x in 2013 of b1 and c1, and in 2014 of rereferral_percent.
    assert table.loc["Bexley", "2013"].endswith("of 15") and table.loc["Bexley", "2020"].endswith("of 25")
    assert int(table.loc["Norfolk", "2013"].split()[0]) < int(table.loc["Bexley", "2013"].split()[0])
    assert "[x]" in table.loc["Norfolk", "gaps"]


# ---- the pieces ----

def small_values(rng, pilots=4, comparators=12, years=range(2014, 2021)):
    codes = [str(101 + k) for k in range(pilots + comparators)]
    rows = [(code, year, rng.normal(), "") for code in codes for year in years]
    return codes[:pilots], codes[pilots:], pd.DataFrame(rows, columns=["code", "year", "value", "symbol"])


def test_effect_of_a_balanced_panel_is_the_difference_of_means(rng):
    pilots, comparators, values = small_values(rng)
    before = values.copy()
    effect = estimate_effect(build_panel(values, pilots, comparators, range(2014, 2021)), 2018)
    marked = values.assign(pilot=values["code"].isin(pilots), post=values["year"] >= 2018)
    means = marked.groupby(["pilot", "post"])["value"].mean()
    assert effect.interval.estimate == pytest.approx(
        (means[True, True] - means[True, False]) - (means[False, True] - means[False, False]), abs=1e-12)
    pd.testing.assert_frame_equal(values, before)


def test_detectable_effect_is_that_of_the_t_quantiles(rng):
    pilots, comparators, values = small_values(rng)
    effect = estimate_effect(build_panel(values, pilots, comparators, range(2014, 2021)), 2018, 0.95, 0.80)
    df, se = effect.interval.df, effect.interval.se
    # Bloom (1995): a two-sided test at 5% finds an effect of (t(0.975) + t(0.80)) standard errors with power 80%.
    assert effect.detectable == pytest.approx((stats.t.ppf(0.975, df) + stats.t.ppf(0.8, df)) * se)


def test_panel_leaves_out_who_lacks_one_year_and_never_fills(rng):
    pilots, comparators, values = small_values(rng)
    hidden = (values["code"] == comparators[0]) & (values["year"] == 2016)
    values.loc[hidden, ["value", "symbol"]] = [np.nan, "c"]
    values = values[~((values["code"] == comparators[1]) & (values["year"] < 2016))]
    panel = build_panel(values, pilots, [*comparators, "950"], range(2014, 2021))
    assert panel.values.shape == (len(pilots) + len(comparators) - 2, 7)
    assert [(row.code, row.years, row.reason) for row in panel.left_out] == [
        (comparators[0], (2016,), "c"), (comparators[1], (2014, 2015), "no row"),
        ("950", tuple(range(2014, 2021)), "no row")]


def test_estimate_needs_pilots_comparators_and_both_periods(rng):
    pilots, comparators, values = small_values(rng)
    with pytest.raises(DataError, match="two pilots"):
        estimate_effect(build_panel(values, pilots[:1], comparators, range(2014, 2021)), 2018)
    with pytest.raises(DataError, match="years of the panel"):
        estimate_effect(build_panel(values, pilots, comparators, range(2018, 2021)), 2018)


def test_pilots_are_recognised_by_their_codes(design):
    section = design.section("national_data")
    codes = {key: [row["code"] for row in table["authorities"]] for key, table in section["pilots"].items()}
    assert pilot_table(section, {"a": codes["standins"], "b": [*codes["standins"], "955"]}).key == "standins"
    assert pilot_table(section, {"a": [*codes["public"], "202"]}).key == "public"
    with pytest.raises(DataError, match="file b.*'926'") as error:
        pilot_table(section, {"a": codes["public"], "b": [code for code in codes["public"] if code != "926"]})
    assert error.value.value == "926"


def test_comparators_were_a_pilot_in_neither_round(standins, design):
    neighbours = standins("neighbours_2021").frame
    section = design.section("national_data")
    pilots = pilot_table(section, {"neighbours": neighbours["la_code"].dropna()})
    found = comparison(neighbours, pilots)
    assert not set(found.comparators) & set(pilots.codes)
    assert "181" in found.pilots_among["101"], "the pilot of round 1 alone is a neighbour, and no comparator"
    # Ten pilots with seven comparators of their own, and four new authorities named as neighbours.
    assert len(found.comparators) == 10 * 7 + 4


@pytest.mark.parametrize("gone", ["interactive_tool", "population", "neighbours_2021"])
def test_a_missing_file_takes_its_indicators_away_and_no_other(standins, design, gone):
    frames = {name: standins(name).frame for name in SCHEMAS if name != gone}
    national = evaluate(design.section("national_data"), frames)
    every = indicators(design.section("national_data"))
    needs = {item.key for item in every if gone == "neighbours_2021" or gone in item.datasets}
    assert len(needs) == {"interactive_tool": 5, "population": 9, "neighbours_2021": 25}[gone]
    assert {result.indicator.key for result in national.absent if gone in result.reason} == needs
    # Absent for another reason: suppressed, and never a file.
    assert all("pilots have a number" in result.reason for result in national.absent
               if result.indicator.key not in needs)


# ---- recovery of what is planted ----

PLANTED = {"cin_rate": 20.0, "rereferral_percent": -1.5, "looked_after_rate": -4.0, "turnover_percent": 2.0}
SEEDS = 160


def panel_of(section, indicator, seed):
    codes = [str(code) for code in range(101, 161)]
    values = simulate(section, np.random.default_rng([2021, seed]), codes, codes[:10], indicator.window)[indicator.key]
    long = values.stack().rename("value").rename_axis(["code", "year"]).reset_index().assign(symbol="")
    return build_panel(long, codes[:10], codes[10:], indicator.window)


@pytest.mark.slow
@pytest.mark.parametrize("key", PLANTED)
def test_intervals_cover_what_is_planted(design, key):
    changed = design.with_changes({f"national_data.planted.effects.{name}": size for name, size in PLANTED.items()})
    section = changed.section("national_data")
    indicator = next(item for item in indicators(section) if item.key == key)
    intervals = [estimate_effect(panel_of(section, indicator, seed), section["post_from"]).interval
                 for seed in range(SEEDS)]
    covered = np.mean([interval.low <= PLANTED[key] <= interval.high for interval in intervals])
    # Monte Carlo error of a coverage of 95% over 160 seeds: sqrt(0.95 x 0.05 / 160) = 1.7 points; three of them.
    assert abs(covered - 0.95) < 3 * np.sqrt(0.95 * 0.05 / SEEDS)
    errors = np.array([interval.estimate for interval in intervals]) - PLANTED[key]
    assert abs(errors.mean()) < 3.5 * errors.std(ddof=1) / np.sqrt(SEEDS)


@pytest.mark.slow
def test_what_is_planted_comes_back_through_the_files(design, tmp_path):
    # Twice or more the detectable effect, so that one set of files is enough to see it.
    large = {"cin_rate": 90.0, "started_rate": 9.0, "subsequent_plan_percent": 9.0, "agency_percent": 12.0}
    changed = design.with_changes({f"national_data.planted.effects.{name}": size for name, size in large.items()})
    generate_into(tmp_path, changed, ["national"])
    frames = {name: data.frame for name, data in read_folder(list(SCHEMAS), tmp_path).items()}
    for result in evaluate(changed.section("national_data"), frames).evaluated:
        if result.indicator.key in large:
            interval = result.effect.interval
            wide_low, wide_high = (interval.estimate + sign * 4 * interval.se for sign in (-1, 1))
            assert wide_low < large[result.indicator.key] < wide_high, result.indicator.key
            assert interval.low * interval.high > 0, result.indicator.key


@pytest.fixture
def rng():
    return np.random.default_rng(11)
