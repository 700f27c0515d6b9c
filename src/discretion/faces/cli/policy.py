"""`discretion policy`: whether a policy file would load, and what must be mended in it."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path
from typing import TYPE_CHECKING

import click

from discretion.faces.cli.exits import Exit
from discretion.faces.cli.trouble import Trouble
from discretion.faces.kit.words import marked

if TYPE_CHECKING:
    from discretion.faces.cli.terminal import Terminal


@click.group(help=marked("Check the policy."))
def policy() -> None:
    """Hold the subcommands."""


@policy.command(
    help=marked(
        "Say whether a policy file would load, and what must be mended. Without FILE: the policy of this version. "
    "Exit code 3 if not."
    )
)
@click.argument("file", metavar="FILE", type=click.Path(exists=True, dir_okay=False, path_type=Path), required=False)
@click.pass_obj
def check(terminal: Terminal, /, *, file: Path | None) -> Exit:
    """Check one file. The keeper reads it, as it would at its start."""
    words = [] if file is None else ["--policy", str(file)]
    done = subprocess.run(
        [sys.executable, "-m", "discretion.keeper", "check-policy", *words],
        check=False,
        capture_output=True,
        text=True,
    )
    if done.returncode not in (Exit.OK, Exit.PROBLEM):
        raise Trouble("policy_missing")
    lines = [json.loads(line) for line in done.stdout.splitlines()]
    if done.returncode == Exit.PROBLEM:
        language = "en" if terminal.language == "en" else "zh"
        terminal.show(lines, "\n".join(f"{line['where']}  {line[language]}" for line in lines))
        return Exit.PROBLEM
    (whole,) = lines
    terminal.show(whole, terminal.words(
        "The policy loads: %(guards)s guards, %(caps)s caps, %(views)s views. SHA-256 %(hash)s",
        guards=whole["guards"], caps=whole["caps"], views=whole["views"], hash=whole["hash"],
    ))
    return Exit.OK
