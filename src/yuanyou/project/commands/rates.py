"""`yuanyou rates`: about what an amount is elsewhere, from a table that the operator keeps."""

import csv
from decimal import Decimal, InvalidOperation
from pathlib import Path

import click

from yuanyou.project.commands import _options
from yuanyou.project.up.trouble import Trouble


@click.command
@click.argument("table", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@click.option("--source", required=True, help="Whose rates they are, shown beside them.")
@_options.data
def command(data: Path, *, table: Path, source: str) -> None:
    """Take in today's rates from a CSV file with the columns base, into, rate. All of them, or none."""
    from yuanyou.project import target

    target.find(data).django()
    from django.conf import settings
    from django.db import transaction

    from yuanyou.catalog.actions import BadRate, tell_rate
    from yuanyou.kernel.money import UnknownCurrency

    now = settings.CLOCK.now()
    with table.open(newline="", encoding="utf-8-sig") as lines:
        rows = list(csv.DictReader(lines))
    told = 0
    try:
        with transaction.atomic():
            for row in rows:
                tell_rate(
                    base=row["base"], into=row["into"], rate=Decimal(row["rate"]), source=source, at=now
                )
                told += 1
    except (KeyError, InvalidOperation, BadRate, UnknownCurrency) as error:
        raise Trouble(f"{table.name}, line {told + 2}: {error!r}. Nothing was taken in.") from None
    click.echo(f"{told} rates of {source}")
