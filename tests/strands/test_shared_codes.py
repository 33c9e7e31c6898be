"""What may be shared of the coding: no text, no names of sources, no small groups."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from analysis.__main__ import main
from analysis.design import load_design
from analysis.sources.qualitative_instruments import codebook
from analysis.sources.refi_codebook import read_qdc
from analysis.sources.refi_qda import default_limits
from analysis.standins import generate_into
from analysis.standins.qda_writer import source_text
from analysis.strands.shared_codes import COLUMNS, WITHHELD, hidden_places, shareable


def test_small_groups_lose_their_role_and_then_their_site():
    heard = pd.DataFrame({"site": ["A", "A", "B", "B", "B"], "role": ["leader", "worker", "leader", "lead", "worker"],
                          "people": [1, 9, 2, 1, 4]})
    places = hidden_places(heard, 3)
    assert places["A", "worker"] == ("A", "worker") and places["B", "worker"] == ("B", "worker")
    # One leader in A: with the role withheld still one person in A. In B, 2 and 1 together are three.
    assert places["A", "leader"] == (WITHHELD, WITHHELD)
    assert places["B", "leader"] == places["B", "lead"] == ("B", WITHHELD)


def test_rows_are_numbered_anew_and_nothing_else_is_left():
    segments = pd.DataFrame([("s9", 50, 90, "C1", "training"), ("s9", 0, 40, "C1", "capacity"),
                             ("s9", 0, 40, "C2", "training")], columns=["source_id", "start", "end", "coder", "theme"])
    segments = segments.assign(segment_id="x", source_kind="interview", site="A", wave="1", role="worker", consent=0)
    heard = pd.DataFrame({"site": ["A"], "role": ["worker"], "people": [5]})
    found = shareable(segments, heard, 3, np.random.default_rng(1))
    assert list(found.columns) == COLUMNS and set(found["source"]) == {"S001"}
    assert found["passage"].tolist() == [1, 1, 2] and found["theme"].tolist() == ["capacity", "training", "training"]


@pytest.fixture(scope="module")
def exported(tmp_path_factory):
    import os

    made, out = tmp_path_factory.mktemp("standins"), tmp_path_factory.mktemp("shared") / "codes"
    generate_into(made, load_design(), ["deep_dives"])
    with pytest.MonkeyPatch.context() as patch:
        patch.setitem(os.environ, "RESTRICTED_DATA_DIR", str(made))
        assert main(["data", "export-codes", str(out)]) == 0
        assert main(["data", "export-codes", str(out)]) == 0          # again, over its own files
    return made, out


def test_the_export_holds_no_word_of_any_source(exported):
    made, out = exported
    content = "".join(file.read_text(encoding="utf-8") for file in out.iterdir())
    segments = pd.read_csv(made / "coded_segments.csv")
    for source in segments["source_id"].unique():
        assert source not in content and source_text(source, 1).strip() not in content
    assert "nobody's words" not in content
    assert len(pd.read_csv(out / "codes.csv")) == len(segments)


def test_small_groups_stay_small_in_no_shared_file(exported):
    """Whoever counts sources by site and role in the shared file finds none that stands for fewer people than k, but
    those withheld."""
    made, out = exported
    shared, k = pd.read_csv(out / "codes.csv"), load_design().section("deep_dives")["consent"]["k"]
    sources = pd.read_csv(made / "coded_segments.csv").drop_duplicates("source_id")
    groups = pd.read_csv(made / "focus_groups.csv").set_index("source_id")["participants"]
    sources["people"] = sources["source_id"].map(groups).fillna(1)
    people = sources.groupby(["site", "role"])["people"].sum()
    shown = shared.loc[(shared["role"] != WITHHELD), ["site", "role"]].drop_duplicates()
    assert all(people[row.site, row.role] >= k for row in shown.itertuples())


def test_the_exported_codebook_is_the_codebook(exported):
    found = read_qdc(exported[1] / "codebook.qdc", default_limits())
    names = {code.name for code in found.codes.values() if code.codable}
    assert names == set(codebook().codes)


def test_a_folder_with_other_files_is_left_alone(exported, tmp_path, capsys):
    (tmp_path / "thesis.docx").write_text("years of work")
    assert main(["data", "export-codes", str(tmp_path)]) == 1
    assert "thesis.docx: the folder holds other files, which would be lost" in capsys.readouterr().err
    assert (tmp_path / "thesis.docx").read_text() == "years of work"
