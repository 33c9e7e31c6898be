"""Maps of tiles: who was a pilot and who is compared, and one indicator; regions about where they lie."""

from __future__ import annotations

import numpy as np
import pandas as pd
from matplotlib.patches import Patch, Rectangle

from analysis.exhibits.national.common import published
from analysis.publish import Publisher, estimate, label, style, text_column, words
from analysis.strands.national_data import NationalData
from analysis.strands.national_data.places import tiles

ROLES = {"pilot": style.BLUE, "pilot of round 1 alone": style.PINK, "neighbour": style.TURQUOISE, "other": style.LIGHT}
SHADES = ("#DCE6F0", "#8FA6BC", "#4F759C", "#12436D")       # one hue from light to dark


def roles_map(p: Publisher, national: NationalData, sources) -> None:
    """Pilots, their neighbours and the other authorities."""
    year = p.design.section("national_data")["map"]["year"]
    published(p, "fig-national-map-roles", *_tiles(p, national, sources), title=_roles_title,
              subtitle=f"Authorities of England with children's services in {year}, a tile each, regions about where "
                       "they lie",
              columns=[label("authority", "Authority"), text_column("region", "Region"), text_column("role", "Role")],
              draw=_draw_roles, describe=_describe_roles, made_by=tiles,
              note="Neighbour: a statistical neighbour of a pilot of round 2 by the model of 2021. In a region tiles "
                   "follow each other by name. P: pilot of round 2. 1: pilot of round 1 alone. N: neighbour.")


def indicator_map(p: Publisher, national: NationalData, sources) -> None:
    """One indicator in classes of equal size; pilots with a frame."""
    section = p.design.section("national_data")
    indicator = next(r.indicator for r in national.results if r.indicator.key == section["map"]["indicator"])
    classes = int(section["map"]["classes"])
    published(p, "fig-national-map-indicator", *_tiles(p, national, sources), title=_indicator_title,
              subtitle=f"{indicator.measure[0].upper()}{indicator.measure[1:]}, {indicator.unit} children aged 0 to "
                       f"17, "
                       f"{section['map']['year']}, authorities of England, a tile each",
              columns=[label("authority", "Authority"), text_column("region", "Region"), text_column("role", "Role"),
                       estimate("value", indicator.title, decimals=indicator.decimals)],
              draw=lambda shown: _draw_indicator(shown, classes),
              describe=lambda shown: _describe_indicator(shown, indicator.unit), made_by=tiles,
              note=f"{classes} classes with as many authorities each, so that shades compare ranks. P and a frame: "
                   f"pilot "
                   "of round 2. Crossed: no number published.")


def _tiles(p, national, sources):
    """What `published` needs: found, sources and the table."""
    section = p.design.section("national_data")
    found = [r for r in national.results if r.indicator.key == section["map"]["indicator"]]
    there = [r for r in found if r.values is not None] if national.comparison is not None else []

    def table(results):
        frame = tiles(section, national, results[0].values, section["map"]["year"])
        return frame.assign(value__symbol=frame["symbol"].str.split(" ").str[0])

    return there, sources, table


def _roles_title(frame):
    return f"{int((frame['role'] == 'pilot').sum())} pilots among {len(frame)} authorities"


def _describe_roles(frame):
    counts = frame["role"].value_counts()
    pilots = frame[frame["role"] == "pilot"].sort_values("authority")
    return (f"Map of tiles of {len(frame)} authorities: " + ", ".join(f"{counts[role]} {role}" for role in ROLES
                                                                       if role in counts)
            + ". Pilots: " + ", ".join(f"{row.authority} ({row.region})" for row in pilots.itertuples()) + ".")


def _indicator_title(frame):
    own, rest = frame[frame["role"] == "pilot"]["value"], frame[frame["role"] != "pilot"]["value"]
    return f"{int((own < rest.median()).sum())} of {len(own)} pilots lie below the other authorities' median"


def _describe_indicator(frame, unit):
    parts = [f"{region} {words.number(rows['value'].median())}" for region, rows in frame.groupby("region")]
    pilots = frame[frame["role"] == "pilot"].sort_values("value")
    return (f"Map of tiles of {len(frame)} authorities by value, {unit}, from {words.number(frame['value'].min())} to "
            f"{words.number(frame['value'].max())}. Median by region: {', '.join(parts)}. Pilots from lowest: "
            + ", ".join(f"{row.authority} {words.number(row.value)}" for row in pilots.itertuples()) + ".")


def _draw_roles(frame):
    letters = {"pilot": "P", "pilot of round 1 alone": "1", "neighbour": "N"}
    figure, ax = _canvas(frame)
    for row in frame.itertuples():
        _tile(ax, row, ROLES[row.role], letters.get(row.role, ""))
    here = [role for role in ROLES if role in set(frame["role"])]
    figure.legend(handles=[Patch(color=ROLES[role], label=f"{letters.get(role, '')} {role}".strip()) for role in here],
                  loc="outside upper left", ncols=2)
    return figure


def _draw_indicator(frame, classes):
    figure, ax = _canvas(frame)
    known = frame.dropna(subset=["value"])
    edges = np.quantile(known["value"], np.linspace(0, 1, classes + 1))
    for row in frame.itertuples():
        if pd.isna(row.value):
            _tile(ax, row, "white", "", hatch="xx")
            continue
        at = min(int(np.searchsorted(edges[1:-1], row.value, side="right")), classes - 1)
        _tile(ax, row, SHADES[at], "P" if row.role == "pilot" else "", frame=row.role == "pilot")
    figure.legend(handles=[Patch(facecolor=SHADES[k], label=f"{edges[k]:,.0f} to {edges[k + 1]:,.0f}")
                           for k in range(classes)], loc="outside upper left", ncols=2)
    return figure


def _canvas(frame):
    columns, rows = frame["column"].max() + 1, frame["row"].max() + 1
    figure, ax = style.axes(height=1.0 + 0.29 * (rows + 1), width=0.29 * columns + 0.3)
    for region, part in frame.groupby("region"):
        ax.text(part["column"].min(), part["row"].min() - 0.62, region, fontsize=9, va="bottom")
    ax.set_xlim(-0.6, columns - 0.4)
    ax.set_ylim(rows - 0.4, -1.6)
    ax.set_aspect("equal")
    ax.set_axis_off()
    return figure, ax


def _tile(ax, row, colour, text, *, frame=False, hatch=None):
    ax.add_patch(Rectangle((row.column - 0.46, row.row - 0.46), 0.92, 0.92, facecolor=colour, hatch=hatch,
                           edgecolor=style.ORANGE if frame else style.GREY, linewidth=2 if frame else 0.4))
    if text:
        dark = colour in (style.BLUE, style.PINK, SHADES[2], SHADES[3])
        ax.text(row.column, row.row, text, ha="center", va="center", fontsize=9, fontweight="bold",
                color="white" if dark else style.TEXT)
