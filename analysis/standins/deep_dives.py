"""Stand-ins of the deep dives: coded passages, their REFI-QDA project, framework matrix, ratings, profiles, groups.

Nothing here was said by anyone: texts are placeholders. What is planted stands in `data/evaluation.yml`
(deep_dives.planted): how often a theme is held, how far two coders agree, and the ratings of each site and wave.
"""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pandas as pd

from analysis.design import Design
from analysis.sources.qualitative_instruments import codebook, self_profiling
from analysis.standins import write_csv
from analysis.standins.qda_writer import passages, write_project

LEAST_MINUTES, MOST_MINUTES = 55, 95
REPLACED = (("person", "[a colleague]"), ("place", "[a neighbouring authority]"), ("service", "[a local service]"))


def generate(design: Design, rng: np.random.Generator, out: Path, scale: float = 1.0) -> None:
    """Write the nine files. `scale` changes nothing: interviews and sites are as many as the design says."""
    sources = make_sources(design, rng)
    held = held_themes(design, sources, rng)
    segments = coded_segments(design, sources, held, rng)
    write_csv(segments, out / "coded_segments.csv")
    write_project(segments, codebook(), out / "deep_dives.qdpx")
    write_csv(framework_matrix(design, sources, held, rng), out / "framework_matrix.csv")
    write_csv(ratings(design, rng), out / "self_profiling.csv")
    write_csv(groups(design, sources, rng), out / "focus_groups.csv")
    write_csv(profiles(design, rng), out / "pilot_profiles.csv")
    write_csv(exited(design, rng), out / "exited_pilots.csv")
    quoted, log = quotations(design, segments, rng)
    write_csv(quoted, out / "quotations.csv")
    write_csv(log, out / "redaction_log.csv")


def theme_probability(design: Design, theme: str, site: str, wave: int) -> float:
    """Planted chance that an interview or group of a site and wave holds a theme."""
    planted = design.section("deep_dives")["planted"]
    chance = planted["prevalence"][theme] + planted["site_shift"].get(theme, {}).get(site, 0.0)
    return float(np.clip(chance + (wave - 1) * planted["wave_change"].get(theme, 0.0), 0.0, 1.0))


def planted_rating(design: Design, site: str, wave: int, aspect: str, *, rater: str) -> float:
    """Planted mean rating of an item of an aspect: the evaluator's, or the site's own, which is higher by the gap."""
    planted = design.section("deep_dives")["planted"]
    levels = planted["implementation"][site]
    gap = levels["gap"] if rater == "self" else 0.0
    return levels["evaluator"][wave - 1] + planted["aspects"][aspect] + gap


def make_sources(design: Design, rng: np.random.Generator) -> pd.DataFrame:
    """One row an interview or group: source_id, source_kind, site, wave, role, consent."""
    planted = design.section("deep_dives")["planted"]
    sites, waves = _sites_and_waves(design)
    rows = [
        (f"{site}{wave}-{role}-{kind[0]}{number}", kind, site, wave, role)
        for site in sites
        for wave in waves
        for role, kinds in planted["sources"].items()
        for kind, many in kinds.items()
        for number in range(1, many + 1)
    ]
    frame = pd.DataFrame(rows, columns=["source_id", "source_kind", "site", "wave", "role"])
    return frame.assign(consent=rng.binomial(1, planted["consent_share"], len(frame)))


def held_themes(design: Design, sources: pd.DataFrame, rng: np.random.Generator) -> np.ndarray:
    """Which source holds which theme: bool, sources x themes."""
    themes = codebook().theme_codes
    chance = [
        [theme_probability(design, theme, row.site, row.wave) for theme in themes] for row in sources.itertuples()
    ]
    return rng.random((len(sources), len(themes))) < np.array(chance)


def coded_segments(design: Design, sources: pd.DataFrame, held: np.ndarray, rng: np.random.Generator) -> pd.DataFrame:
    """One row a code that a coder gave to a passage. Every passage has the agreed coding, some also two before it."""
    coders = design.section("deep_dives")["coders"]
    agreed = agreed_marks(design, held, rng)
    double = _double_coded(design, len(sources), rng)
    blocks = [_long(sources, agreed, np.arange(len(sources)), coders["agreed"])]
    for coder in coders["independent"]:
        blocks.append(_long(sources, independent_marks(design, agreed[double], rng), double, coder))
    frame = pd.concat(blocks, ignore_index=True).sort_values(["_source", "_passage", "coder", "_theme"], kind="stable")
    return frame.drop(columns=["_source", "_passage", "_theme"])


