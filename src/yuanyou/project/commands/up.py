"""`yuanyou up`."""

from pathlib import Path

import click

from yuanyou.project.commands import _options


@click.command
@_options.data
@click.option("--port", default=8000, show_default=True, help="The site's port; the next two are used too.")
def command(data: Path, port: int) -> None:
    """Start the demo: database, web, worker and simulated companies. Ctrl-C stops them."""
    from yuanyou.project.up.start import up

    up(data, port)
