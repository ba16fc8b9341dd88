"""A sandbox of one's own, for tests and benchmarks: its own process, free ports, its own data."""

import json
import os
import signal
import socket
import subprocess
import sys
import tempfile
import time
import urllib.error
import urllib.parse
import urllib.request
from functools import cache, cached_property
from pathlib import Path
from types import TracebackType
from typing import Any, Self

from yuanyou_sandbox.settings import (
    HOST,
    PAYPAL_MERCHANT_ID,
    WECHAT_APP_ID,
    WECHAT_CERT_SERIAL,
    WECHAT_KEY_ID,
    WECHAT_MCHID,
)
from yuanyou_sandbox.wechat.keys import new_private, public_of

START_SECONDS, STOP_SECONDS = 20, 5
STRIPE_KEY, WEBHOOK_SECRET, ESIM_TOKEN = "sk_test_sandbox", "whsec_sandbox", "esim_sandbox"
PAYPAL_CLIENT_ID, PAYPAL_CLIENT_SECRET, PAYPAL_WEBHOOK_ID = "AClient", "ESecret", "1JE4291016473214C"
WECHAT_APP_SECRET, WECHAT_API_KEY = "appsecretsandbox", "apiv3keyofthesandbox000000000000"


@cache
def wechat_keys() -> tuple[str, str]:
    """The private keys of the merchant and of WeChat, one pair for all sandboxes of this process."""
    return new_private(), new_private()


