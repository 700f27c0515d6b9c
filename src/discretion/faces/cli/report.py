"""`discretion report`: what a hotel makes public about looking, made now or looked at before it is public."""

from __future__ import annotations

from contextlib import contextmanager
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Final
from zoneinfo import ZoneInfo

import click
import msgspec

from discretion.faces.cli.at_property import chosen_property, property_option
from discretion.faces.cli.exits import Exit
from discretion.faces.cli.serve import checked
from discretion.faces.cli.trouble import Trouble
from discretion.faces.kit.words import marked
from discretion.faces.portal.transparency_files import renderer
from discretion.insight.statement import Quarter
from discretion.insight.transparency import CountsAwayError, Transparency, folder_of
from discretion.starter.database import running_database

if TYPE_CHECKING:
    from collections.abc import Iterator

    from discretion.faces.cli.terminal import Terminal
    from discretion.wire.settings import Settings


class _QuarterKind(click.ParamType[Quarter]):
    """A quarter, written 2026-Q3."""

    name = "quarter"

    def convert(self, value: object, param: click.Parameter | None, ctx: click.Context | None) -> Quarter:
        """Return the quarter that was written."""
        try:
            return value if isinstance(value, Quarter) else Quarter.read(str(value))
        except ValueError:
            self.fail(str(value), param, ctx)


_QUARTER: Final = _QuarterKind()


@contextmanager
def _pages(settings: Settings) -> Iterator[Transparency]:
    """Give the public pages with the database running. Errors: `Trouble` `database_away`."""
    with running_database(settings):
        try:
            yield Transparency(settings, renderer(settings.installation.languages[0]))
        except CountsAwayError as error:
            raise Trouble("database_away") from error


@click.group("report", help=marked("What a hotel makes public about looking."))
def report() -> None:
    """Hold the commands below."""


@report.command("transparency", help=marked(
    "Make the files of the public page now; the worker does it every day. A statement that is public stays as it is."
))
@property_option
@click.pass_obj
def transparency(terminal: Terminal, /, *, code: str) -> Exit:
    """Make one hotel's files."""
    hotel = chosen_property(terminal, code)
    settings = checked(terminal)
    with _pages(settings) as pages:
        pages.publish_one(hotel, is_forced=True)
    folder = folder_of(settings, hotel.code)
    terminal.show(
        {"property": hotel.code, "directory": str(folder), "files": sorted(path.name for path in folder.glob("[!.]*"))},
        terminal.words("The public page of %(code)s: %(path)s", code=hotel.code, path=folder),
    )
    return Exit.OK


@report.command("statement", help=marked(
    "Print a quarter's statement as JSON, small numbers hidden. Of a quarter that runs it is a draft: not to be passed "
    "on, because two drafts can be subtracted."
))
@property_option
@click.option("--quarter", type=_QUARTER, help=marked("The quarter, such as 2026-Q3; the running one otherwise."))
@click.pass_obj
def statement(terminal: Terminal, /, *, code: str, quarter: Quarter | None) -> Exit:
    """Print one statement."""
    hotel = chosen_property(terminal, code)
    settings = checked(terminal)
    today = datetime.now(UTC).astimezone(ZoneInfo(hotel.time_zone)).date()
    wanted = quarter or Quarter.of(today)
    with _pages(settings) as pages:
        found = pages.draft(hotel, wanted)
    if found is None:
        raise Trouble("nothing_counted", quarter=wanted.name)
    click.echo(msgspec.json.format(msgspec.json.encode(found), indent=2).decode())
    if wanted.last >= today:
        terminal.say(terminal.words("A draft: the quarter still runs."))
    return Exit.OK
