"""The command line: `python -m analysis data status | make | validate | download | compare | export-codes`, `results`,
`check`, `release`, `pdf`, `verify`, `exhibit`, `trace`, `bench`."""

from __future__ import annotations

import argparse
import os
import sys
from pathlib import Path

from analysis import paths
from analysis.errors import DataError, DesignError, MissingData, MixedStatus
from analysis.sources import catalogue as catalogues
from analysis.sources.locating import check_folders

SHARED = ("codes.csv", "codebook.qdc")    # what `data export-codes` writes
SMALLEST_SCALE = 0.01      # below it the generators have too few children to draw from


def main(arguments=None) -> int:
    """Run one command; 0 when it went well, 1 with one clear line on standard error when the input is wrong."""
    options = _parser().parse_args(arguments)
    try:
        return options.run(options) or 0
    except (DataError, DesignError, MixedStatus, ConnectionError) as error:
        print(f"error: {error}", file=sys.stderr)
        return 1
    except OSError as error:
        print(f"error: file {_short(error.filename or '')}: {error.strerror or error}", file=sys.stderr)
        return 1
    except KeyboardInterrupt:
        print("error: stopped; what was there before is unchanged", file=sys.stderr)
        return 130


def data_status(options) -> int:
    """Print where every dataset would come from."""
    from analysis.publish.store import states_of

    check_folders()
    rows = [(s.entry.name, s.entry.strand, s.status, ", ".join(name for name, _ in s.files) or s.problem)
            for s in states_of(catalogues.catalogue())]
    widths = [max(len(row[k]) for row in rows) for k in range(3)]
    for row in rows:
        print("  ".join(text.ljust(width) for text, width in zip(row[:3], widths, strict=True)) + "  " + row[3])
    from analysis.standins.current import edited_files

    for name in edited_files(paths.standins_folder()):
        print(f"note: stand-in {name} is no longer as it was generated")
    return 0


def data_make(options) -> int:
    """Generate the stand-ins. Those that were changed or removed since they were made are made again."""
    from analysis.standins.current import edited_files, ensure_standins

    if options.out:
        os.environ["STANDINS_DIR"] = str(Path(options.out).resolve())
    force = options.force or options.scale is not None or bool(options.out)
    made = ensure_standins(progress=_say, scale=options.scale,
                           force=force or bool(edited_files(paths.standins_folder())))
    _say(f"stand-ins {'made in' if made else 'are current in'} {_short(paths.standins_folder())}")
    return 0


def data_validate(options) -> int:
    """Read and check every dataset there is; report each, and fail if any is wrong or half there."""
    from analysis.sources.checksums import problems_of_checksums
    from analysis.sources.loading import load
    from analysis.standins.current import edited_files

    check_folders()
    entries = [catalogues.entry(name) for name in options.names] or list(catalogues.catalogue().values())
    edited = set(edited_files(paths.standins_folder()))
    wrong, unlisted = [], False
    for entry in entries:
        try:
            dataset = load(entry.name)
            changed = sorted(edited & {file.name for file in dataset.files}) if dataset.status == "synthetic" else []
            if changed:
                raise DataError("the stand-in is no longer as it was generated", file=", ".join(changed),
                                expected="the file as `python -m analysis data make` makes it")
            unlisted |= dataset.status == "restricted"
            print(f"ok       {entry.name}: {len(dataset.frame):,} rows, {dataset.status}, {_files_read(dataset.files)}")
        except MissingData as error:
            wrong.append(f"missing  {entry.name}: {error}")
        except DataError as error:
            wrong.append(f"wrong    {entry.name}: {error}")
    if not options.names:
        wrong += [f"wrong    {problem}" for problem in problems_of_checksums(paths.public_folder())
                  if not any(str(problem) in line for line in wrong)]
    for line in wrong:
        print(line, file=sys.stderr)
    if unlisted and not list(paths.restricted_folder().rglob("SHA256SUMS")):
        print("note: the restricted folder has no SHA256SUMS, without which a file cut off between two lines may pass")
    return 1 if wrong else 0


def data_download(options) -> int:
    """Take the current public files from the publisher, or from a folder of files downloaded by hand."""
    from analysis.sources.download import BASE_URL, download

    download(options.names or None, paths.public_folder(), base_url=options.base_url or BASE_URL,
             source_folder=Path(options.source) if options.source else None, force=options.force, progress=_say)
    return 0


