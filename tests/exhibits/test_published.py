"""The published facts, against the facts themselves as the original and the programme's pages give them."""

from __future__ import annotations

import pytest

from analysis.errors import DataError
from analysis.sources.reading import read_text_table
from analysis.sources.schemas.reference import PUBLISHED_FACTS


@pytest.fixture(scope="module")
def texts(bundle):
    return {finding.id: finding.text for finding in bundle("published").findings}


@pytest.mark.parametrize(("key", "expected"), [
    ("published.did.kinship.effect", "-13 percentage points"),
    ("published.programme.grant", "£1.95 million"),
    ("published.programme.round1_pilots", "10"),
    ("published.participation.did", "9"),
    ("published.participation.survey", "4"),
    ("published.participation.exited", "2"),
    ("published.did.period", "2008/09 to 2018/19"),
    ("published.ofsted.some_progress", "4"),
    ("published.report.isbn", "978-1-83870-136-9"),
])
def test_facts_read_as_in_the_source(texts, key, expected):
    assert texts[key] == expected


def test_every_fact_is_published_and_nothing_else(bundle):
    built = bundle("published")
    assert {finding.status for finding in built.findings} == {"published"}
    assert len(built.findings) == len(built.exhibits[0].rows) > 20


def test_kinship_effect_and_reduction_are_one_fact(bundle):
    values = {finding.id: finding.value for finding in bundle("published").findings}
    assert values["published.did.kinship.effect"] == -values["published.did.kinship.reduction"]


def test_ofsted_counts_add_up_to_the_pilots(bundle):
    values = {finding.id: finding.value for finding in bundle("published").findings}
    counts = [values[f"published.ofsted.{name}"] for name in ("outstanding", "some_progress", "none_or_worse")]
    assert sum(counts) == values["published.participation.recruited"]    # 3 + 4 + 3 = 10


@pytest.mark.parametrize("line", ["published.a.b,,count,0,words,source,,", "published.a.b,3,text,,words,source,,"])
def test_a_fact_with_value_and_unit_at_odds_is_refused(tmp_path, line):
    file = tmp_path / "published_facts.csv"
    file.write_text(f"key,value,unit,decimals,text,source,place,note\n{line}\n", encoding="utf-8")
    with pytest.raises(DataError, match="row 2.*value and unit do not fit"):
        PUBLISHED_FACTS.validate(read_text_table(file), file.name)
