"""The five populations from the extract on disk, authority by authority, against those from records in memory."""

from __future__ import annotations

import pickle

import pandas as pd
import pytest
from hypothesis import Phase, given, settings
from hypothesis import strategies as st

from analysis.design import load_design
from analysis.errors import DataError
from analysis.sources.catalogue import catalogue
from analysis.sources.loading import read, read_folder
from analysis.sources.locating import Location, locate_in
from analysis.sources.streaming import divided
from analysis.standins import generate_into
from analysis.strands.difference_in_differences import DATASETS, OUTCOMES, all_of, records_from, rules_of
from analysis.strands.difference_in_differences.cleaning import clean
from analysis.strands.difference_in_differences.covariates import analysis_frame
from analysis.strands.difference_in_differences.definitions import CORRECTED, PUBLISHED
from analysis.strands.difference_in_differences.estimation import effect_alone
from analysis.strands.difference_in_differences.extract import DIVISIONS, extract_from, with_owners_of_disabilities
from analysis.strands.difference_in_differences.outcomes import UNITS
from analysis.strands.difference_in_differences.periods import in_periods, outcome_groups
from analysis.strands.difference_in_differences.populations import (
    KEPT,
    added_flows,
    first_places,
    part_of,
    populations,
)
from analysis.strands.difference_in_differences.strand import analyse_definitions, placed_units
from tests.strands.did_records import records

DESIGN = load_design()
RULES = {choice: rules_of(DESIGN, all_of(choice)) for choice in (PUBLISHED, CORRECTED)}
AUTHORITIES = (101, 111, 112, 141)       # Pilot A, its comparators, one in no group


def locations(folder):
    return {name: locate_in(name, folder, "synthetic") for name in DATASETS}


def frames_of(folder):
    return {name: dataset.frame for name, dataset in read_folder(DATASETS, folder).items()}


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    """A small extract of four authorities, with children made by hand at the ends of its files."""
    out = tmp_path_factory.mktemp("extract")
    generate_into(out, DESIGN, ["children"], scale=0.03)
    for path in [*out.glob("cin_census_*"), *out.glob("assessments_*"), *out.glob("section47*"), *out.glob("looked*")]:
        table = pd.read_csv(path, dtype=str, keep_default_na=False)
        la = next(name for name in ("CIN_LA", "LA", "CIN_LA_LGR") if name in table)
        table[table[la].isin([str(code) for code in AUTHORITIES])].to_csv(path, index=False, lineterminator="\n")
    for name, changes in BY_HAND:
        table = pd.read_csv(out / name, dtype=str, keep_default_na=False)
        row = table.iloc[[-1]].assign(**{column: value for column, value in changes.items() if column in table})
        row.to_csv(out / name, mode="a", header=False, index=False, lineterminator="\n")
    return out


REFERRED = {"CIN_DOB": "2004-05-06", "CIN_Disability": "", "CIN_ReferralNFA": "1", "CIN_ReasonForClosure": "",
            "CIN_CINClosureDate": "", "CIN_CPPstartDate": "", "CIN_CPPendDate": "", "CIN_DateOfInitialCPC": ""}
