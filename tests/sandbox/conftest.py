"""One sandbox a file, as on the first day for each test, and a shop that takes its notices."""

from collections.abc import Iterator

import pytest
import stripe

from tests.sandbox.shop import Receiver, client
from yuanyou_sandbox.testing import RunningSandbox


@pytest.fixture(scope="module")
def house() -> Iterator[tuple[RunningSandbox, Receiver]]:
    """Started once a file."""
    receiver = Receiver()
    with RunningSandbox(notify_stripe=receiver.url) as sandbox:
        yield sandbox, receiver
    receiver.close()


@pytest.fixture
def sandbox(house: tuple[RunningSandbox, Receiver]) -> RunningSandbox:
    """Empty."""
    house[0].control("reset")
    house[1].forget()
    return house[0]


@pytest.fixture
def shop(sandbox: RunningSandbox, house: tuple[RunningSandbox, Receiver]) -> Receiver:
    """Where notices arrive."""
    return house[1]


@pytest.fixture
def api(sandbox: RunningSandbox) -> stripe.StripeClient:
    """The official SDK without retries."""
    return client(sandbox)
