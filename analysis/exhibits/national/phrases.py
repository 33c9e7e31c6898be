"""Sentences about what stands beside the national headline, by stated rules."""

from __future__ import annotations

from collections.abc import Sequence

from analysis.exhibits.national.comparing import balance_of, effects_by_choice
from analysis.exhibits.national.inferring import equivalence, inference, without
from analysis.exhibits.national.timing import leads_of, synthetic_of, timing_of
from analysis.exhibits.national.wording import listed
from analysis.publish import Publisher
from analysis.strands.national_data.detail import Detail

NOTHING = "no indicator could be computed"


def publish_phrases(p: Publisher, found: Sequence[Detail], sources) -> None:
    """Publish every sentence; of nothing found each says so."""
    share = p.design.section("national_data")["inference"]["matters"]
    for name, function, arguments in (
            ("inference", tests_sentence, ()), ("equivalence", equivalence_sentence, (share,)),
            ("without", without_sentence, ()), ("comparators", comparators_sentence, ()),
            ("leads", leads_sentence, ()), ("timing", timing_sentence, ()), ("synthetic", synthetic_sentence, ())):
        text = function(found, *arguments) if found else NOTHING
        p.finding(f"national.{name}.sentence", text, unit="text", made_by=function, sources=sources)


def tests_sentence(found: Sequence[Detail]) -> str:
    """How many p values are small, by each test and corrected."""
    frame = inference(found)
    parts = [f"{_count(frame, name)} by {text}" for name, text in
             (("p", "CR2"), ("bootstrap_p", "the wild cluster bootstrap"), ("permutation_p", "permutation"))]
    n = int(frame["together"].sum())
    return (f"of {len(frame)} indicators, p is below 0.05 for {listed(parts)}; corrected for the {n} that are tested "
            f"together, for {_count(frame, 'holm')} by Holm and {_count(frame, 'bh')} by Benjamini and Hochberg")


def equivalence_sentence(found: Sequence[Detail], share: float) -> str:
    """For which indicators effects that would matter are excluded."""
    frame = equivalence(found)
    said = frame["said"] == "yes"
    return (f"a change of {100 * share:.0f}% of the pilots' level before, up or down, is excluded for "
            f"{_listed(frame.loc[said, 'indicator']) or 'no indicator'}"
            + (f", and not for the other {int((~said).sum())}" if said.any() else ""))


def without_sentence(found: Sequence[Detail]) -> str:
    """Whether one pilot decides a conclusion."""
    codes = {code: code for detail in found for code in detail.inference.without}
    frame = without(found, codes)
    names = _listed(frame.loc[frame["turned"] != "none", "indicator"])
    return f"leaving out one pilot turns the conclusion for {names or 'no indicator'}"


def comparators_sentence(found: Sequence[Detail]) -> str:
    """Which choice is nearest to the pilots before, and whether signs and conclusions hold."""
    frame, effects = balance_of(found), effects_by_choice(found)
    nearest = frame.loc[frame["level"].idxmin(), "choice"]
    signs = effects.groupby("indicator", sort=False)["effect"].agg(lambda e: (e > 0).all() or (e < 0).all())
    turned = sorted({name for text in frame["turned"] if text != "none" for name in text.split(", ")})
    return (f"all choices agree on the sign for {int(signs.sum())} of {len(signs)} indicators, and nearest to the "
            f"pilots before is “{nearest[0].lower() + nearest[1:]}”; the conclusion is another with some choice for "
            f"{listed(turned) if turned else 'no indicator'}")


def leads_sentence(found: Sequence[Detail]) -> str:
    """Where pilots and neighbours parted before."""
    frame = leads_of(found)
    tested = frame.dropna(subset=["p"])
    if tested.empty:
        return "no indicator has enough years before for a test"
    names = _listed(tested.loc[tested["p"] < 0.05, "indicator"])
    return (f"of the {len(tested)} indicators with a joint test of the years before, pilots and neighbours moved apart "
            f"in {names or 'none'} beyond what chance allows")


def timing_sentence(found: Sequence[Detail]) -> str:
    """What the start of round 1 as the date does."""
    frame = timing_of(found)
    if frame.empty:
        return "no series begins before round 1"
    texts = []
    for name, text in (("first_", "with the start of round 1 as the date"), ("own_", "by each pilot's own start")):
        rows = frame[(frame[f"{name}low"] > 0) | (frame[f"{name}high"] < 0)]
        texts.append(f"{text} the interval excludes zero for {_listed(rows['indicator']) or 'no indicator'}")
    return f"of the {len(frame)} indicators with a year before round 1, {'; '.join(texts)}"


def synthetic_sentence(found: Sequence[Detail]) -> str:
    """What synthetic comparisons say."""
    frame = synthetic_of(found)
    if frame.empty:
        return "no indicator has enough years before"
    rows = frame[(frame["low"] > 0) | (frame["high"] < 0)]
    beyond, pairs = int(frame["outside"].sum()), int(frame["pilots"].sum())
    return (f"of {len(frame)} indicators the interval excludes zero for {_listed(rows['indicator']) or 'none'}; of "
            f"{pairs} pairs of pilot and indicator {beyond} lie beyond the placebos, where chance gives "
            f"{pairs / 20:.1f}")


def _count(frame, name) -> str:
    return str(int((frame[name] < 0.05).sum()) or "none")


def _listed(names) -> str:
    names = [name[0].lower() + name[1:] for name in names]
    return listed(names) if names else ""
