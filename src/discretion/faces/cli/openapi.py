"""`discretion openapi`: the contract of the JSON API, as one document."""

from __future__ import annotations

import json

import click

from discretion.faces.cli.exits import Exit
from discretion.faces.kit.words import marked


@click.command(help=marked("Print the OpenAPI document of the JSON API."))
def openapi() -> Exit:
    """Print the document that a running house serves at /api/v1/openapi.json."""
    from discretion.faces.house import openapi_document  # noqa: PLC0415 - the web server comes with this command alone

    click.echo(json.dumps(openapi_document(), ensure_ascii=False, indent=2))
    return Exit.OK
