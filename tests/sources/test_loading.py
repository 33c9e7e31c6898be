"""Real files before stand-ins, strand by strand, and never mixed."""

import pytest

from analysis.errors import DataError, DesignError, MissingData
from analysis.sources import catalogue as catalogues
from analysis.sources import locating
from analysis.sources.catalogue import Entry
from analysis.sources.loading import read


def make_entry(name, **changes):
    fields = {"title": name, "publisher": "p", "licence": "l", "access": "restricted", "status": "restricted",
              "kind": "records", "strand": "s", "format": "csv", "schema": "x", "consumers": (), "obtain": "ask",
              "pattern": f"{name}*.csv"}
    return Entry(name=name, **{**fields, **changes})


@pytest.fixture
def folders(tmp_path, monkeypatch):
    for variable in ("RESTRICTED_DATA_DIR", "PUBLIC_DATA_DIR", "STANDINS_DIR"):
        monkeypatch.setenv(variable, str(tmp_path / variable))
        (tmp_path / variable).mkdir()
    entries = {name: make_entry(name) for name in ("one", "two")}
    monkeypatch.setattr(catalogues, "catalogue", lambda path=None: entries)
    return tmp_path


def put(folders, variable, name):
    (folders / variable / name).write_text("a\n1\n")


def test_stand_ins_when_nothing_real_is_there(folders):
    put(folders, "STANDINS_DIR", "one.csv")
    found = locating.locate("one")
    assert found.status == "synthetic" and found.files[0].name == "one.csv"


def test_the_restricted_folder_goes_before_the_public_one(folders):
    put(folders, "PUBLIC_DATA_DIR", "one.csv")
    put(folders, "RESTRICTED_DATA_DIR", "one_real.csv")
    assert locating.locate("one").files[0].name == "one_real.csv"


def test_a_strand_falls_back_as_a_whole(folders):
    put(folders, "RESTRICTED_DATA_DIR", "one.csv")
    put(folders, "STANDINS_DIR", "two.csv")
    assert locating.locate("one").status == "restricted"
    with pytest.raises(MissingData, match="a stand-in never takes its place"):
        locating.locate("two")


def test_a_synthetic_table_that_is_shipped_never_joins_real_records(folders, monkeypatch):
    entries = {"one": make_entry("one"), "prices": make_entry("prices", kind="reference", shipped="data/catalogue.yml",
                                                              shipped_status="synthetic")}
    monkeypatch.setattr(catalogues, "catalogue", lambda path=None: entries)
    assert locating.locate("prices").status == "synthetic"
    put(folders, "RESTRICTED_DATA_DIR", "one.csv")
    with pytest.raises(MissingData, match="prices"):
        locating.locate("prices")
    put(folders, "RESTRICTED_DATA_DIR", "prices.csv")
    assert locating.locate("prices").status == "restricted"


def test_two_vintages_in_one_folder_are_refused(folders):
    put(folders, "PUBLIC_DATA_DIR", "one_2024.csv")
    put(folders, "PUBLIC_DATA_DIR", "one_2025.csv")
    with pytest.raises(DataError, match="one_2024.csv, one_2025.csv"):
        locating.locate("one")


def test_a_missing_part_is_named(tmp_path):
    entry = make_entry("census", format="csv-parts", parts=("2008", "2009"))
    (tmp_path / "census_2008.csv").write_text("a\n1\n")
    with pytest.raises(MissingData, match="lacks its part 2009"):
        locating.check_parts(entry, locating.files_in(tmp_path, entry))


def test_an_unknown_dataset_is_named():
    with pytest.raises(DesignError, match="no dataset 'cin'"):
        catalogues.entry("cin")


def test_every_entry_has_a_schema_a_reader_and_known_consumers():
    from analysis.publish.dependencies import bundle_names, declared
    from analysis.sources.schemas import all_schemas

    users = {}
    for bundle in bundle_names():
        for name in declared(bundle).datasets:
            users.setdefault(name, set()).add(bundle)
    for name, entry in catalogues.catalogue().items():
        assert entry.format == "qdpx" or entry.schema in all_schemas(), name
        assert entry.format in ("csv", "csv-parts", "qdpx"), name
        assert users.get(name), f"no bundle reads {name}"


@pytest.mark.slow
def test_stand_ins_read_back_through_the_same_schemas(standins):
    for name, entry in catalogues.catalogue().items():
        dataset = standins(name)
        assert len(dataset.frame) > 0 and len(dataset.sha256) == 64
        assert dataset.status == ("synthetic" if entry.standin else entry.shipped_status)


@pytest.mark.slow
def test_reading_gives_hash_and_rows(standins):
    dataset = standins("embedding_dates")
    assert dataset.files[0].rows == len(dataset.frame)
    assert read(locating.locate_in("embedding_dates", standins.folder, "synthetic")).sha256 == dataset.sha256