BY_HAND = [         # file, what differs from its last row
    # One id, two authorities; and one of its own. The disabilities file has the id alone.
    ("cin_census_2012.csv", {**REFERRED, "CIN_LAchildID_Anon": "SHARED", "CIN_LA": "101",
                             "CIN_ReferralDate": "2012-05-01"}),
    ("cin_census_2013.csv", {**REFERRED, "CIN_LAchildID_Anon": "SHARED", "CIN_LA": "111",
                             "CIN_ReferralDate": "2013-05-01"}),
    ("cin_census_2013.csv", {**REFERRED, "CIN_LAchildID_Anon": "ALONE", "CIN_LA": "111",
                             "CIN_ReferralDate": "2013-05-01"}),
    ("disabilities.csv", {"CIN_LAchildID_Anon": "SHARED", "CIN_Disability": "AUT"}),
    ("disabilities.csv", {"CIN_LAchildID_Anon": "ALONE", "CIN_Disability": "AUT"}),
    # The first year's authority stands in a column of its own.
    ("cin_census_2008.csv", {**REFERRED, "CIN_LAchildID_Anon": "FIRST", "CIN_LA_LGR": "101",
                             "CIN_ReferralDate": "2008-05-01"}),
    ("cin_census_2009.csv", {**REFERRED, "CIN_LAchildID_Anon": "FIRST", "CIN_LA": "101",
                             "CIN_ReferralDate": "2009-05-01"}),
    # Authorities that stand in one file only.
    ("looked_after_episodes.csv", {"CHILD_LA_CODE_ANON": "SHARED", "LA": "197"}),
    ("section47.csv", {"CIN_LAchildID_Anon": "SHARED", "CIN_LA": "198"}),
    ("assessments_2011.csv", {"CIN_LAchildID_Anon": "SHARED", "CIN_LA": "199"}),
]


@pytest.fixture(scope="module")
def frames(folder):
    return frames_of(folder)


@pytest.fixture(scope="module")
def in_memory(frames):
    return records_from(frames)


@pytest.fixture(scope="module")
def on_disk(folder):
    """The extract in pieces of half a census file."""
    with extract_from(locations(folder), processes=1, chunk_bytes=3_000) as extract:
        parts = {name: len(dataset.parts) for name, dataset in extract.store.datasets.items()}
        assert parts["cin_census"] >= 22 and parts["assessments"] >= 4 and parts["looked_after_episodes"] >= 4
        yield extract


def check_same(found, expected) -> None:
    """Populations are the same to the last bit, in rows, order, types and counts."""
    assert found.units.keys() == expected.units.keys()
    for outcome, units in expected.units.items():
        pd.testing.assert_frame_equal(found.units[outcome].frame, units.frame, check_exact=True)
        assert found.units[outcome].flow == units.flow
    pd.testing.assert_frame_equal(found.facts.people, expected.facts.people, check_exact=True)
    pd.testing.assert_frame_equal(found.facts.low_income, expected.facts.low_income, check_exact=True)
    for name, value in vars(expected.reference).items():
        getattr(pd.testing, "assert_series_equal" if name == "bank_holidays" else "assert_frame_equal")(
            getattr(found.reference, name), value, check_exact=True)


def check_against_records(made, whole, rules) -> None:
    """Populations have the units, and lead to the analysis frames, that whole records in memory lead to."""
    children = clean(whole, rules)
    for outcome in OUTCOMES:
        units = UNITS[outcome](whole, children, rules)
        kept = [name for name in KEPT if name in units.frame]
        pd.testing.assert_frame_equal(made.units[outcome].frame, units.frame[kept], check_exact=True)
        assert made.units[outcome].flow == units.flow
        groups = outcome_groups(whole, outcome, rules)
        expected = analysis_frame(in_periods(units, groups, rules).frame, whole, children, rules)
        found = analysis_frame(in_periods(made.units[outcome], groups, rules).frame, made.reference, made.facts, rules)
        pd.testing.assert_frame_equal(found, expected[list(found)], check_exact=True)


@pytest.mark.parametrize("choice", [PUBLISHED, CORRECTED])
@pytest.mark.slow
def test_populations_on_disk_are_those_in_memory(choice, in_memory, on_disk):
    found, expected = (populations(source, RULES[choice], processes=1) for source in (on_disk, in_memory))
    assert all(len(units.frame) for units in expected.units.values())
    check_same(found, expected)
    check_against_records(found, in_memory, RULES[choice])


def test_outcomes_can_be_chosen(in_memory):
    made = populations(in_memory, RULES[CORRECTED], ["kinship"])
    assert list(made.units) == ["kinship"]
    assert set(made.facts.people.index) == set(made.units["kinship"].frame["child"])


