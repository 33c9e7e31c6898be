"""What the deep dives say of the themes that bear on a practice feature, as findings."""

from __future__ import annotations

from analysis.publish import Publisher
from analysis.sources.qualitative_instruments import codebook
from analysis.strands import deep_dives as strand


def publish_themes(p: Publisher) -> None:
    """For each theme of the joint display: in how many sites it is widespread, and its change between the waves."""
    segments, book, rules = p.load("coded_segments"), codebook(), p.design.section("deep_dives")
    held = strand.holdings(segments.frame, book, rules["coders"]["agreed"])
    presence = strand.role_presence(held, rules["presence"]["share_of_sources"])
    sites = strand.widespread(presence, book, rules["presence"]["widespread_roles"])
    change = strand.wave_change(held).set_index("theme")
    n_sites = held.sources["site"].nunique()
    made = {"sources": [segments], "about_people": True, "n": len(held.sources)}
    for theme in themes_named(p.load("practice_features").frame["finding"], book.theme_codes):
        p.finding(f"synthesis.theme.{theme}.sites", f"widespread in {sites[theme]} of {n_sites} sites", unit="text",
                  made_by=strand.widespread, **made)
        row = change.loc[theme]
        p.finding(f"synthesis.theme.{theme}.change", row["change"], unit="percentage points", low=row["low"],
                  high=row["high"], made_by=strand.wave_change, **made)


def themes_named(keys, codes) -> list[str]:
    """The themes that keys such as `synthesis.theme.direct_work.sites` name, in the codebook's order."""
    named = {key.split(".")[2] for key in keys.dropna() if key.startswith("synthesis.theme.")}
    return [code for code in codes if code in named]