class RunningSandbox:
    """`with RunningSandbox() as sandbox:`; `data` None is a folder that is gone afterwards."""

    paypal_client_id, paypal_client_secret = PAYPAL_CLIENT_ID, PAYPAL_CLIENT_SECRET
    paypal_merchant_id, paypal_webhook_id = PAYPAL_MERCHANT_ID, PAYPAL_WEBHOOK_ID
    wechat_mchid, wechat_app_id, wechat_cert_serial = WECHAT_MCHID, WECHAT_APP_ID, WECHAT_CERT_SERIAL
    wechat_app_secret, wechat_api_key, wechat_key_id = WECHAT_APP_SECRET, WECHAT_API_KEY, WECHAT_KEY_ID
    carrier_token = "carrier_sandbox"  # noqa: S105  opens nothing outside the sandbox

    def __init__(
        self,
        *,
        notify_stripe: str | None = None,
        notify_paypal: str | None = None,
        data: Path | None = None,
        clock_file: Path | None = None,
        stripe_key: str = STRIPE_KEY,
        webhook_secret: str = WEBHOOK_SECRET,
        esim_token: str = ESIM_TOKEN,
    ) -> None:
        self.stripe_key, self.webhook_secret, self.esim_token = stripe_key, webhook_secret, esim_token
        self._scratch = None if data else tempfile.TemporaryDirectory(prefix="sandbox-")
        self.data = data or Path(self._scratch.name if self._scratch else "")
        self.port, self.smtp_port = _free_ports(2)
        self._notify_stripe, self._notify_paypal = notify_stripe, notify_paypal
        self._clock_file = clock_file
        self._process: subprocess.Popen[bytes] | None = None

    @property
    def url(self) -> str:
        """Its first page, without the last slash."""
        return f"http://{HOST}:{self.port}"

    @property
    def stripe_url(self) -> str:
        """The SDK's `base_addresses={"api": ...}`."""
        return f"{self.url}/stripe"

    @property
    def paypal_url(self) -> str:
        """Instead of https://api-m.sandbox.paypal.com in the SDK's `Configuration.environments`."""
        return f"{self.url}/paypal"

    @property
    def alipay_url(self) -> str:
        """Instead of https://openapi.alipay.com; the gateway is `/gateway.do` below it."""
        return f"{self.url}/alipay"

    @property
    def wechat_url(self) -> str:
        """Instead of https://api.mch.weixin.qq.com, https://api.weixin.qq.com and open.weixin.qq.com."""
        return f"{self.url}/wechat"

    @property
    def wechat_private_key(self) -> str:
        """The merchant's, PKCS#8 in one line of base64."""
        return wechat_keys()[0]

    @property
    def wechat_public_key(self) -> str:
        """WeChat's, named `wechat_key_id`, in one line of base64."""
        return public_of(wechat_keys()[1])

    @cached_property
    def alipay(self) -> dict[str, Any]:
        """Who the shop is at Alipay: app_id, seller_id, app_private_key, alipay_public_key."""
        found: dict[str, Any] = self.control("alipay/keys", method="GET")
        return found

    @property
    def esim_url(self) -> str:
        return f"{self.url}/esim"

    @property
    def carrier_url(self) -> str:
        return f"{self.url}/carrier"

    @property
    def pid(self) -> int:
        assert self._process
        return self._process.pid

    def __enter__(self) -> Self:
        self.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.stop()
        if self._scratch:
            self._scratch.cleanup()

    def start(self) -> None:
        """Also again after `stop` or `kill`: same ports, same data. RuntimeError when it does not answer."""
        self._process = subprocess.Popen([sys.executable, "-m", "yuanyou_sandbox"], env=self._environ())
        deadline = time.monotonic() + START_SECONDS
        while time.monotonic() < deadline:
            try:
                self.state()
            except urllib.error.URLError:
                if self._process.poll() is not None:
                    break
                time.sleep(0.02)
            else:
                return
        self.kill()
        raise RuntimeError("the sandbox did not start")

    def stop(self) -> None:
        """As Ctrl-C does; harmless when it is not running."""
        self._end(signal.SIGTERM)

    def kill(self) -> None:
        """As a power cut does."""
        self._end(signal.SIGKILL)

    def restart(self) -> None:
        """Stop and start: same ports, same data."""
        self.stop()
        self.start()

    def wait(self) -> int:
        """Until it has ended by itself, or by a signal; its exit status."""
        assert self._process
        ended = self._process
        self._process = None
        return ended.wait(STOP_SECONDS)

    def control(self, path: str, body: dict[str, Any] | None = None, method: str = "POST") -> Any:
        """`/_control/<path>` and its answer. ControlRefused with the reason when it says no."""
        data = json.dumps(body or {}).encode() if method == "POST" else None
        headers = {"Content-Type": "application/json"}
        request = urllib.request.Request(f"{self.url}/_control/{path}", data, headers, method=method)  # noqa: S310
        try:
            with urllib.request.urlopen(request, timeout=30) as answer:  # noqa: S310
                return json.load(answer)
        except urllib.error.HTTPError as refusal:
            with refusal:
                raise ControlRefused(f"{path}: {refusal.code} {refusal.read().decode()}") from None

    def state(self) -> Any:
        """`/_control/state`."""
        return self.control("state", method="GET")

    def notices(self, **asked: object) -> list[dict[str, Any]]:
        """What was sent and what was answered: after_id, company, reference, limit."""
        query = urllib.parse.urlencode(asked)
        found: list[dict[str, Any]] = self.control(f"notices?{query}", method="GET")["notices"]
        return found

    def mail(self, **asked: object) -> list[dict[str, Any]]:
        """What was mailed: to, after_id, limit."""
        url = f"{self.url}/mail/messages?{urllib.parse.urlencode(asked)}"
        with urllib.request.urlopen(url, timeout=30) as answer:  # noqa: S310
            found: list[dict[str, Any]] = json.load(answer)["messages"]
            return found

    def _end(self, how: signal.Signals) -> None:
        if self._process is None:
            return
        self._process.send_signal(how)
        try:
            self._process.wait(STOP_SECONDS)
        except subprocess.TimeoutExpired:
            self._process.kill()
            self._process.wait()
        self._process = None

    def _environ(self) -> dict[str, str]:
        ours = {
            "SANDBOX_DATA": str(self.data),
            "SANDBOX_PORT": str(self.port),
            "SANDBOX_SMTP_PORT": str(self.smtp_port),
            "SANDBOX_STRIPE_KEY": self.stripe_key,
            "SANDBOX_STRIPE_WEBHOOK_SECRET": self.webhook_secret,
            "SANDBOX_STRIPE_WEBHOOK_URL": self._notify_stripe or "",
            "SANDBOX_PAYPAL_CLIENT_ID": self.paypal_client_id,
            "SANDBOX_PAYPAL_CLIENT_SECRET": self.paypal_client_secret,
            "SANDBOX_PAYPAL_MERCHANT_ID": self.paypal_merchant_id,
            "SANDBOX_PAYPAL_WEBHOOK_ID": self.paypal_webhook_id,
            "SANDBOX_PAYPAL_WEBHOOK_URL": self._notify_paypal or "",
            "SANDBOX_WECHAT_APP_SECRET": self.wechat_app_secret,
            "SANDBOX_WECHAT_API_KEY": self.wechat_api_key,
            "SANDBOX_WECHAT_MERCHANT_KEY": public_of(wechat_keys()[0]),
            "SANDBOX_WECHAT_PLATFORM_KEY": wechat_keys()[1],
            "SANDBOX_ESIM_TOKEN": self.esim_token,
            "SANDBOX_CARRIER_TOKEN": self.carrier_token,
            "SANDBOX_CLOCK_FILE": str(self._clock_file or ""),
        }
        kept = {
            name: value for name, value in os.environ.items() if not name.startswith(("SANDBOX_", "YUANYOU_"))
        }
        return kept | ours


class ControlRefused(Exception):
    """A control said no."""


def _free_ports(count: int) -> list[int]:
    probes = [socket.socket() for _ in range(count)]
    try:
        for probe in probes:
            probe.bind((HOST, 0))
        return [probe.getsockname()[1] for probe in probes]
    finally:
        for probe in probes:
            probe.close()
