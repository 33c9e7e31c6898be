"""The questionnaire in print: items, response sets, scales, and codes of the comments."""

from __future__ import annotations

import pandas as pd

from analysis.publish import Publisher, estimate, label, text_column
from analysis.sources.survey_instrument import Questionnaire

NOTE = "Part of this project and the same whatever the status of the answers."


def publish_instrument(p: Publisher, form: Questionnaire, sources) -> None:
    """The four tables that make up the instrument."""
    shared = {"sources": sources, "note": NOTE}
    p.table("tbl-survey-questionnaire", title="The questionnaire, item by item",
            subtitle="Items in the order asked, with answers, scale, routing and source", frame=items_frame(form),
            columns=[label("item", "Item"), text_column("text", "Wording"), text_column("answers", "Answers"),
                     text_column("scale", "Scale"), text_column("reverse", "Reversed"),
                     text_column("asked", "Asked of"), text_column("source", "Source")],
            describe=lambda f: f"A table of {len(f)} questions with wording, answers, scale, routing and source.",
            made_by=items_frame, **shared)
    p.table("tbl-survey-response-sets", title="Answers that could be given",
            subtitle="Response sets of the questionnaire, lowest answer first", frame=sets_frame(form),
            columns=[label("name", "Response set"), estimate("number", "Number", decimals=0),
                     text_column("answer", "Answer")],
            describe=lambda f: f"A table of {len(f)} answers in {f['name'].nunique()} response sets.",
            made_by=sets_frame, **shared)
    p.table("tbl-survey-scales", title="How items become scale scores",
            subtitle="Scales of the questionnaire, mean of the items answered, 1 to 5", frame=scales_frame(form),
            columns=[label("scale", "Scale"), text_column("items", "Items"), text_column("reverse", "Reversed items"),
                     estimate("least", "Answers needed for a score", decimals=0),
                     text_column("better", "Better score")],
            describe=lambda f: f"A table of {len(f)} scales with their items, reversed items and the answers needed.",
            made_by=scales_frame, **shared)
    p.table("tbl-survey-codebook", title="Themes by which comments were coded",
            subtitle="Codes of the answers to the open question, with the rule for each", frame=themes_frame(form),
            columns=[label("theme", "Theme"), text_column("rule", "Given when a comment is about")],
            describe=lambda f: f"A table of {len(f)} themes and the rule for each.", made_by=themes_frame, **shared)


def items_frame(form: Questionnaire) -> pd.DataFrame:
    """One row a question: background first, items in order, the open question last."""
    names = {scale.name: scale.label for scale in form.scales}
    sets = {labels: name.replace("_", " or ").capitalize() if name == "yes_no" else name.capitalize()
            for name, labels in form.response_sets.items()}
    blank = {"scale": "none", "reverse": "no", "asked": "all", "source": form.source}
    rows = [{"item": row["name"], "text": row["text"], "answers": "Categories of the staff list", **blank}
            for row in form.background]
    rows += [{**blank, "item": item.name, "text": item.text, "answers": sets[item.labels],
              "scale": names.get(item.scale, "none"), "reverse": "yes" if item.reverse else "no",
              "asked": f"{item.asked_if[0]} is {item.asked_if[1]}" if item.asked_if else "all"} for item in form.items]
    return pd.DataFrame([*rows, {"item": "comment", "text": form.open, "answers": "Own words, coded", **blank}])


def sets_frame(form: Questionnaire) -> pd.DataFrame:
    """One row an answer; those that give none on a scale at the end, without a number."""
    rows = [{"name": name.replace("yes_no", "yes or no").capitalize(), "number": float(place), "answer": text}
            for name, labels in form.response_sets.items() for place, text in enumerate(labels, 1)]
    rows += [{"name": "Any, counted as missing", "number": None, "answer": text} for text in form.no_answer]
    frame = pd.DataFrame(rows)
    return frame.assign(number__symbol=frame["number"].isna().map({True: "z", False: ""}))


def scales_frame(form: Questionnaire) -> pd.DataFrame:
    """One row a scale."""
    return pd.DataFrame([{"scale": scale.label, "items": ", ".join(i.name for i in form.of_scale(scale.name)),
                          "reverse": ", ".join(i.name for i in form.of_scale(scale.name) if i.reverse) or "none",
                          "least": scale.least, "better": scale.better} for scale in form.scales])


def themes_frame(form: Questionnaire) -> pd.DataFrame:
    """One row a theme."""
    return pd.DataFrame([{"theme": theme.label, "rule": theme.rule} for theme in form.themes])
