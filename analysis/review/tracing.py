"""From a result to its function, data, tests and sentences; and from a data set to the sentences that rest on it."""

from __future__ import annotations

from collections.abc import Iterable

from analysis.errors import DesignError
from analysis.review.records import Record
from analysis.sources.catalogue import catalogue


def trace(id: str, everything: Iterable[Record]) -> list[str]:
    """The lines of a trace of a finding, an exhibit or a data set; `DesignError` naming like ones for anything else."""
    everything = tuple(everything)
    for record in everything:
        if record.id == id:
            return of_result(record)
    if id in catalogue():
        return of_dataset(id, everything)
    words = set(id.replace("-", ".").replace("_", ".").split("."))
    names = [record.id for record in everything] + list(catalogue())
    like = sorted(names, key=lambda name: -len(words & set(name.replace("-", ".").replace("_", ".").split("."))))[:6]
    raise DesignError(f"no finding, exhibit or data set {id!r}; the nearest are {', '.join(like)}")


def of_result(record: Record) -> list[str]:
    """Value, function, data, clause, tests, and where it is read."""
    item = record.item
    says = item.text if record.kind == "finding" else item.title
    lines = [f"{record.kind} {record.id} [{item.status}]: {says}",
             f"  made by   {item.origin.function} ({item.origin.file}:{item.origin.line}), bundle {record.bundle}",
             *(f"  data      {source.name} [{source.status}] {source.sha256[:16]}  {source.title}"
               for source in item.sources),
             f"  plan      clause {record.clause.clause}: {record.clause.title} ({record.clause.standing})",
             *(f"  test      {test}" for test in record.tests or ("none names it",)),
             *(f"  read by   bundle {name}" for name in record.read_by)]
    if record.kind != "finding":
        return [*lines, f"  shown in  {record.page or 'no chapter'}"]
    return [*lines, *([_sentence(place) for place in record.places] or ["  quoted in no chapter"])]


def of_dataset(name: str, everything: tuple[Record, ...]) -> list[str]:
    """Everything that rests on a data set: by function the findings with their sentences, and the exhibits."""
    entry = catalogue()[name]
    resting = [record for record in everything if any(source.name == name for source in record.item.sources)]
    lines = [f"data set {name}: {entry.title} ({entry.access})",
             f"  {sum(r.kind == 'finding' for r in resting)} findings and "
             f"{sum(r.kind != 'finding' for r in resting)} exhibits rest on it"]
    for function in dict.fromkeys(record.item.origin.function for record in resting):
        lines.append(f"  {function}")
        for record in (r for r in resting if r.item.origin.function == function):
            lines.append(f"    {record.id} [{record.item.status}]" + (f" in {record.page}" if record.page else ""))
            lines += [f"    {_sentence(place)}" for place in record.places]
    return lines


def _sentence(place) -> str:
    return f"  sentence  {place.docname}: {place.sentence}"
