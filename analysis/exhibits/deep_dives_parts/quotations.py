"""The quotation bank, and the log of what was replaced in it."""

from __future__ import annotations

from analysis.exhibits.deep_dives_parts.context import number
from analysis.publish import estimate, label, text_column, words
from analysis.strands import quotations as strand


def bank(p, c):
    """Passages that may be quoted, with their ids, and why others may not."""
    quoted, log = p.load_optional("quotations"), p.load_optional("redaction_log")
    if quoted is None or log is None:
        return
    k = c.rules["consent"]["k"]
    found = strand.quotation_bank(quoted.frame, log.frame, c.segments.frame, c.found.people, k)
    made = dict(made_by=strand.quotation_bank, sources=[c.segments, c.groups, quoted, log])
    _bank_table(p, c, found, k, made)
    _log_table(p, strand.redaction_counts(log.frame, found), dict(made, made_by=strand.redaction_counts))
    states = found["state"].value_counts()
    for key, state in (("shown", strand.SHOWN), ("no_consent", strand.NO_CONSENT), ("too_few", strand.TOO_FEW)):
        number(p, f"deep_dives.quotations.{key}", int(states.get(state, 0)), n=len(found), **made)
    number(p, "deep_dives.quotations.number", len(found), **made)
    number(p, "deep_dives.quotations.redactions", len(log.frame), **made)
    number(p, "deep_dives.quotations.k", k, **made)


def _bank_table(p, c, found, k, made):
    frame = c.named(found).assign(role=found["role"].map(c.roles), wave="Wave " + found["wave"].astype(str),
                                  text=found["text"].where(found["text"] != "", "[not shown]"))
    p.table(
        "tbl-deep-dives-quotations",
        title=_title,
        subtitle="Passages chosen for quotation: id, theme, role, wave, words with replacements in brackets, and state",
        frame=frame,
        columns=[
            label("quotation_id", "Id"),
            text_column("label", "Theme"),
            text_column("text", "Words"),
            text_column("role", "Role"),
            text_column("wave", "Wave"),
            estimate("redactions", "Replacements", decimals=0),
            text_column("state", "State"),
        ],
        describe=_describe,
        note=f"Quoted with consent, and where at least {k} people share the speaker's site and role. The site is never "
        "given. The words of stand-ins are synthetic illustrations: nobody said them.",
        **made,
    )


def _title(frame):
    return f"{int((frame['state'] == strand.SHOWN).sum())} of {len(frame)} chosen passages may be quoted"


def _describe(frame):
    states = "; ".join(f"{state} {n}" for state, n in frame["state"].value_counts().items())
    return f"Table of {len(frame)} passages for {frame['label'].nunique()} themes. State: {states}."


def _log_table(p, frame, made):
    p.table(
        "tbl-deep-dives-redactions",
        title="What was replaced in quotations, and why",
        subtitle="Redaction log summed up: kind, words put in its place, reason, times in all and in passages shown",
        frame=frame,
        columns=[
            label("replacement", "Put in its place"),
            text_column("kind", "Kind"),
            text_column("reason", "Reason"),
            estimate("times", "Times", decimals=0),
            estimate("shown", "Of these, shown", decimals=0),
        ],
        describe=lambda f: (
            f"Table of {len(f)} replacements, made {words.number(f['times'].sum(), 0)} times in all: "
            f"{', '.join(f['replacement'])}."
        ),
        note="What stood there before is in no file of this project.",
        **made,
    )
