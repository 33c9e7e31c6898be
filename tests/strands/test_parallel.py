"""Work shared over processors comes to its end, whatever this process has done before."""

from __future__ import annotations

import os
import signal
import subprocess
import sys

import pytest

from analysis.methods.bacon import bacon_decomposition
from analysis.methods.staggered_panel import adoption
from analysis.paths import ROOT
from analysis.strands.difference_in_differences.parallel import for_each_outcome
from tests.methods.staggered_data import wide

SECONDS = 120


def decomposition(records=None, design=None, outcome="") -> int:
    """Rows of a decomposition that a compiled library with threads of its own computes."""
    panel = wide({"early": [0, 4, 6, 8], "late": [1, 1, 1, 11], "never": [0, 0, 0, 0]})
    return len(bacon_decomposition(panel, adoption(panel, {"early": 1, "late": 3})).table)


def main() -> None:
    """Use the library here, then in other processes."""
    here = decomposition()
    found = for_each_outcome(decomposition, None, None, ("rereferral", "duration"))
    assert found == {"rereferral": here, "duration": here}


@pytest.mark.slow
def test_processes_do_not_wait_for_threads_that_this_one_has_started():
    with subprocess.Popen([sys.executable, "-m", "tests.strands.test_parallel"], cwd=ROOT, text=True,
                          stderr=subprocess.PIPE, start_new_session=True) as process:
        try:
            _, said = process.communicate(timeout=SECONDS)
        except subprocess.TimeoutExpired:
            os.killpg(process.pid, signal.SIGKILL)      # its workers too, which would wait for ever
            pytest.fail(f"no end after {SECONDS} seconds")
    assert process.returncode == 0, said


if __name__ == "__main__":
    main()
