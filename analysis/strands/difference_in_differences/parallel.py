"""The same work for every outcome, or every part of it, on all processors."""

from __future__ import annotations

import os
from collections.abc import Callable, Hashable, Sequence
from concurrent.futures import ProcessPoolExecutor
from multiprocessing import get_context
from typing import Any, TypeVar

from analysis.design import Design
from analysis.strands.difference_in_differences.rules import OUTCOMES

Source, Result = TypeVar("Source"), TypeVar("Result")
Item = TypeVar("Item", bound=Hashable)

_given: dict[str, Any] = {}     # in a worker process: what all its pieces of work read, received once when it starts


def for_each_outcome(work: Callable[[Source, Design, str], Result], source: Source, design: Design,
                     outcomes: tuple[str, ...] = OUTCOMES) -> dict[str, Result]:
    """`work(source, design, outcome)` of every outcome, by name in the order given; see `for_each`."""
    return for_each(work, source, design, outcomes)


def for_each(work: Callable[[Any, Design, Item], Result], subject: Any, design: Design,
             items: Sequence[Item]) -> dict[Item, Result]:
    """`work(subject, design, item)` of every item, by item in the order given; begun in that order, so that what takes
    longest had better stand first.

    `work` is a module's function, so that it can be sent to another process; `subject` goes to each process once. Items
    draw from generators of their own, so that results do not depend on how many processes there are. The first error
    is raised as it is.

    Processes start afresh and are no copies of this one: a copy lacks the threads of compiled libraries, and waits for
    ever for them where this process has used such a library (diff-diff's) before.
    """
    workers = min(len(items), os.cpu_count() or 1)
    if workers < 2:
        return {item: work(subject, design, item) for item in items}
    with ProcessPoolExecutor(workers, mp_context=get_context("spawn"), initializer=_receive,
                             initargs=(work, subject, design)) as pool:
        waiting = {item: pool.submit(_work_on, item) for item in items}
        try:
            return {item: future.result() for item, future in waiting.items()}
        except BaseException:
            pool.shutdown(cancel_futures=True)
            raise


def _receive(work, subject, design) -> None:
    _given.update(work=work, subject=subject, design=design)


def _work_on(item):
    return _given["work"](_given["subject"], _given["design"], item)
