"""The children's records stand-in: formats, dirt, determinism, scale, and planted effects found in its own truth."""

from __future__ import annotations

import hashlib
import itertools
from datetime import date

import numpy as np
import pandas as pd
import pytest

from analysis.design import load_design
from analysis.sources.catalogue import catalogue
from analysis.sources.loading import read_folder
from analysis.standins import children, generate_into
from analysis.standins.children.authorities import OUTCOMES, make_authorities
from analysis.standins.children.care import KINSHIP_NEW, KINSHIP_OLD
from analysis.standins.children.days import (
    NEVER,
    bank_holidays_of_england,
    day,
    financial_year,
    first_day_of,
    iso,
    working_days,
)

SMALL = 0.15
SECTION = "difference_in_differences"
NAMES = tuple(name for name, entry in catalogue().items() if entry.standin == "children")


@pytest.fixture(scope="module")
def folder(tmp_path_factory, design):
    """A small extract as generated."""
    out = tmp_path_factory.mktemp("children")
    generate_into(out, design, ["children"], SMALL)
    return out


@pytest.fixture(scope="module")
def frames(folder):
    """The small extract, read and checked."""
    return {name: dataset.frame for name, dataset in read_folder(NAMES, folder).items()}


@pytest.fixture(scope="module")
def truth(design):
    """The true units of the small extract."""
    return children.true_units(design, design.rng("standins.children"), SMALL)


def raw(folder, name) -> pd.DataFrame:
    """A file as text."""
    return pd.read_csv(folder / name, dtype=str, keep_default_na=False)


def without_randomness_of_authorities(design):
    """The design with every shock between authorities and years at nought: only children vary."""
    changes = {f"{SECTION}.planted.{spread}.{outcome}": 0.0 for outcome in OUTCOMES
               for spread in ("annual_sd", "authority_sd", "authority_period_sd", "authority_year_sd", "free_meals")}
    return design.with_changes(changes)


class TestDays:
    def test_bank_holidays_are_those_of_england_on_weekdays(self):
        table = bank_holidays_of_england(2008, 2019)
        # Eight a year for twelve years, the royal wedding (2011) and the diamond jubilee (2012).
        assert len(table) == 12 * 8 + 2
        assert {"2008-03-21", "2011-04-29", "2012-06-05", "2011-12-27", "2019-12-26"} <= set(table["date"])
        # 25 December 2011 is a Sunday and 17 March is a holiday in Northern Ireland alone.
        assert not {"2011-12-25", "2012-03-17"} & set(table["date"])

    def test_financial_year_turns_on_the_first_of_april(self):
        days = np.array([day("2015-03-31"), day("2015-04-01"), day("2016-01-01")])
        assert financial_year(days).tolist() == [2014, 2015, 2015]
        assert first_day_of(np.array([2015]))[0] == day("2015-04-01")

    def test_iso_is_empty_where_the_day_never_comes(self):
        assert iso(np.array([day("2010-02-03"), NEVER])).tolist() == ["2010-02-03", ""]

    def test_end_after_inverts_the_count_of_working_days(self):
        rng = np.random.default_rng(1)
        start = rng.integers(day("2009-01-01"), day("2018-01-01"), 500)
        wanted = rng.integers(0, 90, 500)
        end = working_days().end_after(start, wanted)
        closed = bank_holidays_of_england(2008, 2019)["date"].to_numpy(dtype="datetime64[D]")
        counted = np.busday_count(start.astype("datetime64[D]"), (end + 1).astype("datetime64[D]"), holidays=closed)
        assert (counted - 1 == wanted).all()               # both ends included, minus one
        assert working_days().is_working(end).all()


