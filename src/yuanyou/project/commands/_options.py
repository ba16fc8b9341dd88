"""Options that several commands share."""

from pathlib import Path

import click

data = click.option(
    "--data",
    type=click.Path(path_type=Path, file_okay=False),
    envvar="YUANYOU_DATA",
    default=Path(".data"),
    show_default=True,
    help="The data folder.",
)
as_json = click.option("--json", "as_json", is_flag=True, help="Print one JSON object on standard output.")
