"""`yuanyou worker`."""

import click


@click.command
def command() -> None:
    """Do the work that is due: notices, payments in doubt, mail, the days of every line."""
    from yuanyou.project import target

    target.enter()
    from yuanyou.loops.main import run

    run()
