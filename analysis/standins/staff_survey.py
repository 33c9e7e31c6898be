"""Stand-in of the staff survey: staff of four pilots at two waves, who of them answered, and what.

A person's state on each scale is a normal deviate around a mean of site, role and length of service plus the planted
change; answers are cut from it. Who answers depends on role, length of service and sex, by factors that multiply, so
that raking on these margins can take the planted bias out.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from itertools import product
from pathlib import Path

import numpy as np
import pandas as pd
from scipy import stats

from analysis.design import Design
from analysis.sources.schemas.staff_survey import MARGINS, ROLES, SERVICE, SEXES, SITES, WAVES
from analysis.sources.survey_instrument import Questionnaire, questionnaire
from analysis.standins import write_csv


@dataclass(frozen=True)
class StaffSurvey:
    """The two tables as the files hold them: answers of both waves with labels, and counts of staff invited."""

    answers: pd.DataFrame
    population: pd.DataFrame


def generate(design: Design, rng: np.random.Generator, out: Path, scale: float = 1.0) -> None:
    """Write the population, one file of answers a wave, codes of comments; `scale` multiplies the number of staff."""
    survey = make_survey(design, rng, scale)
    write_csv(survey.population, out / "survey_population.csv")
    for wave, answers in survey.answers.groupby("wave"):
        write_csv(answers, out / f"staff_survey_wave{wave}.csv")
    write_csv(make_themes(design.section("survey"), survey.answers, rng), out / "staff_survey_themes.csv")


def make_survey(design: Design, rng: np.random.Generator, scale: float = 1.0) -> StaffSurvey:
    """Both tables, made from the design's section `survey`."""
    section = design.section("survey")
    cells = staff_counts(section, scale)
    population = cells.assign(not_eligible=rng.binomial(cells["invited"], section["standin"]["not_eligible"]))
    first = _people(population[population["wave"] == "1"])
    second = _people(population[population["wave"] == "2"])
    first["person"] = np.arange(len(first))
    second["person"] = carry_over(first, second, section["standin"]["stay"], rng)
    staff = pd.concat([first, second], ignore_index=True)
    states = latent_states(section, staff, rng)
    answered = rng.random(len(staff)) < response_chance(section, staff)
    answers = make_answers(section, staff, states, rng)[answered].reset_index(drop=True)
    return StaffSurvey(_with_ids(answers, staff.loc[answered, "person"].to_numpy(), rng), population)


def make_themes(section: Mapping, answers: pd.DataFrame, rng: np.random.Generator) -> pd.DataFrame:
    """Codes of the comments, one row a comment and coder: a share of returns has one, the second coder saw a sample.

    Themes are there independently of each other and of the answers; a coder misses some and adds a few.
    """
    facts, planted = section["standin"], section["planted"]
    comments = answers.loc[rng.random(len(answers)) < facts["comments"], ["respondent_id", "wave"]]
    names = list(planted["themes"])
    second_wave = (comments["wave"] == "2").to_numpy()[:, None]
    chance = np.array([planted["themes"][n] for n in names]) + second_wave * np.array(
        [planted["themes_change"][n] for n in names])
    there = rng.random(chance.shape) < chance
    seen_by = {"1": np.full(len(comments), True), "2": rng.random(len(comments)) < facts["double_coded"]}
    sheets = []
    for coder, seen in seen_by.items():
        given = rng.random(there.shape) < np.where(there, facts["coder_finds"], facts["coder_adds"])
        codes = pd.DataFrame(given.astype(int), columns=names, index=comments.index)
        sheets.append(pd.concat([comments.assign(coder=coder), codes], axis=1)[seen])
    return pd.concat(sheets).sort_values(["wave", "respondent_id", "coder"], ignore_index=True)


def staff_counts(section: Mapping, scale: float = 1.0) -> pd.DataFrame:
    """Invited staff by wave, site, role, length of service and sex; shares are the same at both waves.

    Counts are rounded by largest remainders, so that a site's total is the design's number.
    """
    shares = section["standin"]["shares"]
    cells = list(product(ROLES, SERVICE, SEXES))
    chance = np.array([shares["role"][r] * shares["length_of_service"][s] * shares["sex"][x] for r, s, x in cells])
    parts = []
    for wave, site in product(WAVES, SITES):
        size = int(round(section["standin"]["sizes"][wave][site] * scale))
        frame = pd.DataFrame(cells, columns=list(MARGINS))
        frame.insert(0, "wave", wave)
        frame.insert(1, "site", site)
        parts.append(frame.assign(invited=_largest_remainders(size * chance / chance.sum())))
    return pd.concat(parts, ignore_index=True)


