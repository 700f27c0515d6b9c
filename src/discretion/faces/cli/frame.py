"""The frame around every command: shared options, language, errors in words, exit codes.

The shared options may stand anywhere on the line, before or after the command; they are read first, because even the
answer to a misspelt command is given in the language they name.
"""

from __future__ import annotations

import copy
import errno
import json
import os
import sys
import traceback
from contextlib import suppress
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from typing import TYPE_CHECKING, Final, NoReturn

import click

from discretion.faces.cli import click_words
from discretion.faces.cli.exits import Exit
from discretion.faces.cli.menu import COMMANDS
from discretion.faces.cli.terminal import Terminal, default_data, language_of
from discretion.faces.cli.trouble import SENTENCES, UNKNOWN, Trouble
from discretion.faces.kit.language import matched
from discretion.faces.kit.words import marked
from discretion.starter.errors import StarterError
from discretion.wire.settings import FILE_NAME, SettingsError

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

_FLAGS: Final = {
    "--json": marked("Print one JSON document."),
    "--plain": marked("Print one record a line, values between tabs."),
    "--quiet": marked("Print nothing but the result."),
    "--no-color": marked("Print without colours."),
    "--no-input": marked("Never ask; fail and name the missing option."),
    "--debug": marked("Print the traceback of an error."),
}
_VALUES: Final = {
    "--lang": marked("Speak this language: zh or en. Otherwise DISCRETION_LANG or the locale decides."),
    "--data": marked("The data directory. Otherwise DISCRETION_DATA, or the usual place."),
    "--settings": marked("The settings file, when it is not discretion.toml in the data directory."),
}


class Frame(click.Group):
    """The group of all commands, which speaks the language of the run."""

    def __init__(self) -> None:
        super().__init__(
            "discretion", no_args_is_help=True,
            help=marked("Discretion: nobody looks a hotel guest up without a reason, and the guest can see who did."),
            params=[
                *(click.Option([name], help=text, metavar=name[2:].upper(), expose_value=False)
                  for name, text in _VALUES.items()),
                *(click.Option([name], help=text, is_flag=True, expose_value=False) for name, text in _FLAGS.items()),
                click.Option(
                    ["--version"], help=marked("Print the version."), is_flag=True, is_eager=True, expose_value=False,
                    callback=_print_version,
                ),
            ],
        )
        self.commands = dict.fromkeys(COMMANDS)  # type: ignore[assignment]  # the names, for suggestions

    def list_commands(self, ctx: click.Context) -> list[str]:  # noqa: ARG002 - click's signature
        """Return the names in the order of the menu."""
        return list(COMMANDS)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        """Return a command that speaks the language of the run, None when there is none of this name."""
        bring = COMMANDS.get(cmd_name)
        return None if bring is None else in_words(bring(), ctx.find_root().obj)


def in_words(command: click.Command, terminal: Terminal) -> click.Command:
    """Return a copy of a command, and of all below it, whose help is in the language of the run."""
    spoken = copy.copy(command)
    for name in ("help", "short_help", "epilog"):
        if text := getattr(spoken, name, None):
            setattr(spoken, name, terminal.words(text))
    spoken.params = []
    for param in command.params:
        own = copy.copy(param)
        if text := getattr(own, "help", None):
            own.help = terminal.words(text)
        spoken.params.append(own)
    if isinstance(spoken, click.Group) and not isinstance(spoken, Frame):
        spoken.commands = {name: in_words(below, terminal) for name, below in spoken.commands.items()}
    return spoken


def run(arguments: Sequence[str]) -> int:  # noqa: PLR0911 - one return for each way a command may end
    """Run one command line and return its exit code."""
    for stream in (sys.stdout, sys.stderr):
        with suppress(AttributeError, OSError):
            stream.reconfigure(errors="replace")  # type: ignore[union-attr]  # a terminal that lacks Chinese shows "?"
    terminal = Terminal(language=language_of(os.environ))
    try:
        terminal, rest = read_shared(arguments)
        click_words.speak(terminal.language)
        frame = in_words(Frame(), terminal)
        done = frame.main(rest, prog_name="discretion", standalone_mode=False, obj=terminal)
        return int(done) if isinstance(done, int) else Exit.OK
    except click.UsageError as error:
        return _told_usage(terminal, error)
    except click.ClickException as error:
        return _told(terminal, "click", error.format_message(), error.exit_code)
    except (click.Abort, KeyboardInterrupt):
        return _told_code(terminal, "interrupted", {})
    except (StarterError, SettingsError, Trouble) as error:
        return _told_code(terminal, error.code, error.params, error)
    except BrokenPipeError:
        # Whoever read our result has read enough; nothing may be flushed into the closed pipe at the end either.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return Exit.OK
    except OSError as error:
        if error.errno in {errno.ENOSPC, errno.EDQUOT}:
            return _told_code(terminal, "disk_full", {}, error)
        return _told_code(terminal, "bug", {"kind": type(error).__name__}, error)
    except Exception as error:  # noqa: BLE001 - the last door: whatever it is, it ends in words and a code
        return _told_code(terminal, "bug", {"kind": type(error).__name__}, error)


