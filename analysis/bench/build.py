"""The whole book: executed several chapters at a time against plain Jupyter Book, and builds after a small change.

All sides are copies of the project in a temporary directory, with the stand-ins and the stored results of the strands
as they are here: what is measured is chapters executed and pages made, each time from no execution and no page. The
peers differ in one setting. With "serial", myst-nb executes every chapter itself when it is read, and all else is the
same; with "plain", kernels are also ended in its own way and not at once. All must make the same pages and ledger.
"""

from __future__ import annotations

import shutil
import subprocess
import tempfile
import time
from collections.abc import Sequence
from importlib.metadata import version
from pathlib import Path

from analysis import paths
from analysis.bench.measures import Measure, Target, side
from analysis.bench.setting import Setting
from analysis.errors import DataError
from analysis.publish import dependencies, store
from analysis.publish.serving import BUILD
from analysis.review.verifying import environment, left_out
from analysis.standins.current import ensure_standins

ROUNDS, REPEATS = 2, 3              # of cold builds of all sides in turn; of the builds after them
FASTER, EDITED, UNCHANGED = Target("ratio", 1.5), Target("seconds", 10), Target("seconds", 3)
PEER, SETTING = "jupyter-book", "  config:\n"
# Values of the setting `report_execution`, and what they do.
PEERS = {"serial": "it executes chapters one after the other as it reads them; all else is the same",
         "plain": "it executes chapters one after the other as it reads them, and ends kernels in its own way"}
CHAPTERS = ("families", "survey")   # those that are edited: one of words alone, one with many exhibits
SMALL = ("one", "two")              # the quick book has these chapters alone
CELL = "```{code-cell} ipython3\n"
PAGE = f"""---
jupytext: {{text_representation: {{extension: .md, format_name: myst}}}}
kernelspec: {{name: python3, display_name: Python 3, language: python}}
---
# Page NAME

{CELL}from analysis.report import results
NAME = results("published")
```
"""


def build(setting: Setting) -> list[Measure]:
    """Times of cold builds of all sides, of builds after one chapter was edited, and with nothing changed. `DataError`
    where a build fails or the sides do not make the same."""
    load = setting.load()
    ensure_standins(progress=setting.say)
    store.prepare(["published"] if setting.quick else dependencies.bundle_names(), progress=setting.say)
    with tempfile.TemporaryDirectory(prefix="bench-") as folder:
        sides = {name: _copy(Path(folder) / name, setting.quick) for name in ("ours", *PEERS)}
        for name in PEERS:
            _replace(sides[name] / "_config.yml", SETTING, f"{SETTING}    report_execution: {name}\n")
        cold = _cold(sides, 1 if setting.quick else ROUNDS, setting)
        same, ours = [_same(sides["ours"], sides[name]) for name in PEERS][0], sides["ours"]
        chapters = SMALL if setting.quick else CHAPTERS
        words, cells, unchanged = _afterwards(ours, chapters, 1 if setting.quick else REPEATS, setting)
    size = f"{len(_pages(paths.CHAPTERS, '*.md')) if not setting.quick else len(SMALL)} chapters"
    rows = [*((f"cold: every chapter executed, every page made; the peer {name}", cold["ours"],
               side(PEER, version(PEER), cold[name]), (FASTER,), f"{what}; {same}") for name, what in PEERS.items()),
            *((f"words of {name} edited", words[name], None, (EDITED,), "") for name in chapters),
            *((f"a code cell of {name} edited", cells[name], None, (EDITED,), "") for name in chapters),
            ("nothing changed", unchanged, None, (UNCHANGED,), "")]
    return [Measure("build", what, size, side("ours", "", seconds), peer, targets, judged=not setting.quick, load=load,
                    note=note) for what, seconds, peer, targets, note in rows]


