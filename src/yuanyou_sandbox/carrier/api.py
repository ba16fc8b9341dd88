"""`POST /carrier/subscriptions/<iccid>/orders {id, action, ...}`, `GET /carrier/subscriptions/<iccid>`."""

import asyncio
import json
import re
from typing import Any

from yuanyou_sandbox.carrier.subscriptions import COMPANY, LEADS_TO, NotPossible, Subscriptions
from yuanyou_sandbox.shared.faults import Fault, Faults
from yuanyou_sandbox.shared.http import Receive, Scope, Send, hang, read, reply
from yuanyou_sandbox.shared.store import Document, dumps

ACTS = ("carrier.activate", "carrier.suspend", "carrier.resume", "carrier.terminate", "carrier.read")
READ = ACTS[-1]
FAULTS = (
    "slow",
    "timeout_before",
    "timeout_after",
    "error_500",
    "rate_limit",
    "malformed",
    "refuse",
    "forget",
    "stuck",
)
AT_ONCE = {
    "error_500": (500, {"error": "internal error"}),
    "rate_limit": (429, {"error": "too many requests"}),
    "refuse": (422, {"error": "this subscription may not be changed"}),
}
SLOW_SECONDS = 1.0
ICCID = re.compile(r"89[0-9]{16,18}")
LONGEST_ID = 64
MOST_HOSTS = 100


class BadOrder(ValueError):
    """What was sent is not an order."""


class CarrierApi:
    """An ASGI application for `/carrier/subscriptions` and what is below it."""

    def __init__(self, subscriptions: Subscriptions, faults: Faults, token: str) -> None:
        self._subscriptions, self._faults, self._token = subscriptions, faults, token

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        body = await read(receive)
        if dict(scope["headers"]).get(b"authorization", b"") != f"Bearer {self._token}".encode():
            await _json(send, 401, {"error": "wrong token"})
            return
        iccid = scope["path_params"]["iccid"]
        try:
            order = _order(iccid, body) if scope["method"] == "POST" else None
        except BadOrder as bad:
            await _json(send, 400, {"error": str(bad)})
            return
        act = f"carrier.{order['action']}" if order else READ
        fault = self._faults.take(COMPANY, act, FAULTS, iccid)
        if fault is not None and fault.fault == "timeout_before":
            await hang(receive, send, fault.seconds)
        elif fault is not None and fault.fault in AT_ONCE:
            await _json(send, *AT_ONCE[fault.fault])
        else:
            if fault is not None and fault.fault == "slow":
                await asyncio.sleep(fault.seconds or SLOW_SECONDS)
            status, answer = self._take(order, fault) if order else self._read(iccid)
            if fault is not None and fault.fault == "timeout_after":
                await hang(receive, send, fault.seconds)
            else:
                await _json(send, status, answer, broken=fault is not None and fault.fault == "malformed")

    def _take(self, order: Document, fault: Fault | None) -> tuple[int, dict[str, Any]]:
        kind = fault.fault if fault else ""
        if kind == "forget":  # says yes, and nobody wrote it down
            return 200, {"id": order["id"], "status": "done"}
        try:
            taken = self._subscriptions.order(
                order, later=kind == "stuck", seconds=fault.seconds if fault else None
            )
        except NotPossible as no:
            return 409, {"error": str(no)}
        status = 202 if taken["status"] == "accepted" else 200
        return status, {"id": taken["id"], "status": taken["status"]}

    def _read(self, iccid: str) -> tuple[int, dict[str, Any]]:
        if not self._subscriptions.known(iccid):
            return 404, {"error": "no such subscription"}
        found = self._subscriptions.get(iccid)
        orders = [
            {"id": each["id"], "action": each["action"], "status": each["status"]}
            for each in self._subscriptions.orders(iccid)
        ]
        shown = {name: value for name, value in found.items() if name != "id"}
        return 200, {"iccid": iccid, **shown, "orders": orders}


def _order(iccid: str, body: bytes) -> Document:
    """What was ordered, whole. BadOrder with the reason."""
    try:
        told = json.loads(body)
    except ValueError:
        raise BadOrder("the body is not JSON") from None
    if not isinstance(told, dict) or not ICCID.fullmatch(iccid):
        raise BadOrder("an order is a JSON object for an ICCID")
    ident, action = told.pop("id", None), told.pop("action", None)
    hosts, sms = told.pop("hosts", []), told.pop("incoming_sms", False)
    if not isinstance(ident, str) or not 0 < len(ident) <= LONGEST_ID:
        raise BadOrder("id is missing or too long")
    if action not in LEADS_TO:
        raise BadOrder(f"action is one of {', '.join(LEADS_TO)}")
    if not isinstance(hosts, list) or len(hosts) > MOST_HOSTS or not all(isinstance(h, str) for h in hosts):
        raise BadOrder("hosts is a list of host names")
    if not isinstance(sms, bool) or told:
        raise BadOrder("incoming_sms is true or false, and nothing else is known")
    return {"id": ident, "iccid": iccid, "action": action, "hosts": hosts, "incoming_sms": sms}


async def _json(send: Send, status: int, answer: dict[str, Any], *, broken: bool = False) -> None:
    body = dumps(answer).encode()
    await reply(
        send, status, {"Content-Type": "application/json"}, body[: len(body) // 2] if broken else body
    )
