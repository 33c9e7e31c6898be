"""What was read out of files, kept from one process to the next as long as a file stays as it is."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path

from analysis.publish.whole import write_whole


class Remembered:
    """Facts of files, each worked out by a function of the file alone, in one JSON file. `code`: the source file of
    that function, with whose change all is forgotten."""

    def __init__(self, place: Path, code: str):
        self._place, self._code, self._kept, self._new = place, code, None, False

    def fact(self, file: Path, work_out: Callable):
        """The fact of a file (as JSON gives it back); worked out where the file's size or times are others."""
        kept, now = self._facts(), _look(file)
        found = kept.get(str(file))
        if not found or found[0] != now:
            found = kept[str(file)] = [now, work_out(file)]
            self._new = True
        return found[1]

    def keep(self) -> None:
        """Write what is new, whole or not at all. What another process wrote meanwhile may be lost: it is worked out
        again."""
        if not self._new:
            return
        write_whole(self._place, json.dumps({"code": _look(Path(self._code)), "facts": self._facts()}))
        self._new = False

    def _facts(self) -> dict:
        if self._kept is None:
            try:
                content = json.loads(self._place.read_text(encoding="utf-8"))
                self._kept = content["facts"] if content["code"] == _look(Path(self._code)) else {}
            except (OSError, ValueError, KeyError, TypeError):
                self._kept = {}
        return self._kept


def _look(file: Path) -> list[int]:
    facts = file.stat()
    return [facts.st_size, facts.st_mtime_ns, facts.st_ctime_ns]