def export_codes(options) -> int:
    """Write what may be shared of the deep dives' coding: codes without text, and the codebook (.qdc)."""
    from analysis.design import load_design
    from analysis.sources import load
    from analysis.sources.qualitative_instruments import codebook
    from analysis.sources.refi_codebook import write_qdc
    from analysis.standins import replace_folder, write_csv
    from analysis.strands.deep_dives import holdings, people
    from analysis.strands.shared_codes import shareable

    design, book = load_design(), codebook()
    rules = design.section("deep_dives")
    segments, groups = load("coded_segments"), load("focus_groups")
    heard = people(holdings(segments.frame, book, rules["coders"]["agreed"]), groups.frame)
    table = shareable(segments.frame, heard, rules["consent"]["k"], design.rng("deep_dives.shared"))
    codes = {theme.code: (theme.label, book.groups[theme.group], theme.definition) for theme in book.themes}

    def fill(folder):
        write_csv(table, folder / SHARED[0])
        write_qdc({**codes, book.residual: (book.residual_label, "", "no theme applies")}, folder / SHARED[1])

    _refuse_other_files(Path(options.out))
    replace_folder(Path(options.out), fill)
    print(f"{len(table):,} codings of {table['source'].nunique()} sources, {segments.status}, in {options.out}")
    return 0


def _refuse_other_files(folder: Path) -> None:
    """The folder is replaced as a whole: nothing else may be in it."""
    others = sorted(item.name for item in folder.iterdir() if item.name not in SHARED) if folder.is_dir() else []
    if others:
        raise DataError("the folder holds other files, which would be lost", file=others[0],
                        expected=f"a folder that is new, or holds {' and '.join(SHARED)} alone")


def data_compare(options) -> int:
    """Compare two releases of the public statistics: values revised, and conclusions that move."""
    from analysis.strands.national_data.releases import compare

    compare(Path(options.old), Path(options.new) if options.new else paths.public_folder(),
            Path(options.out) if options.out else None, say=print)
    return 0


def make_results(options) -> int:
    """Build the results of strands that are no longer current."""
    from analysis.publish import dependencies, store
    from analysis.standins.current import ensure_standins

    check_folders()
    names = dependencies.in_order(options.names or dependencies.bundle_names())     # before anything is made for them
    ensure_standins(progress=_say)
    try:
        store.prepare(names, progress=_say)
    except RuntimeError as error:
        raise DataError(str(error)) from error.__cause__
    return 0


def check_book(options) -> int:
    """Look whether the built book is whole, and whether anything in it may not leave."""
    from analysis.clearance.command import problems_of_build
    from analysis.publish import checking, ledger

    content = ledger.read_json(paths.LEDGER)
    if not content:
        raise DataError("the book is not built", file=_short(paths.LEDGER), expected="`make report` to be run")
    problems = [*checking.problems_of_book(paths.HTML, content), *problems_of_build()]
    for problem in problems:
        print(problem, file=sys.stderr)
    print(f"{len(content['exhibits'])} exhibits and {len(content['findings'])} findings, {len(problems)} problems")
    return 1 if problems else 0


def make_release(options) -> int:
    """Write the bundle for clearance: aggregates, counts behind each, log, and nothing else."""
    from analysis.clearance.command import write_release
    from analysis.clearance.release import Refused, attacks_of

    out = Path(options.out) if options.out else paths.BUILD / "release"
    try:
        content = write_release(out, only_restricted=options.for_clearance, rehearsal=options.rehearsal, progress=_say)
    except Refused as refused:
        for problem in refused.problems:
            print(problem, file=sys.stderr)
        print(f"error: {refused}", file=sys.stderr)
        return 1
    tried, found = attacks_of(content.outcome)
    print(f"{len(content.bundles)} bundles in {_short(out)}; {tried} attacks on suppressed counts, {found} recovered; "
          f"{len(content.outcome.reviewed)} results found and reviewed")
    return 0


def make_pdf(options) -> int:
    """Print the built report as one PDF."""
    from analysis.publish.pdf import print_pdf

    return print_pdf(progress=_say, optional=options.where_possible)


def serve_book(options) -> int:
    """Serve the built pages on this machine, and make them again when a source changes."""
    from analysis.publish import serving

    _say("== building ...")
    wrong = serving.build_book()
    if wrong:
        _say(wrong)
    serving.serve(paths.HTML, options.port, build=serving.build_book, watched=serving.sources, say=_say)
    return 0


def run_benchmarks(options) -> int:
    """Measure speed and memory, where there is one against a named peer in the same run."""
    from analysis.bench.command import run
    from analysis.bench.processes import peers_of
    from analysis.bench.setting import Setting

    setting = Setting(options.quick, peers_of(options.peers), _say, Path(options.folder) if options.folder else None,
                      options.make)
    run(options.names, setting, Path(options.out) if options.out else paths.BUILD / "bench.json")
    return 0


def _review(name: str):
    """A command of `analysis.review`, imported when it is run."""
    def run(options) -> int:
        from analysis.review import commands

        return getattr(commands, name)(options)

    return run


def _review_parsers(commands) -> None:
    verify = _add(commands, "verify", _review("verify"), "build everything anew and compare with the saved ledger")
    verify.add_argument("saved", nargs="?", help="folder of the build to verify (default: _build)")
    verify.add_argument("--against", metavar="DIR", help="list what changed since another build, without building")
    verify.add_argument("--tolerance", type=_tolerance, default=1e-6, help="relative (default 1e-6)")
    verify.add_argument("--out", help="a CSV file for every difference")
    verify.add_argument("--keep", metavar="RELEASE", help="keep the build in data/releases under this name")
    exhibit = _add(commands, "exhibit", _review("exhibit"), "make one exhibit again")
    exhibit.add_argument("id", help="such as fig-survey-response")
    exhibit.add_argument("--out", help="another folder than _build/exhibit")
    trace = _add(commands, "trace", _review("trace"), "where a result comes from and goes, or what rests on a data set")
    trace.add_argument("id", help="a finding, an exhibit or a data set")


