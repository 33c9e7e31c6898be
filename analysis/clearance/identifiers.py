"""No identifier and no words of a record in anything that leaves: what was read in is looked for in what was written.

Values are compared whole, as words of a text: an identifier is one of at least five characters with two digits, or of
four with three and a letter first, so that a year or a small code ("R2") is none. Records' own sentences are compared
by runs of eight words, in any spelling of capitals and punctuation. A UPN, NHS number or national insurance number is
found by its form, whatever was read in.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

import pandas as pd

from analysis.clearance.problem import Checked, Problem
from analysis.sources.schema import Table

RULE, FREE_TEXT, FORMS = "identifier of a record", "words of a record", "number in the form of a person's"
RUN = 8                 # words in a row that no two authors write by chance
_TOKEN = re.compile(r"[A-Za-z0-9](?:[\w:.\-]*\w)?")
_LONG = re.compile(r"(?=(?:\D*\d){2})[\w:.\-]{5,}")
_CODED = re.compile(r"[A-Za-z][\w:.\-]*\d{3}[\w:.\-]*")
_YEARLIKE = re.compile(r"[12][09]\d\d(?:[/\-_][\d\-]+)?|\d{1,4}")
_PERSONAL = re.compile(r"(?<![A-Za-z0-9])(?:[A-Z]\d{11}[0-9A-Z]|[A-CEGHJ-PR-TW-Z][A-CEGHJ-NPR-TW-Z]\d{6}[A-D]|"
                       r"\d{3} \d{3} \d{4})(?![A-Za-z0-9])")
_DRAWING = re.compile(rb'[ \n](?:d|transform|points|style)=\\*"[^"]*"')     # quoted again within JSON
_WORD = re.compile(r"[a-z0-9']+")


@dataclass(frozen=True)
class Secrets:
    """What may not be found: identifiers with the dataset and column they are from, and runs of words likewise."""

    identifiers: Mapping[str, str]
    runs: Mapping[int, str]

    def __or__(self, other: Secrets) -> Secrets:
        return Secrets({**self.identifiers, **other.identifiers}, {**self.runs, **other.runs})


def secrets_of(name: str, frame: pd.DataFrame, table: Table, allowed_runs: Iterable[int] = ()) -> Secrets:
    """The identifiers and sentences in the text columns of a table of records; `allowed_runs` may be quoted."""
    identifiers, found = {}, {}
    for column in (spec.name for spec in table.columns if spec.kind == "text" and spec.name in frame):
        values = [str(value) for value in frame[column].dropna().unique()]
        identifiers.update({value: f"{name}.{column}" for value in values if is_identifier(value)})
        found.update({run: f"{name}.{column}" for value in values for run in runs(value)})
    allowed = set(allowed_runs)
    return Secrets(identifiers, {run: place for run, place in found.items() if run not in allowed})


def is_identifier(value: str) -> bool:
    """Whether a value is one word long and particular enough to be nothing else when it is found."""
    if not _TOKEN.fullmatch(value) or _YEARLIKE.fullmatch(value):
        return False
    return bool(_LONG.fullmatch(value) or _CODED.fullmatch(value))


def runs(text: str) -> set[int]:
    """Hashes of the runs of eight words in a text; of none where it has fewer."""
    words = _WORD.findall(text.lower())
    return {hash(" ".join(words[k : k + RUN])) for k in range(len(words) - RUN + 1)}


def check_text(place: str, text: str, secrets: Secrets) -> list[Problem]:
    """What of the secrets, or in the form of a person's number, is in a text: how many of what, never which."""
    tokens = set(_TOKEN.findall(text))
    origins = Counter(secrets.identifiers[token] for token in tokens & secrets.identifiers.keys())
    found = [Problem(place, "", "", RULE, f"{times} of {origin}") for origin, times in sorted(origins.items())]
    if secrets.runs:
        origins = {secrets.runs[run] for run in runs(text) & secrets.runs.keys()}
        found += [Problem(place, "", "", FREE_TEXT, f"{RUN} words in a row are of {origin}") for origin in
                  sorted(origins)]
    formed = {match for match in _PERSONAL.findall(text) if _may_be_personal(match)}
    return [*found, *([Problem(place, "", "", FORMS, f"{len(formed)} such numbers")] if formed else [])]


def check_texts(texts: Iterable[tuple[str, str]], secrets: Secrets) -> tuple[Checked, ...]:
    """All texts (place, text), by rule."""
    number, found = 0, []
    for place, text in texts:
        number += 1
        found += check_text(place, text, secrets)
    return tuple(Checked(rule, number, tuple(one for one in found if one.rule == rule))
                 for rule in (RULE, FREE_TEXT, FORMS))


def without_drawing(content: bytes) -> bytes:
    """A picture's markup without its paths, in which no word can be."""
    return _DRAWING.sub(b"", content)


def _may_be_personal(match: str) -> bool:
    """An NHS number's last digit is a check on the others (modulus 11): of ten digits by chance one in eleven fits."""
    digits = match.replace(" ", "")
    if not digits.isdigit():
        return True
    rest = 11 - sum(int(digit) * weight for digit, weight in zip(digits, range(10, 1, -1), strict=False)) % 11
    return rest % 11 == int(digits[9])
