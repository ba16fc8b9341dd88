"""A carrier with a plain JSON interface: what the sandbox speaks until HLR and wholesale adapters come.

`POST /subscriptions/<iccid>/orders {id, action, ...}` answers 200 (done) or 202 (will be done) and is
idempotent per id; `GET /subscriptions/<iccid>` tells the state and the last orders.
"""

from typing import Any

import httpx

from yuanyou.network.port import Allow, Ask, CarrierRefused, CarrierTrouble, Outcome, Seen, Service

TIMEOUT_SECONDS = 3
OUTCOMES = {"done": Outcome.DONE, "accepted": Outcome.ACCEPTED, "refused": Outcome.REFUSED}
SERVICES = {
    "idle": Service.CLOSED,
    "active": Service.OPEN,
    "suspended": Service.BARRED,
    "terminated": Service.CLOSED,
}
NOT_FOUND, SERVER_ERROR = 404, 500
UNWELCOME = frozenset({401, 403, 408, 429})


class SimpleCarrier:
    """One connection pool; `url` without a trailing slash."""

    def __init__(self, *, url: str, token: str, timeout_seconds: float = TIMEOUT_SECONDS) -> None:
        self._http = httpx.Client(
            base_url=url, timeout=timeout_seconds, headers={"Authorization": f"Bearer {token}"}
        )

    def open(self, ask: Ask) -> Outcome:
        return self._order(ask, "activate")

    def bar(self, ask: Ask, allow: Allow) -> Outcome:
        return self._order(ask, "suspend", hosts=list(allow.hosts), incoming_sms=allow.incoming_sms)

    def restore(self, ask: Ask) -> Outcome:
        return self._order(ask, "resume")

    def close(self, ask: Ask) -> Outcome:
        return self._order(ask, "terminate")

    def read_back(self, ask: Ask) -> Seen:
        answer = self._send("GET", f"/subscriptions/{ask.iccid}")
        if answer.status_code == NOT_FOUND:
            return Seen(Service.CLOSED)
        if answer.is_error:
            raise CarrierTrouble(f"answered {answer.status_code}")
        told = _readable(answer)
        try:
            orders = {order["id"]: OUTCOMES[order["status"]] for order in told["orders"]}
            hosts = tuple(told["hosts"])
            return Seen(SERVICES[told["state"]], hosts, orders.get(ask.ref))
        except (KeyError, TypeError) as error:
            raise CarrierTrouble(f"unreadable answer: {error!r}") from error

    def _order(self, ask: Ask, action: str, **details: Any) -> Outcome:
        body = {"id": ask.ref, "action": action, **details}
        answer = self._send("POST", f"/subscriptions/{ask.iccid}/orders", json=body)
        if answer.status_code in UNWELCOME:  # says something about us, and nothing about the wish
            raise CarrierTrouble(f"answered {answer.status_code}")
        if answer.is_error:
            raise CarrierRefused(f"answered {answer.status_code}: {answer.text[:150]}")
        outcome = OUTCOMES.get(_readable(answer).get("status", ""))
        if outcome is None:
            raise CarrierTrouble("unreadable answer: no status")
        if outcome is Outcome.REFUSED:
            raise CarrierRefused("refused before")
        return outcome

    def _send(self, method: str, path: str, **body: Any) -> httpx.Response:
        try:
            answer = self._http.request(method, path, **body)
        except httpx.HTTPError as error:
            raise CarrierTrouble(repr(error)) from error
        if answer.status_code >= SERVER_ERROR:
            raise CarrierTrouble(f"answered {answer.status_code}")
        return answer


def _readable(answer: httpx.Response) -> dict[str, Any]:
    """The JSON object that was answered. CarrierTrouble when it is none."""
    try:
        told = answer.json()
    except ValueError as error:
        raise CarrierTrouble(f"unreadable answer: {error!r}") from error
    if not isinstance(told, dict):
        raise CarrierTrouble("unreadable answer: not an object")
    return told