def seconds_of_build(folder: Path) -> float:
    """Build the book in a folder as `make report` does and give the time; `DataError` with its last words where it
    fails."""
    started = time.perf_counter()
    done = subprocess.run(BUILD, cwd=folder, env=environment(), capture_output=True, text=True, check=False)
    if done.returncode:
        words = (done.stdout + done.stderr).strip().splitlines() or ["no message"]
        raise DataError("the measured build failed", value=" / ".join(words[-3:]), expected="a build without an error")
    return time.perf_counter() - started


def _cold(sides: dict[str, Path], rounds: int, setting: Setting) -> dict[str, list[float]]:
    """All sides in turn in each round, so that a busy spell of the machine meets all."""
    found: dict[str, list[float]] = {name: [] for name in sides}
    for _ in range(rounds):
        for name, folder in sides.items():
            _forget_builds(folder)
            found[name].append(seconds_of_build(folder))
            setting.say(f"build: cold, {name}: {found[name][-1]:.1f} s")
    return found


def _afterwards(folder: Path, chapters: Sequence[str], repeats: int, setting: Setting):
    """Seconds after words and after a code cell of each chapter were edited, and with nothing changed."""
    words, cells = ({name: [] for name in chapters} for _ in range(2))
    unchanged = []
    for number in range(repeats):
        for name in chapters:
            file = folder / "chapters" / f"{name}.md"
            with file.open("a", encoding="utf-8") as text:
                text.write(f"\nThis sentence was added ({number}).\n")
            words[name].append(seconds_of_build(folder))
            _replace(file, "from analysis.report import results", f"from analysis.report import results  # {number}")
            cells[name].append(seconds_of_build(folder))
            unchanged.append(seconds_of_build(folder))
            setting.say(f"build: {name}: words {words[name][-1]:.1f} s, cell {cells[name][-1]:.1f} s, "
                        f"nothing {unchanged[-1]:.1f} s")
    return words, cells, unchanged


def _same(ours: Path, plain: Path) -> str:
    """That both sides made the same pages and ledger, in words."""
    pages = _pages(ours / "_build" / "html", "*.html")
    if pages != _pages(plain / "_build" / "html", "*.html"):
        raise DataError("the two builds have other pages", expected="the same")
    ledgers = [(folder / "_build" / paths.LEDGER.name).read_text(encoding="utf-8") for folder in (ours, plain)]
    if ledgers[0] != ledgers[1]:
        raise DataError("the two builds have other ledgers", expected="the same")
    return f"the same ledger and {len(pages)} pages; stored results are there on both sides"


def _copy(folder: Path, quick: bool) -> Path:
    """The project without what is built, with stored results and stand-ins; where `quick`, of two small chapters."""
    shutil.copytree(paths.ROOT, folder, ignore=left_out, symlinks=True)
    shutil.copytree(paths.standins_folder(), folder / "data" / "standins")
    shutil.copytree(paths.RESULTS, folder / "_build" / paths.RESULTS.name)
    if quick:
        for file in (folder / "chapters").rglob("*.md"):
            file.unlink()
        for name in SMALL:
            (folder / "chapters" / f"{name}.md").write_text(PAGE.replace("NAME", name), encoding="utf-8")
        (folder / "_toc.yml").write_text(f"format: jb-book\nroot: chapters/{SMALL[0]}\nchapters:\n"
                                         f"  - file: chapters/{SMALL[1]}\n", encoding="utf-8")
    return folder


def _forget_builds(folder: Path) -> None:
    """Only the stored results are kept of what was built."""
    for item in (folder / "_build").iterdir():
        if item.is_dir() and item.name != paths.RESULTS.name:
            shutil.rmtree(item)
        elif item.is_file():
            item.unlink()


def _pages(folder: Path, pattern: str) -> list[str]:
    return sorted(file.relative_to(folder).as_posix() for file in folder.rglob(pattern))


def _replace(file: Path, old: str, new: str) -> None:
    text = file.read_text(encoding="utf-8")
    if old not in text:
        raise DataError("nothing to change for the benchmark", file=file.name, value=old.strip())
    file.write_text(text.replace(old, new, 1), encoding="utf-8")
