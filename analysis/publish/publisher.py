"""The only door from a strand to a page: turns results into exhibits and findings, after the disclosure rule."""

from __future__ import annotations

import re
from dataclasses import dataclass, field

import pandas as pd

from analysis.design import Design
from analysis.errors import DesignError, MissingData
from analysis.publish import style, words
from analysis.publish.behind import behind_of
from analysis.publish.bundles import Bundle, Suppression
from analysis.publish.disclosure import Disclosed, below, disclose
from analysis.publish.exhibits import Cell, Exhibit
from analysis.publish.findings import FORMS, Finding, Source
from analysis.publish.origin import origin_of
from analysis.publish.status import MEANING, SYMBOL_MEANING, most_restrictive, status_of

FINDING_ID = re.compile(r"[a-z0-9_]+(\.[a-z0-9_]+)+")
EXHIBIT_ID = re.compile(r"(fig|tbl)-[a-z0-9]+(-[a-z0-9]+)*")
HEADLINE_WORDS = 10


@dataclass
class Publisher:
    """Collects what a bundle publishes.

    `datasets` are the names it may load, `loader` gives a dataset by name, `bundles` the other bundles whose findings
    it may read, `states` the catalogue with what was found for each dataset, `locator` where a dataset's files are
    (None where frames come from elsewhere).
    """

    name: str
    design: Design
    loader: object
    datasets: tuple[str, ...]
    bundles: dict[str, Bundle] = field(default_factory=dict)
    states: tuple = ()
    locator: object = None
    _findings: dict[str, Finding] = field(default_factory=dict)
    _exhibits: dict[str, Exhibit] = field(default_factory=dict)
    _suppressions: list[Suppression] = field(default_factory=list)
    _missing: list[str] = field(default_factory=list)
    _reads: dict[str, None] = field(default_factory=dict)

    def load(self, name: str):
        """A declared dataset, checked. `DesignError` when the bundle does not declare it in DATASETS."""
        if name not in self.datasets:
            raise DesignError(f"bundle {self.name} loads {name!r} without declaring it in DATASETS")
        return self.loader(name)

    def load_optional(self, name: str):
        """A declared dataset, or None when its strand is real and this file is missing; the bundle lists it."""
        try:
            return self.load(name)
        except MissingData as error:
            self._missing.append(str(error))
            return None

    def locations(self, names) -> dict | None:
        """Where the files of declared datasets are, by name, for what reads them in pieces; None where `loader` has no
        files. `DesignError` for one not declared, `MissingData` where there is none."""
        undeclared = sorted(set(names) - set(self.datasets))
        if undeclared:
            raise DesignError(f"bundle {self.name} locates {undeclared} without declaring them in DATASETS")
        return None if self.locator is None else {name: self.locator(name) for name in names}

    def catalogue(self) -> tuple:
        """The catalogue with, for each dataset, what was found: for pages that describe the data."""
        return self.states

    def look_up(self, key: str) -> Finding | None:
        """A finding of this bundle or of one declared in BUNDLES; None where there is none, for want of a file say."""
        if key in self._findings:
            return self._findings[key]
        return self._read_elsewhere("findings", key)

    def finding_of(self, key: str) -> Finding:
        """A finding of this bundle or of one declared in BUNDLES; `DesignError` when there is none."""
        found = self.look_up(key)
        if found is None:
            raise DesignError(f"bundle {self.name} asks for finding {key!r}, which no bundle of {tuple(self.bundles)} "
                              "has")
        return found

    def exhibit_of(self, id: str) -> Exhibit:
        """An exhibit of a bundle declared in BUNDLES; `DesignError` when there is none."""
        found = self._read_elsewhere("exhibits", id)
        if found is None:
            raise DesignError(f"bundle {self.name} asks for exhibit {id!r}, which none of {tuple(self.bundles)} has")
        return found

    def _read_elsewhere(self, kind, id):
        """What another bundle published under that id, remembered as read."""
        for bundle in self.bundles.values():
            for item in getattr(bundle, kind):
                if item.id == id:
                    self._reads[id] = None
                    return item
        return None

    def finding(self, key: str, value, *, unit: str, made_by, sources, low=None, high=None, decimals: int = 1, n=None,
                n_authorities=None, n_pilots=None, numerator=None, about_people: bool = False,
                level: int = 95) -> Finding:
        """Publish a number or phrase under a key. About people: not shown where n or numerator is below threshold."""
        if not FINDING_ID.fullmatch(key) or key in self._findings:
            raise DesignError(f"finding key {key!r} is not dotted lower case, or is published twice")
        taken = [other for other in self._findings for form in FORMS if key == other + form or key + form == other]
        if taken:
            raise DesignError(f"finding key {key!r} would be a form of {taken[0]!r}, or the other way round")
        flat = _sources(sources)
        hidden = about_people and below(self._threshold, n, numerator)
        value = None if hidden or _is_missing(value) else value
        text = self._mark if hidden else words.quantity(value, unit, decimals)
        if hidden:
            self._suppressions.append(Suppression(key, 1, 0))
        bounds = [None if hidden or bound is None else float(bound) for bound in (low, high)]
        found = Finding(key, value if value is None or isinstance(value, str) else float(value), text, unit, decimals,
                        *bounds, level,
                        *(None if x is None or hidden else int(x) for x in (n, n_authorities, n_pilots)),
                        status_of(flat), origin_of(made_by), flat, about_people)
        self._findings[key] = found
        return found

    def data_status(self, sources) -> Finding:
        """Publish `<bundle>.data.status`: the status of what is computed from these datasets, in words for prose."""
        status = status_of(_sources(sources))
        return self.finding(f"{self.name}.data.status", f"{status} ({MEANING[status]})", unit="text",
                            made_by=status_of, sources=sources)

    def table(self, id: str, *, title, subtitle, frame: pd.DataFrame, columns, describe, made_by, sources, note="",
              about_people: bool = False, row_status=None) -> Exhibit:
        """Publish a table. `title`, `describe` and `note` may be functions of the frame after disclosure."""
        return self._publish("table", id, title, subtitle, frame, columns, describe, made_by, sources, note,
                             about_people, row_status, None)

    def figure(self, id: str, *, title, subtitle, frame: pd.DataFrame, columns, draw, describe, made_by, sources,
               note="", about_people: bool = False, row_status=None) -> Exhibit:
        """Publish a figure: `draw(frame)` makes it from the frame after disclosure, which is also its table."""
        return self._publish("figure", id, title, subtitle, frame, columns, describe, made_by, sources, note,
                             about_people, row_status, draw)

    def bundle(self) -> Bundle:
        """All that was published."""
        return Bundle(self.name, tuple(self._findings.values()), tuple(self._exhibits.values()),
                      tuple(self._suppressions), tuple(dict.fromkeys(self._missing)), tuple(self._reads))

    @property
    def _threshold(self) -> int:
        return int(self.design.section("disclosure")["threshold"])

    @property
    def _mark(self) -> str:
        return self.design.section("disclosure")["mark"]

    def _publish(self, kind, id, title, subtitle, frame, columns, describe, made_by, sources, note, about_people,
                 row_status, draw):
        columns = tuple(columns)
        self._check_exhibit(kind, id, frame, columns)
        shown = self._disclosed(id, frame, columns, about_people)
        flat = _sources(sources)
        statuses = _row_statuses(row_status, flat, len(shown.frame))
        rows = _rows(shown, columns)

        def resolve(part):
            return part(shown.frame) if callable(part) else part

        headline = resolve(title)
        if len(headline.split()) > HEADLINE_WORDS:
            raise DesignError(f"exhibit {id}: the headline has more than {HEADLINE_WORDS} words: {headline!r}")
        svg = style.to_svg(draw(shown.frame), id) if draw else None
        exhibit = Exhibit(id, kind, headline, resolve(subtitle), resolve(describe), resolve(note),
                          most_restrictive(statuses), tuple(dict.fromkeys(statuses)), columns, rows, statuses,
                          _symbols(rows), svg, origin_of(made_by), flat, about_people,
                          behind_of(shown, columns) if about_people else ())
        self._exhibits[id] = exhibit
        return exhibit

    def _check_exhibit(self, kind, id, frame, columns):
        if not EXHIBIT_ID.fullmatch(id) or id in self._exhibits or id.startswith("fig-") != (kind == "figure"):
            raise DesignError(f"exhibit id {id!r} does not fit its kind ({kind}), or is published twice")
        absent = [column.name for column in columns if column.name not in frame.columns]
        if absent:
            raise DesignError(f"exhibit {id}: columns {absent} are not in its frame")
        if frame.empty:
            raise DesignError(f"exhibit {id}: its table has no rows")

    def _disclosed(self, id, frame, columns, about_people) -> Disclosed:
        if not about_people:
            frame = frame.reset_index(drop=True)
            return Disclosed(frame.copy(), pd.DataFrame(False, index=frame.index, columns=frame.columns), 0, 0)
        shown = disclose(frame, columns, self._threshold,
                         int(self.design.section("disclosure")["protection"]))
        if shown.primary or shown.secondary:
            self._suppressions.append(Suppression(id, shown.primary, shown.secondary))
        return shown