class TestFormats:
    def test_every_dataset_of_the_catalogue_reads(self, frames):
        assert set(frames) == {"cin_census", "disabilities", "section47", "assessments", "looked_after_episodes",
                               "la_year_covariates", "matched_groups", "embedding_dates", "implementation_profile",
                               "bank_holidays"}
        assert all(len(frame) for frame in frames.values())

    def test_one_census_file_a_year_with_that_years_columns(self, folder):
        files = sorted(path.name for path in folder.glob("cin_census_*.csv"))
        assert files == [f"cin_census_{year}.csv" for year in range(2008, 2019)]
        first, later, last = (set(raw(folder, f"cin_census_{year}.csv")) for year in (2008, 2010, 2018))
        assert "CIN_LA_LGR" in first and "CIN_LA" not in first and "CIN_LA" in later
        assert "FSMeligible_SPR08" in first and "FSMeligible_SPR18" in last
        assert "CIN_NumberOfPreviousCPP" in first & last and "CIN_NumberOfPreviousCPP" not in later
        assert "EVERFSM_6_SPR18" in last and "EVERFSM_6_SPR10" not in later

    def test_types_after_reading(self, frames):
        census, episodes = frames["cin_census"], frames["looked_after_episodes"]
        for name in ("CIN_DOB", "CIN_ReferralDate", "CIN_CINClosureDate", "CIN_CPPstartDate"):
            assert str(census[name].dtype) == "datetime64[ns]"
        assert str(census["CIN_ReferralNFA"].dtype) == "Int64"
        assert set(census["CIN_ReasonForClosure"].dropna()) >= {"RC7", "RC8", "RC9", "UNKN"}
        assert str(episodes["poc_start"].dtype) == "datetime64[ns]"

    def test_assessments_go_by_position_in_three_files(self, folder, frames):
        headers = [tuple(raw(folder, path.name).columns) for path in sorted(folder.glob("assessments_*.csv"))]
        assert len(headers) == 3 and len(set(headers)) == 3 and {len(header) for header in headers} == {6}
        assert frames["assessments"]["start"].dt.year.min() == 2011

    def test_authorities_have_no_real_code_or_name(self, frames):
        codes = set(frames["la_year_covariates"]["la"])
        # Real old codes of children's services authorities lie between 201 and 941.
        assert not [code for code in codes if 201 <= code <= 941]
        assert frames["la_year_covariates"]["authority"].str.fullmatch(
            r"Pilot [A-J]|Comparator [A-J]\d|Other authority \d+").all()

    def test_groups_share_comparators_and_some_have_one(self, frames):
        sheet = frames["matched_groups"]
        assert sheet.groupby("outcome").size().to_dict() == {"duration": 9, "conference": 9, "rereferral": 9,
                                                             "escalation": 7, "kinship": 9}
        conference = sheet[sheet["outcome"] == "conference"]
        assert conference["comparator_2_la"].isna().sum() == 1
        named = pd.concat([conference["comparator_1_la"], conference["comparator_2_la"]]).dropna()
        assert named.duplicated().any()
        assert not set(named) & set(sheet["pilot_la"])

    def test_every_embedding_spans_the_day_of_the_shock(self, frames, design):
        shock = pd.Timestamp(design.section(SECTION)["planted"]["shock_date"])
        dates = frames["embedding_dates"]
        assert len(dates) == 9 and dates["embedding_start"].nunique() == 9
        assert ((dates["embedding_start"] < shock) & (shock <= dates["embedding_end"])).all()

    def test_covariates_have_gaps_but_every_rating_is_known_once(self, frames):
        table = frames["la_year_covariates"]
        assert sorted(set(table["year"])) == list(range(2008, 2019))
        assert 0 < table["fsm_primary"].isna().mean() < 0.1
        assert table.groupby("la")["ofsted_rating"].count().min() >= 1


