"""``python -m benchmarks [--actors N] [--database URL] [--only directory,map,api,pages,checklists,exports,import,fiches] [--json FILE]``"""

import argparse
import signal
import sys
from pathlib import Path

from . import database

#: establishments with employees in the national accounts (RTES, Kit MunicipalESS, 2020, fiche 1)
ACTORS = 221_325
#: lines of the list of an import
LINES = 50_000


def arguments(given: list[str] | None = None) -> argparse.Namespace:
    parser = argparse.ArgumentParser(
        prog="python -m benchmarks", description="Speed of the portal on synthetic actors."
    )
    parser.add_argument(
        "--actors",
        type=int,
        default=ACTORS,
        help=f"how many synthetic actors, or lines of an import ({ACTORS:,}; {LINES:,})",
    )
    parser.add_argument(
        "--database",
        metavar="URL",
        help="an empty database, or one that a former run filled; without it, a private PostgreSQL removed at the end"
        " (a SQLite file where PostgreSQL is absent)",
    )
    parser.add_argument(
        "--only",
        default="",
        help="groups separated by commas: directory, map, api, pages, checklists, exports; import and fiches each go alone, without"
        " synthetic actors and with a thousand",
    )
    parser.add_argument("--json", type=Path, metavar="FILE", help="write the figures there too")
    return parser.parse_args(given)


def main(given: list[str] | None = None) -> int:
    options = arguments(given)
    signal.signal(signal.SIGTERM, _interrupt)
    try:
        with database.chosen(options.database) as url:
            database.connect(url)
            return _measure(options)
    except database.Refused as refusal:
        sys.stderr.write(f"{refusal}\n")
        return 2
    except KeyboardInterrupt:
        return 130


def _measure(options: argparse.Namespace) -> int:
    # Django's own modules may be imported only now that the database is known.
    from django.core.management import call_command
    from django.db import connection

    from . import checklists, exports, fiches, imports, measures, report, runner, server

    known = (*measures.GROUPS, checklists.GROUP, exports.GROUP, imports.GROUP, fiches.GROUP)
    groups = [group for group in options.only.split(",") if group] or [
        *measures.GROUPS,
        checklists.GROUP,
        exports.GROUP,
    ]
    if unknown := set(groups) - set(known):
        sys.stderr.write(f"Unknown group: {', '.join(sorted(unknown))}; known: {', '.join(known)}.\n")
        return 2
    if imports.GROUP in groups:
        return _measure_imports(options, groups)
    if fiches.GROUP in groups:
        return _measure_fiches(options, groups)
    database.prepare(options.actors)
    call_command("collectstatic", interactive=False, verbosity=0)
    results = []
    try:
        with server.serving() as portal:
            for measure in measures.measures():
                if measure.group in groups:
                    sys.stderr.write(f"  {measure.group}: {measure.name}…\n")
                    results.append(runner.run(measure, portal))
            exported = exports.measure(portal) if exports.GROUP in groups else []
        if results:
            report.show(results, options.actors)
        results += exported
        sys.stdout.write("".join(f"{result}\n" for result in exported))
        if checklists.GROUP in groups:
            for result in checklists.measure():
                results.append(result)
                sys.stdout.write(f"{result}\n")
        if options.json:
            report.write(options.json, results, options.actors)
    finally:
        connection.close()
    return 0


def _measure_imports(options: argparse.Namespace, groups: list[str]) -> int:
    """A list is loaded into a directory without synthetic actors: it would be compared with them."""
    from django.db import connection

    from . import fill, imports, report

    if groups != [imports.GROUP]:
        raise database.Refused("The import is measured alone: python -m benchmarks --only import")
    database.refuse_foreign()
    if connection.introspection.table_names() and (count := fill.present()):
        raise database.Refused(
            f"This database holds {count:,} synthetic actors, with which the list would be compared: give an empty one,"
            " or none."
        )
    database.prepare(0)
    connection.close()
    results = imports.measure(min(LINES, options.actors))
    sys.stdout.write("".join(f"{result}\n" for result in results))
    if options.json:
        report.write(options.json, results, 0)
    connection.close()
    return 0


def _measure_fiches(options: argparse.Namespace, groups: list[str]) -> int:
    """As many actors as are drawn: a fiche costs the same whatever stands beside it."""
    from django.db import connection

    from . import fiches, report

    if groups != [fiches.GROUP]:
        raise database.Refused("Fiches are measured alone: python -m benchmarks --only fiches")
    count = min(fiches.FICHES, options.actors)
    database.prepare(count)
    results = fiches.measure(count)
    sys.stdout.write("".join(f"{result}\n" for result in results))
    if options.json:
        report.write(options.json, results, count)
    connection.close()
    return 0


def _interrupt(number, frame):
    raise KeyboardInterrupt


if __name__ == "__main__":
    sys.exit(main())
