"""`yuanyou migrate`."""

import json
from pathlib import Path

import click


@click.command
@click.option(
    "--result",
    type=click.Path(path_type=Path, dir_okay=False),
    help="Write the sign-ins that were made to this file as JSON, instead of printing them.",
)
def command(result: Path | None) -> None:
    """Bring the database up to date, and in the demo load its operator."""
    from yuanyou.project import target

    target.enter()
    from django.conf import settings

    from yuanyou.project import prepare

    rows = prepare.prepare(settings.CONFIG)
    if result:
        result.write_text(json.dumps([list(row) for row in rows]), "utf-8")
        return
    for label, url, username, password in rows:
        click.echo(
            f"{label}: {url} as {username}, {f'password {password}' if password else 'password as before'}"
        )
