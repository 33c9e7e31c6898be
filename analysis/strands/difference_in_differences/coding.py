"""The covariates and code lists in words, from the design."""

from __future__ import annotations

import pandas as pd

from analysis.strands.difference_in_differences.covariates import authority_columns
from analysis.strands.difference_in_differences.definitions import CORRECTED, PUBLISHED
from analysis.strands.difference_in_differences.rules import OUTCOMES, Rules
from analysis.strands.difference_in_differences.tables import COVARIATES, NAMES

CHILD = {
    "age": ("Completed years at the record's date; a number in the regression", "Imputed, predictive mean matching"),
    "disabled": ("Highest value recorded for the child", "Imputed, logistic regression"),
    "asylum": ("Highest value recorded for the child; kinship care only", "Imputed, logistic regression"),
    "low_income": ("Any free-school-meal or early-years-premium indicator, carried forward; under 5 a level of its own",
                   "A level of its own"),
    "school_phase": ("None, primary or secondary, from age", "Follows from imputed age"),
    "gender": ("Codes of the census; conflicting values count as missing", "A level of its own"),
    "ethnicity": ("Eight groups; conflicting values count as missing", "A level of its own"),
    "previous_plans": ("None against one or more; matching only", "A level of its own"),
}
EXTRA_NAMES = {"previous_plans": "Earlier child protection plans"}


def covariate_coding(rules: Rules, la_years: pd.DataFrame) -> pd.DataFrame:
    """covariate, level (Child, Authority, Date), coding, missing, matched."""
    settings, matched = rules.covariates["authority"], rules.matching_covariates("kinship")
    cuts = " and ".join(str(cut) for cut in rules.covariates["matching"]["age_cuts"])
    how = {name: f"cut at {cuts}" if name == "age" else "yes" for name in matched}
    rows = [{"covariate": COVARIATES.get(name, EXTRA_NAMES.get(name)), "level": "Child", "coding": coding,
             "missing": missing, "matched": how.get(name, "no")} for name, (coding, missing) in CHILD.items()]
    for name in authority_columns(la_years):
        scale = "own units" if name in settings["unscaled"] else "scaled over the authorities and years of the outcome"
        held = "; held at its value before the embedding" if name in settings["affected"] else ""
        gaps = "Last value carried forward" if name in settings["carried_forward"] else "Interpolated over years"
        rows.append({"covariate": COVARIATES.get(name, name), "level": "Authority", "coding": f"{scale}{held}",
                     "missing": gaps, "matched": "no"})
    days = rules.covariates["elevated_risk"]["days_before_school_holiday"]
    rows.append({"covariate": "Elevated risk", "level": "Date", "missing": "Never",
                 "coding": f"Just after a bank holiday or within {days} days before a school holiday; re-referral and "
                           "escalation", "matched": "no"})
    return pd.DataFrame(rows)


def code_lists(rules: Rules) -> pd.DataFrame:
    """item, published, corrected: windows in days by outcome, and code lists."""
    windows, codes = rules.windows, rules.codes
    both = (PUBLISHED, CORRECTED)
    rows = [{"item": f"{NAMES[outcome]}: days of follow-up", **{c: str(windows[c][outcome]) for c in both}}
            for outcome in OUTCOMES]
    rows.append({"item": "Escalation: days from re-referral to plan or care",
                 **{c: str(windows[c]["next_step"]) for c in both}})
    for item, name in (("Kinship care: placements", "kinship_placements"),
                       ("Kinship care: ends of episode", "kinship_exits"),
                       ("Closure without further action", "no_further_action")):
        rows.append({"item": item, **{c: ", ".join(codes[name][c]) for c in both}})
    for item, name in (("Care orders", "care_orders"), ("Closures of children in need", "in_need")):
        same = ", ".join(codes[name])
        rows.append({"item": item, PUBLISHED: same, CORRECTED: same})
    rows.append({"item": "Duration: longest kept", CORRECTED: f"{windows['longest_duration']} working days",
                 PUBLISHED: f"upper quartile plus {windows['outlier_fence']} interquartile ranges"})
    return pd.DataFrame(rows)
