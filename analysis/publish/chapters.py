"""What chapters say they use, read from their sources: bundles opened, exhibits shown, findings quoted."""

from __future__ import annotations

import ast
import hashlib
import re
from dataclasses import dataclass
from pathlib import Path

from analysis import paths
from analysis.errors import DesignError
from analysis.publish import dependencies

CELL = re.compile(r"^```+\{code-cell\}[^\n]*\n(.*?)^```+\s*$", re.MULTILINE | re.DOTALL)
QUOTE = re.compile(r"\{glue:text\}`([^`]+)`")
LISTING = re.compile(r"^(`{3,})[a-z][^\n]*\n.*?^\1\s*$", re.MULTILINE | re.DOTALL)     # shown as it is, not read


@dataclass(frozen=True)
class Chapter:
    """One chapter's source: the bundles it opens, the exhibits it shows and the keys it quotes."""

    docname: str
    bundles: tuple[str, ...]
    exhibits: tuple[str, ...]
    quotes: tuple[str, ...]

    def digest(self) -> str:
        """Digest of all that its execution depends on; which keys it quotes decides what it glues."""
        parts = [*sorted(set(self.quotes)), *(dependencies.digest_of_bundle(name) for name in self.bundles)]
        parts += dependencies.digest_of_files(dependencies.code_behind("analysis.report"))
        return hashlib.sha256("\n".join(parts).encode()).hexdigest()


def all_chapters() -> dict[str, Chapter]:
    """Every chapter by its document name."""
    files = sorted(paths.CHAPTERS.rglob("*.md"))
    found = (read_chapter(file) for file in files if ".ipynb_checkpoints" not in file.parts)
    return {chapter.docname: chapter for chapter in found}


def read_chapter(file: Path) -> Chapter:
    """Read one chapter; `DesignError` when a code cell is not Python."""
    source = LISTING.sub("", file.read_text(encoding="utf-8"))
    docname = file.relative_to(paths.ROOT).with_suffix("").as_posix()
    bundles: list[str] = []
    exhibits: list[str] = []
    for cell in CELL.findall(source):
        code = "\n".join(line for line in cell.splitlines() if not line.startswith(":"))
        for name, arguments in _calls(code, docname):
            if name == "results":
                bundles += arguments
            elif name == "show":
                exhibits += arguments
    return Chapter(docname, tuple(dict.fromkeys(bundles)), tuple(exhibits), tuple(QUOTE.findall(source)))


def _calls(code, docname):
    try:
        tree = ast.parse(code)
    except SyntaxError as error:
        raise DesignError(f"{docname}: a code cell is not Python: {error}") from error
    for node in ast.walk(tree):
        if isinstance(node, ast.Call):
            name = node.func.attr if isinstance(node.func, ast.Attribute) else getattr(node.func, "id", "")
            yield name, [a.value for a in node.args if isinstance(a, ast.Constant) and isinstance(a.value, str)]
