"""Who a payer inside WeChat is to our app: a redirect that nobody sees, and a code exchanged for an openid.

Source: developers.weixin.qq.com/doc/offiaccount (web page authorization, scope `snsapi_base`).
"""

import json
from urllib.parse import urlencode

import requests

from yuanyou.payments.port import Misconfigured, Refused, Unknown
from yuanyou.providers.patience import deadline, seconds_left

OPEN, API = "https://open.weixin.qq.com", "https://api.weixin.qq.com"
CONNECT_SECONDS = 2.0
OK = 200
BAD_CODE = frozenset({40029, 40163, 41008})
"""The code is not one of theirs, was used before, or is missing."""
OUR_FAULT = frozenset({40001, 40013, 40125, 41002, 41004, 48001, 50001, 50002})
"""The app's id or secret is wrong, or the app may not ask."""


class WeChatApp:
    """An official account of ours; it learns nothing but an openid. `base` None is WeChat itself."""

    def __init__(self, *, app_id: str, secret: str, base: str | None = None) -> None:
        self._app_id, self._secret = app_id, secret
        self._open, self._api = base or OPEN, base or API

    def sign_in_url(self, return_url: str, state: str) -> str:
        told = {
            "appid": self._app_id,
            "redirect_uri": return_url,
            "response_type": "code",
            "scope": "snsapi_base",
            "state": state,
        }
        return f"{self._open}/connect/oauth2/authorize?{urlencode(told)}#wechat_redirect"

    def open_id(self, code: str) -> str:
        told = {
            "appid": self._app_id,
            "secret": self._secret,
            "code": code,
            "grant_type": "authorization_code",
        }
        with deadline():
            return _open_id(self._ask(told))

    def _ask(self, told: dict[str, str]) -> object:
        left = seconds_left()
        try:
            answer = requests.get(
                f"{self._api}/sns/oauth2/access_token",
                params=told,
                timeout=(min(CONNECT_SECONDS, left), left),
                allow_redirects=False,
            )
        except requests.RequestException as error:
            raise Unknown(type(error).__name__) from None  # its words hold our secret
        if answer.status_code != OK:
            raise Unknown(f"http_{answer.status_code}")
        try:
            return json.loads(answer.content)
        except ValueError:
            raise Unknown("unreadable_answer") from None


def _open_id(answer: object) -> str:
    if not isinstance(answer, dict):
        raise Unknown("unreadable_answer")
    if errcode := answer.get("errcode"):
        detail = str(answer.get("errmsg", ""))[:100]
        if errcode in BAD_CODE:
            raise Refused("bad_code", detail)
        if errcode in OUR_FAULT:
            raise Misconfigured("wechat_app", detail)
        raise Unknown(f"errcode_{errcode}", detail)
    openid = answer.get("openid")
    if not isinstance(openid, str) or not openid:
        raise Unknown("unreadable_answer")
    return openid
