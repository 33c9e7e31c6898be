"""From a number to its proof in the built book: every quoted finding, in a browser and by its links."""

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest
from bs4 import BeautifulSoup

from analysis.publish.chapters import all_chapters
from analysis.publish.ledger import base_key
from analysis.review.snapshots import of_build

ROOT = Path(__file__).resolve().parents[2]
HTML = ROOT / "_build" / "html"
pytestmark = [pytest.mark.book, pytest.mark.slow]


@pytest.fixture(scope="module")
def ledger():
    """The ledger of the built book, which `make report` or the tests of the book make."""
    file = ROOT / "_build" / "results.json"
    if not file.is_file() or not (HTML / "findings" / "index.html").is_file():
        pytest.skip("the book is not built here: `make report`")
    return json.loads(file.read_text(encoding="utf-8"))


@pytest.fixture(scope="module")
def records():
    """All anchors of the pages of proof, by page."""
    return {file.name: {node["id"] for node in soup(file).find_all(id=True)}
            for file in (HTML / "findings").glob("*.html")}


def soup(file):
    return BeautifulSoup(file.read_text(encoding="utf-8"), "html.parser")


def target(page, link):
    """The name of the page of proof and the anchor that a link leads to."""
    address, _, anchor = link["href"].partition("#")
    return (page.parent / address).resolve().name, anchor


def test_every_quoted_finding_is_a_link_to_its_record(ledger, records):
    known = {finding["id"] for finding in ledger["findings"]}
    followed = 0
    for name, chapter in all_chapters().items():
        page = HTML / f"{name}.html"
        links = [target(page, link) for link in soup(page).select("a.finding, a.finding-mark")]
        assert all(anchor in records[file] for file, anchor in links), name
        # A finding quoted in a heading only is no link there: headings stay plain.
        quoted = {base_key(key, known) for key in chapter.quotes}
        assert {anchor for _, anchor in links} <= quoted
        followed += len(quoted & {anchor for _, anchor in links})
    assert followed >= 0.99 * sum(len({base_key(key, known) for key in chapter.quotes})
                                  for chapter in all_chapters().values())


def test_every_finding_and_exhibit_has_a_record_with_its_hash_and_function(ledger, records):
    pages = {name: soup(HTML / "findings" / name) for name in records if name not in ("index.html", "changes.html")}
    nodes = {node["id"]: node for page in pages.values() for node in page.select("section.record")}
    for item in ledger["findings"] + ledger["exhibits"]:
        text = nodes[item["id"]].get_text(" ")
        assert item["function"] in text and item["status"] in text, item["id"]
        assert all(source["sha256"] in text for source in item["datasets"]), item["id"]
    assert len(nodes) >= len(ledger["findings"]) + len(ledger["exhibits"])


def test_every_link_of_the_pages_of_proof_leads_somewhere(ledger):
    anchors = {}
    for file in (HTML / "findings").glob("*.html"):
        for link in soup(file).select("article a[href]"):
            address, _, anchor = link["href"].partition("#")
            page = (file.parent / address).resolve() if address else file
            assert page.is_file(), (file.name, link["href"])
            if anchor and page.suffix == ".html":
                if page not in anchors:
                    anchors[page] = {node["id"] for node in soup(page).find_all(id=True)}
                assert anchor in anchors[page], (file.name, link["href"])


def test_the_record_of_the_build_matches_the_files(ledger):
    import hashlib

    from rocrate.rocrate import ROCrate

    crate = ROCrate(HTML)
    outputs = [item for item in crate.get_entities() if item.type == "File" and item.id.startswith("exhibits/")]
    assert {item.id for item in outputs} == {exhibit["csv"] for exhibit in ledger["exhibits"]}
    for item in outputs:
        assert item["sha256"] == hashlib.sha256((HTML / item.id).read_bytes()).hexdigest()


def test_the_saved_ledger_is_whole(ledger):
    """Every CSV is the one of the ledger: `of_build` refuses any other."""
    assert len(of_build(ROOT / "_build").exhibits) == len(ledger["exhibits"])


def run(*arguments):
    return subprocess.run([sys.executable, "-m", "analysis", *arguments], cwd=ROOT, text=True, capture_output=True,
                          env=os.environ, check=False)


def test_one_exhibit_is_made_again_as_it_was_stored(ledger, tmp_path):
    done = run("exhibit", "fig-survey-response", "--out", str(tmp_path))
    assert done.returncode == 0, done.stderr
    assert "as stored" in done.stdout and "analysis.exhibits.survey" in done.stdout
    stored = next(item for item in ledger["exhibits"] if item["id"] == "fig-survey-response")
    assert (tmp_path / "fig-survey-response.csv").read_text() == (HTML / stored["csv"]).read_text()
    assert (tmp_path / "fig-survey-response.svg").is_file()


def test_a_data_set_is_traced_to_the_sentences_that_rest_on_it(ledger):
    done = run("trace", "staff_survey")
    assert done.returncode == 0, done.stderr
    resting = [item for item in ledger["findings"] if any(s["name"] == "staff_survey" for s in item["datasets"])]
    for finding in resting:
        assert finding["id"] in done.stdout
    assert done.stdout.count("sentence  ") >= len(resting)


def test_two_clicks_lead_from_a_number_to_the_code_that_made_it(page, ledger):
    page.goto((HTML / "chapters" / "survey.html").as_uri())
    link = page.locator("article a.finding").first
    shown = link.inner_text()
    link.click()
    record = page.locator("section.record:target")
    assert shown in record.inner_text()
    record.locator("a[href^='#code-']").click()
    assert page.locator("section.function:target pre").inner_text().strip()


def test_the_list_is_filtered_by_words_and_says_how_many(page, ledger):
    page.goto((HTML / "findings" / "index.html").as_uri())
    page.get_by_label("Words").fill("survey.wellbeing")
    page.get_by_label("Kind").select_option("finding")
    rows = page.locator("table.register tbody tr:visible th")
    wanted = [item["id"] for item in ledger["findings"] if "survey.wellbeing" in item["id"]]
    assert set(wanted) <= set(rows.all_inner_texts())
    assert page.locator(".register-filter output").inner_text().startswith(f"{rows.count()} of ")