def _sources(items) -> tuple[Source, ...]:
    """Datasets, findings and exhibits as sources, each once, in order."""
    flat = {}
    for item in items:
        for source in item.sources if isinstance(item, (Finding, Exhibit)) else (item,):
            flat[source.name] = Source(source.name, source.title, source.status, source.sha256, source.kind)
    if not flat:
        raise DesignError("a published result needs at least one source")
    return tuple(flat.values())


def _row_statuses(row_status, sources, rows) -> tuple[str, ...]:
    if row_status is None:
        return (status_of(sources),) * rows
    return tuple(row_status)


def _rows(shown: Disclosed, columns) -> tuple[tuple[Cell, ...], ...]:
    marks = {column.name: shown.frame.get(f"{column.name}__symbol") for column in columns}
    return tuple(tuple(_cell(shown, marks[column.name], column, row) for column in columns)
                 for row in shown.frame.index)


def _cell(shown, symbols, column, row) -> Cell:
    value = shown.frame.loc[row, column.name]
    if shown.suppressed.loc[row, column.name]:
        return Cell("[c]", "c")
    symbol = "" if symbols is None or _is_missing(symbols.loc[row]) else str(symbols.loc[row])
    if symbol:
        return Cell(f"[{symbol}]", symbol)
    if _is_missing(value):
        return Cell("", "")
    if column.is_number:
        decimals = int(shown.frame.loc[row, column.decimals_from]) if column.decimals_from else column.decimals
        return Cell(_printed(value, column.kind, decimals), _plain(value))
    return Cell(str(value), words.without_markup(str(value)) if column.kind == "markdown" else str(value))


def _printed(value, kind, decimals) -> str:
    if kind == "probability" and 0 <= value < 0.5 * 10**-decimals:
        return f"<{10**-decimals:.{decimals}f}"
    return words.number(value, decimals)


def _plain(value) -> str:
    number = float(value)
    return str(int(number)) if number.is_integer() and abs(number) < 1e15 else f"{number:.12g}"


def _is_missing(value) -> bool:
    return value is None or (not isinstance(value, str) and bool(pd.isna(value)))


def _symbols(rows) -> tuple[str, ...]:
    found = {cell.value for row in rows for cell in row if cell.text == f"[{cell.value}]" and cell.value}
    return tuple(symbol for symbol in SYMBOL_MEANING if symbol in found)
