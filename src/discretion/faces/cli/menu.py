"""Every command, in the order of `discretion --help`. A new one is one function here that brings its module in.

Modules are brought in only when their command is used, so that each command starts fast.
"""
# ruff: noqa: PLC0415 - that is what this module is for

from __future__ import annotations

from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    import click


def _demo() -> click.Command:
    from discretion.faces.cli.demo import demo

    return demo


def _property() -> click.Command:
    from discretion.faces.cli.property import property_

    return property_


def _openapi() -> click.Command:
    from discretion.faces.cli.openapi import openapi

    return openapi


def _policy() -> click.Command:
    from discretion.faces.cli.policy import policy

    return policy


def _ledger() -> click.Command:
    from discretion.faces.cli.ledger import ledger

    return ledger


def _init() -> click.Command:
    from discretion.faces.cli.init import init

    return init


def _serve() -> click.Command:
    from discretion.faces.cli.serve import serve

    return serve


def _keeper() -> click.Command:
    from discretion.faces.cli.serve import keeper

    return keeper


def _house() -> click.Command:
    from discretion.faces.cli.serve import house

    return house


def _worker() -> click.Command:
    from discretion.faces.cli.serve import worker

    return worker


def _doctor() -> click.Command:
    from discretion.faces.cli.doctor import doctor

    return doctor


def _status() -> click.Command:
    from discretion.faces.cli.status import status

    return status


def _staff() -> click.Command:
    from discretion.faces.cli.staff import staff

    return staff


def _roster() -> click.Command:
    from discretion.faces.cli.roster import roster

    return roster


def _training() -> click.Command:
    from discretion.faces.cli.training import training

    return training


def _door() -> click.Command:
    from discretion.faces.cli.door import door

    return door


def _presence() -> click.Command:
    from discretion.faces.cli.presence import presence

    return presence


def _erase() -> click.Command:
    from discretion.faces.cli.erase import erase

    return erase


def _lock() -> click.Command:
    from discretion.faces.cli.lock import lock

    return lock


def _retention() -> click.Command:
    from discretion.faces.cli.retention import retention

    return retention


def _import() -> click.Command:
    from discretion.faces.cli.import_ import import_

    return import_


def _backup() -> click.Command:
    from discretion.faces.cli.backup import backup

    return backup


def _i18n() -> click.Command:
    from discretion.faces.cli.i18n import i18n

    return i18n


def _completion() -> click.Command:
    from discretion.faces.cli.completion import completion

    return completion


def _report() -> click.Command:
    from discretion.faces.cli.report import report

    return report


COMMANDS: Final[Mapping[str, Callable[[], click.Command]]] = {
    "demo": _demo,
    "init": _init,
    "serve": _serve,
    "keeper": _keeper,
    "house": _house,
    "worker": _worker,
    "doctor": _doctor,
    "status": _status,
    "property": _property,
    "staff": _staff,
    "roster": _roster,
    "training": _training,
    "presence": _presence,
    "door": _door,
    "erase": _erase,
    "lock": _lock,
    "import": _import,
    "retention": _retention,
    "ledger": _ledger,
    "policy": _policy,
    "backup": _backup,
    "report": _report,
    "openapi": _openapi,
    "i18n": _i18n,
    "completion": _completion,
}
