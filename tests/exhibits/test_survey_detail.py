"""What the survey's appendix publishes: whole, shown once, and silent or marked where few people stand behind it."""

import re

import pytest

from analysis.exhibits.survey_parts.bases import FLAG
from analysis.paths import CHAPTERS
from analysis.publish.store import build_bundle
from analysis.sources.catalogue import catalogue
from analysis.sources.loading import read_folder
from analysis.sources.survey_instrument import questionnaire
from analysis.standins import generate_into

PAGE = (CHAPTERS / "appendices" / "survey.md").read_text(encoding="utf-8")


@pytest.fixture(scope="module")
def built(bundle):
    return bundle("survey_detail")


@pytest.fixture(scope="module")
def small(tmp_path_factory, design):
    """Both bundles of the survey where pilot C has few staff: some 25 to 40 returns a wave."""
    changed = design.with_changes({"survey.bootstrap": 50, "survey.parallel": 20,
                                   **{f"survey.standin.sizes.{wave}.C": 58 for wave in ("1", "2")},
                                   "survey.planted.response_service.1.Under 2 years": 1.0})
    folder = tmp_path_factory.mktemp("small")
    generate_into(folder, changed, ["staff_survey"])
    return [build_bundle(name, loader=lambda n: read_folder([n], folder)[n], design=changed, bundles={})
            for name in ("survey", "survey_detail")]


def cells(exhibit, name):
    place = [column.name for column in exhibit.columns].index(name)
    return [row[place] for row in exhibit.rows]


def test_everything_is_shown_once_and_every_finding_quoted(built):
    quoted = re.findall(r"\{glue:text\}`([^`]+)`", PAGE)
    for finding in built.findings:
        assert any(key == finding.id or key.startswith(f"{finding.id}.") for key in quoted), finding.id
    for exhibit in built.exhibits:
        assert PAGE.count(f'show("{exhibit.id}")') == 1 and f"{{numref}}`{exhibit.id}`" in PAGE, exhibit.id
        assert exhibit.description and exhibit.rows


def test_the_questionnaire_is_printed_whole(built):
    form = questionnaire()
    table = next(e for e in built.exhibits if e.id == "tbl-survey-questionnaire")
    printed = [cell.text for cell in cells(table, "text")]
    assert [item.text for item in form.items] == printed[len(form.background):-1] and printed[-1] == form.open
    assert {cell.text for cell in cells(table, "source")} == {form.source}
    answers = next(e for e in built.exhibits if e.id == "tbl-survey-response-sets")
    assert {label for labels in form.response_sets.values() for label in labels} | set(form.no_answer) == {
        cell.text for cell in cells(answers, "answer")}


def test_every_scale_has_its_picture_by_pilot_and_wave_with_n(built):
    for scale in questionnaire().scales:
        figure = next(e for e in built.exhibits if e.id == f"fig-survey-bands-{scale.name.replace('_', '-')}")
        rows = [row[0].text for row in figure.rows]
        assert len(rows) == 8 and all(re.search(r"Pilot [A-D], wave [12] \(n = [\d,]+\)", row) for row in rows)


def test_bases_under_the_threshold_are_silent_in_every_exhibit(small, design):
    threshold = design.section("disclosure")["threshold"]
    hidden = 0
    about_people = [e for bundle in small for e in bundle.exhibits if e.about_people]
    assert len(about_people) > 20
    for exhibit in about_people:
        for spec in exhibit.columns:
            if spec.kind == "count":
                values = [cell.value for cell in cells(exhibit, spec.name)]
                assert all(float(v) >= threshold for v in values if v not in ("", "c")), (exhibit.id, spec.name)
                hidden += values.count("c")
            for behind in filter(None, (spec.base, spec.numerator, spec.denominator)):
                if behind in [c.name for c in exhibit.columns]:
                    for base, cell in zip(cells(exhibit, behind), cells(exhibit, spec.name), strict=True):
                        assert base.value != "c" or cell.value in ("c", "z"), (exhibit.id, spec.name)
        for row in exhibit.rows:
            assert all(int(n) >= threshold for cell in row for n in re.findall(r"n = (\d+)", cell.text))
    assert hidden > 20


def test_bases_under_thirty_are_marked_in_every_exhibit_by_pilot(small, design):
    rule, marked = design.section("disclosure"), 0
    bases = {"tbl-survey-scores": ("n", "site"), "fig-survey-wellbeing-pilots": ("n", "site"),
             "tbl-survey-weights": ("n", "site"), "fig-survey-wellbeing-change": ("n_least", "site"),
             "fig-survey-turnover-problem": ("n", "row"), "fig-survey-weights": ("n", "row"),
             "tbl-survey-answers": ("n", "row"), "fig-survey-helpful": ("n", "row"), "fig-survey-used": ("n", "site"),
             "tbl-survey-themes": ("n", "site"), "tbl-survey-ordinal-pilots": ("n_least", "site"),
             **{f"fig-survey-bands-{s.name.replace('_', '-')}": ("n", "row") for s in questionnaire().scales}}
    found = {e.id: e for bundle in small for e in bundle.exhibits}
    for id, (base, row) in bases.items():
        assert FLAG in found[id].note, id
        for n, name in zip(cells(found[id], base), cells(found[id], row), strict=True):
            if n.value != "c" and rule["threshold"] <= float(n.value) < rule["flag_below"]:
                assert FLAG in name.text, (id, name.text)
                marked += 1
            elif row == "row" and n.value != "c":
                assert FLAG not in name.text, (id, name.text)
    assert marked > 10


def test_no_column_of_the_coders_sheet_takes_words(standins):
    sheet = standins("survey_themes").frame
    assert set(sheet.columns) == {"respondent_id", "wave", "coder", *(t.name for t in questionnaire().themes)}
    assert catalogue()["survey_themes"].status == "restricted"
