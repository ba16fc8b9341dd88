"""What a database needs before anybody comes: schemas, migrations, and the demo's operator."""

import secrets

from django.conf import settings
from django.core.management import call_command

from yuanyou.identity import actions as identity
from yuanyou.identity.models import Account
from yuanyou.identity.rules import Role
from yuanyou.lines import actions as lines
from yuanyou.project.config import Config
from yuanyou.project.demo import catalog
from yuanyou.project.migrate import migrate
from yuanyou.project.up.table import SignIn

OPS = "ops@yuanyou.example"
AREA_CODES = (212, 213, 206, 305, 312, 347, 415, 510, 617, 626, 646, 702, 718, 808, 857, 917, 929)


def prepare(config: Config) -> list[SignIn]:
    """Bring everything up to date; safe to repeat. The demo's sign-ins, passwords only when just made."""
    migrate(config.cells)
    call_command("collectstatic", verbosity=0, interactive=False)
    if config.env != "demo":
        return []
    catalog.load(now=settings.CLOCK.now())
    lines.stock_numbers(
        # 555-01xx is kept for fiction, in every area code (ATIS).
        f"+1{area}{exchange}01{last:02d}"
        for area in AREA_CODES
        for exchange in (555,)
        for last in range(100)
    )
    return [SignIn("Console", f"{config.site_url}/console/", OPS, _make_ops())]


def _make_ops() -> str | None:
    """The demo's administrator; None when there is one already."""
    if Account.objects.filter(email=OPS).exists():
        return None
    password = secrets.token_urlsafe(12)
    identity.create_staff(OPS, name="Ops", role=Role.ADMIN, password=password)
    return password
