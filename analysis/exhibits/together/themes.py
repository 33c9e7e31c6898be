"""What the deep dives say of the themes that bear on a practice feature, as findings."""

from __future__ import annotations

from analysis.publish import Publisher
from analysis.sources.qualitative_instruments import codebook
from analysis.strands import deep_dives as strand


def publish_themes(p: Publisher) -> None:
    """For each theme with a feature: in how many sites it is widespread, and how it changed between the waves."""
    segments, book, rules = p.load("coded_segments"), codebook(), p.design.section("deep_dives")
    held = strand.holdings(segments.frame, book, rules["coders"]["agreed"])
    presence = strand.role_presence(held, rules["presence"]["share_of_sources"])
    sites = strand.widespread(presence, book, rules["presence"]["widespread_roles"])
    change = strand.wave_change(held).set_index("theme")
    made = {"sources": [segments], "about_people": True, "n": len(held.sources)}
    for theme in (theme.code for theme in book.themes if theme.feature):
        p.finding(f"synthesis.theme.{theme}.sites", f"widespread in {sites[theme]} of {held.sources['site'].nunique()} sites",
                  unit="text", made_by=strand.widespread, **made)
        row = change.loc[theme]
        p.finding(f"synthesis.theme.{theme}.change", row["change"], unit="percentage points", low=row["low"],
                  high=row["high"], made_by=strand.wave_change, **made)
