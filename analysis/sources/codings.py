"""What codes and labels in files of the primary data mean, by column: from the instruments, never from the file.

A file may hold labels or codes. Both become what the schema expects: labels where a column is a choice (`Agree`), the
point where it is a rating (3). The instruments (`data/instruments`) say which code is which label; a file that says
otherwise is refused, because a scale read the wrong way round looks like any other.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache
from types import MappingProxyType

import pandas as pd
import yaml

from analysis.errors import DataError
from analysis.sources.delivered import Delivered
from analysis.sources.rating_scale import FILE as RATING_SCALE
from analysis.sources.rating_scale import rating_scale
from analysis.sources.schema import ColumnSpec, Table
from analysis.sources.schemas.contrast_study import INSTRUMENT as CONTRAST_STUDY
from analysis.sources.schemas.contrast_study import practice_names
from analysis.sources.survey_instrument import FILE as STAFF_SURVEY
from analysis.sources.survey_instrument import questionnaire

INSTRUMENTS = {"survey": STAFF_SURVEY, "assessments": RATING_SCALE, "contrast_study": CONTRAST_STUDY}     # by strand


@dataclass(frozen=True)
class Coding:
    """A column's codes, as text.

    `labels`: label of each code that has one; `codes`: all that may stand, in order; `blank`: those read as a blank;
    `no_answer`: those that are none on a scale, which SPSS may declare missing; `keep_codes`: whether the schema wants
    codes (ratings) or labels (choices); `closed`: whether what is neither code nor label is wrong; `instrument`: where
    this is written.
    """

    labels: Mapping[str, str]
    codes: tuple[str, ...]
    blank: frozenset[str]
    no_answer: frozenset[str]
    keep_codes: bool
    closed: bool
    instrument: str

    @property
    def expected(self) -> str:
        """Codes and labels in words, for error messages."""
        shown = ", ".join(f"{code} {self.labels[code]}" if code in self.labels else code for code in self.codes)
        return f"the labels or the codes of {self.instrument}: {shown}"

    def meaning(self, value: str) -> str:
        """What the schema is to see in place of a code or label."""
        code = next((code for code, label in self.labels.items() if label == value), value)
        if code in self.blank:
            return ""
        return code if self.keep_codes else self.labels.get(code, value)


@lru_cache(maxsize=32)
def codings_of(strand: str, table: Table) -> Mapping[str, Coding]:
    """The coding of each column that has one, for a table of a strand with an instrument."""
    file = INSTRUMENTS[strand]
    stated = yaml.safe_load(file.read_text(encoding="utf-8"))["codes"]
    found = {spec.name: _coding(spec, stated, file.name) for spec in table.columns if spec.kind not in ("text", "date")}
    return MappingProxyType({name: coding for name, coding in found.items() if coding.labels})


def decode(frame: pd.DataFrame, delivered: Delivered, table: Table, codings: Mapping[str, Coding],
           file_name: str) -> pd.DataFrame:
    """The text frame with codes and labels turned into what the table expects.

    `DataError` where the file's own value labels or missing values are not the instrument's, at the first value that is
    neither code nor label, and where a column mixes codes and labels.
    """
    _refuse_other_labels(delivered, table, codings, file_name)
    coded = [name for name in frame.columns if name in codings]
    _refuse_unknown(frame, coded, codings, file_name)
    for name in coded:
        _refuse_mixed(frame[name], codings[name], file_name)
    for name in frame.columns:
        _refuse_answers_declared_missing(frame[name], delivered.missing.get(name, ()), codings.get(name), file_name)
    return frame.assign(**{name: _meanings(frame[name], codings[name]) for name in coded})


def _coding(spec: ColumnSpec, stated: Mapping, instrument: str) -> Coding:
    """What an instrument says of one column."""
    no_answer = _texts(stated.get("no_answer", {}))
    blank = _texts(stated["blank"]) if spec.blank else {}
    labels = _labels_of_column(spec, stated)
    points = () if spec.kind != "integer" or spec.maximum is None else range(int(spec.minimum), int(spec.maximum) + 1)
    closed = bool(len(points) or (spec.kind == "code" and labels))
    keep_codes = spec.kind != "code" or set(labels) & set(spec.allowed) != set()
    if not keep_codes:
        labels |= {code: label for code, label in no_answer.items() if label in (*spec.allowed, *spec.also)}
    labels |= blank
    codes = dict.fromkeys([*map(str, points), *labels])
    return Coding(MappingProxyType(labels), tuple(codes), frozenset(blank), frozenset(no_answer) & set(labels),
                  keep_codes, closed, instrument)


def _labels_of_column(spec: ColumnSpec, stated: Mapping) -> dict[str, str]:
    """Labels by code of the column's answers: stated, or those of its response set or rating."""
    if spec.name in stated["columns"]:
        return _texts(stated["columns"][spec.name])
    for item in questionnaire().items:
        if item.name == spec.name:
            return {str(code): label for label, code in item.codes.items()}
    scale = rating_scale()
    for domain in scale.all_domains:
        if domain.name == spec.name:
            return _texts(domain.anchors if domain is scale.detail else scale.levels)
    return _texts(stated.get("practice", {})) if spec.name in practice_names() else {}