class TestDirt:
    def test_a_referral_stands_once_a_census_year_and_once_a_plan(self, frames):
        census = frames["cin_census"]
        key = ["CIN_LAchildID_Anon", "la", "CIN_ReferralDate"]
        census = census.assign(la=census["CIN_LA"].fillna(census["CIN_LA_LGR"]))
        rows = census.groupby(key)
        assert (rows["CIN_ACADYR"].nunique() > 1).any()
        assert (census.groupby([*key, "CIN_ACADYR"])["CIN_CPPstartDate"].nunique() > 1).any()

    def test_codes_are_dirty_in_the_files(self, folder):
        text = pd.concat([raw(folder, path.name) for path in folder.glob("cin_census_*.csv")], ignore_index=True)
        ethnicity, need, closure = text["CIN_Ethnicity"], text["CIN_PrimaryNeedCode"], text["CIN_ReasonForClosure"]
        assert (ethnicity.str.strip() != ethnicity).any() and ethnicity.str.fullmatch(r"[a-z]{4}").any()
        assert (ethnicity == "NA").any()
        assert (need == "UnmappedNeedCode").any() and need.str.fullmatch(r"n\d").any()
        assert (closure.str.strip() != closure).any() and closure.str.startswith("rc").any()
        assert (closure == "UNKN").any()
        assert (text["CIN_AsylumSeeking"] == "2").any()
        assert text.duplicated().any()

    def test_birth_dates_conflict_for_some_children(self, frames):
        census = frames["cin_census"]
        births = census.assign(la=census["CIN_LA"].fillna(census["CIN_LA_LGR"])).groupby(
            ["CIN_LAchildID_Anon", "la"])["CIN_DOB"].nunique()
        assert 0.001 < (births > 1).mean() < 0.05

    def test_an_id_is_unique_within_an_authority_only(self, truth):
        units = truth["conference"]
        owners = units.groupby("id")["la"].nunique()
        assert (owners > 1).any() and (owners > 1).mean() < 0.05
        assert (units.groupby(["id", "la"])["child"].nunique() == 1).all()

    def test_share_of_missing_low_income_stays_below_the_limit_for_dropping(self, frames, design):
        census = frames["cin_census"]
        age = (census["CIN_ReferralDate"] - census["CIN_DOB"]).dt.days / 365.25
        flags = census[["FSMeligible", "EVERFSM_6", "EVERFSM_6_P", "EVERFSM_ALL"]]
        missing = flags.isna().all(axis=1)[age >= 6].mean()
        assert 0.05 < missing < design.section(SECTION)["estimation"]["largest_share_missing"]

    def test_episodes_abut_and_start_with_the_period(self, frames):
        episodes = frames["looked_after_episodes"].sort_values(["LA", "CHILD_LA_CODE_ANON", "date_episode_started"])
        period = episodes.groupby(["LA", "CHILD_LA_CODE_ANON", "poc_start"])
        assert (period["date_episode_started"].first().reset_index()["poc_start"]
                == period["date_episode_started"].first().to_numpy()).all()
        following = period["date_episode_started"].shift(-1)
        inside = following.notna()
        assert (episodes.loc[inside, "date_episode_ceased"] == following[inside]).all()
        assert (episodes.loc[inside, "reason_episode_ceased"] == "X1").all()
        assert not (episodes.loc[~inside, "reason_episode_ceased"] == "X1").any()


class TestDeterminism:
    @pytest.mark.slow
    def test_same_seed_same_bytes(self, design, folder, tmp_path):
        def digest(place):
            return {path.name: hashlib.sha256(path.read_bytes()).hexdigest() for path in sorted(place.iterdir())}

        generate_into(tmp_path, design, ["children"], SMALL)
        assert digest(tmp_path) == digest(folder)

    def test_another_seed_gives_other_children_and_authorities(self, design):
        first, second = (next(children.simulate(changed, changed.rng("x"), 0.05))
                         for changed in (design, design.with_seed(design.seed + 1)))
        assert not first.cases["date"].head(20).equals(second.cases["date"].head(20))
        assert (first.setting.authority.shocks["kinship"] != second.setting.authority.shocks["kinship"]).all()

    def test_scale_multiplies_the_children_and_leaves_the_authorities(self, design):
        section = design.section(SECTION)
        small, large = (sum(len(chunk.people) for chunk in children.simulate(design, design.rng("x"), scale))
                        for scale in (0.05, 0.10))
        assert large == pytest.approx(2 * small, rel=0.02)      # sizes are rounded to whole children
        same = [make_authorities(section, design.rng("y"))[0].years["kinship"] for _ in range(2)]
        assert (same[0] == same[1]).all()

    def test_chunks_are_no_larger_than_said_and_children_are_numbered_through(self, design):
        small = design.with_changes({f"{SECTION}.records.chunk": 50})
        chunks = list(itertools.islice(children.simulate(small, small.rng("x"), 0.1), 6))
        assert max(len(chunk.people) for chunk in chunks) == 50
        of_first = [chunk for chunk in chunks if chunk.setting.authority.code == 101]
        assert len(of_first) > 1
        numbers = np.concatenate([chunk.people.number for chunk in of_first])
        assert (numbers == np.arange(len(numbers))).all()

    @pytest.mark.slow
    def test_appended_chunks_have_one_header(self, design, tmp_path):
        small = design.with_changes({f"{SECTION}.records.chunk": 60})
        generate_into(tmp_path, small, ["children"], 0.05)
        lines = (tmp_path / "section47.csv").read_text(encoding="utf-8").splitlines()
        assert [number for number, line in enumerate(lines) if line.startswith("CIN_LAchildID_Anon")] == [0]
        assert len(read_folder(["cin_census"], tmp_path)["cin_census"].frame) > 500


