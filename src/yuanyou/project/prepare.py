"""What a database needs before anybody comes: schemas, migrations, and the demo's operator."""

import secrets

from django.conf import settings
from django.core.management import call_command
from django.db import transaction

from yuanyou.flows import acts
from yuanyou.identity import actions as identity
from yuanyou.identity.models import Account
from yuanyou.identity.rules import Role
from yuanyou.lines import actions as lines
from yuanyou.project.config import Config
from yuanyou.project.demo import catalog
from yuanyou.project.migrate import migrate
from yuanyou.project.up.table import SignIn

OPS = "ops@yuanyou.example"
AREA_CODES = (
    201, 202, 206, 212, 213, 214, 215, 216, 224, 301,
    303, 305, 310, 312, 313, 314, 323, 347, 404, 408,
    412, 415, 425, 469, 503, 510, 512, 602, 612, 615,
    617, 619, 626, 630, 646, 650, 702, 703, 704, 713,
    718, 720, 732, 773, 808, 818, 857, 858, 917, 929,
)  # fmt: skip
"""Fifty: a hundred fictitious numbers in each."""


def prepare(config: Config) -> list[SignIn]:
    """Bring everything up to date; safe to repeat. The demo's sign-ins, passwords only when just made."""
    migrate(config.cells)
    call_command("collectstatic", verbosity=0, interactive=False)
    if config.env != "demo":
        return []
    catalog.load(now=settings.CLOCK.now())
    lines.stock_numbers(
        # 555-01xx is kept for fiction, in every area code (ATIS).
        f"+1{area}55501{last:02d}"
        for area in AREA_CODES
        for last in range(100)
    )
    return [SignIn("Console", f"{config.site_url}/console/", OPS, _make_ops())]


def _make_ops() -> str | None:
    """The demo's administrator; None when there is one already."""
    if Account.objects.filter(email=OPS).exists():
        return None
    password = secrets.token_urlsafe(12)
    with transaction.atomic():
        ops = identity.create_staff(OPS, name="Ops", role=Role.ADMIN, password=password)
        acts.record(
            actor_id=None,
            verb="staff_added",
            subject=f"staff:{ops.pk}",
            reason="",
            facts={"role": Role.ADMIN},
            now=settings.CLOCK.now(),
        )
    return password
