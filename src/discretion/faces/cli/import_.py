"""`discretion import`: bookings and guests of other systems, from a file. docs/importing.md tells what is kept of each.

Rules:
* A bad row is told by line, field and rule, never by what stood there. It stops no other row.
* Reading a file is safe to repeat: rows that are in already are left as they are.
* Exit 0 when every row is in, 3 when some were left out, 6 when a plan is stale or another import runs.
"""

from __future__ import annotations

import csv
import gc
import getpass
import re
import time
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

import click

from discretion.faces.cli.at_property import chosen_property, dry_run_option, property_option
from discretion.faces.cli.exits import Exit
from discretion.faces.cli.import_words import RULES
from discretion.faces.cli.trouble import Trouble
from discretion.faces.kit.words import marked
from discretion.office.identities.people import Cast
from discretion.office.imports import job
from discretion.office.imports.drafts import BadRow, FileRefusedError
from discretion.office.imports.formats import BOOKINGS, FORMATS, GUEST_FORMATS, Layout
from discretion.office.imports.lines import opened
from discretion.office.imports.run import ImportStoppedError
from discretion.office.imports.table import MAPPING_SIZE_BYTES_MAX, parse_mapping
from discretion.wire.frame import HatchClosedError

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Mapping

    from discretion.faces.cli.terminal import Terminal
    from discretion.office.imports.drafts import Tally
    from discretion.office.imports.run import Outcome
    from discretion.wire.settings import Property

SEED: Final = "generated"
BOOKINGS_COUNTRY: Final = "PRT"
"""Where the two hotels of hotel_bookings.csv stand: who is at home there shows a national document."""