class TestTruth:
    def test_exposure_rises_through_the_embedding_of_pilots_only(self, design):
        authorities = make_authorities(design.section(SECTION), design.rng("x"))
        pilot = next(a for a in authorities if a.role == "pilot")
        days = np.array([pilot.start, (pilot.start + pilot.end + 1) // 2, pilot.end, pilot.end + 1, pilot.end + 500])
        exposure = pilot.exposure(days)
        assert exposure[0] == 0 and 0.49 < exposure[1] < 0.51 and exposure[2] < 1 and (exposure[3:] == 1).all()
        other = next(a for a in authorities if a.role == "comparator")
        assert (other.exposure(days) == 0).all()

    def test_outcomes_in_the_files_are_the_true_ones_for_kinship(self, frames, truth):
        """Counted from the episodes by the corrected definition, written here apart from generator and strand."""
        episodes = frames["looked_after_episodes"]
        year = episodes["poc_start"] + pd.Timedelta(366, "D")
        kin = episodes["placement"].isin({*KINSHIP_NEW, *KINSHIP_OLD}) & (episodes["date_episode_started"] <= year)
        left = episodes["reason_episode_ceased"].isin(["E43", "E44", "E45", "E47"])
        left &= episodes["date_episode_ceased"] <= year
        order = episodes["legal_status"].isin(["C1", "C2"])
        counted = (episodes.assign(y=kin | left, order=order).groupby(["LA", "CHILD_LA_CODE_ANON", "poc_start"])
                   .agg(y=("y", "max"), order=("order", "max")).query("order").reset_index())
        counted = counted[(counted["poc_start"] >= "2008-04-01") & (counted["poc_start"] < "2018-03-30")]
        units = truth["kinship"].assign(poc_start=lambda u: u["date"].to_numpy().astype("datetime64[D]"))
        joined = counted.merge(units, left_on=["LA", "CHILD_LA_CODE_ANON", "poc_start"],
                               right_on=["la", "id", "poc_start"])
        assert len(joined) / len(counted) > 0.99 and len(joined) > 300
        assert (joined["y_x"].astype(float) == joined["y_y"]).all()

    def test_rereferrals_in_the_files_are_the_true_ones(self, frames, truth):
        census = frames["cin_census"]
        census = census.assign(la=census["CIN_LA"].fillna(census["CIN_LA_LGR"]).astype(int))
        dates = {key: np.sort(group.unique()) for key, group in
                 census.groupby(["la", "CIN_LAchildID_Anon"])["CIN_ReferralDate"]}
        units = truth["rereferral"]
        units = units[(units["date"] >= day("2008-04-01")) & (units["closes"] < day("2019-03-31"))].head(800)
        found = []
        for row in units.itertuples():
            closed = np.datetime64(date.fromordinal(row.closes - 183 + date(1970, 1, 1).toordinal()), "ns")
            own = dates[(row.la, row.id)]
            found.append(((own > closed) & (own <= closed + np.timedelta64(183, "D"))).any())
        assert (np.array(found) == (units["y"] == 1)).all()

    def test_every_pilot_has_units_before_and_after(self, design):
        """At scale 1: at least 40 periods of care in every pilot and period, where embedding was in time."""
        section = design.section(SECTION)
        last = day(section["windows"]["end_of_records"])
        by = day(section["windows"]["kinship_embedded_by"])
        chunks = children.simulate(design, design.rng("standins.children"))
        pilots = list(itertools.takewhile(lambda chunk: chunk.setting.authority.role == "pilot", chunks))
        assert len(pilots) == 9
        for chunk, outcome in itertools.product(pilots, OUTCOMES):
            pilot, units = chunk.setting.authority, chunk.truth[outcome]
            if outcome in ("kinship", "escalation") and pilot.end > by:
                continue
            before = (units["closes"] < pilot.start) & (units["date"] >= day("2008-04-01"))
            after = (units["date"] > pilot.end) & (units["closes"] < last)
            assert before.sum() >= 40, (pilot.name, outcome)
            # The pilot embedded last has nine months of records after it.
            assert after.sum() >= (40 if outcome == "kinship" else 5), (pilot.name, outcome)


@pytest.fixture(scope="module")
def units(design):
    """Units at scale 3 with an effect on every outcome and no randomness of authorities."""
    changed = without_randomness_of_authorities(design).with_changes(
        {f"{SECTION}.planted.effect.{name}": value for name, value in TestPlantedEffects.PLANTED.items()})
    return children.true_units(changed, changed.rng("planted"), 3.0)


@pytest.mark.slow
class TestPlantedEffects:
    PLANTED = {"duration": -2.0, "conference": 0.05, "rereferral": -0.06, "escalation": 0.03, "kinship": -0.13}

    @pytest.mark.parametrize("outcome", OUTCOMES)
    def test_outcomes_vary_around_their_expectation(self, units, outcome):
        """y minus its expectation has mean nought: in pilots before and after embedding, and elsewhere."""
        rows = units[outcome]
        error = rows["y"] - rows["expected"]
        for exposed in (rows["exposure"] == 0, rows["exposure"] == 1):
            part = error[exposed]
            assert abs(part.mean()) < 4 * part.std() / np.sqrt(len(part)), outcome       # 4 standard errors

    @pytest.mark.parametrize("outcome", OUTCOMES)
    def test_the_effect_on_exposed_units_is_the_planted_one(self, units, outcome):
        rows = units[outcome]
        assert rows.loc[rows["exposure"] == 0, "effect"].abs().max() == 0
        # Probabilities are kept within bounds, which takes little off the effect of few units.
        assert rows.loc[rows["exposure"] == 1, "effect"].mean() == pytest.approx(self.PLANTED[outcome], rel=0.03)

    @pytest.mark.parametrize("outcome", OUTCOMES)
    def test_a_simple_difference_in_differences_finds_it(self, units, outcome, design):
        """Pilots after minus before, less comparators': least squares on pilot, after and year from the shock day on.

        Without shocks of authorities the records' own spread is all there is, so a plain standard error fits; the
        children's features differ between the arms by a constant, which the pilot indicator takes up.
        """
        rows = units[outcome]
        rows = rows[(rows["exposure"] == 0) | (rows["exposure"] == 1)]
        pilot = (rows["la"] < 110).to_numpy(dtype=float)
        after = (rows["exposure"] == 1).to_numpy(dtype=float)
        years = pd.get_dummies(financial_year(rows["date"].to_numpy()), dtype=float).to_numpy()
        design_matrix = np.column_stack([after, pilot, years])
        y = rows["y"].to_numpy()
        inverse = np.linalg.inv(design_matrix.T @ design_matrix)
        coefficients = inverse @ design_matrix.T @ y
        residual = y - design_matrix @ coefficients
        spread = np.sqrt(inverse[0, 0] * residual.var())
        assert abs(coefficients[0] - self.PLANTED[outcome]) < 3.5 * spread + 0.03 * abs(self.PLANTED[outcome])
        assert abs(coefficients[0]) > 3 * spread                      # and the test could have missed it

    def test_shocks_of_authorities_have_the_stated_spread(self, design):
        planted = design.section(SECTION)["planted"]
        drawn = np.concatenate([[a.shocks["kinship"][1] - a.shocks["kinship"][0]
                                 for a in make_authorities(design.section(SECTION), design.rng(f"seed {i}"))]
                                for i in range(30)])
        # The difference of two independent shocks; standard error of a standard deviation: sd / sqrt(2 n).
        wanted = np.sqrt(2) * planted["authority_period_sd"]["kinship"]
        assert abs(drawn.std() - wanted) < 4 * wanted / np.sqrt(2 * len(drawn))


def test_the_design_file_says_what_the_generator_needs():
    section = load_design().section(SECTION)
    assert set(section["planted"]["effect"]) == set(OUTCOMES) == set(section["records"]["groups"])
    assert section["planted"]["effect"]["kinship"] == -0.13            # the published direction and size
    assert all(section["planted"]["effect"][name] == 0 for name in OUTCOMES if name != "kinship")
