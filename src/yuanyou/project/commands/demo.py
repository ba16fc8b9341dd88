"""`yuanyou demo`."""

import re
from datetime import timedelta
from pathlib import Path

import click

from yuanyou.project.commands import _options
from yuanyou.project.up.trouble import Trouble

_SPAN = re.compile(r"(?P<number>\d{1,6})(?P<unit>[smhd])")
_UNITS = {"s": "seconds", "m": "minutes", "h": "hours", "d": "days"}


@click.command
@click.argument("span", required=False)
@_options.data
def command(span: str | None, data: Path) -> None:
    """Show the demo's clock, move it on by SPAN (30m, 5h, 3d), or set it right again (`now`)."""
    from yuanyou.kernel.clock import Clock
    from yuanyou.project import target

    config = target.find(data).config()
    clock = Clock(config.clock_file)
    if span is not None:
        clock.travel(timedelta(0) if span == "now" else clock.offset() + _parsed(span))
    click.echo(f"{clock.now():%Y-%m-%d %H:%M:%S} UTC, {clock.offset()} ahead of real time")


def _parsed(span: str) -> timedelta:
    match = _SPAN.fullmatch(span)
    if match is None:
        raise Trouble(f"{span!r} is not a span of time: write 30m, 5h, 3d, or now.")
    return timedelta(**{_UNITS[match["unit"]]: int(match["number"])})
