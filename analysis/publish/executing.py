"""Chapters executed several at a time, before Sphinx reads them: what is read then is found in the execution cache.

One process writes to the cache; executions that fail leave nothing in it.
"""

from __future__ import annotations

import os
import re
import time
from collections.abc import Callable
from concurrent.futures import FIRST_COMPLETED, Future, ThreadPoolExecutor, wait
from dataclasses import dataclass
from pathlib import Path

from jupyter_cache import get_cache
from jupyter_cache.base import CacheBundleIn
from jupyter_cache.executors.utils import single_nb_execution
from myst_nb.core.read import create_nb_reader
from nbclient.exceptions import CellExecutionError, DeadKernelError

TRIES = 2       # of a kernel that does not answer when many are started at once
PER_PROCESSOR = 2       # kernels at a time: about half of a short chapter's time, its kernel waits or is waited for
MADE_FROM = "made_from"      # what the cache keeps with an execution: the digest of all that it depends on
ANSI = re.compile(r"\x1b\[[0-9;]*m")


class ExecutionFailed(RuntimeError):
    """A chapter whose cell raised: the message names chapter, cell and error."""


@dataclass(frozen=True)
class Waiting:
    """A chapter to be executed: its name, file, notebook as read from its source, and digest of what it depends on."""

    docname: str
    path: Path
    notebook: object
    digest: str


def without_execution(digests: dict[str, str], env, cache_path: Path) -> list[Waiting]:
    """Those of the chapters that the cache has no execution of. `digests`: of all that each depends on."""
    cache = get_cache(cache_path)
    found = []
    for docname in sorted(digests):
        path = Path(env.doc2path(docname))
        text = path.read_text(encoding="utf-8")
        reader = create_nb_reader(str(path), env.myst_config, env.mystnb_config, text)
        if reader is None:
            continue
        notebook = reader.read(text)
        try:
            cache.match_cache_notebook(notebook)
        except KeyError:
            found.append(Waiting(docname, path, notebook, digests[docname]))
    return found


def execute(waiting: list[Waiting], cache_path: Path, *, timeout: int, say: Callable[[str], None],
            workers: int | None = None) -> None:
    """Execute chapters, several at a time for each processor, and keep each in the cache when it is done.

    Raises `ExecutionFailed` after the first that fails; chapters that were done by then stay in the cache.
    """
    if not waiting:
        return
    cache, started = get_cache(cache_path), time.perf_counter()
    pool = ThreadPoolExecutor(workers or PER_PROCESSOR * (os.cpu_count() or 1))
    try:
        running: dict[Future, Waiting] = {pool.submit(_run, item, timeout): item for item in waiting}
        while running:
            done, _ = wait(running, return_when=FIRST_COMPLETED)
            for future in done:
                item = running.pop(future)
                result = future.result()
                if result.err is not None:
                    raise ExecutionFailed(failure(item.docname, item.notebook, result.err))
                facts = {"execution_seconds": result.time, MADE_FROM: item.digest}
                cache.cache_notebook_bundle(CacheBundleIn(result.nb, str(item.path), data=facts),
                                            check_validity=False, overwrite=True)
    finally:
        pool.shutdown(wait=True, cancel_futures=True)
    say(f"  executed {len(waiting)} chapters ({time.perf_counter() - started:.1f} s)")


def failure(docname: str, notebook, error) -> str:
    """One sentence: which chapter, which of its code cells, and what that cell raised."""
    cells = [cell for cell in notebook.cells if cell.cell_type == "code"]
    stopped = next((number for number, cell in enumerate(cells, 1)
                    if any(output.output_type == "error" for output in cell.get("outputs", []))), None)
    where = f"chapter {docname}, code cell {stopped}" if stopped else f"chapter {docname}"
    said = f"{error.ename}: {error.evalue}" if isinstance(error, CellExecutionError) else " ".join(str(error).split())
    return f"{where}: {ANSI.sub('', said)}"


def _run(item: Waiting, timeout: int):
    for last in [False] * (TRIES - 1) + [True]:
        try:
            return single_nb_execution(item.notebook, cwd=str(item.path.parent), timeout=timeout, allow_errors=False)
        except (DeadKernelError, RuntimeError, TimeoutError) as error:
            if last:
                raise ExecutionFailed(f"chapter {item.docname}: its kernel does not answer ({error})") from error
