"""The way to WeChat Pay: the SDK with a deadline, one more try, and answers that are proved."""

import json
import secrets
from collections.abc import Callable, Mapping
from datetime import datetime
from typing import Any

import requests
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPublicKey
from wechatpayv3 import WeChatPay as Sdk
from wechatpayv3 import WeChatPayType
from wechatpayv3.core import Core
from wechatpayv3.type import RequestType
from wechatpayv3.utils import build_authorization

from yuanyou.providers.patience import deadline, seconds_left
from yuanyou.providers.wechat.errors import BROKEN, NotWeChat, Problem
from yuanyou.providers.wechat.proof import NotProved, prove

LIVE = "https://api.mch.weixin.qq.com"
CONNECT_SECONDS = 2.0
ERROR = 400
Json = dict[str, Any]
Reply = tuple[int, bytes]


class GuardedCore(Core):  # type: ignore[misc]
    """The SDK's core, which asks nobody for certificates and believes no answer that is not proved.

    Repeating is safe: every request that makes something carries a number of ours.
    """

    def __init__(
        self,
        *,
        keys: Mapping[str, RSAPublicKey],
        base: str,
        real: Callable[[], datetime],
        **account: str,
    ) -> None:
        self._known, self._real = keys, real
        self._session = requests.Session()
        super().__init__(**account)
        self._gate_way = base

    def _init_certificates(self) -> None:
        """The SDK would call WeChat here."""

    def _update_certificates(self) -> None:
        """And here, whenever somebody names a serial number it does not know."""

    def request(
        self,
        path: str,
        method: RequestType = RequestType.GET,
        data: Json | None = None,
        skip_verify: bool = False,  # noqa: FBT001, FBT002  the SDK's own signature
        **_: object,
    ) -> Reply:
        """One answer, proved unless it is a bill. Raises NotWeChat and what `requests` raises."""
        body = json.dumps(data).encode() if data else b""
        try:
            answer = self._send(path, method.value, body)
        except (requests.ConnectionError, requests.exceptions.ChunkedEncodingError):
            answer = self._send(path, method.value, body)
        else:
            if answer.status_code >= BROKEN:
                answer = self._send(path, method.value, body)
        if answer.status_code < BROKEN and not (skip_verify and answer.ok):
            self._prove(answer)
        return answer.status_code, answer.content

    def _send(self, path: str, method: str, body: bytes) -> requests.Response:
        left = seconds_left()
        if left <= 0:
            raise requests.Timeout("no time is left")
        headers = {
            "Accept": "application/json",
            "Content-Type": "application/json",
            "User-Agent": "yuanyou",
            "Authorization": build_authorization(
                path, method, self._mchid, self._cert_serial_no, self._private_key, data=body.decode()
            ),
        }
        if self._known:
            headers["Wechatpay-Serial"] = next(iter(self._known))
        return self._session.request(
            method,
            f"{self._gate_way}{path}",
            data=body or None,
            headers=headers,
            timeout=(min(CONNECT_SECONDS, left), left),
            allow_redirects=False,
        )

    def _prove(self, answer: requests.Response) -> None:
        """An error may come from before WeChat's signer, unsigned: it counts as far as TLS vouches for it."""
        if answer.status_code >= ERROR and "Wechatpay-Signature" not in answer.headers:
            return
        try:
            prove(self._known, answer.headers, answer.content, now=self._real())
        except NotProved as why:
            raise NotWeChat(str(why)) from why


class Api:
    """One merchant number's interface. `base` None is WeChat itself; `real` is the time of the world."""

    def __init__(
        self,
        *,
        mchid: str,
        app_id: str,
        cert_serial: str,
        private_key: str,
        api_key: str,
        keys: Mapping[str, RSAPublicKey],
        notify_url: str,
        base: str | None,
        real: Callable[[], datetime],
    ) -> None:
        self.mchid, self.app_id, self._real = mchid, app_id, real
        self._base = base or LIVE
        account = {"mchid": mchid, "cert_serial_no": cert_serial, "private_key": private_key}
        core = GuardedCore(keys=keys, base=self._base, real=real, apiv3_key=api_key, **account)
        self._sdk = _sdk(core, mchid=mchid, app_id=app_id, notify_url=notify_url)

    def ask(self, act: Callable[[Sdk], Reply]) -> Json:
        """What WeChat answers to one act of the SDK; {} for an empty answer.

        Raises Problem, NotWeChat; what the network or the SDK raise is for `translated`.
        """
        with deadline():
            status, raw = act(self._sdk)
        if status >= BROKEN:
            raise requests.HTTPError(f"http_{status}")
        answer = json.loads(raw) if raw else {}
        if not isinstance(answer, dict):
            raise TypeError(f"not an object: {raw[:100]!r}")
        if status >= ERROR:
            raise Problem(status, str(answer["code"]), str(answer.get("message", ""))[:200])
        return answer

    def download(self, url: str) -> bytes:
        """A bill. It is not signed, and belongs to the hash that came with its address."""
        if not url.startswith(f"{self._base}/"):
            raise ValueError(f"a bill at a strange address: {url[:100]}")
        with deadline():
            status, raw = self._sdk.download_bill(url)
        if status >= ERROR:
            raise requests.HTTPError(f"http_{status}")
        return bytes(raw)

    def for_page(self, prepay_id: str) -> dict[str, str]:
        """What our page hands to WeixinJSBridge, signed now."""
        package = f"prepay_id={prepay_id}"
        stamp, nonce = str(int(self._real().timestamp())), secrets.token_hex(16)
        return {
            "appId": self.app_id,
            "timeStamp": stamp,
            "nonceStr": nonce,
            "package": package,
            "signType": "RSA",
            "paySign": self._sdk.sign([self.app_id, stamp, nonce, package]),
        }


def _sdk(core: GuardedCore, *, mchid: str, app_id: str, notify_url: str) -> Sdk:
    """The SDK on our core. Its constructor would make one of its own, which may call WeChat."""
    sdk = Sdk.__new__(Sdk)
    sdk._type = WeChatPayType.NATIVE
    sdk._mchid, sdk._appid, sdk._notify_url = mchid, app_id, notify_url
    sdk._core, sdk._partner_mode = core, False
    return sdk
