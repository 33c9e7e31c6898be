"""Reading the project's own YAML files, with one clear sentence where one is broken."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import yaml

from analysis.errors import DataError, DesignError

_LOADER = getattr(yaml, "CSafeLoader", yaml.SafeLoader)  # the one in C, where it is there, is ten times as fast


def read_mapping(file: Path) -> dict[str, Any]:
    """The mapping that a YAML file holds; `DesignError` naming file and line when it is none."""
    try:
        content = yaml.load(file.read_text(encoding="utf-8"), Loader=_LOADER)
    except UnicodeDecodeError:
        raise DesignError(f"file {file.name}: the file is not UTF-8 text") from None
    except OSError as error:
        raise DesignError(f"file {file.name}: the file cannot be read ({error.strerror})") from None
    except yaml.YAMLError as error:
        mark = getattr(error, "problem_mark", None)
        place = f", row {mark.line + 1}" if mark else ""
        said = " ".join(str(getattr(error, "problem", None) or error).split())
        raise DesignError(f"file {file.name}{place}: the file is not YAML ({said})") from None
    if not isinstance(content, dict):
        raise DesignError(str(DataError("the file holds no mapping", file=file.name, expected="`name: value` lines")))
    return content
