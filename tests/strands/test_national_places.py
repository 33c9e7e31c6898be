"""Single pilots, maps of tiles and days in care, by hand."""

from __future__ import annotations

from types import SimpleNamespace

import numpy as np
import pandas as pd
import pytest

from analysis.errors import DataError, DesignError
from analysis.strands.national_data import evaluate
from analysis.strands.national_data.days_in_care import by_authority_and_year, days_in_care
from analysis.strands.national_data.places import pilot_values, slopes, tiles

WINDOW = (2016, 2020)


def national_of(values):
    """As much of a strand's result as a pilot's table needs: one indicator, pilot p, its neighbours a, b and c."""
    indicator = SimpleNamespace(title="Plans", unit="per cent", years=WINDOW, key="plans")
    result = SimpleNamespace(indicator=indicator, values=values, reason="")
    return SimpleNamespace(results=(result,), comparison=SimpleNamespace(of_pilot={"p": ("a", "b", "c")},
                                                                         comparators=("a", "b", "c")))


def test_a_pilots_row_by_hand():
    rows = [("p", 2016, np.nan, "c"), ("p", 2017, 20.0, ""), ("p", 2020, 25.0, ""), ("p", 2024, 30.0, ""),
            ("a", 2017, 10.0, ""), ("a", 2020, 12.0, ""), ("b", 2017, 20.0, ""), ("b", 2020, 20.0, ""),
            ("c", 2017, 50.0, ""), ("c", 2020, np.nan, "u"), ("England", 2017, 15.0, ""), ("England", 2020, 16.0, "")]
    frame = pd.DataFrame(rows, columns=["code", "year", "value", "symbol"])
    row = pilot_values(national_of(frame), "p", 2018).iloc[0]
    assert np.isnan(row["first"]) and row["first__symbol"] == "c"
    assert row[["before", "last", "latest"]].tolist() == [20, 25, 30] and row["latest_year"] == 2024
    # c has no number in 2020, so that neighbours are a and b: 15 before, 16 after. (25 - 20) - (16 - 15) = 4.
    assert row[["near_before", "near_last", "difference"]].tolist() == [15, 16, 4]
    assert row[["england_before", "england_last"]].tolist() == [15, 16]


def test_a_pilot_without_a_number_has_no_difference():
    rows = [("p", 2017, 20.0, ""), ("a", 2017, 1.0, ""), ("a", 2020, 1.0, ""), ("England", 2017, 1.0, "")]
    frame = pd.DataFrame(rows, columns=["code", "year", "value", "symbol"])
    row = pilot_values(national_of(frame), "p", 2018).iloc[0]
    assert np.isnan(row["difference"]) and row["difference__symbol"] == "x"
    assert row["last__symbol"] == "x" and row["england_last__symbol"] == "x"


@pytest.fixture(scope="module")
def national(standins, design):
    from analysis.sources.schemas.public import SCHEMAS
    return evaluate(design.section("national_data"), {name: standins(name).frame for name in SCHEMAS})


def test_tiles_of_the_standins_do_not_overlap(national, design):
    found = next(result for result in national.results if result.indicator.key == "cin_rate")
    frame = tiles(design.section("national_data"), national, found.values, 2020)
    assert not frame.duplicated(["row", "column"]).any() and len(frame) == frame["code"].nunique()
    assert (frame["role"] == "pilot").sum() == 10 and (frame["role"] == "pilot of round 1 alone").sum() == 1
    assert slopes([found], national.pilots.names, 2018).shape[0] == len(found.panel.pilots) + 1


def test_a_region_without_a_place_is_named(national, design):
    section = {**design.section("national_data"), "tiles": {}}
    found = next(result for result in national.results if result.indicator.key == "cin_rate")
    with pytest.raises(DesignError, match="Region 1"):
        tiles(section, national, found.values, 2020)


def test_tiles_of_the_real_authorities_do_not_overlap(public_data, design):
    from analysis.sources import read_folder
    from analysis.sources.schemas.public import SCHEMAS
    frames = {name: data.frame for name, data in read_folder(list(SCHEMAS), public_data, "public data").items()}
    real = evaluate(design.section("national_data"), frames)
    found = next(result for result in real.results if result.indicator.key == "cin_rate")
    for year in (2014, 2020, 2024):
        frame = tiles(design.section("national_data"), real, found.values, year)
        assert not frame.duplicated(["row", "column"]).any()
    # Local authorities of England with children's services on 31 March 2020, counted in b1: 151 rows.
    assert len(tiles(design.section("national_data"), real, found.values, 2020)) == 151


def episodes(*rows):
    frame = pd.DataFrame(rows, columns=["CHILD_LA_CODE_ANON", "LA", "date_episode_started", "date_episode_ceased"])
    for name in ("date_episode_started", "date_episode_ceased"):
        frame[name] = pd.to_datetime(frame[name])
    return frame


def test_days_in_care_by_hand():
    found = by_authority_and_year(episodes(
        ("a", 1, "2018-04-01", "2018-04-11"),        # 10 days of the year to March 2019
        ("a", 1, "2018-04-11", "2018-05-01"),        # abuts: 20 more, and no day twice
        ("b", 1, "2018-03-22", "2018-04-06"),        # 10 days of the year to March 2018, 5 of the next
        ("c", 1, "2019-03-31", None),                # open: its last day, and all 366 of the year to March 2020
        ("d", 2, "2019-02-01", "2019-02-01")),       # begins and ends on one day: none
        range(2018, 2021), threshold=0).set_index(["code", "year"])
    assert found["value"].to_dict() == {("1", 2018): 10, ("1", 2019): (30 + 5 + 1) / 3, ("1", 2020): 366}
    assert found["children"].tolist() == [1, 3, 1]


def test_means_of_few_children_are_suppressed():
    found = by_authority_and_year(episodes(("a", 1, "2018-04-01", "2018-05-01"), ("b", 1, "2018-04-01", None)),
                                  [2019], threshold=3)
    assert found["value"].isna().all() and found["symbol"].tolist() == ["c"]


def test_days_in_care_need_pilots_and_comparators(design):
    groups = pd.DataFrame({"pilot_la": [1], "comparator_1_la": [2], "comparator_2_la": [np.nan]})
    with pytest.raises(DataError, match="two pilots"):
        days_in_care(episodes(("a", 1, "2012-04-01", None), ("b", 2, "2012-04-01", None)), groups,
                     design.section("national_data"), 0)


def test_days_that_are_nearly_all_one_childs_are_suppressed():
    # Authority 1: 360 of 380 days are one child's (95%); authority 2: all of 10 days each.
    stays = [("a", 1, "2018-04-01", "2019-03-27"), *((name, 1, "2018-04-01", "2018-04-11") for name in "bc"),
             *((name, 2, "2018-04-01", "2018-04-11") for name in "defg")]
    found = by_authority_and_year(episodes(*stays), [2019], 2, {"n": 1, "k": 75, "p": 10}).set_index("code")
    assert found["symbol"].tolist() == ["c", ""] and np.isnan(found.loc["1", "value"])
    assert (by_authority_and_year(episodes(*stays), [2019], 2)["symbol"] == "").all(), "the threshold alone lets it"