_SHOWN_MAX: Final = 20
_NOT_IN_CODES: Final = re.compile("[^a-z0-9]+")
_FILE = click.argument("file", type=click.Path(path_type=Path, dir_okay=False))
_ENCODING = click.option(
    "--encoding", default="", metavar="NAME", help=marked("The file's encoding, when it is not UTF-8.")
)
_DATES = click.option(
    "--date-order",
    type=click.Choice(["ymd", "dmy", "mdy"]),
    default=None,
    help=marked("How the file writes dates, when it does not prove it itself."),
)
_MAPPING = click.option(
    "--mapping",
    type=click.Path(path_type=Path, dir_okay=False),
    default=None,
    help=marked("For a plain CSV: the TOML file that says which column is which field."),
)
_ERRORS = click.option(
    "--errors",
    type=click.Path(path_type=Path, dir_okay=False),
    default=None,
    help=marked("Write the rows left out to this CSV file: line, field, rule."),
)
_HOTELS = click.option(
    "--hotel",
    "hotels",
    multiple=True,
    metavar="NAME=CODE",
    help=marked("Which property a hotel of the file is; once for each hotel."),
)
_GENERATE = click.option(
    "--generate-identities",
    is_flag=True,
    help=marked("Make people up for bookings without any, marked as generated. For demos and measurements only."),
)
_SEED = click.option("--seed", default=SEED, metavar="TEXT", help=marked("The same seed makes the same people."))
_FORMAT_ANY = click.option(
    "--format", "kind", type=click.Choice(FORMATS), required=True, help=marked("The file's format.")
)
_FORMAT_GUESTS = click.option(
    "--format", "kind", type=click.Choice(GUEST_FORMATS), required=True, help=marked("The file's format.")
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Wanted:
    """What a command line asks for."""

    file: Path
    kind: str
    code: str = ""
    hotels: tuple[str, ...] = ()
    generate: bool = False
    seed: str = SEED
    mapping: Path | None = None
    encoding: str = ""
    date_order: Any = None
    errors: Path | None = None


@click.group("import", help=marked("Bring bookings and guests of other systems in."))
def import_() -> None:
    """Hold the commands below."""


@import_.command(help=marked("Import hotel_bookings.csv, or with --mapping a plain CSV of stays."))
@_FILE
@_HOTELS
@property_option
@_GENERATE
@_SEED
@_MAPPING
@_ENCODING
@_DATES
@_ERRORS
@dry_run_option
@click.pass_obj
def bookings(terminal: Terminal, /, file: Path, mapping: Path | None, dry_run: bool, **rest: Any) -> Exit:  # noqa: ANN401, FBT001 - click's options
    """Import bookings."""
    wanted = _wanted(file=file, kind="csv" if mapping is not None else BOOKINGS, mapping=mapping, **rest)
    return _plan(terminal, wanted) if dry_run else _run(terminal, wanted)


@import_.command(help=marked("Import guests and stays from another system's export."))
@_FILE
@_FORMAT_GUESTS
@property_option
@_HOTELS
@_MAPPING
@_ENCODING
@_DATES
@_ERRORS
@dry_run_option
@click.pass_obj
def guests(terminal: Terminal, /, dry_run: bool, **rest: Any) -> Exit:  # noqa: ANN401, FBT001 - click's options
    """Import guests and stays."""
    wanted = _wanted(**rest)
    return _plan(terminal, wanted) if dry_run else _run(terminal, wanted)


@import_.command("plan", help=marked("Read a file and say what a run would do; change nothing. Prints the plan's id."))
@_FILE
@_FORMAT_ANY
@property_option
@_HOTELS
@_GENERATE
@_SEED
@_MAPPING
@_ENCODING
@_DATES
@_ERRORS
@click.pass_obj
def plan(terminal: Terminal, /, **rest: Any) -> Exit:  # noqa: ANN401 - click's options
    """Plan an import."""
    return _plan(terminal, _wanted(**rest))


@import_.command(help=marked("Run an import that was planned; a stale plan is refused."))
@_FILE
@_FORMAT_ANY
@click.option(
    "--plan", "plan_id", required=True, metavar="ID", help=marked("The id that discretion import plan printed.")
)
@property_option
@_HOTELS
@_GENERATE
@_SEED
@_MAPPING
@_ENCODING
@_DATES
@_ERRORS
@dry_run_option
@click.pass_obj
def run(terminal: Terminal, /, plan_id: str, dry_run: bool, **rest: Any) -> Exit:  # noqa: ANN401, FBT001 - click's options
    """Run a planned import."""
    wanted = _wanted(**rest)
    with _told_troubles(terminal):
        made = job.plan(_order(terminal, wanted)[0], terminal.settings().conninfo("office"))
    if made.id != plan_id:
        raise Trouble("import_plan_stale", plan=made.id)
    return _plan(terminal, wanted) if dry_run else _run(terminal, wanted)


def _wanted(*, generate_identities: bool = False, **rest: Any) -> Wanted:  # noqa: ANN401 - click's options
    return Wanted(generate=generate_identities, **rest)


def _order(terminal: Terminal, wanted: Wanted) -> tuple[job.Order, int | None]:
    """Return the order in the office's terms, and how many rows there are if that is known by now.

    Errors: `FileRefusedError`, `Trouble`.
    """
    total: int | None = None
    layout = Layout(wanted.kind, encoding=wanted.encoding, date_order=wanted.date_order)
    if wanted.mapping is not None:
        with opened(wanted.mapping) as file:
            layout = replace(layout, mapping=parse_mapping(file.read(MAPPING_SIZE_BYTES_MAX + 1)))
    if wanted.kind in {BOOKINGS, "csv"}:
        hotels = job.hotels_in(wanted.file, layout)
        total = hotels.total()
        properties = _properties_of_hotels(terminal, wanted, hotels)
    else:
        properties = {"": chosen_property(terminal, wanted.code)}
    zones = {each.time_zone for each in properties.values()}
    if len(zones) == 1:
        layout = replace(layout, time_zone=zones.pop())
    ids = {hotel: each.property_id for hotel, each in properties.items()}
    if not wanted.generate:
        return job.Order(wanted.file, layout, ids), total
    cast = Cast(wanted.seed, BOOKINGS_COUNTRY)
    return job.Order(wanted.file, layout, ids, label=wanted.seed, complete=cast.fill), total


def _properties_of_hotels(terminal: Terminal, wanted: Wanted, hotels: Iterable[str]) -> dict[str, Property]:
    """Return the property of each hotel that the file names: as said, by name or code, or the only one.

    Errors: `Trouble` `import_hotel_unknown`, naming the option that says it.
    """
    properties = terminal.settings().properties
    by_code = {each.code: each for each in properties}
    found: dict[str, Property] = {}
    for said in wanted.hotels:
        hotel, equals, code = said.rpartition("=")
        if not equals or code not in by_code:
            raise Trouble("import_hotel_unknown", hotel=hotel or said, codes=", ".join(by_code))
        found[hotel] = by_code[code]
    for hotel in hotels:
        if hotel in found:
            continue
        known = by_code.get(_NOT_IN_CODES.sub("-", hotel.lower()).strip("-")) or next(
            (each for each in properties if hotel and hotel in {each.name_en, each.name_zh}), None
        )
        if known is None and (wanted.code or not hotel):
            known = chosen_property(terminal, wanted.code)
        if known is None:
            raise Trouble("import_hotel_unknown", hotel=hotel, codes=", ".join(by_code))
        found[hotel] = known
    return found


def _plan(terminal: Terminal, wanted: Wanted) -> Exit:
    """Print what a run would do."""
    with _told_troubles(terminal), _error_file(wanted.errors) as bad_row:
        order, total = _order(terminal, wanted)
        with terminal.progress(terminal.words("Reading"), total) as told:
            made = job.plan(order, terminal.settings().conninfo("office"), bad_row=bad_row, told=told)
    counts = {"new": made.new, "changed": made.changed, "unchanged": made.unchanged, "guests": made.guests}
    _show(
        terminal, made.read, counts, made.bad_rows, made.bad_rows_count, made.tally, {"dry_run": True, "plan": made.id}
    )
    terminal.say(terminal.words(marked("Nothing was changed. Plan %(plan)s."), plan=made.id))
    return Exit.PROBLEM if made.bad_rows_count else Exit.OK


def _run(terminal: Terminal, wanted: Wanted) -> Exit:
    """Import, and print what became of the file."""
    settings = terminal.settings()
    with _told_troubles(terminal), _error_file(wanted.errors) as bad_row:
        order, total = _order(terminal, wanted)
        with terminal.progress(terminal.words("Importing"), total) as told:
            begun = time.monotonic()
            # Rows by the hundred thousand, none in a cycle: a seventh less work when they are seldom searched for one.
            gc.freeze()
            gc.set_threshold(50_000, 20, 50)
            outcome, tally = job.run(
                order, settings.conninfo("office"), str(settings.upkeep_socket), _operator(), bad_row=bad_row, told=told
            )
            seconds = time.monotonic() - begun
    _show_outcome(terminal, outcome, tally, seconds, {each.property_id: each.code for each in settings.properties})
    terminal.say(terminal.words(marked("Imported and entered. Check: discretion ledger verify")))
    return Exit.PROBLEM if outcome.bad_rows_count else Exit.OK


def _operator() -> str:
    """Return who runs this, for the ledger's entry: the account's name."""
    try:
        return getpass.getuser()
    except (KeyError, OSError):
        return "unknown"


def _show_outcome(
    terminal: Terminal, outcome: Outcome, tally: Tally, seconds: float, codes: Mapping[bytes, str]
) -> None:
    counts = outcome.counts
    shown = {
        "new": counts["reservations"], "changed": counts["changed"], "unchanged": counts["unchanged"],
        "guests": counts["guests"], "stays": counts["stays"], "places": counts["places"], "rooms": counts["rooms"],
        "repeated": counts["repeated"], "kept_as_acted_on": counts["kept_as_acted_on"],
    }  # fmt: skip
    more = {
        "dry_run": False, "seconds": round(seconds, 2), "per_second": round(outcome.read / max(seconds, 0.001)),
        "entries": {codes[key]: entry for key, entry in outcome.entries.items()},
    }  # fmt: skip
    _show(terminal, outcome.read, shown, outcome.bad_rows, outcome.bad_rows_count, tally, more)


def _show(
    terminal: Terminal,
    read: int,
    counts: Mapping[str, int],
    bad_rows: list[BadRow],
    bad_rows_count: int,
    tally: Tally,
    more: Mapping[str, Any],
) -> None:
    """Print the report, and the first rows that were left out."""
    document = {
        "rows": read, **counts, "left_out": bad_rows_count,
        "errors": [bad_row._asdict() for bad_row in bad_rows],
        "noticed": dict(tally.noticed), "not_given": dict(tally.not_given), "unmapped": dict(tally.unmapped),
        "dropped": dict(tally.dropped), **more,
    }  # fmt: skip
    terminal.show(
        document,
        terminal.words(
            marked(
                "%(rows)d rows: %(new)d new, %(changed)d changed, %(unchanged)d as they were, %(left_out)d left out."
            ),
            rows=read, new=counts["new"], changed=counts["changed"], unchanged=counts["unchanged"],
            left_out=bad_rows_count,
        ),
    )  # fmt: skip
    for bad_row in bad_rows[:_SHOWN_MAX]:
        terminal.say(
            terminal.words(
                marked("Line %(line)d, %(field)s: %(rule)s"), line=bad_row.line, field=bad_row.field or "-",
                rule=terminal.words(RULES.get(bad_row.rule, bad_row.rule)),
            )
        )  # fmt: skip
    if bad_rows_count > _SHOWN_MAX:
        terminal.say(
            terminal.words(
                marked("… and %(more)d more; see them all with --errors FILE."), more=bad_rows_count - _SHOWN_MAX
            )
        )
    if terminal.form == "text":
        for kind, sentence in _NOTICES:
            for name, count in getattr(tally, kind).most_common(_SHOWN_MAX):
                terminal.say(terminal.words(sentence, count=count, name=name))


_NOTICES: Final = (
    ("unmapped", marked("%(count)d times %(name)s held a code that is not known; it was kept as given.")),
    ("dropped", marked("%(name)s is not kept (%(count)d).")),
    ("noticed", marked("Noticed: %(name)s (%(count)d).")),
)


@contextmanager
def _error_file(path: Path | None) -> Iterator[Callable[[BadRow], None]]:
    """Give a function that writes one row left out to the error file, if there is to be one."""
    if path is None:
        yield lambda _bad_row: None
        return
    try:
        file = path.open("w", encoding="utf-8", newline="")
    except OSError as error:
        raise Trouble("import_errors_unwritable", path=path) from error
    with file:
        writer = csv.writer(file)
        writer.writerow(BadRow._fields)
        yield writer.writerow


@contextmanager
def _told_troubles(terminal: Terminal) -> Iterator[None]:
    """Turn what can go wrong with an import into the command line's words."""
    try:
        yield
    except FileRefusedError as error:
        why = terminal.words(RULES.get(error.rule, error.rule))
        line = terminal.words(marked("line %(line)d"), line=error.line) if error.line else ""
        raise Trouble("import_file", why=" · ".join(part for part in (line, error.field, why) if part)) from error
    except job.ImportRefusedError as error:
        code = error.code if error.code == "database_away" else f"import_{error.code}"
        raise Trouble(code) from error
    except ImportStoppedError as error:
        raise Trouble("import_stopped", reason=error.code) from error
    except HatchClosedError as error:
        raise Trouble("keeper_away") from error
