"""Who is it? The redirect of an official account and the exchange of its code for an openid.

Source: developers.weixin.qq.com/doc/offiaccount (web page authorization). Only the silent scope.
"""

import secrets
from urllib.parse import parse_qsl, urlencode, urlsplit, urlunsplit

from starlette.requests import Request
from starlette.responses import JSONResponse, RedirectResponse, Response
from starlette.routing import BaseRoute, Route

from yuanyou_sandbox.shared.html import el
from yuanyou_sandbox.shared.pages import page
from yuanyou_sandbox.shared.words import Translator, language_of
from yuanyou_sandbox.wechat import payers
from yuanyou_sandbox.wechat.account import COMPANY, Account
from yuanyou_sandbox.wechat.cashier import INSIDE
from yuanyou_sandbox.wechat.words import WORDS

EXCHANGE = "oauth.exchange"
FOUND, WRONG = 302, 400
LIVES_SECONDS = 7200


class OAuth:
    """Of one official account."""

    def __init__(self, account: Account) -> None:
        self._account = account

    def routes(self) -> list[BaseRoute]:
        return [
            Route("/connect/oauth2/authorize", self.authorize, methods=["GET"]),
            Route("/sns/oauth2/access_token", self.exchange, methods=["GET"]),
        ]

    async def authorize(self, request: Request) -> Response:
        """Straight back, with a code and the state. WeChat's browser only."""
        asked, t = request.query_params, Translator(language_of(request), WORDS)
        if INSIDE not in request.headers.get("user-agent", ""):
            told = el.p(t("Open this link in the WeChat app."))
            return page(request, t, t("WeChat only"), told, status=WRONG)
        back = urlsplit(asked.get("redirect_uri", ""))
        fits = asked.get("appid") == self._account.app_id and asked.get("response_type") == "code"
        if not fits or asked.get("scope") != "snsapi_base" or back.scheme not in {"http", "https"}:
            return page(
                request, t, t("Wrong parameters"), el.p(t("The link is not one of this app.")), status=WRONG
            )
        code = payers.give_oauth_code(self._account)
        query = [*parse_qsl(back.query), ("code", code), ("state", asked.get("state", ""))]
        return RedirectResponse(urlunsplit(back._replace(query=urlencode(query))), FOUND)

    async def exchange(self, request: Request) -> Response:
        """The openid for a code. Errors are answered with 200, as WeChat does."""
        if self._account.world.faults.take(COMPANY, EXCHANGE, {"error_500"}):
            return _no(-1, "system error")
        asked = request.query_params
        for name, wanted, code, told in (
            ("appid", self._account.app_id, 40013, "invalid appid"),
            ("secret", self._account.app_secret, 40125, "invalid appsecret"),
            ("grant_type", "authorization_code", 40002, "invalid grant_type"),
        ):
            if asked.get(name) != wanted:
                return _no(code, told)
        found = payers.take_oauth_code(self._account, asked.get("code", ""))
        if found is None:
            return _no(40029, "invalid code")
        if found.get("used"):
            return _no(40163, "code been used")
        return JSONResponse(
            {
                "access_token": secrets.token_urlsafe(48),
                "expires_in": LIVES_SECONDS,
                "refresh_token": secrets.token_urlsafe(48),
                "openid": found["openid"],
                "scope": "snsapi_base",
            }
        )


def _no(code: int, told: str) -> Response:
    return JSONResponse({"errcode": code, "errmsg": told})
