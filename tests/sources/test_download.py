"""Downloads against a real HTTP server on loopback that answers in the interface's documented shapes."""

from __future__ import annotations

import gzip
import io
import json
import threading
import zipfile
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from urllib.parse import parse_qs, urlsplit

import pytest

from analysis.errors import DataError
from analysis.sources import catalogue, fetching
from analysis.sources.checksums import problems_of_checksums
from analysis.sources.download import download
from analysis.sources.hashing import sha256_of
from analysis.sources.loading import read_folder

HEADER = ("time_period,time_identifier,geographic_level,country_code,country_name,region_code,region_name,old_la_code,"
          "new_la_code,la_name,category,CPP_start,CPP_subsequent,CPP_subsequent_percent")
CHECKSUMS = "SHA256SUMS"
FILE = "d3_cpps_subsequent_plan_2018_to_2019.csv"


def plans(years=(2019, 2018), authorities=12) -> bytes:
    """A small file in the layout of d3: England, nine regions, invented authorities, symbols among the numbers."""
    lines = [HEADER]
    for year in years:
        lines.append(f"{year},Reporting year,National,E92000001,England,,,,,,Plans,1000,200,20.0")
        lines += [f"{year},Reporting year,Regional,E92000001,England,E1200000{r},Region {r},,,,Plans,100,20,20.0"
                  for r in range(1, 10)]
        lines += [f"{year},Reporting year,Local authority,E92000001,England,E12000001,Region 1,{101 + k},E0900{k:04d},"
                  f"Authority {k},Plans,{'c' if k == 0 else 10 + k},{'c' if k == 0 else k},{'z' if k == 0 else 10.5}"
                  for k in range(authorities)]
    return ("\n".join(lines) + "\n").encode()


def publication(title, key):
    return {"id": key, "slug": key, "title": title, "summary": "", "lastPublished": "2025-10-30T09:30:00Z"}


def data_set(title, key, status="Published"):
    latest = {"version": "2.1", "published": "2025-10-30T09:30:00Z", "totalResults": 44, "file": {"id": "f-" + key},
              "timePeriods": {"start": "2018", "end": "2019"}, "geographicLevels": ["National"], "filters": [],
              "indicators": ["Plans"]}
    return {"id": key, "title": title, "summary": "", "status": status, "latestVersion": latest}


class Publisher:
    """What the server holds, what it was asked, and troubles to have first: (status, headers) by path."""

    def __init__(self):
        # 23 publications, two pages of 20, the one wanted on the second; the search gives near misses too
        self.publications = [publication(f"Outcomes for children in need {k}", f"p{k}") for k in range(21)]
        self.publications += [publication("Children in need: a focus on re-referrals", "p-other"),
                              publication("Children in Need", "p-cin")]
        self.data_sets = [data_set(f"A{k} National time series", f"a{k}") for k in range(1, 22)]
        self.data_sets += [data_set("D3 Child Protection Plans, second or subsequent", "d3"),
                           data_set("D31 Something else", "d31"), data_set("D3 old", "d3-old", "Deprecated")]
        self.content, self.headers = gzip.compress(plans()), {"Content-Encoding": "gzip", "Content-Type": "text/csv"}
        self.troubles, self.asked = {}, []

    def answer(self, path, query):
        """Status, headers, body and how much of the body to send."""
        for part, left in self.troubles.items():
            if part in path and left:
                status, headers = left.pop(0)
                if status == "cut":
                    return 200, self.headers, self.content, len(self.content) // 2
                return status, headers, b"no", 2
        if path == "/v1/publications":
            return self._page(self.publications, query)
        if path == "/v1/publications/p-cin/data-sets":
            return self._page(self.data_sets, query)
        if path == "/v1/data-sets/d3/csv":
            return 200, self.headers, self.content, len(self.content)
        return 404, {}, b"none", 4

    def _page(self, items, query):
        page, size = int(query["page"][0]), int(query["pageSize"][0])
        paging = {"page": page, "pageSize": size, "totalPages": -(-len(items) // size), "totalResults": len(items)}
        body = json.dumps({"paging": paging, "results": items[(page - 1) * size: page * size]}).encode()
        return 200, {"Content-Type": "application/json"}, body, len(body)


@pytest.fixture
def publisher():
    return Publisher()


@pytest.fixture
def base_url(publisher, monkeypatch):
    monkeypatch.setenv("NO_PROXY", "127.0.0.1")

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self):
            parts = urlsplit(self.path)
            publisher.asked.append(self.path)
            status, headers, body, send = publisher.answer(parts.path, parse_qs(parts.query))
            self.send_response(status)
            for name, value in {**headers, "Content-Length": str(len(body))}.items():
                self.send_header(name, value)
            self.end_headers()
            self.wfile.write(body[:send])

        def log_message(self, *_):
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True)
    thread.start()
    yield f"http://127.0.0.1:{server.server_port}/v1"
    server.shutdown()
    server.server_close()
    thread.join()


