"""`discretion policy`: whether a policy file would load and stands every check. Its releases: the modules beside."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path
from typing import TYPE_CHECKING

import click

from discretion.faces.cli.exits import Exit
from discretion.faces.cli.policy_approvers import show_approvers
from discretion.faces.cli.policy_checks import diff, replay, run_checks, show_checks, situations_option
from discretion.faces.cli.policy_release import activate, list_releases, propose, show, sign, withdraw
from discretion.faces.cli.policy_signers import keygen, signer
from discretion.faces.cli.trouble import Trouble
from discretion.faces.kit.words import marked
from discretion.office.releases import starting_text

if TYPE_CHECKING:
    from discretion.faces.cli.terminal import Terminal


@click.group(help=marked("The policy: check it, compare it, release it."))
def policy() -> None:
    """Hold the subcommands."""


policy.add_command(diff)
policy.add_command(replay)
policy.add_command(keygen)
policy.add_command(signer)
policy.add_command(propose)
policy.add_command(sign)
policy.add_command(activate)
policy.add_command(withdraw)
policy.add_command(list_releases)
policy.add_command(show)


@policy.command(
    help=marked(
        "Say whether a policy file would load, and what must be mended. Without FILE: the policy of this version. "
    "Exit code 3 if not. With --whole: also every check that a release must stand; it takes about half a minute. With "
    "--approvers: how many people of each property may give each approval today; exit code 3 where they are too few."
    )
)
@click.argument("file", metavar="FILE", type=click.Path(exists=True, dir_okay=False, path_type=Path), required=False)
@click.option("--whole", is_flag=True, help=marked("Try every situation, every rule and every part of a rule."))
@click.option("--approvers", is_flag=True,
              help=marked("Count who may give its approvals, at every property of the settings."))
@situations_option
@click.pass_obj
def check(terminal: Terminal, /, *, file: Path | None, whole: bool, approvers: bool, situations: Path | None) -> Exit:
    """Check one file. The keeper reads it, as it would at its start."""
    if approvers:
        return show_approvers(terminal, file)
    if whole:
        return show_checks(terminal, run_checks(terminal, starting_text(file), situations))
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
    (found,) = lines
    terminal.show(found, terminal.words(
        "The policy loads: %(guards)s guards, %(caps)s caps, %(views)s views. SHA-256 %(hash)s",
        guards=found["guards"], caps=found["caps"], views=found["views"], hash=found["hash"],
    ))
    return Exit.OK
