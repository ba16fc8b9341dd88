"""What the libraries bring with them, checked once: names that collide, defaults that do nothing."""

from importlib.metadata import packages_distributions
from pathlib import Path

import stripe

import tests
from yuanyou.providers.stripe.client import connect


def test_one_library_alone_is_called_alipay() -> None:
    assert packages_distributions()["alipay"] == ["python-alipay-sdk"]


def test_our_tests_are_ours_and_not_those_that_a_library_brings() -> None:
    assert Path(tests.__file__ or "").parent == Path(__file__).parents[1]


def test_stripe_tries_again_because_we_say_so() -> None:
    """The SDK itself tries once, whatever its module's default says."""
    assert retries(stripe.StripeClient("sk_test_1")) == 0
    assert retries(connect(secret_key="sk_test_1", base=None)) > 0


def retries(client: stripe.StripeClient) -> int:
    return client._requestor._options.max_network_retries or 0
