"""The front page's key messages follow the data: effects and costs are planted anew, and no page says otherwise."""

from __future__ import annotations

import re

import pytest

from analysis.paths import CHAPTERS
from analysis.publish import dependencies
from analysis.publish.store import build_bundle
from analysis.sources.catalogue import catalogue
from tests.conftest import Standins

# Kinship care turns from 13 points fewer to 13 more; the rate of children in care rises by 40 in 10,000 in pilots; a
# worker's share of the costs is three times as large, 7,200 in place of 2,400 pounds.
PLANTED = {"difference_in_differences.planted.effect.kinship": 0.13,
           "national_data.planted.effects.looked_after_rate": 40.0, "costs.planted.cost_per_worker": 7200.0}
CHANGED = ("children", "national", "costs")     # stand-ins that read them
BUILT = ("national_data", "national_days", "difference_in_differences", "costs", "summary")
PAGES = ("index", "summary", "synthesis", "lessons", "difference_in_differences", "costs")
TELLING = 8         # characters from which a text is unlikely to be on a page by coincidence


def rendered(markdown: str, quotes: dict[str, str]) -> str:
    """A chapter's words with the findings put in; keys that `quotes` does not have stay as they are."""
    prose = re.sub(r"```.*?```|^---.*?---", "", markdown, flags=re.DOTALL)
    return re.sub(r"\{glue:text\}`([^`]+)`", lambda found: quotes.get(found[1], found[0]), prose)


def messages(markdown: str, quotes: dict[str, str]) -> dict[int, str]:
    """The numbered key messages of the front page, with the findings put in."""
    section = rendered(markdown, quotes).partition("## Key messages")[2].partition("\n## ")[0]
    return {int(number): text for number, text in re.findall(r"^(\d)\. (.*)$", section, re.MULTILINE)}


def left_behind(markdown: str, before: dict[str, str], after: dict[str, str]) -> list[str]:
    """Texts of findings that changed and yet stand on the page: typed there. Those that another finding still has,
    such as a conclusion common to several outcomes, are not told apart."""
    current = set(after.values())
    old = {text for key, text in before.items() if key in after and len(text) >= TELLING and text not in current}
    page = rendered(markdown, after)
    return sorted(text for text in old if re.search(rf"(?<![\w.,-]){re.escape(text)}(?!\w)", page))


def quotes_of(bundles) -> dict[str, str]:
    return {key: text for one in bundles for found in one.findings for key, text in found.quotes().items()}


@pytest.fixture(scope="module")
def turned(bundle, design, standins, tmp_path_factory) -> tuple[dict[str, str], dict[str, str]]:
    """Quotes of the bundles before and after. The ratings of strength stay those of the session in both: they need
    every simulation, and no key message quotes them (the synthesis' test plants an effect and follows them)."""
    changed = design.with_changes(PLANTED)
    fresh = Standins(tmp_path_factory.mktemp("planted"), changed)

    def loader(name):
        return (fresh if catalogue()[name].standin in CHANGED else standins)(name)

    def build(load, using):
        built = {}
        for name in BUILT:
            read = {other: built.get(other) or bundle(other) for other in dependencies.declared(name).bundles}
            built[name] = build_bundle(name, loader=load, design=using, bundles=read)
        return quotes_of([bundle("published"), *built.values()])

    before = quotes_of([bundle(name) for name in ("published", *BUILT)])
    return before, build(loader, changed)


@pytest.mark.slow
def test_key_messages_follow_what_is_planted(turned):
    before, after = turned
    front = (CHAPTERS / "index.md").read_text(encoding="utf-8")
    said, says = messages(front, before), messages(front, after)
    assert {number for number in says if said[number] != says[number]} == {2, 3, 4, 6}
    assert not any("{glue" in text for text in says.values())
    # The planted size is in the message, and its direction is turned.
    assert before["did.kinship.effect"].startswith(("-", "\N{MINUS SIGN}"))
    assert not after["did.kinship.effect"].startswith(("-", "\N{MINUS SIGN}"))
    assert after["did.kinship.effect"] in says[2]
    assert "kinship care lower" in said[3] and "kinship care higher" in says[3]
    percent = [float(re.match(r"[\d.]+", quotes["costs.break_even.percent"])[0]) for quotes in turned]
    assert percent[1] / percent[0] == pytest.approx(3, rel=0.05)    # 7,200 / 2,400: break-even is in proportion to cost


@pytest.mark.slow
@pytest.mark.parametrize("page", PAGES)
def test_no_page_keeps_a_text_that_no_longer_holds(turned, page):
    assert left_behind((CHAPTERS / f"{page}.md").read_text(encoding="utf-8"), *turned) == []


@pytest.mark.slow
@pytest.mark.parametrize("key", ["did.kinship.effect.full", "summary.says.difference_in_differences",
                                 "national.overall.both", "costs.break_even.percent"])
def test_a_key_message_that_is_typed_is_found(turned, key):
    """The tests above fail on a front page with the same words typed."""
    before, after = turned
    quoted = f"{{glue:text}}`{key}`"
    front = (CHAPTERS / "index.md").read_text(encoding="utf-8")
    assert quoted in front
    typed = front.replace(quoted, before[key])
    assert messages(typed, after) != messages(front, after)
    assert messages(typed, before) == messages(front, before)      # nobody sees it before the data change
    assert before[key] in rendered(typed, after) and left_behind(typed, before, after)


def test_typed_words_are_told_from_quoted_ones():
    """The instrument itself, on a page by hand: quoted words turn with the data, typed ones stay behind."""
    before, after = {"a.b": "lower by 12.3 points"}, {"a.b": "higher by 12.3 points"}
    quoted = "## Key messages\n\n1. **One.** Kinship was {glue:text}`a.b`.\n\n## After\n"
    typed = quoted.replace("{glue:text}`a.b`", before["a.b"])
    assert messages(quoted, before) == {1: "**One.** Kinship was lower by 12.3 points."}
    assert messages(quoted, after) == {1: "**One.** Kinship was higher by 12.3 points."}
    assert left_behind(quoted, before, after) == [] and left_behind(typed, before, after) == ["lower by 12.3 points"]
    assert left_behind(typed, before, before) == []
