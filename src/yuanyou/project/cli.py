"""The `yuanyou` command. A command's module is loaded when it is called, so that `--help` is instant.

Exit status: 0 done; 1 the answer is no (a story's step was not as told, a law is broken); 2 it could
not be tried, and one sentence says why.
"""

import os
import sys
from importlib import import_module

import click

from yuanyou.project.environ import Unsafe
from yuanyou.project.up.trouble import Trouble

COMMANDS = ("up", "web", "worker", "sandbox", "migrate", "story", "bench", "doctor", "demo", "staff", "rates")
"""Each is a module of `yuanyou.project.commands` with a `command`."""


class _Lazy(click.Group):
    def list_commands(self, ctx: click.Context) -> list[str]:
        del ctx
        return list(COMMANDS)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        del ctx
        if cmd_name not in COMMANDS:
            return None
        command: click.Command = import_module(f"yuanyou.project.commands.{cmd_name}").command
        return command


@click.group(cls=_Lazy, context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(package_name="yuanyou")
def cli() -> None:
    """Yuanyou: everything a small operator needs to run a prepaid travel-SIM business."""


def main() -> None:
    """Entry point: what stops a command is said in one sentence, without a stack trace."""
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "yuanyou.project.settings")
    try:
        cli.main(prog_name="yuanyou")
    except (Trouble, Unsafe) as stop:
        click.echo(f"yuanyou: {stop}", err=True)
        sys.exit(2)


if __name__ == "__main__":
    main()