def main() -> NoReturn:
    """Run this process's command line."""
    sys.exit(run(sys.argv[1:]))


def read_shared(arguments: Sequence[str]) -> tuple[Terminal, list[str]]:
    """Return what the shared options say, and the line without them. After `--` nothing is ours.

    Errors: `click.UsageError` for a language there is not, a value that is missing.
    """
    flags: set[str] = set()
    values: dict[str, str] = {}
    rest: list[str] = []
    waiting = list(arguments)
    while waiting:
        word = waiting.pop(0)
        name, equals, value = word.partition("=")
        if word == "--":
            rest += [word, *waiting]
            break
        if word in _FLAGS or word == "-q":
            flags.add("--quiet" if word == "-q" else word)
        elif name in _VALUES:
            if not equals and not waiting:
                rest.append(word)  # click says what is missing
                break
            values[name] = value if equals else waiting.pop(0)
        else:
            rest.append(word)
    return _terminal(flags, values), rest


def _terminal(flags: set[str], values: dict[str, str]) -> Terminal:
    language = language_of(os.environ)
    if "--lang" in values:
        named = matched(values["--lang"])
        if named is None:
            click_words.speak(language)
            raise click.BadParameter(f"{values['--lang']!r}: zh, en", param_hint="--lang")
        language = named
    is_terminal = sys.stderr.isatty() and os.environ.get("TERM") != "dumb"
    data = Path(values["--data"]) if "--data" in values else default_data()
    settings = Path(values["--settings"]) if "--settings" in values else data / FILE_NAME
    return Terminal(
        language=language,
        form="json" if "--json" in flags else "plain" if "--plain" in flags else "text",
        is_quiet="--quiet" in flags,
        is_colourful=is_terminal and "--no-color" not in flags and not os.environ.get("NO_COLOR"),
        is_debug="--debug" in flags,
        may_ask="--no-input" not in flags and sys.stdin is not None and sys.stdin.isatty() and sys.stderr.isatty(),
        settings_file=settings.absolute(),
    )


def _print_version(context: click.Context, _param: click.Parameter, value: bool) -> None:  # noqa: FBT001 - click's
    if value and not context.resilient_parsing:
        try:
            found = version("discretion")
        except PackageNotFoundError:
            found = "0"
        click.echo(f"discretion {found}")
        context.exit()


def _told_usage(terminal: Terminal, error: click.UsageError) -> int:
    if isinstance(error, click.exceptions.NoArgsIsHelpError):
        click.echo(error.ctx.get_help(), err=True)
        return Exit.USAGE
    if error.ctx is not None and terminal.form == "text":
        click.echo(error.ctx.get_usage(), err=True)
    return _told(terminal, "usage", error.format_message(), Exit.USAGE)


def _told_code(
    terminal: Terminal, code: str, params: Mapping[str, str], error: BaseException | None = None,
) -> int:
    if terminal.is_debug and error is not None:
        traceback.print_exception(error)
    message, status = SENTENCES.get(code, UNKNOWN)
    try:
        text = terminal.words(message) % {"code": code, **params}
    except KeyError:  # told without what its sentence names: the code still says it
        text = terminal.words(UNKNOWN[0], code=code)
    return _told(terminal, code, text, status)


def _told(terminal: Terminal, code: str, text: str, status: int) -> int:
    if terminal.form == "json":
        told = {"error": {"code": code, "message": text, "exit": int(status)}}
        click.echo(json.dumps(told, ensure_ascii=False), err=True)
    else:
        click.echo(f"{text}  [{code}]", err=True)
    return int(status)