def agreed_marks(design: Design, held: np.ndarray, rng: np.random.Generator) -> np.ndarray:
    """The agreed coding: bool, sources x passages x themes; a held theme is on at least one passage."""
    planted = design.section("deep_dives")["planted"]
    shape = (held.shape[0], planted["segments_per_source"], held.shape[1])
    marks = (rng.random(shape) < planted["share_of_segments"]) & held[:, None, :]
    source, theme = np.nonzero(held & ~marks.any(axis=1))
    marks[source, rng.integers(shape[1], size=len(source)), theme] = True
    return marks


def independent_marks(design: Design, agreed: np.ndarray, rng: np.random.Generator) -> np.ndarray:
    """One coder's coding before agreement: the agreed mark with chance sqrt(alpha), else a mark at random.

    The random mark has the theme's own frequency, so frequencies stay and two such coders correlate at alpha: with
    equal frequencies p, cov = alpha p (1 - p).
    """
    planted = design.section("deep_dives")["planted"]["agreement"]
    copies = np.sqrt([planted[theme] for theme in codebook().theme_codes])
    random_mark = rng.random(agreed.shape) < agreed.mean(axis=(0, 1))
    return np.where(rng.random(agreed.shape) < copies, agreed, random_mark)


def framework_matrix(design: Design, sources: pd.DataFrame, held: np.ndarray, rng: np.random.Generator) -> pd.DataFrame:
    """One row a cell of site, role, wave and theme; blank where no source of the cell holds the theme."""
    section, book = design.section("deep_dives"), codebook()
    planted = section["planted"]
    cells = (
        pd.DataFrame(held, columns=book.theme_codes).groupby([sources["site"], sources["role"], sources["wave"]]).any()
    )
    long = cells.rename_axis(columns="theme").stack().rename("present").reset_index()
    chances = {
        theme.code: planted["critical_stance"]
        if theme.code in planted["critical_themes"]
        else planted["stance"][theme.group]
        for theme in book.themes
    }
    stances = [rng.choice(section["stances"], p=chances[theme]) for theme in long["theme"]]
    long["stance"] = np.where(long["present"], stances, "")
    long["summary"] = [
        f"Synthetic summary: {book.labels[row.theme].lower()} spoken of in a {row.stance} way" if row.present else ""
        for row in long.itertuples()
    ]
    return long.drop(columns="present")


def ratings(design: Design, rng: np.random.Generator) -> pd.DataFrame:
    """Self-ratings and evaluator's ratings by site, wave and item, rounded at random so that means are as planted."""
    sites, waves = _sites_and_waves(design)
    hidden = {tuple(cell) for cell in design.section("deep_dives")["planted"]["not_observed"]}
    rows = []
    for site in sites:
        for wave in waves:
            for item in self_profiling().items:
                own, other = (
                    _rounded(planted_rating(design, site, wave, item.aspect, rater=rater), rng)
                    for rater in ("self", "evaluator")
                )
                rows.append((site, wave, item.item, own, "" if (site, wave, item.item) in hidden else other))
    return pd.DataFrame(rows, columns=["site", "wave", "item", "self_rating", "evaluator_rating"])


def groups(design: Design, sources: pd.DataFrame, rng: np.random.Generator) -> pd.DataFrame:
    """One row a focus group with the numbers invited and taking part (at least three) and its minutes."""
    planted = design.section("deep_dives")["planted"]
    frame = sources.loc[sources["source_kind"] == "focus_group", ["source_id", "site", "wave", "role"]].copy()
    size = planted["group_invited"]
    frame["invited"] = rng.integers(size["lowest"], size["highest"] + 1, len(frame))
    frame["participants"] = np.maximum(rng.binomial(frame["invited"], planted["attendance"]), 3)
    frame["minutes"] = rng.integers(LEAST_MINUTES, MOST_MINUTES + 1, len(frame))
    return frame


