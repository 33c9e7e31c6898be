"""The same work for every outcome, on all processors."""

from __future__ import annotations

import os
from collections.abc import Callable
from concurrent.futures import ProcessPoolExecutor
from typing import TypeVar

from analysis.design import Design
from analysis.strands.difference_in_differences.rules import OUTCOMES

Source, Result = TypeVar("Source"), TypeVar("Result")


def for_each_outcome(work: Callable[[Source, Design, str], Result], source: Source, design: Design,
                     outcomes: tuple[str, ...] = OUTCOMES) -> dict[str, Result]:
    """`work(source, design, outcome)` of every outcome, by name in the order given.

    `source` is what the work needs, such as populations or records. `work` is a module's function, so that it can be
    sent to another process. Outcomes draw from generators of their
    own, so that results do not depend on how many processes there are. The first error is raised as it is.
    """
    workers = min(len(outcomes), os.cpu_count() or 1)
    if workers < 2:
        return {outcome: work(source, design, outcome) for outcome in outcomes}
    with ProcessPoolExecutor(workers) as pool:
        waiting = {outcome: pool.submit(work, source, design, outcome) for outcome in outcomes}
        try:
            return {outcome: future.result() for outcome, future in waiting.items()}
        except BaseException:
            pool.shutdown(cancel_futures=True)
            raise
