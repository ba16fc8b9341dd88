"""`yuanyou sandbox`."""

import os
import sys

import click

from yuanyou.project.config import Config
from yuanyou.project.up.trouble import Trouble


@click.command(context_settings={"ignore_unknown_options": True})
@click.argument("arguments", nargs=-1, type=click.UNPROCESSED)
def command(arguments: tuple[str, ...]) -> None:
    """Run the simulated outside companies alone, on loopback (options as `python -m yuanyou_sandbox`)."""
    if Config.from_env(os.environ).env == "production":
        raise Trouble("The sandbox takes no real money: it does not run in production.")
    os.execv(sys.executable, [sys.executable, "-m", "yuanyou_sandbox", *arguments])  # noqa: S606