def profiles(design: Design, rng: np.random.Generator) -> pd.DataFrame:
    """One row a pilot: bands of size, inspection outcome and start."""
    section, pilots = design.section("deep_dives")["profiles"], design.section("pilots")
    labels = list(pilots["labels"])
    return pd.DataFrame(
        {
            "pilot": labels,
            "size_band": rng.choice(section["sizes"], len(labels)),
            "ofsted_at_start": rng.choice(section["ofsted"], len(labels), p=[0.1, 0.4, 0.4, 0.1]),
            "start": rng.choice(section["starts"], len(labels), p=[0.3, 0.6, 0.1]),
            "exited": [int(label in pilots["exited"]) for label in labels],
        }
    )


def exited(design: Design, rng: np.random.Generator) -> pd.DataFrame:
    """One row a pilot that left and a theme: how many of its leaders raised it, and how."""
    section = design.section("deep_dives")
    planted, rows = section["planted"]["exited"], []
    for pilot in design.section("pilots")["exited"]:
        for theme, name in section["exited_themes"].items():
            raised = int(rng.binomial(planted["leaders"], planted["raised"]))
            stance = str(rng.choice(section["stances"])) if raised else ""
            summary = f"Synthetic summary: {name.lower()} seen in a {stance} way" if raised else ""
            rows.append((pilot, theme, planted["leaders"], raised, stance, summary))
    return pd.DataFrame(rows, columns=["pilot", "theme", "leaders", "raised_by", "stance", "summary"])


def quotations(design: Design, segments: pd.DataFrame, rng: np.random.Generator) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Passages chosen for quotation, so many a theme, and the log of what was replaced in them.

    Texts are the codebook's examples, marked as nobody's words; a share of them has a person or a place replaced.
    """
    section, book = design.section("deep_dives"), codebook()
    planted = section["planted"]["quotations"]
    agreed = segments[segments["coder"] == section["coders"]["agreed"]]
    rows, log = [], []
    for theme in book.themes:
        passages_of_theme = agreed.loc[agreed["theme"] == theme.code, "segment_id"].unique()
        for segment in rng.choice(passages_of_theme, min(planted["a_theme"], len(passages_of_theme)), replace=False):
            name = f"Q{len(rows) + 1:03d}"
            text = f"Synthetic, nobody's words: {theme.example}"
            if rng.random() < planted["redacted"]:
                kind, replacement = REPLACED[rng.integers(len(REPLACED))]
                text = f"{text} {replacement} said the same."
                log.append((name, kind, replacement, "could identify someone"))
            rows.append((name, segment, theme.code, text))
    return (pd.DataFrame(rows, columns=["quotation_id", "segment_id", "theme", "text"]),
            pd.DataFrame(log, columns=["quotation_id", "kind", "replacement", "reason"]))


def _sites_and_waves(design):
    row = next(row for row in design.section("participation") if row["strand"] == "deep_dives")
    return row["pilots"], range(1, len(row["waves"]) + 1)


def _rounded(mean: float, rng: np.random.Generator) -> int:
    """A whole number with the given mean: floor(mean + U), U uniform on (0, 1)."""
    return int(np.floor(mean + rng.random()))


def _double_coded(design, number, rng):
    share = design.section("deep_dives")["planted"]["double_coded_share"]
    return np.sort(rng.permutation(number)[: round(share * number)])


def _long(sources, marks, rows, coder) -> pd.DataFrame:
    """Marks (sources x passages x themes) as one row a code; a passage without a theme has the residual code."""
    book = codebook()
    marks = np.concatenate([marks, ~marks.any(axis=2, keepdims=True)], axis=2)
    place, passage, theme = np.nonzero(marks)
    source = rows[place]
    spans = [passages(name, marks.shape[1]) for name in sources["source_id"]]
    of_source = sources.iloc[source].reset_index(drop=True)
    starts = [spans[s][p][0] for s, p in zip(source, passage, strict=True)]
    ends = [spans[s][p][1] for s, p in zip(source, passage, strict=True)]
    names = of_source["source_id"] + pd.Series([f".{p + 1:02d}" for p in passage])
    return pd.DataFrame(
        {
            "segment_id": names,
            "source_id": of_source["source_id"],
            "source_kind": of_source["source_kind"],
            "site": of_source["site"],
            "wave": of_source["wave"],
            "role": of_source["role"],
            "coder": coder,
            "theme": np.array(book.codes)[theme],
            "consent": of_source["consent"],
            "start": starts,
            "end": ends,
            "_source": source,
            "_passage": passage,
            "_theme": theme,
        }
    )
