"""A company with wallets for the tests of how one pays, and a line of Mei's to renew."""

from collections.abc import Iterator
from datetime import timedelta

import pytest
from django.conf import settings

from tests.houses import give_line
from tests.people import People
from tests.web.console.company import limit
from tests.web.customer.wallets import Wallets
from yuanyou import wiring
from yuanyou.web.shared import methods
from yuanyou.web.site import ways


@pytest.fixture
def wallets(monkeypatch: pytest.MonkeyPatch) -> Iterator[Wallets]:
    it, before = Wallets(), settings.CONFIG
    for module in (ways, methods, wiring):
        monkeypatch.setattr(module, "payment_providers", lambda: {it.name: it})
    limit(100_000)
    yield it
    settings.CONFIG = before


@pytest.fixture
def line(wallets: Wallets, people: People) -> int:
    """Renewable, and bought days ago."""
    return give_line(people.mei, now=settings.CLOCK.now() - timedelta(days=3))