def carry_over(first: pd.DataFrame, second: pd.DataFrame, stay: float, rng: np.random.Generator) -> np.ndarray:
    """Person numbers of the second wave, (n2,): stayers keep theirs, of the same site, role and sex; others are new.

    A stayer with 2 to 5 years at the second wave had fewer than six at the first. Who stays does not depend on states.
    """
    numbers = np.full(len(second), -1)
    before = {"2 to 5 years": ["Under 2 years", "2 to 5 years"], "6 years or more": ["6 years or more"]}
    keys = ["site", "role", "sex"]
    pools = first.groupby([*keys, "length_of_service"])["person"].agg(np.array).to_dict()
    for (*key, service), places in second.groupby([*keys, "length_of_service"]).indices.items():
        pool = np.concatenate([pools.get((*key, earlier), []) for earlier in before.get(service, [])] or [[]])
        stayers = min(len(places), int(round(stay * len(pool))))
        numbers[places[:stayers]] = rng.choice(pool, stayers, replace=False).astype(int)
    new = numbers < 0
    numbers[new] = first["person"].max() + 1 + np.arange(new.sum())
    return numbers


def latent_means(section: Mapping, staff: pd.DataFrame) -> pd.DataFrame:
    """Mean latent state of each person on each scale and on `turnover_problem`, before the person's own deviation."""
    planted = section["planted"]
    shift = staff["site"].map(dict(planted["site"])) + staff["role"].map(dict(planted["role"]))
    service = staff["length_of_service"].map(dict(planted["service"]))
    second = (staff["wave"] == "2").astype(float)
    means = {}
    for scale, change in planted["change"].items():
        direction = -1 if scale == "turnover_intention" else 1
        means[scale] = direction * (shift + service) + change * second
    means["turnover_problem"] = -0.5 * (shift + service) + planted["turnover_problem_change"] * second
    return pd.DataFrame(means)


def latent_states(section: Mapping, staff: pd.DataFrame, rng: np.random.Generator) -> pd.DataFrame:
    """Latent state of each person and wave on each scale: mean plus a standard normal deviation that persists."""
    means, morale = latent_means(section, staff), dict(section["planted"]["morale"])
    own = _persistent(staff, len(morale) + 2, section["standin"]["persistence"], rng)
    states = {}
    for place, (scale, weight) in enumerate(morale.items(), 1):
        states[scale] = means[scale] + weight * own[:, 0] + np.sqrt(1 - weight**2) * own[:, place]
    states["turnover_problem"] = means["turnover_problem"] - 0.5 * own[:, 0] + np.sqrt(0.75) * own[:, -1]
    return pd.DataFrame(states)


def response_chance(section: Mapping, staff: pd.DataFrame) -> np.ndarray:
    """Chance to answer, (n,): site and wave times the factors of role, length of service and sex."""
    planted = section["planted"]
    chance = np.array([planted["response"][w][s] * planted["response_service"][w][length]
                       for w, s, length in zip(staff["wave"], staff["site"], staff["length_of_service"], strict=True)])
    for name in ("role", "sex"):
        chance = chance * staff[name].map(dict(planted[f"response_{name}"])).to_numpy()
    return np.clip(chance, 0, 1)


def make_answers(section: Mapping, staff: pd.DataFrame, states: pd.DataFrame, rng: np.random.Generator) -> pd.DataFrame:
    """Labels of every person's answers as an export holds them, blanks for what was not asked or not answered."""
    facts, form = section["standin"], questionnaire()
    used = rng.random(len(staff)) < staff["site"].map(dict(facts["used_sofs"])).to_numpy()
    columns = {}
    for item in form.items:
        if item.name == "sofs_used":
            columns[item.name] = np.where(used, "Yes", "No")
        else:
            codes = _item_codes(section, form, item, states, rng)
            columns[item.name] = np.array(item.labels)[codes - 1]
    answers = pd.DataFrame(columns).astype(object)
    answers = _with_gaps(section, form, answers, rng)
    answers = _routed(form, answers)
    background = staff[list(MARGINS)].astype(object)
    background = background.mask(rng.random(background.shape) < facts["background_missing"], "")
    head = pd.DataFrame({"wave": staff["wave"], "site": staff["site"], "returned": _dates(facts, staff["wave"], rng)})
    return pd.concat([head, background, answers], axis=1)


