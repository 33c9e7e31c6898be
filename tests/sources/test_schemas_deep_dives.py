"""Files of the deep dives: bad ones are refused with one clear error."""

from __future__ import annotations

import pandas as pd
import pytest
import yaml

from analysis.errors import DataError
from analysis.sources.qualitative_instruments import codebook, self_profiling
from analysis.sources.reading import read_text_table
from analysis.sources.schemas import schema_of

SEGMENTS = """segment_id,source_id,source_kind,site,wave,role,coder,theme,consent,start,end
s1.01,s1,interview,A,1,senior_leader,C1,training,1,0,50
s1.01,s1,interview,A,1,senior_leader,agreed,training,1,0,50
s1.02,s1,interview,A,1,senior_leader,agreed,uncoded,1,51,99
"""
RATINGS = "site,wave,item,self_rating,evaluator_rating\nA,1,mapping,4,3\nA,2,mapping,4,\n"
GROUPS = "source_id,site,wave,role,invited,participants,minutes\nA1-f1,A,1,social_worker,8,6,70\n"
EXITED = "pilot,theme,leaders,raised_by,stance,summary\nI,fit,3,2,mixed,Synthetic\n"
LOGIC = ("id,stage,element,evidence,leads_to,finding\nI1,inputs,Money,Costs,A1,costs.total.real\n"
         "A1,activities,Training,Survey,,\n")


def read(tmp_path, schema, text):
    path = tmp_path / f"{schema}.csv"
    path.write_text(text, encoding="utf-8")
    return schema_of(schema).validate(read_text_table(path), path.name)


def test_good_files_are_read(tmp_path):
    frame = read(tmp_path, "coded_segments", SEGMENTS)
    assert list(frame["theme"]) == ["training", "training", "uncoded"] and frame["end"].dtype == "Int64"
    assert read(tmp_path, "self_profiling", RATINGS)["evaluator_rating"].isna().tolist() == [False, True]
    for schema, text in (("focus_groups", GROUPS), ("exited_pilots", EXITED), ("logic_model", LOGIC)):
        assert len(read(tmp_path, schema, text)) == text.count("\n") - 1


@pytest.mark.parametrize(
    "schema, text, old, new, message",
    [
        ("coded_segments", SEGMENTS, ",consent,", ",", r"row 2.*fields|column consent"),
        ("coded_segments", SEGMENTS, "consent", "agreed_to", r"column consent: the column is missing"),
        ("coded_segments", SEGMENTS, ",agreed,training", ",agreed,gossip", r"row 3, column theme: .*found 'gossip'"),
        (
            "coded_segments",
            SEGMENTS,
            ",agreed,training",
            ",C1,training",
            r"row 3, column segment_id, coder, theme: the key stands twice",
        ),
        (
            "coded_segments",
            SEGMENTS,
            "interview,A,1,senior_leader,C1",
            "interview,Q,1,senior_leader,C1",
            r"column site.*found 'Q'",
        ),
        (
            "coded_segments",
            SEGMENTS,
            "interview,A,1,senior_leader,C1",
            "interview,A,3,senior_leader,C1",
            r"column wave.*found '3'",
        ),
        (
            "coded_segments",
            SEGMENTS,
            "A,1,senior_leader,agreed,uncoded",
            "B,1,senior_leader,agreed,uncoded",
            r"row 4, column site: source_id s1 has two values; found 'B'; expected A",
        ),
        ("coded_segments", SEGMENTS, "s1.02", "s1.01", r"segment_id s1.01 has two values"),
        ("coded_segments", SEGMENTS, "1,51,99", "1,51,51", r"row 4, column end: the passage ends before it starts"),
        (
            "coded_segments",
            SEGMENTS,
            "s1.02,s1,interview,A,1,senior_leader,agreed,uncoded,1,51,99",
            "s1.01,s1,interview,A,1,senior_leader,agreed,uncoded,1,0,50",
            r"row 4, column theme: .*residual code",
        ),
        (
            "self_profiling",
            RATINGS,
            "A,1,mapping,4,3",
            "A,1,mapping,6,3",
            r"column self_rating.*found '6'.*from 1 up to 5",
        ),
        ("self_profiling", RATINGS, "A,2,mapping", "A,1,mapping", "key stands twice"),
        ("self_profiling", RATINGS, "A,1,mapping", "A,1,juggling", "column item"),
        (
            "focus_groups",
            GROUPS,
            "8,6,70",
            "5,6,70",
            r"row 2, column participants: .*above that of column invited; found 6; expected at most 5",
        ),
        ("exited_pilots", EXITED, "I,fit", "A,fit", r"column pilot.*found 'A'"),
        ("exited_pilots", EXITED, "3,2", "3,4", r"column raised_by"),
        (
            "logic_model",
            LOGIC,
            "Costs,A1",
            "Costs,A9",
            r"row 2, column leads_to: an arrow leads to no element; found 'A9'",
        ),
    ],
)
def test_bad_files_are_refused(tmp_path, schema, text, old, new, message):
    assert old in text
    with pytest.raises(DataError, match=message):
        read(tmp_path, schema, text.replace(old, new, 1))


@pytest.mark.parametrize(
    "text, message",
    [("", "the file is empty"), (SEGMENTS.splitlines()[0] + "\n", "no rows"), (SEGMENTS[:-20], "half-copied")],
)
def test_empty_and_half_files_are_refused(tmp_path, text, message):
    with pytest.raises(DataError, match=message):
        read(tmp_path, "coded_segments", text)


def test_instruments_hang_together():
    book, instrument = codebook(), self_profiling()
    assert len(set(book.codes)) == len(book.themes) + 1
    assert {theme.group for theme in book.themes} == set(book.groups)
    # the original report names five answers to what pilots thought Signs of Safety is (published-facts; deep dives)
    assert sum(theme.published for theme in book.themes) == 5
    items = pd.Series([item.aspect for item in instrument.items]).value_counts()
    assert set(items.index) == set(instrument.aspects) and items.nunique() == 1


def test_a_codebook_with_a_slip_is_refused(tmp_path):
    from analysis.sources.qualitative_instruments import INSTRUMENTS

    content = yaml.safe_load((INSTRUMENTS / "codebook.yml").read_text(encoding="utf-8"))
    for change, message in (
        (lambda t: t[0].update(group="weather"), "group is not known"),
        (lambda t: t[1].pop("definition"), "lacks a field"),
        (lambda t: t[1].update(code=t[0]["code"]), "name stands twice"),
    ):
        changed = yaml.safe_load(yaml.safe_dump(content))
        change(changed["themes"])
        path = tmp_path / "codebook.yml"
        path.write_text(yaml.safe_dump(changed), encoding="utf-8")
        codebook_error = pytest.raises(DataError, match=message)
        with codebook_error:
            codebook(path)
