"""`yuanyou doctor`."""

import sys
from pathlib import Path

import click

from yuanyou.project.commands import _options


@click.command
@_options.data
@_options.as_json
def command(data: Path, *, as_json: bool) -> None:
    """Add up the books again and check every law that data can break: one line per breach."""
    from yuanyou.project import checks

    sys.exit(checks.check_all(data, as_json=as_json))