@pytest.fixture
def take(base_url, tmp_path):
    """`take()` downloads subsequent_plans into an empty folder, keeping what was said and how long it waited."""

    def run(names=("subsequent_plans",), **options):
        run.said, run.waits = [], []
        return download(names, run.folder, base_url=options.pop("base_url", base_url), progress=run.said.append,
                        sleep=run.waits.append, **options)

    run.folder = tmp_path / "public"
    return run


def files(folder):
    return sorted(path.name for path in folder.rglob("*")) if folder.exists() else []


def test_the_current_file_is_found_fetched_checked_and_recorded(take, publisher):
    taken, = take()
    assert (taken.name, taken.file, taken.how, taken.rows) == ("subsequent_plans", FILE, "downloaded", 44)
    assert (take.folder / FILE).read_bytes() == plans()
    assert files(take.folder) == [CHECKSUMS, FILE, FILE + ".json"]
    vintage = json.loads((take.folder / (FILE + ".json")).read_text())
    assert vintage["title"] == "D3 Child Protection Plans, second or subsequent"
    assert (vintage["id"], vintage["version"], vintage["published"]) == ("d3", "2.1", "2025-10-30T09:30:00Z")
    assert vintage["sha256"] == taken.sha256 == sha256_of(take.folder / FILE)
    assert (vintage["rows"], vintage["bytes"]) == (44, len(plans()))
    assert problems_of_checksums(take.folder) == []
    assert len(read_folder(["subsequent_plans"], take.folder)["subsequent_plans"].frame) == 44
    assert any("fetching D3" in line for line in take.said) and take.said[-1].startswith("subsequent_plans: d3_cpps")
    assert "/v1/publications?page=2&pageSize=20&search=Children+in+need" in publisher.asked


def test_a_terminal_sees_a_progress_bar_and_nobody_else_does(take, publisher, monkeypatch, capsys):
    bars = []

    class Bar(fetching.tqdm):
        def __init__(self, **options):
            super().__init__(**options, file=io.StringIO())
            bars.append((self, options))

    monkeypatch.setattr(fetching, "tqdm", Bar)
    take()
    shown = [(bar, options) for bar, options in bars if options["disable"] is None]
    # One file is fetched: its bar has the announced size for its whole and goes there; answers in JSON have none.
    assert len(shown) == 1 and len(bars) > 1
    assert shown[0][1]["total"] == len(publisher.content)
    assert capsys.readouterr().err == ""


def test_a_file_that_is_not_packed(take, publisher):
    publisher.content, publisher.headers = plans(), {"Content-Type": "text/csv"}
    assert take()[0].rows == 44


def test_a_file_that_is_there_is_kept_unless_forced(take, publisher):
    take()
    asked = len(publisher.asked)
    assert take()[0].how == "kept" and len(publisher.asked) == asked
    publisher.content = gzip.compress(plans(years=(2020, 2019, 2018)))
    again, = take(force=True)
    newer = "d3_cpps_subsequent_plan_2018_to_2020.csv"
    assert again.file == newer
    assert files(take.folder) == [CHECKSUMS, newer, newer + ".json"]    # one vintage in the folder
    assert newer in (take.folder / CHECKSUMS).read_text() and FILE not in (take.folder / CHECKSUMS).read_text()
    assert problems_of_checksums(take.folder) == []


