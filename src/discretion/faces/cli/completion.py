"""`discretion completion`: prints what makes a shell complete our commands."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click
from click.shell_completion import get_completion_class

from discretion.faces.cli.exits import Exit
from discretion.faces.kit.words import marked

if TYPE_CHECKING:
    from discretion.faces.cli.terminal import Terminal

_VARIABLE = "_DISCRETION_COMPLETE"


@click.command(help=marked("Print the completion for a shell, to be read at its start."))
@click.argument("shell", type=click.Choice(["bash", "zsh", "fish"]))
@click.pass_context
def completion(context: click.Context, /, *, shell: str) -> Exit:
    """Print the shell's part."""
    kind = get_completion_class(shell)
    if kind is None:
        raise RuntimeError(f"click knows no shell {shell}")
    terminal: Terminal = context.obj
    click.echo(kind(context.find_root().command, {}, "discretion", _VARIABLE).source())
    example = f'eval "$(discretion completion {shell})"'
    terminal.say(terminal.words("Read it at the shell's start, for example: %(example)s", example=example))
    return Exit.OK