def _parser():
    parser = argparse.ArgumentParser(prog="python -m analysis",
                                     description="The evaluation's data, results and checks.")
    commands = parser.add_subparsers(required=True, metavar="COMMAND")
    data = commands.add_parser("data", help="the datasets: status, make, validate, download, compare")
    parts = data.add_subparsers(required=True, metavar="ACTION")
    _add(parts, "status", data_status, "where every dataset comes from")
    make = _add(parts, "make", data_make, "generate the stand-ins")
    make.add_argument("--scale", type=_positive, default=None,
                      help="size relative to the default (about 100 is England)")
    make.add_argument("--out", help="another folder than data/standins")
    make.add_argument("--force", action="store_true", help="make them again though they are current")
    validate = _add(parts, "validate", data_validate, "read and check the datasets")
    validate.add_argument("names", nargs="*", help="datasets (default: all)")
    load = _add(parts, "download", data_download, "take the current public statistics")
    load.add_argument("names", nargs="*", help="datasets (default: all that are public)")
    load.add_argument("--from", dest="source", help="a folder of files downloaded by hand")
    load.add_argument("--force", action="store_true", help="overwrite files that are there")
    load.add_argument("--base-url", help="another address of the publisher's interface")
    releases = _add(parts, "compare", data_compare, "what changed between two releases of the public statistics")
    releases.add_argument("old", help="folder with the files of the earlier release")
    releases.add_argument("new", nargs="?", help="folder of the later one (default: the public files in use)")
    releases.add_argument("--out", help="a CSV file for every value that differs")
    shared = _add(parts, "export-codes", export_codes, "codes of the deep dives without text, to be shared")
    shared.add_argument("out", help="the folder to write, new or replaced")
    _add(commands, "results", make_results, "build the strands' results").add_argument("names", nargs="*")
    _add(commands, "check", check_book, "check that the built book is whole")
    cleared = _add(commands, "release", make_release, "write the bundle of results for clearance")
    cleared.add_argument("--out", help="another folder than _build/release, new or replaced")
    cleared.add_argument("--for-clearance", action="store_true",
                         help="without the bundles that hold nothing restricted, which a build outside makes itself")
    cleared.add_argument("--rehearsal", action="store_true", help="though nothing is restricted: on stand-ins")
    pdf = _add(commands, "pdf", make_pdf, "make the PDF from the built report")
    pdf.add_argument("--where-possible", action="store_true",
                     help="a hint, not an error, where the system library it needs is not there")
    serve = _add(commands, "serve", serve_book, "serve the pages here and make them again when a source changes")
    serve.add_argument("--port", type=int, default=8000, help="default 8000; 0 takes a free one")
    _review_parsers(commands)
    bench = _add(commands, "bench", run_benchmarks, "measure speed and memory against other packages")
    bench.add_argument("names", nargs="*", help="regression, bootstrap, specifications, build, england (default: all)")
    bench.add_argument("--out", help="another file than _build/bench.json")
    bench.add_argument("--quick", action="store_true", help="small sizes, which judge nothing")
    bench.add_argument("--peers", help="the python that wildboottest and pyfixest are installed for")
    bench.add_argument("--folder", help="of an extract of the size of England, for the benchmark of that name")
    bench.add_argument("--make", action="store_true", help="generate that extract where it is not there")
    return parser


def _add(commands, name, run, help):
    command = commands.add_parser(name, help=help, description=run.__doc__)
    command.set_defaults(run=run)
    return command


def _positive(text):
    try:
        value = float(text)
    except ValueError:
        value = 0.0
    if not SMALLEST_SCALE <= value < float("inf"):
        raise argparse.ArgumentTypeError(f"expected a number from {SMALLEST_SCALE} up, found {text!r}")
    return value


def _tolerance(text):
    try:
        value = float(text)
    except ValueError:
        value = -1.0
    if not 0 <= value < 1:
        raise argparse.ArgumentTypeError(f"expected a number from 0 to below 1, found {text!r}")
    return value


def _files_read(files) -> str:
    """The files as read, of a workbook with its sheet; of many, the first and the last."""
    shown = [f"{file.name} (sheet {file.sheet})" if file.sheet else file.name for file in files]
    return ", ".join(shown) if len(shown) <= 3 else f"{len(shown)} files, {shown[0]} to {shown[-1]}"


def _short(path):
    try:
        return Path(path).relative_to(paths.ROOT).as_posix()
    except ValueError:
        return str(path)


def _say(message):
    print(message, file=sys.stderr, flush=True)


if __name__ == "__main__":
    sys.exit(main())
