"""Records of findings and exhibits, traces through them, and the pages of proof."""

import pytest
from bs4 import BeautifulSoup

from analysis.errors import DesignError
from analysis.publish.columns import Column
from analysis.publish.exhibits import Cell, Exhibit
from analysis.publish.findings import Finding, Origin, Source
from analysis.review import pages, provenance
from analysis.review.places import Place
from analysis.review.plan import Clause
from analysis.review.records import Record, closed_data
from analysis.review.tracing import trace

CLAUSE = Clause("P4", "Q4", "Wellbeing", "Change", "Weighted means", "primary", (("survey",),))
SURVEY = Source("staff_survey", "Staff survey", "synthetic", "ab" * 32, "records")
OPEN = Source("gdp_deflator", "Deflator", "published", "cd" * 32, "reference")
MADE = Origin("analysis.strands.survey.change", "analysis/strands/survey/change.py", 12,
              "def change():\n    return a < b\n")
FINDING = Finding("survey.wellbeing.change", 0.25, "0.3 points", "points", 1, -0.1, 0.6, 95, 412, None, 4, "synthetic",
                  MADE, (SURVEY,))
EXHIBIT = Exhibit("tbl-survey-change", "table", "A headline", "A subtitle", "In words.", "", "synthetic",
                  ("synthetic",), (Column("name", "Name", "label"),), ((Cell("A", "A"),),), ("synthetic",), (), None,
                  MADE, (SURVEY, OPEN))
PLACE = Place("chapters/survey", "use-survey.wellbeing.change", "Wellbeing rose by 0.3 points.")
RECORDS = (Record(FINDING, "finding", "survey", "", CLAUSE, ("tests/a.py::test_b",), (PLACE,), ("synthesis",),
                  ("staff_survey",)),
           Record(EXHIBIT, "table", "survey", "chapters/survey", CLAUSE, (), (), (), ("staff_survey",)))


def test_data_that_not_everyone_can_have_are_named_whatever_was_read_here():
    """The staff survey is primary collection by the catalogue, the deflator public."""
    assert closed_data(EXHIBIT) == ("staff_survey",)


def test_a_trace_of_a_finding_leads_to_function_data_plan_tests_and_sentence():
    lines = trace("survey.wellbeing.change", RECORDS)
    assert lines[0] == "finding survey.wellbeing.change [synthetic]: 0.3 points"
    text = "\n".join(lines)
    for part in (MADE.function, f"{MADE.file}:12", "staff_survey [synthetic] abababababababab", "clause P4",
                 "tests/a.py::test_b", "bundle synthesis", "chapters/survey: Wellbeing rose by 0.3 points."):
        assert part in text, part


def test_a_trace_of_a_data_set_leads_to_all_that_rests_on_it():
    lines = trace("staff_survey", RECORDS)
    assert lines[1] == "  1 findings and 1 exhibits rest on it"
    assert any("Wellbeing rose" in line for line in lines) and any("tbl-survey-change" in line for line in lines)
    assert trace("gdp_deflator", RECORDS)[1] == "  0 findings and 1 exhibits rest on it"


def test_an_unknown_name_is_refused_with_the_nearest():
    with pytest.raises(DesignError, match=r"no finding, exhibit or data set 'survey\.wellbeing'; the nearest are "
                                          r"survey\.wellbeing\.change"):
        trace("survey.wellbeing", RECORDS)


def test_a_record_has_every_part_of_the_proof_and_the_code_is_escaped():
    soup = BeautifulSoup(pages.record_page("survey", list(RECORDS), {"chapters/survey": "Staff survey"}, "abc123"),
                         "html.parser")
    record = soup.find(id="survey.wellbeing.change")
    names = [node.get_text() for node in record.find_all("dt")]
    assert names == ["Status", "Says", "95% confidence interval", "Value in full", "Records", "Pilots", "Made by",
                     "Data", "Needs closed data", "Analysis plan", "Tests", "Used in", "Read by", "Remake"]
    assert "abc123" in soup.get_text() and "-0.1 to 0.6" in record.get_text() and "ab" * 32 in record.get_text()
    link = record.find("a", string="Staff survey", href=lambda href: "#use-" in href)
    assert link["href"] == "../chapters/survey.html#use-survey.wellbeing.change"
    # Two clicks: the record's function opens its code, which stands on the page once for both records.
    assert record.select_one('a[href="#code-analysis.strands.survey.change"]') is not None
    assert len(soup.select('[id="code-analysis.strands.survey.change"]')) == 1
    assert "return a < b" in soup.find("pre").get_text()


def test_the_list_has_a_row_for_each_with_what_the_filter_needs():
    soup = BeautifulSoup(pages.list_page(RECORDS, {"chapters/survey": "Staff survey"}), "html.parser")
    rows = soup.select("tbody tr")
    assert [(row["data-kind"], row["data-status"], row["data-closed"]) for row in rows] == [
        ("finding", "synthetic", "yes"), ("table", "synthetic", "yes")]
    assert [row.find("a")["href"] for row in rows] == ["survey.html#survey.wellbeing.change",
                                                      "survey.html#tbl-survey-change"]
    heads = [head.get_text() for head in soup.select("thead th")]
    assert {"Program", "Data", "Needs closed data"} <= set(heads)
    assert soup.find("form").has_attr("hidden")     # it is shown by the script that makes it work


def test_the_list_of_figures_and_tables_has_numbers_headlines_and_links():
    soup = BeautifulSoup(pages.exhibits_page(RECORDS, {"chapters/survey": "Staff survey"}, {"tbl-survey-change": 7}),
                         "html.parser")
    assert [head.get_text() for head in soup.find_all("h2")] == ["Figures (0)", "Tables (1)"]
    link = soup.select_one("li a")
    assert link.get_text() == "Table 7: A headline" and link["href"] == "../chapters/survey.html#tbl-survey-change"


def test_the_crate_names_inputs_outputs_and_what_made_them(tmp_path):
    from rocrate.rocrate import ROCrate

    (tmp_path / "exhibits").mkdir()
    (tmp_path / "exhibits" / "tbl-survey-change.csv").write_text(EXHIBIT.csv())
    (tmp_path / "findings").mkdir()
    (tmp_path / "findings" / "index.html").write_text("<p>list</p>")
    provenance.write(RECORDS, tmp_path)
    crate = ROCrate(tmp_path)       # the library's own reading of what was written
    action = crate.dereference("#make-survey")
    assert [item["name"] for item in action["object"]] == ["Staff survey", "Deflator"]
    assert [item.id for item in action["result"]] == ["exhibits/tbl-survey-change.csv"]
    assert action["instrument"]["name"] == "analysis/exhibits/survey.py"
    assert crate.dereference("#data-staff_survey")["identifier"] == f"sha256:{'ab' * 32}"
    output = crate.dereference("exhibits/tbl-survey-change.csv")
    assert output["creativeWorkStatus"] == "synthetic" and len(output["sha256"]) == 64


def test_the_manifest_lists_each_output_with_what_it_shows():
    manifest = provenance.codecheck([RECORDS[1]])["manifest"]
    assert manifest == [{"file": "exhibits/tbl-survey-change.csv",
                         "comment": "A headline. A subtitle (synthetic; chapters/survey)"}]
