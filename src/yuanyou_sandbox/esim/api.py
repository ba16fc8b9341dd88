"""`POST /esim/profiles {reference}` (the same profile for the same one), `GET /esim/profiles/<iccid>`."""

import json
from typing import Any

from yuanyou_sandbox.esim.profiles import COMPANY, Profiles
from yuanyou_sandbox.shared.faults import Faults
from yuanyou_sandbox.shared.http import Receive, Scope, Send, hang, read, reply
from yuanyou_sandbox.shared.store import Document, dumps

FAULTS = ("timeout_before", "timeout_after", "error_500", "malformed", "rate_limit")
CREATE, RETRIEVE = "esim.order", "esim.look_up"
LONGEST_REFERENCE = 200
AT_ONCE = {
    "error_500": (500, {"error": "internal error"}),
    "rate_limit": (429, {"error": "too many requests"}),
}


class EsimApi:
    """An ASGI application for `/esim/profiles` and what is below it."""

    def __init__(self, profiles: Profiles, faults: Faults, token: str) -> None:
        self._profiles, self._faults, self._token = profiles, faults, token

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        body = await read(receive)
        headers = dict(scope["headers"])
        if headers.get(b"authorization", b"") != f"Bearer {self._token}".encode():
            await _json(send, 401, {"error": "wrong token"})
            return
        iccid = scope["path"].partition("/profiles")[2].strip("/")
        creates = scope["method"] == "POST" and not iccid
        fault = self._faults.take(COMPANY, CREATE if creates else RETRIEVE, FAULTS, iccid or None)
        wrong = fault.fault if fault else None
        if fault and wrong == "timeout_before":
            await hang(receive, send, fault.seconds)
        elif wrong in AT_ONCE:
            await _json(send, *AT_ONCE[wrong])
        else:
            status, answer = self._create(body) if creates else self._retrieve(scope["method"], iccid)
            if fault and wrong == "timeout_after":
                await hang(receive, send, fault.seconds)
            else:
                await _json(send, status, answer, broken=wrong == "malformed")

    def _create(self, body: bytes) -> tuple[int, dict[str, Any]]:
        try:
            reference = json.loads(body)["reference"]
        except (ValueError, KeyError, TypeError):
            reference = None
        if not isinstance(reference, str) or not 0 < len(reference) <= LONGEST_REFERENCE:
            return 400, {"error": "reference is missing or too long"}
        return 200, _shown(self._profiles.order(reference))

    def _retrieve(self, method: str, iccid: str) -> tuple[int, dict[str, Any]]:
        if method != "GET" or not iccid:
            return 405, {"error": "method not allowed"}
        found = self._profiles.get(iccid)
        return (200, _shown(found)) if found else (404, {"error": "no such profile"})


def _shown(profile: Document) -> dict[str, Any]:
    return {name: value for name, value in profile.items() if name != "id"}


async def _json(send: Send, status: int, answer: dict[str, Any], *, broken: bool = False) -> None:
    body = dumps(answer).encode()
    await reply(
        send, status, {"Content-Type": "application/json"}, body[: len(body) // 2] if broken else body
    )
