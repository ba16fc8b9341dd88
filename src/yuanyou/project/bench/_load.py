"""Clients that ask as fast as they are answered, each on a connection of its own."""

import http.client
import json
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from itertools import cycle
from threading import Thread
from urllib.parse import urlencode, urlsplit
from uuid import uuid4

from yuanyou.project.bench._house import Tenant
from yuanyou.project.steps import NotAsTold

CSRF = "b" * 32


@dataclass(slots=True)
class Timings:
    """How long each answer took, in seconds, and how long all of them together."""

    each: list[float] = field(default_factory=list)
    whole: float = 0.0

    @property
    def per_s(self) -> float:
        return round(len(self.each) / self.whole, 1)

    def ms(self, percent: int) -> float:
        """The percentile, in milliseconds."""
        ordered = sorted(self.each)
        return round(ordered[min(len(ordered) - 1, len(ordered) * percent // 100)] * 1000, 1)


class Browser:
    """A client that posts the renewal form for one signed-in customer after the other."""

    def __init__(self, site_url: str, tenants: Sequence[Tenant], version_id: int) -> None:
        place = urlsplit(site_url)
        self._http = http.client.HTTPConnection(place.hostname or "", place.port, timeout=60)
        self._host, self._version_id = place.netloc, version_id
        self._tenants = cycle(tenants)

    def renew(self, **choices: str) -> str:
        """Where the answer leads. NotAsTold unless it is a redirect."""
        tenant = next(self._tenants)
        form = {"plan": str(self._version_id), "key": str(uuid4()), "again": "1", **choices}
        headers = {
            "Content-Type": "application/x-www-form-urlencoded",
            "Cookie": f"yuanyou={tenant.session}; csrftoken={CSRF}; device={tenant.customer_id}",
            "X-CSRFToken": CSRF,
            "Host": self._host,
        }
        self._http.request("POST", tenant.renew_path, urlencode(form), headers)
        answer = self._http.getresponse()
        body = answer.read()
        if answer.status != http.HTTPStatus.FOUND:
            raise NotAsTold(f"{tenant.renew_path} answered {answer.status}: {body[:200]!r}")
        return answer.headers["Location"]


class Payer:
    """The customer on the provider's page, without a browser."""

    def __init__(self, sandbox_url: str) -> None:
        place = urlsplit(sandbox_url)
        self._http = http.client.HTTPConnection(place.hostname or "", place.port, timeout=60)

    def pay(self, session_id: str) -> None:
        self.control(f"stripe/sessions/{session_id}/pay", card="4242424242424242")

    def approve(self, order_id: str) -> None:
        """At PayPal, whose money is taken when we have heard of it."""
        self.control(f"paypal/orders/{order_id}/approve")

    def scan_alipay(self, order_id: str) -> None:
        self.control(f"alipay/orders/{order_id}/pay")

    def scan_wechat(self, order_id: str) -> None:
        self.control(f"wechat/orders/{order_id}/pay")

    def all_is_well(self) -> None:
        """No fault and no lost notice waits any more."""
        self.control("faults", method="DELETE")

    def control(self, path: str, *, method: str = "POST", **told: object) -> None:
        headers = {"Content-Type": "application/json"}
        self._http.request(method, f"/_control/{path}", json.dumps(told), headers)
        answer = self._http.getresponse()
        body = answer.read()
        if answer.status >= http.HTTPStatus.BAD_REQUEST:
            raise NotAsTold(f"/_control/{path} answered {answer.status}: {body[:200]!r}")


def together(acts: Sequence[Callable[[], None]], *, seconds: float) -> Timings:
    """Every act again and again in a thread of its own, until the time is over."""
    timings, failures = Timings(), list[Exception]()
    deadline = time.perf_counter() + seconds

    def client(act: Callable[[], None]) -> None:
        try:
            while (began := time.perf_counter()) < deadline:
                act()
                timings.each.append(time.perf_counter() - began)
        except Exception as error:  # noqa: BLE001  told below, in the caller's thread
            failures.append(error)

    began = time.perf_counter()
    threads = [Thread(target=client, args=(act,)) for act in acts]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    timings.whole = time.perf_counter() - began
    if failures:
        raise failures[0]
    return timings