def _texts(codes: Mapping) -> dict[str, str]:
    return {str(code): str(label) for code, label in codes.items()}


def _refuse_other_labels(delivered, table, codings, file_name) -> None:
    """The value labels that a file brings must be the instrument's; a code that never occurs may have one more."""
    for spec in table.columns:
        for code, label in delivered.value_labels.get(spec.name, {}).items():
            wanted = _label_wanted(code, label, spec, codings.get(spec.name))
            if wanted:
                raise DataError("the file's own label of a code is not the instrument's: is the scale turned or "
                                "shifted?", file=file_name, column=spec.name, value=f"{code} {label}", expected=wanted)


def _label_wanted(code: str, label: str, spec: ColumnSpec, coding: Coding | None) -> str:
    """What a file's label of a code should be, in words; "" where it is right or says nothing about the scale."""
    if spec.kind in ("text", "date"):
        return ""
    if coding is None:
        return "no value labels in this column"
    place = next((known for known, wording in coding.labels.items() if wording == label), None)
    if place == code:
        return ""
    if code in coding.labels or place is not None:
        return f"{code} {coding.labels[code]} as in {coding.instrument}" if code in coding.labels else \
            f"{place} {label} as in {coding.instrument}"
    return f"no label for it, or one in {coding.instrument}" if code in coding.codes or not coding.closed else ""


def _refuse_unknown(frame, coded, codings, file_name) -> None:
    """`DataError` at the first row with a value that is neither code nor label, saying how many there are."""
    faults = []
    for place, name in enumerate(coded):
        coding = codings[name]
        if coding.closed:
            known = frame[name].isin([*coding.codes, *coding.labels.values()]) | _is_blank(frame[name])
            faults += [(row, place) for row in frame.index[~known]]
    if faults:
        row, name = min(faults)[0], coded[min(faults)[1]]
        more = f" ({len(faults) - 1} more like it)" if len(faults) > 1 else ""
        raise DataError(f"the value is neither a label nor a code{more}", file=file_name, row=int(row), column=name,
                        value=frame.loc[row, name], expected=codings[name].expected)


def _refuse_mixed(values: pd.Series, coding: Coding, file_name: str) -> None:
    """A column holds labels or codes: where both stand, part of it was typed or recoded by hand."""
    codes = values.isin(list(coding.labels)) & ~values.isin(list(coding.labels.values()))
    labels = values.isin(list(coding.labels.values()))
    if codes.any() and labels.any():
        first_code, first_label = codes.idxmax(), labels.idxmax()
        later, earlier = max(first_code, first_label), min(first_code, first_label)
        word = "case" if file_name.endswith(".sav") else "row"
        raise DataError("codes and labels are mixed in one column", file=file_name, row=int(later), column=values.name,
                        value=values[later], expected=f"labels alone or codes alone; {word} {earlier} holds "
                                                      f"{values[earlier]!r}")


def _refuse_answers_declared_missing(values, ranges, coding, file_name) -> None:
    """What a file declares missing must be a code that the instrument knows for "no answer" or "blank"."""
    free = (coding.no_answer | coding.blank) if coding else frozenset()
    for value in dict.fromkeys(values[~_is_blank(values)]) if ranges else ():
        if value not in free and any(within(value) for within in ranges):
            row = (values == value).idxmax()
            raise DataError("the file declares the value missing, the instrument takes it for an answer",
                            file=file_name, row=int(row), column=values.name, value=value,
                            expected="missing values as in the instrument's `codes`"
                                     + (f": {', '.join(sorted(free))}" if free else ""))


def _meanings(values: pd.Series, coding: Coding) -> pd.Series:
    places, distinct = pd.factorize(values, use_na_sentinel=False)
    return pd.Series([coding.meaning(value) for value in distinct], dtype=str).iloc[places].set_axis(values.index)


def _is_blank(values: pd.Series) -> pd.Series:
    return values.str.strip() == ""
