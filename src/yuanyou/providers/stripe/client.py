"""The way to Stripe: the official SDK with a deadline and one more try.

The SDK retries a timeout, a 5xx and a conflict with the same key, and never looks at the clock.
"""

from typing import Any, cast

import requests
import stripe
from requests.adapters import HTTPAdapter

from yuanyou.providers.patience import seconds_left

CONNECT_SECONDS, ANSWER_SECONDS = 2.0, 3.2
"""Of one try: what hangs leaves time for a second one."""
RETRIES = 1
CONNECTIONS = 32
"""Kept open; more are made, and closed, when more are needed."""


class Session(requests.Session):
    """Gives each request what is left of the time. All threads share its connections."""

    def __init__(self) -> None:
        super().__init__()
        self.mount("https://", HTTPAdapter(pool_maxsize=CONNECTIONS))
        self.mount("http://", HTTPAdapter(pool_maxsize=CONNECTIONS))

    def request(self, method: str, url: str, **options: Any) -> requests.Response:  # type: ignore[override]
        left = seconds_left()
        if left <= 0:
            raise requests.Timeout("no time is left")
        options["timeout"] = (min(CONNECT_SECONDS, left), min(ANSWER_SECONDS, left))
        options["allow_redirects"] = False
        return super().request(method, url, **options)


def connect(*, secret_key: str, base: str | None) -> stripe.StripeClient:
    """A client of one account. `base` None is Stripe itself."""
    return stripe.StripeClient(
        secret_key,
        base_addresses=cast(Any, {"api": base} if base else {}),
        max_network_retries=RETRIES,
        http_client=stripe.RequestsClient(session=cast(Any, Session())),
    )
