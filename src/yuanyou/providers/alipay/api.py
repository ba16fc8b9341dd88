"""The way to Alipay's gateway: signed, within the deadline, tried once more where that is harmless."""

from collections.abc import Callable, Mapping
from datetime import datetime
from typing import Any
from urllib.parse import urlencode
from weakref import finalize

import httpx

from yuanyou.payments.port import Unknown
from yuanyou.providers.alipay.keys import Certificates
from yuanyou.providers.alipay.sdk import connect
from yuanyou.providers.patience import deadline, seconds_left

LIVE = "https://openapi.alipay.com"
GATEWAY = "/gateway.do"
CONNECT_SECONDS = 2
BROKEN, FINE = 500, 200
CONTENT = "biz_content"
ONCE = frozenset({"alipay.trade.pay"})
"""A customer's code is good for one try: whether that one came through, only asking tells."""
LARGEST_BILL = 64_000_000


class Api:
    """One app's interface. `base` None is Alipay itself; `real` is real time: requests are signed in it."""

    def __init__(
        self,
        *,
        app_id: str,
        private_key: str,
        public_keys: tuple[str, ...],
        certificates: Certificates | None,
        notify_url: str,
        real: Callable[[], datetime],
        base: str | None,
    ) -> None:
        self._gateway = f"{base or LIVE}{GATEWAY}"
        self._notify_url = notify_url
        self._http = httpx.Client(follow_redirects=False, trust_env=False)
        finalize(self, self._http.close)
        self.sdk = connect(
            app_id=app_id,
            private_key=private_key,
            public_keys=public_keys,
            certificates=certificates,
            post=self._post,
            real=real,
        )

    def ask(self, method: str, content: Mapping[str, object], *, notify: bool = False) -> dict[str, Any]:
        """What Alipay answers, proved; `notify`: it shall tell us of what becomes of it.

        Raises Problem, Unknown, and what httpx raises.
        """
        with deadline():
            url = self._notify_url if notify else None
            return self.sdk.server_api(method, dict(content), notify_url=url)

    def page(self, method: str, content: Mapping[str, object], *, return_url: str) -> str:
        """The address at which the payer goes on: their browser carries the request, not we."""
        body = self.sdk.build_body(method, dict(content), return_url=return_url, notify_url=self._notify_url)
        return f"{self._gateway}?{urlencode(self.sdk.signed(body))}"

    def fetch(self, url: str) -> bytes:
        """What Alipay has told us to fetch. Unknown for anything but a whole answer."""
        with deadline():
            answer = self._send(lambda timeout: self._http.get(url, timeout=timeout), again=True)
            if answer.status_code != FINE or len(answer.content) > LARGEST_BILL:
                raise Unknown(f"http_{answer.status_code}", url.partition("?")[0])
            return answer.content

    def _post(self, data: dict[str, str]) -> str:
        """As Alipay's own clients do: what is asked travels in the body, who asks in the address."""
        address = {name: value for name, value in data.items() if name != CONTENT}
        form = {CONTENT: data[CONTENT]}
        answer = self._send(
            lambda timeout: self._http.post(self._gateway, params=address, data=form, timeout=timeout),
            again=data["method"] not in ONCE,
        )
        if answer.status_code != FINE:
            raise Unknown(f"http_{answer.status_code}", answer.text[:200])
        return answer.content.decode()

    def _send(self, act: Callable[[httpx.Timeout], httpx.Response], *, again: bool) -> httpx.Response:
        """One try, and one more for what broke at once."""
        try:
            answer = act(_left())
        except httpx.TimeoutException:
            raise
        except httpx.TransportError:
            if not again:
                raise
        else:
            if not again or answer.status_code < BROKEN:
                return answer
        return act(_left())


def _left() -> httpx.Timeout:
    """What remains of the budget. Unknown when nothing does."""
    left = seconds_left()
    if left <= 0:
        raise Unknown("timeout", "no time is left")
    return httpx.Timeout(left, connect=min(CONNECT_SECONDS, left))