def test_the_parts_are_the_authorities(on_disk):
    assert on_disk.authorities() == (*AUTHORITIES, 197, 198, 199)
    assert list(on_disk.datasets) == list(DATASETS)
    assert set(on_disk.records(111).cin["la"]) == {111}


def test_one_id_in_two_authorities_is_two_children_and_its_disability_is_nobodys(on_disk):
    for authority, known in ((101, set()), (111, {"ALONE"})):
        made = on_disk.records(authority)
        ids = made.cin.drop_duplicates("child").set_index("child")["CIN_LAchildID_Anon"]
        assert "SHARED" in set(ids)
        assert set(ids[made.disabilities["child"].unique()]) & {"SHARED", "ALONE"} == known
    assert (on_disk.records(111).cin["CIN_LAchildID_Anon"] == "SHARED").sum() == 1


def test_the_first_years_authority_is_the_childs(on_disk):
    cin = on_disk.records(101).cin
    first = cin[cin["CIN_LAchildID_Anon"] == "FIRST"]
    assert first["CIN_ACADYR"].tolist() == ["2008/2009", "2009/2010"] and first["child"].nunique() == 1


def test_an_authority_in_one_file_only_adds_its_rows_to_the_flow(on_disk):
    part = part_of(on_disk.records(197), RULES[CORRECTED])
    assert dict(part.units["kinship"].flow)["Rows of the looked-after return"] == 1
    assert dict(part.units["conference"].flow)["Rows of the census"] == 0
    assert part_of(on_disk.records(199), RULES[CORRECTED]).units["duration"].flow[0][1] == 1


def test_children_are_numbered_by_their_first_row_in_the_files():
    # Census: child 7, then 3; section 47: 9, 7; so 7 is the first child, 3 the second, 9 the third.
    made = records(cin=[{"child": 7, "CIN_ReferralNFA": 1}, {"child": 3, "CIN_ReferralNFA": 1}],
                   section47=[{"child": 9}, {"child": 7}])
    assert first_places(made).sort_values().index.tolist() == [7, 3, 9]
    units = populations(made, RULES[CORRECTED], ["rereferral"]).units["rereferral"]
    assert units.frame["child"].tolist() == [0, 1]


def test_flows_are_added_step_by_step():
    assert added_flows([(("a", 3), ("b", 1)), (("a", 4), ("b", 0))]) == (("a", 7), ("b", 1))
    with pytest.raises(DataError, match="different steps"):
        added_flows([(("a", 3),), (("b", 4),)])


def test_rules_can_be_sent_to_another_process():
    sent = pickle.loads(pickle.dumps(RULES[CORRECTED]))
    assert sent == RULES[CORRECTED] and sent.date("end_of_records") == pd.Timestamp("2019-03-31")


# ---- disabilities ----

CODES = {"no row names its authority": ("", "", "", ""), "every row does": ("101", "112", "111", "111"),
         "some rows do": ("101", "", "111", "")}


@pytest.mark.parametrize("named", CODES)
def test_disabilities_on_disk_are_those_in_memory(named, folder, frames, tmp_path):
    """Ids SHARED (two authorities), ALONE, and one that the census does not have, twice ALONE."""
    path = tmp_path / "disabilities.csv"
    pd.DataFrame({"CIN_LAchildID_Anon": ["SHARED", "NOBODY", "ALONE", "ALONE"], "CIN_LA": CODES[named],
                  "CIN_Disability": ["AUT", "LD", "NONE", "LD"]}).to_csv(path, index=False)
    census = locate_in("cin_census", folder, "synthetic")
    census = Location(census.entry, "synthetic", census.files[4:6])      # 2012 and 2013
    places = {"cin_census": census, "disabilities": Location(catalogue()["disabilities"], "synthetic", (path,))}
    whole = records_from({**frames, **{name: read(place).frame for name, place in places.items()}})
    expected = whole.disabilities.merge(whole.cin.drop_duplicates("child"), on="child")
    expected = expected[["CIN_LAchildID_Anon", "la", "disabled"]]
    parts = []
    with divided(places, DIVISIONS, processes=1) as store:
        store = with_owners_of_disabilities(store)
        for authority in store.keys("cin_census"):
            own = {name: store.frame(name, authority) for name in places}
            made = records_from({**frames, **own})
            parts.append(made.disabilities.merge(made.cin.drop_duplicates("child"), on="child"))
    found = pd.concat(parts)[["CIN_LAchildID_Anon", "la", "disabled"]]
    assert sorted(map(tuple, found.to_numpy())) == sorted(map(tuple, expected.to_numpy()))
    ids = set(found["CIN_LAchildID_Anon"])
    assert ids == ({"SHARED", "ALONE"} if named == "every row does" else {"ALONE"})


