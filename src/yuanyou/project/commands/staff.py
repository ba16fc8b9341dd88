"""`yuanyou staff`: the first member of staff, and the way back in when there is no administrator to ask."""

import secrets
from pathlib import Path

import click

from yuanyou.project.commands import _options
from yuanyou.project.up.trouble import Trouble

REASON = click.option("--reason", default="", help="Why, for the audit log.")
ROLES = ("viewer", "support", "finance", "admin")


@click.group
def command() -> None:
    """Add a member of staff, or reset how one signs in. Passwords are printed once."""


@command.command
@click.argument("email")
@click.option("--name", required=True, help="What colleagues see.")
@click.option("--role", type=click.Choice(ROLES), default="admin", show_default=True)
@REASON
@_options.data
def add(data: Path, *, email: str, name: str, role: str, reason: str) -> None:
    """Somebody new for the console, who sets up an authenticator at the first sign-in."""
    password = _open(data)
    from django.db import transaction

    from yuanyou.identity import actions
    from yuanyou.identity.rules import BadEmail, Role

    try:
        with transaction.atomic():
            staff = actions.create_staff(email, name=name, role=Role(role), password=password)
            _record("staff_added", staff.pk, reason, role=role)
    except BadEmail:
        raise Trouble(f"{email} is not an e-mail address.") from None
    except actions.EmailTaken:
        raise Trouble(f"Somebody signs in with {email} already; `yuanyou staff reset` changes how.") from None
    click.echo(f"{email} signs in with the password {password}")


@command.command
@click.argument("email")
@REASON
@_options.data
def reset(data: Path, *, email: str, reason: str) -> None:
    """A new password and no authenticator; every open session ends."""
    password = _open(data)
    from django.db import transaction

    from yuanyou.identity import actions

    try:
        with transaction.atomic():
            staff = actions.reset_staff(email, password=password)
            _record("staff_reset", staff.pk, reason)
    except actions.NoSuchStaff:
        raise Trouble(f"No member of staff signs in with {email}.") from None
    click.echo(f"{email} signs in with the password {password}, then sets up an authenticator")


def _record(verb: str, staff_id: int, reason: str, **facts: str) -> None:
    """The command line is nobody in the directory: whoever can run it can also write to the database."""
    from django.conf import settings

    from yuanyou.flows import acts

    acts.record(
        actor_id=None,
        verb=verb,
        subject=f"staff:{staff_id}",
        reason=reason,
        facts=facts,
        now=settings.CLOCK.now(),
    )


def _open(data: Path) -> str:
    """Enter the system; a password for whoever the command is about."""
    from yuanyou.project import target

    target.find(data).django()
    return secrets.token_urlsafe(15)
