"""How one run of the command line speaks: language, form of the result, colour, whether anybody can answer.

Rules:
* Standard output carries the result and nothing else; messages, progress and questions go to standard error.
* `--json` prints one document, `--plain` one record a line with tabs; both are the same in every language.
* Questions only on a terminal; with `--no-input` the missing flag is named instead.
"""

from __future__ import annotations

import json
import os
import sys
from collections.abc import Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final, Literal

import click

from discretion.faces.cli.trouble import Trouble
from discretion.faces.kit.language import matched
from discretion.faces.kit.words import marked, translator
from discretion.wire.settings import FILE_NAME, Settings, load

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

    from rich.console import Console

Form = Literal["text", "json", "plain"]
# The titles of tables, by the key that `--json` has for the same value.
TITLES: Final = {
    "active": marked("Active"),
    "again": marked("Restarts"),
    "code": marked("Code"),
    "completed": marked("Completed"),
    "course": marked("Course"),
    "by": marked("By"),
    "duty": marked("Duty"),
    "ended": marked("Ended early"),
    "ends": marked("Until"),
    "from": marked("From"),
    "how": marked("How"),
    "id": marked("Id"),
    "key": marked("Key"),
    "kind": marked("Kind"),
    "lock_id": marked("Lock"),
    "locked": marked("Locked"),
    "name": marked("Name"),
    "name_en": marked("English name"),
    "name_zh": marked("Chinese name"),
    "number": marked("Number"),
    "on_shift": marked("On shift"),
    "pid": marked("Process"),
    "presence": marked("Presence"),
    "months": marked("Months"),
    "present": marked("Present"),
    "reason": marked("Reason"),
    "required": marked("Needed"),
    "role": marked("Role"),
    "roles": marked("Roles"),
    "shift_id": marked("Shift"),
    "since": marked("Since"),
    "starts": marked("From"),
    "state": marked("State"),
    "target": marked("Which"),
    "tests": marked("Tests"),
    "time_zone": marked("Time zone"),
    "trained_until": marked("Trained until"),
    "witness": marked("Witness"),
    "cosigned": marked("Cosigned"),
    "behind": marked("Behind"),
    "at": marked("When"),
    "nr": marked("No."),
    "entry": marked("Entry"),
    "who": marked("Who"),
    "what": marked("What"),
    "purpose": marked("Purpose"),
    "shown": marked("Shown"),
    "decision": marked("Decision"),
    "until": marked("Until"),
    "valid_until": marked("Valid until"),
    "version": marked("Version"),
    "address": marked("Address"),
    "by_name": marked("By"),
    "by_number": marked("By (number)"),
    "doors": marked("Doors"),
    "events": marked("Events in 24 h"),
    "format": marked("Format"),
    "last": marked("Last report"),
    "unknown_badges": marked("Unknown badges"),
    "rule": marked("Rule"),
    "groups": marked("Parts of the record"),
    "whom": marked("Of whom"),
    "stays": marked("Stays"),
    "counts_from": marked("Counts from"),
    "keep": marked("Keep until"),
    "gone": marked("Gone by"),
    "source": marked("Source"),
    "certain": marked("Certain"),
    "note": marked("Note"),
    "second": marked("Seconded by"),
    "file": marked("File"),
    "part": marked("Part"),
    "rows": marked("Rows"),
    "size": marked("Size"),
}
ENVIRONMENT_LANGUAGE = "DISCRETION_LANG"
ENVIRONMENT_DATA = "DISCRETION_DATA"


