"""OAuth 2: client id and secret for a bearer token that ends on the companies' clock.

Source: developer.paypal.com/api/rest/authentication. A token says when it ends and is signed, so it
outlives a restart without being kept.
"""

import base64
import binascii
import hashlib
import hmac
import secrets
from typing import Any
from urllib.parse import parse_qsl

from yuanyou_sandbox.paypal.account import COMPANY, Account
from yuanyou_sandbox.paypal.errors import ApiError

LIVES_SECONDS = 32_400
PREFIX = "A21AA"
SALT = "token_salt"
SCOPE = (
    "https://uri.paypal.com/services/payments/payment https://uri.paypal.com/services/reporting/search/read"
)


class OAuthRefusal(Exception):
    """An error in OAuth's own shape."""

    def __init__(self, status: int, error: str, description: str) -> None:
        super().__init__(description)
        self.status = status
        self.body = {"error": error, "error_description": description}


class Tokens:
    """The credentials of one app."""

    def __init__(self, account: Account, client_id: str, client_secret: str) -> None:
        self._account, self._store = account, account.world.store
        self._client_id, self._client_secret = client_id, client_secret

    def grant(self, authorization: str, body: bytes) -> dict[str, Any]:
        """The answer of POST /v1/oauth2/token. OAuthRefusal."""
        if not self._are_ours(authorization):
            raise OAuthRefusal(401, "invalid_client", "Client Authentication failed")
        form = dict(parse_qsl(body.decode(errors="replace")))
        if form.get("grant_type") != "client_credentials":
            raise OAuthRefusal(400, "unsupported_grant_type", "Grant Type is NULL or not supported")
        now = self._account.now()
        return {
            "scope": SCOPE,
            "access_token": self._token(now),
            "token_type": "Bearer",
            "app_id": "APP-80W284485P519543T",
            "expires_in": LIVES_SECONDS,
            "nonce": f"{self._account.time(now)}{secrets.token_urlsafe(24)}",
        }

    def check(self, authorization: str) -> None:
        """OAuthRefusal or ApiError (both 401) unless it is a token of ours that has not ended."""
        scheme, _, token = authorization.partition(" ")
        if scheme.lower() != "bearer" or not token:
            told = (
                "Authentication failed due to missing authorization header, or invalid authentication"
                " credentials."
            )
            raise ApiError(401, "AUTHENTICATION_FAILURE", told)
        issued, _, signature = token.removeprefix(PREFIX).partition(".")
        if not hmac.compare_digest(signature.encode(), self._signature(issued).encode()):
            raise OAuthRefusal(401, "invalid_token", "Token signature verification failed")
        if int(issued.partition("-")[0]) + LIVES_SECONDS <= self._account.now():
            raise OAuthRefusal(401, "invalid_token", "The token passed in was not found in the system")

    def revoke_all(self) -> None:
        """Every token given so far is worth nothing: the apps must ask for new ones."""
        self._store.keep_fact(COMPANY, SALT, secrets.token_hex(8))

    def _are_ours(self, authorization: str) -> bool:
        scheme, _, encoded = authorization.partition(" ")
        if scheme.lower() != "basic":
            return False
        try:
            told = base64.b64decode(encoded, validate=True).decode()
        except (binascii.Error, UnicodeDecodeError):
            return False
        return hmac.compare_digest(told.encode(), f"{self._client_id}:{self._client_secret}".encode())

    def _token(self, now: int) -> str:
        issued = f"{now}-{secrets.token_urlsafe(24)}"
        return f"{PREFIX}{issued}.{self._signature(issued)}"

    def _signature(self, issued: str) -> str:
        key = f"{self._client_secret}{self._store.fact(COMPANY, SALT) or ''}"
        return hmac.new(key.encode(), issued.encode(), hashlib.sha256).hexdigest()
