"""One sandbox a file, as on the first day for each test, and a shop that takes its notices."""

from collections.abc import Iterator

import pytest
import stripe
from paypalserversdk.paypal_serversdk_client import PaypalServersdkClient

from tests.sandbox import paypal_shop
from tests.sandbox.paypal_shop import Wire
from tests.sandbox.shop import Receiver, client
from yuanyou_sandbox.testing import RunningSandbox


@pytest.fixture(scope="module")
def house() -> Iterator[tuple[RunningSandbox, Receiver]]:
    """Started once a file."""
    receiver = Receiver()
    with RunningSandbox(notify_stripe=receiver.url, notify_paypal=receiver.url) as sandbox:
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


@pytest.fixture
def sdk(sandbox: RunningSandbox) -> Iterator[PaypalServersdkClient]:
    """PayPal's official SDK without retries."""
    made = paypal_shop.client(sandbox)
    yield made
    made.config.http_client.session.close()


@pytest.fixture
def wire(sandbox: RunningSandbox) -> Iterator[Wire]:
    """PayPal's interface without a library."""
    made = Wire(sandbox)
    yield made
    made.http.close()
