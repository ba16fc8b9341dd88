"""The way to PayPal: the official SDK with a deadline, one more try, and a token that may end early."""

import json
import threading
from collections.abc import Callable
from typing import Any

import requests
from paypalserversdk.configuration import Configuration, Environment, Server
from paypalserversdk.exceptions.api_exception import ApiException
from paypalserversdk.exceptions.o_auth_provider_exception import OAuthProviderException
from paypalserversdk.http.auth.o_auth_2 import ClientCredentialsAuthCredentials
from paypalserversdk.paypal_serversdk_client import PaypalServersdkClient

from yuanyou.payments.port import Misconfigured
from yuanyou.providers.patience import deadline, seconds_left
from yuanyou.providers.paypal.errors import BROKEN, understood

LIVE = "https://api-m.paypal.com"
CONNECT_SECONDS = 2.0
TOKEN_SKEW_SECONDS = 60
UNAUTHORIZED = 401
REPEATABLE = ("GET", "PUT", "PATCH", "DELETE")
TOKEN_PATH, KEY = "/v1/oauth2/token", "PayPal-Request-Id"


class Session(requests.Session):
    """Keeps the deadline, and tries once more what failed at once and can be repeated.

    The SDK itself would wait as long as `Retry-After` says.
    """

    def request(self, method: str, url: str, **options: Any) -> requests.Response:  # type: ignore[override]
        headers = options.get("headers") or {}
        repeatable = method in REPEATABLE or KEY in headers or url.endswith(TOKEN_PATH)
        options["allow_redirects"] = False
        try:
            answer = super().request(method, url, **options | {"timeout": _left()})
        except (requests.ConnectionError, requests.exceptions.ChunkedEncodingError):
            if not repeatable:
                raise
        else:
            if not repeatable or answer.status_code < BROKEN:
                return answer
        return super().request(method, url, **options | {"timeout": _left()})


def _left() -> tuple[float, float]:
    """What remains of the budget: to connect, to answer. Timeout when nothing does."""
    left = seconds_left()
    if left <= 0:
        raise requests.Timeout("no time is left")
    return min(CONNECT_SECONDS, left), left


class Api:
    """One PayPal account's interface. `base` None is PayPal itself."""

    def __init__(self, *, client_id: str, client_secret: str, base: str | None) -> None:
        self._keys = (client_id, client_secret)
        self._base = base or LIVE
        self._session = Session()
        self._lock = threading.Lock()
        self._sdk = self._connect()

    def ask(self, act: Callable[[PaypalServersdkClient], Any]) -> dict[str, Any]:
        """What PayPal answers to one act of the SDK, as plain JSON; {} for an empty answer.

        Raises Problem, Unknown, Misconfigured; what the network or the SDK raise is for `translated`.
        """
        sdk = self._sdk
        with deadline():
            try:
                return self._answer(act, sdk)
            except OAuthProviderException as error:
                raise understood(error) from error
            except ApiException as error:
                if error.response_code != UNAUTHORIZED:
                    raise understood(error) from error
            return self._with_new_token(act, sdk)

    def prove_keys(self) -> None:
        """Fetch a token. Raises what `ask` raises."""
        with deadline():
            try:
                self._connect().oauth_2.fetch_token()
            except ApiException as error:
                raise understood(error) from error

    def _with_new_token(self, act: Callable[[PaypalServersdkClient], Any], old: Any) -> dict[str, Any]:
        """A token may end before its time. 401 means that nothing was done: it is safe to ask again."""
        with self._lock:
            if self._sdk is old:
                self._sdk = self._connect()
        try:
            return self._answer(act, self._sdk)
        except ApiException as error:
            if error.response_code == UNAUTHORIZED:
                raise Misconfigured("paypal_keys", "a fresh token is not accepted") from error
            raise understood(error) from error

    @staticmethod
    def _answer(act: Callable[[PaypalServersdkClient], Any], sdk: PaypalServersdkClient) -> dict[str, Any]:
        text = act(sdk).text
        answer = json.loads(text) if text else {}
        if not isinstance(answer, dict):
            raise TypeError(f"not an object: {text[:100]}")
        return answer

    def _connect(self) -> PaypalServersdkClient:
        """A client with no token yet. Its base address is a table of the class: this one has its own."""
        client_id, secret = self._keys
        config = Configuration(
            http_client_instance=self._session,
            environment=Environment.PRODUCTION,
            client_credentials_auth_credentials=ClientCredentialsAuthCredentials(
                o_auth_client_id=client_id,
                o_auth_client_secret=secret,
                o_auth_clock_skew=TOKEN_SKEW_SECONDS,
                # The SDK's own way hides why there is no token: wrong keys look like an outage.
                o_auth_token_provider=lambda _last, auth: auth.fetch_token(),
            ),
        )
        config.environments = {Environment.PRODUCTION: {Server.DEFAULT: self._base}}
        return PaypalServersdkClient(config=config)