@pytest.mark.parametrize("place", ["/publications", "/data-sets", "/csv"])
@pytest.mark.parametrize("status", [429, 500, 503])
def test_passing_troubles_are_waited_out(take, publisher, place, status):
    publisher.troubles = {place: [(status, {}), (status, {})]}
    assert take()[0].how == "downloaded"
    assert take.waits == [1, 2]
    assert any(str(status) in line and "trying again" in line for line in take.said)


def test_the_server_says_how_long_to_wait(take, publisher):
    publisher.troubles = {"/csv": [(429, {"Retry-After": "7"}), (429, {"Retry-After": "3600"})]}
    take()
    assert take.waits == [7, 60]            # never longer than a minute


def test_lasting_trouble_is_said_and_nothing_is_left(take, publisher):
    publisher.troubles = {"/csv": [(503, {})] * 5}
    with pytest.raises(ConnectionError, match="503, 5 times"):
        take()
    assert take.waits == [1, 2, 4, 8] and files(take.folder) == []


def test_an_answer_cut_off_is_fetched_again(take, publisher):
    publisher.troubles = {"/csv": [("cut", {})]}
    assert take()[0].rows == 44
    assert any("cut off" in line or "broke off" in line for line in take.said)


def test_an_answer_always_cut_off_leaves_nothing(take, publisher):
    publisher.troubles = {"/csv": [("cut", {})] * 5}
    with pytest.raises(ConnectionError, match="5 times"):
        take()
    assert files(take.folder) == []


def test_a_packed_file_damaged_at_its_source(take, publisher):
    publisher.content = publisher.content[:-20]         # whole by its length, but not as a packed file
    with pytest.raises(ConnectionError, match="cut off or damaged"):
        take()
    assert files(take.folder) == []


def test_a_file_whose_last_line_is_half(take, publisher):
    publisher.content = gzip.compress(plans()[:-9])
    with pytest.raises(DataError, match=f"{FILE}.*the last line does not end"):
        take()
    assert files(take.folder) == []


def test_a_web_page_instead_of_the_file(take, publisher):
    publisher.content, publisher.headers = b"\n<!DOCTYPE html><html>Sorry</html>\n", {"Content-Type": "text/html"}
    with pytest.raises(DataError, match="web page"):
        take()
    assert files(take.folder) == []


def test_a_file_of_another_layout_is_refused(take, publisher):
    publisher.content = gzip.compress(plans().replace(b"CPP_subsequent_percent", b"CPP_second_percent"))
    with pytest.raises(DataError, match="CPP_subsequent_percent"):
        take()
    assert files(take.folder) == []


def test_a_forced_download_that_fails_keeps_the_old_file(take, publisher):
    take()
    before = {name: (take.folder / name).read_bytes() for name in files(take.folder)}
    publisher.content = gzip.compress(plans()[:-9])
    with pytest.raises(DataError):
        take(force=True)
    assert {name: (take.folder / name).read_bytes() for name in files(take.folder)} == before


def test_a_renamed_data_set_names_those_there_are(take, publisher):
    publisher.data_sets = [data_set("E9 Plans, repeated", "e9"), data_set("D31 Something else", "d31")]
    with pytest.raises(DataError, match="E9 Plans, repeated; D31 Something else"):
        take()


def test_a_title_that_fits_two_is_refused_but_an_equal_one_goes_first(take, publisher):
    publisher.data_sets = [data_set("D3 plans by region", "x"), data_set("D3 plans by authority", "y")]
    with pytest.raises(DataError, match="several"):
        take()
    publisher.data_sets = [data_set("D3 plans by region", "x"), data_set("D3", "d3")]
    assert take()[0].how == "downloaded"


def test_a_renamed_publication_names_what_the_search_gave(take, publisher):
    publisher.publications = [publication("Children and their needs", "p-new")]
    with pytest.raises(DataError, match="Children and their needs"):
        take()


def test_nothing_at_the_address(take, publisher):
    publisher.data_sets = [data_set("D3 moved", "gone")]
    with pytest.raises(DataError, match="404"):
        take()
    assert take.waits == [] and files(take.folder) == []


