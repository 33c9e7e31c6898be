"""The extract of the whole of England from its files to the five populations, in time and memory; no peer."""

from __future__ import annotations

from analysis.bench.measures import GB, Measure, Target, side
from analysis.bench.setting import Setting
from analysis.errors import DataError

TARGETS = (Target("seconds", 600), Target("memory", 12 * GB))
NATIONAL = 10_000_000       # rows of the census from which on the extract is that of a nation, and targets are judged


def england(setting: Setting) -> list[Measure]:
    """Time from files to populations, once; nothing where no folder is named. `DataError` where files do not fit."""
    if setting.folder is None:
        setting.say("england: skipped, as no extract is named (--folder FOLDER; with --make it is generated there, "
                    "which takes a quarter of an hour and some gigabytes)")
        return []
    from analysis.bench.england import make_extract, measure

    if setting.make:
        setting.say("england: making the extract where it is not there")
        make_extract(setting.folder, progress=setting.say)
    elif not setting.folder.is_dir():
        raise DataError("folder of the extract", value=setting.folder.name, expected="one that is there, or --make")
    found = measure(setting.folder)
    rows, census = sum(found.rows.values()), found.rows["cin_census"]
    ours = side("ours", "", [found.seconds["total"]], [found.peak_bytes])
    size = f"{rows:,} rows of files, {census:,} of the census, {found.referrals:,} referrals"
    return [Measure("england", "files to five populations, two processes", size, ours, None, TARGETS,
                    judged=census >= NATIONAL and not setting.quick, memory="of all processes together",
                    load=found.load)]
