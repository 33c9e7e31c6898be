"""Pages served, made again when a source changes, and reloaded."""

import http.client
import threading
import urllib.request

import pytest

from analysis.publish import serving


@pytest.fixture
def served(tmp_path):
    """A source, a page made from it, a build that fails on the word "wrong", and the server over them."""
    source, page = tmp_path / "source.md", tmp_path / "html" / "index.html"
    page.parent.mkdir()
    said, stop, port = [], threading.Event(), []

    def build():
        text = source.read_text()
        if "wrong" in text:
            return "source.md: a wrong word"
        page.write_text(f"<html><body>{text}</body></html>")
        return ""

    source.write_text("first")
    build()
    ready = threading.Event()
    thread = threading.Thread(target=serving.serve, args=(page.parent, 0), daemon=True, kwargs={
        "build": build, "watched": lambda: {"source.md": source.read_text()}, "say": said.append, "stop": stop,
        "started": lambda number: (port.append(number), ready.set())})
    thread.start()
    assert ready.wait(10)
    yield source, page, port[0], said
    stop.set()
    thread.join(10)
    assert not thread.is_alive()        # it stops when asked


def text_of(port, path="/index.html"):
    with urllib.request.urlopen(f"http://127.0.0.1:{port}{path}", timeout=10) as answer:
        return answer.read().decode()


def next_event(port):
    """Opens the stream of changes; the returned function waits for the next event."""
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=20)
    connection.request("GET", serving.CHANGES)
    answer = connection.getresponse()

    def wait():
        while True:
            line = answer.readline().decode().strip()
            if line.startswith("data:"):
                connection.close()
                return line

    return wait


def test_a_change_is_made_into_the_page_and_the_browser_is_told(served):
    source, page, port, said = served
    assert "first" in text_of(port)
    wait = next_event(port)
    source.write_text("second")
    assert wait() == "data: reload"
    assert "second" in text_of(port)
    assert any(line.startswith("== changed: source.md") for line in said)


def test_the_line_that_reloads_is_in_what_is_sent_and_not_in_the_file(served):
    _, page, port, _ = served
    assert serving.CHANGES in text_of(port) and serving.CHANGES not in page.read_text()


def test_a_build_that_fails_is_said_and_the_page_stays_until_it_is_right_again(served):
    source, _, port, said = served
    wait = next_event(port)
    source.write_text("wrong")
    for _ in range(100):
        if any("a wrong word" in line for line in said):
            break
        threading.Event().wait(0.1)
    assert any("not made again" in line and "source.md: a wrong word" in line for line in said)
    assert "first" in text_of(port)
    source.write_text("right")
    assert wait() == "data: reload" and "right" in text_of(port)


def test_the_sources_are_those_that_pages_depend_on():
    found = serving.sources()
    assert {"_config.yml", "chapters/index.md", "data/evaluation.yml", "analysis/publish/serving.py"} <= set(found)
    assert not [name for name in found if "standins/" in name or "__pycache__" in name]
