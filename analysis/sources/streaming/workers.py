"""Processes to work on pieces, or none."""

from __future__ import annotations

import multiprocessing
from collections.abc import Callable, Iterator
from concurrent.futures import ProcessPoolExecutor
from contextlib import contextmanager
from typing import Any


class _Later:
    """A call that is made when its result is asked for."""

    def __init__(self, call: Callable, arguments: tuple):
        self._call, self._arguments = call, arguments

    def result(self) -> Any:
        """Make the call and give what it returns."""
        return self._call(*self._arguments)


class _Here:
    """One worker: this process."""

    def submit(self, call: Callable, *arguments) -> _Later:
        """Put a call off until its result is asked for."""
        return _Later(call, arguments)


@contextmanager
def workers(processes: int) -> Iterator[ProcessPoolExecutor | _Here]:
    """Something with `submit(call, *arguments)` whose answer has `result()`: so many processes, or this one for 1.

    Processes are started afresh (no copies of this one, whose threads would not be copied with it), so calls and
    arguments must be such that they can be sent. Work not begun is given up when the block is left by an error.
    """
    if processes == 1:
        yield _Here()
        return
    pool = ProcessPoolExecutor(processes, mp_context=multiprocessing.get_context("spawn"))
    try:
        yield pool
    finally:
        pool.shutdown(wait=True, cancel_futures=True)
