"""A provider that does what a test says, somebody's line, and limits as they were."""

from collections.abc import Iterator
from datetime import timedelta

import pytest
from django.conf import settings

from tests.houses import give_line
from tests.people import People
from tests.web.console.company import Company
from yuanyou import wiring


@pytest.fixture
def company(monkeypatch: pytest.MonkeyPatch) -> Iterator[Company]:
    """One provider, as the test wants it; settings that the test changes are put back."""
    it, before = Company(), settings.CONFIG
    monkeypatch.setattr(wiring, "payment_providers", lambda: {it.name: it})
    yield it
    settings.CONFIG = before


@pytest.fixture
def line_id(people: People) -> int:
    """Mei's line, three days old."""
    return give_line(people.mei, now=settings.CLOCK.now() - timedelta(days=3))
