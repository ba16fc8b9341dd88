"""`yuanyou story NAME`."""

import sys
from pathlib import Path

import click

from yuanyou.project.commands import _options


@click.command
@click.argument("name")
@_options.data
@_options.as_json
def command(name: str, data: Path, *, as_json: bool) -> None:
    """Play a story through the public doors of a running system, each step with its time."""
    from yuanyou.project import plays

    sys.exit(plays.play("story", name, data, as_json=as_json))