def test_answers_in_another_shape(take, publisher):
    publisher.publications = [{"name": "Children in need"}]
    with pytest.raises(DataError, match="another shape"):
        take()


def test_an_address_that_is_not_the_interface(take, base_url):
    with pytest.raises(DataError, match="404"):
        take(base_url=base_url.replace("/v1", "/v9"))


def test_by_default_everything_that_the_interface_has(take):
    with pytest.raises(DataError, match="of [0-9]+ datasets could not be taken"):     # this publisher has d3 alone
        take(names=None)
    assert files(take.folder) == [CHECKSUMS, FILE, FILE + ".json"]
    assert any(line.startswith("neighbours_2021: not in the interface") for line in take.said)


def test_nobody_there(take):
    with pytest.raises(ConnectionError, match="no connection"):
        take(base_url="http://127.0.0.1:9/v1")
    assert files(take.folder) == []


def test_one_dataset_in_trouble_does_not_stop_the_others(take):
    with pytest.raises(DataError, match="1 of 2 datasets.*referrals"):
        take(names=["referrals", "subsequent_plans"])
    assert FILE in files(take.folder)


@pytest.mark.parametrize(("name", "said"), [("neighbours_2021", "not in the publisher's interface"),
                                            ("unheard_of", "no dataset"), ("staff_survey", "not one to download")])
def test_datasets_that_are_not_to_be_had_this_way(take, name, said):
    if name == "staff_survey" and name not in catalogue.catalogue():
        pytest.skip("the survey is not in the catalogue yet")
    with pytest.raises(ValueError, match=said):
        take(names=[name])


def test_a_folder_downloaded_by_hand(take, tmp_path):
    source = tmp_path / "Downloads"
    source.mkdir()
    (source / FILE).write_bytes(plans())
    (source / "holiday.csv").write_text("not ours\n")
    taken, = take(names=None, source_folder=source)
    assert (taken.name, taken.how, taken.file) == ("subsequent_plans", "copied", FILE)
    assert json.loads((take.folder / (FILE + ".json")).read_text())["source"] == "downloaded by hand"
    assert any(line.startswith("referrals: no file") for line in take.said)
    assert (source / FILE).read_bytes() == plans()


def test_a_zip_downloaded_by_hand(take, tmp_path):
    source = tmp_path / "Downloads"
    source.mkdir()
    with zipfile.ZipFile(source / "children-in-need_2025.zip", "w") as archive:
        archive.writestr("data-guidance/data-guidance.txt", "about")
        archive.writestr(f"data/{FILE}", plans())
    taken, = take(source_folder=source)
    assert taken.rows == 44 and (take.folder / FILE).read_bytes() == plans()


def test_a_folder_whose_file_is_not_the_one_its_checksums_list(take, tmp_path):
    source = tmp_path / "Downloads"
    source.mkdir()
    (source / FILE).write_bytes(plans())
    (source / CHECKSUMS).write_text(f"{'0' * 64}  {FILE}\n")
    with pytest.raises(DataError, match=f"{FILE} differs from {CHECKSUMS}"):
        take(source_folder=source)
    assert files(take.folder) == []


def test_a_folder_with_a_half_file_two_files_or_none(take, tmp_path):
    source = tmp_path / "Downloads"
    source.mkdir()
    with pytest.raises(DataError, match="none of the datasets"):
        take(names=None, source_folder=source)
    (source / FILE).write_bytes(plans()[:-5])
    with pytest.raises(DataError, match="last line does not end"):
        take(source_folder=source)
    (source / FILE.replace("2018", "2017")).write_bytes(plans())
    with pytest.raises(DataError, match="one file of that name"):
        take(source_folder=source)
    (source / "broken.zip").write_bytes(b"PK no")
    with pytest.raises(DataError, match="not a whole ZIP"):
        take(names=["referrals"], source_folder=source)
    with pytest.raises(DataError, match="no such folder"):
        take(source_folder=tmp_path / "nowhere")
    assert files(take.folder) == []
