"""The files beside the census: disabilities, section 47, assessments, looked-after episodes, reference files."""

from __future__ import annotations

import numpy as np
import pandas as pd

from analysis.standins.children.authorities import Authority, matched_groups
from analysis.standins.children.census import disability_unknown
from analysis.standins.children.chunk import Chunk
from analysis.standins.children.days import NEVER, day, financial_year, iso, working_days
from analysis.standins.children.dirt import repeated
from analysis.standins.children.identity import child_ids, pupil_references

# Census years of the three assessment files; the header of each is the supplier's own, the columns go by position.
ASSESSMENT_FILES = {
    "assessments_2011.csv": (2011, 2011, ("CIN_PupilMatchingRefAnonymous", "CIN_ACADYR", "CIN_LA", "CIN_LAchildID_Anon",
                                          "CIN_CoreAssessmentStartDate", "CIN_CoreAssessmentEndDate")),
    "assessments_2012_2013.csv": (2012, 2013, ("CIN_PupilMatchingRefAnonymous", "ACADYR", "LA", "LAchildID_Anon",
                                               "CoreAssessmentActualStartDate", "CoreAssessmentAuthorisationDate")),
    "assessments_2014_2018.csv": (2014, 2018, ("PupilMatchingRefAnonymous", "CIN_ACADYR", "CIN_LA",
                                               "CIN_LAchildID_Anon", "AssessmentActualStartDate",
                                               "AssessmentAuthorisationDate"))}
DISABILITY_CODES = ("MOB", "HAND", "PC", "INC", "COMM", "LD", "HEAR", "VIS", "BEH", "CON", "AUT", "DDA")
_DISABILITY_SHARES = (0.10, 0.04, 0.06, 0.05, 0.12, 0.22, 0.05, 0.05, 0.13, 0.04, 0.12, 0.02)


def disabilities(chunk: Chunk, rng: np.random.Generator) -> pd.DataFrame:
    """Child id and code: one or two codes of disabled children, NONE for many of the others."""
    people, records = chunk.people, chunk.setting.records
    n = len(people)
    known = ~disability_unknown(people.number, records)
    one = known & np.where(people.disabled, True, rng.random(n) < 0.6)
    two = known & people.disabled & (rng.random(n) < 0.3)
    code = np.where(people.disabled, rng.choice(DISABILITY_CODES, n, p=_DISABILITY_SHARES), "NONE")
    code = np.where((code == "NONE") & (rng.random(n) < 0.02), "None", code)
    rows = np.concatenate([np.flatnonzero(one), np.flatnonzero(two)])
    codes = np.concatenate([code[one], rng.choice(DISABILITY_CODES, n, p=_DISABILITY_SHARES)[two]])
    order = np.argsort(rows, kind="stable")
    return pd.DataFrame({"CIN_LAchildID_Anon": _ids(chunk, rows[order]), "CIN_Disability": codes[order]})


def section47(chunk: Chunk, rng: np.random.Generator) -> pd.DataFrame:
    """Enquiries: child id, authority and date of the initial conference, empty where none followed."""
    cases, last = chunk.cases, day(chunk.setting.records["end"])
    held = pd.concat([cases[["child", "conference"]], cases[["child", "conference_2"]]
                      .rename(columns={"conference_2": "conference"})], ignore_index=True)
    held = held[held["conference"] <= last]
    without = cases.loc[(cases["conference"] >= NEVER) & (rng.random(len(cases)) < 0.1), ["child", "conference"]]
    rows = pd.concat([held, without]).sort_values(["child", "conference"], kind="stable", ignore_index=True)
    frame = pd.DataFrame({"CIN_LAchildID_Anon": _ids(chunk, rows["child"]), "CIN_LA": chunk.setting.authority.code,
                          "DateOfInitialCPC": iso(rows["conference"])})
    return repeated(frame, chunk.setting.records["dirt"]["repeated_row"], rng)


def assessments(chunk: Chunk, rng: np.random.Generator) -> dict[str, pd.DataFrame]:
    """File name -> rows, by census year of the start; durations are never touched except by errors of record."""
    records, cases, la = chunk.setting.records, chunk.cases, chunk.setting.authority.code
    begun = cases[cases["assessment_start"] <= day(records["end"])]
    start = begun["assessment_start"].to_numpy()
    year = financial_year(start)
    end = _assessment_ends(start, begun["assessment_end"].to_numpy(), records, rng)
    number = chunk.people.number[begun["child"].to_numpy()]
    frame = pd.DataFrame({"ref": pupil_references(number, la, records["missing"]["pupil_ref"]), "year": year, "la": la,
                          "child": _ids(chunk, begun["child"]), "start": start, "end": end})
    frame = _with_copies(frame.sort_values(["child", "start"], kind="stable", ignore_index=True), records["dirt"], rng)
    out = {}
    for name, (first, last, header) in ASSESSMENT_FILES.items():
        rows = frame[frame["year"].between(first, last)]
        text = rows.assign(year=[f"{y}/{y + 1}" for y in rows["year"]], start=iso(rows["start"]), end=iso(rows["end"]))
        out[name] = text.set_axis(list(header), axis=1)
    return out


