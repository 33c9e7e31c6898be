"""What pages weigh, and how soon the first one can be read."""

import functools
import http.server
import threading

import pytest

pytestmark = [pytest.mark.book, pytest.mark.slow]

MEGABYTE = 1_000_000
SLOW = {"offline": False, "latency": 150, "downloadThroughput": 1.6e6 / 8, "uploadThroughput": 0.75e6 / 8}
READABLE = 3_000        # milliseconds


@pytest.fixture(scope="module")
def address(site):
    """The pages served on this machine, as a plain web server would."""
    handler = functools.partial(Quiet, directory=site)
    with http.server.ThreadingHTTPServer(("127.0.0.1", 0), handler) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        yield f"http://127.0.0.1:{server.server_port}"
        server.shutdown()


class Quiet(http.server.SimpleHTTPRequestHandler):
    """Without a log on the terminal."""

    def log_message(self, *arguments):
        """Say nothing."""


def test_the_first_page_weighs_less_than_a_megabyte_with_all_it_loads(page, address):
    sizes = {}
    page.on("response", lambda response: sizes.setdefault(response.url, response))
    page.goto(f"{address}/index.html")
    page.wait_for_url("**/chapters/index.html")
    page.wait_for_load_state("networkidle")
    weights = {url: len(response.body()) for url, response in sizes.items() if response.status == 200
               and not url.endswith("/index.html") or url.endswith("/chapters/index.html")}
    assert sum(weights.values()) < MEGABYTE, sorted(weights.items(), key=lambda pair: -pair[1])[:5]
    assert all(url.startswith(address) for url in sizes)        # nothing from elsewhere


def test_the_whole_site_weighs_less_than_thirty(site):
    assert sum(file.stat().st_size for file in site.rglob("*") if file.is_file()) < 30 * MEGABYTE


def test_the_first_page_can_be_read_in_time_on_a_slow_line_and_a_slow_processor(page, address):
    """1.6 Mbit/s and a processor four times slower, as in the usual measures of pages on phones."""
    session = page.context.new_cdp_session(page)
    session.send("Network.enable")
    session.send("Network.emulateNetworkConditions", SLOW)
    session.send("Emulation.setCPUThrottlingRate", {"rate": 4})
    page.goto(f"{address}/chapters/index.html", wait_until="load")
    painted = page.evaluate("""() => new Promise((done) => {
      const first = performance.getEntriesByName("first-contentful-paint")[0];
      if (first) return done(first.startTime);
      new PerformanceObserver((list) => list.getEntriesByName("first-contentful-paint").forEach(
        (entry) => done(entry.startTime))).observe({ type: "paint", buffered: true }); })""")
    assert painted < READABLE
    assert page.locator("main article h1").is_visible()
