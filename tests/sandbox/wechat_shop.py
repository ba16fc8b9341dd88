"""A shop at WeChat Pay: the SDK as it comes, and requests signed by hand, apart from the sandbox's code."""

import base64
import json
import secrets
import time
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

import httpx
from cryptography.hazmat.primitives.asymmetric.padding import PKCS1v15
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPrivateKey
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.serialization import load_der_private_key
from wechatpayv3 import WeChatPay, WeChatPayType

from yuanyou_sandbox.testing import RunningSandbox

SCHEME = "WECHATPAY2-SHA256-RSA2048"
ORDERS = "/v3/pay/transactions"
OPENID = "oUpF8uMuAJO_M2pxb1Q9zNjWeS6o"
INSIDE = {"User-Agent": "Mozilla/5.0 (iPhone) MicroMessenger/8.0.50"}
RFC3339_CHINA = timedelta(hours=8)


def client(sandbox: RunningSandbox, notify_url: str = "http://127.0.0.1:9/hooks/") -> WeChatPay:
    """wechatpayv3 as it comes, with WeChat's public key, turned to the sandbox."""
    made = WeChatPay(
        wechatpay_type=WeChatPayType.NATIVE,
        mchid=sandbox.wechat_mchid,
        private_key=sandbox.wechat_private_key,
        cert_serial_no=sandbox.wechat_cert_serial,
        appid=sandbox.wechat_app_id,
        apiv3_key=sandbox.wechat_api_key,
        notify_url=notify_url,
        public_key=sandbox.wechat_public_key,
        public_key_id=sandbox.wechat_key_id,
        timeout=(2, 10),
    )
    made._core._gate_way = sandbox.wechat_url
    return made


def wish(number: str = "order_000001", total: int = 2690, **more: Any) -> dict[str, Any]:
    """What the SDK's `pay` is told."""
    usual = {
        "description": "US 30 days · 美国 30 天",
        "out_trade_no": number,
        "amount": {"total": total, "currency": "CNY"},
    }
    return usual | more


def china(**ahead: float) -> str:
    """A moment as WeChat wants it."""
    at = datetime.now(UTC) + timedelta(**ahead) + RFC3339_CHINA
    return f"{at:%Y-%m-%dT%H:%M:%S}+08:00"


@dataclass
class Wire:
    """WeChat Pay's interface without a library."""

    sandbox: RunningSandbox

    def __post_init__(self) -> None:
        self.http = httpx.Client(base_url=self.sandbox.wechat_url)
        key = load_der_private_key(base64.b64decode(self.sandbox.wechat_private_key), None)
        assert isinstance(key, RSAPrivateKey)
        self.key = key

    def body(self, number: str = "order_000001", **more: Any) -> dict[str, Any]:
        usual = wish(number) | {
            "appid": self.sandbox.wechat_app_id,
            "mchid": self.sandbox.wechat_mchid,
            "notify_url": "http://127.0.0.1:9/hooks/",
        }
        return {name: value for name, value in (usual | more).items() if value is not None}

    def native(self, number: str = "order_000001", **more: Any) -> httpx.Response:
        return self.post(f"{ORDERS}/native", self.body(number, **more))

    def order(self, number: str = "order_000001") -> dict[str, Any]:
        """As a query shows it."""
        mchid = self.sandbox.wechat_mchid
        found: dict[str, Any] = self.get(f"{ORDERS}/out-trade-no/{number}?mchid={mchid}").json()
        return found

    def get(self, target: str, **said: str) -> httpx.Response:
        return self.send("GET", target, b"", **said)

    def post(self, target: str, body: dict[str, Any], **said: str) -> httpx.Response:
        return self.send("POST", target, json.dumps(body, ensure_ascii=False).encode(), **said)

    def send(self, method: str, target: str, raw: bytes, **said: str) -> httpx.Response:
        """`said` are parts of Authorization (or `scheme`) that are not what they should be."""
        headers = {
            "Authorization": self.authorization(method, target, raw, **said),
            "Accept": "application/json",
            "User-Agent": "shop",
            "Wechatpay-Serial": self.sandbox.wechat_key_id,
        }
        if raw:
            headers["Content-Type"] = "application/json"
        return self.http.request(method, target, content=raw, headers=headers)

    def authorization(self, method: str, target: str, raw: bytes, **said: str) -> str:
        stamp = said.get("timestamp", str(int(time.time())))
        nonce = secrets.token_hex(16)
        text = f"{method}\n{target}\n{stamp}\n{nonce}\n".encode() + raw + b"\n"
        parts = {
            "mchid": self.sandbox.wechat_mchid,
            "nonce_str": nonce,
            "signature": base64.b64encode(self.key.sign(text, PKCS1v15(), SHA256())).decode(),
            "timestamp": stamp,
            "serial_no": self.sandbox.wechat_cert_serial,
        }
        parts |= {name: value for name, value in said.items() if name != "scheme"}
        told = ",".join(f'{name}="{value}"' for name, value in parts.items())
        return f"{said.get('scheme', SCHEME)} {told}"