def looked_after(chunk: Chunk, rng: np.random.Generator) -> pd.DataFrame:
    """Episodes of children looked after."""
    rows, authority = chunk.episodes, chunk.setting.authority
    who = chunk.people.take(rows["child"].to_numpy())
    months = who.birth.astype("datetime64[D]").astype("datetime64[M]").astype("int64")
    needs = np.array(["N1", "N2", "N3", "N4", "N5", "N6", "N7", "N8"], dtype=object)
    need = needs[np.array([0, 0, 0, 0, 0, 0, 1, 2, 3, 4, 4, 5, 6, 7])[(who.number * 31) % 14]]
    return pd.DataFrame({
        "CHILD_LA_CODE_ANON": _ids(chunk, rows["child"]), "LA": authority.code,
        "date_episode_started": iso(rows["start"]), "date_episode_ceased": iso(rows["end"]),
        "legal_status": rows["status"].to_numpy(), "placement": rows["placement"].to_numpy(),
        "reason_episode_ceased": rows["reason"].to_numpy(), "cin": need, "poc_start": iso(rows["poc_start"]),
        "poc_length": rows["poc_length"].to_numpy(),
        "SEX": np.where(who.gender == 2, 2, 1), "ethnic_or": who.ethnicity, "dob_Year": 1970 + months // 12,
        "dob_Month": months % 12 + 1, "uasc_status": who.asylum.astype(int)})


def la_year_covariates(authorities: tuple[Authority, ...], records, rng: np.random.Generator) -> pd.DataFrame:
    """One row an authority and year; gaps where a value was not published, ratings only where inspected."""
    first, last = int(records["first_year"]), int(records["last_year"])
    years = np.arange(first, last + 1)
    rows = []
    for authority in authorities:
        values = {name: series[years - authority.first_year] for name, series in authority.covariates.items()}
        rows.append(pd.DataFrame({"la": authority.code, "authority": authority.name, "year": years, **values}))
    frame = pd.concat(rows, ignore_index=True)
    for name in ("assessments", "population_density", "fsm_primary", "fsm_secondary", "white_british",
                 "reviews_on_time"):
        frame[name] = frame[name].mask(rng.random(len(frame)) < 0.03)
    never = frame.groupby("la")["ofsted_rating"].transform("count") == 0
    frame["ofsted_rating"] = frame["ofsted_rating"].mask(never & (frame["year"] == first), 2).astype("Int64")
    return frame.assign(assessments=frame["assessments"].astype("Int64"),
                        innovation_project=frame["innovation_project"].astype(int))


def embedding_dates(authorities: tuple[Authority, ...]) -> pd.DataFrame:
    """Start and end of the embedding by pilot."""
    pilots = [a for a in authorities if a.role == "pilot"]
    return pd.DataFrame({"pilot": [a.name for a in pilots], "pilot_la": [a.code for a in pilots],
                         "embedding_start": iso(np.array([a.start for a in pilots])),
                         "embedding_end": iso(np.array([a.end for a in pilots]))})


def implementation_profile(authorities: tuple[Authority, ...], records) -> pd.DataFrame:
    """Rated implementation by pilot."""
    pilots = [a for a in authorities if a.role == "pilot"]
    return pd.DataFrame({"pilot": [a.name for a in pilots], "pilot_la": [a.code for a in pilots],
                         "score": [a.score for a in pilots], "stated_on": str(records["implementation_stated_on"])})


def matching_sheets(records) -> pd.DataFrame:
    """Matched groups, one row an outcome and group."""
    return pd.DataFrame(matched_groups(records))


def _ids(chunk: Chunk, child) -> np.ndarray:
    return child_ids(chunk.people.number[np.asarray(child)], chunk.setting.authority.code,
                     chunk.setting.records["dirt"]["same_id_elsewhere"])


def _assessment_ends(start, end, records, rng) -> np.ndarray:
    """Recorded ends: some on the day off before the working day (which counts the same), some plainly wrong."""
    dirt, n = records["dirt"], len(start)
    off_day = ~working_days().is_working(end - 1) & (end - 1 >= start)
    end = np.where(off_day & (rng.random(n) < dirt["assessment_ends_off_day"]), end - 1, end)
    end = np.where(rng.random(n) < dirt["assessment_endless"], end + 700, end)
    end = np.where(rng.random(n) < dirt["assessment_reversed"], start - 10, end)
    return np.where(end > day(records["end"]), NEVER, end)


def _with_copies(frame, dirt, rng) -> pd.DataFrame:
    frame = repeated(frame, dirt["assessment_repeated"], rng)
    other = (rng.random(len(frame)) < dirt["assessment_other_end"]) & (frame["end"] < NEVER)
    copies = frame[other].assign(end=lambda rows: rows["start"] + (rows["end"] - rows["start"]) // 2)
    return pd.concat([frame, copies]).sort_index(kind="stable").reset_index(drop=True)

