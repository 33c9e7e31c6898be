"""The same work for every outcome, on all processors."""

from __future__ import annotations

import os
from collections.abc import Callable
from concurrent.futures import ProcessPoolExecutor
from multiprocessing import get_context
from typing import TypeVar

from analysis.design import Design
from analysis.strands.difference_in_differences.records import Records
from analysis.strands.difference_in_differences.rules import OUTCOMES

Result = TypeVar("Result")


def for_each_outcome(work: Callable[[Records, Design, str], Result], records: Records, design: Design,
                     outcomes: tuple[str, ...] = OUTCOMES) -> dict[str, Result]:
    """`work(records, design, outcome)` of every outcome, by name in the order given.

    `work` is a module's function, so that it can be sent to another process. Outcomes draw from generators of their
    own, so that results do not depend on how many processes there are. The first error is raised as it is.

    Processes start afresh and are no copies of this one: a copy lacks the threads of compiled libraries, and waits for
    ever for them where this process has used such a library (diff-diff's) before.
    """
    workers = min(len(outcomes), os.cpu_count() or 1)
    if workers < 2:
        return {outcome: work(records, design, outcome) for outcome in outcomes}
    with ProcessPoolExecutor(workers, mp_context=get_context("spawn")) as pool:
        waiting = {outcome: pool.submit(work, records, design, outcome) for outcome in outcomes}
        try:
            return {outcome: future.result() for outcome, future in waiting.items()}
        except BaseException:
            pool.shutdown(cancel_futures=True)
            raise