def expected_score(section: Mapping, scale: str, staff: pd.DataFrame) -> np.ndarray:
    """Exact expectation of the scale score (mean of its items, reverse items turned) for each person's cell, (n,).

    An item's latent answer is loading x state + noise, of variance 1 around loading x mean, so that
    E(answer) = 1 + sum over cut points of P(above it).
    """
    form, means = questionnaire(), latent_means(section, staff)[scale].to_numpy()
    items = form.of_scale(scale)
    loading = section["planted"]["loading"][scale]
    scores = [1 + stats.norm.sf(np.subtract.outer(_cuts(section, form, item), loading * means)).sum(axis=0)
              for item in items]
    return np.mean(scores, axis=0)


def _item_codes(section, form, item, states, rng):
    planted = section["planted"]
    if item.scale:
        loading, state = planted["loading"][item.scale], states[item.scale].to_numpy()
    elif item.name == "turnover_problem":
        loading, state = 0.8, states["turnover_problem"].to_numpy()
    else:
        loading, state = 0.5, states["sofs_use"].to_numpy()
    answer = loading * state + np.sqrt(1 - loading**2) * rng.normal(size=len(state))
    codes = 1 + (answer[:, None] > _cuts(section, form, item)).sum(axis=1)
    return len(item.labels) + 1 - codes if item.reverse else codes


def _cuts(section, form, item):
    """Latent cut points of an item, turned to the scale's direction."""
    response_set = "frequency" if item.labels[0] == "Never" else "agreement"
    cuts = np.array(section["standin"]["thresholds"][response_set])
    if item.name == "turnover_problem":
        # Agreeing begins at the third cut: put it where the planted share lies above.
        return cuts - cuts[2] + stats.norm.isf(section["planted"]["turnover_problem_agree"])
    if not item.scale:
        return cuts
    place = [other.name for other in form.of_scale(item.scale)].index(item.name)
    return cuts - section["planted"]["item_shift"][place]


def _with_gaps(section, form, answers, rng):
    facts = section["standin"]
    chance = np.array([facts["item_missing_leadership"] if item.scale == "leadership" else facts["item_missing"]
                       for item in form.items])
    answers = answers.mask(rng.random(answers.shape) < chance, "")
    refused = (rng.random(answers.shape) < facts["prefer_not_to_say"]) & (answers != "").to_numpy()
    answers = answers.mask(refused, form.no_answer[0])
    n, items = answers.shape
    stop = np.where(rng.random(n) < facts["break_off"], rng.integers(items // 4, items - 2, n), items)
    return answers.mask(np.arange(items)[None, :] >= stop[:, None], "")


def _routed(form: Questionnaire, answers):
    answers = answers.copy()
    for item in form.items:
        if item.asked_if:
            answers[item.name] = answers[item.name].where(answers[item.asked_if[0]] == item.asked_if[1], "")
    return answers


def _people(cells):
    eligible = (cells["invited"] - cells["not_eligible"]).to_numpy()
    return cells.loc[cells.index.repeat(eligible), ["wave", "site", *MARGINS]].reset_index(drop=True)


def _persistent(staff, width, persistence, rng):
    """Standard normal deviates (n, width); a person's at the second wave correlate with those at the first."""
    first = rng.normal(size=(int(staff["person"].max()) + 1, width))
    fresh = rng.normal(size=(len(staff), width))
    kept = first[staff["person"].to_numpy()]
    seen_before = (staff["wave"] == "2").to_numpy()[:, None]
    return np.where(seen_before, persistence * kept + np.sqrt(1 - persistence**2) * fresh, kept)


def _dates(facts, waves, rng):
    """Returns come early: the square of a uniform draw over the fieldwork."""
    out = pd.Series("", index=waves.index, dtype=object)
    for wave, (start, end) in facts["fieldwork"].items():
        members = waves == wave
        days = (pd.Timestamp(end) - pd.Timestamp(start)).days
        offsets = pd.to_timedelta(np.floor(days * rng.random(members.sum()) ** 2), unit="D")
        out[members] = (pd.Timestamp(start) + offsets).strftime("%Y-%m-%d")
    return out


def _with_ids(answers, persons, rng):
    """Pseudonyms that link a person's returns and say nothing else; rows in the order of the pseudonyms."""
    pseudonyms = rng.permutation(max(99_999, int(persons.max()) + 1)) + 1
    answers.insert(0, "respondent_id", [f"P{number:05d}" for number in pseudonyms[persons]])
    return answers.sort_values(["wave", "respondent_id"], ignore_index=True)


def _largest_remainders(expected):
    counts = np.floor(expected).astype(int)
    short = int(round(expected.sum())) - counts.sum()
    order = np.argsort(-(expected - counts), kind="stable")
    counts[order[:short]] += 1
    return counts
