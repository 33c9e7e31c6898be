"""Values at places in the ledger: a finding, a cell of a published table, or a constant of the design."""

from __future__ import annotations

from dataclasses import dataclass, field

from analysis.errors import DesignError
from analysis.exhibits.together.cells import rows_in
from analysis.publish import Publisher
from analysis.publish.exhibits import Exhibit
from analysis.publish.findings import Finding

DESIGN = "design:"


@dataclass
class Places:
    """Reads places for one outcome, whose name in its strand's tables is `row`, and notes what it read from.

    `survey.wellbeing.p`: a finding. `tbl-survey-change/{row}+Unweighted/p`: the cell in column p of the row whose first
    columns read so (`+` parts them). `design:survey.smallest_change`: a constant of `data/evaluation.yml`.
    """

    p: Publisher
    row: str
    found: list[Finding | Exhibit] = field(default_factory=list)

    def read(self, place: str) -> float | None:
        """The value at a place; None where it is blank, hidden, or this build has no such result. `DesignError` where a
        table lacks the column or the place is none."""
        place = place.replace("{row}", self.row)
        if place.startswith(DESIGN):
            return self._constant(place.removeprefix(DESIGN))
        if "/" in place:
            return self._cell(*_parts(place))
        finding = self.p.look_up(place)
        if finding is None or not isinstance(finding.value, float):
            return None
        self.found.append(finding)
        return finding.value

    def _constant(self, path: str) -> float:
        section, *names = path.split(".")
        value = self.p.design.section(section)
        for name in names:
            if name not in value:
                raise DesignError(f"data/evaluation.yml has no {path!r}")
            value = value[name]
        return float(value)

    def _cell(self, id: str, wanted: list[str], column: str) -> float | None:
        exhibit = self.p.exhibit_of(id)
        names = [one.name for one in exhibit.columns]
        if column not in names:
            raise DesignError(f"exhibit {id} has no column {column!r}; it has {', '.join(names)}")
        rows = rows_in(exhibit, wanted)
        if len(rows) > 1:
            raise DesignError(f"exhibit {id} has {len(rows)} rows {' + '.join(wanted)!r}, expected one")
        if not rows:
            return None
        self.found.append(exhibit)
        return _number(rows[0][names.index(column)].value)


def _parts(place: str) -> tuple[str, list[str], str]:
    id, _, rest = place.partition("/")
    row, _, column = rest.rpartition("/")
    if not (id and row and column):
        raise DesignError(f"place {place!r} is not exhibit/row/column")
    return id, row.split("+"), column


def _number(text: str) -> float | None:
    try:
        return float(text)
    except ValueError:      # blank, or a symbol of the publisher or of the disclosure rule
        return None
