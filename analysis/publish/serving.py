"""The built pages on this machine, made again when their sources change and reloaded in the browser."""

from __future__ import annotations

import functools
import http.server
import subprocess
import sys
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path

from analysis import paths

WATCHED = ("chapters", "analysis", "data", "_config.yml", "_toc.yml", "requirements.txt")
LEFT_OUT = {"__pycache__", "standins", ".ipynb_checkpoints"}
CHANGES = "/changes-of-the-report"
EVERY = 0.5             # seconds between looks at the sources
RELOAD = f'<script>new EventSource("{CHANGES}").onmessage = () => location.reload();</script>'.encode()
BUILD = [sys.executable, "-c", "from jupyter_book.cli.main import main; main()", "build", ".", "-W", "-n", "-q",
         "--keep-going"]


@dataclass
class Version:
    """How often the pages were made, for whoever waits for the next time."""

    number: int = 0
    changed: threading.Condition = field(default_factory=threading.Condition)

    def next(self) -> None:
        """The pages were made again."""
        with self.changed:
            self.number += 1
            self.changed.notify_all()

    def wait_beyond(self, number: int, seconds: float) -> int:
        """The number now: a later one than `number`, or the same when the time is up."""
        with self.changed:
            self.changed.wait_for(lambda: self.number > number, seconds)
            return self.number


class Pages(http.server.SimpleHTTPRequestHandler):
    """Serves files; pages get a line that reloads them, in what is sent and not in the file."""

    def __init__(self, *arguments, version: Version, **settings):
        self.version = version
        super().__init__(*arguments, **settings)

    def do_GET(self):
        """A file, a page with its line, or the stream of changes."""
        if self.path == CHANGES:
            return self._stream()
        file = Path(self.translate_path(self.path))
        if file.suffix != ".html" or not file.is_file():
            return super().do_GET()
        content = file.read_bytes().replace(b"</body>", RELOAD + b"</body>")
        self.send_response(200)
        self.send_header("Content-Type", "text/html; charset=utf-8")
        self.send_header("Content-Length", str(len(content)))
        self.send_header("Cache-Control", "no-store")
        self.end_headers()
        self.wfile.write(content)

    def log_message(self, *arguments):
        """Requests are not listed: the terminal is for what the building says."""

    def _stream(self):
        self.send_response(200)
        self.send_header("Content-Type", "text/event-stream")
        self.end_headers()
        number = self.version.number
        try:
            while True:
                now = self.version.wait_beyond(number, seconds=5)
                self.wfile.write(b"data: reload\n\n" if now > number else b": still here\n\n")
                self.wfile.flush()
                number = now
        except (BrokenPipeError, ConnectionResetError):
            return


def serve(html: Path, port: int, *, build: Callable[[], str], watched: Callable[[], dict], say: Callable[[str], None],
          stop: threading.Event | None = None, started: Callable[[int], None] = lambda port: None) -> None:
    """Serve the pages on this machine until stopped; look at the sources and build when one has changed.

    `build` makes the pages and returns "" or what went wrong, which is said while the pages stay as they were.
    `watched` gives the state of the sources. `port` 0 takes a free one; `started` is told which.
    """
    version, stop = Version(), stop or threading.Event()
    handler = functools.partial(Pages, directory=html, version=version)
    with http.server.ThreadingHTTPServer(("127.0.0.1", port), handler) as server:
        server.daemon_threads = True
        threading.Thread(target=server.serve_forever, daemon=True).start()
        say(f"== http://127.0.0.1:{server.server_port}/ (stop with Ctrl-C)")
        started(server.server_port)
        try:
            _watch(build, watched, say, version, stop)
        finally:
            server.shutdown()


def _watch(build, watched, say, version, stop) -> None:
    before = watched()
    while not stop.wait(EVERY):
        now = watched()
        if now == before:
            continue
        changed = sorted(name for name in {*before, *now} if before.get(name) != now.get(name))
        say(f"== changed: {', '.join(changed[:3])}{' ...' if len(changed) > 3 else ''}")
        before, began = now, time.perf_counter()
        wrong = build()
        if wrong:
            say(f"not made again, the pages stay as they were:\n{wrong}")
        else:
            say(f"== made again in {time.perf_counter() - began:.1f} s")
            version.next()


def sources() -> dict[str, tuple[int, int]]:
    """Size and time of change of every source file, by its path in the project."""
    found = {}
    for name in WATCHED:
        place = paths.ROOT / name
        for file in [place] if place.is_file() else place.rglob("*"):
            if file.is_file() and not LEFT_OUT & set(file.parts) and not file.name.startswith("."):
                facts = file.stat()
                found[file.relative_to(paths.ROOT).as_posix()] = (facts.st_size, facts.st_mtime_ns)
    return found


def build_book() -> str:
    """Build the pages as `make report` does; "" or the last lines of what was said."""
    done = subprocess.run(BUILD, cwd=paths.ROOT, text=True, capture_output=True, check=False)
    return "" if done.returncode == 0 else "\n".join((done.stdout + done.stderr).strip().splitlines()[-12:])