@dataclass(frozen=True, slots=True, kw_only=True)
class Terminal:
    """What the shared options and the environment say; every command gets one."""

    language: str = "zh_Hans"
    form: Form = "text"
    is_quiet: bool = False
    is_colourful: bool = False
    is_debug: bool = False
    may_ask: bool = False
    settings_file: Path = field(default_factory=lambda: default_data() / FILE_NAME)

    @property
    def data(self) -> Path:
        """The data directory: that of the settings file."""
        return self.settings_file.parent

    def words(self, message: str, **values: object) -> str:
        """Return `message` in the language of this run, with `values` put in by name."""
        text = translator(self.language, "cli").gettext(message)
        return text % values if values else text

    def count(self, one: str, many: str, number: int, **values: object) -> str:
        """Return the form of a message that fits `number`."""
        text = translator(self.language, "cli").ngettext(one, many, number)
        return text % {"number": number, **values}

    def settings(self) -> Settings:
        """Return the settings of the data directory. Errors: `SettingsError`."""
        return load(self.settings_file)

    def say(self, text: str) -> None:
        """Tell the person at the terminal something; `--quiet` leaves it out."""
        if not self.is_quiet:
            click.echo(text, err=True)

    def show(self, document: Mapping[str, Any] | Sequence[Mapping[str, Any]], text: str | None = None) -> None:
        """Print the result.

        Shapes: `document` is what `--json` prints, a list as `{"items": […], "next": null}`; `--plain` prints one
        record a line, its values between tabs; `text` is for people, a table when it is None.
        """
        records = [document] if isinstance(document, Mapping) else list(document)
        if self.form == "json":
            whole = document if isinstance(document, Mapping) else {"items": records, "next": None}
            click.echo(json.dumps(whole, ensure_ascii=False, indent=2 if self.is_colourful else None, default=str))
        elif self.form == "plain":
            for item in records:
                click.echo("\t".join(_flat(value) for value in item.values()))
        elif text is not None:
            click.echo(text)
        else:
            self.table(records)

    def table(self, items: Sequence[Mapping[str, Any]]) -> None:
        """Print records as a table, with titles in the language of this run."""
        from rich.table import Table  # noqa: PLC0415 - most runs print no table, and rich takes its time

        if not items:
            return
        shown = Table(box=None, pad_edge=False)
        for key in items[0]:
            shown.add_column(self.words(TITLES[key]), overflow="fold")
        yes_no = {"yes": self.words(marked("yes")), "no": self.words(marked("no"))}
        for item in items:
            shown.add_row(*(
                yes_no[_flat(value)] if isinstance(value, bool) else _flat(value) for value in item.values()
            ))
        self.console(is_error=False).print(shown)

    def console(self, *, is_error: bool = True) -> Console:
        """Return where rich writes: standard error, or the result's."""
        from rich.console import Console  # noqa: PLC0415 - as above

        return Console(
            stderr=is_error, no_color=not self.is_colourful, force_terminal=None if self.is_colourful else False,
            highlight=False, quiet=is_error and self.is_quiet, markup=False, emoji=False,
        )

    @contextmanager
    def progress(self, label: str, total: int | None = None) -> Iterator[Callable[[int], None]]:
        """Give a function that hears how much is done so far; a bar on a terminal, one line at the end elsewhere."""
        if self.is_quiet or not (self.is_colourful and sys.stderr.isatty()):
            done = 0

            def remember(so_far: int) -> None:
                nonlocal done
                done = so_far

            yield remember
            self.say(f"{label}  {done:,}" + (f"/{total:,}" if total is not None else ""))
            return
        from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn  # noqa: PLC0415

        with Progress(
            TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TimeElapsedColumn(),
            console=self.console(),
        ) as bar:
            task = bar.add_task(label, total=total)
            yield lambda so_far: bar.update(task, completed=so_far)

    def ask(self, question: str, flag: str, *, default: str = "") -> str:
        """Return what the person types; `default` for nothing.

        Errors: `Trouble` `input_needed`, naming `flag`, when nobody can answer.
        """
        if not self.may_ask:
            raise Trouble("input_needed", flag=flag)
        answer: str = click.prompt(question, default=default or None, err=True)
        return answer.strip()

    def confirm(self, question: str, flag: str = "--yes") -> bool:
        """Return whether the person agrees. Errors: as `ask`."""
        if not self.may_ask:
            raise Trouble("input_needed", flag=flag)
        return click.confirm(question, err=True)


def default_data() -> Path:
    """Return the data directory when nobody names one: the system's for root, otherwise the person's own."""
    if named := os.environ.get(ENVIRONMENT_DATA):
        return Path(named)
    if os.geteuid() == 0:
        return Path("/var/lib/discretion")
    home = os.environ.get("XDG_DATA_HOME") or "~/.local/share"
    return Path(home).expanduser() / "discretion"


def language_of(environment: Mapping[str, str]) -> str:
    """Return the language to speak: ours, or the locale's; Chinese when neither says anything."""
    for name in (ENVIRONMENT_LANGUAGE, "LANGUAGE", "LC_ALL", "LC_MESSAGES", "LANG"):
        value = environment.get(name, "").partition(":")[0].partition(".")[0]
        if value and value not in {"C", "POSIX"}:
            return matched(value) or "en"
    return "zh_Hans"


def _flat(value: object) -> str:
    if value is None:
        return ""
    if isinstance(value, bool):
        return "yes" if value else "no"
    return str(value).replace("\t", " ").replace("\n", " ")