# ---- what is left behind ----

def test_the_store_is_gone_after_an_error(folder, tmp_path):
    """The first file is stored when the second turns out to be wrong."""
    temporary = tmp_path / "temporary"
    temporary.mkdir()
    wrong = tmp_path / "cin_census_2009.csv"
    wrong.write_text((folder / wrong.name).read_text().replace("2009-05-01", "2009-05-41"))
    places = locations(folder)
    census = places["cin_census"]
    places["cin_census"] = Location(census.entry, "synthetic", (census.files[0], wrong, *census.files[2:]))
    with pytest.raises(DataError, match="file cin_census_2009.csv, row .*, column CIN_ReferralDate"):
        with extract_from(places, folder=temporary, processes=1):
            raise AssertionError("a wrong file was taken")
    assert list(temporary.iterdir()) == []


# ---- at full length ----

@pytest.fixture(scope="module")
def default_folder(standins):
    standins("cin_census")
    return standins.folder


@pytest.mark.slow
@pytest.mark.parametrize("choice", [PUBLISHED, CORRECTED])
def test_default_standins_on_two_processes(choice, default_folder, tmp_path):
    """All 33 authorities, several pieces a file, on two processes: the same as in memory, to the last bit; and nothing
    is left behind."""
    whole = records_from(frames_of(default_folder))
    with extract_from(locations(default_folder), folder=tmp_path, chunk_bytes=400_000) as extract:
        assert len(extract.store.datasets["cin_census"].parts) >= 33
        assert list(tmp_path.iterdir()) == [extract.store.folder]
        made = populations(extract, RULES[choice])
    assert list(tmp_path.iterdir()) == []
    check_same(made, populations(whole, RULES[choice]))
    check_against_records(made, whole, RULES[choice])


@pytest.mark.slow
def test_the_effect_from_disk_is_the_one_from_memory(default_folder):
    whole, definitions = records_from(frames_of(default_folder)), all_of(CORRECTED)
    with extract_from(locations(default_folder)) as extract:
        found, expected = (analyse_definitions(source, DESIGN, definitions, effect_alone, ("kinship",))
                           for source in (extract, whole))
    assert found == expected
    # And the one that the units of whole records, without the detour by populations, lead to.
    rules, children = RULES[CORRECTED], clean(whole, RULES[CORRECTED])
    frame = analysis_frame(placed_units(whole, children, rules, "kinship").frame, whole, children, rules)
    direct = effect_alone(frame, "kinship", whole.la_years, rules, DESIGN.rng("difference_in_differences.kinship"))
    assert direct == expected["kinship"]


@pytest.mark.slow
@settings(max_examples=5, deadline=None, phases=[Phase.generate])     # a smaller size of piece says no more
@given(st.integers(2_000, 40_000))
def test_the_size_of_the_pieces_does_not_matter(folder, in_memory, chunk_bytes):
    with extract_from(locations(folder), processes=1, chunk_bytes=chunk_bytes) as extract:
        check_same(populations(extract, RULES[CORRECTED], processes=1), populations(in_memory, RULES[CORRECTED]))
